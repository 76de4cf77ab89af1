"""What could not be handled, and waits for a person?

Messages are counted, not received: receiving one hides it from others and counts as an attempt.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from driftline.domain.doctor.line import Line, fault, ok


@dataclass(frozen=True, slots=True)
class QueueFacts:
    """A dead-letter queue.

    Attributes:
        name: Its name in template.yaml.
        messages: How many wait, those that somebody is looking at included.
    """

    name: str
    url: str
    messages: int


def check_dead_letters(queues: Sequence[QueueFacts]) -> Iterator[Line]:
    """Each queue with messages, or one line for all."""
    full = [each for each in queues if each.messages]
    for each in full:
        count = "1 message waits" if each.messages == 1 else f"{each.messages} messages wait"
        yield fault(
            f"{count} in {each.name}.",
            f"Read them, which does not take them: `aws sqs receive-message --queue-url {each.url} "
            "--max-number-of-messages 10 --visibility-timeout 0`; then as docs/guide/operations.md#a-dead-letter-alarm "
            "says.",
        )
    if not full:
        yield ok(f"All {len(queues)} dead-letter queues are empty.")
