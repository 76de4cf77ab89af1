"""The stack's queues: what waits in them, and what of that CloudWatch would know."""

from collections.abc import Mapping
from typing import Any

NAMES = ("Configure", "Baseline", "Profile", "Merge", "Run", "Rerun", "Render", "Alarm", "Retraining")
"""Of the queues that functions read, without `Queue`."""


class Queues:
    """Queues by the stack's outputs.

    Args:
        client: A client of SQS.
        outputs: Name of an output to the queue's URL.
    """

    def __init__(self, client: Any, outputs: Mapping[str, str]) -> None:
        self._client = client
        self._outputs = outputs

    def messages(self, output: str) -> int:
        """How many messages a queue holds, those in flight and the delayed ones included."""
        attributes = self._client.get_queue_attributes(
            QueueUrl=self._outputs[output],
            AttributeNames=[f"ApproximateNumberOfMessages{state}" for state in ("", "NotVisible", "Delayed")],
        )["Attributes"]
        return sum(int(count) for count in attributes.values())

    def waiting(self) -> dict[str, int]:
        """Messages that functions still have to handle, by queue; nothing for empty ones."""
        return {name: count for name in NAMES if (count := self.messages(f"{name}QueueUrl"))}

    def hasten(self, seconds: int) -> None:
        """Failed messages are tried again after so many seconds."""
        for name in NAMES:
            self._client.set_queue_attributes(
                QueueUrl=self._outputs[f"{name}QueueUrl"], Attributes={"VisibilityTimeout": str(seconds)}
            )

    def dead_letters(self) -> list[tuple[str, int]]:
        """(name of the queue, messages) of every dead-letter queue, which SQS would publish as a metric."""
        outputs = (output for output in self._outputs if output.endswith("DeadLettersUrl"))
        return [(self._outputs[output].rsplit("/", 1)[-1], self.messages(output)) for output in outputs]
