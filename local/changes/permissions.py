"""The resources in MiniStack's permission checks, changed where AWS checks something else."""

import json
import re
from collections.abc import Mapping
from typing import Any

import ministack.app as gateway
from ministack.core import iam_actions, iam_evaluator


def trust_loopback() -> None:
    """Policies that require TLS (aws:SecureTransport) are satisfied on loopback, which needs no TLS."""
    pin = gateway.pin_request_origin
    gateway.pin_request_origin = lambda address, _secure: pin(address, True)


def name_what_policies_are_about() -> None:
    """Checks permissions on schedules with their group, and those on alarms, dashboards and parameter paths with their
    names, which MiniStack does not read."""
    resource_of = iam_actions.extract_resource_arn

    def named(
        service: str, method: str, path: str, headers: Any, body: bytes, query: dict[str, Any], *place: str
    ) -> str:
        resource = str(resource_of(service, method, path, headers, body, query, *place))
        if service == "scheduler" and ":schedule/default/" in resource:
            group = query.get("groupName") or (json.loads(body).get("GroupName") if body else None) or "default"
            name = group[0] if isinstance(group, list) else group
            return resource.replace(":schedule/default/", f":schedule/{name}/")
        if service in {"monitoring", "ssm"} and resource == "*" and body:
            return _named_in(json.loads(body), *place[:2])
        return resource

    iam_actions.extract_resource_arn = named


def _named_in(asked: Mapping[str, Any], region: str, account: str) -> str:
    if asked.get("Path"):
        return f"arn:aws:ssm:{region}:{account}:parameter{asked['Path']}"
    if asked.get("ResourceARN"):
        return str(asked["ResourceARN"])
    # All names in a request have the same prefix: resources of one endpoint are deleted together.
    for dashboard in (asked.get("DashboardName"), *asked.get("DashboardNames", ())):
        if dashboard:
            return f"arn:aws:cloudwatch::{account}:dashboard/{dashboard}"
    if "AlarmNamePrefix" in asked or "AlarmTypes" in asked:
        return f"arn:aws:cloudwatch:{region}:{account}:alarm:*"
    names = asked.get("AlarmNames")
    return f"arn:aws:cloudwatch:{region}:{account}:alarm:{names[0]}" if names else "*"


def give_policies_the_source_of_events() -> None:
    """Adds the condition key events:source of PutEvents, which MiniStack lacks."""
    context_of = iam_actions.request_tag_context

    def context_with_source(service: str, action: str, body: bytes, parameters: dict[str, Any]) -> dict[str, Any]:
        context: dict[str, Any] = dict(context_of(service, action, body, parameters))
        if action == "events:PutEvents":
            sources = sorted({entry.get("Source", "") for entry in json.loads(body)["Entries"]})
            context["events:source"] = sources[0] if len(sources) == 1 else sources
        return context

    iam_actions.request_tag_context = context_with_source


def let_wildcards_match_line_feeds() -> None:
    """A wildcard stands for any character. MiniStack's own do not stand for the line feed, which a key may have."""
    compile_pattern = iam_evaluator._fnmatch_compile  # noqa: SLF001 - there is no public way

    def compiled(pattern: str, ignore_case: bool) -> re.Pattern[str]:
        found: re.Pattern[str] = compile_pattern(pattern, ignore_case)
        return re.compile(found.pattern, found.flags | re.DOTALL)  # re has a cache of its own

    iam_evaluator._fnmatch_compile = compiled  # noqa: SLF001


def check_batches_of_messages_as_single_ones() -> None:
    """SQS has no permissions of its own for requests with several messages, but MiniStack asks for some:
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html"""
    action_of = iam_actions.extract_iam_action

    def single(*request: Any, **more: Any) -> str | None:
        action: str | None = action_of(*request, **more)
        return action.removesuffix("Batch") if action and action.startswith("sqs:") else action

    iam_actions.extract_iam_action = single
