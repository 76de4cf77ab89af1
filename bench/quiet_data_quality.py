"""How often the suggested limits of data quality ring when nothing has changed, and what they find when something has.

Baseline and window are drawn from one population, profiled as captures are, and judged as `run_monitor` does. Fresh
seeds, unless one is given. Next to it SageMaker's rule (`comparison: sagemaker`) on the same rows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.random import Generator

from bench.results import Limit, Options, Row
from bench.seeds import seed_of
from driftline.domain.capture.columns import MAX_CATEGORIES, ColumnValues
from driftline.domain.drift.distance import Comparison
from driftline.domain.inference.proportions import clopper_pearson
from driftline.domain.profiles.column import ColumnProfile
from driftline.kinds.data_quality.rules.check import check
from driftline.kinds.data_quality.rules.constraints import Constraints
from driftline.kinds.data_quality.rules.observed import NamedProfiles, observations_of, statistics_of
from driftline.kinds.data_quality.rules.statistics import Statistics
from driftline.kinds.data_quality.rules.suggestion import suggest_constraints

QUIET = Limit(1.5, 1.5, "%")
"""The upper end of the 95 % interval; DESIGN's rule is 1 % of quiet executions."""

FEATURES, BASELINES, WINDOWS = (5, 30, 100), (1_000, 10_000, 50_000), (50, 200, 1_000, 10_000)
SOME = ((5, 1_000, 50), (30, 1_000, 1_000), (30, 10_000, 200))
"""(features, rows of the baseline, rows of a window) without --large."""

TOLD = Limit(float("inf"), float("inf"), "%")

_WINDOWS, _SAGEMAKERS = 2_000, 100
_OF_A_BASELINE = 2
"""Windows that share one: a baseline costs more than a window."""


@dataclass(frozen=True, slots=True)
class Feature:
    """A column of the population.

    Attributes:
        missing: Probability that a row has no value.
        shares: Of its categories; None for a number, which is skewed.
    """

    missing: float = 0.0
    shares: tuple[float, ...] | None = None

    def drawn(self, generator: Generator, rows: int) -> ColumnProfile:
        present = rows - int(generator.binomial(rows, self.missing))
        if self.shares is None:
            numbers = np.round(generator.lognormal(size=present), 3)
            return ColumnProfile.of(ColumnValues(numbers, 0, {}, {}))
        counts = generator.multinomial(present, self.shares).tolist()
        texts = {f"v{place}": count for place, count in enumerate(counts) if count}
        return ColumnProfile.of(ColumnValues(np.empty(0), 0, texts, texts if len(texts) <= MAX_CATEGORIES else None))


def population(generator: Generator, features: int) -> tuple[Feature, ...]:
    """A quarter of the columns lack values, a fifth has rare categories, one in ten has sixty or a hundred of them."""
    found = []
    for place in range(features):
        missing = float(10 ** generator.uniform(-3, -0.7)) if place % 4 == 0 else 0.0
        shares: tuple[float, ...] | None = None
        if place % 5 == 1:
            shares = _normed(np.append(generator.dirichlet(np.ones(5)), 10 ** generator.uniform(-4.5, -2, 4)))
        elif place % 10 == 2:
            shares = _normed(1 / np.arange(1, int(generator.choice([61, 101]))))
        elif place % 5 == 3:
            shares = _normed(generator.dirichlet(np.ones(6)) + 0.02)
        found.append(Feature(missing, shares))
    return tuple(found)


def _normed(weights: np.ndarray) -> tuple[float, ...]:
    return tuple((weights / weights.sum()).tolist())


def drawn(generator: Generator, features: Sequence[Feature], rows: int) -> tuple[int, NamedProfiles]:
    return rows, [(f"f{place}", each.drawn(generator, rows)) for place, each in enumerate(features)]


@dataclass(frozen=True, slots=True)
class Baseline:
    statistics: Statistics
    constraints: Constraints

    @classmethod
    def of(cls, rows: int, features: NamedProfiles) -> "Baseline":
        statistics = statistics_of(rows, features)
        return cls(statistics, suggest_constraints(statistics))

    def rings(self, window: tuple[int, NamedProfiles], mode: Comparison) -> bool:
        statistics, observations = statistics_of(*window), observations_of(window[1])
        return bool(check(statistics, observations, self.statistics, self.constraints, mode).findings)


def run(options: Options) -> Iterator[Row]:
    seed = seed_of(options)
    grid = product(FEATURES, BASELINES, WINDOWS) if options.large else SOME
    for features, before, rows in grid:
        yield _quiet(np.random.default_rng([seed, features, before, rows]), features, before, rows)
    for rows in WINDOWS:
        yield from _found(np.random.default_rng([seed, rows]), rows)


def _quiet(generator: Generator, features: int, before: int, rows: int) -> Row:
    rang, by_sagemaker = 0, 0
    for window in range(_WINDOWS):
        if window % _OF_A_BASELINE == 0:
            columns = population(generator, features)
            baseline = Baseline.of(*drawn(generator, columns, before))
        current = drawn(generator, columns, rows)
        rang += baseline.rings(current, Comparison.DRIFTLINE)
        by_sagemaker += window < _SAGEMAKERS and baseline.rings(current, Comparison.SAGEMAKER)
    interval = clopper_pearson(rang, _WINDOWS)
    assert interval is not None  # there are windows
    return Row(
        f"{features} features, baseline of {before:,}, windows of {rows:,} rows that ring, at most",
        QUIET,
        100 * interval[1],
        f"{rang} of {_WINDOWS:,}; by SageMaker's rule {by_sagemaker} of {_SAGEMAKERS}",
    )


CHANGES = (
    ("missing 1 % → 5 %", Feature(0.01), Feature(0.05)),
    ("missing 1 % → 10 %", Feature(0.01), Feature(0.10)),
    ("missing 0 % → 1 %", Feature(0.0), Feature(0.01)),
    ("unseen values 0 % → 2 %", Feature(shares=(0.5, 0.3, 0.2)), Feature(shares=(0.49, 0.294, 0.196, 0.02))),
)


def _found(generator: Generator, rows: int) -> Iterator[Row]:
    """One of 30 features changes."""
    windows = 200
    others = population(generator, 29)
    for name, was, becomes in CHANGES:
        baseline = Baseline.of(*drawn(generator, (was, *others), 20_000))
        found = sum(
            baseline.rings(drawn(generator, (becomes, *others), rows), Comparison.DRIFTLINE) for _ in range(windows)
        )
        yield Row(f"{name}, windows of {rows:,} rows that find it", TOLD, 100 * found / windows, "one of 30 features")
