"""The fields of analysis_config.json for explanations: `methods.shap` and `methods.pdp`."""

from dataclasses import dataclass

from driftline.domain.analysis_config.dataset import DatasetConfig, read_dataset
from driftline.domain.analysis_config.fields import Fields
from driftline.domain.analysis_config.predictor import PredictorConfig, read_predictor
from driftline.domain.explanations.aggregation import Aggregation
from driftline.domain.explanations.partial_dependence import GRID_RESOLUTION, TOP_FEATURES
from driftline.kinds.model_explainability.rules.config_baseline import Row, read_baseline

_SHAP = frozenset(
    {
        *("baseline", "num_clusters", "use_logit", "num_samples", "agg_method", "save_local_shap_values"),
        *("text_config", "image_config", "seed", "features_to_explain"),
    }
)
_PDP = frozenset({"grid_resolution", "features", "top_k_features"})
_METHODS = frozenset({"pre_training_bias", "post_training_bias", "shap", "pdp", "report", "asymmetric_shapley_value"})
_REFUSED = {"text_config": "parts of texts", "image_config": "parts of images"}
_IMAGES = "application/x-image"

_MOST_SEED = 2**32 - 1
_MOST_SAMPLES = 1_000_000
_MOST_CLUSTERS = 100
_MOST_BUCKETS = 1_000


@dataclass(frozen=True, slots=True)
class ShapConfig:
    """`methods.shap`.

    Attributes:
        baseline: Rows, with a value for each feature.
        baseline_uri: Where a file with rows is. With neither, rows are chosen from the data: `num_clusters` of them, or
            as many as the rule of `background` finds.
        num_samples: None: the default for the number of features.
        seed: None: none was given.
        features: Names, or places as texts, of the features to explain; none means all.
    """

    baseline: tuple[Row, ...] = ()
    baseline_uri: str | None = None
    num_samples: int | None = None
    num_clusters: int | None = None
    use_logit: bool = False
    aggregation: Aggregation = Aggregation.MEAN_ABS
    seed: int | None = None
    save_local_values: bool = False
    features: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PdpConfig:
    """`methods.pdp`; without features, the `top_k_features` of SHAP."""

    grid_resolution: int = GRID_RESOLUTION
    features: tuple[str, ...] = ()
    top_k_features: int = TOP_FEATURES


@dataclass(frozen=True, slots=True)
class ExplanationConfig:
    """What is read of a file: what to explain, of which data, and how the model is asked.

    Attributes:
        model: The model's file, in a field of Driftline's own; None: an endpoint is asked.
    """

    data: DatasetConfig
    predictor: PredictorConfig
    shap: ShapConfig | None = None
    pdp: PdpConfig | None = None
    model: str | None = None


def read_explanations(fields: Fields) -> ExplanationConfig:
    """The part of a file that explanations need; problems go to the fields."""
    data = read_dataset(fields)
    if data.type == _IMAGES:
        fix = "Analyse images with another tool; Driftline reads tables."
        fields.problem("dataset_type", "images cannot be explained", "a format of tables, such as text/csv", fix)
    if "time_series_data_config" in fields:
        fix = "Remove it, and explain the rows of a table."
        fields.problem("time_series_data_config", "forecasts cannot be explained", "no such field", fix)
    predictor = read_predictor(fields)
    methods = fields.inside("methods")
    methods.unknown(_METHODS, "Clarify's methods")
    if "asymmetric_shapley_value" in methods:
        fix = "Use shap, which explains rows of a table."
        methods.problem("asymmetric_shapley_value", "forecasts cannot be explained", "shap or pdp", fix)
    if "shap" not in methods and "pdp" not in methods:
        known = ", ".join(sorted(methods.document)) or "nothing"
        what = f"no explanations are asked for, but {known}"
        fields.problem("methods", what, "shap, pdp or both", 'Add "shap": {}.')
    shap = _shap(methods.inside("shap"), data) if "shap" in methods else None
    pdp = _pdp(methods.inside("pdp"), data, with_shap=shap is not None) if "pdp" in methods else None
    return ExplanationConfig(data, predictor, shap, pdp, fields.text("driftline_model"))


def _shap(shap: Fields, data: DatasetConfig) -> ShapConfig:
    shap.unknown(_SHAP, "Clarify's shap")
    for name, what in _REFUSED.items():
        if shap.get(name) is not None:
            fix = f"Remove {name}; texts count as categories."
            shap.problem(name, f"{what} cannot be explained", "features of a table", fix)
    if shap.get("baseline") is not None and shap.get("num_clusters") is not None:
        what = "Baseline and num_clusters cannot be provided together. Please specify one of the two."
        shap.problem("num_clusters", what, "baseline or num_clusters", "Remove one of the two.")
    rows, uri = read_baseline(shap, data)
    method = shap.choice("agg_method", tuple(Aggregation))
    return ShapConfig(
        baseline=rows,
        baseline_uri=uri,
        num_samples=shap.whole("num_samples", 1, _MOST_SAMPLES),
        num_clusters=shap.whole("num_clusters", 1, _MOST_CLUSTERS),
        use_logit=shap.flag("use_logit", default=False),
        aggregation=Aggregation(method or Aggregation.MEAN_ABS),
        seed=shap.whole("seed", 0, _MOST_SEED),
        save_local_values=shap.flag("save_local_shap_values", default=False),
        features=_features(shap, "features_to_explain", data),
    )


def _pdp(pdp: Fields, data: DatasetConfig, *, with_shap: bool) -> PdpConfig:
    pdp.unknown(_PDP, "Clarify's pdp")
    features = _features(pdp, "features", data)
    if pdp.get("features") in (None, []) and not with_shap:
        what = "PDP features must be provided when ShapConfig is not provided"
        fix = "Name the features, or add methods.shap, whose largest features are taken."
        pdp.problem("features", what, "a list of features", fix)
    return PdpConfig(
        grid_resolution=pdp.whole("grid_resolution", 1, _MOST_BUCKETS) or GRID_RESOLUTION,
        features=features,
        top_k_features=pdp.whole("top_k_features", 1) or TOP_FEATURES,
    )


def _features(fields: Fields, name: str, data: DatasetConfig) -> tuple[str, ...]:
    """Columns that the model gets, each once."""
    found = fields.columns(name, data.headers)
    known = data.feature_names
    for each in dict.fromkeys(found):
        if known and each not in known:
            what = f"{each!r} is not a feature: the model does not get it"
            fields.problem(name, what, f"one of {', '.join(known)}", "Remove it.")
        elif found.count(each) > 1:
            fields.problem(name, f"{each!r} is there twice", "each feature once", "Remove one of the two.")
    return found
