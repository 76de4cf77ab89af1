"""The stack's queues: how many messages wait, and the metrics that SQS would publish."""

from collections.abc import Callable, Mapping
from typing import Any

NAMES = (
    "Configure",
    "Baseline",
    "Profile",
    "Merge",
    "Run",
    "Rerun",
    "Explain",
    "Render",
    "Index",
    "Telemetry",
    "Alarm",
    "Retraining",
)
"""Names of the queues that functions read, without `Queue`."""


class Queues:
    """Queues by the stack's outputs.

    Args:
        counts: Returns the number of messages by the queue's name, including those in flight and delayed.
        client: An SQS client, for changes.
        outputs: Name of an output to the queue's URL.
    """

    def __init__(self, counts: Callable[[], Mapping[str, int]], client: Any, outputs: Mapping[str, str]) -> None:
        self._counts = counts
        self._client = client
        self._outputs = outputs

    def messages(self, output: str) -> int:
        """Number of messages in a queue, including those in flight and delayed."""
        return self._counts()[_name(self._outputs[output])]

    def waiting(self, counts: Mapping[str, int]) -> dict[str, int]:
        """Number of messages that functions still have to handle, by queue; empty queues are left out.

        Args:
            counts: Number of messages by the queue's name.
        """
        found = ((name, counts[_name(self._outputs[f"{name}QueueUrl"])]) for name in self._names())
        return {name: count for name, count in found if count}

    def hasten(self, seconds: int) -> None:
        """Retries failed messages after this many seconds."""
        for name in self._names():
            self._client.set_queue_attributes(
                QueueUrl=self._outputs[f"{name}QueueUrl"], Attributes={"VisibilityTimeout": str(seconds)}
            )

    def _names(self) -> list[str]:
        """An earlier release has fewer."""
        return [name for name in NAMES if f"{name}QueueUrl" in self._outputs]

    def dead_letters(self) -> dict[str, int]:
        """Messages by name of every dead-letter queue, which SQS would publish as a metric."""
        counts = self._counts()
        names = [_name(url) for output, url in self._outputs.items() if output.endswith("DeadLettersUrl")]
        return {name: counts[name] for name in names if name in counts}


def _name(url: str) -> str:
    return url.rsplit("/", 1)[-1]
