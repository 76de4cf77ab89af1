"""What reaches notify_operators, in Driftline's own words, whatever envelope it came in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RawAlarm:
    """A change of a CloudWatch alarm.

    Attributes:
        state: OK, ALARM or INSUFFICIENT_DATA.
    """

    name: str
    state: str
    changed_at: datetime
    reason: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A text for people: from Driftline's own functions, or whoever else publishes to the alarm topic.

    Attributes:
        id: Of the message; the same again is the same message.
    """

    id: str
    subject: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Happening:
    """An event of Driftline: a decision on a retraining, a model that came into use.

    Attributes:
        kind: The event's detail-type.
    """

    id: str
    kind: str
    at: datetime
    detail: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tick:
    """Time passed."""

    at: datetime


type Heard = RawAlarm | Text | Happening | Tick
