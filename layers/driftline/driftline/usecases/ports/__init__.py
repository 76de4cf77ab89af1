"""What the use cases need from the outside world. Each use case takes the ports that it uses as arguments.

Ports of a single use case, in `models` and `retraining`, are imported from their own modules.
"""

from driftline.usecases.ports.messages import Channel, Operators, ReportLink, ReportLinks
from driftline.usecases.ports.stack import (
    AgeAlarms,
    Alarms,
    AlarmsRefusedError,
    CaptureBuckets,
    Configurations,
    Dashboards,
    RefusedAlarm,
    Schedule,
    Schedules,
)
from driftline.usecases.ports.state import Once, StateItem, StateTable
from driftline.usecases.ports.storage import EditableStore, ObjectStore, ObjectSummary, StoredObject, Stores
from driftline.usecases.ports.telemetry import Events, IndexRequests, Metrics, Reruns, Sweeps

__all__ = [
    "AgeAlarms",
    "Alarms",
    "AlarmsRefusedError",
    "CaptureBuckets",
    "Channel",
    "Configurations",
    "Dashboards",
    "EditableStore",
    "Events",
    "IndexRequests",
    "Metrics",
    "ObjectStore",
    "ObjectSummary",
    "Once",
    "Operators",
    "RefusedAlarm",
    "ReportLink",
    "ReportLinks",
    "Reruns",
    "Schedule",
    "Schedules",
    "StateItem",
    "StateTable",
    "StoredObject",
    "Stores",
    "Sweeps",
]
