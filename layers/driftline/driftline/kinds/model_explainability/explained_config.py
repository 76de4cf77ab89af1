"""What an analysis_config.json means for explanations, in sentences."""

from collections.abc import Iterator

from driftline.kinds.model_explainability.rules.config_fields import ExplanationConfig, ShapConfig
from driftline.presentation.text import count

_AGGREGATIONS = {
    "mean_abs": "the mean of the absolute contributions",
    "median": "the median of the contributions",
    "mean_sq": "the mean of the squared contributions",
}


def explained_config(config: ExplanationConfig) -> Iterator[str]:
    """One sentence for each thing that it decides."""
    predictor = config.predictor
    if config.model is not None:
        yield f"The model is the file {config.model}."
    elif predictor.endpoint:
        yield f"The model is the endpoint {predictor.endpoint}, asked in {predictor.content_type or 'text/csv'}."
    elif predictor.model:
        yield (
            f"The model is {predictor.model}, for which Clarify would start an endpoint. Driftline starts none: "
            "give the model's file with --model, or an endpoint with --endpoint."
        )
    else:
        yield "The file names no endpoint: give --model, --endpoint or --predictor."
    if config.shap is not None:
        yield from _shap(config.shap)
    if config.pdp is not None:
        which = (
            f"on {', '.join(config.pdp.features)}"
            if config.pdp.features
            else f"on the {count(config.pdp.top_k_features, 'feature')} that contribute most"
        )
        yield f"Partial dependence {which}, {config.pdp.grid_resolution} values each."
    if config.data.feature_names:
        yield f"The model gets {count(len(config.data.feature_names), 'feature')}."


def _shap(shap: ShapConfig) -> Iterator[str]:
    rows = f"{shap.num_clusters} clusters of the data" if shap.num_clusters else "the centre of the data"
    if shap.baseline:
        rows = f"{count(len(shap.baseline), 'row')} of the file"
    elif shap.baseline_uri:
        rows = f"the rows of {shap.baseline_uri}"
    questions = f"{count(shap.num_samples, 'question')} about each row" if shap.num_samples else "the default questions"
    scale = " in log-odds" if shap.use_logit else ""
    yield f"SHAP{scale}: {questions}, next to {rows}; a model's file is explained exactly, without questions."
    yield f"The global value of a feature is {_AGGREGATIONS[shap.aggregation.value]}."
