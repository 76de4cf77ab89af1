"""analysis_config.json of a processing job, put together as SageMaker's SDK puts it together."""

from collections.abc import Sequence

from driftline.domain.errors import InvalidInputError
from driftline.sagemaker.clarify.bias_config import BiasConfig
from driftline.sagemaker.clarify.data_config import DataConfig
from driftline.sagemaker.clarify.explainability_config import ExplainabilityConfig
from driftline.sagemaker.clarify.model_config import ModelConfig, ModelPredictedLabelConfig, names_file
from driftline.sagemaker.fields import Config, stated

FILE = "analysis_config.json"

type Methods = str | Sequence[str]
"""`all`, or names of metrics."""

type Explanations = ExplainabilityConfig | Sequence[ExplainabilityConfig]

type Scores = int | str | ModelPredictedLabelConfig
"""Where the prediction is in an answer of the model."""


def analysis_config(
    data: DataConfig,
    *,
    bias: BiasConfig | None = None,
    pre: Methods | None = None,
    post: Methods | None = None,
    explanations: Explanations | None = None,
    model: ModelConfig | None = None,
    scores: Scores | None = None,
) -> Config:
    """The file's content.

    Args:
        pre, post: Bias metrics of labels and of predictions; None: none.

    Raises:
        InvalidInputError: nothing is asked for, or a model is needed and none can be asked.
    """
    explained = _merged(explanations) if explanations is not None else {}
    config = {**data.get_config(), **(bias.get_config() if bias is not None else {})}
    config["methods"] = {
        "report": {"name": "report", "title": "Analysis Report"},
        **({"pre_training_bias": {"methods": pre}} if pre else {}),
        **({"post_training_bias": {"methods": post}} if post else {}),
        **explained,
    }
    if len(config["methods"]) == 1:
        raise InvalidInputError("no method", where="methods", expected="'all', or a list of metrics")
    if explained or (post and "predicted_label" not in config):
        _check_model(model)
    return {**config, **_predictor(model, scores)}


def _merged(explanations: Explanations) -> Config:
    configs = [explanations] if isinstance(explanations, ExplainabilityConfig) else list(explanations)
    methods: Config = {}
    for each in configs:
        methods |= each.get_explainability_config()
    if not methods or len(methods) < len(configs):
        raise InvalidInputError(
            f"{len(configs)} configurations, {len(methods)} methods",
            where="explainability_config",
            expected="a SHAPConfig, a PDPConfig, or a list with one of each",
        )
    if "shap" not in methods and "features" not in methods["pdp"]:
        raise InvalidInputError(
            "no features for partial dependence",
            where="PDPConfig",
            expected="features, or a SHAPConfig, whose largest features are taken",
        )
    return methods


def _check_model(model: ModelConfig | None) -> None:
    """Raises InvalidInputError: nobody answers for the model."""
    if model is None:
        raise InvalidInputError(
            "no model_config, and the data set has no predictions",
            where="model_config",
            expected="ModelConfig(endpoint_name=…), or for bias metrics predicted_label in DataConfig",
        )
    check_model_name(model.predictor_config.get("model_name"))


def check_model_name(name: str | None) -> None:
    """Raises InvalidInputError: it is a model of SageMaker's, and not the place of a file."""
    if name is not None and not names_file(name):
        raise InvalidInputError(
            f"{name} is a model of SageMaker's, for which a processing job would start an endpoint. None is started "
            "here",
            where="ModelConfig(model_name=…)",
            expected="an endpoint that is in service, or a model's file",
            mend="Deploy the model, and pass endpoint_name; or pass the place of its file, of XGBoost or LightGBM, as "
            "model_name: s3://bucket/model.tar.gz.",
        )


def _predictor(model: ModelConfig | None, scores: Scores | None) -> Config:
    """The fields `predictor` and `probability_threshold`."""
    predictor = model.get_predictor_config() if model is not None else None
    threshold = None
    if isinstance(scores, ModelPredictedLabelConfig):
        threshold, places = scores.get_predictor_config()
        predictor = {**predictor, **places} if predictor is not None else None
    elif predictor is not None:
        predictor |= stated(label=scores)
    return stated(predictor=predictor, probability_threshold=threshold)
