"""What people call outputs, features' figures, sources and changes; how figures are named over time."""

from collections.abc import Mapping

from driftline.domain.executions.past import FigureName
from driftline.kinds.model_explainability.facts import Explainability
from driftline.kinds.model_explainability.rules.summary import Aggregation, Change, SourceName
from driftline.presentation.findings import row_name
from driftline.presentation.text import IN_A_SENTENCE, shown

AUC, NDCG, SHARE = "auc", "ndcg", "share"
"""Figures over time."""

_TITLES = {AUC: "AUC of window against baseline", NDCG: "NDCG of the ranking"}

AMOUNTS: Mapping[Aggregation | None, str] = {
    "mean_abs": "Mean |attribution|",
    "median": "Median attribution",
    "mean_sq": "Mean squared attribution",
    None: "Global attribution",
}
"""What a global attribution is, by how rows are aggregated."""

CHANGES: Mapping[Change, str] = {
    "more": "contributes more",
    "less": "contributes less",
    "gone": "no longer contributes",
    "new": "contributes now",
    "turned": "has turned",
    "moved": "has moved",
    "none": "unchanged",
}

_METHODS = {"tree_shap": "exact TreeSHAP", "kernel_shap": "Kernel SHAP"}

_SOURCES: Mapping[SourceName, str] = {
    "captured": "captured with the endpoint’s answers",
    "model": "of the model’s own file",
    "endpoint": "with answers of an endpoint",
    "predictor": "with answers of your own Python",
    "surrogate": "of a surrogate, a model fitted to the endpoint’s answers",
}


def feature_subject(label: str, feature: str, *, alone: bool) -> str:
    """What a feature's row and figures are about: the feature, with its output where there are several."""
    return feature if alone else row_name(label, feature)


def output_figure(label: str, name: str, *, alone: bool) -> FigureName:
    """Of an output as a whole: the execution's own, where there is only one output."""
    return ("" if alone else row_name(label, name.upper())), name


def output_title(label: str, name: str, *, alone: bool) -> str:
    return _TITLES[name] if alone else f"{_TITLES[name]}, {shown(label, IN_A_SENTENCE)}"


def whose(label: str, *, alone: bool) -> str:
    """`, label1` behind a title where there are several outputs."""
    return "" if alone else f", {shown(label, IN_A_SENTENCE)}"


def unit(execution: Explainability) -> str:
    """What attributions add up to."""
    return "log-odds of the prediction" if execution.logit else "prediction"


def explained_by(execution: Explainability) -> str:
    """`exact TreeSHAP of the model’s own file, model.tar.gz`."""
    body = execution.body
    if body is None:
        return ""
    by = f": {shown(body.explained_by, IN_A_SENTENCE)}" if body.explained_by else ""
    method = _METHODS.get(body.method, shown(body.method, IN_A_SENTENCE))
    return f"{method}, {_SOURCES[body.source]}{by}"
