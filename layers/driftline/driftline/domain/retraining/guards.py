"""The guards: each answers one question about a requested retraining, with its figures.

Times are those of events: when something was requested, and when the request was delivered, which is when the
retraining would start. Usually they are the same; a redriven message is days older than its delivery. A request made
before the newest start is refused, because that start already answers it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from driftline.domain.instants import format_instant
from driftline.domain.monitors.fields import format_offset
from driftline.domain.monitors.retraining import Retraining
from driftline.domain.retraining.audit import Figure, Finding
from driftline.domain.retraining.ledger import Ledger, RunStatus

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class LabelledRows:
    """The number of labelled rows.

    Attributes:
        rows: Every inference counts once.
        complete: False if counting stopped because there are enough.
        since: Inference times from here on were counted.
        unmerged: Rows that were counted as one per label, because their hour was not merged yet.
    """

    rows: int
    complete: bool
    since: datetime
    unmerged: int = 0


@dataclass(frozen=True, slots=True)
class Question:
    """What the guards check.

    Attributes:
        asked_at: Time of the event.
        at: When it was delivered, never before asked_at: a run that is started now runs from now on.
        request: Id of the request; its own reservation does not count against it.
        labelled_rows: Counts; called at most once, and only if every earlier guard agrees.
    """

    asked_at: datetime
    at: datetime
    request: str
    ledger: Ledger
    settings: Retraining
    labelled_rows: Callable[[], LabelledRows]


def asked_for(at: datetime, problem: str, figures: dict[str, Figure]) -> Finding:
    """Whether the current document has the alarm with the action retrain, and a target."""
    reason = problem or "The alarm has the action retrain, and the document has a target."
    return Finding(guard="asked_for", passed=not problem, reason=reason, figures={"at": format_instant(at), **figures})


def in_order(question: Question) -> Finding:
    """Nothing has started since the event."""
    last = question.ledger.last_run()
    late = last is not None and last.at > question.asked_at
    figures: dict[str, Figure] = {"last_start": format_instant(last.at) if last else None}
    reason = (
        f"A retraining started at {format_instant(last.at)}, after this request."
        if last is not None and late
        else "Nothing has started since this request."
    )
    return Finding(guard="in_order", passed=not late, reason=reason, figures=figures)


def lease(question: Question) -> Finding:
    """One retraining of an endpoint runs at a time."""
    running = question.ledger.running(question.at)
    if running is None:
        return Finding(guard="lease", passed=True, reason="No retraining of this endpoint is running.")
    until = format_instant(running.until)
    reserved = running.status is RunStatus.RESERVED
    what = "has been waiting for its target, which could not accept it," if reserved else "has been running"
    return Finding(
        guard="lease",
        passed=False,
        reason=f"The retraining {running.id} {what} since {format_instant(running.at)}. "
        f"Unless its end is reported, it counts as ended at {until}.",
        figures={
            "running": running.id,
            "since": format_instant(running.at),
            "until": until,
            "status": running.status.value,
            "longest_run": format_offset(question.settings.longest_run),
        },
    )


def cooldown(question: Question) -> Finding:
    """There is some time between two starts."""
    wanted = question.settings.cooldown
    last = question.ledger.last_run()
    figures: dict[str, Figure] = {"cooldown": format_offset(wanted)}
    if last is None:
        return Finding(guard="cooldown", passed=True, reason="There was no earlier retraining.", figures=figures)
    free = last.at + wanted
    passed = question.at >= free
    words = f"the last one started at {format_instant(last.at)}"
    reason = (
        f"The cooldown of {format_offset(wanted)} is over: {words}."
        if passed
        else f"The cooldown of {format_offset(wanted)} lasts until {format_instant(free)}: {words}."
    )
    figures |= {"last_start": format_instant(last.at), "until": format_instant(free)}
    return Finding(guard="cooldown", passed=passed, reason=reason, figures=figures)


def weekly_budget(question: Question) -> Finding:
    """Limits the number of starts in any seven days."""
    allowed = question.settings.weekly_budget
    starts = question.ledger.starts_since(question.at - WEEK)
    figures: dict[str, Figure] = {"starts": len(starts), "weekly_budget": allowed}
    if len(starts) < allowed:
        reason = f"{len(starts)} of {allowed} starts of the last seven days are used."
        return Finding(guard="weekly_budget", passed=True, reason=reason, figures=figures)
    free = starts[-allowed].at + WEEK
    figures["until"] = format_instant(free)
    reason = (
        f"The budget of {allowed} start{'s' if allowed > 1 else ''} in seven days is used up. "
        f"The next start is possible at {format_instant(free)}."
    )
    return Finding(guard="weekly_budget", passed=False, reason=reason, figures=figures)


def labelled_rows(question: Question) -> Finding:
    """Enough labelled rows to learn from."""
    wanted = question.settings.minimum_labelled_rows
    if wanted == 0:
        return Finding(guard="labelled_rows", passed=True, reason="The document requires no labelled rows.")
    found = question.labelled_rows()
    count = f"{found.rows:,}" if found.complete else f"at least {found.rows:,}"
    since = format_instant(found.since)
    passed = found.rows >= wanted
    return Finding(
        guard="labelled_rows",
        passed=passed,
        reason=f"There are {'' if passed else 'only '}{count} labelled rows since {since}; {wanted:,} required.",
        figures={
            "labelled_rows": found.rows,
            "all_counted": found.complete,
            "of_hours_not_merged": found.unmerged,
            "minimum_labelled_rows": wanted,
            "since": since,
        },
    )


_IN_ORDER = (in_order, lease, cooldown, weekly_budget, labelled_rows)


def look(question: Question) -> Iterator[Finding]:
    """The results one after the other, up to the first refusal."""
    for guard in _IN_ORDER:
        finding = guard(question)
        yield finding
        if not finding.passed:
            return
