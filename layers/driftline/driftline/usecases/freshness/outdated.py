"""Whether an endpoint was set up by another release, or under other parameters of the stack.

Documents are configured when they are uploaded. A new release that wants other alarms, or a parameter that changes what
documents mean, would otherwise have no effect until then.
"""

from driftline.domain.alarms.ages import LABELS
from driftline.domain.alarms.names import WATCH
from driftline.domain.documents.status import MonitorStatus
from driftline.domain.monitors.defaults import StackDefaults
from driftline.domain.monitors.document import MonitorDocument


def is_outdated(status: MonitorStatus, document: MonitorDocument, defaults: StackDefaults) -> bool:
    """Whether configuring the document again may change its alarms, its dashboard or its schedules."""
    if any(_is_on_an_age(name) for name in status.alarms) or status.spread_minutes != defaults.spread_minutes:
        return True
    return defaults.dashboard_of(document) != (status.dashboard is not None)


def _is_on_an_age(alarm: str) -> bool:
    """Earlier releases had these alarms in CloudWatch: `<stack>/<endpoint>/watch/<label>`."""
    _, *parts = alarm.split("/", 3)
    return parts[1:2] == [WATCH] and parts[2:] in [[label] for label in LABELS]
