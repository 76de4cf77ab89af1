"""The default rule of attribution drift. A window is a violation if, for one output of the model,

1. a classifier tells its attributions from the baseline's: chance does not explain it, and the AUC is at least the
   floor (two_sample.py). It sees the features that matter: the least important ones, as far as they hold less than the
   smallest share together, are left out, because one of them that is busy would open the way for chance in all others;
2. single features can be named whose attributions have moved (distances.py), adjusted for all features and outputs;
3. these features hold together at least the smallest share of all mean |SHAP|, in the baseline or in the window.

Each condition silences what the others let through: with many rows everything is significant, and an AUC alone does not
say what has changed. Every change counts: a model whose reasons have changed is not better or worse for it.
"""

import math

import numpy as np

from driftline.domain.inference.families import adjusted
from driftline.kinds.model_explainability.rules.distances import Distance, distances
from driftline.kinds.model_explainability.rules.findings import (
    AttributionVerdict,
    Change,
    FeatureChange,
    OutputVerdict,
    Result,
    Settings,
)
from driftline.kinds.model_explainability.rules.samples import Floats, Pair, Sample, aligned
from driftline.kinds.model_explainability.rules.shares import (
    Importance,
    Ratio,
    common_scale,
    importance,
    matters,
    ratios,
)
from driftline.kinds.model_explainability.rules.two_sample import Separation, separate
from driftline.kinds.model_explainability.rules.views import inputs, views

FEWEST_ROWS = 20
"""Below it no setting can help: five folds of a handful of rows."""

_SCALED = math.log(1.1)
"""The smallest change of size that is called one, as a logarithm."""
_AGREES = 0.3
"""The smallest correlation of input and attribution that has a direction."""

_ORDER: tuple[Result, ...] = (
    "violation",
    "unimportant",
    "unnamed",
    "small",
    "unchanged",
    "not_enough_rows",
    "no_attributions",
)


def evaluate(baseline: Sample, window: Sample, settings: Settings | None = None) -> AttributionVerdict:
    """The verdict on a window; equal arguments give an equal one.

    Raises:
        InvalidInputError: Shapes or names do not fit together, or the numbers of outputs differ.
    """
    settings = settings or Settings()
    pair = aligned(baseline, window)
    needed = max(settings.smallest_rows, FEWEST_ROWS)
    enough = min(pair.baseline.rows, pair.window.rows) >= needed
    outputs = _outputs(pair, settings) if enough else _unevaluated(pair)
    return AttributionVerdict(
        result=min((each.result for each in outputs), key=_ORDER.index, default="no_attributions"),
        outputs=outputs,
        settings=settings,
        rows=pair.window.rows,
        baseline_rows=pair.baseline.rows,
        unusable=pair.unusable[1],
        baseline_unusable=pair.unusable[0],
        needed=None if enough else needed,
    )


def _outputs(pair: Pair, settings: Settings) -> tuple[OutputVerdict, ...]:
    seen = [views(pair, output) for output in range(pair.baseline.outputs)]
    separations = []
    for output, (before, now) in enumerate(seen):
        some = matters(importance(pair, output), settings.smallest_share)
        first, second = (side[:, some].reshape(len(side), -1) for side in (before, now))
        separations.append(separate(first, second, settings.seed))
    gaps = [distances(before, now) for before, now in seen]
    apart = adjusted([each.p_value for each in separations])
    moved = iter(adjusted([each.p_value for some in gaps for each in some]))
    return tuple(
        _output(pair, output, (separations[output], apart[output]), [(gap, next(moved)) for gap in some], settings)
        for output, some in enumerate(gaps)
    )


def _output(
    pair: Pair,
    output: int,
    separated: tuple[Separation, float],
    gaps: list[tuple[Distance, float]],
    settings: Settings,
) -> OutputVerdict:
    held = importance(pair, output)
    features = []
    for feature, (single, (gap, p_value)) in enumerate(zip(ratios(pair, output), gaps, strict=True)):
        moved = gap.value >= settings.smallest_distance and p_value <= settings.naming_level
        change = _change(pair, output, feature, single) if moved else "none"
        features.append(_feature(pair, held, feature, single, gap, p_value, moved, change))
    named = sorted(
        (each for each in features if each.moved), key=lambda each: -max(each.baseline_share, each.window_share)
    )
    shares = sum(each.baseline_share for each in named), sum(each.window_share for each in named)
    separation, p_value = separated
    return OutputVerdict(
        output=output,
        result=_result(held, separation, p_value, shares if named else None, settings),
        features=tuple(features),
        separation=separation,
        p_value=p_value,
        named=tuple(each.name for each in named),
        baseline_share=shares[0],
        window_share=shares[1],
        scale=common_scale(pair, output, held, _SCALED) if named else None,
    )


def _result(
    held: Importance, separation: Separation, p_value: float, shares: tuple[float, float] | None, settings: Settings
) -> Result:
    if not held.baseline.any() and not held.window.any():
        return "no_attributions"
    apart = p_value <= settings.level and separation.auc >= settings.floor
    if shares is None:
        return "unnamed" if apart else "unchanged"
    if max(shares) < settings.smallest_share:
        return "unimportant"
    return "violation" if apart else "small"


def _unevaluated(pair: Pair) -> tuple[OutputVerdict, ...]:
    """The sizes alone, as far as there are rows."""
    if not pair.baseline.rows or not pair.window.rows:
        return tuple(OutputVerdict(output, "not_enough_rows", ()) for output in range(pair.baseline.outputs))
    found = []
    for output in range(pair.baseline.outputs):
        held = importance(pair, output)
        features = [_feature(pair, held, feature, single) for feature, single in enumerate(ratios(pair, output))]
        found.append(OutputVerdict(output, "not_enough_rows", tuple(features)))
    return tuple(found)


def _feature(
    pair: Pair,
    held: Importance,
    feature: int,
    single: Ratio,
    gap: Distance | None = None,
    p_value: float | None = None,
    moved: bool = False,
    change: Change = "none",
) -> FeatureChange:
    return FeatureChange(
        name=pair.baseline.features[feature],
        baseline=float(held.baseline[feature]),
        window=float(held.window[feature]),
        baseline_share=float(held.baseline_share[feature]),
        window_share=float(held.window_share[feature]),
        ratio=single,
        distance=gap.value if gap else None,
        view=gap.view if gap else "",
        p_value=p_value,
        moved=moved,
        change=change,
    )


def _change(pair: Pair, output: int, feature: int, single: Ratio) -> Change:
    """Of a feature that has moved: the first that fits, the most drastic first."""
    name = pair.baseline.features[feature]
    if name in pair.missing:
        return "missing"
    if name in pair.new or single.value == math.inf:
        return "new"
    if single.value == 0.0:
        return "dies"
    if _flips(pair, output, feature):
        return "flips"
    if single.value and single.excludes(1.0) and abs(math.log(single.value)) >= _SCALED:
        return "scales"
    return "shifts"


def _flips(pair: Pair, output: int, feature: int) -> bool:
    if pair.baseline.values is None or pair.window.values is None:
        return False
    before, now = inputs(pair, output)
    then = _agreement(before[:, feature], pair.baseline.attributions[:, feature, output])
    current = _agreement(now[:, feature], pair.window.attributions[:, feature, output])
    return then * current < 0 and min(abs(then), abs(current)) >= _AGREES


def _agreement(values: Floats, attributions: Floats) -> float:
    """The correlation of input and attribution; 0 if one of them is constant."""
    known = ~np.isnan(values)
    x, phi = values[known], attributions[known]
    if len(x) < FEWEST_ROWS:
        return 0.0
    x, phi = x - x.mean(), phi - phi.mean()
    spread = math.sqrt(float(x @ x) * float(phi @ phi))
    return float(x @ phi) / spread if spread > 0 else 0.0
