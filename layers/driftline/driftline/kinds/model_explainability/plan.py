"""What is explained and by what, whether a monitor document says it or SageMaker's analysis_config.json does."""

from collections.abc import Mapping
from dataclasses import dataclass

from driftline.domain.errors import InvalidInputError
from driftline.domain.explanations.tasks import AskedEndpoint, Cell, Kernel
from driftline.kinds.model_explainability.rules.summary import Aggregation, SourceName
from driftline.kinds.model_explainability.settings import (
    ExplainingEndpoint,
    KernelSettings,
    ModelExplainabilityMonitor,
    PartialDependence,
)

METHODS: dict[SourceName, str] = {
    "captured": "kernel_shap",
    "model": "tree_shap",
    "endpoint": "kernel_shap",
    "predictor": "kernel_shap",
    "surrogate": "tree_shap",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplanationPlan:
    """See the module.

    Attributes:
        model: The model's file, or the user's own function.
        etag: Of the code of the function.
        features: The model's features in its order; empty: all inputs.
        outputs: The document's names of the endpoint's output columns.
        labels: What the model's outputs are called; empty: as it says, or label0 and so on.
        others: Columns of a data set that are no features: the label, predictions, what is excluded.
        headers: Names of the data set's columns, where it has none.
    """

    source: SourceName
    model: str | None = None
    etag: str = ""
    endpoint: ExplainingEndpoint | None = None
    kernel: KernelSettings
    attribution_columns: Mapping[str, str]
    inference: str | None = None
    probability: str | None = None
    features: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    aggregation: Aggregation = "mean_abs"
    dependence: PartialDependence | None = None

    @property
    def answer(self) -> str:
        """Where the model's answer is in its output."""
        return self.probability or self.inference or "0"

    @property
    def explained_by(self) -> str:
        """For people."""
        return self.model or (self.endpoint.endpoint if self.endpoint else "")

    @property
    def asks(self) -> bool:
        """Whether the explanations are made of a model's answers, by Kernel SHAP."""
        return self.source in {"endpoint", "predictor"}

    def kernel_with(self, background: tuple[tuple[Cell, ...], ...]) -> Kernel:
        """With these rows for a feature's absence."""
        given = self.kernel
        return Kernel(background, given.num_samples, given.seed, given.use_logit, given.features_to_explain)

    def asked(self, background: tuple[tuple[Cell, ...], ...]) -> AskedEndpoint:
        """How the endpoint is asked; the plan has one."""
        given = self.endpoint
        assert given is not None  # of source endpoint
        return AskedEndpoint(
            name=given.endpoint,
            kernel=self.kernel_with(background),
            content_type=given.content_type,
            accept=given.accept_type,
            content_template=given.content_template,
            record_template=given.record_template,
            rows_per_request=given.rows_per_request,
            most_requests=given.most_requests,
            inference=self.inference,
            probability=self.probability,
            outputs=self.outputs,
        )


def plan_of_settings(
    settings: ModelExplainabilityMonitor, outputs: tuple[str, ...], inputs: tuple[str, ...]
) -> ExplanationPlan:
    """The document's plan; its source is known.

    Args:
        outputs, inputs: The document's names of the endpoint's columns.
    """
    assert settings.source is not None
    wanted = settings.partial_dependence
    dependence = wanted or None
    if wanted is None and settings.source == "model":
        dependence = PartialDependence()
    return ExplanationPlan(
        source=settings.source,
        model=settings.model,
        endpoint=settings.endpoint,
        kernel=settings.kernel,
        attribution_columns=settings.attribution_columns,
        inference=settings.inference_attribute,
        probability=settings.probability_attribute,
        features=settings.features or tuple(settings.attribution_columns) or inputs,
        outputs=outputs,
        labels=settings.label_headers,
        aggregation=settings.agg_method,
        dependence=dependence,
    )


def without_source(where: str) -> InvalidInputError:
    """Neither the document nor a file beside the baseline says where attributions come from."""
    return InvalidInputError(
        "model_explainability has no source, and there is no analysis_config.json beside its baseline",
        where=where,
        expected="source: captured, model, endpoint or surrogate, or SageMaker's analysis_config.json in the folder of "
        "the baseline",
        mend="If the model is a file of XGBoost or LightGBM: source: model, model: s3://bucket/model.tar.gz.",
    )
