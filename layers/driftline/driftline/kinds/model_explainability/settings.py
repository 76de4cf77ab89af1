"""The settings of an attribution drift monitor, and what it publishes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, ClassVar, Literal, Self, override

from pydantic import Field, model_validator

from driftline.domain.monitors.alarms import VIOLATIONS
from driftline.domain.monitors.comparison import ComparisonField
from driftline.domain.monitors.defaults import MetricsLevel
from driftline.domain.monitors.fields import Part, refuse
from driftline.domain.monitors.monitor import Graph, Line, ScheduledMonitor
from driftline.domain.monitors.prediction_fields import Attribute, Probability, attribute_doubt
from driftline.domain.monitors.predictor_settings import PredictorSettings

NAMESPACE = "aws/sagemaker/Endpoints/explainability-metrics"
"""SageMaker's CloudWatch namespace of attributions of endpoints; without a leading slash."""

PREFIX = "feature_"
"""Of the metric with a feature's attribution."""

EXPECTED = "ExpectedValue"
"""The metric with what the model says when nothing is known of a row."""

ROWS = {"captured": 2_000, "model": 2_000, "endpoint": 200, "surrogate": 2_000}
"""Rows of a window that are explained, by source. Those of an endpoint cost requests."""

BASELINE_ROWS = {"captured": 4_000, "model": 4_000, "endpoint": 300, "surrogate": 4_000}

Source = Literal["captured", "model", "endpoint", "surrogate"]
ColumnText = Annotated[str, Field(min_length=1, max_length=255)]
Cell = str | int | float | bool | None


class ExplainingEndpoint(PredictorSettings):
    """An endpoint that answers the questions of Kernel SHAP; better not the one in production."""

    rows_per_request: Annotated[int, Field(strict=True, ge=1, le=10_000)] = 1_000
    """Rows that are sent at once."""

    most_requests: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] = 1_000
    """An execution, or a baseline of so many rows, that takes more requests is refused before the first one."""


class KernelSettings(Part):
    """Kernel SHAP, with the meaning of the fields of Clarify's `shap`."""

    num_samples: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] | None = None
    """Questions about each row. Default: 2 × features + 2,048, or all 2^features − 2."""

    use_logit: Annotated[bool, Field(strict=True)] = False
    """Explain log-odds instead of probabilities."""

    seed: Annotated[int, Field(strict=True, ge=0, le=2**32 - 1)] = 0
    """Of the drawn questions."""

    baseline: Annotated[tuple[tuple[Cell, ...], ...], Field(max_length=100)] = ()
    """Rows of features that stand for a feature's absence. Default: the centre of the baseline's data set."""

    num_clusters: Annotated[int, Field(strict=True, ge=1, le=100)] | None = None
    """Centres of so many clusters of the data set instead of one. Each multiplies the questions."""

    features_to_explain: Annotated[tuple[ColumnText, ...], Field(max_length=1_000)] = ()
    """Default: all."""

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.baseline and self.num_clusters is not None:
            raise refuse("both baseline and num_clusters", "rows of your own, or a number of clusters")
        return self


class PartialDependence(Part):
    """Partial dependence of the predictions on single features, drawn from the baseline's data set."""

    features: Annotated[tuple[ColumnText, ...], Field(max_length=100)] = ()
    """Default: those that contribute most."""

    top_k_features: Annotated[int, Field(strict=True, ge=1, le=100)] = 10
    """How many, if features does not say which."""

    grid_resolution: Annotated[int, Field(strict=True, ge=2, le=200)] = 15
    """Buckets of a feature that is a number."""


class ModelExplainabilityMonitor(ScheduledMonitor):
    """Compares why the model says what it says with the reasons that it had at the baseline."""

    metrics_namespace: ClassVar[str] = NAMESPACE
    figure_families: ClassVar[tuple[str, ...]] = (f"{PREFIX}<feature>",)

    source: Source | None = None
    """Where the attributions come from. captured: from the endpoint's own answers. model: computed from the model's
    file, exactly (TreeSHAP). endpoint: by asking an endpoint (Kernel SHAP). surrogate: from a model that is fitted to
    captured inputs and answers. Default: what analysis_config.json beside the baseline says."""

    model: Annotated[str, Field(min_length=1, max_length=1024)] | None = None
    """Of source model: its file, s3://bucket/key or a key of the stack's bucket: XGBoost's JSON or UBJ, LightGBM's text
    file, or a model.tar.gz with one of these."""

    endpoint: ExplainingEndpoint | None = None
    """Of source endpoint: which one, and how it is asked."""

    attribution_columns: Annotated[Mapping[ColumnText, ColumnText], Field(max_length=1_000)] = {}
    """Of source captured: the output column with the attribution of each feature, by feature. Default: the explanations
    in the answers of a Clarify explainer endpoint."""

    inference_attribute: Attribute | None = None
    """Where a prediction that is a number is in the endpoint's answer: an index, a name, or a JMESPath expression."""

    probability_attribute: Attribute | None = None
    """Where the probability is, or a list with one for each label. Default of both: the first output column."""

    label_headers: Annotated[tuple[ColumnText, ...], Field(max_length=100)] = ()
    """What the model's outputs are called. Default: label0, label1 and so on."""

    features: Annotated[tuple[ColumnText, ...], Field(max_length=10_000)] = ()
    """The columns that the model gets, in its order. Default: columns.input, or all captured input columns."""

    rows: Annotated[int, Field(strict=True, ge=10, le=100_000)] | None = None
    """How many rows of a window are explained at most: an even sample of them. Default: 2,000; of an endpoint, which
    answers thousands of questions for each row, 200."""

    baseline_rows: Annotated[int, Field(strict=True, ge=10, le=100_000)] | None = None
    """How many rows of the baseline's data set are explained at most. Default: 4,000; of an endpoint 300."""

    kernel: KernelSettings = KernelSettings()
    """Of source endpoint."""

    partial_dependence: PartialDependence | Literal[False] | None = None
    """Drawn from the baseline's data set. Default: of the ten features that contribute most if the source is model;
    otherwise none, because it asks many questions."""

    agg_method: Literal["mean_abs", "median", "mean_sq"] = "mean_abs"
    """How the attributions of all rows become one figure."""

    comparison: ComparisonField | None = None
    """What counts as a violation. driftline: the reasons can be told from the baseline's by at least smallest_auc, and
    the features that moved matter. sagemaker: the ranking of features differs, NDCG below 0.9. Default: driftline, or
    sagemaker for an analysis.json that Clarify made."""

    smallest_auc: Annotated[float, Field(strict=True, ge=0.5, le=1, allow_inf_nan=False)] = 0.6
    """The smallest change that matters: how well a classifier can tell attributions of the window from those of the
    baseline, from 0.5 (not at all) to 1 (always)."""

    smallest_share: Probability = 0.05
    """Of all attribution: features that hold less together, then and now, raise no violation."""

    metrics: MetricsLevel | None = None
    """What is published to CloudWatch; each metric costs money. none: nothing. totals: violations, rows, agreement with
    the baseline. top: the five features that contribute most, too. all: every feature. Default: the stack's parameter
    DefaultMetrics."""

    @model_validator(mode="after")
    def _says_what_it_needs(self) -> Self:
        if (self.model is None) == (self.source == "model"):
            raise refuse(
                f"source {self.source or 'of analysis_config.json'} with{'out' if self.model is None else ''} a model",
                "source: model with model, the model's file",
            )
        if (self.endpoint is None) == (self.source == "endpoint"):
            raise refuse(
                f"source {self.source or 'of analysis_config.json'} with{'out' if self.endpoint is None else ''} an "
                "endpoint",
                "source: endpoint with endpoint, which one and how it is asked",
            )
        if self.attribution_columns and self.source != "captured":
            raise refuse("attribution_columns of another source", "source: captured")
        return self

    def most_rows(self, source: str) -> int:
        """Rows of a window that are explained. Args: source: Of the plan, which analysis_config.json may say."""
        return self.rows or ROWS[source]

    def most_baseline_rows(self, source: str) -> int:
        return self.baseline_rows or BASELINE_ROWS[source]

    @property
    @override
    def as_sagemaker(self) -> bool:
        return self.comparison == "sagemaker"

    @property
    @override
    def attributes(self) -> dict[str, str]:
        fields = ("inference_attribute", "probability_attribute")
        return {field: given for field in fields if (given := getattr(self, field)) is not None}

    @override
    def doubts(self, outputs: Sequence[str]) -> Sequence[str]:
        found = [attribute_doubt(name, given, outputs) for name, given in self.attributes.items() if outputs]
        return tuple(filter(None, found))

    @override
    def costs(self, inputs: Sequence[str], executions: int) -> Sequence[str]:
        from driftline.kinds.model_explainability import costs  # noqa: PLC0415, brings numpy

        given, kernel = self.endpoint, self.kernel
        if given is None:
            return (costs.cost_of_file(self.most_rows("model"), executions),) if self.source == "model" else ()
        asked = costs.Requests(
            given.endpoint,
            given.rows_per_request,
            given.most_requests,
            len(kernel.baseline) or kernel.num_clusters or 1,
            kernel.num_samples,
            kernel.features_to_explain,
        )
        features = len(self.features or inputs)
        rows, baseline_rows = self.most_rows("endpoint"), self.most_baseline_rows("endpoint")
        return costs.costs_of_endpoint(asked, features, rows, baseline_rows, executions)

    @override
    def figures(self) -> Sequence[str]:
        return (VIOLATIONS, "total_number_of_violations", "rows", "explained_rows", "ndcg", "auc", "fidelity", EXPECTED)

    @override
    def has_figure(self, name: str) -> bool:
        return super().has_figure(name) or (name.startswith(PREFIX) and len(name) > len(PREFIX))

    @override
    def graphs(self, name: str) -> Iterable[Graph]:
        title = f"Attributions of {name}: ranking as in the baseline, and how well both can be told apart"
        yield Graph(title, (Line("ndcg", "NDCG of the ranking"), Line("auc", "AUC")), smallest=0, largest=1)
