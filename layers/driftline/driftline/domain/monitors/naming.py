"""Names of the schedules that the monitors of an endpoint get."""

from hashlib import sha256

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
