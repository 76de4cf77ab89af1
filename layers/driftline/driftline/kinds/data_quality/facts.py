"""A data-quality execution, from files of Driftline, with a summary.json, or of SageMaker, without one."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from driftline.domain.executions.finding import Move
from driftline.domain.executions.outcome import Outcome
from driftline.domain.executions.past import FigureName
from driftline.kinds.data_quality.rules.statistics import FeatureStatistics
from driftline.presentation.tables import MOST_DRAWN

DRIFT, COMPLETENESS = "drift", "completeness"
"""Names of a feature's figures over time."""

WORST: FigureName = ("", "worst drift")

_MOST_EXCESS = 1e12


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """A feature compared with its baseline, see DriftSummary; None if the files do not say."""

    value: float | None
    threshold: float | None
    drifted: bool
    method: str | None = None
    statistic: float | None = None
    p_value: float | None = None
    n: float | None = None
    m: float | None = None
    interval: tuple[float, float] | None = None
    direction: str | None = None
    location: float | str | None = None
    moves: tuple[Move, ...] = ()

    @property
    def excess(self) -> float:
        """The distance in multiples of its threshold, or how many times smaller a p-value is; -1 if unknown."""
        if self.value is None or self.threshold is None:
            return -1.0
        figure, limit = (self.threshold, self.value) if self.is_p_value else (self.value, self.threshold)
        if limit > 0.0:
            return min(_MOST_EXCESS, figure / limit)
        # There are no multiples of a threshold of 0, or of a p-value of 0.
        return _MOST_EXCESS if self.drifted else 0.0

    @property
    def is_p_value(self) -> bool:
        """Drift is what lies below the threshold, then."""
        return self.p_value is not None and self.value == self.p_value


class Reference(StrEnum):
    """What the window is drawn next to: SageMaker's users may have lost the baseline's statistics."""

    BASELINE = "Baseline"
    PREVIOUS = "Window before"
    NONE = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """A feature of the window, with its baseline's statistics, or those of the previous window."""

    name: str
    current: FeatureStatistics
    reference: FeatureStatistics | None
    expected_type: str | None
    expected_completeness: float | None
    drift: Drift | None = None
    not_compared: str | None = None
    new_categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DataQuality:
    """A data-quality execution.

    Attributes:
        comparison: `driftline` or `sagemaker`; None if the files do not say.
        reference: What `Feature.reference` is of.
    """

    outcome: Outcome
    features: tuple[Feature, ...]
    comparison: str | None
    reference: Reference = Reference.NONE


def worst_excess(drifts: Iterable[Drift | None]) -> float | None:
    """The worst drift in multiples of its threshold, MOST_DRAWN at most; None if nothing was compared."""
    known = [drift.excess for drift in drifts if drift is not None and drift.excess >= 0.0]
    return min(MOST_DRAWN, max(known)) if known else None
