"""Names of the schedules that the monitors of an endpoint get."""

from hashlib import sha256

from driftline.domain.monitors.document import MonitorDocument

LONGEST_SCHEDULE_NAME = 64
"""Characters: EventBridge Scheduler's limit."""


def schedule_name(endpoint: str, monitor: str) -> str:
    """`<endpoint>-<monitor>`; a long endpoint is cut and told apart by a digest.

    Monitors' names have no hyphen, so that no endpoint's name can end in another's monitor.
    """
    name = f"{endpoint}-{monitor}"
    if len(name) <= LONGEST_SCHEDULE_NAME:
        return name
    tail = f"-{sha256(endpoint.encode()).hexdigest()[:8]}-{monitor}"
    return endpoint[: LONGEST_SCHEDULE_NAME - len(tail)] + tail


def metric_schedule(document: MonitorDocument, monitor: str) -> str:
    """The value of the metrics' dimension MonitoringSchedule: the document's, else the schedule's own name."""
    named = document.monitors.by_name()[monitor].schedule_name
    return named or schedule_name(document.endpoint, monitor)
