"""summary.json of attribution drift: its body, with what every feature contributes, then and now, and the evidence."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from driftline.domain.executions.envelope import Envelope, parse_envelope
from driftline.domain.monitors.comparison import Compared

type SourceName = Literal["captured", "model", "endpoint", "surrogate", "predictor"]
"""Where the attributions come from; `predictor` is the user's own Python, of one-off analyses only."""

type Aggregation = Literal["mean_abs", "median", "mean_sq"]
"""How the attributions of all rows become one figure: Clarify's `agg_method`."""

type Change = Literal["more", "less", "gone", "new", "turned", "moved", "none"]
"""What happened to a feature's contributions: they grew, shrank, ended, began, turned their direction, or moved."""


class _Ours(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FeatureSummary(_Ours):
    """One feature of one output.

    Attributes:
        value, baseline: The global attribution, by the body's aggregation; None where it is unknown.
        share, baseline_share: Of all mean |attribution|.
        rank, baseline_rank: From 1, the feature that contributes most.
        ratio: Mean |attribution| in the window, as a multiple of the baseline's, with its 95 % interval; None where the
            baseline's is 0 or unknown.
        distance: Between the attributions in the window and in the baseline, from 0 to 1.
        p_value: Of the distance, adjusted for all features; None if it was not tested.
        change: What happened, if chance does not explain it; else "none".
        named: A finding names it.
    """

    name: str
    value: float | None
    baseline: float | None = None
    share: float | None = None
    baseline_share: float | None = None
    rank: int
    baseline_rank: int | None = None
    ratio: float | None = None
    ratio_interval: tuple[float, float] | None = None
    distance: float | None = None
    p_value: float | None = None
    change: Change = "none"
    named: bool = False


class OutputSummary(_Ours):
    """One output of the model.

    Attributes:
        label: Its name: a label header, or `label0`.
        expected_value: What the model says on average of the baseline's rows; None where it is unknown.
        ndcg: Of the ranking of features, between the window and the baseline; None without a baseline.
        auc: How well a classifier tells attributions of the window from the baseline's: 0.5 is not at all; with its
            95 % interval. None without a stored sample of the baseline.
        scale: The one factor by which all attributions have changed, if they have changed alike.
        features: In the order of their contribution in the window, at most 100.
        left_out: Number of features that are not in `features`.
        sagemaker: What SageMaker would have said; empty if it would not have raised a violation.
    """

    label: str
    expected_value: float | None = None
    baseline_expected_value: float | None = None
    ndcg: float | None = None
    auc: float | None = None
    auc_interval: tuple[float, float] | None = None
    p_value: float | None = None
    scale: float | None = None
    features: tuple[FeatureSummary, ...] = ()
    left_out: int = 0
    sagemaker: str = ""


class Fidelity(_Ours):
    """How well a surrogate repeats the model, cross-fitted.

    Attributes:
        r2: Share of the variance of the model's answers that it explains, in the window.
        ranking: Spearman's rank correlation of its answers and the model's.
        baseline_r2: R² of the surrogate of the baseline, there.
        carried_r2: R² of the surrogate of the baseline, in the window.
    """

    r2: float
    ranking: float | None = None
    baseline_r2: float | None = None
    carried_r2: float | None = None


class ExplainedRow(_Ours):
    """One row of the window, for charts and for questions about one inference.

    Attributes:
        id: Its inferenceId, or eventId.
        prediction: By output, as the model answers: with `logit` a probability.
        values: Of `ExplainabilityBody.shown`, as they were captured; None is missing.
        attributions: By output, then of `shown`.
    """

    id: str
    prediction: tuple[float, ...]
    values: tuple[str | None, ...]
    attributions: tuple[tuple[float, ...], ...]


class Curve(_Ours):
    """Partial dependence on one feature, from the baseline.

    Attributes:
        values: Centres of buckets, or categories.
        distribution: Share of the rows by value.
        predictions: By output, the mean prediction by value.
        numeric: The values are numbers.
    """

    feature: str
    numeric: bool
    values: tuple[float | str, ...]
    distribution: tuple[float, ...] = ()
    predictions: tuple[tuple[float, ...], ...]


class ExplainabilityBody(_Ours):
    """The body of attribution drift.

    Attributes:
        source: Where the attributions come from; `explained_by`: the model's file, the endpoint, for people.
        method: `tree_shap`, `kernel_shap`, or as captured.
        logit: Attributions are log-odds.
        aggregation: Of the global attributions.
        smallest_auc: The effect floor: a classifier that is worse than this is no drift.
        smallest_share: Of all attribution, that the features of a violation hold together at least.
        explained_rows: Rows of the sample that have attributions; `baseline_rows`: those of the baseline's sample.
        sampled: They are a sample of the window's rows.
        unexplained: Rows of the sample without attributions, by reason.
        outputs: At most 20; `outputs_left_out` more.
        shown: Features of `rows`: the most important ones, of the window or the baseline.
        rows: Some rows, for charts; `baseline_sample`: some of the baseline's, to be drawn behind them.
        curves: Partial dependence, as the baseline has it.
    """

    source: SourceName
    explained_by: str = ""
    method: str
    logit: bool = False
    aggregation: Aggregation = "mean_abs"
    comparison: Compared
    smallest_auc: float
    smallest_share: float
    explained_rows: int
    baseline_rows: int | None = None
    sampled: bool = False
    unexplained: dict[str, int] = {}
    fidelity: Fidelity | None = None
    outputs: tuple[OutputSummary, ...] = ()
    outputs_left_out: int = 0
    shown: tuple[str, ...] = ()
    rows: tuple[ExplainedRow, ...] = ()
    baseline_sample: tuple[ExplainedRow, ...] = ()
    curves: tuple[Curve, ...] = ()


class ExplainabilitySummary(Envelope):
    """One execution of attribution drift."""

    body: ExplainabilityBody


def parse_explainability_summary(body: bytes | str, where: str = "summary.json") -> ExplainabilitySummary:
    """Raises InvalidInputError: not a summary of attribution drift."""
    return parse_envelope(body, where, ExplainabilitySummary, [])
