"""How often attribution drift rings when no reason has changed, and whether it finds a reason that has.

Models are generated with exact Shapley values (bench/attributed.py), each run with a model of its own, a baseline and
windows from it. Quiet are windows in which nothing changed, and those in which only a feature that hardly matters did.
A feature that changes holds at least 6 % of all mean |SHAP| (or is the largest): the rule ignores less than 5 % on
purpose. Next to it, on the same windows: NDCG of the global ranking below 0.9, SageMaker's rule. Seeds are fresh,
unless one is given.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice, product

import numpy as np
from numpy.random import Generator
from sklearn.metrics import ndcg_score

from bench.attributed import Form, Model, important, model
from bench.results import Limit, Options, Row
from bench.seeds import seed_of
from driftline.domain.inference.proportions import clopper_pearson
from driftline.kinds.model_explainability.rules.evaluate import evaluate
from driftline.kinds.model_explainability.rules.samples import Sample

QUIET = Limit(1, 1, "%")
"""The upper end of the 95 % interval of the share of windows that ring."""
FOUND = Limit(95, 95, "%", more_is_better=True)
"""Runs in which the change is found within two windows of BAR_ROWS."""
TOLD = Limit(float("inf"), float("inf"), "%")

SIZES, BAR_ROWS = (300, 1_000, 4_000), 1_000
QUIET_CASES = (
    "nothing changed",
    "inputs of a feature that hardly matters move",
    "a feature that hardly matters triples",
)
CHANGES = {"flips its sign": -1.0, "halves": 0.5, "dies": 0.0}
NDCG_LIMIT = 0.9

_FORMS: tuple[Form, ...] = ("linear", "tree-like")
POPULATIONS = tuple(product(_FORMS, (0.0, 0.6), (8, 16, 30), (2_000, 4_000)))
"""Form of the model, correlation of any two features, number of features, rows of the baseline."""


@dataclass(frozen=True, slots=True)
class Effort:
    """Windows of each quiet case and size; runs of each change and size."""

    windows: int
    runs: int


QUICK, FULL = Effort(312, 72), Effort(2_016, 480)


@dataclass(slots=True)
class Cell:
    """What was found in the windows of one case and size."""

    rows: int
    windows: int = 0
    rang: int = 0
    ndcg: int = 0
    areas: list[float] = field(default_factory=list)


def run(options: Options) -> Iterator[Row]:
    seed = seed_of(options)
    effort = FULL if options.large else QUICK
    for place, case in enumerate(QUIET_CASES):
        cells = [quiet(np.random.default_rng([seed, 0, place, rows]), place, rows, effort.windows) for rows in SIZES]
        yield _quiet_row(case, cells)
    for place, (change, factor) in enumerate(CHANGES.items()):
        for rows in SIZES:
            generator = np.random.default_rng([seed, 1, place, rows])
            yield _found_row(change, factor, rows, generator, effort.runs)


def quiet(generator: Generator, case: int, rows: int, windows: int) -> Cell:
    """Each window has a model and a baseline of its own: one that chance made odd would ring again and again."""
    cell = Cell(rows)
    for form, correlation, features, before in islice(cycle(POPULATIONS), windows):
        busy = int(generator.integers(features)) if case else None
        made = model(generator, form, correlation, features, busy)
        live = made.with_factor(busy, 3.0) if case == 2 and busy is not None else made
        window = live.sample(generator, rows, moved=busy if case == 1 else None)
        _count(cell, made.sample(generator, before), window)
    return cell


def _count(cell: Cell, baseline: Sample, window: Sample) -> bool:
    verdict = evaluate(baseline, window)
    separation = verdict.outputs[0].separation
    assert separation is not None  # there are enough rows
    cell.areas.append(separation.auc)
    cell.windows += 1
    cell.rang += verdict.result == "violation"
    cell.ndcg += _ndcg(baseline, window) < NDCG_LIMIT
    return verdict.result == "violation"


def _quiet_row(case: str, cells: Sequence[Cell]) -> Row:
    windows, rang = sum(each.windows for each in cells), sum(each.rang for each in cells)
    interval = clopper_pearson(rang, windows)
    assert interval is not None  # there are windows
    parts = ", ".join(
        f"{each.rows:,} rows: {each.rang} of {each.windows} (AUC: 99 % below {np.quantile(each.areas, 0.99):.3f}, "
        f"largest {max(each.areas):.3f}; NDCG {each.ndcg})"
        for each in cells
    )
    return Row(f"{case}: windows that ring, at most", QUIET, 100 * interval[1], parts)


def _found_row(change: str, factor: float, rows: int, generator: Generator, runs: int) -> Row:
    cell, within, at_once, ndcg = Cell(rows), 0, 0, 0
    for form, correlation, features, before in islice(cycle(POPULATIONS), runs):
        made = model(generator, form, correlation, features)
        live: Model = made.with_factor(important(generator, made.shares(generator)), factor)
        baseline = made.sample(generator, before)
        seen = cell.ndcg
        first, second = (_count(cell, baseline, live.sample(generator, rows)) for _ in range(2))
        at_once += first
        within += first or second
        ndcg += cell.ndcg > seen
    detail = (
        f"in the first window {100 * at_once / runs:.1f} %, {runs} runs; AUC 95 % above "
        f"{np.quantile(cell.areas, 0.05):.3f}, smallest {min(cell.areas):.3f}; NDCG finds {100 * ndcg / runs:.0f} %"
    )
    limit = FOUND if rows == BAR_ROWS else TOLD
    return Row(f"the weight of a feature {change}, {rows:,} rows: found", limit, 100 * within / runs, detail)


def _ndcg(baseline: Sample, window: Sample) -> float:
    before, now = (np.abs(each.attributions[:, :, 0]).mean(axis=0) for each in (baseline, window))
    return float(ndcg_score([before], [now]))
