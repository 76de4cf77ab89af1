"""The report of an import, in Markdown: what was carried over, what was not and why, and what is left to do."""

import re
from collections.abc import Iterator, Sequence
from shlex import quote

from driftline.domain.migration.carried import CarriedSchedule, ImportedEndpoint
from driftline.presentation.messages.escaping import clean, markdown_escape, one_line
from driftline.presentation.text import count, shown

_LONGEST = 500
_STOPPING = (
    "Once you trust the new monitors, stop the old schedules, and delete them when nobody misses them. Driftline never "
    "does that for you."
)


def import_report(endpoints: Sequence[ImportedEndpoint], *, dry_run: bool) -> str:
    """All of it; a section for each endpoint."""
    return "".join(f"{line}\n" for line in _lines(endpoints, dry_run=dry_run))


def _lines(endpoints: Sequence[ImportedEndpoint], *, dry_run: bool) -> Iterator[str]:
    yield "# Import from SageMaker Model Monitor"
    yield ""
    if dry_run:
        yield "A dry run: nothing was written. This is what an import would do."
        yield ""
    schedules = [each for endpoint in endpoints for each in endpoint.schedules]
    yield f"{count(len(schedules), 'monitoring schedule')} of {count(len(endpoints), 'endpoint')}:"
    yield ""
    yield "| endpoint | schedule | monitor | result |"
    yield "|---|---|---|---|"
    for endpoint in endpoints:
        for each in endpoint.schedules:
            parts = (endpoint.endpoint, each.schedule, each.kind, result_of(each, dry_run=dry_run))
            yield f"| {' | '.join(map(_text, parts))} |"
    for endpoint in endpoints:
        yield ""
        yield f"## {_text(endpoint.endpoint or 'Schedules that could not be read')}"
        yield from _endpoint(endpoint, dry_run=dry_run)
    yield from _old_schedules(schedules, dry_run=dry_run)


def result_of(schedule: CarriedSchedule, *, dry_run: bool) -> str:
    """One sentence."""
    error = schedule.error
    if error is not None:
        where = "" if error.where in ("", schedule.schedule) else f"{error.where}: "
        return f"{'failed' if schedule.failed else 'not carried over'}: {where}{error.what}"
    if schedule.state == "there":
        return "the document has such a monitor already; it was left as it is"
    to_do = sum(bool(each.instead) for each in schedule.left_out)
    return ("would be added" if dry_run else "added") + (f", {count(to_do, 'thing')} to do" if to_do else "")


def _endpoint(endpoint: ImportedEndpoint, *, dry_run: bool) -> Iterator[str]:
    if endpoint.text:
        yield ""
        yield f"Document: {_text(endpoint.document)}"
        yield ""
        yield from _block("yaml", endpoint.text.splitlines())
    for each in endpoint.schedules:
        yield ""
        yield f"### {_text(each.schedule)}"
        yield ""
        yield f"{_text(result_of(each, dry_run=dry_run).rstrip('.'))}."
        if each.error is not None:
            if each.error.expected:
                yield f"Expected: {_text(each.error.expected)}."
            yield _text(each.error.mend)
        yield from _files(each, dry_run=dry_run)
        yield from _left_out(each)


def _files(schedule: CarriedSchedule, *, dry_run: bool) -> Iterator[str]:
    if not schedule.files:
        return
    yield ""
    yield "| file | from | result |"
    yield "|---|---|---|"
    said = {
        "copied": "would be copied" if dry_run else "copied",
        "there": "is there, the same",
        "kept": "another one is there, and stays",
        "missing": "not found; the schedule names it",
    }
    for each in schedule.files:
        yield f"| {_text(each.place)} | {_text(each.uri)} | {said[each.state]} |"


def _left_out(schedule: CarriedSchedule) -> Iterator[str]:
    if not schedule.left_out:
        return
    yield ""
    yield "| not carried over | value | why | what to do |"
    yield "|---|---|---|---|"
    for each in sorted(schedule.left_out, key=lambda it: not it.instead):
        parts = (each.what, each.value, each.why, each.instead or "nothing")
        yield f"| {' | '.join(map(_text, parts))} |"


def _old_schedules(schedules: Sequence[CarriedSchedule], *, dry_run: bool) -> Iterator[str]:
    names = [each.schedule for each in schedules if each.state != "not carried over"]
    if dry_run or not names:
        return
    yield ""
    yield "## The old schedules"
    yield ""
    yield f"They run on. {_STOPPING}"
    yield ""
    actions = ((action, name) for action in ("stop", "delete") for name in names)
    command = "aws sagemaker {}-monitoring-schedule --monitoring-schedule-name {}"
    yield from _block("sh", [command.format(action, quote(name)) for action, name in actions])


def _block(language: str, lines: Sequence[str]) -> Iterator[str]:
    """Lines as they are, to copy: their indentation may have a meaning. No line of them ends the block."""
    runs = (len(run) for line in lines for run in re.findall("`+", line))
    fence = "`" * max(3, 1 + max(runs, default=0))
    yield f"{fence}{language}"
    yield from map(clean, lines)
    yield fence


def _text(text: str) -> str:
    return markdown_escape(one_line(shown(text, _LONGEST))) if text else ""
