"""The classes of `driftline.sagemaker` have the signatures of SageMaker's Python SDK, by the SDK itself.

So do those of `driftline.sagemaker.clarify`, and they write the same analysis_config.json.
"""

import inspect
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from driftline import sagemaker
from driftline.sagemaker import clarify

OURS = {
    "run_schedule_now",  # evaluates without the stack
    "to_bytes",  # a file's content
    "files",  # of a baseline
    "of_bytes",  # a file, with its bytes
}
"""What the SDK does not have."""

MADE_INSIDE = {"BaseliningJob", "MonitoringExecution"}
"""No notebook makes one: methods return them."""

REFUSED = {
    *("AsymmetricShapleyValueConfig", "ImageConfig", "SegmentationConfig", "TextConfig"),
    *("TimeSeriesDataConfig", "TimeSeriesModelConfig"),
}
"""Making one is an error, whatever it is given."""
"""No notebook makes one: methods return them."""

SCRIPT = """
import inspect, json, sys, warnings
warnings.simplefilter("ignore")
from sagemaker import clarify, model_monitor
from sagemaker.model_monitor import dataset_format, model_monitoring

found = {}
for name in sys.argv[1].split(","):
    places = (clarify, model_monitor, dataset_format, model_monitoring)
    cls = next((getattr(each, name) for each in places if hasattr(each, name)), None)
    if cls is None or not cls.__module__.startswith(("sagemaker.model_monitor", "sagemaker.clarify")):
        continue
    found[name] = {
        method: [
            [each.name, None if each.default is each.empty else repr(each.default), each.default is each.empty]
            for each in inspect.signature(function).parameters.values()
            if each.name != "self"
        ]
        for method, function in inspect.getmembers(cls, callable)
        if method == "__init__" or not method.startswith("_")
    }
print(json.dumps(found))
"""

type Parameters = list[list[object]]


def parameters(function: Callable[..., object]) -> Parameters:
    return [
        [each.name, None if each.default is each.empty else repr(each.default), each.default is each.empty]
        for each in inspect.signature(function).parameters.values()
        if each.name != "self"
    ]


CONFIGS = """
from {package}clarify import (
    BiasConfig, DataConfig, ModelConfig, ModelPredictedLabelConfig, PDPConfig, SageMakerClarifyProcessor, SHAPConfig,
)

headers = ["label", "sex", "age", "income"]
data = DataConfig("in", "out", label="label", headers=headers, excluded_columns=["sex"])
predicted = DataConfig("in", "out", None, 0, dataset_type="application/x-parquet", predicted_label="p", joinsource=1)
one = BiasConfig([1], "sex", [0], group_name="age")
several = BiasConfig(["yes"], ["sex", 2], [[0], [40.5]])
model = ModelConfig("xgb", 1, "ml.m5.xlarge", accept_type="text/csv", content_type="text/csv", accelerator_type="a")
lines = ModelConfig(
    endpoint_name="shadow", content_type="application/jsonlines", content_template='{{"features":$features}}'
)
scores = ModelPredictedLabelConfig(probability=0, probability_threshold=0.8, label_headers=["yes"])
shap = SHAPConfig(baseline=[[1, 2]], num_samples=5, agg_method="median", use_logit=True, seed=3)
clusters = SHAPConfig(num_clusters=2, save_local_shap_values=False, features_to_explain=["age"])
pdp = PDPConfig(features=["age"], grid_resolution=5)

calls = [
    ("run_pre_training_bias", (data, one), {{}}),
    ("run_pre_training_bias", (data, several, ["CI", "KS"]), {{}}),
    ("run_post_training_bias", (predicted, one), {{"methods": ["DI"]}}),
    ("run_post_training_bias", (data, one, lines, scores), {{}}),
    ("run_bias", (data, several, lines, ModelPredictedLabelConfig("label")), {{"post_training_methods": ["FT"]}}),
    ("run_explainability", (data, lines, shap), {{"model_scores": 1}}),
    ("run_explainability", (data, lines, [clusters, PDPConfig()], scores), {{}}),
    ("run_explainability", (data, lines, pdp), {{}}),
    ("run_bias_and_explainability", (data, lines, [shap, pdp], one, ["CI"], "all", scores), {{}}),
]
predictors = [model.get_predictor_config(), lines.get_predictor_config(), scores.get_predictor_config()]
"""
"""Run with both packages: `calls` of a processor."""

THEIR_CONFIGS = """
import json, warnings
warnings.simplefilter("ignore")
{configs}
found = []
class Taking(SageMakerClarifyProcessor):
    def __init__(self):
        self.job_name_prefix = None
    def _run(self, data_config, analysis_config, *rest):
        from sagemaker.clarify import ANALYSIS_CONFIG_SCHEMA_V1_0
        ANALYSIS_CONFIG_SCHEMA_V1_0.validate(analysis_config)
        found.append(analysis_config)
for method, arguments, named in calls:
    getattr(Taking(), method)(*arguments, **named)
print(json.dumps([found, predictors]))
"""


def by_the_sdk(python: Path, script: str, home: Path, *arguments: str) -> Any:
    run = subprocess.run(
        [str(python), "-c", script, *arguments],
        check=True,
        capture_output=True,
        text=True,
        env={"PATH": os.environ.get("PATH", ""), "HOME": str(home), "AWS_DEFAULT_REGION": "eu-central-1"},
    )
    return json.loads(run.stdout.splitlines()[-1])


@pytest.mark.long  # the SDK's environment takes longer to make than all other tests of files
def test_every_call_of_a_notebook_is_taken_as_the_sdk_takes_it(sdk_python: Path, tmp_path: Path) -> None:
    ours = {
        name: cls
        for package in (sagemaker, clarify)
        for name in package.__all__
        if isinstance(cls := getattr(package, name), type)
    }
    theirs: dict[str, dict[str, Parameters]] = by_the_sdk(sdk_python, SCRIPT, tmp_path, ",".join(ours))

    assert set(ours) - set(theirs) == {"Session", "UnusedArgumentWarning", "ClarifyJob"}
    for name in theirs.keys() - REFUSED:
        cls = ours[name]
        found = {
            method: parameters(function)
            for method, function in inspect.getmembers(cls, callable)
            if (not method.startswith("_") and method not in OURS)
            or (method == "__init__" and name not in MADE_INSIDE and cls.__init__ is not object.__init__)  # type: ignore[misc]
        }
        assert found == {method: theirs[name].get(method) for method in found}, name


@pytest.mark.long  # in the SDK's environment, too
def test_the_configuration_is_the_one_that_the_sdk_writes(
    sdk_python: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configs = CONFIGS.format(package="sagemaker.")
    theirs, their_predictors = by_the_sdk(sdk_python, THEIR_CONFIGS.format(configs=configs), tmp_path)

    written: list[dict[str, Any]] = []

    def taken(_data: object, config: dict[str, Any], *_: object) -> dict[str, str]:
        written.append(config)
        return {}

    monkeypatch.setattr("driftline.sagemaker.clarify.processor.analysed", taken)
    names: dict[str, Any] = {}
    exec(CONFIGS.format(package="driftline.sagemaker."), names)
    for method, arguments, named in names["calls"]:
        getattr(clarify.SageMakerClarifyProcessor(), method)(*arguments, **named)

    assert json.loads(json.dumps(written)) == theirs
    assert json.loads(json.dumps(names["predictors"])) == their_predictors
