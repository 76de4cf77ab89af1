"""The base of the monitor document's parts, and field types whose errors say how to fix the field."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    TypeAdapter,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from driftline.domain.errors import InvalidInputError
from driftline.domain.monitors.schedule import parse_schedule, parse_timezone
from driftline.domain.windows import SLOT

_DURATION = re.compile(r"[+-]?P(?=\d|T\d)(\d+W)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?", re.ASCII)
_LOOSE_DURATION = re.compile(
    r"(?P<sign>-?) ?(?P<number>\d{1,5}) ?(?P<unit>w|weeks?|d|days?|h|hours?|min|minutes?)", re.ASCII | re.IGNORECASE
)
"""What people write instead of ISO 8601: `7d`, `6 hours`."""

_LONGEST_DURATION = 20  # characters
_TIMEDELTA = TypeAdapter(timedelta)
MOST_TAGS = 20

_FARTHEST = timedelta(days=366)

REFUSED = "refused"
"""The type of pydantic errors whose context holds `allowed` and `mend`."""


class Part(BaseModel):
    """A part of the document: frozen, no unknown fields; the docstrings of fields become the schema's descriptions
    (schema.py)."""

    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True)


def refuse(found: str, allowed: str, mend: str = "") -> PydanticCustomError:
    """A validation error with the allowed values and a fix."""
    return PydanticCustomError(REFUSED, "{found}", {"found": found, "allowed": allowed, "mend": mend})


def checked[T](check: Callable[[str], T], text: str) -> T:
    """The result of a check of a field's text; its error becomes an error of the document."""
    try:
        return check(text)
    except InvalidInputError as error:
        raise refuse(error.what, error.expected, error.mend) from None


def _normal_schedule(text: str) -> str:
    return checked(parse_schedule, text).expression


def _known_timezone(name: str) -> str:
    checked(parse_timezone, name)
    return name


def _parse_duration(value: object, examples: str) -> timedelta:
    if isinstance(value, timedelta):
        return value
    text = str(value)
    if isinstance(value, str) and len(text) < _LONGEST_DURATION and _DURATION.fullmatch(text):
        return _TIMEDELTA.validate_python(text)
    meant = _LOOSE_DURATION.fullmatch(text) if len(text) < _LONGEST_DURATION else None
    mend = ""
    if meant:
        unit = meant["unit"][0].upper()
        mend = f"Did you mean {meant['sign']}P{'T' if unit in 'HM' else ''}{meant['number']}{unit}?"
    raise refuse(repr(value), f"an ISO 8601 duration in weeks, days, hours and minutes, for example {examples}", mend)


def _parse_offset(value: object) -> timedelta:
    """An ISO 8601 duration that is a whole number of slots and not after the scheduled time."""
    duration = _parse_duration(value, "-PT1H, -P1D, -P8D, PT0H")
    if duration % SLOT:
        raise refuse(f"{value!r} is not a multiple of five minutes", "a multiple of five minutes")
    if duration > timedelta(0):
        minus = f"Add a minus: -{format_offset(duration)}."
        raise refuse(f"{value!r} is after the scheduled time", "PT0H, or an offset before it, with a minus", minus)
    if duration < -_FARTHEST:
        raise refuse(f"{value!r} is more than a year", "at most 366 days before the scheduled time")
    return duration


def _parse_age(value: object) -> timedelta:
    """An ISO 8601 duration from zero to a year."""
    duration = _parse_duration(value, "P14D or PT6H")
    if not timedelta(0) <= duration <= _FARTHEST:
        raise refuse(f"{value!r} is out of range", "a duration from PT0H to P366D, without a minus")
    return duration


def is_age(value: object) -> bool:
    try:
        _parse_age(value)
    except PydanticCustomError:
        return False
    return True


def format_offset(duration: timedelta) -> str:
    """ISO 8601 in days, hours and minutes: `-P1DT12H`, `PT0H`."""
    sign, size = ("-", -duration) if duration < timedelta(0) else ("", duration)
    hours, minutes = divmod(size.seconds // 60, 60)
    time = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    days = f"{size.days}D" if size.days else ""
    return f"{sign}P{days}T{time}" if time else f"{sign}P{days}" if days else "PT0H"


def _web_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme != "https" or not parts.hostname or not text.isprintable() or " " in text:
        raise refuse(repr(text), "an address such as https://wiki.example.com/drift")
    return text


def _bucket_prefix(text: str) -> str:
    if text.startswith("/") or "//" in text:
        raise refuse(f"{text!r} has an empty folder name", "folders with single slashes, for example capture/")
    return text if text.endswith("/") or not text else text + "/"


def _no_empty_names(names: tuple[str, ...]) -> tuple[str, ...]:
    if "" in names:
        raise refuse("an empty column name", "a name")
    return names


def _not_too_many_tags(tags: dict[str, str]) -> dict[str, str]:
    if len(tags) > MOST_TAGS:
        raise refuse(f"{len(tags)} tags", f"at most {MOST_TAGS}")
    return tags


def _pattern(regex: str, allowed: str) -> Any:
    """Text that matches a pattern. The JSON Schema has the pattern, errors say it in words."""

    def check(text: str) -> str:
        if not re.fullmatch(regex, text, re.ASCII):
            raise refuse(repr(text), allowed)
        return text

    return AfterValidator(check)


def _described(regex: str) -> Any:
    return WithJsonSchema({"type": "string", "pattern": f"^(?:{regex})$"})


NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}"
_ONE_LINE = r"[^\x00-\x1f\x7f]{1,120}"
_BUCKET = r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"
_NAMESPACE = r"(?!AWS/|Driftline/)[A-Za-z0-9._/#-][A-Za-z0-9._/#: -]{0,254}"
_SCRIPT = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}\.py"

Name = Annotated[
    str,
    _pattern(NAME, "1–63 letters, digits, dots, hyphens or underscores, beginning with a letter or digit"),
    _described(NAME),
]
ChannelName = Name
WebAddress = Annotated[str, Field(max_length=500), AfterValidator(_web_address)]
OneLine = Annotated[str, _pattern(_ONE_LINE, "1–120 characters on one line"), _described(_ONE_LINE)]
AlarmName = OneLine
Tags = Annotated[
    dict[Name, OneLine],
    AfterValidator(_not_too_many_tags),
    Field(json_schema_extra={"maxProperties": MOST_TAGS, "additionalProperties": False}),
]
BucketName = Annotated[
    str,
    _pattern(_BUCKET, "the name of a bucket, without s3://: 3–63 lower-case letters, digits, dots or hyphens"),
    _described(_BUCKET),
]
ScriptName = Annotated[
    str, _pattern(_SCRIPT, "the name of a Python file under scripts/, for example preprocess.py"), _described(_SCRIPT)
]
Namespace = Annotated[
    str,
    _pattern(
        _NAMESPACE,
        "1–255 letters, digits, spaces and ._-/#: as CloudWatch allows, not beginning with :, AWS/, or Driftline/, "
        "where the signals for alarms are",
    ),
    _described(_NAMESPACE),
]
Prefix = Annotated[str, Field(max_length=512), AfterValidator(_bucket_prefix)]
ColumnNames = Annotated[tuple[str, ...], Field(max_length=10_000), AfterValidator(_no_empty_names)]
ScheduleText = Annotated[
    str,
    AfterValidator(_normal_schedule),
    WithJsonSchema({"type": "string", "pattern": r"^\s*(cron|rate|at)\s*\(.*\)\s*$"}),
]
Timezone = Annotated[str, AfterValidator(_known_timezone)]
Offset = Annotated[
    timedelta,
    BeforeValidator(_parse_offset),
    PlainSerializer(format_offset, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": _DURATION.pattern.join("^$")}),
]
Age = Annotated[
    timedelta,
    BeforeValidator(_parse_age),
    PlainSerializer(format_offset, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": _DURATION.pattern.join("^$")}),
]
