"""The names that alarms may be on are those that executions publish."""

import numpy as np
import pytest

from driftline.kinds.data_quality.settings import FIGURES as DATA_QUALITY
from driftline.kinds.data_quality.settings import is_feature_figure
from driftline.kinds.model_quality.rules.binary_metrics import binary_quality
from driftline.kinds.model_quality.rules.binary_state import BinaryState
from driftline.kinds.model_quality.rules.metrics import metrics_of
from driftline.kinds.model_quality.rules.multiclass_metrics import multiclass_quality
from driftline.kinds.model_quality.rules.multiclass_state import MulticlassState
from driftline.kinds.model_quality.rules.quality import Quality
from driftline.kinds.model_quality.rules.regression_metrics import regression_quality
from driftline.kinds.model_quality.rules.regression_state import RegressionState
from driftline.kinds.model_quality.rules.rows import BinaryRows, Classes, MulticlassRows, RegressionRows
from driftline.kinds.model_quality.settings import FIGURES as MODEL_QUALITY
from driftline.kinds.model_quality.settings import HEADLINES, ModelQualityMonitor
from tests.unit.kinds.data_quality.test_evaluate import metrics_at
from tests.unit.kinds.model_quality.conftest import ids

ROWS = 400
RIGHT = np.arange(ROWS) % 5 != 0


def quality_of(problem: str) -> Quality:
    actual = np.arange(ROWS) % 3
    predicted = np.where(RIGHT, actual, (actual + 1) % 3)
    if problem == "Regression":
        numbers = RegressionRows(predicted.astype(float), actual.astype(float), ids(ROWS))
        return regression_quality(RegressionState.of(numbers))
    if problem == "MulticlassClassification":
        classes = MulticlassRows(Classes.of(map(str, predicted)), Classes.of(map(str, actual)), ids(ROWS))
        return multiclass_quality(MulticlassState.of(classes))
    binary = BinaryRows(Classes.of(map(str, actual)), ids(ROWS), probability=np.where(predicted == 1, 0.9, 0.2))
    return binary_quality(BinaryState.of(binary, "1"))


@pytest.mark.parametrize("problem", MODEL_QUALITY)
def test_model_quality_publishes_exactly_the_known_names(problem: str) -> None:
    monitor = ModelQualityMonitor.model_validate(
        {"problem_type": problem, "inference_attribute": "0", "probability_attribute": "1"}
    )
    published = metrics_of(quality_of(problem), 3, 0.5, "flights", "flights-model_quality")
    assert {metric.name for metric in published} | {"violations"} == set(monitor.figures())


def test_the_headline_is_inside_its_interval() -> None:
    for problem, headline in HEADLINES.items():
        values = {metric.name: metric.value for metric in metrics_of(quality_of(problem), 0, None, "e", "s")}
        bounds = values[f"{headline}_lower"], values[headline], values[f"{headline}_upper"]
        assert bounds == tuple(sorted(bounds))  # type: ignore[type-var]
        assert bounds[0] < bounds[2]  # type: ignore[operator]


def test_data_quality_publishes_no_other_names() -> None:
    published = set(metrics_at("all"))
    assert {name for name in published if not is_feature_figure(name)} == set(DATA_QUALITY) - {"violations"}
    assert "feature_baseline_drift_score" in published
