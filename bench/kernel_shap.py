"""Kernel SHAP besides the model: what asking and solving cost, with numbers and with categories, against the package
shap. The model is a product with weights, whose time is part of the figures, too."""

import time
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import shap
from numpy.typing import NDArray

from bench.results import Limit, Options, Row
from driftline.domain.explanations.asking import Cells
from driftline.domain.explanations.kernel_shap import KernelShap

ROWS, THEIR_ROWS = 200, 5
A_ROW = Limit(0.05, 0.005, "s a row")
MANY = Limit(0.5, 0.05, "s a row")
AGAINST = Limit(1.0, 0.1, "x shap's CPU time")
CATEGORIES = ("red", "green", "blue")


def run(options: Options) -> Iterator[Row]:
    rows = options.rows or ROWS
    generator = np.random.default_rng(options.seed or 0)
    for features, limit in ((14, A_ROW), (46, MANY), (100, MANY)):
        baseline, table = generator.normal(size=(1, features)), generator.normal(size=(rows, features))
        model = partial(_scores, weights=generator.normal(size=features))
        explainer = KernelShap(model, baseline)
        seconds = _timed(partial(_ours, explainer), table)
        detail = f"CPU; {explainer.rows_for_each:,} rows asked about for each, one baseline row"
        yield Row(f"{features} features, {rows:,} rows", limit, seconds, detail)
        theirs = _theirs(model, baseline, table)
        detail = f"ours {seconds:.5f} s, theirs {theirs:.5f} s a row"
        yield Row(f"{features} features, against shap {shap.__version__}", AGAINST, seconds / theirs, detail)
    mixed = generator.normal(size=(rows, 14)).astype(np.object_)
    mixed[:, 0] = [CATEGORIES[each % len(CATEGORIES)] for each in range(rows)]
    explainer = KernelShap(partial(_mixed, weights=generator.normal(size=13)), mixed[:1])
    seconds = _timed(partial(_ours, explainer), mixed)
    yield Row(f"14 features, one a category, {rows:,} rows", A_ROW, seconds, "CPU; cells are objects")


def _scores(cells: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = cells @ weights
    return found


def _ours(explainer: KernelShap, table: Cells) -> object:
    return list(explainer.explain(table))


def _mixed(cells: NDArray[np.object_], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = _scores(cells[:, 1:].astype(np.float64), weights) + (cells[:, 0] == CATEGORIES[0])
    return found


def _theirs(
    model: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    baseline: NDArray[np.float64],
    table: NDArray[np.float64],
) -> float:
    explainer = shap.KernelExplainer(model, baseline)
    return _timed(lambda rows: explainer.shap_values(rows, l1_reg=False, silent=True), table[:THEIR_ROWS])


def _timed(explain: Callable[[Cells], object], table: Cells) -> float:
    """CPU seconds a row, after a first one."""
    explain(table[:1])
    started = time.process_time()
    explain(table)
    return (time.process_time() - started) / len(table)
