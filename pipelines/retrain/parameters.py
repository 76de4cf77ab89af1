"""The pipeline's parameters: those that Driftline passes with every start, and those that are set once."""

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
    "RoleArn": ("String", None, "Role of all jobs"),
    "OutputUri": ("String", None, "S3 folder for the output of the jobs, without a trailing slash"),
    "CodeUri": ("String", None, "S3 folder of the scripts in steps/"),
    "TrainingDataUri": ("String", None, "S3 folder of the data that the model was trained with: CSV with a header"),
    "XGBoostImage": ("String", None, "SageMaker's XGBoost image of the region, version 3.0-5"),
    "MonitorImage": ("String", None, "SageMaker's Model Monitor image of the region"),
    "ClarifyImage": ("String", None, "SageMaker's Clarify image of the region"),
    "DeployFunctionArn": ("String", None, "ARN of the Lambda function in deploy/"),
    "ModelPackageGroupName": ("String", None, "Group of the model registry"),
    "ModelApprovalStatus": ("String", "PendingManualApproval", "Approved deploys at once"),
    "Label": ("String", "label", "Column of the label in the training data"),
    "Facet": ("String", None, "Column of the training data for which bias is measured"),
    "FacetValue": ("String", "1", "Value, or lower bound, of the facet's disadvantaged group"),
    "TrainingDays": ("Integer", 90, "How many days of labelled records are added to the training data"),
    "MinimumAuc": ("Float", 0.8, "A model below this value is not registered"),
    "ProbabilityThreshold": ("String", "0.5", "Rows above this value count as positive"),
    "SkipBiasCheck": ("Boolean", True, "false: the run fails if bias grew since the last approved version"),
    "ProcessingInstanceType": ("String", "ml.m5.large", "Instance of the processing jobs"),
    "TrainingInstanceType": ("String", "ml.m5.large", "Instance of the training job"),
}


def parameters(defaults: Mapping[str, str]) -> list[dict[str, Json]]:
    """The definition's Parameters.

    Args:
        defaults: Values of parameters that a start need not pass; they take precedence over the defaults above.

    Raises:
        ValueError: an unknown parameter, or a value of the wrong type.
    """
    given = {name: ("String", None if name in _REQUIRED else "", words) for name, words in GIVEN_BY_DRIFTLINE.items()}
    known: dict[str, tuple[str, str | float | None, str]] = {**given, **_OWN}
    if unknown := set(defaults) - set(known):
        raise ValueError(f"unknown parameter {', '.join(sorted(unknown))}; known are {', '.join(known)}")
    found: list[dict[str, Json]] = []
    for name, (kind, default, words) in known.items():
        value = _TYPES[kind](defaults[name]) if name in defaults else default
        default_value: dict[str, Json] = {} if value is None else {"DefaultValue": value}
        found.append({"Name": name, "Type": kind, "Description": words, **default_value})
    return found


def _truth(text: str) -> bool:
    if text not in {"true", "false"}:
        raise ValueError(f"{text!r} is neither true nor false")
    return text == "true"


_TYPES: Mapping[str, Callable[[str], str | float]] = {"String": str, "Integer": int, "Float": float, "Boolean": _truth}
