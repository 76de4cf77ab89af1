"""Dead letters in a message: which objects and requests failed, and how to have them tried again."""

from collections.abc import Iterator

from driftline.domain.incidents.dead_letters import DeadLetter, DeadLetters, failure_of, subject_of
from driftline.presentation.text import count

MOST_NAMED = 8

_LONGEST_NAME = 200
_GUIDE = "docs/guide/operations.md#a-dead-letter-alarm"


def dead_letter_lines(found: DeadLetters) -> Iterator[str]:
    """One line for each message, as far as they fit, and what to do."""
    if found.unread:
        yield f"The dead-letter queue cannot be read: {found.unread}"
    named = found.some[:MOST_NAMED]
    for letter in named:
        yield f"Failed: {_shortened(subject_of(letter)) or 'a message that names no object'}{_how(letter)}"
    if found.waiting > len(named):
        yield f"In all, about {count(found.waiting, 'message')} failed."
    if found.arn and found.source:
        yield "When the cause is fixed, have them tried again:"
        # Without the destination, SQS leaves those where they are that did not come from the queue.
        yield f"aws sqs start-message-move-task --source-arn {found.arn} \\"
        yield f"--destination-arn {found.source}"
    yield f"How to find the cause: {_GUIDE}"


def _how(letter: DeadLetter) -> str:
    failure = failure_of(letter)
    tried = f", after {count(letter.tries, 'attempt')}" if letter.tries else ""
    return f"{tried}: {failure}" if failure else tried


def _shortened(name: str) -> str:
    """The end of a key says more than its middle."""
    half = _LONGEST_NAME // 2
    return name if len(name) <= _LONGEST_NAME else f"{name[:half]}…{name[-half:]}"
