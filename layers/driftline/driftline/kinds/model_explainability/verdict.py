"""The verdict on a window: by the rule that the document chose, with what the other one says beside it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from driftline.domain.explanations.results import SurrogateReport
from driftline.domain.explanations.surrogate import FIDELITY
from driftline.domain.explanations.surrogate_change import FARTHER
from driftline.domain.monitors.comparison import Compared
from driftline.domain.profiles.packing import Floats
from driftline.kinds.model_explainability.baseline_sample import BaselineSample
from driftline.kinds.model_explainability.cells import samples
from driftline.kinds.model_explainability.explained_window import ExplainedWindow
from driftline.kinds.model_explainability.explaining import Attributed
from driftline.kinds.model_explainability.feature_summaries import feature_summaries
from driftline.kinds.model_explainability.rules.analysis import Analysis
from driftline.kinds.model_explainability.rules.evaluate import evaluate
from driftline.kinds.model_explainability.rules.findings import (
    AttributionVerdict,
    Settings,
)
from driftline.kinds.model_explainability.rules.sagemaker import SageMakerVerdict, sagemaker_verdicts
from driftline.kinds.model_explainability.rules.summary import Fidelity, OutputSummary
from driftline.kinds.model_explainability.rules.violations import description

MOST_FEATURES = 100
MOST_OUTPUTS = 20
_NAMED = 5
"""Features in a note."""

NO_SAMPLE = (
    "The baseline has no sample of attributions to compare with: Driftline did not make it, or it was changed since. "
    "comparison: sagemaker compares the ranking of features."
)


@dataclass(frozen=True, slots=True)
class Policy:
    """How the document wants a window to be judged.

    Attributes:
        rule: None: there is nothing to compare with.
        smallest_auc, smallest_share: See the settings.
    """

    rule: Compared | None
    smallest_auc: float
    smallest_share: float


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """What is said of a window.

    Attributes:
        outputs: Of the model, with all figures.
        drift: By the default rule; None without a sample of the baseline.
        sagemaker: By SageMaker's rule; none without a baseline.
        judged_rows: Rows that the chosen rule decided by.
        why: Why it decided by none.
    """

    outputs: tuple[OutputSummary, ...]
    drift: AttributionVerdict | None = None
    sagemaker: tuple[SageMakerVerdict, ...] = ()
    judged_rows: int = 0
    why: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Baseline:
    """What a window is compared with; None: there is none."""

    analysis: Analysis | None = None
    sample: BaselineSample | None = None

    @property
    def global_values(self) -> dict[str, dict[str, float]]:
        """By label and feature."""
        if self.analysis is None:
            return {}
        return {label: each.values for label, each in self.analysis.explanations.kernel_shap.items()}


def judge(
    window: ExplainedWindow, values: Floats, baseline: Baseline, policy: Policy, fidelity: Fidelity | None
) -> Verdict:
    """The verdict.

    Args:
        values: Global attributions of the window, shape (features, outputs).
        fidelity: Of a surrogate.
    """
    found = window.found
    assert found is not None  # rows are explained
    live = _by_label(found, values)
    told = sagemaker_verdicts(baseline.global_values, live) if baseline.analysis is not None else ()
    drift = None
    if baseline.sample is not None:
        before, now = samples(
            baseline.sample.features,
            (baseline.sample.cells, baseline.sample.attributions),
            (found.features, window.cells, found.attributions),
        )
        drift = evaluate(before, now, Settings(floor=policy.smallest_auc, smallest_share=policy.smallest_share))
    outputs = _outputs(found, values, baseline, drift, told)
    if found.surrogate is not None:
        outputs = tuple(by_surrogate(each, found.surrogate, policy.smallest_share) for each in outputs)
    rows, why = _judged(window, drift, told, policy, fidelity)
    said = (note for each in told for note in each.notes)
    notes = tuple(dict.fromkeys((*_silenced(found, drift if found.surrogate is None else None), *said)))
    return Verdict(outputs, drift, told, rows, why, notes)


def _silenced(found: Attributed, drift: AttributionVerdict | None) -> Iterator[str]:
    """What moved and is no violation, and why not."""
    for output in drift.outputs if drift is not None else ():
        whose = f" of {found.outputs[output.output]}" if len(found.outputs) > 1 else ""
        match output.result:
            case "unimportant":
                names = ", ".join(output.named[:_NAMED])
                held = max(output.baseline_share, output.window_share)
                yield f"Only features{whose} that hardly matter have moved: {names} ({held:.1%} of all attribution)."
            case "unnamed":
                yield f"The attributions{whose} differ from the baseline's, but no feature moved enough to be named."
            case "small":
                names = ", ".join(output.named[:_NAMED])
                yield f"Features{whose} have moved, by less than smallest_auc: {names}."


def _by_label(found: Attributed, values: Floats) -> dict[str, dict[str, float]]:
    return {
        label: dict(zip(found.features, values[:, place].tolist(), strict=True))
        for place, label in enumerate(found.outputs)
    }


def _judged(
    window: ExplainedWindow,
    drift: AttributionVerdict | None,
    told: tuple[SageMakerVerdict, ...],
    policy: Policy,
    fidelity: Fidelity | None,
) -> tuple[int, str]:
    """(rows behind the verdict, why there are none)."""
    if fidelity is not None and changed(fidelity):
        return len(window.sample), ""
    surrogate = window.found.surrogate if window.found is not None else None
    if fidelity is not None and fidelity.r2 < FIDELITY:
        return 0, (
            f"The surrogate repeats the model with R² {fidelity.r2:.2f}, and {FIDELITY} is required: "
            "its attributions are not the model's."
        )
    if policy.rule == "driftline" and surrogate is not None:
        return (len(window.sample), "") if surrogate.distance is not None else (0, NO_SAMPLE)
    if policy.rule == "driftline":
        return _by_default(drift)
    if any(each.ndcg is not None for each in told):
        return len(window.sample), ""
    return 0, "There is no baseline analysis.json with one of the window's outputs, so nothing was compared."


def _by_default(drift: AttributionVerdict | None) -> tuple[int, str]:
    if drift is None:
        return 0, NO_SAMPLE
    if drift.result == "no_attributions":
        return 0, "All attributions are 0, in the baseline and in the window: there is nothing to compare."
    if drift.needed is not None:
        return 0, f"Not enough data: {drift.rows:,} rows have attributions, and a comparison takes {drift.needed:,}."
    return drift.rows, ""


def changed(fidelity: Fidelity) -> bool:
    """Whether the surrogate of the baseline no longer repeats the model: it is another one."""
    carried = fidelity.r2 if fidelity.carried_r2 is None else fidelity.carried_r2
    return fidelity.baseline_r2 is not None and carried < FIDELITY <= fidelity.baseline_r2


def by_surrogate(output: OutputSummary, report: SurrogateReport, smallest_share: float) -> OutputSummary:
    """With the features whose explanations are farther from the baseline's than those of two fits from each other.

    A classifier would tell two fits of the same model apart, so that its figures say nothing here.
    """
    far = {name for name, (now, between) in report.features.items() if now > FARTHER * between}
    held = sum(max(each.share or 0.0, each.baseline_share or 0.0) for each in output.features if each.name in far)
    named = far if report.outcome == "explanations_changed" and held >= smallest_share else set[str]()
    features = tuple(
        each.model_copy(
            update={
                "named": each.name in named,
                "change": (each.change if each.change != "none" else "moved") if each.name in far else "none",
            }
        )
        for each in output.features
    )
    return output.model_copy(update={"auc": None, "auc_interval": None, "p_value": None, "features": features})


def _outputs(
    found: Attributed,
    values: Floats,
    baseline: Baseline,
    drift: AttributionVerdict | None,
    told: tuple[SageMakerVerdict, ...],
) -> tuple[OutputSummary, ...]:
    listed = []
    for place, label in enumerate(found.outputs[:MOST_OUTPUTS]):
        said = next((each for each in told if each.live_label == label), None)
        known = baseline.analysis.explanations.kernel_shap.get(said.label) if baseline.analysis and said else None
        verdict = drift.outputs[place] if drift is not None else None
        features = feature_summaries(found.features, values[:, place], known.values if known else None, verdict)
        expected = found.expected[place]
        separation = verdict.separation if verdict is not None else None
        listed.append(
            OutputSummary(
                label=label,
                expected_value=float(expected) if np.isfinite(expected) else None,
                baseline_expected_value=_plain(known.expected_value) if known else None,
                ndcg=said.ndcg if said else None,
                auc=separation.auc if separation else None,
                auc_interval=separation.interval if separation else None,
                p_value=verdict.p_value if verdict else None,
                scale=verdict.scale.value if verdict is not None and verdict.scale is not None else None,
                features=features[:MOST_FEATURES],
                left_out=max(len(features) - MOST_FEATURES, 0),
                sagemaker=description(said.ndcg) if said and said.violated and said.ndcg is not None else "",
            )
        )
    return tuple(listed)


def _plain(value: float | None) -> float | None:
    return None if value is None else float(value)


def decides(policy: Policy, verdict: Verdict) -> list[tuple[OutputSummary, bool]]:
    """Each output with whether the chosen rule finds a violation in it."""
    if policy.rule == "sagemaker":
        return [(each, bool(each.sagemaker)) for each in verdict.outputs]
    if any(each.auc is None for each in verdict.outputs):
        return [(each, any(feature.named for feature in each.features)) for each in verdict.outputs]
    violated = {each.output for each in verdict.drift.outputs if each.result == "violation"} if verdict.drift else set()
    return [(each, place in violated) for place, each in enumerate(verdict.outputs)]
