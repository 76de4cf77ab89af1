"""By whom an endpoint is watched, and what is said about it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from driftline.domain.capture.captured import Captured, CaptureState
from driftline.domain.coverage.endpoint import EndpointCoverage
from driftline.domain.coverage.watch import Evaluated, Watch, Watcher
from driftline.domain.windows import Window

AT = datetime(2026, 3, 1, 14, tzinfo=UTC)
ON = Captured(CaptureState.ON, 20, ("Input", "Output"), "s3://captures/all")
OFF = Captured(CaptureState.OFF)
DATA = Watch(Watcher.DRIFTLINE, "data_quality", "data_quality", True, "enabled")
NIGHTLY = Watch(Watcher.SAGEMAKER, "nightly", "DataQuality", True, "Scheduled")
STOPPED = replace(NIGHTLY, name="old", active=False, state="Stopped")
DISABLED = replace(DATA, active=False, state="disabled")


def endpoint(*watches: Watch, captured: Captured = ON, **more: Any) -> EndpointCoverage:
    return replace(EndpointCoverage("shop", "InService", watches, captured), **more)


@pytest.mark.parametrize(
    ("watches", "seen", "by"),
    [
        ((), True, "nobody"),
        ((DATA,), True, "driftline"),
        ((NIGHTLY,), True, "sagemaker"),
        ((DATA, NIGHTLY), True, "both"),
        ((DISABLED, STOPPED), True, "nobody"),
        ((DISABLED, NIGHTLY), True, "sagemaker"),
        ((DATA, STOPPED), True, "driftline"),
        ((), False, "unknown"),
        ((DISABLED,), False, "unknown"),
        ((DATA,), False, "driftline"),
    ],
)
def test_only_what_runs_watches(watches: tuple[Watch, ...], seen: bool, by: str) -> None:
    assert endpoint(*watches, schedules_seen=seen).watched_by == by


def test_the_last_window_is_the_latest_of_all_watches() -> None:
    earlier, later = Evaluated(AT), Evaluated(AT + timedelta(hours=1), Window(AT, AT + timedelta(hours=1)))
    found = endpoint(replace(DATA, evaluated=later), replace(NIGHTLY, evaluated=earlier), DATA)
    assert found.evaluated == later
    ours, schedule, _ = (each.document() for each in found.watches)
    assert ours["window"] == {"start": "2026-03-01T14:00:00Z", "end": "2026-03-01T15:00:00Z"}
    assert (schedule["last_evaluated"], schedule["window"]) == ("2026-03-01T14:00:00Z", None)


def test_never_watched_is_said_only_where_everything_was_seen() -> None:
    assert endpoint().never_watched is True
    assert endpoint(DATA).never_watched is True
    assert endpoint(reports=True).never_watched is False
    assert endpoint(replace(STOPPED, evaluated=Evaluated(AT))).never_watched is False
    assert endpoint(schedules_seen=False).never_watched is None
    assert endpoint(replace(NIGHTLY, unseen="needs x")).never_watched is None
    assert endpoint(replace(NIGHTLY, unseen="needs x"), replace(DATA, evaluated=Evaluated(AT))).never_watched is False


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (endpoint(DATA, captured=OFF), "its predictions are not captured"),
        (endpoint(NIGHTLY, captured=replace(ON, state=CaptureState.STOPPED)), "its predictions are not captured"),
        (endpoint(DATA, captured=replace(OFF, serverless=True)), "does not capture serverless endpoints"),
        (endpoint(NIGHTLY, captured=OFF, absent=True), "no such endpoint"),
        (endpoint(document_error="line 3"), "cannot be used (line 3): run"),
        (endpoint(DATA, reads_bucket="ours"), "captures to the bucket captures, and its monitor document reads ours"),
    ],
)
def test_what_is_probably_not_meant_is_one_note(found: EndpointCoverage, says: str) -> None:
    [note] = found.notes()
    assert says in note


@pytest.mark.parametrize(
    "found",
    [
        endpoint(),
        endpoint(captured=OFF),
        endpoint(DISABLED, STOPPED, captured=OFF),
        endpoint(DATA, NIGHTLY, reads_bucket="captures"),
        endpoint(DATA, captured=Captured(CaptureState.FILES), absent=True, reads_bucket="ours"),
        endpoint(DATA, captured=Captured(CaptureState.UNKNOWN)),
    ],
)
def test_what_is_meant_or_unknown_is_no_note(found: EndpointCoverage) -> None:
    assert list(found.notes()) == []
