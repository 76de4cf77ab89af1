"""Explained rows of a window whose inputs are explained: by a model's file, an endpoint, or a surrogate."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from driftline.domain.capture.attribute import pick
from driftline.domain.capture.columns import ColumnKey
from driftline.domain.errors import InvalidInputError
from driftline.domain.explanations.tasks import Cell, Surrogate
from driftline.domain.predictions.outputs import outputs_of
from driftline.domain.profiles.resolve import ResolvedTable
from driftline.kinds.data import WindowData
from driftline.kinds.model_explainability.baseline_sample import BaselineSample
from driftline.kinds.model_explainability.cells import is_missing, typed
from driftline.kinds.model_explainability.data_rows import numbers_of
from driftline.kinds.model_explainability.explained_window import ExplainedWindow
from driftline.kinds.model_explainability.explaining import attributed
from driftline.kinds.model_explainability.feature_columns import answer_columns, feature_columns
from driftline.kinds.model_explainability.plan import ExplanationPlan
from driftline.kinds.model_explainability.row_sample import RowSample, window_sample

NO_FEATURES = "the row has none of the model's features"
NO_ANSWER = "the answer is not a number"

type Answers = list[tuple[float, ...]]


def input_rows(
    data: WindowData,
    plan: ExplanationPlan,
    table: ResolvedTable,
    baseline: BaselineSample | None,
    most: int,
    where: str,
) -> ExplainedWindow:
    """An even sample of the window's rows.

    Args:
        where: The endpoint, for errors.

    Raises:
        PendingError: the explanations were requested.
        InvalidInputError: captures lack features, or the model cannot be explained.
    """
    features = plan.features or (baseline.features if baseline is not None else ())
    keys = feature_columns(features, table, where)
    names = tuple(keys)
    stated = (plan.probability or plan.inference) is not None
    outputs = answer_columns(data.profile(), keys, stated=stated) if plan.source == "surrogate" else []
    sample = window_sample(data.captured(), [*keys.values(), *outputs], most)
    cells = [tuple(map(typed, row[: len(names)])) for row in sample.cells]
    usable = np.array([not all(map(is_missing, row)) for row in cells], dtype=np.bool_)
    unexplained = Counter({NO_FEATURES: int((~usable).sum())})
    answers: Answers = []
    if plan.source == "surrogate":
        answers = _answers(plan, sample, outputs, len(names))
        width = max(map(len, answers), default=0)
        lacking = usable & np.array([len(each) != width or not width for each in answers], dtype=np.bool_)
        unexplained[NO_ANSWER] = int(lacking.sum())
        usable &= ~lacking
    kept = sample.where(usable)
    rows = [row for row, use in zip(cells, usable.tolist(), strict=True) if use]
    return ExplainedWindow(
        sample.rows,
        kept,
        tuple(rows),
        attributed(
            plan,
            names,
            rows,
            [answer for answer, use in zip(answers, usable.tolist(), strict=True) if use] if answers else (),
            data.explanations,
            background=_background(plan, baseline, where),
            reference=_reference(plan, baseline, names),
            hours=kept.hours,
            where=where,
        )
        if rows
        else None,
        sample.sampled,
        {why: count for why, count in unexplained.items() if count},
    )


def _answers(plan: ExplanationPlan, sample: RowSample, outputs: Sequence[ColumnKey], before: int) -> Answers:
    """What the model said of each row.

    Args:
        before: Number of columns before those of the output.
    """
    columns = [sample.column(before + place) for place in range(len(outputs))]
    if not outputs:
        return [()] * len(sample)
    return [numbers_of(pick(plan.answer, output, plan.outputs)) for output in outputs_of(outputs, columns)]


def _reference(plan: ExplanationPlan, baseline: BaselineSample | None, names: tuple[str, ...]) -> Surrogate | None:
    """What a surrogate's window is compared with; nothing if the baseline has other features."""
    if plan.source != "surrogate" or baseline is None or baseline.features != names:
        return None
    return Surrogate(baseline.cells, baseline.answers)


def _background(plan: ExplanationPlan, baseline: BaselineSample | None, where: str) -> tuple[tuple[Cell, ...], ...]:
    """The same rows as for the baseline: with others, attributions of the same model differ."""
    if plan.source != "endpoint":
        return ()
    given = plan.kernel.baseline or (baseline.background if baseline is not None else ())
    if not given:
        raise InvalidInputError(
            "Kernel SHAP has no baseline rows, which stand for a feature's absence",
            where=where,
            expected="the rows that the baseline was made with",
            mend="Upload a data set, from which Driftline chooses one, or give rows in kernel.baseline.",
        )
    return given
