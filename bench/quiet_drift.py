"""How often drift is found where nothing has changed, and how often where something has: a simulation.

A hundred features: numbers of all shapes, flags, counts, texts with few and many values. Windows of 50 to 10,000 rows
are compared with baselines of 1,000 to 50,000 by both methods, in families of 5, 30 and 100 features. Without --large
it takes about two minutes on one core.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf

import numpy as np

from bench.results import Limit, Options, Row
from bench.seeds import seed_of
from driftline.domain.drift.distance import ComparisonMethod, Distance, DriftMethod
from driftline.domain.drift.linf import categorical_distance, numeric_distance
from driftline.domain.drift.rank_map import RankMap, true_ranks
from driftline.domain.drift.stability import categorical_stability, in_one_family, numeric_stability
from driftline.domain.inference.proportions import clopper_pearson
from driftline.domain.profiles.kll import KllSketch

type Random = np.random.Generator
type Counts = Mapping[str, int]
type Sample = RankMap | Counts

WINDOWS, BASELINES, FAMILIES = (50, 200, 1_000, 10_000), (1_000, 10_000, 50_000), (5, 30, 100)
_LARGEST = max(FAMILIES)
_QUIET = Limit(1.5, 0.5, "% at most (95 % interval)")
_POWER = Limit(inf, inf, "% of windows")
_ONSETS = Limit(0.5, 0.0, "a month")
_HOURS, _MONTH = 1_000, 720
_DISTANCE = 0.1
"""The suggested threshold."""


def run(options: Options) -> Iterator[Row]:
    seed = seed_of(options)
    random = np.random.default_rng(seed)
    yield from _quiet(random, 2_000 if options.large else 80, seed)
    yield from _month(random, 10 if options.large else 1, seed)
    yield from _power(random, 1_000 if options.large else 100, seed)


@dataclass(frozen=True, slots=True)
class Feature:
    """A kind of feature. Attributes: draw: so many rows, numbers or the codes of texts; text: they are texts."""

    draw: Callable[[Random, int], np.ndarray]
    text: bool = False

    def sample(self, random: Random, rows: int) -> Sample:
        return self.sketch(self.draw(random, rows))

    def sketch(self, drawn: np.ndarray) -> Sample:
        if not self.text:
            return true_ranks(KllSketch.of(drawn.astype(np.float64)).levels)
        values, counts = np.unique(drawn, return_counts=True)
        return dict(zip(values.astype(str).tolist(), counts.tolist(), strict=True))


def _texts(shares: Sequence[float]) -> Feature:
    total = np.array(shares) / sum(shares)
    return Feature(lambda random, rows: random.choice(len(total), rows, p=total), text=True)


_KINDS = (
    Feature(lambda random, rows: random.normal(size=rows)),
    Feature(lambda random, rows: random.lognormal(sigma=1.5, size=rows)),
    Feature(lambda random, rows: random.poisson(3, rows)),
    Feature(lambda random, rows: np.where(random.random(rows) < 0.8, 0.0, random.lognormal(size=rows))),
    Feature(lambda random, rows: random.random(rows) < 0.02),
    Feature(lambda random, rows: random.integers(0, 24, rows)),
    _texts((55, 30, 15)),
    _texts([1.0] * 12),
    _texts([1 / rank for rank in range(1, 61)]),
    _texts((900, 90, 8, 1, 1)),
)
FEATURES = tuple(_KINDS[place % len(_KINDS)] for place in range(_LARGEST))


def _tested(current: Sample, baseline: Sample) -> Distance:
    if isinstance(current, RankMap) and isinstance(baseline, RankMap):
        return numeric_stability(current, baseline)
    assert not isinstance(current, RankMap)
    assert not isinstance(baseline, RankMap)
    return categorical_stability(current, baseline)


def _far(current: Sample, baseline: Sample) -> bool:
    if isinstance(current, RankMap) and isinstance(baseline, RankMap):
        return numeric_distance(current, baseline, ComparisonMethod.ROBUST, _DISTANCE).drifted
    assert not isinstance(current, RankMap)
    assert not isinstance(baseline, RankMap)
    return categorical_distance(current, baseline, ComparisonMethod.ROBUST, _DISTANCE).drifted


def _quiet(random: Random, windows: int, seed: int) -> Iterator[Row]:
    """Families of 5 and 30 are parts of the hundred, so there are more of them."""
    found: dict[tuple[DriftMethod, int, int], list[bool]] = {}
    for m in BASELINES:
        for part in range(4):
            baselines = [feature.sample(random, m) for feature in FEATURES]
            for n in WINDOWS:
                for _ in range(windows * (part + 1) // 4 - windows * part // 4):
                    samples = [feature.sample(random, n) for feature in FEATURES]
                    pairs = list(zip(samples, baselines, strict=True))
                    far, tested = [_far(*pair) for pair in pairs], [_tested(*pair) for pair in pairs]
                    for size in FAMILIES:
                        for first in range(0, _LARGEST - size + 1, size):
                            family = slice(first, first + size)
                            drifted = any(each.drifted for each in in_one_family(tested[family]))
                            found.setdefault((DriftMethod.PSI, size, n), []).append(drifted)
                            found.setdefault((DriftMethod.DISTANCE, size, n), []).append(any(far[family]))
    for method in DriftMethod:
        for size in FAMILIES:
            cells = {n: found[method, size, n] for n in WINDOWS}
            ringing, judged = sum(map(sum, cells.values())), sum(map(len, cells.values()))
            upper = (clopper_pearson(ringing, judged) or (0.0, 1.0))[1]
            each = ", ".join(f"n={n:,}: {sum(cell)}" for n, cell in cells.items())
            name = f"nothing changed, {size} features: {method.value}"
            yield Row(name, _QUIET, 100.0 * upper, f"{ringing} of {judged:,} windows ({each}); seed {seed}")


def _month(random: Random, months: int, seed: int) -> Iterator[Row]:
    """A hundred features every hour: how often an alarm begins, at once and after two of three windows."""
    at_once = lasting = 0
    for _ in range(months):
        baselines = [feature.sample(random, 10_000) for feature in FEATURES]
        hours = []
        for _ in range(_MONTH):
            tested = [
                _tested(each.sample(random, _HOURS), then) for each, then in zip(FEATURES, baselines, strict=True)
            ]
            hours.append(any(each.drifted for each in in_one_family(tested)))
        at_once += _onsets(hours)
        lasting += _onsets([sum(hours[max(0, hour - 2) : hour + 1]) > 1 for hour in range(len(hours))])
    name = f"{_LARGEST} features, hourly, {_HOURS:,} rows: psi"
    yield Row(f"{name}, alarms at once", _ONSETS, at_once / months, f"{months} × {_MONTH} windows; seed {seed}")
    yield Row(f"{name}, after 2 of 3 windows", _ONSETS, lasting / months, f"{months} × {_MONTH} windows; seed {seed}")


def _onsets(hours: Sequence[bool]) -> int:
    return sum(now and not before for before, now in zip([False, *hours[:-1]], hours, strict=True))


_PSI_OF_A_TENTH = 0.317
"""The shift of a normal variable, in standard deviations, at which PSI over its deciles is 0.1."""

_CHANGES: Mapping[str, tuple[Feature, Callable[[Random, np.ndarray], np.ndarray]]] = {
    "PSI 0.1 (0.32 sd)": (_KINDS[0], lambda _, drawn: drawn + _PSI_OF_A_TENTH),
    "half a standard deviation": (_KINDS[0], lambda _, drawn: drawn + 0.5),
    "spread × 1.5": (_KINDS[0], lambda _, drawn: drawn * 1.5),
    "a flag from 2 to 10 %": (_KINDS[4], lambda random, drawn: drawn | (random.random(len(drawn)) < 0.08 / 0.98)),
    "a text from 15 to 30 %": (
        _KINDS[6],
        lambda random, drawn: np.where((drawn != 2) & (random.random(len(drawn)) < 0.15 / 0.85), 2, drawn),
    ),
}


_UNCHANGED = categorical_stability({"a": 1}, {"a": 1})


def _power(random: Random, windows: int, seed: int) -> Iterator[Row]:
    """One of 30 features changes; the others stay as they are."""
    for name, (feature, change) in _CHANGES.items():
        for n in WINDOWS[1:]:
            hits = dict.fromkeys(DriftMethod, 0)
            for _ in range(windows):
                then = feature.sample(random, 10_000)
                now = feature.sketch(change(random, feature.draw(random, n)))
                # The p-values of the others could only help: they are left at 1.
                tested = in_one_family([_tested(now, then)] + [_UNCHANGED] * 29)
                hits[DriftMethod.PSI] += tested[0].drifted
                hits[DriftMethod.DISTANCE] += _far(now, then)
            for method, found in hits.items():
                yield Row(
                    f"{name}, n={n:,}: {method.value}",
                    _POWER,
                    100.0 * found / windows,
                    f"{windows} windows; seed {seed}",
                )
