"""Expressions and conditions of pipeline definitions, as a running pipeline evaluates them."""

import json
from typing import Any

import pytest

from local.pipeline.expressions import ExpressionError, Scope, parameter_values, walk

OUTPUTS = {
    "ProcessingOutputConfig": {
        "Outputs": [
            {"OutputName": "train", "S3Output": {"S3Uri": "s3://bucket/run/train"}},
            {"OutputName": "test", "S3Output": {"S3Uri": "s3://bucket/run/test"}},
        ]
    }
}


@pytest.fixture
def scope() -> Scope:
    def file(step: str, name: str) -> bytes:
        assert (step, name) == ("Evaluate", "Evaluation")
        return json.dumps({"score": {"value": 0.9}, "list": [1, {"a": 2}]}).encode()

    steps: dict[str, Any] = {
        "Process": OUTPUTS,
        "Bias": {"OutputParameters": {"violations": 2, "finding": "sex: too much"}},
    }
    parameters = {"Endpoint": "churn", "Days": 30, "Skip": False, "Least": 0.8}
    return Scope(parameters, {"PipelineExecutionId": "abc"}, file, steps)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Get": "Parameters.Days"}, 30),
        ({"Get": "Execution.PipelineExecutionId"}, "abc"),
        ({"Get": "Steps.Process.ProcessingOutputConfig.Outputs['test'].S3Output.S3Uri"}, "s3://bucket/run/test"),
        ({"Get": "Steps.Bias.OutputParameters['violations']"}, 2),
        ({"Std:Join": {"On": "/", "Values": ["s3:/", {"Get": "Parameters.Endpoint"}, {"Get": "Parameters.Days"}]}}, "s3://churn/30"),
        ({"Std:Join": {"On": "", "Values": ["--skip=", {"Get": "Parameters.Skip"}]}}, "--skip=false"),
        (
            {"Std:JsonGet": {"PropertyFile": {"Get": "Steps.Evaluate.PropertyFiles.Evaluation"}, "Path": "score.value"}},
            0.9,
        ),
        (
            {"Std:JsonGet": {"PropertyFile": {"Get": "Steps.Evaluate.PropertyFiles.Evaluation"}, "Path": "list[1].a"}},
            2,
        ),
        ([{"a": {"Get": "Parameters.Endpoint"}}, "plain", 1, None], [{"a": "churn"}, "plain", 1, None]),
    ],
)  # fmt: skip
def test_an_expression_is_resolved(scope: Scope, value: Any, expected: Any) -> None:
    assert scope.resolve(value) == expected


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ({"Get": "Parameters.Other"}, "the parameter Other has no value"),
        ({"Get": "Execution.Other"}, "is not known"),
        ({"Get": "Steps.Train.ModelArtifacts"}, "this step has not run"),
        ({"Get": "Steps.Process.ProcessingOutputConfig.Outputs['other'].S3Output"}, "there is no other"),
        ({"Get": "Steps.Process.a b"}, "there is no a|is not a path"),
        ({"Std:Lower": "A"}, "Std:Lower is not known"),
        ({"Std:Join": ["a"]}, "Std:Join is not known"),
        ({"Std:JsonGet": {"PropertyFile": {"Get": "Steps.Evaluate.Other"}, "Path": "a"}}, "not a property file"),
    ],
)
def test_one_that_leads_nowhere_is_an_error(scope: Scope, value: Any, why: str) -> None:
    with pytest.raises(ExpressionError, match=why):
        scope.resolve(value)


def compared(kind: str, left: Any, right: Any) -> dict[str, Any]:
    return {"Type": kind, "LeftValue": left, "RightValue": right}


TRUE, FALSE = compared("Equals", 1, 1), compared("Equals", 1, 2)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (compared("Equals", {"Get": "Parameters.Skip"}, False), True),
        (compared("GreaterThan", 2, 2), False),
        (compared("GreaterThanOrEqualTo", {"Get": "Parameters.Least"}, 0.8), True),
        (compared("LessThan", {"Get": "Steps.Bias.OutputParameters['violations']"}, 2), False),
        (compared("LessThanOrEqualTo", 2, 2), True),
        ({"Type": "Or", "Conditions": [FALSE, TRUE]}, True),
        ({"Type": "Or", "Conditions": [FALSE, FALSE]}, False),
        ({"Type": "And", "Conditions": [TRUE, FALSE]}, False),
        ({"Type": "Not", "Expression": FALSE}, True),
        ({"Type": "In", "QueryValue": {"Get": "Parameters.Endpoint"}, "Values": ["a", "churn"]}, True),
    ],
)
def test_a_condition_is_evaluated(scope: Scope, condition: dict[str, Any], expected: bool) -> None:
    assert scope.holds(condition) is expected


def test_a_condition_that_cannot_be_evaluated_is_an_error(scope: Scope) -> None:
    with pytest.raises(ExpressionError, match="Near is not known"):
        scope.holds(compared("Near", 1, 1))
    with pytest.raises(ExpressionError, match="cannot compare 'churn' with 1"):
        scope.holds(compared("LessThan", {"Get": "Parameters.Endpoint"}, 1))


PARAMETERS = {
    "Parameters": [
        {"Name": "Endpoint", "Type": "String"},
        {"Name": "Days", "Type": "Integer", "DefaultValue": 90},
        {"Name": "Least", "Type": "Float", "DefaultValue": 0.8},
        {"Name": "Skip", "Type": "Boolean", "DefaultValue": True},
    ]
}


def test_parameters_get_their_types_and_defaults() -> None:
    """A start passes all of them as text."""
    given = {"Endpoint": "churn", "Days": "30", "Skip": "false"}
    assert parameter_values(PARAMETERS, given) == {"Endpoint": "churn", "Days": 30, "Least": 0.8, "Skip": False}


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, "Endpoint has no value"),
        ({"Endpoint": "a", "Other": "b"}, "no parameter Other"),
        ({"Endpoint": "a", "Days": "many"}, "Days is 'many', and not Integer"),
        ({"Endpoint": "a", "Skip": "no"}, "Skip is 'no', and not Boolean"),
    ],
)
def test_a_start_with_wrong_parameters_is_refused(given: dict[str, str], why: str) -> None:
    with pytest.raises(ExpressionError, match=why):
        parameter_values(PARAMETERS, given)


def test_a_path_has_to_be_one() -> None:
    assert walk({"a": [{"Name": "b", "c": 1}]}, "a['b'].c", "x") == 1
    with pytest.raises(ExpressionError, match="is not a path"):
        walk({"a": 1}, "a!", "x")
