"""run_monitor over in-memory ports: verdicts, empty windows, failures, repeated deliveries."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from driftline.domain.executions.execution import Execution, ExecutionRequest, ExecutionStatus
from driftline.domain.keys import STATE
from driftline.usecases.executions.announcing import COMPLETED_EVENT, FAILED_EVENT
from tests.captures import DOCUMENT, capture_key, csv_capture, hour_of_captures, profile_file
from tests.executing import execute_in, suggest_in
from tests.fakes import InMemoryStore, RecordingEvents, RecordingMetrics

HOUR = datetime(2026, 3, 1, 14, tzinfo=UTC)
SCHEDULED = HOUR + timedelta(hours=1)
ROWS = [(f"{i / 100:.2f}", f"{100 + i * 0.5:.1f}", "de" if i % 3 else "fr") for i in range(100)]
FOLDER = "reports/shop/data_quality/2026/03/01/15/"
FILES = ("statistics.json", "constraints.json", "constraint_violations.json", "summary.json")


@pytest.fixture
def store() -> InMemoryStore:
    """An endpoint with a document and a baseline of a hundred rows, nothing captured yet."""
    lines = "score,amount,country\n" + "".join(",".join(row) + "\n" for row in ROWS)
    made = InMemoryStore(
        objects={
            "monitors/shop.yaml": DOCUMENT.encode(),
            "baselines/shop/data_quality/input/reference.csv": lines.encode(),
        }
    )
    suggest_in(made, "shop", "data_quality")
    return made


def capture(store: InMemoryStore, body: bytes, hour: datetime = HOUR, name: str = "a.jsonl") -> None:
    key = capture_key(hour, name)
    store.put(key, body)
    profile_file(key, store)


def execute(
    store: InMemoryStore,
    metrics: RecordingMetrics | None = None,
    events: RecordingEvents | None = None,
    **when: datetime,
) -> Execution:
    asked: dict[str, Any] = dict(when) or {"scheduled_time": SCHEDULED}
    request = ExecutionRequest(endpoint="shop", monitor="data_quality", **asked)
    return execute_in(store, request, metrics=metrics, events=events)


def test_the_same_rows_as_the_baseline_have_no_violations(store: InMemoryStore) -> None:
    capture(store, hour_of_captures(HOUR, ROWS))
    metrics, events = RecordingMetrics(), RecordingEvents()

    execution = execute(store, metrics, events)

    assert execution.status is ExecutionStatus.COMPLETED
    assert execution.rows == 100
    assert set(execution.files) == set(FILES)
    assert all(FOLDER + name in store.objects for name in FILES)
    assert json.loads(store.objects[FOLDER + "constraint_violations.json"]) == {"violations": []}
    assert [event.detail_type for event in events.published] == [COMPLETED_EVENT]
    assert events.published[0].detail["MonitoringExecutionStatus"] == "Completed"
    assert metrics.published[0].timestamp == HOUR  # the window's start, as SageMaker's metric_time
    assert metrics.published[0].namespace == "aws/sagemaker/Endpoints/data-metrics"


def test_the_event_says_whose_endpoint_it_is_also_if_the_execution_fails(store: InMemoryStore) -> None:
    capture(store, hour_of_captures(HOUR, ROWS))
    document = store.objects["monitors/shop.yaml"]
    store.objects["monitors/shop.yaml"] = document + b"\nteam: risk\nowner: ada\ntags: {tier: gold}\n"
    events = RecordingEvents()
    execute(store, events=events)
    store.objects = {key: body for key, body in store.objects.items() if not key.startswith("baselines/")}
    assert execute(store, events=events).status is ExecutionStatus.FAILED
    for event in events.published:
        assert [event.detail[key] for key in ("Team", "Owner", "Tags")] == ["risk", "ada", {"tier": "gold"}]
    assert len(events.published) == 2


def test_violations_come_with_evidence_and_sample_inferences(store: InMemoryStore) -> None:
    # Given amounts that doubled, missing countries, and a text where a number was
    rows = [(score, str(float(amount) * 2 + 0.5), "") for score, amount, _ in ROWS]
    rows[7] = ("n/a", rows[7][1], "")
    capture(store, hour_of_captures(HOUR, rows))

    execution = execute(store)

    found = json.loads(store.objects[FOLDER + "constraint_violations.json"])["violations"]
    assert execution.status is ExecutionStatus.COMPLETED_WITH_VIOLATIONS
    assert execution.violations == len(found)
    assert {(each["feature_name"], each["constraint_check_type"]) for each in found} == {
        ("score", "data_type_check"),
        ("country", "completeness_check"),
        ("amount", "baseline_drift_check"),
    }
    evidence = {each["subject"]: each for each in json.loads(store.objects[FOLDER + "summary.json"])["findings"]}
    assert evidence["score"]["inference_ids"] == ["id-7"]
    assert evidence["country"]["inference_ids"] == [f"id-{i}" for i in range(5)]
    assert len(evidence["amount"]["inference_ids"]) == 5
    assert evidence["amount"]["direction"] == "higher"
    assert execution.headline is not None
    assert execution.headline.subject == "amount"


def test_samples_are_distinct_inferences(store: InMemoryStore) -> None:
    """Of a file that spans three hours, and of records with many rows."""
    rows = [(score, "9000.5", country) for score, _, country in ROWS[:3]]
    spread_out = hour_of_captures(HOUR - timedelta(hours=2), rows, seconds=3600)
    batch = csv_capture(HOUR, "0.5\n" * 9, "9000.5,de\n" * 9, "many")
    capture(store, spread_out + batch, HOUR - timedelta(hours=2))

    execute(store, start=HOUR - timedelta(hours=2), end=SCHEDULED)

    folder = next(key for key in store.objects if key.endswith("/summary.json"))
    amount = {each["subject"]: each for each in json.loads(store.objects[folder])["findings"]}["amount"]
    assert amount["inference_ids"] == ["id-0", "id-1", "id-2", "many"]


def test_nothing_captured_is_a_result(store: InMemoryStore) -> None:
    execution = execute(store)

    assert execution.status is ExecutionStatus.COMPLETED
    assert execution.rows == 0
    assert "nothing was captured" in execution.reason
    assert json.loads(store.objects[FOLDER + "summary.json"])["rows"] == 0


def test_no_baseline_fails_and_says_what_to_upload() -> None:
    store = InMemoryStore(objects={"monitors/shop.yaml": DOCUMENT.encode()})
    events, metrics = RecordingEvents(), RecordingMetrics()

    execution = execute(store, metrics, events)

    assert execution.status is ExecutionStatus.FAILED
    assert "baselines/shop/data_quality/input/" in execution.reason
    assert [event.detail_type for event in events.published] == [FAILED_EVENT]
    assert events.published[0].resources == (store.uri("monitors/shop.yaml"),)
    assert not metrics.published
    assert not any(key.startswith("reports/") for key in store.objects)


@pytest.mark.parametrize(
    ("endpoint", "monitor", "expected"),
    [("nobody", "data_quality", "monitors/nobody.yaml"), ("shop", "model_bias", "no monitor model_bias")],
)
def test_an_unknown_endpoint_or_monitor_fails_by_name(
    store: InMemoryStore, endpoint: str, monitor: str, expected: str
) -> None:
    request = ExecutionRequest(endpoint=endpoint, monitor=monitor, scheduled_time=SCHEDULED)
    execution = execute_in(store, request)
    assert execution.status is ExecutionStatus.FAILED
    assert expected in execution.reason


def test_a_repeated_delivery_publishes_nothing_and_changes_nothing(store: InMemoryStore) -> None:
    capture(store, hour_of_captures(HOUR, ROWS))
    metrics, events = RecordingMetrics(), RecordingEvents()
    execute(store, metrics, events)
    before = dict(store.objects)

    again = execute(store, metrics, events)

    assert again.unchanged
    assert store.objects == before
    assert len(metrics.published) == len(events.published) == 1


def test_a_late_capture_file_changes_the_verdict(store: InMemoryStore) -> None:
    capture(store, hour_of_captures(HOUR, ROWS))
    execute(store)

    capture(store, hour_of_captures(HOUR, ROWS), name="b.jsonl")

    execution = execute(store)
    assert not execution.unchanged
    assert execution.rows == 200


def test_a_later_revision_keeps_the_earlier_one_beside_it(store: InMemoryStore) -> None:
    # Given a judged window
    capture(store, hour_of_captures(HOUR, ROWS))
    events = RecordingEvents()
    execute(store, events=events)
    first = {name: store.objects[FOLDER + name] for name in FILES}

    # When a capture file comes late
    capture(store, hour_of_captures(HOUR, ROWS), name="b.jsonl")
    second = execute(store, events=events)

    # Then the folder has the new verdict, and the old one lies beside it
    assert second.revision == 2
    assert [event.detail["Revision"] for event in events.published] == [1, 2]
    assert {name: store.objects[f"{FOLDER}revision-1/{name}"] for name in FILES} == first
    assert all(store.objects[FOLDER + name] != first[name] for name in ("statistics.json", "summary.json"))
    # And it is the same as if nothing had been late
    at_once = InMemoryStore(
        objects={k: v for k, v in store.objects.items() if not k.startswith(("reports/", "state/exec"))}
    )
    execute(at_once)
    assert all(at_once.objects[FOLDER + name] == store.objects[FOLDER + name] for name in FILES)


def test_a_window_takes_no_row_from_outside(store: InMemoryStore) -> None:
    # Given a file that reaches over the hour's end: a row every 60 seconds from 14:30
    capture(store, hour_of_captures(HOUR + timedelta(minutes=30), ROWS, seconds=60))

    assert execute(store).rows == 30
    assert execute(store, scheduled_time=SCHEDULED + timedelta(hours=1)).rows == 60
    assert execute(store, start=HOUR + timedelta(minutes=30), end=HOUR + timedelta(minutes=35)).rows == 5


def test_a_window_by_hand_does_not_overwrite_the_schedules(store: InMemoryStore) -> None:
    capture(store, hour_of_captures(HOUR, ROWS))
    scheduled = execute(store)

    same = execute(store, start=HOUR, end=SCHEDULED)
    longer = execute(store, start=HOUR - timedelta(hours=1), end=SCHEDULED)

    assert same.folder == scheduled.folder == FOLDER
    assert longer.folder == FOLDER + "from-20260301T1300Z/"


def test_a_window_inside_a_slot_is_refused_with_what_to_use(store: InMemoryStore) -> None:
    execution = execute(store, start=HOUR + timedelta(minutes=2), end=SCHEDULED)
    assert execution.status is ExecutionStatus.FAILED
    assert "2026-03-01T14:00:00Z" in execution.reason


def test_a_roll_up_is_used_and_gives_the_same_bytes(store: InMemoryStore) -> None:
    for name, part in (("a.jsonl", ROWS[:50]), ("b.jsonl", ROWS[50:])):
        capture(store, hour_of_captures(HOUR, part), name=name)
    execute(store)
    first = {name: store.objects[FOLDER + name] for name in FILES}
    rollups = [key for key in store.objects if key.startswith(STATE + "rollups/")]
    assert len(rollups) == 1

    # When the hour is judged again, now from its roll-up
    execute(store)

    assert {name: store.objects[FOLDER + name] for name in FILES} == first
    # And a damaged roll-up is made anew
    good = store.objects[rollups[0]]
    store.objects[rollups[0]] = b"damaged"
    execute(store)
    assert store.objects[rollups[0]] == good


def test_a_postprocessing_script_adds_its_files(store: InMemoryStore) -> None:
    store.objects["monitors/shop.yaml"] = (DOCUMENT + "    postprocess: count.py\n").encode()
    store.objects["scripts/count.py"] = (
        b"import json, os, pathlib\n"
        b"def postprocess_handler():\n"
        b"    folder = pathlib.Path(os.environ['output_path'])\n"
        b"    found = json.loads((folder / 'summary.json').read_text())\n"
        b"    (folder / 'rows.json').write_text(str(found['rows']))\n"
    )
    capture(store, hour_of_captures(HOUR, ROWS))

    execute(store)

    assert store.objects[FOLDER + "rows.json"] == b"100"


def test_a_request_needs_a_time() -> None:
    with pytest.raises(ValueError, match="set scheduled_time, or start and end"):
        ExecutionRequest(endpoint="shop", monitor="data_quality")
    with pytest.raises(ValueError, match="start and end must both be set"):
        ExecutionRequest(endpoint="shop", monitor="data_quality", start=HOUR)
