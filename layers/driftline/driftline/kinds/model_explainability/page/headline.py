"""The verdict on attributions without violations, in one sentence."""

from driftline.kinds.model_explainability.facts import Explainability
from driftline.kinds.model_explainability.page.amounts import top_features
from driftline.kinds.model_explainability.rules.sentences import feature_clause
from driftline.kinds.model_explainability.rules.summary import OutputSummary
from driftline.presentation.text import number


def without_violations(execution: Explainability) -> str:
    """What contributes most, and how far all of it is from the baseline."""
    if not execution.outputs:
        return "No violations: nothing was explained."
    if not any(each.features for each in execution.outputs):
        return "No violations: no feature has an attribution."
    output = _furthest(execution)
    leads = top_features(output, 1)[0]
    return f"No violations. {_steady(output)}{feature_clause(leads)}"


def _furthest(execution: Explainability) -> OutputSummary:
    """The output whose attributions are furthest from the baseline's, as far as that is known."""
    known = [each for each in execution.outputs if each.features]
    return max(known, key=lambda each: each.auc if each.auc is not None else 0.0)


def _steady(output: OutputSummary) -> str:
    """`The model’s reasons are those of the baseline (AUC 0.512): `."""
    compared = [f"AUC {number(output.auc, 3)}"] if output.auc is not None else []
    if not compared and output.ndcg is not None:
        compared = [f"NDCG {number(output.ndcg, 3)}"]
    if compared:
        return f"The model’s reasons are those of the baseline ({compared[0]}): "
    return ""
