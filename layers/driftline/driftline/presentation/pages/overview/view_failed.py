"""What the page of an execution without a verdict shows: why there is none, and what to do."""

import json
from dataclasses import dataclass
from posixpath import relpath
from urllib.parse import quote

from driftline.domain.executions.failure import FAILURE, Failure, failure_verdict
from driftline.domain.executions.place import Place
from driftline.domain.instants import format_instant
from driftline.domain.keys import REPORTS
from driftline.presentation.findings import Fact
from driftline.presentation.states import FAILED
from driftline.presentation.text import instant, shown, window

_LONGEST = 600
"""Characters of a part of the reason; failure.json has all of them."""


@dataclass(frozen=True, slots=True)
class LastVerdict:
    """Attributes: link: to the page of the last execution before this one that has a verdict."""

    scheduled: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedView:
    """Attributes: request: asks run_monitor to evaluate the window again; over_time: link to the endpoint's page."""

    title: str
    endpoint: str
    monitor: str
    state: str
    verdict: str
    facts: tuple[Fact, ...]
    reason: tuple[Fact, ...]
    mend: str
    request: str
    last: LastVerdict | None
    over_time: str
    file: str = FAILURE


def failed_view(place: Place, failure: Failure, last: Place | None) -> FailedView:
    """Args: last: the last execution before this one that has a verdict."""
    endpoint, monitor, known = shown(place.endpoint), shown(place.monitor), failure.window
    facts = [Fact("Was due", instant(place.scheduled))]
    if known is not None:
        facts.insert(0, Fact("Window", window(known.start, known.end)))
    parts = {"Found": failure.what, "In": failure.where, "Expected": failure.expected}
    return FailedView(
        title=f"{endpoint} / {monitor}: no verdict",
        endpoint=endpoint,
        monitor=monitor,
        state=FAILED,
        verdict=shown(failure_verdict(failure)),
        facts=tuple(facts),
        reason=tuple(Fact(label, shown(text, _LONGEST)) for label, text in parts.items() if text),
        mend=shown(failure.mend, _LONGEST) if failure.mend else "",
        request=_request(place),
        last=LastVerdict(instant(last.scheduled), _link(f"{last.folder}report.html", place)) if last else None,
        over_time=_link(f"{REPORTS}{place.endpoint}/index.html", place),
    )


def _request(place: Place) -> str:
    """With this trigger the alarm on failed executions hears how it ends."""
    request = {
        "endpoint": place.endpoint,
        "monitor": place.monitor,
        "scheduled_time": format_instant(place.scheduled),
        "trigger": "schedule",
    }
    return json.dumps(request)


def _link(key: str, place: Place) -> str:
    return quote(relpath(key, place.folder))
