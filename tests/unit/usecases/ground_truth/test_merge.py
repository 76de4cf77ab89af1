"""One ground truth file, one capture file: what is written, and what holds when labels disagree."""

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from driftline.adapters.folder.store import FolderStore
from driftline.domain.errors import ObjectNotFoundError, StaleReadError
from driftline.domain.ground_truth.keys import VariantHour
from driftline.domain.windows import HOUR, Window
from driftline.usecases.ground_truth import merged_hours
from driftline.usecases.ground_truth.merge_ground_truth import LabelsMerged, merge_capture, merge_labels
from driftline.usecases.ground_truth.sweep_labels import sweep
from driftline.usecases.ports import ObjectStore, Stores
from tests.captures import profile_file
from tests.fakes import InMemoryStore, InMemoryStores
from tests.merging import DELAY, ENDPOINT, START, Inference, capture_file, capture_key, label_file, label_key, load
from tests.tables import TABLES

AT = VariantHour("AllTraffic", START)
WINDOW = Window(START, START + HOUR)


def profiled(store: InMemoryStore, *inferences: Inference, name: str = "a") -> list[str]:
    """Keys of the hour profiles."""
    key = capture_key(name)
    store.put(key, capture_file(inferences))
    written = profile_file(key, store).written
    return [each for each in written if each.startswith("state/profiles/")]


def labelled(store: InMemoryStore, *labels: tuple[str, str], key: str = label_key("a")) -> LabelsMerged:
    store.put(key, label_file(labels))
    return merge_labels(key, store=store, tables=TABLES, max_label_delay=DELAY)


def merged_hours_of(store: ObjectStore, stores: Stores | None = None) -> Sequence[merged_hours.MergedHour]:
    """Merges what belongs to the window, as its evaluation does."""
    return load(store, WINDOW, stores=stores).hours


def merged_labels(store: InMemoryStore) -> dict[str, str]:
    """Id of the input -> label, from the table; the lines have to say the same."""
    window = load(store, WINDOW)
    batches = [batch for hour in window.hours for batch in window.batches(["input[0]", "label"], hour)]
    rows = {id_: label for batch in batches for id_, label in zip(batch["input[0]"], batch["label"], strict=True)}
    lines = [line for o in store.list("merged/") for line in store.get(o.key).body.splitlines()]
    assert sorted(json.loads(line)["groundTruthData"]["data"] for line in lines) == sorted(map(str, rows.values()))
    return {str(id_): str(label) for id_, label in rows.items()}


def under(store: InMemoryStore, prefix: str) -> list[str]:
    return [each.key for each in store.list(prefix)]


class TestMergedRecords:
    def test_keys_are_in_sagemakers_order_and_captured_bytes_are_kept(self) -> None:
        store = InMemoryStore()
        line = (
            b'{"captureData": {"endpointOutput" :{"data":"0.5","mode":"OUTPUT","encoding":"CSV", "extra": 1.00},'
            b'"endpointInput":{"data":"\\u00e4,2\\n","encoding":"CSV"}},"eventMetadata":'
            b'{"inferenceTime": "2026-03-01T22:10:00Z","customAttributes":["x"],"eventId":"e1","inferenceId":"i1"},'
            b'"eventVersion":"0"}\n'
        )
        store.put(capture_key("a"), line)
        profile_file(capture_key("a"), store)

        labelled(store, ("i1", "1"), ("e1", "0"))

        merged_hours_of(store)
        (part,) = under(store, "merged/")
        assert part.startswith("merged/shop/AllTraffic/2026/03/01/22/part-00000-")
        assert part.endswith(".c000.jsonl")
        assert store.get(part).body == (
            b'{"eventVersion":"0","groundTruthData":{"data":"1","encoding":"CSV"},"captureData":'
            b'{"endpointOutput" :{"data":"0.5","mode":"OUTPUT","encoding":"CSV", "extra": 1.00},'
            b'"endpointInput":{"data":"\\u00e4,2\\n","encoding":"CSV"}},"eventMetadata":'
            b'{"inferenceTime": "2026-03-01T22:10:00Z","customAttributes":["x"],"eventId":"e1","inferenceId":"i1"}}\n'
        )

    def test_batch_transform_in_sagemakers_other_order(self) -> None:
        store = InMemoryStore("bucket")
        manifest = "capture/shop/output/2026/03/01/22/m.json"
        store.put("out/file.csv.out", b"0.5,5,id-1,2026-03-01T22:10:00Z\n0.7,7,id-2,2026-03-01T22:10:00Z\n")
        store.put(manifest, b'[{"prefix": "s3://bucket/out/"}, "file.csv.out"]')
        profile_file(manifest, store)

        labelled(store, ("id-2", "1"))

        merged_hours_of(store)
        (part,) = under(store, "merged/shop/output/")
        line = store.get(part).body
        assert list(json.loads(line)) == ["eventMetadata", "eventVersion", "groundTruthData", "captureData"]
        assert json.loads(line)["captureData"] == {"batchTransformOutput": {"data": "0.7,7", "encoding": "CSV"}}

    def test_a_folder_serves_as_well(self, tmp_path: Path) -> None:
        store = FolderStore(tmp_path / "bucket")
        store.put(capture_key("a"), capture_file([Inference("a", START), Inference("b", START)]))
        profile_file(capture_key("a"), store)
        store.put(label_key("a"), label_file([("a", "1"), ("c", "1")]))

        merge_labels(label_key("a"), store=store, tables=TABLES)

        assert [(hour.rows, len(hour.parts), hour.gone) for hour in merged_hours_of(store)] == [(1, 1, 0)]
        swept = sweep(ENDPOINT, START + timedelta(days=30), store=store)
        assert (swept.files, swept.unmatched) == (1, 1)

    def test_the_event_id_joins_where_there_is_no_inference_id(self) -> None:
        store = InMemoryStore()
        profiled(store, Inference("only-event", START, named=False))

        done = labelled(store, ("only-event", "1"), ("other", "0"))

        assert (done.labels, done.matched, done.waiting, done.hours) == (2, 1, 1, (AT,))
        assert merged_labels(store) == {"only-event": "1"}

    def test_a_large_hour_is_written_in_parts(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(merged_hours, "_PART_BYTES", 1)
        store = InMemoryStore()
        for name in "ab":
            profiled(store, Inference(name, START), name=name)

        labelled(store, ("a", "1"), ("b", "0"))

        merged_hours_of(store)
        assert [key.rsplit("/", 1)[1][:10] for key in under(store, "merged/")] == ["part-00000", "part-00001"]
        assert merged_labels(store) == {"a": "1", "b": "0"}

    def test_an_inference_captured_twice_counts_once_the_first_of_them(self) -> None:
        store = InMemoryStore()
        profiled(store, Inference("i", START + timedelta(minutes=2), note="late"), name="a")
        profiled(store, Inference("i", START + timedelta(minutes=1), note="early"), name="b")
        labelled(store, ("i", "1"))

        window = load(store, WINDOW)
        assert list(window.batches(["input[1]", "nothing", "label"], window.hours[0])) == [
            {"input[1]": ("early0",), "nothing": (None,), "label": ("1",)}
        ]
        assert window.coverage.rows == 1

    def test_coverage_counts_the_window_alone(self) -> None:
        store = InMemoryStore()
        profiled(store, *(Inference(f"i{n}", START + timedelta(minutes=10 * n), rows=2) for n in range(6)))
        labelled(store, ("i0", "1\n1"), ("i1", "1\n0"), ("i5", "0\n0"))

        whole = load(store, WINDOW).coverage
        part = load(store, Window(START, START + timedelta(minutes=30))).coverage

        assert (whole.records, whole.rows, whole.labelled_records, whole.labelled_rows) == (6, 12, 3, 6)
        assert (part.records, part.rows, part.labelled_rows, part.share) == (3, 6, 4, 4 / 6)

    def test_without_labels_coverage_is_nothing_of_what_was_captured(self) -> None:
        store = InMemoryStore()
        profiled(store, Inference("a", START), Inference("b", START))

        window = load(store, WINDOW)

        assert (window.coverage.rows, window.coverage.share, window.hours) == (2, 0.0, ())
        assert load(store, WINDOW, endpoint="nobody").coverage.share is None

    def test_a_capture_file_that_is_gone_leaves_its_rows_in_the_table(self) -> None:
        store = InMemoryStore()
        profiled(store, Inference("a", START))
        store.delete(capture_key("a"))

        labelled(store, ("a", "1"))

        assert [(hour.rows, hour.gone, hour.parts) for hour in merged_hours_of(store)] == [(1, 1, ())]

    def test_records_that_are_gone_are_an_error_and_not_an_empty_hour(self) -> None:
        store = InMemoryStore()
        profiled(store, Inference("a", START))
        for key in under(store, "state/records/"):
            store.delete(key)
        labelled(store, ("a", "1"))

        with pytest.raises(ObjectNotFoundError):
            merged_hours_of(store)

    def test_capture_files_in_another_bucket(self) -> None:
        store, elsewhere = InMemoryStore("stack"), InMemoryStore("elsewhere")
        elsewhere.put(capture_key("a"), capture_file([Inference("a", START)]))
        profile_file(capture_key("a"), store, elsewhere)
        labelled(store, ("a", "1"))

        merged = merged_hours_of(store, InMemoryStores(store, elsewhere))

        assert [len(hour.parts) for hour in merged] == [1]


class TestWhichLabelHolds:
    def test_the_one_of_the_later_hour_whichever_came_last(self) -> None:
        store = InMemoryStore()
        profiled(store, Inference("a", START))

        labelled(store, ("a", "later"), key=label_key("x", START + HOUR))
        labelled(store, ("a", "earlier"), key=label_key("y", START))

        assert merged_labels(store) == {"a": "later"}

    def test_in_one_hour_that_of_the_last_key_in_one_file_the_last_line(self) -> None:
        store = InMemoryStore()
        profiled(store, Inference("a", START), Inference("b", START))

        labelled(store, ("a", "2"), ("b", "1"), ("b", "3"), key=label_key("y"))
        labelled(store, ("a", "1"), key=label_key("x"))

        assert merged_labels(store) == {"a": "2", "b": "3"}

    def test_a_replaced_file_replaces_its_labels_and_takes_back_others(self) -> None:
        store = InMemoryStore()
        profiled(store, Inference("a", START), Inference("b", START))
        labelled(store, ("a", "1"), ("b", "1"))

        done = labelled(store, ("a", "0"))

        assert merged_labels(store) == {"a": "0"}
        assert done.hours == (AT,)

    def test_labels_collected_before_the_day_or_after_the_delay_do_not_count(self) -> None:
        store = InMemoryStore()
        profiled(store, Inference("a", START), Inference("b", START))

        labelled(store, ("a", "1"), key=label_key("x", START - 23 * HOUR))
        labelled(store, ("b", "1"), key=label_key("x", START + DELAY + HOUR))
        merged_hours_of(store)
        assert under(store, "merged/") == []
        labelled(store, ("a", "1"), key=label_key("x", START - 22 * HOUR))
        labelled(store, ("b", "1"), key=label_key("x", START + DELAY))

        assert merged_labels(store) == {"a": "1", "b": "1"}

    def test_a_label_that_does_not_fit_is_listed_with_both_counts(self) -> None:
        store = InMemoryStore()
        profiled(store, Inference("a", START, rows=2), Inference("b", START))

        labelled(store, ("a", "1"), ("b", "1"))

        assert [hour.rejected for hour in merged_hours_of(store)] == [1]
        (rejects,) = [key for key in under(store, "state/merged/") if key.endswith("rejects.jsonl")]
        assert json.loads(store.get(rejects).body) == {
            "eventId": "a",
            "label": "1",
            "reason": "1 labels for an inference of 2 rows",
        }
        assert load(store, WINDOW).labels_that_do_not_fit == 1


class TestWithdrawnLabels:
    @pytest.fixture
    def store(self) -> InMemoryStore:
        """An hour with one inference and its label, merged."""
        made = InMemoryStore()
        profiled(made, Inference("a", START))
        labelled(made, ("a", "1"))
        assert merged_labels(made) == {"a": "1"}
        return made

    def test_the_last_label_of_an_hour_takes_the_merged_records_with_it(self, store: InMemoryStore) -> None:
        labelled(store, ("z", "0"))

        window = load(store, WINDOW)

        assert (window.hours, window.coverage.rows, window.coverage.share) == ((), 1, 0.0)
        assert under(store, "merged/") == under(store, "state/merged/") == []

    def test_so_does_the_last_capture(self, store: InMemoryStore) -> None:
        store.put(capture_key("a"), b"")
        profile_file(capture_key("a"), store)

        assert load(store, WINDOW).coverage.share is None
        assert under(store, "merged/") == under(store, "state/merged/") == []

    def test_reading_again_changes_nothing_and_labels_may_come_back(self, store: InMemoryStore) -> None:
        merged = {key: body for key, body in store.objects.items() if "merged/" in key}
        labelled(store, ("z", "0"))
        load(store, WINDOW)
        before = dict(store.objects)

        load(store, WINDOW)
        assert store.objects == before
        labelled(store, ("a", "1"))

        assert merged_labels(store) == {"a": "1"}
        assert {key: body for key, body in store.objects.items() if "merged/" in key} == merged


class TestWhoComesSecond:
    def test_a_capture_finds_the_labels_that_waited(self) -> None:
        store = InMemoryStore()
        assert labelled(store, ("a", "1"), ("b", "0")).waiting == 2
        (profile,) = profiled(store, Inference("a", START))

        assert merge_capture(profile, store=store) == 1
        assert merged_labels(store) == {"a": "1"}

    def test_a_capture_without_labels_touches_nothing(self) -> None:
        store = InMemoryStore()
        (profile,) = profiled(store, Inference("a", START))
        before = set(store.objects)

        assert merge_capture(profile, store=store) == 0

        assert set(store.objects) == before

    def test_many_waiting_labels_are_searched_by_their_hashes(self) -> None:
        store = InMemoryStore()
        labelled(store, *((f"other-{number}", "1") for number in range(20_000)), ("a", "1"))
        (profile,) = profiled(store, Inference("a", START))

        assert merge_capture(profile, store=store) == 1

    def test_labels_merge_nothing_and_readers_make_what_is_missing(self) -> None:
        store = InMemoryStore()
        profiled(store, Inference("a", START))

        done = labelled(store, ("a", "1"))

        assert (done.hours, under(store, "merged/")) == ((AT,), [])
        assert merged_labels(store) == {"a": "1"}

    def test_a_second_delivery_changes_nothing(self) -> None:
        store = InMemoryStore()
        profiled(store, Inference("a", START))
        first = labelled(store, ("a", "1"))
        merged_hours_of(store)
        before = dict(store.objects)

        assert merge_labels(label_key("a"), store=store, tables=TABLES) == first
        merged_hours_of(store)
        assert store.objects == before

    def test_rejected_lines_are_listed_until_the_file_is_mended(self) -> None:
        store = InMemoryStore()
        key = label_key("a")
        store.put(key, label_file([("a", "1")]) + b"oops\n")

        assert merge_labels(key, store=store, tables=TABLES).rejected == 1
        (rejects,) = under(store, "state/label-rejects/")
        assert json.loads(store.get(rejects).body)["line"] == 2
        labelled(store, ("a", "1"))
        assert under(store, "state/label-rejects/") == []

    def test_a_file_that_is_gone_is_no_failure(self) -> None:
        store = InMemoryStore()

        done = merge_labels(label_key("a"), store=store, tables=TABLES)

        assert done.reason == "the ground truth file no longer exists"

    def test_a_file_replaced_meanwhile_comes_again(self) -> None:
        class Replaced(InMemoryStore):
            def put(self, key: str, body: bytes, *, content_type: str = "application/octet-stream") -> None:
                super().put(key, body, content_type=content_type)
                self.objects[label_key("a")] = label_file([("a", "0")])

        store = Replaced()
        store.objects[label_key("a")] = label_file([("a", "1")])

        with pytest.raises(StaleReadError):
            merge_labels(label_key("a"), store=store, tables=TABLES)


class TestSweep:
    def swept(self, store: InMemoryStore, days: float) -> tuple[int, int, int, int]:
        done = sweep(ENDPOINT, START + timedelta(days=days), store=store, max_label_delay=DELAY)
        return done.files, done.matched, done.waiting, done.unmatched

    def test_labels_wait_until_their_time_is_over_and_are_listed_then(self) -> None:
        store = InMemoryStore()
        profiled(store, Inference("a", START))
        labelled(store, ("a", "1"), ("z", "0"))

        assert self.swept(store, 3) == (1, 0, 1, 0)
        assert self.swept(store, 3.1) == (1, 0, 0, 1)
        assert self.swept(store, 4) == (0, 0, 0, 0)

        (listed,) = under(store, "ground-truth-unmatched/shop/2026/03/01/22/")
        assert json.loads(store.get(listed).body) == {
            "groundTruthData": {"data": "0", "encoding": "CSV"},
            "eventMetadata": {"eventId": "z"},
            "eventVersion": "0",
            "reason": "no inference with this id was captured in the 3 days before 2026-03-01T22:00:00Z",
            "source": label_key("a"),
            "line": 2,
        }
        assert merged_labels(store) == {"a": "1"}

    def test_what_matched_entirely_is_not_listed(self) -> None:
        store = InMemoryStore()
        profiled(store, Inference("a", START))
        labelled(store, ("a", "1"))

        assert self.swept(store, 5) == (1, 0, 0, 0)
        assert under(store, "ground-truth-unmatched/") == []

    def test_a_capture_whose_event_was_lost_is_found(self) -> None:
        store = InMemoryStore()
        labelled(store, ("a", "1"))
        profiled(store, Inference("a", START))

        assert self.swept(store, 1) == (1, 1, 0, 0)
        assert merged_labels(store) == {"a": "1"}
