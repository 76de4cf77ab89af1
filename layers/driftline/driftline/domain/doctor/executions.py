"""Do executions run when they should?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from driftline.domain.doctor.line import Line, advice, fault, ok
from driftline.domain.instants import format_instant


@dataclass(frozen=True, slots=True)
class ClockFacts:
    """The clock of an enabled monitor.

    Attributes:
        known: Whether the hourly check has looked at its schedule: earlier times are not expected.
        last: Scheduled time of the last execution; None before the first.
        overdue: The earliest scheduled time that should have run and has not.
        failed: Why the last execution failed; empty if it did not.
    """

    endpoint: str
    monitor: str
    known: bool
    last: datetime | None
    overdue: datetime | None
    failed: str = ""


def check_executions(clocks: Sequence[ClockFacts], at: datetime) -> Iterator[Line]:
    """Each monitor that is late, or whose last execution failed; or one line for all.

    Args:
        at: The time of the examination.
    """
    found = [line for each in clocks for line in _problems(each, at)]
    yield from found
    if not clocks:
        yield ok("No monitor is enabled, so no execution is due.")
    elif not found:
        ran = [each.last for each in clocks if each.last is not None]
        newest = f"; the newest was due at {format_instant(max(ran))}" if ran else "; the first is not due yet"
        yield ok(f"No execution is late{newest}.")


def _problems(clock: ClockFacts, at: datetime) -> Iterator[Line]:
    name = f"{clock.endpoint}, {clock.monitor}"
    if not clock.known:
        yield advice(
            f"{name}: the hourly check has not seen its schedule yet.",
            "Look again in an hour. If it stays so, see the log of check_freshness.",
        )
    if clock.overdue is not None:
        late = max(1, (at - clock.overdue) // timedelta(hours=1))
        last = format_instant(clock.last) if clock.last else "never"
        yield fault(
            f"{name}: the execution of {format_instant(clock.overdue)} is missing ({late} h late; last: {last}).",
            "See the dead letters of RunDeadLetters and the schedule in the stack's group; run what is missing by hand "
            "(docs/guide/operations.md#run-a-monitor-by-hand).",
        )
    if clock.failed:
        yield fault(
            f"{name}: the last execution failed: {clock.failed}",
            "docs/guide/operations.md#a-failed-execution",
        )
