"""The plan of SageMaker's analysis_config.json: a processing job's file, or that of an explainability monitor."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from driftline.domain.analysis_config.predictor import PredictorConfig
from driftline.domain.errors import InvalidInputError
from driftline.kinds.model_explainability.cells import typed
from driftline.kinds.model_explainability.plan import ExplanationPlan
from driftline.kinds.model_explainability.rules.config import CONFIG
from driftline.kinds.model_explainability.rules.config_baseline import rows_of_file
from driftline.kinds.model_explainability.rules.config_fields import ExplanationConfig, ShapConfig
from driftline.kinds.model_explainability.settings import (
    ExplainingEndpoint,
    KernelSettings,
    ModelExplainabilityMonitor,
    PartialDependence,
)


def plan_of_config(
    body: bytes | str,
    settings: ModelExplainabilityMonitor | None,
    outputs: tuple[str, ...] = (),
    inputs: tuple[str, ...] = (),
    where: str = "analysis_config.json",
    read: Callable[[str], bytes] | None = None,
) -> ExplanationPlan:
    """TreeSHAP of the model's file that `driftline_model` names, or Kernel SHAP of the endpoint of `predictor`.

    Args:
        settings: Of the document, which may say where predictions are, as SageMaker's EndpointInput does.
        outputs, inputs: The document's names of the endpoint's columns.
        read: See `plan_without_model`.

    Raises:
        InvalidInputError: the file cannot be used, or it names a model instead of an endpoint.
    """
    config = CONFIG.parse(body, where)
    plan = plan_without_model(config, where, read)
    if config.model is not None:
        plan = replace(plan, source="model", model=config.model, probability=None)
    else:
        plan = replace(plan, endpoint=_endpoint(config.predictor, config.data.type, where))
    if settings is None:
        return plan
    return replace(
        plan,
        inference=settings.inference_attribute or plan.inference,
        probability=settings.probability_attribute or plan.probability,
        features=settings.features or inputs or plan.features,
        outputs=outputs or plan.outputs,
        labels=settings.label_headers or plan.labels,
    )


def plan_without_model(
    config: ExplanationConfig, where: str, read: Callable[[str], bytes] | None = None
) -> ExplanationPlan:
    """Everything but who answers: a one-off analysis brings its own model.

    Args:
        read: Reads a file with baseline rows; None where none can be read.

    Raises:
        InvalidInputError: the baseline is a file that cannot be read here.
    """
    data, predictor, shap = config.data, config.predictor, config.shap or ShapConfig()
    rows = shap.baseline
    if shap.baseline_uri is not None and read is not None:
        cells = rows_of_file(read(shap.baseline_uri), data, shap.baseline_uri)
        rows = tuple(tuple(map(typed, row)) for row in cells)  # those of CSV are texts
    elif shap.baseline_uri is not None:
        raise InvalidInputError(
            f"the baseline rows are in a file, {shap.baseline_uri}",
            where=f"{where}: methods.shap.baseline",
            expected='the rows themselves, such as [[39, "Private"]], or none',
            mend="Write the file's rows into baseline, or leave it out to have one chosen from the data set.",
        )
    others = (data.label, data.predicted_label, data.joinsource, *data.excluded)
    label = data.label
    if label is not None and data.headers and label not in data.headers:
        others = (*others, data.headers[-1])  # The last header names a label that is a path.
    return ExplanationPlan(
        source="endpoint",
        kernel=KernelSettings(
            num_samples=shap.num_samples,
            use_logit=shap.use_logit,
            seed=shap.seed or 0,
            baseline=rows,
            num_clusters=shap.num_clusters,
            features_to_explain=shap.features,
        ),
        attribution_columns={},
        probability=predictor.scores,
        features=data.feature_names,
        labels=predictor.label_headers,
        others=tuple(filter(None, others)),
        headers=data.headers,
        aggregation=shap.aggregation.value,
        dependence=PartialDependence(
            features=config.pdp.features,
            top_k_features=min(config.pdp.top_k_features, 100),
            grid_resolution=max(min(config.pdp.grid_resolution, 200), 2),
        )
        if config.pdp is not None
        else None,
    )


def _endpoint(predictor: PredictorConfig, dataset_type: str | None, where: str) -> ExplainingEndpoint:
    question = predictor.question(dataset_type)
    if question is None:
        named = f"the model {predictor.model}" if predictor.model else "no endpoint"
        raise InvalidInputError(
            f"predictor names {named}",
            where=f"{where}: predictor.endpoint_name",
            expected="the endpoint that answers: Driftline starts none of its own",
            mend="Create an endpoint with the model, better not the one in production, and name it in endpoint_name. "
            "If the model's file is of XGBoost or LightGBM, name the file in driftline_model.",
        )
    fields: Mapping[str, object] = {
        "endpoint": question.endpoint,
        "content_type": question.content_type,
        "accept_type": question.accept,
        "content_template": question.content_template,
        "record_template": question.record_template,
    }
    return ExplainingEndpoint.model_validate(fields)
