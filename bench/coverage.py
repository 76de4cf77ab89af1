"""How often the 95 % intervals of model quality hold the population's metric, and how often there is none.

A cell is a metric of one population with a number of rows, each for itself or 20 to a record. Where an interval is
published in at least 5 % of the samples, it has to hold the truth in 93 % of those, and to lie below it, or above it,
in at most 4 %, but for what chance explains: so many misses, of so many samples, come once in 4,300 times. Fresh seeds,
unless `--seed` is given.
"""

import secrets
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import stats

from bench.populations import Population, populations
from bench.results import Limit, Options, Row
from driftline.kinds.model_quality.rules.state import quality_of

SIZES = (50, 200, 1_000, 10_000)
SHORT = Limit(0, 0, "cells")
"""No cell may fall short."""

_LEAST_COVERAGE, _MOST_MISSED = 0.93, 0.04
_PUBLISHED = 0.05
_CHANCE = float(stats.norm.sf(3.5))
"""One in 4,300. The distribution is taken as it is: that of a handful of samples is far from normal."""

_ROUNDING = 1e-9
_QUICK = {50: 80, 200: 80, 1_000: 50, 10_000: 25}
_FULL = {50: 2_000, 200: 2_000, 1_000: 1_000, 10_000: 400}


@dataclass(slots=True)
class Tally:
    """Samples of one cell.

    Attributes:
        defined: Samples in which the metric is defined.
        below: Samples whose whole interval lies below the truth.
    """

    rows: int
    population: str
    defined: int = 0
    published: int = 0
    below: int = 0
    above: int = 0

    def add(self, truth: float, interval: tuple[float, float] | None) -> None:
        self.defined += 1
        if interval is None:
            return
        self.published += 1
        margin = _ROUNDING * max(1.0, abs(truth))
        self.below += interval[1] < truth - margin
        self.above += interval[0] > truth + margin

    @property
    def judged(self) -> bool:
        return self.published > max(1, _PUBLISHED * self.defined)

    @property
    def coverage(self) -> float:
        return 1 - (self.below + self.above) / self.published

    @property
    def short(self) -> bool:
        missed = self.below + self.above
        return self.judged and (
            _certainly_more(missed, self.published, 1 - _LEAST_COVERAGE)
            or _certainly_more(max(self.below, self.above), self.published, _MOST_MISSED)
        )

    def text(self) -> str:
        withheld = 1 - self.published / self.defined if self.defined else 1.0
        if not self.judged:
            return f"none ({withheld:.0%} withheld)" if self.published else "none"
        sides = f"{self.below / self.published:.1%}/{self.above / self.published:.1%}"
        return f"{self.coverage:.1%} ({sides})" + (
            f", {withheld:.0%} withheld" if self.published < self.defined else ""
        )


def run(options: Options) -> Iterator[Row]:
    """A row for each metric with independent rows, and one with rows that come together."""
    seed = secrets.randbits(32) if options.seed is None else options.seed
    print(f"  seed {seed}", file=sys.stderr, flush=True)
    for (metric, grouped), tallies in tallied(seed, every=options.large, one_size=options.rows).items():
        short = [each for each in tallies if each.short]
        worst = _by_size(tallies)
        yield Row(f"{metric}, {'20 rows a record' if grouped else 'independent rows'}", SHORT, len(short), worst)


def tallied(seed: int, *, every: bool, one_size: int | None = None) -> dict[tuple[str, bool], list[Tally]]:
    """Of each metric, with rows of their own and with rows that come together: a tally of each cell."""
    found: defaultdict[tuple[str, bool], list[Tally]] = defaultdict(list)
    for number, population in enumerate(populations(every=every)):
        for rows in SIZES if one_size is None else (one_size,):
            samples = (_FULL if every else _QUICK).get(rows, _FULL[1_000] if every else _QUICK[1_000])
            for grouped in (False, True):
                generator = np.random.default_rng([seed, number, rows, grouped])
                for metric, tally in _cell(population, generator, rows, samples, grouped=grouped).items():
                    found[metric, grouped].append(tally)
    return found


def _cell(
    population: Population, generator: np.random.Generator, rows: int, samples: int, *, grouped: bool
) -> dict[str, Tally]:
    tallies = {metric: Tally(rows, population.name) for metric in population.truths}
    for _ in range(samples):
        metrics = quality_of(population.sample(generator, rows, grouped=grouped)).all
        for metric, truth in population.truths.items():
            if metric in metrics and metrics[metric].defined:
                tallies[metric].add(truth, metrics[metric].interval)
    return tallies


def _by_size(tallies: list[Tally]) -> str:
    """The worst cell of each number of rows."""
    sizes = sorted({each.rows for each in tallies})
    worst = [
        min((each for each in tallies if each.rows == rows), key=lambda each: each.coverage if each.judged else 2.0)
        for rows in sizes
    ]
    return "; ".join(
        f"{each.rows:,}: {each.text()}" + (f" [{each.population}]" if each.judged else "") for each in worst
    )


def _certainly_more(misses: int, samples: int, share: float) -> bool:
    """Whether so many misses are more than chance gives, if `share` are expected."""
    return bool(stats.binom.sf(misses - 1, samples, share) < _CHANCE)
