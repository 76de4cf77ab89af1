"""A crash after any single side effect of an execution, then redelivery: no signal is lost, and alarms find its cause."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from driftline.domain.executions.execution import ExecutionRequest
from driftline.usecases.executions.last_execution import last_execution
from driftline.usecases.ports import ObjectStore
from tests.captures import DOCUMENT, capture_key, hour_of_captures, profile_file
from tests.executing import execute_in, suggest_in
from tests.fakes import (
    FailingStore,
    InjectedError,
    InMemoryStore,
    RecordingEvents,
    RecordingMetrics,
)

HOUR = datetime(2026, 3, 1, 14, tzinfo=UTC)
ROWS = [(f"{i / 100:.2f}", f"{100 + i * 0.5:.1f}", "de" if i % 3 else "fr") for i in range(60)]
MOVED = [(score, str(float(amount) * 2), country) for score, amount, country in ROWS]
REQUEST = ExecutionRequest(
    endpoint="shop", monitor="data_quality", scheduled_time=HOUR + timedelta(hours=1), trigger="schedule"
)
NAMESPACE = "Driftline/test"
CONSTRAINTS = "baselines/shop/data_quality/constraints.json"
MOST_CALLS = 60
"""An execution makes fewer calls; a bound for the loop below."""


class Signals(RecordingMetrics):
    """Notes, with the signals, what the store says of the last execution when they are published."""

    def __init__(self, store: ObjectStore, *, fail_on: int = 0) -> None:
        super().__init__(fail_on=fail_on)
        self.store = store
        self.signalled: list[dict[str, object]] = []
        self.explained: list[bool] = []

    def publish(self, namespace, metrics, timestamp=None) -> None:  # type: ignore[no-untyped-def]
        super().publish(namespace, metrics, timestamp)
        if namespace == NAMESPACE:
            self.signalled.append({metric.name: metric.value for metric in metrics})
            last = last_execution(self.store, "shop", "data_quality")
            failed = self.signalled[-1].get("executions_failed") == 1
            self.explained.append(last is not None and last.failed == failed)


def endpoint() -> InMemoryStore:
    lines = "score,amount,country\n" + "".join(",".join(row) + "\n" for row in ROWS)
    baseline = "baselines/shop/data_quality/input/reference.csv"
    store = InMemoryStore(objects={"monitors/shop.yaml": DOCUMENT.encode(), baseline: lines.encode()})
    suggest_in(store, "shop", "data_quality")
    capture(store, MOVED)
    return store


def capture(store: InMemoryStore, rows: list[tuple[str, str, str]], name: str = "a", hour: datetime = HOUR) -> None:
    key = capture_key(hour, f"{name}.jsonl")
    store.put(key, hour_of_captures(hour, rows))
    profile_file(key, store)


def without_a_baseline() -> InMemoryStore:
    store = endpoint()
    del store.objects[CONSTRAINTS]
    return store


def run_by_hand_before() -> InMemoryStore:
    store = endpoint()
    by_hand = REQUEST.model_copy(update={"trigger": "hand"})
    execute_in(store, by_hand)
    return store


def mended_after_a_failure() -> InMemoryStore:
    """A verdict, then a rerun that failed, and now everything is as it was at the verdict."""
    store = endpoint()
    execute(store, RecordingMetrics())
    kept = store.objects.pop(CONSTRAINTS)
    execute(store, RecordingMetrics())
    store.objects[CONSTRAINTS] = kept
    return store


def turned_bad_after_the_next_was_judged() -> InMemoryStore:
    store = endpoint()
    capture(store, ROWS)  # in the place of the bad ones
    execute(store, RecordingMetrics())
    capture(store, ROWS, hour=HOUR + timedelta(hours=1))
    execute(store, RecordingMetrics(), scheduled=HOUR + timedelta(hours=2))
    capture(store, MOVED, "late")
    return store


def execute(
    store: ObjectStore,
    metrics: RecordingMetrics,
    events: RecordingEvents | None = None,
    scheduled: datetime | None = REQUEST.scheduled_time,
) -> None:
    request = REQUEST.model_copy(update={"scheduled_time": scheduled})
    execute_in(store, request, metrics=metrics, events=events, signals_namespace=NAMESPACE)


EXPECTED = {
    endpoint: {"violations": 1},
    without_a_baseline: {"executions_failed": 1},
    run_by_hand_before: {"violations": 1},
    mended_after_a_failure: {"executions_failed": 0},
    turned_bad_after_the_next_was_judged: {"violations": 1},
}


@pytest.mark.parametrize("given", EXPECTED, ids=lambda given: given.__name__)
@pytest.mark.parametrize("operation", ["put", "get", "list"])
def test_no_signal_is_lost_by_a_crash_at_any_call_to_the_store(
    operation: str, given: Callable[[], InMemoryStore]
) -> None:
    undisturbed = given()
    execute(undisturbed, RecordingMetrics())
    for call in range(1, MOST_CALLS):
        store = given()
        metrics = Signals(store)
        try:
            execute(FailingStore(store, call, [operation]), metrics)
        except InjectedError:
            execute(store, metrics)
        else:
            assert call > 1
            break
        assert metrics.signalled
        assert all(found == EXPECTED[given] for found in metrics.signalled), f"{operation}, call {call}"
        assert given is mended_after_a_failure or all(metrics.explained)
        assert store.objects == undisturbed.objects, f"{operation}, call {call}"
    else:
        pytest.fail(f"more than {MOST_CALLS} calls of {operation}")


@pytest.mark.parametrize("operation", ["put", "get", "publish"])
def test_that_executions_succeed_again_is_not_lost_by_a_crash_either(operation: str) -> None:
    for call in range(1, MOST_CALLS):
        # Given a failed execution, and what it lacked
        store = endpoint()
        kept = store.objects.pop(CONSTRAINTS)
        execute(store, RecordingMetrics())
        store.objects[CONSTRAINTS] = kept
        metrics = Signals(store, fail_on=call if operation == "publish" else 0)
        try:
            execute(store if operation == "publish" else FailingStore(store, call, [operation]), metrics)
        except InjectedError:
            execute(store, metrics)
        else:
            assert call > 1
            break
        # A part may come twice
        assert {"executions_failed": 0, "violations": 1}.items() <= {
            item for found in metrics.signalled for item in found.items()
        }
        last = last_execution(store, "shop", "data_quality")
        assert last is not None
        assert not last.failing
    else:
        pytest.fail(f"more than {MOST_CALLS} calls of {operation}")


@pytest.mark.parametrize("given", EXPECTED, ids=lambda given: given.__name__)
@pytest.mark.parametrize("lost", ["first metrics", "second metrics", "event"])
def test_no_signal_is_lost_when_metrics_or_the_event_cannot_be_published(
    lost: str, given: Callable[[], InMemoryStore]
) -> None:
    store = given()
    metrics = Signals(store, fail_on={"first metrics": 1, "second metrics": 2}.get(lost, 0))
    events = RecordingEvents(fail_on=1 if lost == "event" else 0)
    for _ in range(2):
        try:
            execute(store, metrics, events)
        except InjectedError:
            continue
        break
    else:
        pytest.fail("the second delivery failed as well")
    assert EXPECTED[given] in metrics.signalled
    # And once it is all out, another delivery of a verdict signals nothing
    before = len(metrics.signalled)
    metrics.fail_on = 0
    execute(store, metrics, events)
    assert len(metrics.signalled) == before + (given is without_a_baseline)
