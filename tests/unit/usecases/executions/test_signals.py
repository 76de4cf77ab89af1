"""Signals: what alarms hear of an execution, who is not woken, and what is kept as the last execution."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from driftline.domain.executions.execution import Execution, ExecutionRequest, ExecutionStatus, Trigger
from driftline.domain.windows import Window
from driftline.usecases.executions.last_execution import LastExecution, keep_last_execution, last_execution
from tests.captures import DOCUMENT, capture_key, hour_of_captures, profile_file
from tests.executing import execute_in, suggest_in
from tests.fakes import InMemoryStore, RecordingEvents, RecordingMetrics

HOUR = datetime(2026, 3, 1, 14, tzinfo=UTC)
SCHEDULED = HOUR + timedelta(hours=1)
ROWS = [(f"{i / 100:.2f}", f"{100 + i * 0.5:.1f}", "de" if i % 3 else "fr") for i in range(100)]
MOVED = [(score, str(float(amount) * 2), country) for score, amount, country in ROWS]
LAST = "state/executions/shop/data_quality/last.json"
NAMESPACE = "Driftline/test"
DIMENSIONS = {"Endpoint": "shop", "Monitor": "data_quality"}
PUBLISHING = f"{DOCUMENT}    metrics: totals\n"
CONSTRAINTS = "baselines/shop/data_quality/constraints.json"


def endpoint(document: str = DOCUMENT) -> InMemoryStore:
    """An endpoint with a document and a baseline, nothing captured yet."""
    lines = "score,amount,country\n" + "".join(",".join(row) + "\n" for row in ROWS)
    store = InMemoryStore(
        objects={
            "monitors/shop.yaml": document.encode(),
            "baselines/shop/data_quality/input/reference.csv": lines.encode(),
        }
    )
    suggest_in(store, "shop", "data_quality")
    return store


def capture(store: InMemoryStore, rows: list[tuple[str, str, str]], name: str = "a.jsonl") -> None:
    key = capture_key(HOUR, name)
    store.put(key, hour_of_captures(HOUR, rows))
    profile_file(key, store)


def execute(
    store: InMemoryStore, trigger: Trigger = "schedule", at: datetime = SCHEDULED, **outputs: Any
) -> tuple[Execution, RecordingMetrics]:
    metrics = outputs.setdefault("metrics", RecordingMetrics())
    outputs.setdefault("events", RecordingEvents())
    request = ExecutionRequest(endpoint="shop", monitor="data_quality", scheduled_time=at, trigger=trigger)
    return execute_in(store, request, signals_namespace=NAMESPACE, **outputs), metrics


def signals(metrics: RecordingMetrics) -> dict[str, object]:
    """The values of the only signals; nothing else may be in their namespace, and alarms hear no other dimensions."""
    found = [one for one in metrics.published if one.namespace == NAMESPACE]
    assert len(found) <= 1
    named = [(metric.name, metric.value) for one in found for metric in one.metrics]
    assert all(metric.dimensions == DIMENSIONS for one in found for metric in one.metrics)
    assert len(dict(named)) == len(named)
    return dict(named)


def last(store: InMemoryStore) -> LastExecution:
    found = last_execution(store, "shop", "data_quality")
    assert found is not None
    return found


@pytest.mark.parametrize("trigger", ["schedule", "rerun"])
def test_a_verdict_is_signalled_now_and_kept_as_the_last_execution(trigger: Trigger) -> None:
    store = endpoint()
    capture(store, MOVED)

    execution, metrics = execute(store, trigger)

    assert execution.violations == 1
    assert signals(metrics) == {"violations": 1}
    (published,) = (one for one in metrics.published if one.namespace == NAMESPACE)
    assert published.timestamp is None  # now: alarms look at the clock
    assert last(store) == LastExecution(
        status=ExecutionStatus.COMPLETED_WITH_VIOLATIONS,
        verdict="violations",
        reason=execution.reason,
        trigger=trigger,
        scheduled_time=SCHEDULED,
        last_scheduled=SCHEDULED,
        last_judged=SCHEDULED,
        folder=execution.folder,
        revision=1,
        window_start=HOUR,
        window_end=SCHEDULED,
        rows=100,
        violations=1,
    )


def test_an_execution_by_hand_wakes_nobody_and_the_schedule_signals_the_same_verdict_later() -> None:
    store = endpoint(PUBLISHING)
    capture(store, MOVED)

    _, by_hand = execute(store, "hand")

    assert signals(by_hand) == {}
    assert LAST not in store.objects
    assert [one.namespace for one in by_hand.published] == ["aws/sagemaker/Endpoints/data-metrics"]
    # When the schedule comes to the same window, only the alarms have not received of it yet
    execution, scheduled = execute(store)
    assert execution.unchanged
    assert [one.namespace for one in scheduled.published] == [NAMESPACE]
    assert signals(scheduled) == {"violations": 1}
    assert last(store).last_scheduled == SCHEDULED
    # And a repeated delivery says nothing more
    assert signals(execute(store)[1]) == {}


def test_without_a_namespace_for_signals_nothing_is_signalled() -> None:
    store = endpoint(PUBLISHING)
    capture(store, MOVED)
    metrics = RecordingMetrics()
    request = ExecutionRequest(endpoint="shop", monitor="data_quality", scheduled_time=SCHEDULED, trigger="schedule")
    execute_in(store, request, metrics=metrics)
    assert [one.namespace for one in metrics.published] == ["aws/sagemaker/Endpoints/data-metrics"]


def test_an_empty_window_is_no_verdict_and_does_not_end_an_incident() -> None:
    alarms = (
        "    alarms: [{}, {metric: rows, threshold: 1, comparison: '<'}, {metric: drifted_features, threshold: 1}]\n"
    )
    store = endpoint(DOCUMENT + alarms)

    _, metrics = execute(store)

    # Then only what is known is said: that there were no rows
    assert signals(metrics) == {"rows": 0}


@pytest.mark.parametrize("level", ["top", "none"])
def test_metrics_that_an_alarm_names_are_signalled_whatever_goes_to_cloudwatch(level: str) -> None:
    store = endpoint(
        f"{DOCUMENT}    metrics: {level}\n    top_features: 1\n"
        "    alarms:\n"
        "      - {metric: feature_baseline_drift_score, threshold: 0.1}\n"
        "      - {metric: feature_null_country, threshold: 1}\n"
        "      - {metric: feature_baseline_drift_nobody, threshold: 0.1}\n"
    )
    silenced = json.loads(store.objects[CONSTRAINTS])
    silenced["monitoring_config"]["emit_metrics"] = "Disabled"
    store.objects[CONSTRAINTS] = json.dumps(silenced).encode()
    capture(store, MOVED)

    _, metrics = execute(store)

    found = signals(metrics)
    assert set(found) == {
        "violations",
        "feature_baseline_drift_score",
        "feature_null_country",
    }
    assert found["feature_null_country"] == 0
    assert [one.namespace for one in metrics.published] == [NAMESPACE]  # CloudWatch's people see none of it


@pytest.mark.parametrize("trigger", ["schedule", "rerun", "hand"])
def test_a_failed_execution_is_signalled_unless_it_was_by_hand(trigger: Trigger) -> None:
    store = endpoint()
    del store.objects[CONSTRAINTS]

    execution, metrics = execute(store, trigger)

    assert execution.status is ExecutionStatus.FAILED
    if trigger == "hand":
        assert not metrics.published
        assert LAST not in store.objects
    else:
        assert signals(metrics) == {"executions_failed": 1}
        assert last(store).failed
        assert last(store).reason == execution.reason
        assert last(store).last_scheduled == SCHEDULED  # it ran, if in vain: its schedule is not late


def test_an_unreadable_document_is_a_failed_execution_too() -> None:
    store = InMemoryStore(objects={"monitors/shop.yaml": b"endpoint: ["})
    assert signals(execute(store)[1]) == {"executions_failed": 1}


def test_an_unchanged_rerun_ends_the_alarm_on_failed_executions() -> None:
    # Given a verdict, and a rerun that failed because the baseline was gone
    store = endpoint()
    capture(store, ROWS)
    execute(store)
    kept = store.objects.pop(CONSTRAINTS)
    assert signals(execute(store, "rerun")[1]) == {"executions_failed": 1}

    # When it is back and the same verdict comes out
    store.objects[CONSTRAINTS] = kept
    execution, metrics = execute(store, "rerun")

    # Then only the failure is over; the verdict was told before
    assert execution.unchanged
    assert signals(metrics) == {"executions_failed": 0}
    assert not last(store).failed
    assert signals(execute(store, "rerun")[1]) == {}


def test_success_is_signalled_once_after_failures() -> None:
    store = endpoint()
    capture(store, ROWS)
    kept = store.objects.pop(CONSTRAINTS)
    assert signals(execute(store)[1]) == {"executions_failed": 1}
    assert signals(execute(store, at=SCHEDULED + timedelta(hours=1))[1]) == {"executions_failed": 1}
    store.objects[CONSTRAINTS] = kept

    assert signals(next_hour(store, ROWS)) == {"executions_failed": 0, "violations": 0}
    assert not last(store).failing
    assert signals(execute(store, at=SCHEDULED + timedelta(hours=2))[1]) == {}


def test_an_older_window_that_turns_bad_keeps_in_mind_that_the_newest_failed() -> None:
    store = endpoint()
    capture(store, ROWS)
    execute(store)
    next_hour(store, ROWS)
    kept = store.objects.pop(CONSTRAINTS)
    execute(store, at=SCHEDULED + timedelta(hours=2))
    store.objects[CONSTRAINTS] = kept
    capture(store, MOVED, "late.jsonl")
    assert signals(execute(store, "rerun")[1]) == {"violations": 1}

    assert signals(execute(store, at=SCHEDULED + timedelta(hours=3))[1]) == {"executions_failed": 0}


def test_a_window_whose_state_expired_keeps_its_verdict() -> None:
    # Given a verdict, and a lifecycle rule that deleted what it was made of
    store = endpoint()
    capture(store, MOVED)
    execution, _ = execute(store)
    verdict = {key: body for key, body in store.objects.items() if key.startswith(execution.folder)}
    for key in [
        key for key in store.objects if key.startswith(("state/profiles/", "state/rollups/", "state/records/"))
    ]:
        store.delete(key)

    again, _ = execute(store, "hand")

    assert again.status is ExecutionStatus.FAILED
    assert "no profile of the window is left, and its verdict has 100 rows" in again.reason
    assert "StateDays" in again.reason
    assert "copy its captures onto themselves" in again.reason
    assert {key: body for key, body in store.objects.items() if key.startswith(execution.folder)} == verdict
    # And when its captures are profiled again, so can it be.
    capture(store, MOVED)
    assert execute(store, "hand")[0].unchanged


def test_a_repeated_delivery_of_an_older_window_does_not_hide_that_the_newest_failed() -> None:
    store = endpoint()
    capture(store, ROWS)
    execute(store)
    kept = store.objects.pop(CONSTRAINTS)
    execute(store, at=SCHEDULED + timedelta(hours=1))
    store.objects[CONSTRAINTS] = kept

    execution, metrics = execute(store)

    assert execution.unchanged
    assert signals(metrics) == {}
    assert last(store).failed


def test_a_rerun_of_an_old_window_keeps_the_latest_scheduled_time() -> None:
    store = endpoint()
    capture(store, ROWS)
    execute(store)
    execute(store, at=SCHEDULED + timedelta(hours=1))
    capture(store, MOVED, "late.jsonl")

    execution, _ = execute(store, "rerun")

    assert execution.revision == 2
    assert last(store).scheduled_time == SCHEDULED
    assert last(store).last_scheduled == SCHEDULED + timedelta(hours=1)
    assert last(store).last_judged == SCHEDULED
    assert last(store).revision == 2


def next_hour(store: InMemoryStore, rows: list[tuple[str, str, str]]) -> RecordingMetrics:
    """The window after it, judged by its schedule."""
    key = capture_key(SCHEDULED)
    store.put(key, hour_of_captures(SCHEDULED, rows))
    profile_file(key, store)
    return execute(store, at=SCHEDULED + timedelta(hours=1))[1]


def test_revisions_of_an_old_bad_window_do_not_keep_an_alarm_up() -> None:
    # Given a bad window, and a good one after it
    store = endpoint(PUBLISHING)
    capture(store, MOVED)
    execute(store)
    assert signals(next_hour(store, ROWS)) == {"violations": 0}
    before = store.objects[LAST]

    # When something more arrives for the bad one, which stays as bad as it was
    capture(store, MOVED[:9], "late.jsonl")
    execution, metrics = execute(store, "rerun")

    # Then the revision is told to the world, and alarms and messages stay with the newer window
    assert execution.revision == 2
    assert execution.violations == 1
    assert signals(metrics) == {}
    assert [one.namespace for one in metrics.published] == ["aws/sagemaker/Endpoints/data-metrics"]
    assert store.objects[LAST] == before


def test_a_good_revision_of_an_old_window_does_not_end_an_incident() -> None:
    store = endpoint()
    capture(store, ROWS)
    execute(store)
    assert signals(next_hour(store, MOVED)) == {"violations": 1}

    capture(store, ROWS[:9], "late.jsonl")

    assert signals(execute(store, "rerun")[1]) == {}


def test_an_old_window_that_turns_bad_is_told_once() -> None:
    store = endpoint()
    capture(store, ROWS)
    execute(store)
    next_hour(store, ROWS)

    capture(store, MOVED, "late.jsonl")
    _, first = execute(store, "rerun")
    assert last(store).violations == 1
    capture(store, MOVED, "later.jsonl")
    execution, second = execute(store, "rerun")

    assert signals(first) == {"violations": 1}
    assert execution.revision == 3
    assert signals(second) == {}
    assert last(store).last_judged == SCHEDULED + timedelta(hours=1)


@pytest.mark.parametrize(("rows", "received"), [(MOVED, {"violations": 1}), (ROWS, {}), ([], {})])
def test_an_old_window_that_nobody_judged_in_time_is_heard_of_if_it_is_bad(
    rows: list[tuple[str, str, str]], received: dict[str, object]
) -> None:
    # Given a window that was judged, and the one before it was not: its execution comes late
    store = endpoint()
    next_hour(store, ROWS)
    if rows:
        capture(store, rows)

    execution, metrics = execute(store)

    assert execution.violations == len(received)
    assert signals(metrics) == received
    assert last(store).last_judged == SCHEDULED + timedelta(hours=1)


def test_the_first_verdict_after_empty_windows_is_heard() -> None:
    store = endpoint()
    assert signals(execute(store)[1]) == {}
    assert last(store).last_judged is None
    assert last(store).last_scheduled == SCHEDULED  # it ran, and its schedule is not late
    assert signals(next_hour(store, MOVED)) == {"violations": 1}


def test_the_newest_window_that_has_rows_is_followed_up_and_down() -> None:
    # Given a bad window, and after it an empty one, which is no verdict
    store = endpoint()
    capture(store, MOVED[:20])
    execute(store)
    assert signals(execute(store, at=SCHEDULED + timedelta(hours=1))[1]) == {}

    # When so much arrives for the bad one that it is as the baseline
    for index in range(4):
        capture(store, ROWS, f"late-{index}.jsonl")
    execution, metrics = execute(store, "rerun")

    assert execution.violations == 0
    assert signals(metrics) == {"violations": 0}


def test_the_last_execution_keeps_what_messages_say_of_it() -> None:
    store = InMemoryStore()
    window = Window(HOUR, SCHEDULED)
    execution = Execution(
        "shop",
        "data_quality",
        ExecutionStatus.COMPLETED_WITH_VIOLATIONS,
        "2 violations",
        scheduled_time=SCHEDULED,
        window=window,
        rows=90,
        violations=2,
        coverage=0.75,
        folder="reports/shop/data_quality/2026/03/01/15/",
        revision=3,
    )
    request = ExecutionRequest(endpoint="shop", monitor="data_quality", scheduled_time=SCHEDULED, trigger="rerun")

    keep_last_execution(store, request, execution, judged=True)

    assert last(store) == LastExecution(
        status=ExecutionStatus.COMPLETED_WITH_VIOLATIONS,
        verdict="violations",
        reason="2 violations",
        trigger="rerun",
        scheduled_time=SCHEDULED,
        last_scheduled=SCHEDULED,
        last_judged=SCHEDULED,
        folder="reports/shop/data_quality/2026/03/01/15/",
        revision=3,
        window_start=HOUR,
        window_end=SCHEDULED,
        rows=90,
        violations=2,
        coverage=0.75,
    )


@pytest.mark.parametrize("body", [b"", b"[]", b'{"status": "Better"}'])
def test_a_last_execution_that_cannot_be_read_is_made_anew(body: bytes) -> None:
    store = endpoint()
    store.put(LAST, body)
    assert last_execution(store, "shop", "data_quality") is None
    execute(store)
    assert last(store).status is ExecutionStatus.COMPLETED


def test_signals_and_last_executions_leave_the_reports_as_they_are() -> None:
    reports = []
    for trigger in ("hand", "schedule", "rerun"):
        store = endpoint()
        capture(store, MOVED)
        execute(store, trigger)
        reports.append({key: body for key, body in store.objects.items() if key.startswith("reports/")})
    assert reports[0] == reports[1] == reports[2]
