"""Incidents as the pages show them: runs of executions of one monitor with violations.

They follow from the executions alone. What people were told when, and by which alarm, is in the conversations
(docs/guide/alarms.md), which may begin later, because an alarm may want several violations in a row.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from driftline.presentation.pages.overview.record import Record
from driftline.presentation.states import GOOD, VIOLATED

_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """From the first execution with violations to the first one without.

    Attributes:
        first: The execution that it began with; `closed`: the one that found nothing, None while it lasts.
        executions: With violations.
        worst: The most violations of one execution.
        subjects: What was violated most often.
        cut: It is as old as the oldest execution that is looked at, so it may have begun before.
    """

    monitor: str
    first: Record
    closed: Record | None
    executions: int
    worst: int
    subjects: tuple[str, ...]
    cut: bool

    @property
    def start(self) -> str:
        """The start of its first window, as text."""
        return self.first.time


def incidents_of(records: Sequence[Record]) -> list[Incident]:
    """Incidents of one monitor, oldest first.

    A window that was not evaluated, or whose execution failed, says nothing: it neither begins nor ends one.

    Args:
        records: Of one monitor, oldest first.
    """
    found: list[Incident] = []
    run: list[Record] = []
    cut = True
    for record in records:
        if record.state == VIOLATED:
            run.append(record)
        elif record.state == GOOD:
            if run:
                found.append(_incident(run, record, cut=cut))
                run = []
            cut = False
    if run:
        found.append(_incident(run, None, cut=cut))
    return found


def _incident(run: Sequence[Record], closed: Record | None, *, cut: bool) -> Incident:
    counted = Counter(subject for record in run for subject in record.violated)
    subjects = sorted(counted, key=lambda subject: (-counted[subject], subject))[:_NAMED]
    worst = max(record.violations for record in run)
    return Incident(
        monitor=run[0].monitor,
        first=run[0],
        closed=closed,
        executions=len(run),
        worst=worst,
        subjects=tuple(subjects),
        cut=cut,
    )
