"""The explained rows of a window."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from driftline.domain.capture.attribute import pick
from driftline.domain.capture.columns import ColumnKey
from driftline.domain.errors import InvalidInputError
from driftline.domain.explanations.tasks import Cell
from driftline.domain.listing import first_of
from driftline.domain.predictions.outputs import output_columns, outputs_of
from driftline.domain.profiles.resolve import ResolvedTable, resolve_columns
from driftline.domain.profiles.window import WindowProfile
from driftline.kinds.engine import Context, WindowData
from driftline.kinds.model_explainability.baseline_sample import BaselineSample
from driftline.kinds.model_explainability.cells import as_numbers, is_missing, typed
from driftline.kinds.model_explainability.data_rows import SHOWN, numbers_of
from driftline.kinds.model_explainability.explaining import Attributed, attributed, finite
from driftline.kinds.model_explainability.plan import ExplanationPlan
from driftline.kinds.model_explainability.row_sample import RowSample, window_sample

NO_FEATURES = "the row has none of the model's features"
NO_ANSWER = "the answer is not a number"
NO_ATTRIBUTION = "the row has no attributions"

_INPUT = ("input[", "input.")
_COLUMNS = 3
"""Names of missing features in an error."""


@dataclass(frozen=True, slots=True, eq=False)
class WindowRows:
    """n explained rows.

    Attributes:
        rows: Number of rows of the window.
        sample: The explained ones.
        cells: Their inputs, shape (n, m); none if they are unknown.
        found: Their attributions.
        sampled: Rows were left out.
    """

    rows: int
    sample: RowSample
    cells: tuple[tuple[Cell, ...], ...]
    found: Attributed | None
    sampled: bool
    unexplained: dict[str, int]


def explained_rows(
    context: Context, data: WindowData, plan: ExplanationPlan, baseline: BaselineSample | None, most: int
) -> WindowRows:
    """Explains an even sample of the window's rows.

    Raises:
        PendingError: the explanations were requested.
        InvalidInputError: captures and features do not fit, or the model cannot be explained.
    """
    profile = data.profile()
    if not profile.layouts:
        return WindowRows(0, RowSample(), (), None, sampled=False, unexplained={})
    features = plan.features or (baseline.features if baseline is not None else ())
    table = resolve_columns(profile, document_columns=(plan.outputs, features))
    if plan.attribution_columns:
        return _from_columns(data, plan, table, most)
    keys = _keys(features, table, context.endpoint)
    names = tuple(keys)
    answers = output_columns(_outputs(profile)) if plan.source == "surrogate" else []
    sample = window_sample(data.captured(), [*keys.values(), *answers], most)
    cells = [tuple(map(typed, row[: len(names)])) for row in sample.cells]
    unexplained: Counter[str] = Counter()
    usable = np.array([not all(map(is_missing, row)) for row in cells], dtype=np.bool_)
    unexplained[NO_FEATURES] = int((~usable).sum())
    answered: list[tuple[float, ...]] = []
    if plan.source == "surrogate":
        outputs = outputs_of(answers, [sample.column(len(names) + place) for place in range(len(answers))])
        answered = [numbers_of(pick(plan.answer, output, plan.outputs)) for output in outputs]
        width = max(map(len, answered), default=0)
        lacking = usable & np.array([len(each) != width or not width for each in answered], dtype=np.bool_)
        unexplained[NO_ANSWER] = int(lacking.sum())
        usable &= ~lacking
    kept = sample.where(usable)
    rows = tuple(row for row, use in zip(cells, usable.tolist(), strict=True) if use)
    found = None
    if rows:
        found = attributed(
            plan,
            names,
            rows,
            [answer for answer, use in zip(answered, usable.tolist(), strict=True) if use] if answered else (),
            data.explanations,
            background=baseline.background if baseline is not None else (),
            hours=kept.hours,
            where=context.endpoint,
        )
    return WindowRows(sample.rows, kept, rows, found, sample.sampled, {why: n for why, n in unexplained.items() if n})


def _from_columns(data: WindowData, plan: ExplanationPlan, table: ResolvedTable, most: int) -> WindowRows:
    """Attributions that are output columns."""
    features = tuple(plan.attribution_columns)
    missing = [column for column in plan.attribution_columns.values() if column not in table.keys]
    if missing:
        raise InvalidInputError(
            f"no captured column {first_of(missing, _COLUMNS)}, an attribution",
            expected=f"one of {first_of(list(table.keys), SHOWN)}",
            mend="Correct attribution_columns, or name the endpoint's outputs under columns.output.",
        )
    inputs = [table.keys.get(name) for name in features]
    known = [key for key in inputs if key is not None]
    columns = [*(table.keys[column] for column in plan.attribution_columns.values()), *known]
    sample = window_sample(data.captured(), columns, most)
    m = len(features)
    attributions = np.array([as_numbers(row[:m]) for row in sample.cells]).reshape(len(sample), m, 1)
    usable = finite(attributions)
    kept = sample.where(usable)
    found = Attributed(
        features,
        plan.labels or ("label0",),
        attributions[usable],
        np.full((len(kept), 1), np.nan),
        np.full(1, np.nan),
    )
    cells = tuple(tuple(map(typed, row[m:])) for row in kept.cells) if len(known) == m else ()
    lost = int((~usable).sum())
    return WindowRows(sample.rows, kept, cells, found, sample.sampled, {NO_ATTRIBUTION: lost} if lost else {})


def _outputs(profile: WindowProfile) -> list[ColumnKey]:
    """Keys of everything that was captured, in a stable order."""
    return sorted({key for layout in profile.layouts.values() for key in layout.columns})


def _keys(features: Sequence[str], table: ResolvedTable, endpoint: str) -> dict[str, ColumnKey]:
    """The column of each feature; all inputs where nothing names them.

    Raises:
        InvalidInputError: captures lack a feature.
    """
    if not features:
        return {name: key for name, key in table.keys.items() if key.startswith(_INPUT)}
    keys = {name: key for name in features if (key := _key(name, table)) is not None}
    missing = [name for name in features if name not in keys]
    if missing:
        inputs = [name for name, key in table.keys.items() if key.startswith(_INPUT)]
        raise InvalidInputError(
            f"no captured column {first_of(missing, _COLUMNS)}, which the model needs",
            where=endpoint,
            expected=f"the {len(features)} features of the model; captured are {first_of(inputs, SHOWN) or 'none'}",
            mend="Name the endpoint's inputs in their order under columns.input, as the model's baseline has them.",
        )
    return keys


def _key(name: str, table: ResolvedTable) -> ColumnKey | None:
    if name in table.keys:
        return table.keys[name]
    ends = [key for key in table.keys.values() if key.startswith(_INPUT) and key.rpartition(".")[2] == name]
    return ends[0] if len(ends) == 1 else None


def without_unexplained(found: WindowRows) -> WindowRows:
    """Only rows whose attributions are numbers; the others are counted."""
    if found.found is None:
        return found
    usable = finite(found.found.attributions)
    lost = int((~usable).sum())
    if not lost:
        return found
    places = np.flatnonzero(usable).tolist()
    return replace(
        found,
        sample=found.sample.where(usable),
        cells=tuple(found.cells[place] for place in places) if found.cells else (),
        found=replace(
            found.found,
            attributions=found.found.attributions[usable],
            predictions=found.found.predictions[usable],
        ),
        unexplained={**found.unexplained, NO_ATTRIBUTION: found.unexplained.get(NO_ATTRIBUTION, 0) + lost},
    )
