"""Functions, their event sources, and the account's concurrency.

Source: AWS Lambda API Reference, GetFunction, ListEventSourceMappings, GetAccountSettings.
"""

from typing import Any

from driftline.adapters.aws.deployment.refusals import AbsentError, absent_is_ours
from driftline.domain.doctor.concurrency import ConcurrencyFacts
from driftline.domain.doctor.functions import FunctionFacts
from driftline.domain.doctor.triggers import SourceFacts

_NOT_FOUND = "ResourceNotFoundException"


def read_function(client: Any, name: str) -> FunctionFacts:
    """Args: client: A boto3 Lambda client."""
    try:
        with absent_is_ours(_NOT_FOUND):
            answer = client.get_function(FunctionName=name)
    except AbsentError:
        return FunctionFacts(name, state="")
    found = answer["Configuration"]
    return FunctionFacts(
        name,
        state=found.get("State", "Active"),
        update=found.get("LastUpdateStatus", "Successful"),
        reason=found.get("StateReason") or found.get("LastUpdateStatusReason") or "",
        architecture=found["Architectures"][0],
        reserved=answer.get("Concurrency", {}).get("ReservedConcurrentExecutions"),
    )


def read_sources(client: Any, function: str) -> dict[str, SourceFacts]:
    """The event sources of a function by their UUIDs; the stack knows their names."""
    pages = client.get_paginator("list_event_source_mappings").paginate(FunctionName=function)
    return {
        each["UUID"]: SourceFacts(
            each["UUID"], each["UUID"], function, each["State"], each.get("ScalingConfig", {}).get("MaximumConcurrency")
        )
        for page in pages
        for each in page["EventSourceMappings"]
    }


def read_concurrency(client: Any) -> ConcurrencyFacts:
    limits = client.get_account_settings()["AccountLimit"]
    return ConcurrencyFacts(limits["ConcurrentExecutions"], limits["UnreservedConcurrentExecutions"])
