"""Partial dependence: the mean answer over the data with one feature set to a value, for a grid of values.

Friedman, "Greedy Function Approximation", Annals of Statistics 29 (2001), section 8.2; grid and fields are SageMaker
Clarify's. Numbers: centres of `grid_resolution` buckets of equal width between minimum and maximum, with the share of
the rows in each. Categories: each value, with its share. Free text has no curve but Clarify's error. The type of a
feature follows `column_types` unless it is given.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from driftline.domain.errors import InvalidInputError
from driftline.domain.explanations.asking import ROWS_AT_ONCE, Cells, Floats, Model, ask, matrix
from driftline.domain.explanations.column_types import MOST_CATEGORIES, ColumnType, column_type, is_missing

type Value = str | int | float | bool

GRID_RESOLUTION = 15
"""Default of the SageMaker SDK."""

TOP_FEATURES = 10
"""Default of the SageMaker SDK for `top_k_features`."""

MOST_ROWS = 10_000
"""Rows that the mean is taken over: of more, an even sample."""

NOT_SUPPORTED = (
    "Detected data type is not supported for PDP. PDP can only be computed for numerical or categorical columns"
)
"""Clarify's sentence for free text."""

NO_VALUE = "The feature has no value in the data set"


@dataclass(frozen=True, slots=True)
class Grid:
    """The values that a feature is set to.

    Attributes:
        place: Of the feature.
        values: Bucket centres, ascending; or categories, numbers ascending, otherwise in the order of their texts.
        distribution: The share of each bucket or category in the rows that have a value. The shares add up to less
            than 1 where there are more than MOST_CATEGORIES categories: the most frequent ones are kept.
        error: Why there are no values.
    """

    place: int
    type: ColumnType
    values: tuple[Value, ...] = ()
    distribution: tuple[float, ...] = ()
    error: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """The partial dependence on a feature.

    Attributes:
        predictions: The mean answer at each value, shape (outputs, values), as Clarify writes it.
    """

    grid: Grid
    predictions: Floats

    def clarify_entry(self, name: str, labels: Sequence[str]) -> dict[str, object]:
        """The entry of `pdp` in analysis.json, with these names of the feature and of the outputs."""
        head: dict[str, object] = {"feature_name": name, "data_type": self.grid.type.value}
        if self.grid.error is not None:
            return head | {"error": self.grid.error}
        return head | {
            "feature_values": list(self.grid.values),
            "data_distribution": list(self.grid.distribution),
            "model_predictions": self.predictions.tolist(),
            "label_headers": list(labels),
        }


class PartialDependence:
    """Curves for some features, one after the other, so that a caller can stop in between.

    Args:
        rows: The data, shape (rows, features).
        features: Places of the features; None for all.
        types: Of all features; None: by `column_type` of the rows that are used.
        most_rows: Of more rows an even sample is used.

    Raises:
        InvalidInputError: no row, no bucket, or a feature that is not there.
    """

    def __init__(
        self,
        rows: Sequence[Sequence[object]] | Cells,
        features: Sequence[int] | None = None,
        grid_resolution: int = GRID_RESOLUTION,
        types: Sequence[ColumnType] | None = None,
        most_rows: int = MOST_ROWS,
    ) -> None:
        cells = matrix(rows)
        if not cells.size:
            raise InvalidInputError(
                "no row to take means over", where="pdp", expected="a data set", mend="Give at least one row."
            )
        if grid_resolution < 1:
            raise InvalidInputError(
                f"{grid_resolution} buckets",
                where="grid_resolution",
                expected="at least 1",
                mend=f"Leave it out for {GRID_RESOLUTION}.",
            )
        if len(cells) > most_rows:
            cells = cells[np.arange(most_rows) * len(cells) // most_rows]
        self._cells = cells
        width = cells.shape[1]
        wrong = [each for each in features or () if not 0 <= each < width]
        if wrong:
            raise InvalidInputError(
                f"there is no feature {wrong[0]}",
                where="features",
                expected=f"places from 0 to {width - 1}",
                mend="Correct the features.",
            )
        places = range(width) if features is None else features
        self.grids = tuple(
            _grid(place, cells[:, place].tolist(), types[place] if types else None, grid_resolution) for place in places
        )

    @property
    def rows_to_ask(self) -> int:
        """How many rows the model is asked about for all curves."""
        return len(self._cells) * sum(len(grid.values) for grid in self.grids)

    def curves(self, model: Model, rows_at_once: int = ROWS_AT_ONCE, start: int = 0) -> Iterator[Curve]:
        """The curves in the order of `grids`, from number `start` on; those without values have no predictions.

        Raises:
            InvalidInputError: answers that cannot be used.
        """
        for grid in self.grids[start:]:
            yield Curve(grid, self._means(model, grid, rows_at_once))

    def _means(self, model: Model, grid: Grid, rows_at_once: int) -> Floats:
        """Shape (outputs, values)."""
        count = len(self._cells)
        total = count * len(grid.values)
        values = matrix([[each] for each in grid.values])[:, 0] if grid.values else np.empty(0)
        sums: Floats | None = None
        for first in range(0, total, rows_at_once):
            value, row = np.divmod(np.arange(first, min(first + rows_at_once, total)), count)
            asked = self._cells[row]
            if values.dtype == np.object_:
                asked = asked.astype(np.object_)
            asked[:, grid.place] = values[value]
            answers = ask(model, asked, None if sums is None else sums.shape[1])
            if sums is None:
                sums = np.zeros((len(grid.values), answers.shape[1]))
            np.add.at(sums, value, answers)
        return np.empty((0, 0)) if sums is None else sums.T / count


def _grid(place: int, cells: Sequence[object], given: ColumnType | None, resolution: int) -> Grid:
    kind = given or column_type(cells)
    present = [cell for cell in cells if not is_missing(cell)]
    if kind is ColumnType.FREE_TEXT:
        return Grid(place, kind, error=NOT_SUPPORTED)
    if kind is ColumnType.NUMERICAL:
        numbers = _finite(present)
        return _buckets(place, numbers, resolution) if numbers.size else Grid(place, kind, error=NO_VALUE)
    if not present:
        return Grid(place, kind, error=NO_VALUE)
    counts = Counter(present).most_common(MOST_CATEGORIES)
    counts.sort(key=lambda pair: _place_in_order(pair[0]))
    values = tuple(_plain(value) for value, _ in counts)
    return Grid(place, kind, values, tuple(count / len(present) for _, count in counts))


def _buckets(place: int, numbers: Floats, resolution: int) -> Grid:
    low, high = float(numbers.min()), float(numbers.max())
    if low == high:
        return Grid(place, ColumnType.NUMERICAL, (low,), (1.0,))
    width = (high - low) / resolution
    centres = tuple(low + (bucket + 0.5) * width for bucket in range(resolution))
    buckets = np.minimum(((numbers - low) / width).astype(np.int64), resolution - 1)
    shares = np.bincount(buckets, minlength=resolution) / len(numbers)
    return Grid(place, ColumnType.NUMERICAL, centres, tuple(shares.tolist()))


def _finite(present: Sequence[object]) -> Floats:
    """Raises InvalidInputError: a text in a feature that is said to be numerical."""
    try:
        numbers = np.array([float(cell) for cell in present], dtype=np.float64)  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        raise InvalidInputError(
            f"a value that is not a number ({error})",
            where="a numerical feature",
            expected="numbers",
            mend="Declare the feature as categorical.",
        ) from error
    return numbers[np.isfinite(numbers)]


def _place_in_order(value: object) -> tuple[int, float, str]:
    return (0, float(value), "") if isinstance(value, int | float | np.number) else (1, 0.0, str(value))


def _plain(value: object) -> Value:
    """Of Python's own types, as JSON has them."""
    return value if isinstance(value, str | int | float | bool) else str(value)
