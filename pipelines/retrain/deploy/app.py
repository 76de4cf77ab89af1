"""Deploys an approved model package to its endpoint: called by the pipeline's Lambda step, or by the approval's event.

Only the model changes; instances, their number, the variant's name and data capture stay. Each package gets a new
endpoint config, which is never changed, so a roll back is an update to the previous one.
"""

from typing import Any

import boto3

CAPTURED_CONTENT = {"CsvContentTypes": ["text/csv"], "JsonContentTypes": ["application/json"]}


def handler(event: dict[str, Any], _context: object) -> dict[str, str]:
    """The step's event is {endpoint, model_package_arn, captures_uri}; EventBridge's is SageMaker's own.

    Returns:
        The step's output parameters: the outcome, and the endpoint config.
    """
    client = boto3.client("sagemaker")
    arn = event["detail"]["ModelPackageArn"] if "detail" in event else event["model_package_arn"]
    package = client.describe_model_package(ModelPackageName=arn)
    if package["ModelApprovalStatus"] != "Approved":
        return {"outcome": "waits for its approval", "endpoint_config": ""}
    endpoint = event.get("endpoint") or package["CustomerMetadataProperties"]["driftline:endpoint"]
    name = f"{endpoint[:40]}-{package['ModelPackageGroupName'][:10]}-{package['ModelPackageVersion']}"
    present = client.describe_endpoint(EndpointName=endpoint)
    if present["EndpointConfigName"] == name:
        return {"outcome": "is already deployed", "endpoint_config": name}
    config = client.describe_endpoint_config(EndpointConfigName=present["EndpointConfigName"])
    (variant,) = config["ProductionVariants"]  # Several variants are an experiment, which a person decides about.
    role = client.describe_model(ModelName=variant["ModelName"])["ExecutionRoleArn"]
    _once(
        client, client.create_model, ModelName=name, ExecutionRoleArn=role, PrimaryContainer={"ModelPackageName": arn}
    )
    _once(
        client,
        client.create_endpoint_config,
        EndpointConfigName=name,
        ProductionVariants=[variant | {"ModelName": name}],
        DataCaptureConfig=config.get("DataCaptureConfig") or _capture(endpoint, event.get("captures_uri", "")),
    )
    client.update_endpoint(EndpointName=endpoint, EndpointConfigName=name)
    return {"outcome": "is being deployed", "endpoint_config": name}


def _capture(endpoint: str, captures_uri: str) -> dict[str, Any]:
    """Captures everything to where Driftline reads; SageMaker adds the endpoint's name to the folder."""
    destination, found, _ = captures_uri.partition(f"/{endpoint}/")
    if not found:
        raise ValueError(f"{endpoint} has no data capture, and {captures_uri!r} is not a location for captures")
    return {
        "EnableCapture": True,
        "InitialSamplingPercentage": 100,
        "DestinationS3Uri": destination,
        "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
        "CaptureContentTypeHeader": CAPTURED_CONTENT,
    }


def _once(client: Any, create: Any, **what: Any) -> None:
    """An interrupted attempt has already created it."""
    try:
        create(**what)
    except client.exceptions.ClientError as error:
        if "already exist" not in error.response["Error"].get("Message", "").lower():
            raise
