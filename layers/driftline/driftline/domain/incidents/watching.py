"""What the alarms under `watch` mean, in words that an operator can act on."""

from dataclasses import dataclass

from driftline.domain.alarms.names import CAPTURES, GROUND_TRUTH, SCHEDULES, WATCH, executions_failed


@dataclass(frozen=True, slots=True)
class Trouble:
    """What stopped and what to look at.

    Attributes:
        monitor: Whose executions fail; None when it is about the whole endpoint.
    """

    headline: str
    check: str
    monitor: str | None = None


_OF_ENDPOINT = {
    SCHEDULES: Trouble(
        "a scheduled execution is missing",
        "Check that the schedules are there and enabled (EventBridge Scheduler), and whether messages wait in the run "
        "queue or lie in its dead-letter queue.",
    ),
    CAPTURES: Trouble(
        "no captures arrive any more",
        "Check that the endpoint is called, that its data capture is on, and that the bucket and prefix of the monitor "
        "document are the ones that it writes to.",
    ),
    GROUND_TRUTH: Trouble(
        "no ground truth arrives any more",
        "Check the system that uploads labels to ground-truth/. Model quality is judged on less and less.",
    ),
}


def watch_subject(label: str) -> str:
    """Each alarm under `watch` is an incident of its own: captures that stop are not executions that fail."""
    return f"{WATCH}/{label}"


def label_of(subject: str) -> str:
    """The watch alarm's label."""
    return subject.removeprefix(f"{WATCH}/")


def is_watch(subject: str) -> bool:
    return subject.startswith(f"{WATCH}/")


def trouble(subject: str) -> Trouble:
    """What a watch incident is about. Labels of another version get general words."""
    label = label_of(subject)
    if label in _OF_ENDPOINT:
        return _OF_ENDPOINT[label]
    monitor = label.removesuffix(executions_failed(""))
    if monitor and monitor != label:
        return Trouble(
            f"executions of {monitor} fail",
            "Mend what made the last one fail; then `driftline run`, or the next scheduled time, judges the window.",
            monitor,
        )
    return Trouble(label, "")
