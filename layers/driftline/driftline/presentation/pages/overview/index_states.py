"""States of endpoints on the page of all endpoints, from what executions say and from what did not happen."""

from collections.abc import Mapping, Sequence

from driftline.domain.incidents.open_watch import OpenWatch
from driftline.domain.instants import parse_instant
from driftline.domain.monitors.overdue import GRACE
from driftline.presentation.pages.overview.now import MonitorNow, Now
from driftline.presentation.states import FAILED, GOOD, NOT_EVALUATED, VIOLATED
from driftline.presentation.text import shown, with_full_stop

OVERDUE = "overdue"
"""The next execution should have come. The page's script finds more of these, by the reader's clock."""

ORDER = (VIOLATED, FAILED, NOT_EVALUATED, OVERDUE, GOOD)
"""The worst first: a good window of one monitor does not hide that another is blind."""

type Watched = Mapping[str, Sequence[OpenWatch]]
"""The open incidents under `watch`, by endpoint."""


def newest_of(lines: Sequence[Now]) -> str:
    """The latest scheduled time of all endpoints, as text: no clock is older than that. Empty if there is none."""
    return max((each.scheduled for line in lines for each in line.monitors), default="")


def state_of(monitor: MonitorNow, newest: str) -> str:
    """A good monitor whose next execution has not come, while others went on, has stopped."""
    if monitor.state != GOOD or monitor.due is None or not newest:
        return monitor.state
    return OVERDUE if parse_instant(monitor.due) + GRACE <= parse_instant(newest) else GOOD


def sentence_of(watch: OpenWatch) -> str:
    """What stopped, as a sentence."""
    headline = shown(watch.headline)
    return with_full_stop(f"{headline[:1].upper()}{headline[1:]}")


def state_of_endpoint(line: Now, watch: Sequence[OpenWatch], newest: str) -> str:
    """An incident stays open in windows that were not evaluated, and in those whose execution failed."""
    if watch or any(each.opened is not None for each in line.monitors):
        return VIOLATED
    states = {state_of(each, newest) for each in line.monitors}
    return next((state for state in ORDER if state in states), NOT_EVALUATED)
