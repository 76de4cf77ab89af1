"""The queue of merge_ground_truth, from which it also takes its own requests to sweep the labels of one endpoint."""

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from itertools import batched
from typing import TYPE_CHECKING

from driftline.adapters.aws.clients import client_of
from driftline.adapters.aws.events_in import SweepRequest
from driftline.domain.errors import StaleReadError

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_MOST = 10
"""Messages of one call."""


class SweepQueue:
    """`Sweeps`.

    Args:
        url: URL of the queue.
        client: A boto3 SQS client; created on first use unless given.
    """

    def __init__(self, url: str, client: "SQSClient | None" = None) -> None:
        self._url = url
        self._given = client

    def request(self, endpoints: Sequence[str], as_of: datetime) -> None:
        """Raises StaleReadError: SQS did not take all of them; the caller's own message should come again."""
        refused: list[str] = []
        for some in batched(endpoints, _MOST, strict=False):
            bodies = [SweepRequest(sweep=as_of, endpoint=endpoint).model_dump_json() for endpoint in some]
            answer = self._client.send_message_batch(
                QueueUrl=self._url,
                Entries=[{"Id": str(number), "MessageBody": body} for number, body in enumerate(bodies)],
            )
            refused += [f"{some[int(entry['Id'])]} ({entry['Code']})" for entry in answer.get("Failed", [])]
        if refused:
            raise StaleReadError(f"SQS did not take requests to sweep {', '.join(refused)}", where=self._url)

    @cached_property
    def _client(self) -> "SQSClient":
        return self._given or client_of("sqs")
