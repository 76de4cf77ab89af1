"""What changed since the execution before, and since when there is what is wrong."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from driftline.domain.executions.finding import Finding
from driftline.domain.executions.outcome import Outcome
from driftline.domain.executions.past import FigureName, PastExecution, Point
from driftline.domain.executions.place import Place
from driftline.presentation.text import count, instant, names, number, percent, span

_NOTABLE = 0.1
_VISIBLE = 0.001


@dataclass(frozen=True, slots=True)
class Change:
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is different from an earlier verdict.

    Attributes:
        title: What it is compared with, or why with nothing.
        with_: The earlier execution; None where its page was replaced, or there is none.
    """

    title: str
    with_: Place | None
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """A figure of the execution as a whole that is compared with what it was.

    Attributes:
        unit: After the value, for example `times its threshold`.
    """

    label: str
    name: FigureName
    value: float
    unit: str = ""


def comparisons(
    outcome: Outcome,
    past: Sequence[PastExecution],
    revised: PastExecution | None = None,
    *,
    figure: Compared | None = None,
    naming: Callable[[str], str] = str,
) -> list[Comparison]:
    """What is new since the verdict before, and since the revision that this one replaces.

    Args:
        past: Earlier executions, oldest first.
        naming: What people call a subject.
    """
    previous = last_verdict(past)
    failed = tuple(takewhile(lambda each: each.failed, reversed(past)))
    since = [_failed_since(failed)] if failed else []
    if previous is not None:
        when = label(previous)
        changed = (*_changes(outcome, figure, previous, naming), *since)
        found = [Comparison(f"Compared with {when}", previous.place, changed)]
    else:
        none = "No verdict before this one is in reach." if past else "This is the first execution that is kept."
        found = [Comparison(none, None, tuple(since))]
    if revised is not None:
        title = "Compared with the revision that this one replaces"
        found.append(Comparison(title, None, tuple(_changes(outcome, figure, revised, naming))))
    return found


def _failed_since(failed: Sequence[PastExecution]) -> Change:
    when = label(failed[0])
    last = "that of" if len(failed) == 1 else "the last that of"
    return Change("Failed since", f"{count(len(failed), 'execution')}, {last} {when}")


def label(past: PastExecution) -> str:
    """Its window; the scheduled time where no window is known."""
    return span(*past.window) if past.window else instant(past.place.scheduled)


def last_verdict(past: Sequence[PastExecution]) -> PastExecution | None:
    return next((each for each in reversed(past) if not each.failed), None)


def standing(finding: Finding, past: Sequence[PastExecution]) -> str:
    """Since when there is this finding; empty where no execution before is known.

    Failed executions and windows without rows say nothing.
    """
    judged = [each for each in past if not each.failed and each.rows != 0]
    if not judged:
        return ""
    found = (finding.subject, finding.check)
    before = list(takewhile(lambda each: found in each.violations, reversed(judged)))
    if not before:
        return "new"
    least = "at least " if len(before) == len(judged) else ""
    return f"since {least}{label(before[-1])}, {count(len(before) + 1, 'execution')}"


def _changes(
    outcome: Outcome, figure: Compared | None, previous: PastExecution, naming: Callable[[str], str]
) -> Iterator[Change]:
    now = {(violation.subject, violation.check): None for violation in outcome.violations}
    new = [subject for subject, check in now if (subject, check) not in previous.violations]
    gone = sorted(subject for subject, check in previous.violations if (subject, check) not in now)
    stay = [subject for subject, check in now if (subject, check) in previous.violations]
    for label, subjects in (("New", new), ("Gone", gone), ("As before", stay)):
        if subjects:
            yield Change(label, f"{count(len(subjects), 'violation')}: {names(list(map(naming, subjects)))}")
    if not now and not gone:
        yield Change("As before", "no violations")
    before = previous.figures.get(figure.name, Point(None)).value if figure else None
    if figure is not None and before is not None:
        yield Change(
            figure.label, f"{number(figure.value, 2)} {figure.unit}".rstrip() + f", {number(before, 2)} before"
        )
    apart = 0.0 if previous.place.scheduled == outcome.place.scheduled else _NOTABLE
    rows, rows_before = outcome.rows, previous.rows
    if rows is not None and rows_before is not None and abs(rows - rows_before) > apart * rows_before:
        yield Change("Rows", f"{rows:,}, {rows_before:,} before")
    if outcome.coverage is not None and abs(outcome.coverage - (previous.coverage or 0.0)) >= _VISIBLE:
        yield Change("Rows with a label", f"{percent(outcome.coverage)}, {percent(previous.coverage)} before")
