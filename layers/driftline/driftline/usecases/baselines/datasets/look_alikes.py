"""Columns of a data set that are probably no features: an index, ids, dates, constants.

They pass all checks of the baseline and make every window differ from it, or make all names after them those of other
columns. Whether a column is one cannot be known from its values, so this only warns.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice

import msgspec
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


class Watched(msgspec.Struct, array_like=True):
    """One column of some rows that follow each other.

    Attributes:
        first: The first number.
        counts: Every row has a number, each one more than the last.
        each_once: Each value occurs once in its block, and is a text or a whole number.
        texts, numbers: The first ones.
    """

    first: float | None = None
    counts: bool = True
    each_once: bool = True
    texts: list[str] = msgspec.field(default_factory=list)
    numbers: list[float] = msgspec.field(default_factory=list)

    def see(self, values: ColumnValues, before: int, rows: int) -> None:
        numbers = values.numbers
        if self.first is None and len(numbers):
            self.first = float(numbers[0])
        self.counts = (
            self.counts
            and self.first is not None
            and len(numbers) == rows
            and bool(np.array_equal(numbers, np.arange(before, before + rows) + self.first))
        )
        self.each_once = (
            self.each_once
            and values.integral == len(numbers)  # measurements occur once, too
            and all(count == 1 for count in values.texts.values())
            and len(np.unique(numbers)) == len(numbers)
        )
        self.texts.extend(islice(values.texts, _SAMPLE - len(self.texts)))
        self.numbers.extend(numbers[: _SAMPLE - len(self.numbers)].tolist())

    def follow(self, other: "Watched", before: int) -> None:
        """Adds what was seen of the rows after these.

        Args:
            before: Number of these rows.
        """
        first = other.first if self.first is None else self.first
        self.counts = self.counts and other.counts and first is not None and other.first == first + before
        self.first = first
        self.each_once = self.each_once and other.each_once
        self.texts.extend(other.texts[: _SAMPLE - len(self.texts)])
        self.numbers.extend(other.numbers[: _SAMPLE - len(self.numbers)])

    @property
    def is_index(self) -> bool:
        """Whether it counts the rows from 0 or 1."""
        return self.counts and self.first in {0.0, 1.0}

    def date(self, profile: ColumnProfile) -> str | None:
        """An example, if all values are dates, as texts or as numbers."""
        if self.texts:
            texts_only = not profile.types.numbers
            return self.texts[0] if texts_only and all(map(_is_date, self.texts)) else None
        smallest, largest = profile.moments.minimum, profile.moments.maximum
        if profile.types.fractional == 0 and all(_is_date(f"{number:.0f}") for number in self.numbers):
            return f"{self.numbers[0]:.0f}"  # 20260302
        for unit, (low, high) in zip((1, 1000), _EPOCHS, strict=True):
            if low <= smallest < largest <= high:
                moment = datetime.fromtimestamp(self.numbers[0] / unit, UTC)
                return f"{self.numbers[0]:.0f} is {moment:%Y-%m-%d %H:%M} UTC"
        return None


class LookAlikes(msgspec.Struct, array_like=True):
    """Watches the columns of a data set while it is read, block by block, or file by file.

    Attributes:
        rows: Number of rows that were seen.
    """

    rows: int = 0
    columns: dict[str, Watched] = msgspec.field(default_factory=dict)

    def see(self, rows: int, columns: Mapping[str, ColumnValues]) -> None:
        """The next rows of the data set."""
        for name, values in columns.items():
            self.columns.setdefault(name, Watched()).see(values, self.rows, rows)
        self.rows += rows

    def follow(self, other: "LookAlikes") -> None:
        """Adds what was seen of the next files: as if their rows had been seen here."""
        for name, watched in other.columns.items():
            self.columns.setdefault(name, Watched()).follow(watched, self.rows)
        self.rows += other.rows

    def warnings(self, profiles: Mapping[str, ColumnProfile]) -> Iterator[str]:
        """What each column looks like, if it looks like one of these.

        Args:
            profiles: Of all rows, by column.
        """
        for name, profile in profiles.items():
            if text := self._warning(name, profile):
                yield f"{name} {text}"

    def _warning(self, name: str, profile: ColumnProfile) -> str:
        watched = self.columns.get(name)
        if watched is None or not profile.present:
            return ""
        if watched.is_index and profile.present == self.rows > 1:
            return _index(profile)
        constant = _constant(profile)
        if constant is not None and self.rows > 1:
            return f"has one value only: {constant}. Every other value is a change. {_EXCLUDE}"
        if (date := watched.date(profile)) is not None:
            return f"looks like a date ({date}): windows of other days differ from it. {_EXCLUDE}"
        if watched.each_once and profile.present >= _FEWEST and profile.distinct.estimate() >= _ALL * profile.present:
            return f"looks like an id: hardly any of its {profile.present:,} values occurs twice. {_EXCLUDE}"
        return ""


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
