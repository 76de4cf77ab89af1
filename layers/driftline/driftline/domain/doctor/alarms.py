"""Are the alarms there, switched on, and fed with data?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from driftline.domain.doctor.line import Line, advice, fault, ok
from driftline.domain.instants import format_instant

_LONG = timedelta(days=2)
"""Alarms wait for data from their creation to the first execution, which may be a day later."""


@dataclass(frozen=True, slots=True)
class AlarmFacts:
    """An alarm that should be there.

    Attributes:
        owner: `the stack`, or the key of the monitor document that asks for it.
        state: OK, ALARM, INSUFFICIENT_DATA; empty if it does not exist.
        since: Since when it has this state.
        active: Whether its actions are switched on.
    """

    name: str
    owner: str
    state: str
    since: datetime | None = None
    active: bool = True


def check_alarms(alarms: Sequence[AlarmFacts], at: datetime) -> Iterator[Line]:
    """Each alarm that cannot alarm, or one line for all."""
    found = [line for each in alarms if (line := _problem(each, at))]
    yield from found
    if not found:
        ringing = sum(each.state == "ALARM" for each in alarms)
        yield ok(f"All {len(alarms)} alarms are in place; {ringing} in alarm now.")


def _problem(alarm: AlarmFacts, at: datetime) -> Line | None:
    if not alarm.state:
        mend = "Delete and deploy the stack again." if alarm.owner == "the stack" else f"Upload {alarm.owner} again."
        return fault(f"The alarm {alarm.name} of {alarm.owner} does not exist.", mend)
    if not alarm.active:
        return fault(
            f"The actions of the alarm {alarm.name} are switched off: it notifies nobody.",
            f'`aws cloudwatch enable-alarm-actions --alarm-names "{alarm.name}"`',
        )
    if alarm.state == "INSUFFICIENT_DATA" and alarm.since is not None and at - alarm.since > _LONG:
        return advice(
            f"The alarm {alarm.name} has had no data since {format_instant(alarm.since)}.",
            "Its figure was never published: look at its metric in CloudWatch and at the name in the document.",
        )
    return None
