"""Attribution drift in sentences, for people who are no statisticians.

age contributes 2.1 times what it did in the baseline (95 % interval 1.9 to 2.3).
"""

from collections.abc import Sequence

from driftline.kinds.model_explainability.rules.summary import FeatureSummary, OutputSummary
from driftline.presentation.text import IN_A_SENTENCE, count, joined, number, percent, shown

NDCG_FLOOR = 0.9
"""SageMaker's threshold."""

_SPELLED = 2
"""Features whose change a sentence spells out; of others it has the names."""

_NAMED = 3

_NAME = 40
"""Characters of a name next to others."""


def drift_sentence(output: OutputSummary, *, alone: bool = True) -> str:
    """What moved, by how much, and how sure that is: the features that a finding names.

    Args:
        alone: The model has no other output.

    Returns:
        With its full stop; empty where no feature is named.
    """
    named = (each for each in output.features if each.named)
    moved = sorted(named, key=lambda each: -max(each.share or 0.0, each.baseline_share or 0.0))
    if not moved:
        return ""
    if output.scale is not None:
        whose = "" if alone else f"{shown(output.label, _NAME)}: "
        return f"{whose}all attributions are {times(output.scale)} times the baseline’s."
    others = [shown(each.name, _NAME) for each in moved[_SPELLED:]]
    more = f"; {joined(others[:_NAMED], more=len(others) - _NAMED)} moved, too" if others else ""
    said = "; ".join(feature_clause(each) for each in moved[:_SPELLED])
    return f"{'' if alone else f'{shown(output.label, _NAME)}: '}{said}{more}."


def feature_clause(feature: FeatureSummary) -> str:
    """What happened to the contributions of one feature, without a full stop."""
    name = shown(feature.name, IN_A_SENTENCE)
    match feature.change:
        case "more" | "less":
            return f"{name} contributes {_multiple(feature)}"
        case "gone":
            return f"{name} no longer contributes{_of_all(feature.baseline_share, ' in the baseline')}"
        case "new":
            return f"{name} contributes now{_of_all(feature.share)}, and did not in the baseline"
        case "turned":
            return f"{name} has turned: values that raised the prediction in the baseline lower it now, and the reverse"
        case "moved":
            far = f" (distance {number(feature.distance)} of 1)" if feature.distance is not None else ""
            return f"the contributions of {name} are spread differently than in the baseline{far}"
        case "none":
            return f"{name} contributes {_unchanged(feature)}"


def _multiple(feature: FeatureSummary) -> str:
    """`2.1 times what it did in the baseline (95 % interval 1.9 to 2.3)`, `48 % of what it did …`."""
    if feature.ratio is None:
        return "more than in the baseline" if feature.change == "more" else "less than in the baseline"
    bounds = feature.ratio_interval
    if feature.ratio >= 1.0:
        inside = f" (95 % interval {times(bounds[0])} to {times(bounds[1])})" if bounds else ""
        return f"{times(feature.ratio)} times what it did in the baseline{inside}"
    inside = f" (95 % interval {percent(bounds[0])} to {percent(bounds[1])})" if bounds else ""
    return f"{percent(feature.ratio)} of what it did in the baseline{inside}"


def _unchanged(feature: FeatureSummary) -> str:
    if feature.share is None:
        return number(feature.value)
    before = f" ({percent(feature.baseline_share)} in the baseline)" if feature.baseline_share is not None else ""
    return f"{percent(feature.share)} of all attribution{before}"


def _of_all(share: float | None, where: str = "") -> str:
    return "" if share is None else f" ({percent(share)} of all attribution{where})"


def times(ratio: float) -> str:
    """A multiple has three digits at most: its interval says more about it than a fourth."""
    return number(ratio, 3)


def separation_sentence(output: OutputSummary, smallest_auc: float) -> str:
    """How well a classifier tells the window's attributions from the baseline's; empty where it was not asked."""
    if output.auc is None:
        return ""
    bounds = output.auc_interval
    inside = f"95 % interval {number(bounds[0], 3)} to {number(bounds[1], 3)}; " if bounds else ""
    scale = f"0.5 is not at all, from {number(smallest_auc)} on it is drift"
    found = f"AUC {number(output.auc, 3)} ({inside}{scale})"
    return f"A classifier tells the window’s attributions from the baseline’s with {found}."


def ranking_sentence(label: str, ndcg: float, *, alone: bool = True) -> str:
    """What SageMaker's rule found, for people."""
    whose = "" if alone or not label else f" of {shown(label, IN_A_SENTENCE)}"
    fallen = f"The ranking of the features{whose} by what they contribute has changed"
    return f"{fallen}: NDCG {number(ndcg)}, at least {NDCG_FLOOR} required."


def sagemaker_sentence(outputs: Sequence[OutputSummary]) -> str:
    """What SageMaker would have said, which looks at the ranking only; empty without a baseline."""
    known = [(each.ndcg, each) for each in outputs if each.ndcg is not None]
    said = [each for each in outputs if each.sagemaker]
    if said:
        whose = f"{count(len(said), 'output')} of {len(outputs)}: " if len(outputs) > 1 else ""
        return f"a violation: {whose}NDCG {number(said[0].ndcg)}, at least {NDCG_FLOOR} required"
    if not known:
        return ""
    lowest = min(ndcg for ndcg, _ in known)
    return f"no violation: NDCG {number(lowest)}, at least {NDCG_FLOOR} required"
