"""What somebody sets up in an account for the reference pipeline, on the embedded cloud: docs/guide/retraining.md."""

import io
import json
import zipfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local.server import ACCOUNT, REGION
from pipelines.retrain.baselines import DEFAULT
from pipelines.retrain.definition import to_json
from pipelines.retrain.policy import policy

if TYPE_CHECKING:
    from local.cloud import EmbeddedCloud

_RETRAIN = Path(__file__).resolve().parents[2] / "pipelines" / "retrain"
_SAGEMAKER_ACCOUNT = "123456789012"
"""The account that moto pretends."""

IMAGE = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/sagemaker-xgboost:3.0-5"
FIRST_IMAGE = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/first-model:1"
VARIANT = "AllTraffic"


def pipeline_arn(name: str) -> str:
    """For the stack's parameter RetrainingPipelineArn."""
    return f"arn:aws:sagemaker:{REGION}:{_SAGEMAKER_ACCOUNT}:pipeline/{name}"


@dataclass(frozen=True, slots=True)
class Retraining:
    """A pipeline for an endpoint.

    Attributes:
        pipeline: Its name.
        training_data: The data that the first model was trained with, CSV with a header.
        parameters: Of the definition, besides those that follow from the set-up.
        monitors: Of the endpoint, whose baselines new models get.
    """

    pipeline: str
    endpoint: str
    training_data: bytes
    parameters: Mapping[str, str] = field(default_factory=dict)
    monitors: Collection[str] = DEFAULT

    def install(self, cloud: "EmbeddedCloud") -> None:
        """Creates the endpoint with its first model, the roles, the functions, and the pipeline.

        All files of models are below `models/` in the stack's own bucket.
        """
        s3, bucket = cloud.client("s3"), cloud.bucket
        base = f"models/{self.endpoint}"
        for script in sorted((_RETRAIN / "steps").glob("*.py")):
            s3.put_object(Bucket=bucket, Key=f"{base}/code/{script.name}", Body=script.read_bytes())
        s3.put_object(Bucket=bucket, Key=f"{base}/data/training.csv", Body=self.training_data)
        deploy = _deploy_function(cloud.client("iam"), cloud.client("lambda"), f"{self.endpoint}-deploy")
        given = {
            "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/{self.pipeline}",
            "OutputUri": f"s3://{bucket}/{base}/runs",
            "CodeUri": f"s3://{bucket}/{base}/code/",
            "TrainingDataUri": f"s3://{bucket}/{base}/data/",
            "XGBoostImage": IMAGE,
            "ModelPackageGroupName": self.endpoint,
            "BaselineFunctionArn": _arn_of(cloud.client("lambda"), "driftline-suggest-baseline"),
            "DeployFunctionArn": deploy,
            **self.parameters,
        }
        allowed = policy({**given, "MergedUri": f"s3://{bucket}/merged/{self.endpoint}/"})
        role = _role(cloud.client("iam"), self.pipeline, "sagemaker.amazonaws.com", allowed)
        sagemaker = cloud.client("sagemaker")
        self._serve_first_model(sagemaker, role, bucket)
        sagemaker.create_model_package_group(ModelPackageGroupName=self.endpoint)
        sagemaker.create_pipeline(
            PipelineName=self.pipeline,
            PipelineDefinition=to_json(given, self.monitors),
            ClientRequestToken=self.pipeline.ljust(32, "-"),
            RoleArn=role,
        )

    def _serve_first_model(self, sagemaker: Any, role: str, bucket: str) -> None:
        name = f"{self.endpoint}-first"
        sagemaker.create_model(ModelName=name, ExecutionRoleArn=role, PrimaryContainer={"Image": FIRST_IMAGE})
        sagemaker.create_endpoint_config(
            EndpointConfigName=name,
            ProductionVariants=[
                {
                    "VariantName": VARIANT,
                    "ModelName": name,
                    "InitialInstanceCount": 1,
                    "InstanceType": "ml.m5.large",
                    "InitialVariantWeight": 1.0,
                }
            ],
            DataCaptureConfig={
                "EnableCapture": True,
                "InitialSamplingPercentage": 100,
                "DestinationS3Uri": f"s3://{bucket}/capture",
                "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
            },
        )
        sagemaker.create_endpoint(EndpointName=self.endpoint, EndpointConfigName=name)


def _deploy_function(iam: Any, functions: Any, name: str) -> str:
    resources = [
        f"arn:aws:sagemaker:{REGION}:{_SAGEMAKER_ACCOUNT}:{kind}/*" for kind in ("endpoint", "endpoint-config", "model")
    ]
    allowed = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": [
                    *(f"sagemaker:Describe{kind}" for kind in ("Endpoint", "EndpointConfig", "Model")),
                    *(f"sagemaker:{action}" for action in ("CreateModel", "CreateEndpointConfig", "UpdateEndpoint")),
                ],
                "Resource": resources,
            },
            {
                "Effect": "Allow",
                "Action": "sagemaker:DescribeModelPackage",
                "Resource": f"arn:aws:sagemaker:{REGION}:{_SAGEMAKER_ACCOUNT}:model-package/*",
            },
        ],
    }
    role = _role(iam, name, "lambda.amazonaws.com", allowed)
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.write(_RETRAIN / "deploy" / "app.py", "app.py")
    made = functions.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Handler="app.handler",
        Role=role,
        Timeout=60,
        Code={"ZipFile": code.getvalue()},
    )
    return str(made["FunctionArn"])


def _role(iam: Any, name: str, service: str, allowed: Mapping[str, Any]) -> str:
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}],
    }
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName=name, PolicyDocument=json.dumps(allowed))
    return str(arn)


def _arn_of(functions: Any, name: str) -> str:
    return str(functions.get_function(FunctionName=name)["Configuration"]["FunctionArn"])
