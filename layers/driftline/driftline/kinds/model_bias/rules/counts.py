"""The state of a bias analysis: how many rows there are by group, label, prediction and stratum, for each facet.

A stratum is a value of the group variable, by which the conditional metrics (CDDL, CDDPL) are averaged. Merging adds:
exact, in any order. The counts hold for the criteria that they were made with: thresholds are applied, values are kept.

Limits: with more than MOST_VALUES values of the group variable there are no strata, and a facet with as many values
keeps those that are configured and counts the others together. Both follow from the rows alone, not from how they were
split.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from driftline.domain.profiles.storage import opened, sealed
from driftline.kinds.model_bias.rules.columns import MISSING, Coded, Codes, is_whole, numbers_of, spelled
from driftline.kinds.model_bias.rules.facets import ABOVE, BELOW, Criterion

MOST_VALUES = 2_000
OTHERS = "…"
"""The group of all values that are not configured, of a facet with too many."""

_KIND = "model-bias"
_DENSE = 1 << 22

type Cell = tuple[str | None, str | None, str | None, str | None]
"""Group, label, prediction, stratum; None where it is missing or not known yet."""

type CellWire = tuple[str | None, str | None, str | None, str | None, int]


class FacetWire(msgspec.Struct, frozen=True, array_like=True):
    cells: list[CellWire]
    kept: list[str]
    highest: int | float | None
    stratified: bool
    itemised: bool


class CountsWire(msgspec.Struct, frozen=True, array_like=True):
    facets: dict[str, FacetWire]
    highest_label: int | float | None


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows to count.

    Attributes:
        facets: By name, the facet and its column.
        label, prediction: None where the rows have none.
        positives: What is positive in labels and predictions.
        stratum: The group variable; None where none is configured.
    """

    facets: Mapping[str, tuple[Criterion, Coded]]
    positives: Criterion
    label: Coded | None = None
    prediction: Coded | None = None
    stratum: Coded | None = None


@dataclass(frozen=True, slots=True)
class FacetCounts:
    """The state of one facet.

    Attributes:
        cells: Rows by cell.
        kept: Configured values, which stay apart if there are too many.
        highest: Largest value of a continuous facet.
        stratified: Whether the cells have strata; not if there are too many.
        itemised: Whether each value has cells of its own; not if there are too many.
    """

    cells: Mapping[Cell, int] = field(default_factory=dict)
    kept: frozenset[str] = frozenset()
    highest: int | float | None = None
    stratified: bool = True
    itemised: bool = True

    @property
    def rows(self) -> int:
        return sum(self.cells.values())

    def groups(self) -> dict[str | None, int]:
        """Rows by group, most frequent first; None: without a value."""
        found: dict[str | None, int] = {}
        for (group, *_), rows in self.cells.items():
            found[group] = found.get(group, 0) + rows
        return dict(sorted(found.items(), key=lambda each: (-each[1], each[0] or "")))

    @classmethod
    def merge_all(cls, parts: Iterable[Self]) -> Self:
        """Raises ValueError: the facet was configured in another way."""
        total: dict[Cell, int] = {}
        kept: frozenset[str] | None = None
        highest: int | float | None = None
        stratified = itemised = True
        for part in parts:
            if kept is not None and part.kept != kept:
                raise ValueError(f"configured values differ: {sorted(kept)} and {sorted(part.kept)}")
            kept = part.kept
            highest = _larger(highest, part.highest)
            stratified, itemised = stratified and part.stratified, itemised and part.itemised
            for cell, rows in part.cells.items():
                total[cell] = total.get(cell, 0) + rows
        return cls(total, kept or frozenset(), highest, stratified, itemised).limited()

    def limited(self) -> Self:
        """Without what there is too much of."""
        stratified = self.stratified and len({cell[3] for cell in self.cells}) <= MOST_VALUES
        itemised = self.itemised and len({cell[0] for cell in self.cells} - self.kept) <= MOST_VALUES
        if stratified and itemised:
            return self
        total: dict[Cell, int] = {}
        for (group, label, prediction, stratum), rows in self.cells.items():
            named = group if itemised or group is None or group in self.kept else OTHERS
            cell = (named, label, prediction, stratum if stratified else None)
            total[cell] = total.get(cell, 0) + rows
        return type(self)(total, self.kept, self.highest, stratified, itemised)

    def to_wire(self) -> FacetWire:
        ordered = sorted(self.cells.items(), key=lambda each: [(part is not None, part or "") for part in each[0]])
        cells: list[CellWire] = [(*cell, rows) for cell, rows in ordered]
        return FacetWire(cells, sorted(self.kept), self.highest, self.stratified, self.itemised)

    @classmethod
    def from_wire(cls, wire: FacetWire) -> Self:
        cells: dict[Cell, int] = {(a, b, c, d): rows for a, b, c, d, rows in wire.cells}
        if len(cells) != len(wire.cells) or any(rows < 1 for rows in cells.values()):
            raise ValueError("cells are repeated or empty")
        return cls(cells, frozenset(wire.kept), wire.highest, wire.stratified, wire.itemised)


@dataclass(frozen=True, slots=True)
class Counts:
    """The state of all facets. Counts without facets are the identity of `merge`.

    Attributes:
        facets: By name.
        highest_label: Largest value of a continuous label.
    """

    facets: Mapping[str, FacetCounts] = field(default_factory=dict)
    highest_label: int | float | None = None

    @classmethod
    def of(cls, rows: Rows) -> Self:
        label, prediction = (
            outcomes(rows.positives, column) if column is not None else None for column in (rows.label, rows.prediction)
        )
        stratum = (rows.stratum.codes, list(map(str, rows.stratum.values))) if rows.stratum is not None else None
        facets = {}
        for name, (facet, column) in rows.facets.items():
            group = outcomes(facet, column)
            highest = _highest(column) if facet.continuous else None
            facets[name] = FacetCounts(_tally(group, label, prediction, stratum), facet.texts, highest).limited()
        highest_label = _highest(rows.label) if rows.label is not None and rows.positives.continuous else None
        return cls(facets, highest_label)

    @classmethod
    def empty(cls) -> Self:
        return cls()

    def merge(self, other: Self) -> Self:
        return self.merge_all((self, other))

    @classmethod
    def merge_all(cls, parts: Iterable[Self]) -> Self:
        """Raises ValueError: a facet was configured in another way."""
        found: dict[str, list[FacetCounts]] = {}
        highest: int | float | None = None
        for part in parts:
            highest = _larger(highest, part.highest_label)
            for name, facet in part.facets.items():
                found.setdefault(name, []).append(facet)
        return cls({name: FacetCounts.merge_all(each) for name, each in found.items()}, highest)

    def to_bytes(self) -> bytes:
        """The stored form; equal states give equal bytes."""
        facets = {name: facet.to_wire() for name, facet in sorted(self.facets.items())}
        return sealed(_KIND, CountsWire(facets, self.highest_label))

    @classmethod
    def from_bytes(cls, data: bytes, where: str) -> Self:
        """Raises InvalidInputError: not such a state, or damaged; `where` names the object."""
        return opened(_KIND, data, _DECODER, cls._from_wire, where)

    @classmethod
    def _from_wire(cls, wire: CountsWire) -> Self:
        return cls({name: FacetCounts.from_wire(facet) for name, facet in wire.facets.items()}, wire.highest_label)


_DECODER = msgspec.msgpack.Decoder(CountsWire)

type Named = tuple[Codes, Sequence[str]]
"""Codes of n rows, and the names of the codes."""


def outcomes(criterion: Criterion, column: Coded) -> Named:
    """Rows by value, or by the threshold of a continuous column, where text counts as missing."""
    if not criterion.continuous:
        return column.codes, [spelled(value, criterion.type.element) for value in column.values]
    numbers = numbers_of(column)
    sides = np.where(np.isnan(numbers), MISSING, numbers > criterion.threshold)
    return np.append(sides, MISSING)[column.codes], (BELOW, ABOVE)  # a missing value is the last one


def _tally(group: Named, *others: Named | None) -> dict[Cell, int]:
    """Rows by cell: the codes of a row are the digits of one number, with a digit more for missing values."""
    columns = [group, *others]
    numbers: NDArray[np.int64] = np.zeros(len(group[0]), dtype=np.int64)
    sizes = [1 if each is None else len(each[1]) + 1 for each in columns]
    for each, size in zip(columns, sizes, strict=True):
        numbers = numbers * size if each is None else numbers * size + each[0] + 1
    if np.prod(sizes, dtype=np.float64) <= _DENSE:
        counted = np.bincount(numbers, minlength=1)
        distinct = np.flatnonzero(counted)
        rows = counted[distinct]
    else:
        distinct, rows = np.unique(numbers, return_counts=True)
    found: dict[Cell, int] = {}
    for number, count in zip(distinct.tolist(), rows.tolist(), strict=True):
        cell = _cell(number, columns, sizes)  # several values may be spelled alike
        found[cell] = found.get(cell, 0) + count
    return found


def _cell(number: int, columns: Sequence[Named | None], sizes: Sequence[int]) -> Cell:
    parts: list[str | None] = []
    for each, size in zip(reversed(columns), reversed(sizes), strict=True):
        number, digit = divmod(number, size)
        parts.append(None if each is None or digit == 0 else each[1][digit - 1])
    stratum, prediction, label, group = parts
    return group, label, prediction, stratum


def _highest(column: Coded) -> int | float | None:
    """The largest value that some row has; whole where the column is."""
    numbers = numbers_of(column)
    used = numbers[np.unique(column.codes[column.codes != MISSING])]
    used = used[~np.isnan(used)]
    if not len(used):
        return None
    largest = float(used.max())
    return int(largest) if all(map(is_whole, column.values)) else largest


def _larger(one: float | None, other: float | None) -> int | float | None:
    if one is None or other is None:
        return other if one is None else one
    return max(one, other)
