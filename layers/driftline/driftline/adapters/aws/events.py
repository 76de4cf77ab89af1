"""Events on the account's default EventBridge bus."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from driftline.adapters.aws.clients import client_of
from driftline.domain.errors import DriftlineError

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

SOURCE = "driftline"

_LONGEST_TEXT = 10_000
"""Characters per text of a detail. EventBridge accepts 256 KiB, and a document can have thousands of errors."""


class EventNotAcceptedError(DriftlineError):
    """EventBridge answered, but did not accept the event; a retry may help."""


class DefaultBus:
    """Events with the source `driftline`, for anybody's rules.

    Args:
        client: A boto3 EventBridge client; created unless given.
    """

    def __init__(self, client: "EventBridgeClient | None" = None) -> None:
        self._client = client or client_of("events")

    def publish(self, detail_type: str, detail: Mapping[str, object], resources: Sequence[str] = ()) -> None:
        """Texts that are too long for an event are cut; files and the log have all of them.

        Raises:
            EventNotAcceptedError: PutEvents reports a refused entry in its answer, not as an error.
        """
        answer = self._client.put_events(
            Entries=[
                {
                    "Source": SOURCE,
                    "DetailType": detail_type,
                    "Detail": json.dumps({name: _cut(value) for name, value in detail.items()}, allow_nan=False),
                    "Resources": list(resources),
                    # Named, so that the role can be limited to this bus.
                    "EventBusName": "default",
                }
            ]
        )
        if answer["FailedEntryCount"]:
            refused = answer["Entries"][0]
            raise EventNotAcceptedError(
                f"the event bus refused the event: {refused.get('ErrorCode')}: {refused.get('ErrorMessage')}",
                where=detail_type,
            )


def _cut(value: object) -> object:
    return f"{value[:_LONGEST_TEXT]} …" if isinstance(value, str) and len(value) > _LONGEST_TEXT else value
