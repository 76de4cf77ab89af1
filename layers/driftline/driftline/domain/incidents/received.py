"""The input of notify_operators, independent of the envelope in which it arrived."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RawAlarm:
    """A change of a CloudWatch alarm.

    Attributes:
        state: OK, ALARM or INSUFFICIENT_DATA.
        queue: Name of the queue whose messages it counts; empty for other alarms.
    """

    name: str
    state: str
    changed_at: datetime
    reason: str = ""
    description: str = ""
    queue: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A text for people, from Driftline's functions or any other publisher to the alarm topic.

    Attributes:
        id: Id of the message; the same id is the same message.
    """

    id: str
    subject: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Happening:
    """An event of Driftline: a decision on a retraining, or a new model in use.

    Attributes:
        kind: The event's detail-type.
    """

    id: str
    kind: str
    at: datetime
    detail: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed."""

    at: datetime


type Received = RawAlarm | Text | Happening | Tick
