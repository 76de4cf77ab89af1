"""The stack as CloudFormation describes it.

Source: AWS CloudFormation API Reference, DescribeStacks, ListStackResources, DescribeStackEvents.
"""

from itertools import takewhile
from typing import Any

from driftline.adapters.aws.deployment.refusals import AbsentError, absent_is_ours
from driftline.domain.doctor.stack import Resource, StackFacts

_BEGINS = frozenset({"CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS", "REVIEW_IN_PROGRESS"})
_STACK = "AWS::CloudFormation::Stack"
_CANCELLED = "cancelled"


def read_stack(client: Any, name: str) -> StackFacts | None:
    """None if there is no such stack.

    Args:
        client: A boto3 CloudFormation client.
    """
    try:
        with absent_is_ours("ValidationError", says="does not exist"):
            described = client.describe_stacks(StackName=name)["Stacks"][0]
    except AbsentError:
        return None
    _, partition, _, region, account, _ = described["StackId"].split(":", 5)
    status = described["StackStatus"]
    return StackFacts(
        name=described["StackName"],
        partition=partition,
        region=region,
        account=account,
        status=status,
        failure=_failure(client, name) if "ROLLBACK" in status or status.endswith("_FAILED") else "",
        parameters={each["ParameterKey"]: each["ParameterValue"] for each in described.get("Parameters", [])},
        outputs={each["OutputKey"]: each["OutputValue"] for each in described.get("Outputs", [])},
        resources=_resources(client, name),
    )


def _resources(client: Any, name: str) -> tuple[Resource, ...]:
    pages = client.get_paginator("list_stack_resources").paginate(StackName=name)
    return tuple(
        Resource(each["LogicalResourceId"], each.get("PhysicalResourceId", ""), each["ResourceType"])
        for page in pages
        for each in page["StackResourceSummaries"]
    )


def _failure(client: Any, name: str) -> str:
    """The first resource that failed in the last deployment. Resources that were only cancelled say nothing."""
    events = client.describe_stack_events(StackName=name)["StackEvents"]

    def is_of_last(event: dict[str, Any]) -> bool:
        return not (event["ResourceType"] == _STACK and event["ResourceStatus"] in _BEGINS)

    failed = [
        f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason') or event['ResourceStatus']}"
        for event in takewhile(is_of_last, events)
        if event["ResourceStatus"].endswith("_FAILED") and _CANCELLED not in event.get("ResourceStatusReason", "")
    ]
    return failed[-1] if failed else ""
