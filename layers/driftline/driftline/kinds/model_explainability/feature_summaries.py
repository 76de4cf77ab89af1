"""What is told of each feature: what it contributes now and at the baseline, and what happened to it."""

from collections.abc import Mapping

import numpy as np

from driftline.domain.profiles.packing import Floats
from driftline.kinds.model_explainability.rules.findings import Change as Happened
from driftline.kinds.model_explainability.rules.findings import FeatureChange, OutputVerdict
from driftline.kinds.model_explainability.rules.summary import Change, FeatureSummary

_CHANGES: Mapping[Happened, Change] = {
    "none": "none",
    "new": "new",
    "missing": "gone",
    "dies": "gone",
    "flips": "turned",
    "scales": "more",
    "shifts": "moved",
}


def feature_summaries(
    names: tuple[str, ...], values: Floats, before: Mapping[str, float] | None, verdict: OutputVerdict | None
) -> tuple[FeatureSummary, ...]:
    """In the order of their contribution in the window."""
    union = list(dict.fromkeys((*names, *(before or ()))))
    now = dict(zip(names, values.tolist(), strict=True))
    order = sorted(union, key=lambda name: (-abs(now.get(name, 0.0)), union.index(name)))
    known = before or {}
    ranked = {name: rank for rank, name in enumerate(sorted(known, key=lambda name: -abs(known[name])), 1)}
    changes = {each.name: each for each in verdict.features} if verdict is not None else {}
    total = sum(map(abs, now.values()))
    return tuple(
        _feature(name, rank, now.get(name), before, ranked.get(name), changes.get(name), verdict, total)
        for rank, name in enumerate(order, 1)
    )


def _feature(
    name: str,
    rank: int,
    value: float | None,
    before: Mapping[str, float] | None,
    baseline_rank: int | None,
    change: FeatureChange | None,
    verdict: OutputVerdict | None,
    total: float,
) -> FeatureSummary:
    head = FeatureSummary(
        name=name,
        value=value,
        baseline=before.get(name) if before is not None else None,
        share=abs(value or 0.0) / total if total else None,
        rank=rank,
        baseline_rank=baseline_rank,
    )
    if change is None:
        return head
    finite = change.ratio.value is not None and np.isfinite(change.ratio.value)
    what = _CHANGES[change.change]
    return head.model_copy(
        update={
            "share": change.window_share,
            "baseline_share": change.baseline_share,
            "ratio": change.ratio.value if finite else None,
            "ratio_interval": change.ratio.interval if finite else None,
            "distance": change.distance,
            "p_value": change.p_value,
            "change": "less" if what == "more" and (change.ratio.value or 0.0) < 1 else what,
            "named": verdict is not None and verdict.result == "violation" and name in verdict.named,
        }
    )
