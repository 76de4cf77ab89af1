"""The dead-letter queues of the stack."""

from typing import Protocol

from driftline.domain.incidents.dead_letters import DeadLetters


class DeadLetterQueues(Protocol):
    """Shows what is in a dead-letter queue, and changes nothing."""

    def look(self, queue: str) -> DeadLetters:
        """Some of the messages of the queue with this name.

        It raises no error: a message to people is sent even if nobody can look. `unread` says why.
        """
        ...
