"""The classes of `driftline.sagemaker` have the signatures of SageMaker's Python SDK, by the SDK itself."""

import inspect
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from driftline import sagemaker

OURS = {
    "run_schedule_now",  # evaluates without the stack
    "to_bytes",  # a file's content
    "files",  # of a baseline
}
"""What the SDK does not have."""

MADE_INSIDE = {"BaseliningJob", "MonitoringExecution"}
"""No notebook makes one: methods return them."""

SCRIPT = """
import inspect, json, sys, warnings
warnings.simplefilter("ignore")
from sagemaker import model_monitor
from sagemaker.model_monitor import dataset_format, model_monitoring

found = {}
for name in sys.argv[1].split(","):
    places = (model_monitor, dataset_format, model_monitoring)
    cls = next((getattr(each, name) for each in places if hasattr(each, name)), None)
    if cls is None or not cls.__module__.startswith("sagemaker.model_monitor"):
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


@pytest.mark.long  # the SDK's environment takes longer to make than all other tests of files
def test_every_call_of_a_notebook_is_taken_as_the_sdk_takes_it(sdk_python: Path, tmp_path: Path) -> None:
    run = subprocess.run(
        [str(sdk_python), "-c", SCRIPT, ",".join(sagemaker.__all__)],
        check=True,
        capture_output=True,
        text=True,
        env={"PATH": os.environ.get("PATH", ""), "HOME": str(tmp_path), "AWS_DEFAULT_REGION": "eu-central-1"},
    )
    theirs: dict[str, dict[str, Parameters]] = json.loads(run.stdout.splitlines()[-1])

    assert set(sagemaker.__all__) - set(theirs) == {"Session", "UnusedArgumentWarning"}
    for name, methods in theirs.items():
        cls = getattr(sagemaker, name)
        found = {
            method: parameters(function)
            for method, function in inspect.getmembers(cls, callable)
            if (not method.startswith("_") and method not in OURS)
            or (method == "__init__" and name not in MADE_INSIDE and cls.__init__ is not object.__init__)
        }
        assert found == {method: methods.get(method) for method in found}, name
