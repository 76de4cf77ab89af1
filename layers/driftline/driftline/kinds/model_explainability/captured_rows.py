"""Explained rows of a window whose attributions were captured: in Clarify's envelope, or as output columns."""

from collections.abc import Sequence

import numpy as np

from driftline.domain.capture.columns import ColumnKey
from driftline.domain.errors import InvalidInputError
from driftline.domain.listing import first_of
from driftline.domain.predictions.outputs import output_columns
from driftline.domain.profiles.resolve import ResolvedTable
from driftline.kinds.data import WindowData, WindowRows
from driftline.kinds.model_explainability.baseline_sample import BaselineSample
from driftline.kinds.model_explainability.captured import AttributionColumns, all_names
from driftline.kinds.model_explainability.captured import explained_rows as rows_of_columns
from driftline.kinds.model_explainability.cells import typed
from driftline.kinds.model_explainability.data_rows import SHOWN
from driftline.kinds.model_explainability.explained_window import NO_ATTRIBUTION, ExplainedWindow
from driftline.kinds.model_explainability.explaining import Attributed
from driftline.kinds.model_explainability.plan import ExplanationPlan
from driftline.kinds.model_explainability.row_sample import window_sample

_LABEL = "label0"
_COLUMNS = 3
"""Names in an error."""


def captured_rows(
    data: WindowData, plan: ExplanationPlan, table: ResolvedTable, baseline: BaselineSample | None, most: int
) -> ExplainedWindow:
    """An even sample of the window's rows.

    Raises:
        InvalidInputError: columns that the document names were not captured.
    """
    captured = data.captured()
    columns = _named(plan, table) if plan.attribution_columns else _of_envelopes(captured)
    if not columns.keys:
        return ExplainedWindow(table.rows, unexplained={NO_ATTRIBUTION: table.rows})
    if baseline is not None and set(baseline.features) <= set(columns.features):
        features = [*baseline.features, *(name for name in columns.features if name not in baseline.features)]
        same = set(baseline.outputs) == set(columns.outputs)
        columns = columns.reordered(features, baseline.outputs if same else columns.outputs)
    inputs = _inputs(columns.features, table)
    answers = output_columns(list(table.keys.values()))
    if plan.attribution_columns or len(answers) != len(columns.outputs):
        answers = []
    wanted = list(dict.fromkeys([*columns.columns, *answers, *inputs]))
    # An explainer endpoint may explain a few of its answers only: the sample is of these.
    explained = () if plan.attribution_columns else columns.columns
    sample = window_sample(captured, wanted, most, explained)
    batch = {key: [_text(cell) for cell in sample.column(place)] for place, key in enumerate(wanted)}
    found = rows_of_columns(columns, answers, batch, len(sample))
    unexplained = dict(found.unusable)
    if found.not_explained and plan.attribution_columns:
        unexplained[NO_ATTRIBUTION] = found.not_explained
    chosen = np.zeros(len(sample), dtype=np.bool_)
    chosen[found.places] = True
    kept = sample.where(chosen)
    places = [wanted.index(key) for key in inputs]
    labels = plan.labels if len(plan.labels) == len(columns.outputs) else columns.outputs
    expected = found.expected_values
    known = np.isfinite(expected).any(axis=0) if len(expected) else np.zeros(len(labels), dtype=np.bool_)
    return ExplainedWindow(
        sample.rows,
        kept,
        tuple(tuple(typed(row[place]) for place in places) for row in kept.cells) if places else (),
        Attributed(
            columns.features,
            labels,
            found.attributions,
            found.predictions,
            np.array([np.nanmean(expected[:, place]) if known[place] else np.nan for place in range(len(labels))]),
            notes=tuple(f"{rows:,} rows: {note}." for note, rows in found.notes.items()),
        ),
        sampled=sample.sampled,
        unexplained=unexplained,
    )


def _named(plan: ExplanationPlan, table: ResolvedTable) -> AttributionColumns:
    missing = [column for column in plan.attribution_columns.values() if column not in table.keys]
    if missing:
        raise InvalidInputError(
            f"no captured column {first_of(missing, _COLUMNS)}, an attribution",
            expected=f"one of {first_of(list(table.keys), SHOWN)}",
            mend="Correct attribution_columns, or name the endpoint's outputs under columns.output.",
        )
    return AttributionColumns.named(
        {(feature, _LABEL): table.keys[column] for feature, column in plan.attribution_columns.items()}
    )


def _of_envelopes(captured: WindowRows) -> AttributionColumns:
    """All that any hour has: hours may have other features, or none."""
    hours = [AttributionColumns.of(hour.columns()) for hour in captured.hours]
    features, outputs = all_names(hours)
    keys = {pair: key for hour in hours for pair, key in hour.keys.items()}
    return AttributionColumns(features, outputs, keys, any(hour.noted for hour in hours))


def _inputs(features: Sequence[str], table: ResolvedTable) -> list[ColumnKey]:
    """The input of each feature: by name, or by place if they are as many; none if they are not known."""
    inputs = table.inputs
    if all(name in inputs for name in features):
        return [inputs[name] for name in features]
    return list(inputs.values()) if len(inputs) == len(features) else []


def _text(cell: object) -> str | int | None:
    return cell if cell is None or isinstance(cell, str | int) else str(cell)
