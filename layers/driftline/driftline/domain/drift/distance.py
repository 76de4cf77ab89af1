"""The result of comparing a feature with its baseline."""

from dataclasses import dataclass
from enum import StrEnum
from math import log, sqrt

C_ALPHA = 1.8
"""Deequ's critical value of the two-sample Kolmogorov-Smirnov test (alpha about 0.003)."""

CONFIDENCE = 0.95


class Comparison(StrEnum):
    """The monitor document's `comparison`.

    `driftline` counts every row; `sagemaker` reproduces the container, including its defect (see rank_map).
    """

    DRIFTLINE = "driftline"
    SAGEMAKER = "sagemaker"


class ComparisonMethod(StrEnum):
    """SageMaker's `comparison_method`."""

    SIMPLE = "Simple"
    ROBUST = "Robust"


class CategoricalMethod(StrEnum):
    """SageMaker's `categorical_drift_method`."""

    L_INFINITY = "LInfinity"
    CHI_SQUARED = "ChiSquared"


class DriftMethod(StrEnum):
    """The monitor document's `drift`.

    `psi` tests all features together (stability.py); `distance` compares each one with the thresholds of
    constraints.json, by the two methods above.
    """

    PSI = "psi"
    DISTANCE = "distance"


class Direction(StrEnum):
    """The direction of the change: for numbers up or down, for categories the share of the one that moved most."""

    HIGHER = "higher"
    LOWER = "lower"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class BucketShift:
    """A part of the baseline's range, or one category, with its share of the rows then and now.

    Attributes:
        lower: Inclusive lower bound of a numeric bucket; None: below the baseline's smallest value.
        upper: Exclusive upper bound; None: no upper bound. The baseline's last bucket includes its bound.
        value: The category; None for numbers.
    """

    lower: float | None
    upper: float | None
    value: str | None
    baseline: float
    current: float


@dataclass(frozen=True, slots=True)
class Distance:
    """A compared feature.

    Attributes:
        method: The method's name, for example `Robust` or `LInfinity Robust`.
        statistic: The raw statistic: largest difference of the shares, or chi-square.
        value: What is compared with the threshold: the statistic after the correction for sample size, or the p-value.
        n: Size of the current sample, as the comparison counts it.
        m: Size of the baseline sample.
        interval: 95 % confidence interval of the raw statistic's true value; None for chi-square.
        location: The number or category with the largest difference.
        drifted: The comparison's decision.
        p_value: The probability of so large a difference by chance; None where no test decided.
        lower_is_worse: `value` is a p-value, and drift is below the threshold.
        comparable: `value` is a distance, which all features measure alike; p-values and chi-squares do not.
    """

    method: str
    statistic: float
    value: float
    n: float
    m: float
    threshold: float
    interval: tuple[float, float] | None
    direction: Direction
    location: float | str | None
    drifted: bool
    p_value: float | None = None
    lower_is_worse: bool = False
    comparable: bool = True


def correct(statistic: float, n: float, m: float, method: ComparisonMethod) -> float:
    """Simple keeps the largest difference; Robust subtracts what chance may cause in samples of this size.

    max(0, d - c * sqrt((n + m) / (n * m))), as in Deequ's Distance.scala.
    """
    if method is ComparisonMethod.SIMPLE:
        return statistic
    return max(0.0, statistic - C_ALPHA * sqrt((n + m) / (n * m)))


def interval(statistic: float, n: float, m: float, regions: int = 1, sketch_error: float = 0.0) -> tuple[float, float]:
    """A conservative 95 % interval for the true largest difference.

    Each sample's shares are within sqrt(ln(2 * regions / a) / (2 n)) of the truth with probability 1 - a: for
    distribution functions (one region) the Dvoretzky-Kiefer-Wolfowitz inequality with Massart's constant (1990), for
    `regions` categories Hoeffding's inequality with a union bound. Both samples share the 5 % (a = 2.5 % each).
    `sketch_error` is the error of both sketches together.
    """
    share = (1.0 - CONFIDENCE) / 2.0
    margin = sketch_error + sum(sqrt(log(2.0 * regions / share) / (2.0 * size)) for size in (n, m))
    return max(0.0, statistic - margin), min(1.0, statistic + margin)
