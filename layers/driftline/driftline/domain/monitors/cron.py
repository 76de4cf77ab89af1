"""EventBridge Scheduler's cron expressions: six fields, checked without a call to AWS.

Fields: minutes, hours, day-of-month, month, day-of-week (1 is Sunday), year. Source: EventBridge Scheduler User
Guide, "Schedule types". What the guide does not document (`LW`, `L-3`, ranges that wrap around) is refused.
"""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from driftline.domain.errors import InvalidInputError

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_LONGEST_MONTH = {month: 29 if month == 2 else calendar.monthrange(2001, month)[1] for month in range(1, 13)}  # noqa: PLR2004
_SATURDAY = 7

EXAMPLE = "cron(0 * ? * * *) for every hour, cron(0 6 ? * MON-FRI *) for weekdays at 06:00"


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    low: int
    high: int
    words: tuple[str, ...] = ()

    def number(self, text: str) -> int:
        if text in self.words:
            return self.words.index(text) + self.low
        if not re.fullmatch(r"\d{1,4}", text, re.ASCII) or not self.low <= int(text) <= self.high:
            words = f" or {self.words[0]}–{self.words[-1]}" if self.words else ""
            raise _refused(f"invalid {self.name} {text!r}", f"{self.low}–{self.high}{words}")
        return int(text)

    def values(self, text: str) -> frozenset[int]:
        """The numbers meant by a list of `*`, `a`, `a-b`, each with or without `/step`."""
        return frozenset(value for item in text.split(",") for value in self._item(item))

    def _item(self, item: str) -> range:
        base, slash, step_text = item.partition("/")
        step = 1
        if slash:
            widest = self.high - self.low + 1
            if not re.fullmatch(r"\d{1,4}", step_text, re.ASCII) or not 1 <= int(step_text) <= widest:
                raise _refused(f"invalid step {step_text!r} of the {self.name}", f"1–{widest}")
            step = int(step_text)
        if base == "*":
            return range(self.low, self.high + 1, step)
        first, dash, last = base.partition("-")
        start = self.number(first)
        end = self.number(last) if dash else (self.high if slash else start)
        if end < start:
            raise _refused(
                f"the range {base} of the {self.name} ends before it begins",
                "an ascending range",
                f"Write two ranges: {first}-{self.high},{self.low}-{last}.",
            )
        return range(start, end + 1, step)


_MINUTES = _Field("minutes", 0, 59)
_HOURS = _Field("hours", 0, 23)
_DATES = _Field("day-of-month", 1, 31)
_MONTH = _Field("month", 1, 12, _MONTHS)
_DAYS_OF_WEEK = _Field("day-of-week", 1, 7, _WEEKDAYS)
_YEARS = _Field("year", 1970, 2199)


@dataclass(frozen=True, slots=True)
class _Days:
    """Which days of a month: by date or by day of the week (1 is Sunday).

    `dates` and `weekdays` hold sets; `nearest` is the weekday closest to a date (`15W`), `last` the last day of the
    month (`L`), `last_weekday` the last of a kind (`6L`), `nth` the n-th of a kind (`3#2`).
    """

    rule: Literal["dates", "weekdays", "nearest", "last", "last_weekday", "nth"]
    numbers: frozenset[int] = frozenset()
    nth: int = 0

    def of(self, year: int, month: int) -> list[int]:
        length = calendar.monthrange(year, month)[1]
        if self.rule == "dates":
            return sorted(day for day in self.numbers if day <= length)
        if self.rule == "last":
            return [length]
        if self.rule == "nearest":
            (wanted,) = self.numbers
            return [_nearest_weekday(year, month, wanted, length)] if wanted <= length else []
        days = [day for day in range(1, length + 1) if date(year, month, day).isoweekday() % 7 + 1 in self.numbers]
        if self.rule == "last_weekday":
            return days[-1:]
        return days[self.nth - 1 : self.nth] if self.rule == "nth" else days


@dataclass(frozen=True, slots=True)
class Cron:
    """A parsed cron expression, in wall-clock time of the schedule's time zone.

    Attributes:
        expression: The normalised text, including `cron(…)`, for EventBridge.
    """

    expression: str
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    months: frozenset[int]
    years: frozenset[int]
    _days: _Days

    def days(self, year: int, month: int) -> list[int]:
        """The days of a month on which it fires; ignores the year field."""
        return self._days.of(year, month) if month in self.months else []

    def clock_times(self) -> Iterator[tuple[int, int]]:
        """(hour, minute) of a day on which it fires, in order."""
        return ((hour, minute) for hour in self.hours for minute in self.minutes)


def parse_cron(expression: str) -> Cron:
    """Checks and normalises `cron(…)`.

    SageMaker documents `cron(0 17/12 ? * * *)` as "every 12 hours, starting at 5 pm", which EventBridge would fire
    at 17:00 only. This one form is converted into the intended hours (`5,17`) if the step divides a day.

    Raises:
        InvalidInputError: EventBridge Scheduler would not accept it, or it could never fire.
    """
    inner = re.fullmatch(r"cron\((.*)\)", expression.strip(), re.IGNORECASE | re.DOTALL)
    fields = inner[1].upper().split() if inner else []
    if any("[" in field for field in fields):
        raise _refused(
            f"{expression!r} has brackets",
            EXAMPLE,
            "In SageMaker's documentation, [00-23] stands for one number from 0 to 23.",
        )
    if len(fields) != 6:  # noqa: PLR2004, EventBridge's fields
        raise _refused(
            f"{expression!r} has {len(fields)} fields",
            "six fields: minutes, hours, day-of-month, month, day-of-week, year",
            f"For example {EXAMPLE}.",
        )
    fields = _as_sagemaker_means([re.sub(r"(?<!\d)0+(?=\d)", "", field) for field in fields])
    minutes, hours, day_of_month, month, day_of_week, year = fields
    cron = Cron(
        f"cron({' '.join(fields)})",
        tuple(sorted(_MINUTES.values(minutes))),
        tuple(sorted(_HOURS.values(hours))),
        _MONTH.values(month),
        _YEARS.values(year),
        _parse_days(day_of_month, day_of_week),
    )
    _refuse_impossible_date(cron, expression)
    return cron


def _as_sagemaker_means(fields: list[str]) -> list[str]:
    step = re.fullmatch(r"(\d{1,2})/(\d{1,2})", fields[1], re.ASCII)
    if step is None or [fields[0], *fields[2:]] != ["0", "?", "*", "*", "*"]:
        return fields
    first, every = int(step[1]), int(step[2])
    if first > _HOURS.high or every == 0 or 24 % every:
        return fields
    hours = ",".join(str(hour) for hour in sorted((first + n * every) % 24 for n in range(24 // every)))
    # A series that starts within its first step needs no list: EventBridge reads 0/2 in the same way.
    return fields if first < every < 24 else ["0", hours if every > 1 else "*", *fields[2:]]  # noqa: PLR2004, hours of a day


def _parse_days(day_of_month: str, day_of_week: str) -> _Days:
    if (day_of_month == "?") == (day_of_week == "?"):
        raise _refused(
            f"day-of-month is {day_of_month!r} and day-of-week is {day_of_week!r}",
            "a ? in exactly one of the two",
            "Put ? in the field that does not matter.",
        )
    return _parse_dates(day_of_month) if day_of_week == "?" else _parse_weekdays(day_of_week)


def _parse_dates(text: str) -> _Days:
    if text == "L":
        return _Days("last")
    if re.fullmatch(r"\d{1,2}W", text, re.ASCII):
        return _Days("nearest", frozenset({_DATES.number(text[:-1])}))
    return _Days("dates", _DATES.values(text))


def _parse_weekdays(text: str) -> _Days:
    if text == "L":
        return _Days("weekdays", frozenset({_SATURDAY}))
    if re.fullmatch(r"\w+L", text, re.ASCII):
        return _Days("last_weekday", frozenset({_DAYS_OF_WEEK.number(text[:-1])}))
    kind, hash_sign, nth = text.partition("#")
    if hash_sign:
        if nth not in {"1", "2", "3", "4", "5"}:
            raise _refused(f"{text!r}: no month has such a day number {nth!r}", "1–5 after the #")
        return _Days("nth", frozenset({_DAYS_OF_WEEK.number(kind)}), int(nth))
    return _Days("weekdays", _DAYS_OF_WEEK.values(text))


def _nearest_weekday(year: int, month: int, day: int, length: int) -> int:
    """The weekday closest to a date, never in another month."""
    weekday = date(year, month, day).isoweekday()
    if weekday == 6:  # noqa: PLR2004, Saturday
        return day - 1 if day > 1 else day + 2
    if weekday == 7:  # noqa: PLR2004, Sunday
        return day + 1 if day < length else day - 2
    return day


def _refuse_impossible_date(cron: Cron, expression: str) -> None:
    rule = cron._days  # noqa: SLF001, the same module's
    if rule.rule in {"dates", "nearest"} and min(rule.numbers) > max(_LONGEST_MONTH[month] for month in cron.months):
        raise _refused(f"{expression!r} never fires: none of these months has that day", "a day that exists")


def _refused(what: str, expected: str, mend: str = "") -> InvalidInputError:
    return InvalidInputError(what, expected=expected, mend=mend)
