"""The guards: each answers one question about a retraining that is asked for, with its figures.

Times are those of events: when something was asked for, and when that was delivered, which is when the retraining
would start. Mostly they are the same; a message that was redriven is days older than its delivery. What was asked for
before the newest start is refused: that start came after what the alarm saw.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from driftline.domain.monitors.fields import format_offset
from driftline.domain.monitors.retraining import Retraining
from driftline.domain.retraining.audit import Figure, Finding
from driftline.domain.retraining.ledger import Ledger, RunStatus
from driftline.domain.windows import format_instant

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class LabelledRows:
    """How many labelled rows there are.

    Attributes:
        rows: Every inference counts once.
        complete: False if counting stopped because enough were found.
        since: Inference times from here on were looked at.
        unmerged: Of the rows, those that were counted as one for each label, because nobody merged their hour yet.
    """

    rows: int
    complete: bool
    since: datetime
    unmerged: int = 0


@dataclass(frozen=True, slots=True)
class Question:
    """What the guards look at.

    Attributes:
        asked_at: Time of the event.
        at: When it was delivered, never before asked_at: what is started now runs from now on.
        request: Id of what is asked for; its own reservation does not count against it.
        labelled_rows: Counts; asked at most once, and only if every guard before agrees.
    """

    asked_at: datetime
    at: datetime
    request: str
    ledger: Ledger
    settings: Retraining
    labelled_rows: Callable[[], LabelledRows]


def asked_for(at: datetime, problem: str, figures: dict[str, Figure]) -> Finding:
    """Whether the document as it is now has the alarm, its action retrain, and a target."""
    reason = problem or "The alarm has the action retrain, and the document says what to start."
    return Finding(guard="asked_for", passed=not problem, reason=reason, figures={"at": format_instant(at), **figures})


def in_order(question: Question) -> Finding:
    """Nothing started after the event."""
    last = question.ledger.last_run()
    late = last is not None and last.at > question.asked_at
    figures: dict[str, Figure] = {"last_start": format_instant(last.at) if last else None}
    reason = (
        f"A retraining started at {format_instant(last.at)}, after this was asked for."
        if last is not None and late
        else "Nothing started since this was asked for."
    )
    return Finding(guard="in_order", passed=not late, reason=reason, figures=figures)


def lease(question: Question) -> Finding:
    """One retraining of an endpoint runs at a time."""
    running = question.ledger.running(question.at)
    if running is None:
        return Finding(guard="lease", passed=True, reason="No retraining of this endpoint runs.")
    until = format_instant(running.until)
    what = "waits for its target, which could not take it," if running.status is RunStatus.RESERVED else "runs"
    return Finding(
        guard="lease",
        passed=False,
        reason=f"The retraining {running.id} {what} since {format_instant(running.at)}. "
        f"If nobody tells its end, it counts as ended at {until}.",
        figures={
            "running": running.id,
            "since": format_instant(running.at),
            "until": until,
            "status": running.status.value,
            "longest_run": format_offset(question.settings.longest_run),
        },
    )


def cooldown(question: Question) -> Finding:
    """Some time lies between two starts."""
    wanted = question.settings.cooldown
    last = question.ledger.last_run()
    figures: dict[str, Figure] = {"cooldown": format_offset(wanted)}
    if last is None:
        return Finding(guard="cooldown", passed=True, reason="There was no retraining before.", figures=figures)
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
    """Not more than so many starts in any seven days."""
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
        f"The next one is free at {format_instant(free)}."
    )
    return Finding(guard="weekly_budget", passed=False, reason=reason, figures=figures)


def labelled_rows(question: Question) -> Finding:
    """Enough labelled rows to learn from."""
    wanted = question.settings.minimum_labelled_rows
    if wanted == 0:
        return Finding(guard="labelled_rows", passed=True, reason="The document wants no labelled rows.")
    found = question.labelled_rows()
    count = f"{found.rows:,}" if found.complete else f"at least {found.rows:,}"
    since = format_instant(found.since)
    passed = found.rows >= wanted
    return Finding(
        guard="labelled_rows",
        passed=passed,
        reason=f"There are {'' if passed else 'only '}{count} labelled rows since {since}; {wanted:,} are needed.",
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
    """The findings one after the other, up to the first "no"."""
    for guard in _IN_ORDER:
        finding = guard(question)
        yield finding
        if not finding.passed:
            return
