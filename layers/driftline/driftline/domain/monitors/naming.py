"""Names of the schedules of an endpoint's monitors."""

from hashlib import sha256

from driftline.domain.monitors.document import MonitorDocument

LONGEST_SCHEDULE_NAME = 64
"""Characters: EventBridge Scheduler's limit."""


def schedule_name(endpoint: str, monitor: str) -> str:
    """`<endpoint>-<monitor>`; a long endpoint is cut and made unique with a digest.

    Names of monitors have no hyphen, so no endpoint's name can end like another's monitor.
    """
    name = f"{endpoint}-{monitor}"
    if len(name) <= LONGEST_SCHEDULE_NAME:
        return name
    tail = f"-{sha256(endpoint.encode()).hexdigest()[:8]}-{monitor}"
    return endpoint[: LONGEST_SCHEDULE_NAME - len(tail)] + tail


def metric_schedule(document: MonitorDocument, monitor: str) -> str:
    """The value of the metrics' dimension MonitoringSchedule: from the document, otherwise the schedule's name."""
    named = document.monitors.by_name()[monitor].schedule_name
    return named or schedule_name(document.endpoint, monitor)
