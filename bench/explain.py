"""Exact TreeSHAP of an ensemble of trees, against the contributions of the library that trained it."""

import time
import tracemalloc
from collections.abc import Callable, Iterator
from functools import partial

import lightgbm
import numpy as np
import xgboost
from numpy.typing import NDArray

from bench.results import Limit, Options, Row
from driftline.domain.explanations.trees.forest import Forest
from driftline.domain.explanations.trees.model_file import read_forest
from driftline.domain.explanations.trees.tree_shap import tree_shap

ROWS, FEATURES, TREES, LEAVES = 4_000, 16, 100, 31
SECONDS = Limit(5, 2, "s")
AGAINST = Limit(1.0, 0.5, "x the library's CPU time")
MEMORY = Limit(100, 50, "MB more")
READING = Limit(2, 1, "s")


def run(options: Options) -> Iterator[Row]:
    rows = options.rows or ROWS
    generator = np.random.default_rng(options.seed or 0)
    table, target = _data(generator, 10_000)
    sample = _data(generator, rows)[0]
    for name, body, theirs in (_lightgbm(table, target), _xgboost(table, target)):
        started = time.process_time()
        forest = read_forest(body, name)
        reading = time.process_time() - started
        yield Row(f"{name}: {len(body) / 2**20:.1f} MB of a model → forest", READING, reading, f"{forest.trees} trees")
        tree_shap(forest, sample[:10])
        seconds, ours = _timed(partial(_ours, forest, sample))
        theirs_seconds, contributions = _timed(partial(theirs, sample))
        apart = np.abs(ours - contributions).max() / np.abs(contributions).max()
        what = f"{name}: {rows:,} rows × {FEATURES} features, {forest.trees} trees × {LEAVES} leaves"
        detail = f"CPU; ours {seconds:.2f} s, theirs {theirs_seconds:.2f} s on one thread; apart by {apart:.1e}"
        yield Row(what, SECONDS, seconds, detail)
        yield Row(f"{what}, against its own", AGAINST, seconds / theirs_seconds, detail)
        yield Row(f"{what}, memory", MEMORY, _memory(partial(_ours, forest, sample)), "peak, the result included")


def _data(generator: np.random.Generator, rows: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    table = generator.normal(size=(rows, FEATURES))
    noise = generator.normal(size=rows)
    target = (table[:, 0] * table[:, 1] + np.sin(3 * table[:, 2]) + table[:, 3:].sum(axis=1) / 4 + noise > 0).astype(
        float
    )
    table[generator.random(table.shape) < 0.02] = np.nan
    return table, target


type _Contender = tuple[str, bytes, Callable[[NDArray[np.float64]], NDArray[np.float64]]]


def _lightgbm(table: NDArray[np.float64], target: NDArray[np.float64]) -> _Contender:
    settings = {"objective": "binary", "num_leaves": LEAVES, "verbose": -1, "num_threads": 1, "seed": 0}
    booster = lightgbm.train(settings, lightgbm.Dataset(table, target), TREES)
    return (
        f"LightGBM {lightgbm.__version__}",
        booster.model_to_string().encode(),
        lambda rows: np.asarray(booster.predict(rows, pred_contrib=True, num_threads=1))[:, :-1],
    )


def _xgboost(table: NDArray[np.float64], target: NDArray[np.float64]) -> _Contender:
    settings = {
        "objective": "binary:logistic", "max_leaves": LEAVES, "grow_policy": "lossguide", "max_depth": 0, "nthread": 1,
    }  # fmt: skip
    booster = xgboost.train(settings, xgboost.DMatrix(table, target), TREES)
    return (
        f"XGBoost {xgboost.__version__}",
        bytes(booster.save_raw("json")),
        lambda rows: np.asarray(booster.predict(xgboost.DMatrix(rows, nthread=1), pred_contribs=True))[:, :-1],
    )


def _timed(work: Callable[[], NDArray[np.float64]]) -> tuple[float, NDArray[np.float64]]:
    started = time.process_time()
    found = work()
    return time.process_time() - started, found


def _ours(forest: Forest, rows: NDArray[np.float64]) -> NDArray[np.float64]:
    return tree_shap(forest, rows).values[:, :, 0]


def _memory(work: Callable[[], object]) -> float:
    """Megabytes at most at once; numpy tells tracemalloc of its arrays."""
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 2**20
