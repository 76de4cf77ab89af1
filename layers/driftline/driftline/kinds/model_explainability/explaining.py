"""Explanations of some rows by the plan's source, in the order of the rows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from driftline.domain.errors import InvalidInputError
from driftline.domain.explanations.results import Explained, SurrogateReport
from driftline.domain.explanations.tasks import (
    AskedEndpoint,
    AskedFunction,
    Cell,
    Dependence,
    ModelFile,
    Surrogate,
    Task,
)
from driftline.domain.explanations.tasks import Source as TaskSource
from driftline.domain.profiles.packing import Floats
from driftline.kinds.data import Explanations
from driftline.kinds.model_explainability.plan import ExplanationPlan

type Rows = Sequence[Sequence[Cell]]


@dataclass(frozen=True, slots=True, eq=False)
class Attributed:
    """n rows with their attributions to m features and o outputs.

    Attributes:
        explained_by: Identifies the model, for comparison with another time.
        attributions: Shape (n, m, o); NaN where a row has none.
        predictions: Shape (n, o).
        expected: Shape (o,); NaN where it is unknown.
        unexplained: Rows without attributions, by reason.
        logit: Attributions are log-odds, and predictions probabilities.
    """

    features: tuple[str, ...]
    outputs: tuple[str, ...]
    attributions: Floats
    predictions: Floats
    expected: Floats
    explained_by: str = ""
    unexplained: dict[str, int] = field(default_factory=dict)
    surrogate: SurrogateReport | None = None
    logit: bool = False
    notes: tuple[str, ...] = ()


def attributed(
    plan: ExplanationPlan,
    features: tuple[str, ...],
    rows: Rows,
    answers: Sequence[Sequence[float]],
    explanations: Explanations,
    *,
    background: tuple[tuple[Cell, ...], ...] = (),
    reference: Surrogate | None = None,
    hours: Sequence[datetime] = (),
    where: str,
) -> Attributed:
    """Of a source that explains inputs: a model's file, an endpoint, a surrogate.

    Args:
        answers: Of the model to each row, for a surrogate.
        background: Rows that stand for a feature's absence, for Kernel SHAP.
        reference: Rows and answers of the baseline, with which a surrogate's window is compared.
        hours: Of each row; none: they are of a data set.

    Raises:
        PendingError: they were requested.
        InvalidInputError: they cannot be had, or take more requests than are allowed.
    """
    source = _source(plan, explanations, background, reference)
    if isinstance(source, AskedEndpoint):
        check_requests(source, len(features), len(rows), where)
    task = Task(
        source=source,
        features=features,
        rows=tuple(map(tuple, rows)),
        answers=tuple(map(tuple, answers)) if isinstance(source, Surrogate) else (),
    )
    found = explanations.of(task, hours)
    return _in_order(found, task, plan, _name_of(source))


def dependence(
    plan: ExplanationPlan,
    features: tuple[str, ...],
    rows: Rows,
    wanted: Sequence[str],
    explanations: Explanations,
    background: tuple[tuple[Cell, ...], ...],
) -> tuple[dict[str, object], ...]:
    """Entries of Clarify's `pdp`: of a model's file, or an endpoint.

    Raises:
        PendingError, InvalidInputError: see `attributed`.
    """
    assert plan.dependence is not None  # it is wanted
    source = _source(plan, explanations, background, None)
    about = Dependence(tuple(wanted), plan.dependence.grid_resolution)
    return explanations.of(
        Task(source=source, features=features, rows=tuple(map(tuple, rows)), dependence=about)
    ).dependence


def check_requests(source: AskedEndpoint, features: int, rows: int, where: str) -> None:
    """Raises InvalidInputError: explaining so many rows takes more requests than are allowed."""
    of_row = source.requests_of_row(features)
    if rows * of_row > source.most_requests:
        raise InvalidInputError(
            f"{rows:,} rows take {rows * of_row:,} requests to the endpoint {source.name}, {of_row:,} each",
            where=where,
            expected=f"at most {source.most_requests:,} requests",
            mend="Lower rows, baseline_rows or kernel.num_samples, or raise endpoint.most_requests.",
        )


def _source(
    plan: ExplanationPlan,
    explanations: Explanations,
    background: tuple[tuple[Cell, ...], ...],
    reference: Surrogate | None,
) -> TaskSource:
    if plan.source == "model":
        assert plan.model is not None  # the document was checked
        return explanations.model_file(plan.model)
    if plan.source == "endpoint":
        return plan.asked(background)
    if plan.source == "predictor":
        assert plan.model is not None  # it was given
        return AskedFunction(plan.model, plan.etag, plan.kernel_with(background))
    return reference or Surrogate()


def _name_of(source: TaskSource) -> str:
    match source:
        case ModelFile():
            return f"{source.uri} {source.etag}"
        case AskedFunction():
            return f"{source.name} {source.etag}"
        case AskedEndpoint():
            return source.name
        case _:
            return ""


def _in_order(found: Explained, task: Task, plan: ExplanationPlan, name: str) -> Attributed:
    place = {row: number for number, row in enumerate(found.rows)}
    places = [place[row] for row in task.row_digests()]
    return Attributed(
        explained_features(plan, task.features),
        plan.labels if len(plan.labels) == len(found.outputs) else found.outputs,
        found.attributions[places],
        found.predictions[places],
        found.expected,
        name,
        surrogate=found.surrogate,
        logit=found.logit,
        notes=found.notes,
    )


def explained_features(plan: ExplanationPlan, features: tuple[str, ...]) -> tuple[str, ...]:
    """Those that have attributions, in the order of the attributions."""
    chosen = plan.kernel.features_to_explain if plan.asks else ()
    return chosen or features


def finite(attributions: Floats) -> NDArray[np.bool_]:
    """Which rows have attributions throughout; shape (n,)."""
    found: NDArray[np.bool_] = np.isfinite(attributions).all(axis=(1, 2))
    return found
