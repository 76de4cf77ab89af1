"""The lines of a message about dead letters."""

import json

from driftline.domain.incidents.dead_letters import DeadLetter, DeadLetters
from driftline.presentation.messages import wording
from driftline.presentation.messages.dead_letters import MOST_NAMED, dead_letter_lines


def letter(key: str, *, tries: int = 5, refused: str = "") -> DeadLetter:
    event = {"detail": {"bucket": {"name": "b"}, "object": {"key": key}}}
    return DeadLetter(json.dumps(event), tries, refused)


def test_the_first_are_named_and_the_others_counted() -> None:
    found = DeadLetters(tuple(letter(f"k{number}") for number in range(10)), waiting=31, arn="arn:q", source="arn:work")
    lines = list(dead_letter_lines(found))
    assert lines[:MOST_NAMED] == [f"Failed: s3://b/k{number}, after 5 attempts" for number in range(MOST_NAMED)]
    assert lines[MOST_NAMED:] == [
        "In all, about 31 messages failed.",
        "When the cause is fixed, have them tried again:",
        "aws sqs start-message-move-task --source-arn arn:q \\",
        "--destination-arn arn:work",
        "How to find the cause: docs/guide/operations.md#a-dead-letter-alarm",
    ]


def test_what_never_was_in_a_queue_cannot_be_moved_back_to_it() -> None:
    lines = list(dead_letter_lines(DeadLetters((letter("k", tries=0, refused="no permission"),), 1, "arn:q")))
    assert lines[0] == "Failed: s3://b/k: no permission"
    assert not any("start-message-move-task" in line for line in lines)


def test_the_end_of_a_long_key_stays() -> None:
    [line, *_] = dead_letter_lines(DeadLetters((letter(f"capture/{'x' * 1000}/last.jsonl"),), 1, "arn:q"))
    assert line.startswith("Failed: s3://b/capture/xxx")
    assert line.endswith("xxx/last.jsonl, after 5 attempts")
    assert len(line) < 250


def test_an_empty_queue_is_no_error() -> None:
    """The alarm's figure is older than the look: somebody may have redriven the messages."""
    assert list(dead_letter_lines(DeadLetters())) == [
        "How to find the cause: docs/guide/operations.md#a-dead-letter-alarm"
    ]


def test_the_command_is_whole_in_the_largest_stack() -> None:
    where = f"arn:aws-us-gov:sqs:us-gov-west-1:123456789012:{'s' * 45}"
    arn, source = f"{where}-BaselineDeadLetters-1A2B3C4D5E6F", f"{where}-BaselineQueue-1A2B3C4D5E6F"
    lines = wording.lines(list(dead_letter_lines(DeadLetters((letter("k"),), 1, arn, source))))
    assert lines[2:4] == [
        f"aws sqs start-message-move-task --source-arn {arn} \\",
        f"--destination-arn {source}",
    ]
