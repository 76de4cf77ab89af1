"""The stack's queues: how many messages wait, and the metrics that SQS would publish."""

from collections.abc import Mapping
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
    "Alarm",
    "Retraining",
)
"""Names of the queues that functions read, without `Queue`."""


class Queues:
    """Queues by the stack's outputs.

    Args:
        client: An SQS client.
        outputs: Name of an output to the queue's URL.
    """

    def __init__(self, client: Any, outputs: Mapping[str, str]) -> None:
        self._client = client
        self._outputs = outputs

    def messages(self, output: str) -> int:
        """Number of messages in a queue, including those in flight and delayed."""
        attributes = self._client.get_queue_attributes(
            QueueUrl=self._outputs[output],
            AttributeNames=[f"ApproximateNumberOfMessages{state}" for state in ("", "NotVisible", "Delayed")],
        )["Attributes"]
        return sum(int(count) for count in attributes.values())

    def waiting(self) -> dict[str, int]:
        """Number of messages that functions still have to handle, by queue; empty queues are left out."""
        return {name: count for name in self._names() if (count := self.messages(f"{name}QueueUrl"))}

    def hasten(self, seconds: int) -> None:
        """Retries failed messages after this many seconds."""
        for name in self._names():
            self._client.set_queue_attributes(
                QueueUrl=self._outputs[f"{name}QueueUrl"], Attributes={"VisibilityTimeout": str(seconds)}
            )

    def _names(self) -> list[str]:
        """An earlier release has fewer."""
        return [name for name in NAMES if f"{name}QueueUrl" in self._outputs]

    def dead_letters(self) -> list[tuple[str, int]]:
        """(name of the queue, messages) of every dead-letter queue, which SQS would publish as a metric."""
        outputs = (output for output in self._outputs if output.endswith("DeadLettersUrl"))
        return [(self._outputs[output].rsplit("/", 1)[-1], self.messages(output)) for output in outputs]
