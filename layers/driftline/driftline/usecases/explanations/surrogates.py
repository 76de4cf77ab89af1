"""Explanations without access to the model: by trees that are fitted to its answers."""

from collections.abc import Sequence

import numpy as np

from driftline.domain.explanations.results import Explained, SurrogateReport
from driftline.domain.explanations.surrogate import Answered, CrossFit, cross_fit, scale_of
from driftline.domain.explanations.surrogate_change import SurrogateChange, compare
from driftline.domain.explanations.tasks import Cell, Surrogate, Task
from driftline.domain.explanations.trees.links import Link, predictions_of
from driftline.domain.predictions.values import number
from driftline.domain.profiles.packing import Floats

type Rows = Sequence[Sequence[Cell]]


def of_surrogate(task: Task, source: Surrogate) -> Explained:
    """Each row is explained by trees that have not seen it; a window is also compared with its baseline.

    Raises:
        InvalidInputError: too few rows, or answers of another kind than the baseline's.
    """
    codes = _codes(task.features, [*task.rows, *source.rows])
    window = _answered(task.features, task.rows, task.answers, codes)
    if source.rows:
        before = _answered(task.features, source.rows, source.answers, codes)
        scale = scale_of(np.concatenate([before.answers, window.answers]))
        fitted = cross_fit(window, scale, source.seed)
        report = _report(fitted, compare(before, window, scale, source.seed, now=fitted))
    else:
        scale = scale_of(window.answers)
        fitted = cross_fit(window, scale, source.seed)
        report = _report(fitted, None)
    attributions = fitted.attributions(window)
    expected = np.mean([forest.base for forest in fitted.forests], axis=0)
    margin = expected + attributions.sum(axis=1)
    return Explained(
        tuple(task.row_digests()),
        tuple(f"label{place}" for place in range(window.answers.shape[1])),
        attributions,
        predictions_of(margin, Link.LOGIT) if scale == "log-odds" else margin,
        expected,
        logit=scale == "log-odds",
        surrogate=report,
    )


def _report(fitted: CrossFit, change: SurrogateChange | None) -> SurrogateReport:
    r2 = float(max(min(fitted.fidelity.r2), -1e9))
    ranking = float(np.nan_to_num(min(fitted.fidelity.rank_correlation)))
    if change is None:
        return SurrogateReport(r2, ranking)
    return SurrogateReport(
        r2,
        ranking,
        change.outcome,
        float(max(min(change.carried.r2), -1e9)),
        min(change.distances, default=None),
        max(change.null, default=None),
        {name: (to_window, between) for name, to_window, between in change.features},
    )


def _answered(features: tuple[str, ...], rows: Rows, answers: Rows, codes: dict[str, dict[str, float]]) -> Answered:
    columns = [_column([row[place] for row in rows], codes[name]) for place, name in enumerate(features)]
    categorical = frozenset(name for name, found in codes.items() if found)
    return Answered(features, np.column_stack(columns), np.array(answers, dtype=np.float64), categorical)


def _codes(features: tuple[str, ...], rows: Rows) -> dict[str, dict[str, float]]:
    """By feature, the code of each of its categories; none for numbers."""
    found = {}
    for place, name in enumerate(features):
        texts = sorted({cell for row in rows if isinstance(cell := row[place], str)})
        found[name] = {text: float(code) for code, text in enumerate(texts)}
    return found


def _column(cells: Sequence[Cell], codes: dict[str, float]) -> Floats:
    """NaN where a value is missing, or is a number among categories."""
    if codes:
        return np.array([codes.get(cell, np.nan) if isinstance(cell, str) else np.nan for cell in cells])
    return np.array([float(cell) if isinstance(cell, bool) else number(cell) for cell in cells])
