"""A crash after any single side effect, then redelivery: at rest everything is as if nothing had happened."""

from datetime import UTC, datetime, timedelta

import pytest

from driftline.adapters.scripts.processes import ScriptProcesses
from driftline.domain.executions.execution import ExecutionRequest
from driftline.kinds.registry import KINDS
from driftline.usecases.arrivals.take_arrivals import take_capture
from tests.captures import DOCUMENT, capture_key, hour_of_captures, profile_file
from tests.executing import execute_in, suggest_in
from tests.fakes import (
    FailingStore,
    InjectedError,
    InMemoryStore,
    RecordingEvents,
    RecordingMetrics,
    RecordingReruns,
    only,
)
from tests.tables import TABLES

HOUR = datetime(2026, 3, 1, 14, tzinfo=UTC)
ROWS = [(f"{i / 100:.2f}", f"{100 + i * 0.5:.1f}", "de" if i % 3 else "fr") for i in range(60)]
REQUEST = ExecutionRequest(endpoint="shop", monitor="data_quality", scheduled_time=HOUR + timedelta(hours=1))
BASELINE_INPUT = "baselines/shop/data_quality/input/reference.csv"
ROWS_IN_WINDOW = 40
"""Both files begin ten minutes before the window's end and have a row every thirty seconds."""

MOST_CALLS = 60
"""No use case makes so many calls for inputs this small; a bound for the loops below."""


def endpoint() -> InMemoryStore:
    lines = "score,amount,country\n" + "".join(",".join(row) + "\n" for row in ROWS)
    store = InMemoryStore(objects={"monitors/shop.yaml": DOCUMENT.encode(), BASELINE_INPUT: lines.encode()})
    for name, part in (("a.jsonl", ROWS[:30]), ("b.jsonl", ROWS[30:])):
        store.put(capture_key(HOUR, name), hour_of_captures(HOUR + timedelta(minutes=50), part))
    return store


def everything(store: InMemoryStore | FailingStore, events: RecordingEvents, metrics: RecordingMetrics) -> None:
    suggest_in(store, "shop", "data_quality")
    for name in ("a.jsonl", "b.jsonl"):
        profile_file(capture_key(HOUR, name), store)
    execute_in(store, REQUEST, metrics=metrics, events=events)


def undisturbed() -> InMemoryStore:
    store = endpoint()
    everything(store, RecordingEvents(), RecordingMetrics())
    return store


@pytest.mark.parametrize("operation", ["put", "get", "etag", "delete", "list"])
def test_a_crash_at_any_call_to_the_store_leaves_no_trace_after_redelivery(operation: str) -> None:
    expected = undisturbed().objects
    crashes = 0
    for call in range(1, MOST_CALLS):
        store = endpoint()
        failing = FailingStore(store, call, [operation])
        events, metrics = RecordingEvents(), RecordingMetrics()
        try:
            everything(failing, events, metrics)
        except InjectedError:
            crashes += 1
        else:
            break
        everything(store, events, metrics)
        assert store.objects == expected, f"{operation}, call {call}"
        assert events.published  # what was cut short is told, at least once
        assert metrics.published
    else:
        pytest.fail(f"more than {MOST_CALLS} calls of {operation}")
    assert crashes or operation == "delete"


@pytest.mark.parametrize("lost", ["metrics", "event"])
def test_a_verdict_that_could_not_be_announced_is_announced_by_the_next_delivery(lost: str) -> None:
    store = endpoint()
    metrics = RecordingMetrics(fail_on=1 if lost == "metrics" else 0)
    events = RecordingEvents(fail_on=1 if lost == "event" else 0)
    with pytest.raises(InjectedError):
        everything(store, events, metrics)

    execute_in(store, REQUEST, metrics=metrics, events=events)
    execute_in(store, REQUEST, metrics=metrics, events=events)

    assert len(events.published) == 1
    assert store.objects == undisturbed().objects


class ArrivingStore(InMemoryStore):
    """Lets a late capture file arrive when a certain key is written for the first time."""

    def __init__(self, objects: dict[str, bytes], at: str, body: bytes) -> None:
        super().__init__(objects=objects)
        self.at = at
        self.late = body
        self.asked: list[ExecutionRequest] = []

    def put(self, key: str, body: bytes, *, content_type: str = "application/octet-stream") -> None:
        if key.endswith(self.at) and self.late:
            late, self.late = self.late, b""
            name = capture_key(HOUR, "late.jsonl")
            super().put(name, late)
            reruns = RecordingReruns()
            take_capture(
                name,
                capture=self,
                state=self,
                stores=only(self),
                scripts=ScriptProcesses(),
                tables=TABLES,
                reruns=reruns,
                arrived=HOUR + timedelta(hours=1, minutes=2),
                kinds=KINDS,
            )
            self.asked = reruns.asked
        super().put(key, body, content_type=content_type)


@pytest.mark.parametrize(
    "at", ["", "statistics.json", "summary.json", "announced.json"], ids=lambda at: at or "first write"
)
def test_a_capture_that_arrives_while_its_window_is_judged_is_in_the_verdict(at: str) -> None:
    # Given a window that was never judged, and a capture file that comes in the middle of its first execution
    before = endpoint()
    everything_but_the_verdict(before)
    late = hour_of_captures(HOUR + timedelta(minutes=30), ROWS[:7])
    store = ArrivingStore(before.objects, at, late)
    events = RecordingEvents()

    execution = execute_in(store, REQUEST, events=events)

    # Then nobody asked for another execution, for there was none to repeat, and yet all rows are in
    assert store.asked == []
    assert execution.rows == ROWS_IN_WINDOW + 7
    assert events.published[-1].detail["Rows"] == ROWS_IN_WINDOW + 7


def everything_but_the_verdict(store: InMemoryStore) -> None:
    suggest_in(store, "shop", "data_quality")
    for name in ("a.jsonl", "b.jsonl"):
        profile_file(capture_key(HOUR, name), store)
