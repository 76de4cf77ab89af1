"""The explained rows of a window, from the source that the plan chooses."""

from driftline.domain.profiles.resolve import DocumentColumns, resolve_columns
from driftline.domain.profiles.window import WindowProfile
from driftline.kinds.data import WindowData
from driftline.kinds.engine import Context
from driftline.kinds.model_explainability.baseline_sample import BaselineSample
from driftline.kinds.model_explainability.captured_rows import captured_rows
from driftline.kinds.model_explainability.explained_window import ExplainedWindow
from driftline.kinds.model_explainability.input_rows import input_rows
from driftline.kinds.model_explainability.plan import ExplanationPlan


def window_rows(
    context: Context, data: WindowData, plan: ExplanationPlan, baseline: BaselineSample | None, most: int
) -> ExplainedWindow:
    """An even sample of the window's rows, with their attributions.

    Args:
        most: Number of rows.

    Raises:
        PendingError: the explanations were requested.
        InvalidInputError: captures and features do not fit, or the model cannot be explained.
    """
    profile = data.profile()
    if not profile.layouts:
        return ExplainedWindow(0)
    features = plan.features or (baseline.features if baseline is not None else ())
    captured = plan.source == "captured"
    table = resolve_columns(profile, document_columns=_names(plan, () if captured else features, profile))
    if captured:
        return captured_rows(data, plan, table, baseline, most).usable()
    return input_rows(data, plan, table, baseline, most, context.endpoint).usable()


def _names(plan: ExplanationPlan, features: tuple[str, ...], profile: WindowProfile) -> DocumentColumns:
    """Of outputs and inputs; a row of a transform job is the features, and then the answer."""
    if plan.outputs or profile.has_inputs:
        return plan.outputs, features
    return features, ()
