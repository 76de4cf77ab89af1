"""The reference pipeline: its definition against the schema and the service's own shapes, and its scripts on real data.

The published JSON Schema of pipeline definitions
(https://github.com/aws-sagemaker-mlops/sagemaker-model-building-pipeline-definition-JSON-schema) knows no property
files and no drift-check baselines. SCHEMA has its rules on names, parameters, conditions and the envelope of a step.
What is in a step's arguments is held against botocore's own model of the call that SageMaker makes of them, which is
newer and stricter.
"""

import ast
import csv
import importlib.util
import io
import json
import re
import sys
import tarfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
import botocore.session
import numpy as np
import pytest
import xgboost
from botocore.stub import Stubber
from botocore.validate import ParamValidator
from jsonschema import Draft202012Validator
from sklearn import metrics

from driftline.adapters.aws.model_events_in import announcement_of
from driftline.domain.documents.parse import parse_document
from driftline.domain.models.announcement import ModelAnnounced
from driftline.domain.models.package import ENDPOINT_PROPERTY
from driftline.domain.monitors.retraining import PLACEHOLDERS
from driftline.kinds.data_quality.rules.statistics import parse_statistics
from driftline.kinds.registry import KINDS
from local.pipeline.expressions import Scope
from pipelines.retrain.__main__ import main
from pipelines.retrain.baselines import DEFAULT, KNOWN
from pipelines.retrain.definition import definition, to_json
from tests.aws import fake_aws
from tests.executing import suggest_in
from tests.fakes import InMemoryStore
from tests.places import REPOSITORY

STEPS = REPOSITORY / "pipelines" / "retrain" / "steps"
ROLE = "arn:aws:iam::123456789012:role/pipeline"
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/image:1"
GIVEN = {
    "Endpoint": "churn",
    "Monitor": "model_quality",
    "WindowStart": "2026-02-28T00:00:00Z",
    "WindowEnd": "2026-03-01T00:00:00Z",
    "ReportUri": "s3://bucket/reports/churn/model_quality/2026/03/01/00/",
    "BaselineUri": "s3://bucket/baselines/churn/model_quality/",
    "CapturesUri": "s3://bucket/capture/churn/",
    "GroundTruthUri": "s3://bucket/ground-truth/churn/",
    "MergedUri": "s3://bucket/merged/churn/",
    "RetrainingId": "20260301T000000Z-0a1b2c3d",
}
OWN = {
    "RoleArn": ROLE,
    "OutputUri": "s3://training/churn",
    "CodeUri": "s3://training/code/",
    "TrainingDataUri": "s3://training/data/",
    "XGBoostImage": IMAGE,
    "ModelPackageGroupName": "churn",
}
FUNCTIONS = {
    "BaselineFunctionArn": "arn:aws:lambda:eu-west-1:123456789012:function:driftline-suggest-baseline",
    "DeployFunctionArn": "arn:aws:lambda:eu-west-1:123456789012:function:deploy",
}

# ----------------------------------------------------------------------------------------------------- the schema

NAME = {"type": "string", "pattern": r"^[A-Za-z0-9\-_]{1,64}$"}
TEXT = {"type": "string", "maxLength": 4096}
REFERENCE = {
    "oneOf": [
        {"type": "object", "properties": {"Get": TEXT}, "required": ["Get"], "additionalProperties": False},
        {"type": "object", "required": ["Std:Join"], "additionalProperties": False, "properties": {"Std:Join": {}}},
        {
            "type": "object",
            "required": ["Std:JsonGet"],
            "additionalProperties": False,
            "properties": {"Std:JsonGet": {}},
        },
    ]
}


def a_step(kind: str, *required: str, **properties: Any) -> dict[str, Any]:
    common = {"Name": NAME, "Type": {"const": kind}, "DependsOn": {"type": "array", "items": NAME}, "Description": TEXT}
    return {
        "type": "object",
        "properties": {**common, "Arguments": {"type": "object"}, **properties},
        "required": ["Name", "Type", *required],
        "additionalProperties": False,
    }


def a_parameter(kind: str, default: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {"Name": NAME, "Type": {"const": kind}, "Description": TEXT, "DefaultValue": {"type": default}},
        "required": ["Name", "Type"],
        "additionalProperties": False,
    }


PROPERTY_FILE = {
    "type": "object",
    "properties": {"PropertyFileName": NAME, "OutputName": TEXT, "FilePath": TEXT},
    "required": ["PropertyFileName", "OutputName", "FilePath"],
    "additionalProperties": False,
}
VALUE = {"anyOf": [{"type": ["string", "number", "boolean"]}, REFERENCE]}
CONDITION = {
    "oneOf": [
        {
            "type": "object",
            "properties": {
                "Type": {"enum": ["GreaterThan", "LessThan", "LessThanOrEqualTo", "GreaterThanOrEqualTo", "Equals"]},
                "LeftValue": VALUE,
                "RightValue": VALUE,
            },
            "required": ["Type", "LeftValue", "RightValue"],
            "additionalProperties": False,
        },
        {
            "type": "object",
            "properties": {
                "Type": {"const": "Or"},
                "Conditions": {"type": "array", "minItems": 2, "maxItems": 20, "items": {"$ref": "#/$defs/Condition"}},
            },
            "required": ["Type", "Conditions"],
            "additionalProperties": False,
        },
    ]
}
STEP_LIST = {"type": "array", "items": {"$ref": "#/$defs/Step"}}
OUTPUT_PARAMETER = {
    "type": "object",
    "properties": {"OutputName": TEXT, "OutputType": {"enum": ["String", "Integer", "Boolean", "Float"]}},
    "required": ["OutputName", "OutputType"],
    "additionalProperties": False,
}
SCHEMA = {
    "type": "object",
    "properties": {
        "Version": {"const": "2020-12-01"},
        "Metadata": {"type": "object"},
        "Parameters": {
            "type": "array",
            "maxItems": 200,
            "items": {
                "oneOf": [
                    a_parameter("String", "string"),
                    a_parameter("Integer", "integer"),
                    a_parameter("Float", "number"),
                    a_parameter("Boolean", "boolean"),
                ]
            },
        },
        "Steps": {**STEP_LIST, "minItems": 1, "maxItems": 50},
    },
    "required": ["Steps"],
    "additionalProperties": False,
    "$defs": {
        "Condition": CONDITION,
        "Step": {
            "oneOf": [
                a_step("Processing", "Arguments", PropertyFiles={"type": "array", "items": PROPERTY_FILE}),
                a_step("Training", "Arguments"),
                a_step("Model", "Arguments"),
                a_step("RegisterModel", "Arguments"),
                a_step(
                    "Lambda",
                    "FunctionArn",
                    # The schema takes no reference here.
                    FunctionArn={
                        "type": "string",
                        "pattern": r"^arn:[a-z-]+:lambda:[a-z0-9-]+:[0-9]{12}:function:[A-Za-z0-9_-]+$",
                    },
                    OutputParameters={"type": "array", "items": OUTPUT_PARAMETER},
                ),
                a_step(
                    "Fail",
                    "Arguments",
                    Arguments={"type": "object", "required": ["ErrorMessage"], "properties": {"ErrorMessage": VALUE}},
                ),
                a_step(
                    "Condition",
                    "Arguments",
                    Arguments={
                        "type": "object",
                        "properties": {
                            "Conditions": {"type": "array", "items": {"$ref": "#/$defs/Condition"}},
                            "IfSteps": STEP_LIST,
                            "ElseSteps": STEP_LIST,
                        },
                        "required": ["Conditions"],
                        "additionalProperties": False,
                    },
                ),
            ]
        },
    },
}

# ------------------------------------------------------------------------------------------------- the definition

CALLS = {
    "Processing": ("CreateProcessingJob", "ProcessingJobName"),
    "Training": ("CreateTrainingJob", "TrainingJobName"),
    "Model": ("CreateModel", "ModelName"),
    "RegisterModel": ("CreateModelPackage", None),
}
"""The call that SageMaker makes of a step's arguments, and the name that it gives by itself."""


def steps(found: list[Any] | None = None) -> Iterator[dict[str, Any]]:
    """Every step, those of both branches of a condition included."""
    listed = json.loads(to_json())["Steps"] if found is None else found
    for step in listed:
        yield step
        for branch in ("IfSteps", "ElseSteps"):
            yield from steps(step["Arguments"].get(branch, []) if step["Type"] == "Condition" else [])


def references(value: object) -> Iterator[str]:
    match value:
        case {"Get": str(path)}:
            yield path
        case dict():
            for each in value.values():
                yield from references(each)
        case list():
            for each in value:
                yield from references(each)


def resolved(value: Any, values: Mapping[str, Any]) -> Any:
    """As it is when the pipeline runs; addresses that only a run knows are made up."""
    match value:
        case {"Get": str(path)}:
            if path.startswith("Parameters."):
                return values[path.removeprefix("Parameters.")]
            return "p4jn9xou8a8s" if path.startswith("Execution.") else "s3://training/made/up"
        case {"Std:Join": {"On": on, "Values": parts}}:
            return on.join(str(resolved(part, values)) for part in parts)
        case dict():
            return {key: resolved(each, values) for key, each in value.items()}
        case list():
            return [resolved(each, values) for each in value]
        case _:
            return value


def values() -> dict[str, Any]:
    defaults = {each["Name"]: each.get("DefaultValue") for each in json.loads(to_json())["Parameters"]}
    return defaults | OWN | GIVEN


def test_the_definition_fits_the_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    errors = [
        f"{error.json_path}: {error.message[:300]}" for error in Draft202012Validator(SCHEMA).iter_errors(definition())
    ]
    assert errors == []
    names = [step["Name"] for step in steps()]
    assert len(names) == len(set(names)) == 14


@pytest.mark.parametrize("monitors", [("data_quality",), [each.monitor for each in KNOWN]])
def test_the_definition_for_other_monitors_fits_the_schema(monitors: list[str]) -> None:
    found = definition(FUNCTIONS, monitors)
    assert [error.message[:300] for error in Draft202012Validator(SCHEMA).iter_errors(found)] == []
    kinds = {step["Type"] for step in steps(found["Steps"])}  # type: ignore[arg-type]
    assert not kinds & {"QualityCheck", "ClarifyCheck"}
    asked = [step["Arguments"]["monitor"] for step in steps(found["Steps"]) if "monitor" in step["Arguments"]]  # type: ignore[arg-type]
    assert asked == list(monitors)


@pytest.mark.parametrize("change", [{"Type": "QualityChecks"}, {"Unknown": 1}, {"Name": "not a name"}])
def test_the_schema_sees_what_is_wrong(change: dict[str, object]) -> None:
    wrong = json.loads(to_json())
    wrong["Steps"][3]["Arguments"]["IfSteps"][1] |= change
    assert not Draft202012Validator(SCHEMA).is_valid(wrong)


@pytest.mark.parametrize("step", [step for step in steps() if step["Type"] in CALLS], ids=lambda step: step["Name"])
def test_sagemaker_takes_the_arguments(step: dict[str, Any]) -> None:
    call, named_by_sagemaker = CALLS[step["Type"]]
    arguments = resolved(step["Arguments"], values())
    if named_by_sagemaker:
        arguments[named_by_sagemaker] = "given-by-the-pipeline"
    service = botocore.session.get_session().get_service_model("sagemaker")
    shape = service.operation_model(call).input_shape
    assert shape is not None
    report = ParamValidator().validate(arguments, shape)
    assert not report.has_errors(), report.generate_report()
    check_lengths(arguments, shape)


def check_lengths(value: Any, shape: Any, where: str = "") -> None:
    """Lengths and patterns, which botocore leaves to the service."""
    match shape.type_name:
        case "structure":
            for name, each in value.items():
                check_lengths(each, shape.members[name], f"{where}.{name}")
        case "list":
            for each in value:
                check_lengths(each, shape.member, f"{where}[]")
        case "map":
            for name, each in value.items():
                check_lengths(name, shape.key, f"{where} key")
                check_lengths(each, shape.value, f"{where}.{name}")
        case "string":
            limits = shape.metadata
            assert limits.get("min", 0) <= len(value) <= limits.get("max", sys.maxsize), f"{where}: {value!r}"
            if shape.enum:
                assert value in shape.enum, f"{where}: {value!r}"
            pattern = limits.get("pattern", "")
            if pattern and "\\p{" not in pattern:  # Java's classes of letters
                assert re.fullmatch(pattern, value), f"{where}: {value!r}"


def test_every_reference_leads_somewhere() -> None:
    """Names of parameters, steps, outputs, property files and properties; and only to steps that come before."""
    parameters = {each["Name"] for each in json.loads(to_json())["Parameters"]}
    service = botocore.session.get_session().get_service_model("sagemaker")
    before: dict[str, dict[str, Any]] = {}
    for step in steps():
        own = {key: each for key, each in step.items() if key != "Arguments"} if step["Type"] == "Condition" else step
        conditions = step["Arguments"].get("Conditions", [])
        for path in references([own, conditions]):
            kind, _, rest = path.partition(".")
            if kind == "Parameters":
                assert rest in parameters, path
            elif kind == "Steps":
                name, _, leads_to = rest.partition(".")
                assert name in before, f"{step['Name']} needs {path}, which comes later or never"
                assert _has(before[name], leads_to, service), f"{step['Name']} needs {path}, which {name} has not"
            else:
                assert path == "Execution.PipelineExecutionId"
        before[step["Name"]] = step


def _has(step: dict[str, Any], path: str, service: Any) -> bool:
    """Whether a step of this type has this property."""
    if found := re.fullmatch(r"ProcessingOutputConfig\.Outputs\['(.+)'\]\.S3Output\.S3Uri", path):
        return found[1] in {each["OutputName"] for each in step["Arguments"]["ProcessingOutputConfig"]["Outputs"]}
    if found := re.fullmatch(r"PropertyFiles\.(.+)", path):
        return found[1] in {each["PropertyFileName"] for each in step.get("PropertyFiles", [])}
    if found := re.fullmatch(r"OutputParameters\['(.+)'\]", path):
        return found[1] in {each["OutputName"] for each in step.get("OutputParameters", [])}
    describe = {"Training": "DescribeTrainingJob", "Model": "CreateModel", "RegisterModel": "DescribeModelPackage"}
    operation = service.operation_model(describe[step["Type"]])
    shape = operation.input_shape if step["Type"] == "Model" else operation.output_shape
    for part in path.split("."):
        if part not in shape.members:
            return False
        shape = shape.members[part]
    return True


def test_it_takes_what_driftline_gives() -> None:
    """SageMaker refuses a start with a parameter that the pipeline does not have."""
    parameters = {each["Name"]: each for each in json.loads(to_json())["Parameters"]}
    given = {*PLACEHOLDERS.values(), "RetrainingId"}
    assert given == set(GIVEN)
    assert given <= set(parameters)
    assert all(parameters[name]["Type"] == "String" for name in given)
    # What a start has to say besides is what OWN says.
    without_default = {name for name, each in parameters.items() if "DefaultValue" not in each}
    assert without_default - given == set(OWN)


def test_what_is_set_once_is_no_parameter_of_a_start(capsys: pytest.CaptureFixture[str]) -> None:
    set_once = OWN | {"TrainingDays": "30", "MinimumScore": "0.9", "SkipBiasCheck": "false"}
    main([f"{name}={value}" for name, value in (set_once | FUNCTIONS).items()])
    printed = json.loads(capsys.readouterr().out)
    assert Draft202012Validator(SCHEMA).is_valid(printed)
    defaults = {each["Name"]: each["DefaultValue"] for each in printed["Parameters"] if "DefaultValue" in each}
    assert OWN.items() <= defaults.items()
    assert [defaults[name] for name in ("TrainingDays", "MinimumScore", "SkipBiasCheck")] == [30, 0.9, False]
    assert {each["Name"] for each in printed["Parameters"]} - set(defaults) <= set(GIVEN)
    functions = {step["FunctionArn"] for step in steps(printed["Steps"]) if step["Type"] == "Lambda"}
    assert functions == set(FUNCTIONS.values())


@pytest.mark.parametrize(
    ("argument", "why"),
    [
        ("RoleArn", "not NAME=VALUE"),
        ("Role=x", "unknown parameter Role"),
        ("TrainingDays=many", "many"),
        ("SkipBiasCheck=no", "neither true nor false"),
        ("DeployFunctionArn=deploy", "is not the ARN of a Lambda function"),
        ("--monitors=bias", "unknown monitor bias"),
    ],
)
def test_a_wrong_default_is_refused(argument: str, why: str) -> None:
    with pytest.raises(SystemExit, match=why):
        main([argument])


def test_its_help_names_every_parameter(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    assert GIVEN.keys() | OWN.keys() | FUNCTIONS.keys() <= set(capsys.readouterr().out.split())


def test_the_package_leads_adopt_model_to_its_endpoint() -> None:
    register = next(step for step in steps() if step["Name"] == "Register")["Arguments"]
    assert register["CustomerMetadataProperties"][ENDPOINT_PROPERTY] == {"Get": "Parameters.Endpoint"}
    places = {place for kind in KINDS for place in kind.drift_check_baselines.values()}
    given = register["DriftCheckBaselines"]
    assert {(part, field) for part, files in given.items() for field in files} <= places
    # Every monitor of the default gets a baseline.
    for kind in (KINDS.named(name) for name in DEFAULT):
        assert any(field in given[part] for part, field in kind.drift_check_baselines.values())


NAMED = OWN | FUNCTIONS | {"MergedUri": "s3://bucket/merged/churn/"}


def test_the_policy_has_what_the_definition_does(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--policy", *(f"{name}={value}" for name, value in NAMED.items())])
    statements = json.loads(capsys.readouterr().out)["Statement"]
    allowed = {(action, resource) for each in statements for action in each["Action"] for resource in each["Resource"]}
    here = "arn:aws:sagemaker:eu-west-1:123456789012"
    # Each call that SageMaker makes of a step, tags for all that is created, and the role itself for its jobs
    resources = {
        "CreateProcessingJob": f"{here}:processing-job/*",
        "CreateTrainingJob": f"{here}:training-job/*",
        "CreateModel": f"{here}:model/*",
        "CreateModelPackage": f"{here}:model-package/churn/*",
    }
    for step in steps():
        if step["Type"] in CALLS:
            call = CALLS[step["Type"]][0]
            assert (f"sagemaker:{call}", resources[call]) in allowed
            assert ("sagemaker:AddTags", resources[call]) in allowed
        if step["Type"] == "Lambda":
            assert {("lambda:InvokeFunction", arn) for arn in FUNCTIONS.values()} <= allowed
    assert ("iam:PassRole", ROLE) in allowed
    for folder in ("training/churn", "training/code", "training/data", "bucket/merged/churn"):
        assert ("s3:GetObject", f"arn:aws:s3:::{folder}/*") in allowed
    assert ("s3:PutObject", "arn:aws:s3:::training/churn/*") in allowed
    assert {bucket for action, bucket in allowed if action == "s3:ListBucket"} == {
        "arn:aws:s3:::training",
        "arn:aws:s3:::bucket",
    }
    # Only what AWS knows no resources for has a star
    assert {action for action, resource in allowed if resource == "*"} == {
        "ecr:GetAuthorizationToken",
        "cloudwatch:PutMetricData",
    }


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"MergedUri": ""}, "the policy needs MergedUri"),
        ({"RoleArn": "me"}, "RoleArn: 'me' is not what"),
        ({"CodeUri": "code"}, "'code' is not an address in S3"),
    ],
)
def test_a_policy_that_cannot_be_printed_says_why(changed: dict[str, str], why: str) -> None:
    with pytest.raises(SystemExit, match=why):
        main(["--policy", *(f"{name}={value}" for name, value in (NAMED | changed).items())])


@pytest.mark.parametrize(
    ("skip", "violations", "registered"), [(True, 3, True), (False, 0, True), (False, 1, False), (True, 0, True)]
)
def test_a_model_that_is_less_fair_is_not_registered(skip: bool, violations: int, registered: bool) -> None:
    """As the runner of the embedded cloud evaluates the definition."""
    check = next(step for step in steps() if step["Name"] == "BiasCheck")["Arguments"]
    outputs = {"violations": violations, "finding": "sex: Female: Metric value 0.3 doesn't meet …"}
    scope = Scope({"SkipBiasCheck": skip}, {}, lambda *_: b"", {"Bias": {"OutputParameters": outputs}})
    assert all(scope.holds(condition) for condition in check["Conditions"]) is registered
    assert [step["Name"] for step in check["IfSteps"]] == ["Register", "Deploy"]
    [fail] = check["ElseSteps"]
    assert scope.resolve(fail["Arguments"]["ErrorMessage"]).endswith(outputs["finding"])


def test_it_is_made_and_started_on_sagemaker(monkeypatch: pytest.MonkeyPatch) -> None:
    with fake_aws(monkeypatch, "eu-west-1"):
        client = boto3.client("sagemaker")
        client.create_pipeline(
            PipelineName="churn-retrain", PipelineDefinition=to_json(), ClientRequestToken="t" * 32, RoleArn=ROLE
        )
        given: list[Any] = [{"Name": name, "Value": value} for name, value in (GIVEN | OWN).items()]
        arn = client.start_pipeline_execution(
            PipelineName="churn-retrain", PipelineParameters=given, ClientRequestToken="u" * 32
        )["PipelineExecutionArn"]
        assert client.describe_pipeline_execution(PipelineExecutionArn=arn)["PipelineExecutionStatus"] == "Succeeded"
        found = client.list_pipeline_parameters_for_execution(PipelineExecutionArn=arn)["PipelineParameters"]
        assert {each["Name"]: each["Value"] for each in found} == GIVEN | OWN
        stored = client.describe_pipeline_definition_for_execution(PipelineExecutionArn=arn)["PipelineDefinition"]
        assert json.loads(stored) == definition()


# --------------------------------------------------------------------------------------------------- the scripts


def script(name: str) -> ModuleType:
    """A script, which finds its neighbours as it does when Python runs it."""
    if str(STEPS) not in sys.path:
        sys.path.append(str(STEPS))
    spec = importlib.util.spec_from_file_location(f"step_{name}", STEPS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


ARGUMENTS = ["--label", "Churn", "--until", "2026-03-01T00:00:00Z", "--days", "30"]


def merged(row: list[str], moment: str = "2026-02-20T10:00:00Z", **side: str) -> str:
    """A merged record of one row; the label is its first value."""
    given = {"observedContentType": "text/csv", "mode": "INPUT", "encoding": "CSV", "data": ",".join(row[1:])} | side
    return json.dumps(
        {
            "captureData": {"endpointInput": given},
            "groundTruthData": {"data": row[0], "encoding": "CSV"},
            "eventMetadata": {"eventId": "e", "inferenceTime": moment},
            "eventVersion": "0",
        }
    )


@pytest.fixture(scope="module")
def churn(shared_data: Path) -> Path:
    return shared_data / "churn_sagemaker"


@pytest.fixture(scope="module")
def processed(churn: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What preprocess.py makes of SageMaker's churn data: the training file, and the validation file as records."""
    folder = tmp_path_factory.mktemp("process")
    for name in ("history", "merged/churn/all/2026/02/20/10"):
        (folder / "input" / name).mkdir(parents=True)
    training = (churn / "training-dataset-with-header.csv").read_text()
    (folder / "input" / "history" / "training.csv").write_text(training)
    rows = read(churn / "validation.csv")
    records = [merged(row) for row in rows]
    # Given besides records that are none, too old, too wide, and not in CSV
    records += ["{", merged(rows[0], "2025-12-01T10:00:00Z"), merged([*rows[0], "1"]), merged(rows[0], encoding="JSON")]
    (folder / "input" / "merged/churn/all/2026/02/20/10/part.jsonl").write_text("\n".join(records) + "\n")
    script("preprocess").main([*ARGUMENTS, "--input", str(folder / "input"), "--output", str(folder / "output")])
    return folder / "output"


def read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_preprocess_divides_all_rows_and_no_row_twice(churn: Path, processed: Path) -> None:
    sets = {name: read(processed / name / f"{name}.csv") for name in ("train", "validation", "test")}
    header = read(churn / "training-dataset-with-header.csv")[0]
    assert sets["test"].pop(0) == header
    assert sum(map(len, sets.values())) == 2333 + 666
    assert len(sets["train"]) == pytest.approx(0.7 * 2999, rel=0.05)
    assert len(sets["test"]) == pytest.approx(0.15 * 2999, rel=0.15)
    numbers = {name: {tuple(map(float, row)) for row in rows} for name, rows in sets.items()}
    assert not numbers["train"] & numbers["test"]
    known = {tuple(map(float, row)) for row in read(churn / "validation.csv")}
    assert known <= numbers["train"] | numbers["validation"] | numbers["test"]


def test_texts_and_missing_values_become_numbers_that_do_not_depend_on_other_rows() -> None:
    number_of, written = (getattr(script("numbers_of"), name) for name in ("number_of", "written"))
    assert [number_of(cell) for cell in ("3.5", "-2", "1e3")] == [3.5, -2.0, 1000.0]
    assert np.isnan(number_of(""))
    assert written("") == "nan"
    codes = {number_of(text) for text in ("UA", "AA", "B6", "EWR", "JFK", "LGA", "ü")}
    assert len(codes) == 7
    # XGBoost has them exactly
    assert all(code == float(np.float32(code)) for code in codes)
    assert number_of("UA") == 1897863.0  # golden: models in service were trained with it


@pytest.mark.parametrize("path", sorted(STEPS.glob("*.py")), ids=lambda path: path.name)
def test_the_scripts_are_python_3_10(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text, feature_version=(3, 10))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert not names & {"UTC", "StrEnum", "Self", "assert_never", "override"}
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert "tomllib" not in imported
    assert not any(name.startswith("driftline") for name in imported | names)


def test_preprocess_says_what_it_left_out(processed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = processed.parent
    arguments = [*ARGUMENTS, "--input", str(folder / "input"), "--output", str(folder / "again")]
    script("preprocess").main(arguments)
    told = json.loads(capsys.readouterr().out)
    assert told["records"] == {
        "used": 666,
        "not readable": 2,
        "outside the time range": 1,
        "with another number of columns": 1,
    }
    for path in sorted(processed.rglob("*.*")):
        assert (folder / "again" / path.relative_to(processed)).read_bytes() == path.read_bytes()
    # Without an end it takes all of them
    script("preprocess").main([*arguments, "--until="])
    assert json.loads(capsys.readouterr().out)["records"] == {
        "used": 667,
        "not readable": 2,
        "with another number of columns": 1,
    }
    with pytest.raises(SystemExit, match="has no column Left"):
        script("preprocess").main([*arguments, "--label", "Left"])


EVALUATE = ["--problem=BinaryClassification", "--label=Churn", "--output-name=probability", "--threshold=0.5"]


@pytest.fixture(scope="module")
def evaluated(processed: Path) -> Path:
    """A model trained with the training step's own hyperparameters, and what evaluate.py says of it."""
    train = next(step for step in steps() if step["Name"] == "Train")["Arguments"]
    given = resolved(train["HyperParameters"], values())
    rounds = {"num_round": "num_boost_round", "early_stopping_rounds": "early_stopping_rounds"}
    options = {rounds[name]: int(value) for name, value in given.items() if name in rounds}
    sets = {}
    for name in ("train", "validation"):
        rows = [list(map(float, row)) for row in read(processed / name / f"{name}.csv")]
        sets[name] = xgboost.DMatrix([row[1:] for row in rows], [row[0] for row in rows])
    booster = xgboost.train(
        {name: value for name, value in given.items() if name not in rounds} | {"nthread": 1, "seed": 1},
        sets["train"],
        evals=[(sets["validation"], "validation")],
        verbose_eval=False,
        **options,
    )
    folder = processed.parent / "evaluate"
    (folder / "model").mkdir(parents=True)
    model = bytes(booster.save_raw())
    with tarfile.open(folder / "model" / "model.tar.gz", "w:gz") as archive:
        entry = tarfile.TarInfo("xgboost-model")
        entry.size = len(model)
        archive.addfile(entry, io.BytesIO(model))
    (folder / "test").symlink_to(processed / "test")
    script("evaluate").main([*EVALUATE, "--input", str(folder), "--output", str(folder / "output")])
    return folder / "output"


def test_evaluate_measures_as_scikit_learn_does(evaluated: Path) -> None:
    evaluation = json.loads((evaluated / "evaluation" / "evaluation.json").read_text())
    found = evaluation["binary_classification_metrics"]
    header, *rows = read(evaluated / "predictions" / "predictions.csv")
    assert header == ["probability", "prediction", "Churn"]
    probability, prediction, label = ([float(row[place]) for row in rows] for place in range(3))
    expected = {
        "auc": metrics.roc_auc_score(label, probability),
        "accuracy": metrics.accuracy_score(label, prediction),
        "recall": metrics.recall_score(label, prediction),
        "precision": metrics.precision_score(label, prediction),
        "f1": metrics.f1_score(label, prediction),
    }
    assert {name: each["value"] for name, each in found.items()} == pytest.approx(expected)
    # The gate looks at a value that is there, and the churn data can be learnt.
    [condition] = next(step for step in steps() if step["Type"] == "Condition")["Arguments"]["Conditions"]
    assert condition["LeftValue"]["Std:JsonGet"]["Path"] == "score.value"
    assert evaluation["score"] == {"name": "auc", "value": found["auc"]["value"]}
    assert found["auc"]["value"] > 0.85


def test_evaluate_measures_a_regression_as_scikit_learn_does(evaluated: Path) -> None:
    folder = evaluated.parent
    arguments = ["--problem=Regression", "--label=Churn", "--output-name=delay", "--threshold=0.5"]
    script("evaluate").main([*arguments, "--input", str(folder), "--output", str(folder / "regression")])
    found = json.loads((folder / "regression" / "evaluation" / "evaluation.json").read_text())
    header, *rows = read(folder / "regression" / "predictions" / "predictions.csv")
    assert header == ["delay", "Churn"]
    predicted, label = ([float(row[place]) for row in rows] for place in range(2))
    expected = {
        "mae": metrics.mean_absolute_error(label, predicted),
        "mse": metrics.mean_squared_error(label, predicted),
        "rmse": metrics.root_mean_squared_error(label, predicted),
        "r2": metrics.r2_score(label, predicted),
    }
    assert {name: each["value"] for name, each in found["regression_metrics"].items()} == pytest.approx(expected)
    assert found["score"] == {"name": "r2", "value": pytest.approx(expected["r2"])}
    # All three data sets have the same predictions, and the last one has everything
    assert read(folder / "regression" / "labelled" / "labelled.csv")[1][0] == rows[0][0]
    assert read(folder / "regression" / "labelled" / "labelled.csv")[0][-1] == "Churn"


def test_inference_serves_what_was_evaluated(evaluated: Path, tmp_path: Path) -> None:
    served = script("inference")
    with tarfile.open(evaluated.parent / "model" / "model.tar.gz") as archive:
        archive.extractall(tmp_path, filter="data")
    _, *rows = read(evaluated / "baseline" / "baseline.csv")
    body = "\n".join(",".join(row[1:]) for row in rows)
    model = served.model_fn(str(tmp_path))
    answer, content_type = served.output_fn(served.predict_fn(served.input_fn(body, "text/csv"), model), "text/csv")
    assert content_type == "text/csv"
    assert answer.splitlines() == [row[0] for row in rows]
    with pytest.raises(ValueError, match="is not text/csv"):
        served.input_fn("{}", "application/json")


def test_auc_counts_ties_half() -> None:
    labels, ranks = np.array([True, False, True, False]), np.array([0.9, 0.9, 0.4, 0.1])
    assert script("evaluate").auc(labels, ranks) == pytest.approx(0.625)


def test_what_evaluate_writes_makes_baselines_for_both_monitors(evaluated: Path) -> None:
    document = (
        b"endpoint: churn\nmonitors:\n  data_quality: {}\n  model_quality: {problem_type: BinaryClassification, "
        b"probability_attribute: probability, ground_truth_attribute: Churn}\n"
    )
    objects = {
        "monitors/churn.yaml": document,
        "baselines/churn/data_quality/input/data.csv": (evaluated / "baseline" / "baseline.csv").read_bytes(),
        "baselines/churn/model_quality/input/data.csv": (evaluated / "predictions" / "predictions.csv").read_bytes(),
    }
    store = InMemoryStore(objects=objects)
    for monitor in ("data_quality", "model_quality"):
        suggest_in(store, "churn", monitor)
        assert f"baselines/churn/{monitor}/constraints.json" in store.objects
    statistics = parse_statistics(store.objects["baselines/churn/data_quality/statistics.json"])
    # Columns lie as in captures: the output first
    assert [feature.name for feature in statistics.features][:2] == ["probability", "Account Length"]


# ------------------------------------------------------------------------------------------------- the deployment

PACKAGE = "arn:aws:sagemaker:eu-west-1:123456789012:model-package/churn/7"
APPROVED = {"detail": {"ModelPackageArn": PACKAGE, "ModelApprovalStatus": "Approved"}}
STEP = {"endpoint": "churn", "model_package_arn": PACKAGE, "captures_uri": "s3://bucket/capture/churn/all/"}
VARIANT = {
    "VariantName": "all",
    "ModelName": "churn-churn-6",
    "InitialInstanceCount": 2,
    "InstanceType": "ml.m5.large",
    "InitialVariantWeight": 1.0,
}


class Deployment:
    """The handler over a client whose answers are given, and whose requests are checked against the service's model."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.client = boto3.client(
            "sagemaker", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x"
        )
        self.stub = Stubber(self.client)
        spec = importlib.util.spec_from_file_location("deploy", STEPS.parent / "deploy" / "app.py")
        assert spec is not None
        assert spec.loader is not None
        self.app = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(self.app)
        monkeypatch.setattr(self.app.boto3, "client", lambda _: self.client)

    def answers(self, status: str = "Approved", config: str = "churn-churn-6", **capture: Any) -> None:
        date, arn = "2026-03-01T00:00:00Z", "arn:aws:sagemaker:eu-west-1:123456789012:x/y-0123456789"
        package = {
            "ModelPackageName": "churn",
            "ModelPackageArn": PACKAGE,
            "ModelPackageGroupName": "churn",
            "ModelPackageVersion": 7,
            "ModelPackageStatus": "Completed",
            "ModelPackageStatusDetails": {"ValidationStatuses": []},
            "ModelApprovalStatus": status,
            "CustomerMetadataProperties": {"driftline:endpoint": "churn"},
            "CreationTime": date,
        }
        self.stub.add_response("describe_model_package", package, {"ModelPackageName": PACKAGE})
        if status != "Approved":
            return
        times = {"CreationTime": date, "LastModifiedTime": date}
        endpoint = {"EndpointName": "churn", "EndpointArn": arn, "EndpointConfigName": config, **times}
        self.stub.add_response("describe_endpoint", endpoint | {"EndpointStatus": "InService"})
        if config != "churn-churn-6":
            return
        found = {"EndpointConfigName": config, "EndpointConfigArn": arn, "ProductionVariants": [VARIANT], **capture}
        self.stub.add_response("describe_endpoint_config", found | {"CreationTime": date})
        self.stub.add_response(
            "describe_model",
            {"ModelName": "churn-churn-6", "ExecutionRoleArn": ROLE, "CreationTime": date, "ModelArn": arn},
        )

    def deploys(self, capture: dict[str, Any], *, made_before: bool = False) -> None:
        """What it is expected to make."""
        arn, name = "arn:aws:sagemaker:eu-west-1:123456789012:x/y-0123456789", "churn-churn-7"
        model = {"ModelName": name, "ExecutionRoleArn": ROLE, "PrimaryContainer": {"ModelPackageName": PACKAGE}}
        variants = [VARIANT | {"ModelName": name}]
        config = {"EndpointConfigName": name, "ProductionVariants": variants, "DataCaptureConfig": capture}
        if made_before:
            for call in ("create_model", "create_endpoint_config"):
                message = "Cannot create already existing model or configuration"
                self.stub.add_client_error(call, "ValidationException", message)
        else:
            self.stub.add_response("create_model", {"ModelArn": arn}, model)
            self.stub.add_response("create_endpoint_config", {"EndpointConfigArn": arn}, config)
        self.stub.add_response(
            "update_endpoint", {"EndpointArn": arn}, {"EndpointName": "churn", "EndpointConfigName": name}
        )

    def run(self, event: dict[str, Any]) -> dict[str, str]:
        with self.stub:
            outcome = self.app.handler(event, None)
        self.stub.assert_no_pending_responses()
        return dict(outcome)


@pytest.fixture
def deployment(monkeypatch: pytest.MonkeyPatch) -> Deployment:
    return Deployment(monkeypatch)


CAPTURE = {
    "EnableCapture": True,
    "InitialSamplingPercentage": 100,
    "DestinationS3Uri": "s3://bucket/capture",
    "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
    "CaptureContentTypeHeader": {"CsvContentTypes": ["text/csv"], "JsonContentTypes": ["application/json"]},
}


def test_deploy_changes_the_model_and_captures(deployment: Deployment) -> None:
    deployment.answers()
    deployment.deploys(CAPTURE)
    assert deployment.run(STEP) == {"outcome": "is being deployed", "endpoint_config": "churn-churn-7"}


@pytest.mark.parametrize("made_before", [False, True])
def test_deploy_keeps_a_capture_that_is_there(deployment: Deployment, made_before: bool) -> None:
    own = CAPTURE | {"InitialSamplingPercentage": 20, "DestinationS3Uri": "s3://elsewhere"}
    deployment.answers(DataCaptureConfig=own)
    deployment.deploys(own, made_before=made_before)
    # The approval's event names the package alone
    assert deployment.run(APPROVED)["outcome"] == "is being deployed"


def test_deploy_waits_for_the_approval_and_does_nothing_twice(deployment: Deployment) -> None:
    deployment.answers(status="PendingManualApproval")
    assert deployment.run(STEP)["outcome"] == "waits for its approval"
    deployment.answers(config="churn-churn-7")
    assert deployment.run(STEP)["outcome"] == "is already deployed"


# ---------------------------------------------------------------------------------------------------------- the page


@pytest.fixture(scope="module")
def page() -> str:
    docs = STEPS.parents[2] / "docs"
    pages = ("guide/retraining.md", "guide/new-models.md", "reference/retraining.md")
    return "\n".join((docs / name).read_text() for name in pages)


def test_the_page_s_document_is_one(page: str) -> None:
    [text] = re.findall(r"```yaml\n(.+?)```", page, re.DOTALL)
    document = parse_document(text, where="monitors/churn.yaml", model=KINDS.document)
    assert document.retraining is not None
    assert document.retraining.target.pipeline == "churn-retrain"


def test_the_page_s_command_gives_all_that_a_start_does_not(page: str) -> None:
    [command] = re.findall(r"python -m pipelines\.retrain \\\n(.+?) > churn-retrain\.json", page, re.DOTALL)
    given = set(re.findall(r"^  (\w+)=", command, re.MULTILINE))
    assert given - {"Label"} == set(OWN) | set(FUNCTIONS)


def test_the_page_s_event_is_understood(page: str) -> None:
    [detail] = re.findall(r'"DetailType": "Driftline New Model",\s+"Detail": "(.+?)"}\]', page, re.DOTALL)
    event = {"detail-type": "Driftline New Model", "time": "2026-03-01T14:00:05Z", "source": "my-deployments"}
    announced = announcement_of(event | {"detail": json.loads(detail.replace('\\"', '"'))})
    at = datetime(2026, 3, 1, 14, tzinfo=UTC)
    assert announced == ModelAnnounced("churn", "churn-v7", at, data_set="s3://my-training/churn/v7/")


def test_the_page_names_every_step(page: str) -> None:
    rows = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \| (\w+) \|", page, re.MULTILINE)
    named = {(name.strip("`"), kind) for names, kind in rows for name in names.split(", ")}
    assert {(step["Name"], step["Type"]) for step in steps() if step["Type"] != "Fail"} <= named
