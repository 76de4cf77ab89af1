"""What has changed about a model's reasons, in sentences for people who are no statisticians.

The model's reasons have changed: income matters half as much as in the baseline (mean |SHAP| 0.21 against 0.43).
"""

import math

from driftline.kinds.model_explainability.rules.findings import AttributionVerdict, FeatureChange, OutputVerdict
from driftline.presentation.text import IN_A_SENTENCE, count, number, percent, shown
from driftline.presentation.text import names as listed

_HALF = (0.47, 0.53)
_TWICE = (1.9, 2.1)


def headline(verdict: AttributionVerdict) -> str:
    """One sentence about the worst output; with several outputs it says which."""
    if verdict.needed is not None:
        fewer = (
            f"{count(verdict.rows, 'explained row')}, {count(verdict.baseline_rows, 'explained row')} in the baseline"
        )
        return f"Not enough rows to judge: {fewer}, {verdict.needed:,} of each are needed."
    if not verdict.outputs or verdict.result == "no_attributions":
        return "All attributions are 0, in the baseline and in this window: there is nothing to compare."
    worst = next(each for each in verdict.outputs if each.result == verdict.result)
    place = f" for output {worst.output}" if len(verdict.outputs) > 1 else ""
    held = percent(max(worst.baseline_share, worst.window_share))
    match verdict.result:
        case "violation":
            said = f"The model's reasons have changed{place}: {_what(worst)}"
        case "unimportant":
            only = f"Only features that hardly matter have changed{place}"
            said = f"{only}: {listed(worst.named)} ({held} of all attribution)"
        case "small":
            said = f"The model's reasons have changed a little{place}, too little for an alarm: {_what(worst)}"
        case "unnamed":
            said = f"The attributions{place} differ from the baseline's, but no single feature explains it"
        case _:
            said = "The model's reasons are those of the baseline"
    return f"{said}."


def sentence(feature: FeatureChange) -> str:
    """Of one feature, without a full stop."""
    name = shown(feature.name, IN_A_SENTENCE)
    sizes = f"mean |SHAP| {number(feature.window)} against {number(feature.baseline)}"
    match feature.change:
        case "missing":
            said = f"{name} is missing, and held {percent(feature.baseline_share)} of all attribution"
        case "new":
            said = f"{name} is new, and holds {percent(feature.window_share)} of all attribution"
        case "dies":
            said = f"{name} no longer matters ({sizes})"
        case "flips":
            said = f"{name} pushes the answer the other way for the same values ({sizes})"
        case "scales":
            said = f"{name} matters {_times(feature.ratio.value)} as in the baseline ({sizes})"
        case "shifts":
            distance = f"Kolmogorov-Smirnov distance {number(feature.distance)}"
            said = f"the attributions of {name} are distributed differently ({distance})"
        case "none":
            said = f"{name} matters as in the baseline ({sizes})"
    return said


def _what(output: OutputVerdict) -> str:
    if output.scale is not None and output.scale.value is not None:
        return f"all attributions are {number(output.scale.value)} times the baseline's"
    first = sentence(output.feature(output.named[0]))
    others = output.named[1:]
    verb = "has" if len(others) == 1 else "have"
    return f"{first}; {listed(others)} {verb} changed, too" if others else first


def _times(ratio: float | None) -> str:
    """`half as much`, with no more precision than people want."""
    if ratio is None or math.isinf(ratio):
        return "as much"
    if _HALF[0] <= ratio <= _HALF[1]:
        return "half as much"
    if _TWICE[0] <= ratio <= _TWICE[1]:
        return "twice as much"
    return f"{number(ratio, 2)} times as much"
