"""What is known of the baseline's metrics: their values, and how well the data set's rows determine them.

The estimates are in a file of Driftline's own, `estimates.json`, because SageMaker's statistics.json has no place for
them. A baseline that SageMaker or an earlier version made has no such file; then the confusion matrix in its
statistics.json gives those of shares, and everything else counts as exact.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Self

import msgspec

from driftline.domain.errors import InvalidInputError
from driftline.domain.json_reading import JsonDecoder
from driftline.domain.predictions.problem import ProblemType
from driftline.domain.predictions.values import label_text
from driftline.kinds.model_quality.rules.binary_state import BinaryState
from driftline.kinds.model_quality.rules.confusion import Confusion
from driftline.kinds.model_quality.rules.estimates import Bounds, Estimate
from driftline.kinds.model_quality.rules.multiclass_state import MulticlassState
from driftline.kinds.model_quality.rules.quality import Quality
from driftline.kinds.model_quality.rules.samples import SAMPLES
from driftline.kinds.model_quality.rules.state import quality_of
from driftline.kinds.model_quality.rules.statistics import BaselineQuality

VERSION = 1
_ROUNDING = 1e-9
_INDENT = 2


class BaselineEstimates(msgspec.Struct, frozen=True):
    """estimates.json of a baseline.

    Attributes:
        statistics: SHA-256 of the statistics.json that was made of the same rows.
        rows: Their number.
        withheld: Why a metric has no estimate.
    """

    statistics: str
    rows: int
    estimates: dict[str, Estimate]
    withheld: dict[str, str] = {}
    version: int = VERSION

    @classmethod
    def of(cls, quality: Quality, statistics: bytes) -> Self:
        """Of the metrics of the baseline's rows, and the statistics.json that they gave."""
        known = {name: metric for name, metric in quality.metrics.items() if metric.defined}
        return cls(
            statistics=sha256(statistics).hexdigest(),
            rows=quality.rows,
            estimates={name: each.estimate for name, each in known.items() if each.estimate is not None},
            withheld={name: each.withheld for name, each in known.items() if each.withheld},
        )

    def belongs_to(self, statistics: bytes) -> bool:
        """Whether it belongs to this statistics.json, which may have been replaced since."""
        return self.statistics == sha256(statistics).hexdigest()

    def to_json(self) -> bytes:
        return msgspec.json.format(msgspec.json.encode(self), indent=_INDENT) + b"\n"


_FILE = JsonDecoder(BaselineEstimates)


def parse_baseline_estimates(body: bytes, where: str = "estimates.json") -> BaselineEstimates:
    """Raises InvalidInputError: not a file of this version."""
    try:
        found = _FILE.decode(body)
    except msgspec.DecodeError as error:
        raise InvalidInputError(f"not the estimates of a baseline ({error})", where=where) from None
    if found.version != VERSION:
        raise InvalidInputError(f"version {found.version}", where=where, expected=f"version {VERSION}")
    return found


@dataclass(frozen=True, slots=True)
class Reference:
    """The baseline.

    Attributes:
        values: The metrics of its statistics.json.
        estimates: How well the rows of the data set determine them.
        withheld: Why a metric has no estimate.
        complete: Metrics without an estimate have none; otherwise they count as exact.
        rows: Of the data set; 0 if they are not known.
    """

    values: Mapping[str, float] = field(default_factory=dict)
    estimates: Mapping[str, Estimate] = field(default_factory=dict)
    withheld: Mapping[str, str] = field(default_factory=dict)
    complete: bool = False
    rows: int = 0

    @classmethod
    def of(cls, quality: Quality) -> Self:
        """Of the metrics of the baseline's rows."""
        known = BaselineEstimates.of(quality, b"")
        values = {name: metric.value for name, metric in quality.metrics.items() if metric.defined}
        return cls(values, known.estimates, known.withheld, complete=True, rows=quality.rows)

    def has(self, name: str, threshold: float) -> bool:
        """Whether a threshold is the baseline's own value."""
        return name in self.values and math.isclose(threshold, self.values[name], rel_tol=_ROUNDING)

    def is_exact(self, name: str) -> bool:
        return name not in self.estimates and not self.complete

    def estimate(self, name: str) -> Estimate | None:
        """None where none is possible; see `withheld`."""
        if self.is_exact(name):
            value = self.values[name]
            return Bounds(value, value, value)
        return self.estimates.get(name)


def reference_of(
    statistics: bytes | None, read: BaselineQuality | None, estimates: bytes | None, positive_label: str
) -> Reference:
    """The baseline from its files.

    Args:
        statistics, read: statistics.json, and what was read of it; None if there is none.
        estimates: estimates.json. It does not count if it cannot be read or belongs to another statistics.json.
    """
    if statistics is None or read is None:
        return Reference()
    values = {name: figure.value for name, figure in read.metrics.items()}
    found = _estimates(estimates)
    if found is not None and found.belongs_to(statistics):
        return Reference(values, found.estimates, found.withheld, complete=True, rows=found.rows)
    return Reference(values, _of_matrix(read, values, positive_label), rows=read.item_count)


def _estimates(body: bytes | None) -> BaselineEstimates | None:
    if body is None:
        return None
    try:
        return parse_baseline_estimates(body)
    except InvalidInputError:
        return None


def _of_matrix(read: BaselineQuality, values: Mapping[str, float], positive_label: str) -> dict[str, Estimate]:
    """Those metrics that the confusion matrix gives; none where it is of other labels than the values."""
    nothing = (0,) * SAMPLES
    cells = {
        (actual, predicted): (rows, *nothing)
        for actual, row in (read.confusion_matrix or {}).items()
        for predicted, rows in row.items()
        if rows
    }
    if not cells:
        return {}
    confusion = Confusion(cells)
    positive = label_text(positive_label) or positive_label
    binary = read.problem is ProblemType.BINARY
    state = BinaryState.of_confusion(positive, confusion) if binary else MulticlassState.of_confusion(confusion)
    return {
        name: found
        for name, metric in quality_of(state).metrics.items()
        if (found := metric.estimate) is not None
        and name in values
        and math.isclose(metric.value, values[name], rel_tol=_ROUNDING)
    }
