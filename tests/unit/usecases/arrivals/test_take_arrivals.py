"""What an arrival sets in motion: joins, requests to judge again, counts of labels."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.execution import ExecutionRequest
from driftline.domain.ground_truth.keys import parse_profile_key
from driftline.domain.keys import hour_folder, report_folder
from driftline.kinds.registry import KINDS
from driftline.usecases.arrivals.take_arrivals import (
    NAMESPACE,
    AttributesTaken,
    LabelsTaken,
    take_attributes,
    take_labels,
)
from driftline.usecases.arrivals.take_sweep import take_sweep
from driftline.usecases.executions.revisions import Announced, announce
from tests.captures import capture_key, csv_capture, take_file
from tests.fakes import FailingStore, InjectedError, InMemoryStore, RecordingMetrics, RecordingReruns
from tests.tables import TABLES

HOUR = datetime(2026, 3, 1, 14, tzinfo=UTC)
SCHEDULED = HOUR + timedelta(hours=1)
NOW = HOUR + timedelta(hours=5)
DOCUMENT = b"""\
endpoint: shop
monitors:
  data_quality: {}
  model_quality: {problem_type: Regression, inference_attribute: "0", max_label_delay: P2D}
"""
PUBLISHING = DOCUMENT.replace(b"P2D}", b"P2D, metrics: top}")


@pytest.fixture
def store() -> InMemoryStore:
    """An endpoint whose hour was judged by both monitors."""
    made = InMemoryStore(objects={"monitors/shop.yaml": DOCUMENT})
    for monitor in ("data_quality", "model_quality"):
        folder = report_folder("shop", monitor, SCHEDULED)
        announce(made, folder, Announced.of(1, {"summary.json": b"{}"}, 0, signalled=True))
    return made


def capture_arrives(store: InMemoryStore | FailingStore, reruns: RecordingReruns) -> int:
    return take_file(capture_key(HOUR), store, NOW, reruns).matched


def labels_arrive(
    store: InMemoryStore | FailingStore, labels: Mapping[str, str], reruns: RecordingReruns, metrics: RecordingMetrics
) -> LabelsTaken:
    lines = [
        json.dumps({"groundTruthData": {"data": data, "encoding": "CSV"}, "eventMetadata": {"eventId": name}})
        for name, data in labels.items()
    ]
    key = f"ground-truth/shop/{hour_folder(HOUR)}a.jsonl"
    store.put(key, "\n".join([*lines, "no label"]).encode())
    return take_labels(key, store=store, tables=TABLES, reruns=reruns, metrics=metrics, arrived=NOW, kinds=KINDS)


def asked(reruns: RecordingReruns) -> set[tuple[str, datetime | None]]:
    return {(request.monitor, request.scheduled_time) for request in reruns.asked}


def counted(metrics: RecordingMetrics) -> dict[str, float]:
    return {metric.name: metric.value for each in metrics.published for metric in each.metrics}  # type: ignore[misc]


def test_a_late_capture_opens_the_window_for_every_monitor(store: InMemoryStore) -> None:
    reruns = RecordingReruns()
    store.put(capture_key(HOUR), csv_capture(HOUR, "1", "2", "a"))

    capture_arrives(store, reruns)

    assert asked(reruns) == {("data_quality", SCHEDULED), ("model_quality", SCHEDULED)}


def test_a_late_file_that_cannot_be_read_opens_it_too(store: InMemoryStore) -> None:
    """The window was evaluated as if these lines had never been there."""
    reruns = RecordingReruns()
    store.put(capture_key(HOUR), b"no capture record\n" * 9)

    with pytest.raises(InvalidInputError, match="none of 9 lines is a capture record"):
        capture_arrives(store, reruns)

    assert asked(reruns) == {("data_quality", SCHEDULED), ("model_quality", SCHEDULED)}


class RerunsOfWhatIsThere(RecordingReruns):
    """Knows which hours had profiles when a window was asked for."""

    def __init__(self, store: InMemoryStore) -> None:
        super().__init__()
        self.store = store
        self.profiled: list[set[datetime]] = []

    def request(self, request: ExecutionRequest) -> None:
        super().request(request)
        self.profiled.append({parse_profile_key(key)[1].hour for key in self.store.objects if "state/profiles/" in key})


def test_a_replaced_capture_opens_the_windows_that_it_leaves_too(store: InMemoryStore) -> None:
    # Given a file of an hour and the hour before
    before = HOUR - timedelta(hours=1)
    for monitor in ("data_quality", "model_quality"):
        announce(
            store, report_folder("shop", monitor, HOUR), Announced.of(1, {"summary.json": b"{}"}, 0, signalled=True)
        )
    both = csv_capture(before, "1", "2", "b") + csv_capture(HOUR, "1", "2", "a")
    calls = 0
    for call in range(1, 60):
        fresh = InMemoryStore(objects=store.objects | {capture_key(HOUR): both})
        capture_arrives(fresh, RecordingReruns())
        # When it is replaced by one of the hour alone, and its handling breaks off at any call
        fresh.put(capture_key(HOUR), csv_capture(HOUR, "1", "2", "a"))
        reruns = RerunsOfWhatIsThere(fresh)
        try:
            capture_arrives(FailingStore(fresh, call), reruns)
        except InjectedError:
            calls = call
            capture_arrives(fresh, reruns)
        # Then the windows of both are requested, and the execution of the earlier one finds it empty
        assert asked(reruns) == {(name, at) for name in ("data_quality", "model_quality") for at in (HOUR, SCHEDULED)}
        assert all(hours == {HOUR} for hours in reruns.profiled)
        if calls < call:
            break
    assert calls > 10


def test_labels_open_it_for_model_quality_alone_and_are_counted(store: InMemoryStore) -> None:
    store.put(capture_key(HOUR), csv_capture(HOUR, "1", "2", "a"))
    capture_arrives(store, RecordingReruns())
    reruns, metrics = RecordingReruns(), RecordingMetrics()
    labels_arrive(store, {"a": "1"}, RecordingReruns(), metrics)
    assert counted(metrics) == {}  # unless a monitor that needs labels publishes more than totals
    store.put("monitors/shop.yaml", PUBLISHING)

    taken = labels_arrive(store, {"a": "1", "nobody": "2"}, reruns, metrics)

    assert (taken.merged.matched, taken.merged.waiting, taken.merged.rejected) == (1, 1, 1)
    assert asked(reruns) == {("model_quality", SCHEDULED)}
    assert counted(metrics) == {"labels_matched": 1, "labels_waiting": 1, "labels_rejected": 1}
    assert (metrics.published[0].namespace, metrics.published[0].timestamp) == (NAMESPACE, NOW)


class TestAttributes:
    KEY = f"attributes/shop/{hour_folder(HOUR)}a.csv"

    @pytest.fixture
    def watched(self, store: InMemoryStore) -> InMemoryStore:
        """A third monitor reads attributes."""
        bias = b"  model_bias: {positive_label: 1, facets: [{column: sex, values: [F]}], probability_attribute: '0'}\n"
        store.put("monitors/shop.yaml", DOCUMENT + bias)
        folder = report_folder("shop", "model_bias", SCHEDULED)
        announce(store, folder, Announced.of(1, {"summary.json": b"{}"}, 0, signalled=True))
        return store

    def arrive(self, store: InMemoryStore, body: bytes, reruns: RecordingReruns) -> AttributesTaken:
        store.put(self.KEY, body)
        return take_attributes(self.KEY, store=store, tables=TABLES, reruns=reruns, arrived=NOW, kinds=KINDS)

    def test_open_the_window_of_their_hour_for_monitors_that_read_them(self, watched: InMemoryStore) -> None:
        reruns = RecordingReruns()
        taken = self.arrive(watched, b"inference_id,sex\na,F\nb\n", reruns)
        assert asked(reruns) == {("model_bias", SCHEDULED)}
        assert [request.monitor for request in taken.reopened] == ["model_bias"]
        assert (taken.rows, taken.problem) == (
            1,
            f"{self.KEY}: 1 of 2 rows cannot be used; line 3: 1 cells for 2 columns",
        )

    def test_a_file_that_cannot_be_read_opens_it_too(self, watched: InMemoryStore) -> None:
        reruns = RecordingReruns()
        with pytest.raises(InvalidInputError, match="columns who, sex"):
            self.arrive(watched, b"who,sex\na,F\n", reruns)
        assert asked(reruns) == {("model_bias", SCHEDULED)}

    def test_no_monitor_may_read_them(self, store: InMemoryStore) -> None:
        reruns = RecordingReruns()
        assert self.arrive(store, b"inference_id,sex\na,F\n", reruns).rows == 1
        assert reruns.asked == []

    def test_what_is_gone_or_empty_asks_for_nothing(self, watched: InMemoryStore) -> None:
        reruns = RecordingReruns()
        assert self.arrive(watched, b"", reruns).reason
        watched.delete(self.KEY)
        gone = take_attributes(self.KEY, store=watched, tables=TABLES, reruns=reruns, arrived=NOW, kinds=KINDS)
        assert gone.reason
        assert reruns.asked == []

    def test_another_key_is_refused(self, watched: InMemoryStore) -> None:
        with pytest.raises(InvalidInputError, match="not the key of a file with attributes"):
            take_attributes(
                "attributes/shop/a.csv",
                store=watched,
                tables=TABLES,
                reruns=RecordingReruns(),
                arrived=NOW,
                kinds=KINDS,
            )


def test_labels_that_waited_meet_their_capture(store: InMemoryStore) -> None:
    labels_arrive(store, {"a": "1"}, RecordingReruns(), RecordingMetrics())
    store.put(capture_key(HOUR), csv_capture(HOUR, "1", "2", "a"))
    assert capture_arrives(store, RecordingReruns()) == 1


def test_what_was_cut_short_asks_again_when_it_is_delivered_again(store: InMemoryStore) -> None:
    # Given a capture file whose handling breaks off at any call to the store
    store.put(capture_key(HOUR), csv_capture(HOUR, "1", "2", "a"))
    broken_off = 0
    for call in range(1, 60):
        first, second = RecordingReruns(), RecordingReruns()
        fresh = InMemoryStore(objects=store.objects)
        try:
            capture_arrives(FailingStore(fresh, call), first)
        except InjectedError:
            broken_off += 1
        else:
            break
        # When it is delivered again
        capture_arrives(fresh, second)
        # Then every window is asked for, whatever came of the first time
        assert asked(second) == {("data_quality", SCHEDULED), ("model_quality", SCHEDULED)}, call
    assert broken_off > 10


def test_a_sweep_makes_up_for_a_replacement_that_was_never_finished(store: InMemoryStore) -> None:
    # Given a label that was withdrawn, by a delivery that broke off when it had written what it read, and stayed away
    store.put(capture_key(HOUR), csv_capture(HOUR, "1", "2", "a"))
    capture_arrives(store, RecordingReruns())
    labels_arrive(store, {"a": "1"}, RecordingReruns(), RecordingMetrics())
    broken = FailingStore(store, 1, ["delete"])
    with pytest.raises(InjectedError):
        labels_arrive(broken, {"nobody": "1"}, RecordingReruns(), RecordingMetrics())
    reruns = RecordingReruns()

    for _ in range(2):
        take_sweep("shop", NOW, store=store, tables=TABLES, reruns=reruns, metrics=RecordingMetrics(), kinds=KINDS)

    # Then its window is asked for again, once
    assert not [key for key in store.objects if key.startswith("state/labels/")]
    assert [(request.monitor, request.scheduled_time) for request in reruns.asked] == [("model_quality", SCHEDULED)]


def test_a_sweep_gives_up_labels_after_their_time_and_counts_them(store: InMemoryStore) -> None:
    store.put("monitors/shop.yaml", PUBLISHING)
    labels_arrive(store, {"nobody": "2"}, RecordingReruns(), RecordingMetrics())
    metrics = RecordingMetrics()

    early, late = (
        take_sweep(
            "shop",
            HOUR + timedelta(days=days),
            store=store,
            tables=TABLES,
            reruns=RecordingReruns(),
            metrics=metrics,
            kinds=KINDS,
        ).swept
        for days in (1, 3)
    )

    assert [(each.waiting, each.unmatched) for each in (early, late)] == [(1, 0), (0, 1)]
    assert counted(metrics) == {"labels_unmatched": 1}
    assert [key for key in store.objects if key.startswith("ground-truth-unmatched/shop/")]
