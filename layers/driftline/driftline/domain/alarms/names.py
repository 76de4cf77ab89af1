"""Names of alarms: `<stack>/<endpoint>/<subject>/<label>`, and back.

CloudWatch takes names of 1 to 255 characters without control characters (API Reference, PutMetricAlarm).
"""

import unicodedata
from dataclasses import dataclass
from hashlib import sha256

LONGEST_ALARM_NAME = 255
"""Characters."""

WATCH = "watch"
"""The subject of alarms on the endpoint as a whole, and on the monitors themselves."""

SCHEDULES = "schedules"
CAPTURES = "captures"
GROUND_TRUTH = "ground truth"
UNMATCHED_LABELS = "unmatched labels"

_DIGEST = 8  # hexadecimal digits
_FAILED = " executions failed"


@dataclass(frozen=True, slots=True)
class AlarmName:
    """The contents of an alarm's name.

    Attributes:
        subject: A monitor's name, or `watch`.
        label: The alarm's name in the document; a long one is cut.
    """

    endpoint: str
    subject: str
    label: str


def alarm_name(stack: str, endpoint: str, subject: str, label: str) -> str:
    """The alarm's name. A label that CloudWatch would not accept is cut or cleaned, and gets a digest."""
    prefix = f"{endpoint_prefix(stack, endpoint)}{subject}/"
    room = LONGEST_ALARM_NAME - len(prefix)
    cleaned = plain(label)
    if cleaned == label and len(label) <= room:
        return prefix + label
    digest = sha256(label.encode(errors="surrogatepass")).hexdigest()[:_DIGEST]
    return f"{prefix}{cleaned[: room - _DIGEST - 1]}~{digest}"


def endpoint_prefix(stack: str, endpoint: str) -> str:
    """The prefix of the names of an endpoint's alarms, and of no other endpoint's."""
    return f"{stack}/{endpoint}/"


def parse_alarm_name(stack: str, name: str) -> AlarmName | None:
    """The contents of a name; None for alarms outside of monitor documents, such as those on dead-letter queues."""
    found, *parts = name.split("/", 3)
    if found != stack or len(parts) != 3 or not all(parts):  # noqa: PLR2004, endpoint, subject, label
        return None
    return AlarmName(*parts)


def executions_failed(monitor: str) -> str:
    """The label, under `watch`, of the alarm on a monitor's failed executions."""
    return monitor + _FAILED


def plain(text: str) -> str:
    """The text on one line, without control characters and others that a name must not have."""
    return "".join("\ufffd" if unicodedata.category(sign) in {"Cc", "Cs", "Zl", "Zp"} else sign for sign in text)
