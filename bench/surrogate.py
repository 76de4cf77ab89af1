"""How faithful a surrogate is to real models, and whether it sees that a model has changed.

Models of scikit-learn, trained on the shared data sets, answer rows that they were not trained on; boosted trees are
fitted to these rows and answers. Fidelity is cross-fitted. The ranking of the features is compared with the model's,
from sampled permutations (Strumbelj and Kononenko 2014) against random rows of the data.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from sklearn.ensemble import (
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
)
from sklearn.metrics import ndcg_score

from bench.results import Limit, Options, Row, skipped
from bench.seeds import seed_of
from driftline.domain.explanations.surrogate import FIDELITY, Answered, Scale, cross_fit, scale_of
from driftline.domain.explanations.surrogate_change import compare
from driftline.domain.inference.proportions import clopper_pearson

type Floats = NDArray[np.float64]

FAITHFUL = Limit(FIDELITY, 0.97, "R²", more_is_better=True)
RANKED = Limit(0.9, 0.95, "NDCG", more_is_better=True)
"""Below the bar SageMaker's rule would call the surrogate another model. Where features say the same, path-dependent
values (the surrogate's) and those against random rows (the model's) rank them differently even for one model."""
TOLD = Limit(float("inf"), float("inf"), "x")
TOLD_SHARE = Limit(float("inf"), float("inf"), "%")
FEW, MANY = 10, 100
"""Quiet windows of each data set; a comparison takes 16 fits."""

ROWS, WINDOW = 4_000, 2_000
_DATA = Path(__file__).parent.parent.parent / "shared" / "data"
_EXPLAINED, _PERMUTATIONS = 200, 8


@dataclass(frozen=True, slots=True)
class Source:
    """A data set and the model that is trained on it.

    Attributes:
        query: Of the columns; the last one is the target.
        make: The model, from a seed.
        other: Another model of the same data, which takes its place.
    """

    file: Path
    query: str
    make: Callable[[int], Any]
    other: Callable[[int], Any]
    classes: bool


SOURCES = {
    "bank_marketing": Source(
        _DATA / "bank_marketing" / "bank-additional-full.csv.gz",
        "SELECT * EXCLUDE (y), (y = 'yes')::INT FROM read_csv('{}', delim=';', quote='\"', header=true)",
        lambda seed: GradientBoostingClassifier(random_state=seed),
        lambda seed: GradientBoostingClassifier(max_features=3, subsample=0.3, random_state=seed),
        classes=True,
    ),
    "bike_sharing": Source(
        _DATA / "bike_sharing" / "hour.csv.gz",
        "SELECT * EXCLUDE (instant, dteday, casual, registered) FROM read_csv('{}', header=true)",
        lambda seed: HistGradientBoostingRegressor(random_state=seed),
        lambda seed: HistGradientBoostingRegressor(loss="absolute_error", max_iter=20, random_state=seed),
        classes=False,
    ),
    "adult": Source(
        _DATA / "adult" / "adults.parquet",
        "SELECT * EXCLUDE (class), (class LIKE '%>50K%')::INT FROM '{}'",
        lambda seed: HistGradientBoostingClassifier(random_state=seed),
        lambda seed: HistGradientBoostingClassifier(max_iter=8, max_leaf_nodes=4, random_state=seed),
        classes=True,
    ),
}


def run(options: Options) -> Iterator[Row]:
    seed = seed_of(options)
    for number, (name, source) in enumerate(SOURCES.items()):
        if not source.file.exists():
            yield skipped(f"{name}: fidelity", FAITHFUL, f"{source.file} is not there")
            continue
        yield from _measured(name, source, np.random.default_rng([seed, number]), seed, MANY if options.large else FEW)


def read(source: Source) -> tuple[tuple[str, ...], Floats, Floats, frozenset[str]]:
    """Names, rows, target and which features are categories; texts become codes in their alphabetical order."""
    found = duckdb.sql(source.query.format(source.file))
    assert found is not None  # a query that gives rows
    columns, categorical = [], set()
    for name, column in zip(found.columns, found.fetchnumpy().values(), strict=True):
        if column.dtype == object:
            texts = np.ma.filled(np.ma.asarray(column).astype(object), "")
            columns.append(np.unique(texts.astype(str), return_inverse=True)[1].astype(np.float64))
            categorical.add(name)
        else:
            columns.append(np.ma.filled(np.ma.asarray(column).astype(np.float64), np.nan))
    return tuple(found.columns[:-1]), np.stack(columns[:-1], axis=1), columns[-1], frozenset(categorical)


def _measured(name: str, source: Source, generator: Generator, seed: int, windows: int) -> Iterator[Row]:
    features, rows, target, categorical = read(source)
    order = generator.permutation(len(rows))
    rows, target = rows[order], target[order]
    trained = len(rows) // 2
    answers = [
        _answers(make(seed).fit(rows[:trained], target[:trained]), source) for make in (source.make, source.other)
    ]

    def answered(first: int, count: int, other: int = 0) -> Answered:
        part = rows[trained + first : trained + first + count]
        return Answered(features, part, answers[other](part)[:, np.newaxis], categorical)

    baseline = answered(0, ROWS)
    scale = scale_of(baseline.answers)
    fitted = cross_fit(baseline, scale, seed)
    single = fitted.fidelity
    yield Row(
        f"{name}: fidelity, {ROWS:,} rows",
        FAITHFUL,
        single.r2[0],
        f"rank correlation {single.rank_correlation[0]:.4f}, {len(features)} features, fitted to {scale}",
    )
    importance = np.abs(fitted.attributions(baseline)[:, :, 0]).mean(axis=0)
    true = _importance(answers[0], baseline.rows, scale, generator)
    yield Row(f"{name}: ranking of the features", RANKED, float(ndcg_score([true], [importance])))
    for other, what in enumerate(("the same model", "another model")):
        found = compare(baseline, answered(ROWS + other * WINDOW, WINDOW, other), scale, seed)
        times = min(found.distances) / max(found.null) if found.null else float("nan")
        detail = (
            f"{found.outcome}; R² of the window {found.window.r2[0]:.3f}, of the baseline's surrogate on it "
            f"{found.carried.r2[0]:.3f}"
        )
        yield Row(f"{name}: {what}, distance of explanations in distances of halves", TOLD, times, detail)
    rang = 0
    for _ in range(windows):
        places = generator.permutation(len(rows) - trained)[: ROWS + WINDOW] + trained
        before, now = (
            Answered(features, part, answers[0](part)[:, np.newaxis], categorical)
            for part in (rows[places[:ROWS]], rows[places[ROWS:]])
        )
        rang += compare(before, now, scale, seed).outcome not in {"unchanged", "no_verdict"}
    interval = clopper_pearson(rang, windows)
    assert interval is not None  # there are windows
    yield Row(
        f"{name}: quiet windows that ring, at most",
        TOLD_SHARE,
        100 * interval[1],
        f"{rang} of {windows}, each with a baseline of its own",
    )


def _answers(model: Any, source: Source) -> Callable[[Floats], Floats]:
    if source.classes:
        return lambda rows: np.asarray(model.predict_proba(rows)[:, 1])
    return lambda rows: np.asarray(model.predict(rows))


def _importance(answers: Callable[[Floats], Floats], rows: Floats, scale: Scale, generator: Generator) -> Floats:
    """Mean |SHAP| of the model itself."""
    explained = rows[generator.permutation(len(rows))[:_EXPLAINED]]
    values = np.zeros(explained.shape)
    for _ in range(_PERMUTATIONS):
        order = generator.permutation(rows.shape[1])
        for each in (order, order[::-1]):
            mixed = rows[generator.integers(0, len(rows), len(explained))].copy()
            before = _scaled(answers(mixed), scale)
            for feature in each:
                mixed[:, feature] = explained[:, feature]
                after = _scaled(answers(mixed), scale)
                values[:, feature] += after - before
                before = after
    return np.asarray(np.abs(values).mean(axis=0))


def _scaled(answers: Floats, scale: Scale) -> Floats:
    return np.log(answers / (1 - answers)) if scale == "log-odds" else answers
