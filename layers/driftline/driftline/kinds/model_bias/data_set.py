"""A data set of a bias analysis, read once batch by batch: criteria, counts, flip tests, and what could not be used."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from driftline.domain.capture.attribute import pick
from driftline.domain.datasets import RowBatch
from driftline.domain.errors import InvalidInputError
from driftline.domain.listing import first_of
from driftline.domain.predictions.attributes import LABELS, Attributes
from driftline.domain.predictions.picking import (
    LABEL_NO_NUMBER,
    NO_LABEL,
    NO_PREDICTION,
    NO_PROBABILITY,
    PREDICTION_NO_NUMBER,
    PickedColumns,
    pick_data_set,
    positive_text,
)
from driftline.domain.predictions.values import probability_of
from driftline.domain.profiles.packing import Floats
from driftline.kinds.data import DataSet
from driftline.kinds.model_bias.counting import decided, of_facet
from driftline.kinds.model_bias.data_columns import ColumnOfCells
from driftline.kinds.model_bias.data_flips import FlipSample
from driftline.kinds.model_bias.data_places import SHOWN, DataColumns, Outcomes, names_of, outcomes_in, place_of
from driftline.kinds.model_bias.plan import BiasPlan, Part
from driftline.kinds.model_bias.rules.columns import (
    MISSING,
    Coded,
    ColumnType,
    DataType,
    Element,
    numbers_of,
    spelled,
    type_of,
)
from driftline.kinds.model_bias.rules.counts import Counts, Rows
from driftline.kinds.model_bias.rules.facets import Criterion, check_prediction
from driftline.kinds.model_bias.rules.notes import notes
from driftline.kinds.model_bias.rules.report import NO_FACET, FlipTests
from driftline.kinds.model_bias.typed import TypedPlan


@dataclass(frozen=True, slots=True, eq=False)
class BiasData:
    """What was read.

    Attributes:
        rows: Their number.
        typed: The plan with the types that the data set has, of those facets whose columns it has.
        orders: Values of the facets in the order of the data set, by facet.
        flips: The flip tests.
        unusable: Labels and predictions that cannot be used, by reason.
        notes: What a reader should know, one sentence each.
    """

    rows: int
    typed: TypedPlan
    counts: Counts
    orders: Mapping[str, tuple[str, ...]]
    flips: FlipTests = field(default_factory=dict)
    unusable: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def read_bias_data(plan: BiasPlan, data: DataSet, columns: DataColumns, *, predicted: bool = True) -> BiasData:
    """Reads the whole data set.

    Args:
        predicted: Whether it should have predictions.

    Raises:
        InvalidInputError: it cannot be read, has no rows, or neither the label nor any facet.
    """
    gathered = _gathered(plan, data, columns, predicted=predicted)
    if gathered is None:
        raise InvalidInputError("the data set has no rows", where=data.where, expected="rows with a label")
    return gathered.read()


def _gathered(plan: BiasPlan, data: DataSet, columns: DataColumns, *, predicted: bool) -> "_Gathered | None":
    gathered: _Gathered | None = None
    for named, batch in data.batches():
        if not batch.rows:
            continue
        names = names_of(plan, batch, columns, named=named)
        gathered = gathered or _Gathered.of(plan, batch, names, columns, data.where, predicted)
        gathered.add(batch, names)
    return gathered


class _Gathered:
    """The columns that are needed, so far."""

    def __init__(self, plan: BiasPlan, where: Outcomes, places: Mapping[str, str], features: Sequence[str]) -> None:
        self.plan = plan
        self.attributes = where.attributes
        self.where = where
        self.places = places
        self.rows = 0
        self.cells = {name: ColumnOfCells() for name in plan.columns if name in places}
        self.label = ColumnOfCells()
        self.prediction = ColumnOfCells()
        self.probabilities: list[Floats] = []
        self.flips = FlipSample(features)
        self.features = features

    @classmethod
    def of(
        cls, plan: BiasPlan, batch: RowBatch, names: tuple[str, ...], columns: DataColumns, where: str, predicted: bool
    ) -> "_Gathered":
        """Finds the columns in the first batch."""
        table = not isinstance(batch.rows[0], Mapping)
        found = outcomes_in(plan, names, columns, where, table=table, predicted=predicted)
        resolved = found.attributes
        places = {name: place for name in plan.columns if (place := place_of(name, names)) is not None}
        if not any(all(column in places for column in facet.columns) for facet in plan.facets):
            missing = next(column for facet in plan.facets for column in facet.columns if column not in places)
            raise InvalidInputError(
                f"no column {missing}, a facet",
                where=where,
                expected=f"one of {first_of(names, SHOWN)}",
                mend="Correct the facet's column, or the data set's header.",
            )
        excluded = (place_of(name, names) for name in plan.excluded)
        used = {resolved.ground_truth, resolved.inference, resolved.probability, *excluded}
        return cls(plan, found, places, [name for name in names if name not in used])

    def add(self, batch: RowBatch, names: tuple[str, ...]) -> None:
        attributes = replace(self.attributes, columns=names)
        columns = _columns(batch, names, (*self.places.values(), *self.features))
        picked = _picked(batch, columns, attributes) if self.where.predicted else _labels(batch, columns, attributes)
        for name, column in self.cells.items():
            column.add(columns[self.places[name]])
        self.label.add(picked.labels)
        if picked.predictions is not None:
            self.prediction.add(picked.predictions)
        elif picked.probabilities is not None:
            self.probabilities.append(picked.probabilities)
        self.flips.add(columns, len(batch.rows))
        self.rows += len(batch.rows)

    def read(self) -> BiasData:
        unusable: dict[str, int] = {}
        columns = {name: self.cells.pop(name).coded() for name in list(self.cells)}
        types = {
            part.column: _type(part, columns[part.column])
            for facet in self.plan.facets
            for part in facet.parts
            if part.column in columns
        }
        facets = tuple(facet for facet in self.plan.facets if all(column in columns for column in facet.columns))
        missing = [facet.name for facet in self.plan.facets if facet not in facets]
        label = self.label.coded()
        typed = TypedPlan.of(replace(self.plan, facets=facets), _type(self.plan.positive, label), types)
        label = _usable(label, typed.label, (NO_LABEL, LABEL_NO_NUMBER), unusable)
        said = [f"{NO_FACET.format(name)}." for name in missing]
        prediction = self._predictions(typed, unusable, said)
        criteria = {part.column: _criterion(part, types) for facet in facets for part in facet.parts}
        of_facets = {each.name: (typed.facets[each.name], of_facet(each, criteria, columns)) for each in facets}
        group = self.plan.group_variable
        stratum = columns.get(group) if group is not None else None
        if group is not None and stratum is None:
            said.append(f"There is no column {group}, the group variable: CDDL and CDDPL cannot be computed.")
        rows = Rows(of_facets, typed.label, label, prediction, stratum)
        counts = Counts.of(rows)
        flips: FlipTests = {}
        if prediction is not None and "FT" in self.plan.post:
            sample = self.flips.flip_rows(rows)
            own = {facet.name: [self.places[column] for column in facet.columns] for facet in facets}
            flips = sample.tests(typed.facets, counts, own)
            if sample.sampled:
                said.append(f"The flip test (FT) is of a sample of {len(sample.hashes):,} rows.")
        orders = {
            name: tuple(dict.fromkeys(spelled(value, criterion.type.element) for value in column.values))
            for name, (criterion, column) in of_facets.items()
            if not criterion.values
        }
        known = (*said, *notes(counts, typed.facets, typed.label))
        return BiasData(self.rows, typed, counts, orders, flips, dict(sorted(unusable.items())), known)

    def _predictions(self, typed: TypedPlan, unusable: dict[str, int], said: list[str]) -> Coded | None:
        threshold = self.attributes.threshold
        if self.probabilities:
            found = decided(np.concatenate(self.probabilities), threshold, typed.label)
            _count(int(found.missing), NO_PROBABILITY, unusable)
            return found
        if not self.where.predicted:
            said += [self.where.note] if self.plan.post else []
            return None
        column = self.prediction.coded()
        if self._are_scores(column, typed.label):
            numbers = np.append(numbers_of(column), np.nan)[column.codes]
            found = decided(numbers, threshold, typed.label)
            _count(int(found.missing), NO_PROBABILITY, unusable)
            return found
        try:
            check_prediction(typed.label, column)
        except ValueError as error:
            said.append(f"{error}: the metrics of predictions cannot be computed.")
            return None
        return _usable(column, typed.label, (NO_PREDICTION, PREDICTION_NO_NUMBER), unusable)

    def _are_scores(self, column: Coded, label: Criterion) -> bool:
        """Whether predictions are probabilities: fractions, where the labels are categories."""
        if label.continuous or column.element is not Element.NUMBER:
            return False
        numbers = numbers_of(column)
        return bool(((numbers >= 0) & (numbers <= 1)).all() and (numbers % 1 != 0).any())


def _columns(batch: RowBatch, names: Sequence[str], wanted: Sequence[str]) -> dict[str, Sequence[object]]:
    if isinstance(batch.rows[0], Mapping):
        return {name: [row.get(name) for row in batch.rows] for name in wanted}  # type: ignore[union-attr]  # all are
    return dict(zip(names, zip(*batch.rows, strict=True), strict=True))


def _picked(batch: RowBatch, columns: Mapping[str, Sequence[object]], attributes: Attributes) -> PickedColumns:
    """As pick_data_set, which looks at each row; columns of a table are at hand."""
    names = {attributes.ground_truth, attributes.inference, attributes.probability} - {None}
    if isinstance(batch.rows[0], Mapping) or LABELS in columns or not names <= set(columns):
        return pick_data_set(batch.rows, attributes)
    assert attributes.ground_truth is not None  # resolved
    labels = columns[attributes.ground_truth]
    if attributes.inference is not None:
        return PickedColumns(labels, columns[attributes.inference])
    assert attributes.probability is not None  # Attributes asks for one of both
    positive = positive_text(attributes)
    given = columns[attributes.probability]
    return PickedColumns(labels, None, np.array([probability_of(positive, each, None) for each in given], dtype=float))


def _labels(batch: RowBatch, columns: Mapping[str, Sequence[object]], attributes: Attributes) -> PickedColumns:
    """Of rows without predictions."""
    truth = attributes.ground_truth or ""
    if truth in columns:
        return PickedColumns(columns[truth])
    return PickedColumns([pick(truth, row, attributes.columns) for row in batch.rows])


def _type(part: Part, column: Coded) -> ColumnType:
    """As the plan says, or as the values are."""
    found = type_of(column, part.values)
    if part.data is None or part.data is found.data:
        return found
    return ColumnType(part.data, Element.NUMBER if part.data is DataType.CONTINUOUS else found.element)


def _criterion(part: Part, types: Mapping[str, ColumnType]) -> Criterion:
    return Criterion(part.column, part.values, types[part.column])


def _usable(column: Coded, label: Criterion, reasons: tuple[str, str], unusable: dict[str, int]) -> Coded:
    """The column of labels or predictions without what cannot be used."""
    _count(column.missing, reasons[0], unusable)
    if not label.continuous:
        return column
    no_number = np.append(np.isnan(numbers_of(column)), False)[column.codes]
    _count(int(no_number.sum()), reasons[1], unusable)
    return Coded(np.where(no_number, MISSING, column.codes), column.values)


def _count(rows: int, reason: str, unusable: dict[str, int]) -> None:
    if rows:
        unusable[reason] = rows
