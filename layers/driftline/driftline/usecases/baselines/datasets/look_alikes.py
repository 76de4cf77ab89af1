"""Columns of a data set that are probably no features: an index, ids, dates, constants.

They pass all checks of the baseline and make every window differ from it, or make all names after them those of other
columns. Whether a column is one cannot be known from its values, so this only warns.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice

import numpy as np

from driftline.domain.capture.columns import ColumnValues
from driftline.domain.profiles.column import ColumnProfile

_FEWEST = 50
"""Rows below which it is no surprise that each value occurs once."""
_SAMPLE = 100
_ALL = 0.95
"""Share of distinct values; across blocks their number is an estimate."""
_EPOCHS = ((1e9, 2e9), (1e12, 2e12))
"""Seconds and milliseconds since 1970, from September 2001 to May 2033."""
_FORMATS = ("%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%Y/%m/%d", "%d-%m-%Y", "%d %b %Y", "%d %B %Y", "%b %d, %Y")
_EXCLUDE = "Leave it out with columns.exclude of the monitor document, unless it is a feature."


class LookAlikes:
    """Watches the columns of a data set while it is read, block by block."""

    def __init__(self) -> None:
        self._columns: dict[str, _Watched] = {}
        self._rows = 0

    def see(self, rows: int, columns: Mapping[str, ColumnValues]) -> None:
        """The next rows of the data set."""
        for name, values in columns.items():
            self._columns.setdefault(name, _Watched()).see(values, self._rows, rows)
        self._rows += rows

    def warnings(self, profiles: Mapping[str, ColumnProfile]) -> Iterator[str]:
        """What each column looks like, if it looks like one of these.

        Args:
            profiles: Of all rows, by column.
        """
        for name, profile in profiles.items():
            if text := self._warning(name, profile):
                yield f"{name} {text}"

    def _warning(self, name: str, profile: ColumnProfile) -> str:
        watched = self._columns.get(name)
        if watched is None or not profile.present:
            return ""
        if watched.counts and profile.present == self._rows > 1:
            return _index(profile)
        constant = _constant(profile)
        if constant is not None and self._rows > 1:
            return f"has one value only: {constant}. Every other value is a change. {_EXCLUDE}"
        if (date := watched.date(profile)) is not None:
            return f"looks like a date ({date}): windows of other days differ from it. {_EXCLUDE}"
        if watched.each_once and profile.present >= _FEWEST and profile.distinct.estimate() >= _ALL * profile.present:
            return f"looks like an id: hardly any of its {profile.present:,} values occurs twice. {_EXCLUDE}"
        return ""


class _Watched:
    """One column: whether it counts the rows, whether each value occurs once, and a sample."""

    def __init__(self) -> None:
        self.counts = True
        self.each_once = True
        self._texts: list[str] = []
        self._numbers: list[float] = []
        self._start: float | None = None

    def see(self, values: ColumnValues, before: int, rows: int) -> None:
        numbers = values.numbers
        if self._start is None and len(numbers):
            self._start = float(numbers[0])
        start = self._start if self._start in {0.0, 1.0} else None
        self.counts = (
            self.counts
            and start is not None
            and len(numbers) == rows
            and bool(np.array_equal(numbers, np.arange(before, before + rows) + start))
        )
        self.each_once = (
            self.each_once
            and values.integral == len(numbers)  # measurements occur once, too
            and all(count == 1 for count in values.texts.values())
            and len(np.unique(numbers)) == len(numbers)
        )
        self._texts.extend(islice(values.texts, _SAMPLE - len(self._texts)))
        self._numbers.extend(numbers[: _SAMPLE - len(self._numbers)].tolist())

    def date(self, profile: ColumnProfile) -> str | None:
        """An example, if all values are dates, as texts or as numbers."""
        if self._texts:
            texts_only = not profile.types.numbers
            return self._texts[0] if texts_only and all(map(_is_date, self._texts)) else None
        smallest, largest = profile.moments.minimum, profile.moments.maximum
        if profile.types.fractional == 0 and all(_is_date(f"{number:.0f}") for number in self._numbers):
            return f"{self._numbers[0]:.0f}"  # 20260302
        for unit, (low, high) in zip((1, 1000), _EPOCHS, strict=True):
            if low <= smallest < largest <= high:
                moment = datetime.fromtimestamp(self._numbers[0] / unit, UTC)
                return f"{self._numbers[0]:.0f} is {moment:%Y-%m-%d %H:%M} UTC"
        return None


def _index(profile: ColumnProfile) -> str:
    first, last = profile.moments.minimum, profile.moments.maximum
    return (
        f"looks like an index: it counts the rows from {first:.0f} to {last:.0f}. If captures do not have it, "
        "the names of all columns after it are those of others. Write the data set without it (pandas: index=False), "
        "or leave it out with columns.exclude of the monitor document."
    )


def _constant(profile: ColumnProfile) -> str | None:
    counts = profile.categories.counts
    return next(iter(counts)) if counts is not None and len(counts) == 1 else None


def _is_date(text: str) -> bool:
    return any(_dates(text.strip()))


def _dates(text: str) -> Iterator[bool]:
    if not text[:1].isalnum() or sum(map(str.isdigit, text)) < 5:  # noqa: PLR2004 - a day and a year
        return
    with suppress(ValueError):
        yield 1900 <= datetime.fromisoformat(text).year <= 2100  # noqa: PLR2004 - 12345678 is no date
    for form in _FORMATS:
        for with_time in (form, f"{form} %H:%M", f"{form} %H:%M:%S"):
            with suppress(ValueError):
                datetime.strptime(text, with_time).replace(tzinfo=UTC)
                yield True
