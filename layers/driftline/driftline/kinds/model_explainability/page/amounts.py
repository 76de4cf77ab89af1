"""What features contribute overall: bars of an execution's global attributions next to the baseline's."""

from collections.abc import Sequence
from math import isfinite

from driftline.kinds.model_explainability.facts import Explainability
from driftline.kinds.model_explainability.page.names import AMOUNTS, whose
from driftline.kinds.model_explainability.rules.summary import FeatureSummary, OutputSummary
from driftline.presentation.attribution_charts import Amounts
from driftline.presentation.chart_parts import Behind
from driftline.presentation.text import IN_A_SENTENCE, joined, number, percent, shown

MOST = 10
"""Features with a bar."""

_SPOKEN = 3


def top_features(output: OutputSummary, most: int = MOST) -> list[FeatureSummary]:
    """Those that contribute most, in the window or in the baseline; in the window's order."""
    first = sorted(output.features, key=lambda each: -max(_size(each.value), _size(each.baseline)))[:most]
    return sorted(first, key=lambda each: (-_size(each.value), -_size(each.baseline)))


def _size(value: float | None) -> float:
    return abs(value) if value is not None and isfinite(value) else 0.0


def amounts_chart(execution: Explainability, output: OutputSummary) -> Amounts | None:
    """None of an output without features."""
    features = top_features(output)
    if not features:
        return None
    before = any(each.baseline is not None for each in features)
    what = AMOUNTS[execution.body.aggregation if execution.body else None]
    return Amounts(
        title=f"{what} by feature{whose(output.label, alone=execution.alone)}",
        about=_about(what, features, before=before),
        x=f"{what}{' (log-odds)' if execution.logit else ''}",
        names=tuple(each.name for each in features),
        current=tuple(each.value for each in features),
        baseline=tuple(each.baseline for each in features) if before else (),
        behind=_behind(features, before=before),
    )


def _about(what: str, features: Sequence[FeatureSummary], *, before: bool) -> str:
    first = joined([_spoken(each) for each in features[:_SPOKEN]])
    side = "window next to baseline" if before else "window"
    return f"{what} of the {len(features)} features that contribute most, {side}: {first}. The table has all of them."


def _spoken(feature: FeatureSummary) -> str:
    was = f" ({number(feature.baseline)} in the baseline)" if feature.baseline is not None else ""
    return f"{shown(feature.name, IN_A_SENTENCE)} {number(feature.value)}{was}"


def _behind(features: Sequence[FeatureSummary], *, before: bool) -> Behind:
    head = ("Feature", "Window", "Share", *(("Baseline", "Its share") if before else ()))
    rows = (
        (
            shown(each.name),
            number(each.value),
            percent(each.share),
            *((number(each.baseline), percent(each.baseline_share)) if before else ()),
        )
        for each in features
    )
    return Behind(head, tuple(rows))
