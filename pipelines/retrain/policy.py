"""All that the pipeline's role may do: the pipeline itself, its jobs, and the model that it creates.

One role for all three, as SageMaker's own examples have it; so it passes itself to the jobs. Its trust policy names
sagemaker.amazonaws.com.
"""

import re
from collections.abc import Mapping, Sequence

from pipelines.retrain.expressions import Json

NEEDED = (
    "RoleArn",
    "OutputUri",
    "CodeUri",
    "TrainingDataUri",
    "MergedUri",
    "XGBoostImage",
    "ModelPackageGroupName",
    "BaselineFunctionArn",
    "DeployFunctionArn",
)
"""What the policy is about. MergedUri: `s3://<the stack's bucket>/merged/<endpoint>/`."""

_ROLE = re.compile(r"arn:(?P<partition>[a-z-]+):iam::(?P<account>\d{12}):role/.+")
_FUNCTION = re.compile(r"arn:[a-z-]+:lambda:(?P<region>[a-z0-9-]+):\d{12}:function:.+")
_IMAGE = re.compile(r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.[a-z.]+/(?P<repository>[^:@]+)([:@].+)?")


def policy(given: Mapping[str, str]) -> dict[str, Json]:
    """The policy document.

    Raises:
        ValueError: a value is missing, or is not what its name says.
    """
    if missing := [name for name in NEEDED if not given.get(name)]:
        raise ValueError(f"the policy needs {', '.join(missing)} as well: NAME=VALUE")
    role, function, image = (
        _matched(pattern, name, given)
        for pattern, name in ((_ROLE, "RoleArn"), (_FUNCTION, "BaselineFunctionArn"), (_IMAGE, "XGBoostImage"))
    )
    partition, account, region = role["partition"], role["account"], function["region"]
    sagemaker = f"arn:{partition}:sagemaker:{region}:{account}"
    jobs = [f"{sagemaker}:{kind}/*" for kind in ("processing-job", "training-job", "model")]
    group = given["ModelPackageGroupName"]
    packages = [f"{sagemaker}:model-package-group/{group}", f"{sagemaker}:model-package/{group}/*"]
    logs = f"arn:{partition}:logs:{region}:{account}:log-group:/aws/sagemaker/*"
    repository = f"arn:{partition}:ecr:{image['region']}:{image['account']}:repository/{image['repository']}"
    read = [given[name] for name in ("CodeUri", "TrainingDataUri", "MergedUri", "OutputUri")]
    statements = [
        _allow(
            "RunJobs",
            [
                *(f"sagemaker:{verb}ProcessingJob" for verb in ("Create", "Describe", "Stop")),
                *(f"sagemaker:{verb}TrainingJob" for verb in ("Create", "Describe", "Stop")),
                *(f"sagemaker:{verb}Model" for verb in ("Create", "Describe", "Delete")),
            ],
            jobs,
        ),
        _allow(
            "Register",
            ["sagemaker:CreateModelPackage", "sagemaker:DescribeModelPackage", "sagemaker:DescribeModelPackageGroup"],
            packages,
        ),
        # A pipeline tags all that it creates with its own name.
        _allow("TagWhatItCreates", ["sagemaker:AddTags"], [*jobs, *packages]),
        _allow(
            "PassItselfToJobs",
            ["iam:PassRole"],
            [given["RoleArn"]],
            {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
        ),
        _allow("RunLambdaSteps", ["lambda:InvokeFunction"], _functions(given)),
        _allow("Read", ["s3:GetObject"], [_objects(uri, partition) for uri in read]),
        _allow("Write", ["s3:PutObject", "s3:AbortMultipartUpload"], [_objects(given["OutputUri"], partition)]),
        _allow(
            "List",
            ["s3:ListBucket", "s3:GetBucketLocation"],
            list(dict.fromkeys(f"arn:{partition}:s3:::{_bucket(uri)}" for uri in read)),
        ),
        _allow(
            "PullImage",
            ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            [repository],
        ),
        # These two know no resources.
        _allow("LogInToRegistry", ["ecr:GetAuthorizationToken"], ["*"]),
        _allow(
            "PublishJobMetrics",
            ["cloudwatch:PutMetricData"],
            ["*"],
            {
                "StringEquals": {
                    "cloudwatch:namespace": ["/aws/sagemaker/ProcessingJobs", "/aws/sagemaker/TrainingJobs"]
                }
            },
        ),
        _allow(
            "WriteLogs",
            ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            [logs],
        ),
    ]
    return {"Version": "2012-10-17", "Statement": [*statements]}


def _functions(given: Mapping[str, str]) -> list[str]:
    return [given["BaselineFunctionArn"], given["DeployFunctionArn"]]


def _allow(name: str, actions: Sequence[str], resources: Sequence[str], condition: Json = None) -> Json:
    found: dict[str, Json] = {"Sid": name, "Effect": "Allow", "Action": [*actions], "Resource": [*resources]}
    return found | ({"Condition": condition} if condition else {})


def _bucket(uri: str) -> str:
    """Raises ValueError: no address in S3."""
    scheme, _, rest = uri.partition("://")
    if scheme != "s3" or not rest:
        raise ValueError(f"{uri!r} is not an address in S3: s3://bucket/folder/")
    return rest.partition("/")[0]


def _objects(uri: str, partition: str) -> str:
    bucket = _bucket(uri)
    folder = uri.partition("://")[2].partition("/")[2].strip("/")
    return f"arn:{partition}:s3:::{bucket}/{folder + '/' if folder else ''}*"


def _matched(pattern: re.Pattern[str], name: str, given: Mapping[str, str]) -> re.Match[str]:
    found = pattern.fullmatch(given[name])
    if found is None:
        raise ValueError(f"{name}: {given[name]!r} is not what the policy can be made for")
    return found
