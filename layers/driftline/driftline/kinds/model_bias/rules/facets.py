"""What an analysis compares: groups of rows by a facet, positive outcomes of a label; and their texts in files."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from driftline.kinds.model_bias.rules.columns import Coded, ColumnType, DataType, Value, spelled, threshold_of, type_of

ABOVE, BELOW = "above", "below"
"""Groups of a continuous column: above its threshold, or not."""

NO_THRESHOLD = "Threshold values must be provided for continuous features"
NOT_A_THRESHOLD = "Facet/label value provided must be a single numeric threshold for continuous data"
OTHER_TYPE = "Predicted Label Column series datatype is not the same as Label Column series"
NO_POSITIVES = "Positive label values or thresholds are empty for Label column"

_INTERVAL = re.compile(r"^\((?P<low>[^,]+), (?P<high>[^\]]+)\]$")


@dataclass(frozen=True, slots=True)
class Criterion:
    """A column and what sets some of its rows apart: the facet's group, or a label's positive outcomes.

    Attributes:
        column: Name of the column; shown, and the key of the facet in files.
        values: Values, or one threshold of a continuous column. A facet without any has one entry for each value.
        type: As decided at the baseline.
    """

    column: str
    values: tuple[Value, ...]
    type: ColumnType

    @property
    def continuous(self) -> bool:
        return self.type.data is DataType.CONTINUOUS

    @property
    def threshold(self) -> float:
        """Raises ValueError: a continuous column without a threshold; in Clarify's words."""
        if not self.values:
            raise ValueError(NO_THRESHOLD)
        threshold = threshold_of(self.values)
        if threshold is None:
            raise ValueError(NOT_A_THRESHOLD)
        return threshold

    @property
    def texts(self) -> frozenset[str]:
        """The configured values as the column spells them; ABOVE for a threshold."""
        if self.continuous:
            return frozenset({ABOVE})
        return frozenset(spelled(value, self.type.element) for value in self.values)

    def text(self, highest: float | None) -> str:
        """`value_or_threshold` or `label_value_or_threshold` of files.

        Args:
            highest: Largest value of a continuous column, whose interval has it as its upper end.
        """
        return interval_text(self.values[0], highest) if self.continuous else values_text(self.values)


def check_prediction(label: Criterion, prediction: Coded) -> None:
    """Raises ValueError: predictions are numbers where labels are categories, or the other way round."""
    if type_of(prediction, label.values).data is not label.type.data:
        raise ValueError(OTHER_TYPE)


def values_text(values: Sequence[Value]) -> str:
    """As pandas and Clarify write them: `1`, `1,2`, `True`."""
    return ",".join(map(str, values))


def interval_text(threshold: Value, highest: float | None) -> str:
    """`(0.5, 0.9936148802477393]`, as pandas writes the interval above a threshold.

    Whole numbers stay whole if both ends are. A threshold above the largest value is the interval's upper end; the
    interval is "" if the threshold is the largest value, whatever its sign, because Clarify makes none then.
    """
    low = threshold if isinstance(threshold, int) else float(threshold)
    if highest is None or abs(highest) == low:
        return ""
    first, last = sorted((low, highest))
    if isinstance(first, int) and isinstance(last, int):
        return f"({first}, {last}]"
    return f"({float(first)}, {float(last)}]"


def is_interval(text: str) -> bool:
    """Whether a `value_or_threshold` is that of a continuous column."""
    return _INTERVAL.match(text) is not None


def same_group(one: str, other: str) -> bool:
    """Whether two `value_or_threshold` mean the same group.

    The upper end of an interval is the largest value of the rows, which differs from window to window.
    """
    ends = _INTERVAL.match(one), _INTERVAL.match(other)
    return one == other or (None not in ends and ends[0]["low"] == ends[1]["low"])  # type: ignore[index]
