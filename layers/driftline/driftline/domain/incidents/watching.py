"""The meaning of the alarms under `watch`, in words that an operator can act on."""

from dataclasses import dataclass

from driftline.domain.alarms.names import CAPTURES, GROUND_TRUTH, SCHEDULES, WATCH, executions_failed


@dataclass(frozen=True, slots=True)
class Trouble:
    """What stopped and what to look at.

    Attributes:
        monitor: The monitor whose executions fail; None for the whole endpoint.
    """

    headline: str
    check: str
    monitor: str | None = None


_OF_ENDPOINT = {
    SCHEDULES: Trouble(
        "a scheduled execution is missing",
        "Check that the schedules exist and are enabled (EventBridge Scheduler), and whether messages wait in the run "
        "queue or its dead-letter queue.",
    ),
    CAPTURES: Trouble(
        "captures have stopped arriving",
        "Check that the endpoint is called, that its data capture is on, and that it writes to the bucket and prefix "
        "of the monitor document.",
    ),
    GROUND_TRUTH: Trouble(
        "ground truth has stopped arriving",
        "Check the system that uploads labels to ground-truth/. Model quality is based on fewer and fewer labels.",
    ),
}


def watch_subject(label: str) -> str:
    """Each alarm under `watch` is an incident of its own: missing captures are not failed executions."""
    return f"{WATCH}/{label}"


def label_of(subject: str) -> str:
    """The watch alarm's label."""
    return subject.removeprefix(f"{WATCH}/")


def is_watch(subject: str) -> bool:
    return subject.startswith(f"{WATCH}/")


def trouble(subject: str) -> Trouble:
    """What a watch incident is about. Labels of another version get a general text."""
    label = label_of(subject)
    if label in _OF_ENDPOINT:
        return _OF_ENDPOINT[label]
    monitor = label.removesuffix(executions_failed(""))
    if monitor and monitor != label:
        return Trouble(
            f"executions of {monitor} fail",
            "Fix the cause of the last failure, then request the window again as its page shows.",
            monitor,
        )
    return Trouble(label, "")
