"""The classes of `driftline.sagemaker` have the signatures of SageMaker's Python SDK, by the SDK itself.

So do those of `driftline.sagemaker.clarify`, and they write the same analysis_config.json.

Version 3 has the same classes in another module. Where its signatures differ, both versions' arguments are taken: those
of version 2 as they are, those of version 3 by name.
"""

import inspect
import json
import os
import subprocess
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from driftline import sagemaker
from driftline.sagemaker import clarify
from driftline.sagemaker.core import clarify as core_clarify
from driftline.sagemaker.core import model_monitor

OURS = {
    "run_schedule_now",  # evaluates without the stack
    "to_bytes",  # a file's content
    "files",  # of a baseline
    "of_bytes",  # a file, with its bytes
    "named",  # its file by the place that a notebook wanted for it
}
"""What the SDK does not have."""

MADE_INSIDE = {"BaseliningJob", "MonitoringExecution"}
"""No notebook makes one: methods return them."""

REFUSED = {
    *("AsymmetricShapleyValueConfig", "ImageConfig", "SegmentationConfig", "TextConfig"),
    *("TimeSeriesDataConfig", "TimeSeriesModelConfig"),
}
"""Making one is an error, whatever it is given."""

OF_VERSION_3 = {"poll", "timeout"}
"""Arguments by name that version 2 lacks."""

DIFFER = {
    ("BaseliningJob", "wait"),  # version 3 has none: its jobs are waited for where they start
    ("MonitoringExecution", "wait"),  # poll and timeout, and logs is not the first
}
"""Where version 3 takes something else than version 2."""

SCRIPT = """
import inspect, json, sys, warnings
warnings.simplefilter("ignore")
from importlib import import_module

root = sys.argv[2]
modules = ("clarify", "model_monitor", "model_monitor.dataset_format", "model_monitor.model_monitoring")
places = [import_module(root + each) for each in modules]
found = {}
for name in sys.argv[1].split(","):
    cls = next((getattr(each, name) for each in places if hasattr(each, name)), None)
    if cls is None or not cls.__module__.startswith((root + "model_monitor", root + "clarify")):
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
        if each.name != "self" and (each.name not in OF_VERSION_3)
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


OURS_BY_NAME: dict[str, type] = {
    name: cls
    for package in (sagemaker, clarify)
    for name in package.__all__
    if isinstance(cls := getattr(package, name), type)
}


def signatures(python: Path, root: str, home: Path) -> dict[str, dict[str, Parameters]]:
    """Class → method → parameters, of the SDK's classes that have the names of ours."""
    found: dict[str, dict[str, Parameters]] = by_the_sdk(python, SCRIPT, home, ",".join(OURS_BY_NAME), root)
    assert OURS_BY_NAME.keys() - found.keys() == {"Session", "UnusedArgumentWarning", "ClarifyJob"}
    return found


def methods_of(name: str) -> dict[str, Callable[..., object]]:
    cls = OURS_BY_NAME[name]
    return {
        method: function
        for method, function in inspect.getmembers(cls, callable)
        if (not method.startswith("_") and method not in OURS)
        or (method == "__init__" and name not in MADE_INSIDE and cls.__init__ is not object.__init__)  # type: ignore[misc]
    }


@pytest.mark.long  # the SDK's environment takes longer to make than all other tests of files
def test_every_call_of_a_notebook_is_taken_as_the_sdk_takes_it(sdk_python: Path, tmp_path: Path) -> None:
    theirs = signatures(sdk_python, "sagemaker.", tmp_path)
    for name in theirs.keys() - REFUSED:
        found = {method: parameters(function) for method, function in methods_of(name).items()}
        assert found == {method: theirs[name].get(method) for method in found}, name


@pytest.mark.long  # as above, in another environment
def test_every_call_of_version_3_is_taken_as_that_takes_it(sdk_3_python: Path, tmp_path: Path) -> None:
    differ = set[tuple[str, str]]()
    theirs = signatures(sdk_3_python, "sagemaker.core.", tmp_path)
    for name in theirs.keys() - REFUSED:
        assert OURS_BY_NAME[name] in (getattr(model_monitor, name, None), getattr(core_clarify, name, None))
        for method, function in methods_of(name).items():
            stated = theirs[name].get(method, [])
            if parameters(function) != stated:
                differ.add((name, method))
                assert {str(each) for each, *_ in stated} <= set(inspect.signature(function).parameters), (name, method)
    assert differ == DIFFER


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


@pytest.mark.parametrize("module", ["driftline.sagemaker", "driftline.sagemaker.core.model_monitor"])
def test_formats_are_where_notebooks_import_them(module: str) -> None:
    formats = import_module(f"{module}.dataset_format")
    assert formats.DatasetFormat is sagemaker.DatasetFormat
    assert formats.MonitoringDatasetFormat is sagemaker.MonitoringDatasetFormat
