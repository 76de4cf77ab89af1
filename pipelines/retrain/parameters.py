"""The pipeline's parameters: those that Driftline passes with every start, and those that are set once."""

import re
from collections.abc import Callable, Mapping

from pipelines.retrain.expressions import Json

GIVEN_BY_DRIFTLINE = {
    "Endpoint": "The endpoint whose alarm requested the retraining",
    "Monitor": "The monitor whose alarm requested the retraining",
    "WindowStart": "Start of the window that was in alarm, ISO 8601",
    "WindowEnd": "End of that window; training uses the labels of TrainingDays before it, or all",
    "ReportUri": "Folder of the report on that window",
    "BaselineUri": "Folder of the baseline that it was compared with",
    "CapturesUri": "Folder of the endpoint's capture files",
    "GroundTruthUri": "Folder of the endpoint's ground truth",
    "MergedUri": "Folder of merged records: captures with their ground truth",
    "RetrainingId": "Id of the audit record",
}
_REQUIRED = {"Endpoint", "CapturesUri", "MergedUri", "RetrainingId"}
"""All others may be empty: an alarm may occur before the first verdict."""

_OWN: dict[str, tuple[str, str | float | None, str]] = {
    "RoleArn": ("String", None, "Role of the pipeline and of all its jobs"),
    "OutputUri": ("String", None, "S3 folder for all output, without a trailing slash; the stack must know its bucket"),
    "CodeUri": ("String", None, "S3 folder of the scripts in steps/"),
    "TrainingDataUri": ("String", None, "S3 folder of the data that the model was trained with: CSV with a header"),
    "XGBoostImage": ("String", None, "SageMaker's XGBoost image of the region, version 3.0-5"),
    "ModelPackageGroupName": ("String", None, "Group of the model registry"),
    "ModelApprovalStatus": ("String", "PendingManualApproval", "Approved deploys at once"),
    "Label": ("String", "label", "Column of the label in the training data"),
    "Output": ("String", "probability", "The document's name of the endpoint's output, for the baselines"),
    "ProblemType": ("String", "BinaryClassification", "BinaryClassification or Regression"),
    "Objective": ("String", "binary:logistic", "XGBoost's objective, for example reg:squarederror"),
    "EvaluationMetric": ("String", "auc", "XGBoost's metric for stopping early, for example rmse"),
    "Rounds": ("String", "200", "XGBoost's num_round: trees at most"),
    "TrainingDays": ("Integer", 90, "How many days of labelled records are added to the training data"),
    "MinimumScore": ("Float", 0.8, "A model below this AUC (of a regression: R²) is not registered"),
    "ProbabilityThreshold": ("String", "0.5", "Rows above this value count as positive"),
    "SkipBiasCheck": ("Boolean", True, "false: no model is registered that is less fair than the baseline in use"),
    "ProcessingInstanceType": ("String", "ml.m5.large", "Instance of the processing jobs"),
    "TrainingInstanceType": ("String", "ml.m5.large", "Instance of the training job"),
}

FUNCTIONS = {
    "BaselineFunctionArn": "ARN of the stack's suggest_baseline, which makes the new model's baselines",
    "DeployFunctionArn": "ARN of the Lambda function in deploy/",
}
"""Set once, and no parameters: SageMaker takes the function of a Lambda step only as plain text."""

_FUNCTION = re.compile(r"arn:[a-z-]+:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]+")

_PLACEHOLDER = "arn:aws:lambda:us-east-1:000000000000:function:name-it-in-{}"


def parameters(defaults: Mapping[str, str]) -> list[dict[str, Json]]:
    """The definition's Parameters.

    Args:
        defaults: Values of parameters that a start need not pass; they take precedence over the defaults above.

    Raises:
        ValueError: an unknown parameter, or a value of the wrong type.
    """
    given = {name: ("String", None if name in _REQUIRED else "", words) for name, words in GIVEN_BY_DRIFTLINE.items()}
    known: dict[str, tuple[str, str | float | None, str]] = {**given, **_OWN}
    if unknown := set(defaults) - set(known) - set(FUNCTIONS):
        names = ", ".join((*known, *FUNCTIONS))
        raise ValueError(f"unknown parameter {', '.join(sorted(unknown))}; known are {names}")
    found: list[dict[str, Json]] = []
    for name, (kind, default, words) in known.items():
        value = _TYPES[kind](defaults[name]) if name in defaults else default
        default_value: dict[str, Json] = {} if value is None else {"DefaultValue": value}
        found.append({"Name": name, "Type": kind, "Description": words, **default_value})
    return found


def function_arn(name: str, given: Mapping[str, str]) -> str:
    """The ARN of a function; text that says what is missing if none is given.

    Raises:
        ValueError: it is no ARN of a function.
    """
    arn = given.get(name) or _PLACEHOLDER.format(name)
    if not _FUNCTION.fullmatch(arn):
        raise ValueError(f"{name}: {arn!r} is not the ARN of a Lambda function")
    return arn


def _truth(text: str) -> bool:
    if text not in {"true", "false"}:
        raise ValueError(f"{text!r} is neither true nor false")
    return text == "true"


_TYPES: Mapping[str, Callable[[str], str | float]] = {"String": str, "Integer": int, "Float": float, "Boolean": _truth}
