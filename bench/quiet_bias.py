"""How often bias drift rings when nothing has changed, what it finds when something has, and whether intervals hold.

Baseline and window are samples of one population, Adult with the answers of a fixed model (bench/census.py), and are
compared by the default rule, all metrics that have intervals. Every window has a baseline of its own: one that chance
made odd would ring again and again. Next to it, on the same windows: SageMaker's rule. Seeds are fresh, unless one is
given.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from bench.census import FACETS, FILE, Census, census
from bench.results import Limit, Options, Row, skipped
from bench.seeds import seed_of
from driftline.domain.inference.proportions import clopper_pearson
from driftline.kinds.model_bias.rules.comparison import Compared, Entry, compare
from driftline.kinds.model_bias.rules.intervals import intervals
from driftline.kinds.model_bias.rules.metrics import METRICS
from driftline.kinds.model_bias.rules.tables import Tables

QUIET = Limit(1.5, 1.5, "%")
"""The upper end of the 95 % interval of the share of windows that ring."""
FOUND = Limit(95, 95, "%", more_is_better=True)
"""Runs in which it is found within two windows that the model accepts half as many of the group."""
OFF = Limit(2, 2, "points")
"""How far the coverage of a 95 % interval may be from 95 %, beyond what chance explains."""
TOLD = Limit(float("inf"), float("inf"), "points")

ROWS_BEFORE, SIZES, INTERVAL_SIZES, LOSS_ROWS = 10_000, (334, 1_000, 5_000, 20_000), (100, 334, 1_000), 5_000
WATCHED = tuple(name for name, metric in METRICS.items() if metric.compute is not None)
DIFFERENCES = ("AD", "CI", "DAR", "DPL", "DPPL", "DRR", "RD", "SD")
OTHERS = ("CDDL", "CDDPL", "DCA", "DCR", "DI", "GE", "TE")


@dataclass(frozen=True, slots=True)
class Effort:
    """Repetitions: windows a cell, windows whose intervals are looked at, runs with a loss."""

    windows: int
    intervals: int
    runs: int


QUICK, FULL = Effort(400, 1_500, 150), Effort(4_000, 10_000, 500)


@dataclass(frozen=True, slots=True)
class Cell:
    """Quiet windows of one size, and how many rang."""

    rows: int
    windows: int
    rang: int
    sagemaker: int
    judged: float


def run(options: Options) -> Iterator[Row]:
    seed = seed_of(options)
    population = census()
    if population is None:
        yield skipped("quiet windows of Adult", QUIET, f"{FILE} is not there")
        return
    effort = FULL if options.large else QUICK
    for facets in (1, len(FACETS)):
        cells = [
            _quiet(population, np.random.default_rng([seed, facets, rows]), rows, facets, effort.windows)
            for rows in SIZES
        ]
        yield from _rows(cells, facets, apart=options.large)
    yield _loss(population, np.random.default_rng([seed, 0]), effort.runs)
    for rows in INTERVAL_SIZES:
        yield from _coverage(population, np.random.default_rng([seed, 4, rows]), rows, effort.intervals)


def entries(windows: Sequence[Tables], baselines: Sequence[Tables]) -> list[Entry]:
    return [
        Entry(name, "d", window, baseline) for name, window, baseline in zip(FACETS, windows, baselines, strict=False)
    ]


def _quiet(population: Census, generator: Generator, rows: int, facets: int, windows: int) -> Cell:
    rang = sagemaker = judged = 0
    for _ in range(windows):
        baseline = population.sample(generator, ROWS_BEFORE, facets)
        found = compare(entries(population.sample(generator, rows, facets), baseline), WATCHED)
        rang += _rings(found)
        sagemaker += any(each.sagemaker for each in found)
        judged += sum(each.p_value is not None for each in found)
    return Cell(rows, windows, rang, sagemaker, judged / windows)


def _rings(found: Sequence[Compared]) -> bool:
    return any(each.result == "violation" for each in found)


def _rows(cells: Sequence[Cell], facets: int, *, apart: bool) -> Iterator[Row]:
    """One for each size, or one for all: a few windows cannot show that few of them ring."""
    for some in [[each] for each in cells] if apart else [cells]:
        windows, rang = sum(each.windows for each in some), sum(each.rang for each in some)
        interval = clopper_pearson(rang, windows)
        assert interval is not None  # there are windows
        parts = ", ".join(
            f"{each.rows:,} rows: {each.rang} of {each.windows} ({each.judged:.0f} of {facets * len(WATCHED)} metrics "
            f"judged, SageMaker's rule {100 * each.sagemaker / each.windows:.0f} %)"
            for each in some
        )
        sizes = f"{some[0].rows:,} rows" if apart else "all sizes"
        name = f"{facets} facet{'s' * (facets > 1)}, {sizes}: quiet windows that ring, at most"
        yield Row(name, QUIET, 100 * interval[1], parts)


def _loss(population: Census, generator: Generator, runs: int) -> Row:
    first = []
    for _ in range(runs):
        baseline = population.sample(generator, ROWS_BEFORE, len(FACETS))
        changed = population.missing_half(generator)
        found = [
            _rings(compare(entries(changed.sample(generator, LOSS_ROWS, len(FACETS)), baseline), WATCHED))
            for _ in range(2)
        ]
        first.append(found)
    within, at_once = 100 * sum(map(any, first)) / runs, 100 * sum(each[0] for each in first) / runs
    name = f"{len(FACETS)} facets, {LOSS_ROWS:,} rows: half of the group's acceptances lost, found within two windows"
    return Row(name, FOUND, within, f"in the first window {at_once:.0f} %, {runs} runs")


def _coverage(population: Census, generator: Generator, rows: int, windows: int) -> Iterator[Row]:
    """Of the intervals of the first facet's metrics; those of metrics without a value are left out."""
    for names, limit, what, share in ((DIFFERENCES, OFF, "differences", 1), (OTHERS, TOLD, "ratios and others", 4)):
        truth = {name: float(METRICS[name].value(population.truth(0))) for name in names}
        held, counted = dict.fromkeys(names, 0), dict.fromkeys(names, 0)
        for _ in range(windows // share):
            (tables,) = population.sample(generator, rows, 1)
            for name, (lower, upper) in intervals(tables, names).items():
                counted[name] += 1
                held[name] += lower <= truth[name] <= upper
        off = max(_off(held[name], counted[name]) for name in names if counted[name])
        shares = ", ".join(f"{name} {100 * held[name] / counted[name]:.1f}" for name in names if counted[name])
        yield Row(f"{rows:,} rows, intervals of {what}: coverage is off 95 % by", limit, off, f"{shares} % of windows")


def _off(held: int, counted: int) -> float:
    """How far coverage is from 95 % at least: what the number of windows leaves open does not count."""
    interval = clopper_pearson(held, counted)
    assert interval is not None  # there are windows
    return 100 * max(0.0, interval[0] - 0.95, 0.95 - interval[1])
