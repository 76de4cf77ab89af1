"""How often the suggested limits of model quality ring when nothing has changed, and what they find when something has.

Baseline and window are samples of one population (bench/populations.py), with rows of their own or 20 to a record, and
are judged as `run_monitor` judges them. A baseline is used for one window of each size: one that chance made good would
ring again and again. Next to it, on the same windows: SageMaker's rule (`point`), and that of earlier versions, the
whole 95 % interval beyond the baseline's value (`interval`). Fresh seeds, unless one is given.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Self
from unittest.mock import patch

import numpy as np
from numpy.random import Generator

from bench.populations import Population, populations
from bench.results import Limit, Options, Row
from bench.seeds import seed_of
from driftline.domain.inference.proportions import clopper_pearson
from driftline.domain.predictions.problem import ProblemType
from driftline.kinds.model_quality.rules import areas
from driftline.kinds.model_quality.rules.binary_state import BinaryState
from driftline.kinds.model_quality.rules.check import check
from driftline.kinds.model_quality.rules.constraints import QualityConstraints, suggest_constraints
from driftline.kinds.model_quality.rules.quality import Quality
from driftline.kinds.model_quality.rules.reference import Reference
from driftline.kinds.model_quality.rules.rows import BinaryRows, Classes
from driftline.kinds.model_quality.rules.state import quality_of

QUIET = Limit(1.5, 1.5, "%")
"""The upper end of the 95 % interval of the share of windows that ring."""
TOLD = Limit(float("inf"), float("inf"), "%")
"""A problem type in quick mode, which has too few windows for so narrow an interval."""
FOUND = Limit(95, 95, "%", more_is_better=True)
"""Runs in which a loss of five points of recall is found within three windows."""

BASELINES, WINDOWS = (1_000, 10_000, 50_000), (50, 200, 1_000, 10_000)
_QUICK, _FULL, _RUNS = 12, 400, 100
_RECALL, _LOSS, _POSITIVES, _ROWS_BEFORE = 0.8, 0.05, 1_500, 50_000
RULES = ("driftline", "interval", "point")


@dataclass(frozen=True, slots=True)
class Baseline:
    constraints: QualityConstraints
    reference: Reference

    @classmethod
    def of(cls, quality: Quality) -> Self:
        return cls(suggest_constraints(quality).that_can_ring(), Reference.of(quality))

    def rings(self, window: Quality) -> dict[str, bool]:
        """By each rule; without a reference every limit is taken as given."""
        verdicts = {
            "driftline": check(window, self.constraints, "driftline", self.reference),
            "interval": check(window, self.constraints, "driftline"),
            "point": check(window, self.constraints, "sagemaker"),
        }
        return {rule: bool(verdict.findings) for rule, verdict in verdicts.items()}


@dataclass(slots=True)
class Tally:
    """Windows of one kind, and those that rang by each rule."""

    windows: int = 0
    rang: dict[str, int] = field(default_factory=lambda: dict.fromkeys(RULES, 0))

    def add(self, rang: dict[str, bool]) -> None:
        self.windows += 1
        for rule, each in rang.items():
            self.rang[rule] += each

    def share(self, rule: str) -> float:
        return 100 * self.rang[rule] / self.windows

    @property
    def upper(self) -> float:
        interval = clopper_pearson(self.rang["driftline"], self.windows)
        assert interval is not None  # there are windows
        return 100 * interval[1]


@contextmanager
def without_resampling() -> Iterator[None]:
    """Precision-recall areas have no suggested limit, and resampling them takes most of the time."""
    with patch.object(areas, "resampled", return_value=""):
        yield


def run(options: Options) -> Iterator[Row]:
    seed = seed_of(options)
    with without_resampling():
        yield from _quiet(seed, large=options.large)
    for share in (0.5, 0.1):
        yield _power(np.random.default_rng([seed, int(100 * share)]), share)


def _quiet(seed: int, *, large: bool) -> Iterator[Row]:
    """A row for each population; in quick mode for each problem type, and for all of them together."""
    tallies: dict[tuple[str, bool], dict[tuple[int, int], Tally]] = {}
    for number, population in enumerate(populations(every=large)):
        for grouped in (False, True):
            name = population.name if large else _problem(population)
            cells = tallies.setdefault((name, grouped), {})
            for before in BASELINES:
                generator = np.random.default_rng([seed, number, grouped, before])
                for _ in range(_FULL if large else _QUICK):
                    _fill(cells, population, generator, before, grouped=grouped)
            if large:
                yield _row(name, cells, grouped=grouped)
    if not large:
        for (name, grouped), cells in tallies.items():
            yield _row(name, cells, TOLD, grouped=grouped)
        for grouped in (False, True):
            every = [cells for (_, each), cells in tallies.items() if each is grouped]
            yield _row("all problem types", _together(every), grouped=grouped)


def _fill(
    cells: dict[tuple[int, int], Tally], population: Population, generator: Generator, before: int, *, grouped: bool
) -> None:
    baseline = Baseline.of(quality_of(population.sample(generator, before, grouped=grouped)))
    for rows in WINDOWS:
        window = quality_of(population.sample(generator, rows, grouped=grouped))
        cells.setdefault((before, rows), Tally()).add(baseline.rings(window))


def _together(several: list[dict[tuple[int, int], Tally]]) -> dict[tuple[int, int], Tally]:
    return {cell: _sum([cells[cell] for cells in several]) for cell in several[0]}


def _sum(tallies: Iterable[Tally]) -> Tally:
    found = Tally()
    for each in tallies:
        found.windows += each.windows
        for rule in RULES:
            found.rang[rule] += each.rang[rule]
    return found


def _row(name: str, cells: dict[tuple[int, int], Tally], limit: Limit = QUIET, *, grouped: bool) -> Row:
    total = _sum(cells.values())
    (before, rows), worst = max(cells.items(), key=lambda each: each[1].rang["driftline"])
    detail = (
        f"{total.rang['driftline']} of {total.windows}; interval {total.share('interval'):.0f} %, point "
        f"{total.share('point'):.0f} %; worst cell: {worst.rang['driftline']} of {worst.windows}, baseline of "
        f"{before:,}, windows of {rows:,} rows"
    )
    rows_of = "20 rows a record" if grouped else "independent rows"
    return Row(f"{name}, {rows_of}: windows that ring, at most", limit, total.upper, detail)


def _problem(population: Population) -> str:
    names = population.truths
    if "mae" in names:
        return ProblemType.REGRESSION.value
    return ProblemType.BINARY.value if "recall" in names else ProblemType.MULTICLASS.value


def _power(generator: Generator, share: float) -> Row:
    rows = int(_POSITIVES / share)
    first = [_first_found(generator, share, rows) for _ in range(_RUNS)]
    within = 100 * sum(each is not None for each in first) / _RUNS
    at_once = 100 * first.count(1) / _RUNS
    name = f"{100 * share:.0f} % positives, windows of {rows:,} rows: recall 0.8 → 0.75 found within three windows"
    return Row(name, FOUND, within, f"baseline of {_ROWS_BEFORE:,} rows; in the first window {at_once:.0f} %")


def _first_found(generator: Generator, share: float, rows: int) -> int | None:
    """The number of the first window whose recall rings."""
    baseline = Baseline.of(quality_of(_answered(generator, _ROWS_BEFORE, share, _RECALL)))
    for number in range(1, 4):
        window = quality_of(_answered(generator, rows, share, _RECALL - _LOSS))
        verdict = check(window, baseline.constraints, "driftline", baseline.reference)
        if "recall" in verdict.violated:
            return number
    return None


def _answered(generator: Generator, rows: int, share: float, recall: float) -> BinaryState:
    """Labels with this share of positives, of which this share is found; one negative of 20 is called positive."""
    actual = generator.random(rows) < share
    predicted = generator.random(rows) < np.where(actual, recall, 0.05)
    classes = [Classes(each.astype(np.int64), ("0", "1")) for each in (actual, predicted)]
    return BinaryState.of(BinaryRows(classes[0], generator.integers(0, 2**64, rows, dtype=np.uint64), classes[1]), "1")
