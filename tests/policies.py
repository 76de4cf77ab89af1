"""What roles of the template allow, with every parameter set: enough of IAM's evaluation for the policies that we write."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from local.stack import REPOSITORY, cloudformation_template

REGION, ACCOUNT = "eu-west-1", "123456789012"

PARAMETERS = {
    "RetrainingPipelineArn": f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:pipeline/churn-retrain",
    "RetrainingStateMachineArn": f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:churn-retrain",
    "RetrainingFunctionArn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:churn-retrain",
    "PredictionEndpointArn": f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:endpoint/churn",
    "CaptureBucketName": ["captures", "more-captures"],
    "CaptureBucketAccounts": [ACCOUNT, "210987654321"],
    "CaptureKeyArn": [f"arn:aws:kms:{REGION}:{ACCOUNT}:key/captures"],
    "ModelBucketName": "models",
    "ModelKeyArn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/models",
    "ChannelsSecretName": "watchers/channels",
    "TelemetryParameterName": "/driftline/watch/telemetry",
    "ChannelsKeyArn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/channels",
}
"""Those that grant something; the others have their defaults."""

_PSEUDO = {"AWS::Region": REGION, "AWS::AccountId": ACCOUNT, "AWS::Partition": "aws", "AWS::StackName": "watch"}
_PLACE = f"{REGION}:{ACCOUNT}"
_ARNS = {
    "AWS::S3::Bucket": "arn:aws:s3:::watch-bucket",
    "AWS::SQS::Queue": f"arn:aws:sqs:{_PLACE}:watch-{{}}",
    "AWS::SNS::Topic": f"arn:aws:sns:{_PLACE}:watch-{{}}",
    "AWS::DynamoDB::Table": f"arn:aws:dynamodb:{_PLACE}:table/watch-{{}}",
    "AWS::KMS::Key": f"arn:aws:kms:{_PLACE}:key/watch-{{}}",
    "AWS::IAM::Role": f"arn:aws:iam::{ACCOUNT}:role/watch-{{}}",
    "AWS::Lambda::Function": f"arn:aws:lambda:{_PLACE}:function:watch-{{}}",
    "AWS::Logs::LogGroup": f"arn:aws:logs:{_PLACE}:log-group:watch-{{}}:*",
}
_ELSEWHERE = {"InChina", "InGovCloud"}
"""Conditions that do not hold."""

_REFERRED = {"AWS::SNS::Topic"}
"""Types whose Ref is their ARN."""


@dataclass(frozen=True)
class Statement:
    sid: str
    allows: bool
    actions: Sequence[str]
    resources: Sequence[str]
    condition: Mapping[str, Any] = field(default_factory=dict)

    def covers(self, action: str, resource: str) -> bool:
        """IAM's wildcards are * and ?; fnmatch has brackets, too, which no ARN of ours contains."""
        return action in self.actions and any(fnmatchcase(resource, pattern) for pattern in self.resources)


@dataclass(frozen=True)
class Role:
    statements: Sequence[Statement]
    trusts: Sequence[Mapping[str, Any]]

    @property
    def actions(self) -> set[str]:
        return {action for each in self.statements if each.allows for action in each.actions}

    def allowing(self, action: str, resource: str) -> Sequence[Statement]:
        """The statements that allow it; none if one denies it."""
        found = [each for each in self.statements if each.covers(action, resource)]
        return found if all(each.allows for each in found) else ()


def roles() -> Mapping[str, Role]:
    """By the names that they have in the template."""
    body, _ = cloudformation_template(
        REPOSITORY / "template.yaml", built=False, upload=lambda name, _body: f"s3://b/{name}"
    )
    template = json.loads(body)
    found = {}
    for name, resource in template["Resources"].items():
        if resource["Type"] == "AWS::IAM::Role":
            properties = _resolved(resource["Properties"], template)
            documents = [policy["PolicyDocument"] for policy in properties["Policies"]]
            said = [each for document in documents for each in document["Statement"] if each is not None]
            found[name] = Role([_statement(each) for each in said], properties["AssumeRolePolicyDocument"]["Statement"])
    return found


def arn(template_name: str, kind: str) -> str:
    return _ARNS[kind].format(template_name)


def _statement(said: Mapping[str, Any]) -> Statement:
    resources = [each for some in _listed(said["Resource"]) for each in _listed(some) if each is not None]
    return Statement(
        said.get("Sid", ""), said["Effect"] == "Allow", _listed(said["Action"]), resources, said.get("Condition", {})
    )


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _resolved(value: Any, template: Mapping[str, Any]) -> Any:
    """References, texts and conditions in place of what they mean; conditions hold but for _ELSEWHERE."""
    if isinstance(value, list):
        return [_resolved(each, template) for each in value]
    if not isinstance(value, dict):
        return value
    match list(value.items()):
        case [("Ref", name)]:
            found: Any = _referred(name, template)
        case [("Fn::GetAtt", [name, "Arn"])]:
            found = _arn_of(name, template)
        case [("Fn::Sub" | "Fn::Join" | "Fn::Split" as function, arguments)]:
            found = _text_of(function, arguments, template)
        case [("Fn::If", [condition, then, otherwise])]:
            found = _resolved(otherwise if condition in _ELSEWHERE else then, template)
        case _:
            found = {name: _resolved(each, template) for name, each in value.items()}
    return found


def _text_of(function: str, arguments: Any, template: Mapping[str, Any]) -> Any:
    if function == "Fn::Join":
        return arguments[0].join(_resolved(arguments[1], template))
    if function == "Fn::Split":
        return _resolved(arguments[1], template).split(arguments[0])
    text, names = arguments if isinstance(arguments, list) else (arguments, {})
    known = {name: str(_resolved(each, template)) for name, each in names.items()}
    return re.sub(r"\$\{([^}]+)\}", lambda part: known.get(part[1]) or _named(part[1], template), text)


def _named(name: str, template: Mapping[str, Any]) -> str:
    return _arn_of(name.removesuffix(".Arn"), template) if name.endswith(".Arn") else str(_referred(name, template))


def _referred(name: str, template: Mapping[str, Any]) -> Any:
    if name == "AWS::NoValue":
        return None
    if name in _PSEUDO:
        return _PSEUDO[name]
    if name in template["Parameters"]:
        return PARAMETERS.get(name, template["Parameters"][name].get("Default"))
    kind = template["Resources"][name]["Type"]
    return _arn_of(name, template) if kind in _REFERRED else f"watch-{name}"


def _arn_of(name: str, template: Mapping[str, Any]) -> str:
    return arn(name, template["Resources"][name]["Type"])


def foreign(action: str) -> Iterator[str]:
    """Resources of the same service that the stack has nothing to do with."""
    names = {
        "s3": ["arn:aws:s3:::payroll", "arn:aws:s3:::payroll/2026/salaries.csv"],
        "sqs": [f"arn:aws:sqs:{_PLACE}:payroll"],
        "sns": [f"arn:aws:sns:{_PLACE}:payroll"],
        "dynamodb": [f"arn:aws:dynamodb:{_PLACE}:table/payroll"],
        "kms": [f"arn:aws:kms:{_PLACE}:key/payroll"],
        "iam": [f"arn:aws:iam::{ACCOUNT}:role/payroll"],
        "lambda": [f"arn:aws:lambda:{_PLACE}:function:payroll"],
        "logs": [f"arn:aws:logs:{_PLACE}:log-group:payroll:log-stream:x"],
        "events": [f"arn:aws:events:{_PLACE}:event-bus/payroll"],
        "ssm": [f"arn:aws:ssm:{_PLACE}:parameter/payroll"],
        "secretsmanager": [f"arn:aws:secretsmanager:{_PLACE}:secret:payroll-AbCdEf"],
        "states": [f"arn:aws:states:{_PLACE}:stateMachine:payroll"],
        "scheduler": [f"arn:aws:scheduler:{_PLACE}:schedule/default/payroll"],
        "cloudwatch": [
            f"arn:aws:cloudwatch:{_PLACE}:alarm:payroll",
            f"arn:aws:cloudwatch::{ACCOUNT}:dashboard/payroll",
        ],
        "sagemaker": [
            f"arn:aws:sagemaker:{_PLACE}:{kind}/payroll"
            for kind in ("pipeline", "endpoint", "endpoint-config", "model", "model-package/payroll")
        ],
    }
    yield from names[action.partition(":")[0]]
