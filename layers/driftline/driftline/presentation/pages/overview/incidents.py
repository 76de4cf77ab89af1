"""Incidents as the pages show them: runs of executions of one monitor with violations.

They follow from the executions alone. What people were told when, and by which alarm, is in the conversations
(docs/guide/alarms.md), which may begin later, because an alarm may want several violations in a row.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from driftline.presentation.pages.overview.record import Record

_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """From the first execution with violations to the first one without.

    Attributes:
        start, end: Scheduled times; `end` is that of the execution that found nothing, None while it lasts.
        executions: With violations.
        worst: The most violations of one execution.
        subjects: What was violated most often.
        cut: It is as old as the oldest execution that is looked at, so it may have begun before.
    """

    monitor: str
    start: str
    end: str | None
    executions: int
    worst: int
    subjects: tuple[str, ...]
    cut: bool


def incidents_of(records: Sequence[Record]) -> list[Incident]:
    """Incidents of one monitor, oldest first.

    A window without rows, or without a verdict, says nothing: it neither begins nor ends one.

    Args:
        records: Of one monitor, oldest first.
    """
    found: list[Incident] = []
    run: list[Record] = []
    cut = True
    for record in records:
        if record.state == "violated":
            run.append(record)
        elif record.state == "good":
            if run:
                found.append(_incident(run, record.scheduled, cut=cut))
                run = []
            cut = False
    if run:
        found.append(_incident(run, None, cut=cut))
    return found


def _incident(run: Sequence[Record], end: str | None, *, cut: bool) -> Incident:
    counted = Counter(subject for record in run for subject in record.subjects)
    subjects = sorted(counted, key=lambda subject: (-counted[subject], subject))[:_NAMED]
    worst = max(record.violations for record in run)
    return Incident(
        monitor=run[0].monitor,
        start=run[0].scheduled,
        end=end,
        executions=len(run),
        worst=worst,
        subjects=tuple(subjects),
        cut=cut,
    )
