"""The churn model of SageMaker's notebooks: trees for their customers, and figures of groups by counting."""

import csv
import io
import tarfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import xgboost
from numpy.typing import NDArray

type Floats = NDArray[np.float64]

THRESHOLD = 0.8


def read(file: Path) -> tuple[list[str], Floats]:
    """(names, rows), the label first."""
    header, *rows = csv.reader(file.read_text().splitlines())
    return header, np.array(rows, dtype=float)


@cache
def model(training: Path) -> xgboost.Booster:
    """Of customers with the label first; it answers with the probability to leave."""
    names, rows = read(training)
    data = xgboost.DMatrix(rows[:, 1:], label=rows[:, 0], feature_names=names[1:])
    settings = {"max_depth": 3, "eta": 0.3, "objective": "binary:logistic", "nthread": 1, "seed": 1}
    return xgboost.train(settings, data, num_boost_round=20)


def packed(booster: xgboost.Booster) -> bytes:
    """A model.tar.gz, as a training job leaves it."""
    body = bytes(booster.save_raw("json"))
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as file:
        entry = tarfile.TarInfo("xgboost-model")
        entry.size = len(body)
        file.addfile(entry, io.BytesIO(body))
    return archive.getvalue()


def scores(booster: xgboost.Booster, features: Floats) -> Floats:
    return booster.predict(xgboost.DMatrix(features, feature_names=booster.feature_names)).astype(float)


def line(values: Sequence[float]) -> str:
    """A row as CSV."""
    return ",".join(f"{value:g}" for value in values)


def differences(labels: NDArray[Any], predicted: NDArray[Any], group: NDArray[np.bool_]) -> dict[str, float]:
    """DPL, DPPL and AD of a group against all others, by counting.

    Formulas: https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-measure-data-bias.html and
    …/clarify-measure-post-training-bias.html.
    """
    right = labels == predicted
    return {
        "DPL": float(labels[~group].mean() - labels[group].mean()),
        "DPPL": float(predicted[~group].mean() - predicted[group].mean()),
        "AD": float(right[~group].mean() - right[group].mean()),
    }


def figures(analysis: Mapping[str, Any], facet: str = "Account Length") -> dict[str, float]:
    """DPL, DPPL and AD of the facet's only group in analysis.json."""
    found: dict[str, float] = {}
    for section in ("pre_training_bias_metrics", "post_training_bias_metrics"):
        [group] = analysis[section]["facets"][facet]
        found |= {each["name"]: each["value"] for each in group["metrics"] if each["name"] in {"DPL", "DPPL", "AD"}}
    return found


def mean_contributions(booster: xgboost.Booster, features: Floats) -> dict[str, float]:
    """Mean of the absolute SHAP values in log-odds by feature: XGBoost's own."""
    names = booster.feature_names
    assert names is not None
    found = booster.predict(xgboost.DMatrix(features, feature_names=names), pred_contribs=True)[:, :-1]
    return dict(zip(names, np.abs(found).mean(axis=0).tolist(), strict=True))


def attributions(analysis: Mapping[str, Any]) -> dict[str, float]:
    """Global SHAP values of analysis.json, by feature."""
    return dict(analysis["explanations"]["kernel_shap"]["label0"]["global_shap_values"])
