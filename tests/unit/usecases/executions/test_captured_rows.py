"""Everything that was captured in a window, with and without labels, as engines read it."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import batched

import pytest

from driftline.adapters.tables import hour_join
from driftline.domain.documents.parse import parse_document
from driftline.domain.errors import InvalidInputError, ObjectNotFoundError, StaleReadError
from driftline.domain.keys import hour_folder
from driftline.domain.windows import HOUR, SLOT, Window
from driftline.kinds.registry import KINDS
from driftline.usecases.capture.window_profile import window_inputs
from driftline.usecases.executions.window_data import CapturedRows, StoredWindow
from driftline.usecases.ground_truth import captured_window
from driftline.usecases.ground_truth.merge_ground_truth import merge_capture, merge_labels
from tests.captures import profile_file
from tests.explaining import at_once
from tests.fakes import InMemoryStore, only
from tests.merging import (
    DELAY,
    ENDPOINT,
    START,
    Inference,
    capture_file,
    capture_key,
    label_file,
    label_key,
    load,
)
from tests.tables import TABLES

DOCUMENT = """\
endpoint: shop
columns: {output: [score], input: [id, note]}
monitors:
  model_quality: {problem_type: Regression, inference_attribute: score, ground_truth_attribute: label,
    schedule: cron(0 * ? * * *)}
"""
COLUMNS = ["inference_id", "event_id", "row", "input[1]", "output[0]", "label", "attributes"]
IDS = ["inference_id", "row", "label"]


def captured(store: InMemoryStore, inferences: Iterable[Inference], name: str = "a", hour: datetime = START) -> None:
    key = capture_key(name, hour)
    store.put(key, capture_file(inferences))
    for each in profile_file(key, store).written:
        if each.startswith("state/profiles/"):
            merge_capture(each, store=store, max_label_delay=DELAY)


def labelled(store: InMemoryStore, *labels: tuple[str, str], name: str = "a") -> None:
    store.put(label_key(name), label_file(labels))
    merge_labels(label_key(name), store=store, tables=TABLES, max_label_delay=DELAY)


def window_data(store: InMemoryStore, start: datetime = START, end: datetime = START + HOUR) -> StoredWindow:
    document = parse_document(DOCUMENT, where="monitors/shop.yaml", model=KINDS.document)
    explanations = at_once(store).of("shop", store)
    return StoredWindow(store, only(store), TABLES, document, "model_quality", Window(start, end), explanations)


def read(rows: CapturedRows, columns: Sequence[str] = IDS) -> list[tuple[object, ...]]:
    return [row for hour in rows.hours for batch in hour.batches(columns) for row in zip(*batch.values(), strict=True)]


def at(minutes: int) -> datetime:
    return START + timedelta(minutes=minutes)


class TestRows:
    def test_those_without_a_label_are_there_too(self) -> None:
        store = InMemoryStore()
        captured(store, [Inference("a", at(1)), Inference("b", at(2)), Inference("c", at(3), named=False)])
        labelled(store, ("b", "1"), ("c", "0"))

        rows = window_data(store).captured()

        assert read(rows, COLUMNS) == [
            ("a", "event-of-a", 0, "0", "0.0", None, None),
            ("b", "event-of-b", 0, "0", "0.0", "1", None),
            (None, "c", 0, "0", "0.0", "0", None),
        ]
        assert (rows.coverage.rows, rows.coverage.labelled_rows, rows.misfits) == (3, 2, 0)
        assert rows.why_none() == ""

    def test_an_hour_without_any_label_is_read(self) -> None:
        store = InMemoryStore()
        captured(store, [Inference("a", at(1)), Inference("b", at(2))])
        rows = window_data(store).captured()
        assert read(rows) == [("a", 0, None), ("b", 0, None)]
        assert (rows.coverage.rows, rows.coverage.labelled_rows, rows.coverage.share) == (2, 0, 0.0)

    def test_a_window_without_captures_has_none(self) -> None:
        store = InMemoryStore()
        rows = window_data(store).captured()
        assert (read(rows), list(rows.hours), rows.coverage.share, rows.misfits) == ([], [], None, 0)

    def test_columns_are_those_of_all_files(self) -> None:
        store = InMemoryStore()
        captured(store, [Inference("a", at(1))], "a")
        line = capture_file([Inference("b", at(2))]).replace(b"b,0", b"b,0,wide")
        store.put(capture_key("b"), line)
        profile_file(capture_key("b"), store)

        (hour,) = window_data(store).captured().hours

        columns = hour.columns()
        assert {*COLUMNS, "input[2]", "inference_time", "slot"} <= {*columns}
        assert len(columns) == len(set(columns))
        wide = [cell for batch in hour.batches(["input[2]", "input[9]"]) for cell in zip(*batch.values(), strict=True)]
        assert wide == [(None, None), ("wide", None)]

    def test_a_record_has_several_rows_that_follow_each_other(self) -> None:
        store = InMemoryStore()
        captured(store, [Inference(id_, at(1), rows=3) for id_ in "cab"])
        labelled(store, ("a", "1\n0\n1"), ("b", "1\n0"))

        rows = window_data(store).captured()

        assert read(rows) == [
            ("a", 0, "1"),
            ("a", 1, "0"),
            ("a", 2, "1"),
            *(("b", row, None) for row in range(3)),
            *(("c", row, None) for row in range(3)),
        ]
        assert rows.misfits == 1

    def test_misfits_are_known_without_reading_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        store = InMemoryStore()
        captured(store, [Inference("a", at(1), rows=2)])
        labelled(store, ("a", "1\n0\n1"))
        assert window_data(store).captured().misfits == 1
        monkeypatch.setattr(captured_window, "hour_sources", None)
        assert window_data(store).captured().misfits == 1

    def test_a_merged_hour_knows_its_misfits_and_its_coverage(self, monkeypatch: pytest.MonkeyPatch) -> None:
        store = InMemoryStore()
        captured(store, [Inference("a", at(1), rows=2), Inference("b", at(1), rows=2)])
        captured(store, [Inference("b", at(1), rows=2)], "b")
        labelled(store, ("a", "1\n0\n1"), ("b", "1\n0"))
        load(store, Window(START, START + HOUR))
        monkeypatch.setattr(captured_window, "hour_sources", None)
        rows = window_data(store).captured()
        assert (rows.misfits, rows.coverage.rows, rows.coverage.labelled_rows) == (1, 4, 2)

    def test_batches_are_small(self) -> None:
        store = InMemoryStore()
        captured(store, [Inference(f"{number:02}", at(1)) for number in range(7)])
        (hour,) = window_data(store).captured().hours
        assert isinstance(hour, captured_window.StoredCaptures)
        assert [len(batch["row"]) for batch in hour.batches(IDS, rows=3)] == [3, 3, 1]


class TestOnce:
    def test_the_first_of_several_records_counts(self) -> None:
        store = InMemoryStore()
        captured(store, [Inference("a", at(3), note="late"), Inference("b", at(1))], "a")
        captured(store, [Inference("a", at(2), note="early"), Inference("b", at(1))], "b")
        captured(store, [Inference("a", at(4), note="last", rows=2)], "c")

        rows = window_data(store).captured()

        columns = ["inference_id", "input[1]", "row"]
        assert read(rows, columns) == [("b", "0", 0), ("a", "early0", 0)]
        labelled(store, ("a", "1"))
        assert read(window_data(store).captured()) == [("b", 0, None), ("a", 0, "1")]

    def test_the_same_as_in_merged_records(self) -> None:
        store = InMemoryStore()
        many = [
            Inference(f"i{number % 7}", at(number % 5), rows=number % 3 + 1, note=f"{number}-") for number in range(40)
        ]
        for name, part in zip("abcd", batched(many, 10, strict=True), strict=True):
            captured(store, part, name)
        labelled(store, *((f"i{number}", "\n".join("01"[: number % 3 + 1])) for number in range(0, 7, 2)))

        columns = ["inference_id", "event_id", "row", "input[1]", "label"]
        with_labels = {row for row in read(window_data(store).captured(), columns) if row[-1] is not None}

        merged = load(store, Window(START, START + HOUR))
        expected = [
            row
            for hour in merged.hours
            for batch in merged.batches(columns, hour)
            for row in zip(*batch.values(), strict=True)
        ]
        assert expected
        assert with_labels == set(expected)
        rows = window_data(store).captured()
        assert len(read(rows)) == rows.coverage.rows == merged.coverage.rows

    def test_records_without_any_id_all_count(self) -> None:
        store = InMemoryStore()
        line = capture_file([Inference("", at(1), named=False)])
        store.put(capture_key("a"), line * 3)
        profile_file(capture_key("a"), store)
        captured(store, [Inference("a", at(1))], "b")
        captured(store, [Inference("a", at(1))], "c")
        assert len(read(window_data(store).captured())) == 4

    @pytest.mark.parametrize("files", [2, 4])
    def test_rows_are_the_same_however_captures_are_cut_into_files(self, files: int) -> None:
        many = [Inference(f"i{number * 7 % 40:02}", at(number // 4), rows=number % 3 + 1) for number in range(48)]
        found = []
        for parts in (1, files):
            store = InMemoryStore()
            for number in range(parts):
                captured(store, many[number::parts], f"{parts - number}")
            labelled(store, *((f"i{number:02}", "1") for number in range(0, 40, 3)))
            found.append(read(window_data(store).captured(), COLUMNS))
        assert found[0] == found[1]
        assert len({row[0] for row in found[0]}) == 40


class TestWindows:
    def test_cuts_hours(self) -> None:
        store = InMemoryStore()
        captured(store, [Inference("early", at(14)), Inference("in", at(15)), Inference("late", at(45))])
        labelled(store, ("early", "1"), ("in", "1"))
        rows = window_data(store, at(15), at(45)).captured()
        assert read(rows) == [("in", 0, "1")]
        (hour,) = rows.hours
        hour.keep("settings", b"kept")
        assert hour.kept("settings") is None

    def test_begins_earlier_when_asked(self) -> None:
        store = InMemoryStore()
        for days in range(4):
            hour = START - timedelta(days=days)
            captured(store, [Inference(f"day {days}", hour)], "a", hour)
        captured(store, [Inference("first hour", START - HOUR)], "a", START - HOUR)
        labelled(store, ("day 0", "1"))
        since = window_data(store).captured(START - timedelta(days=2, hours=22) - SLOT)
        assert [row[0] for row in read(since)] == ["day 2", "day 1", "first hour", "day 0"]
        assert since.coverage.rows == 4
        with pytest.raises(InvalidInputError, match="five-minute slot"):
            window_data(store).captured(START - timedelta(seconds=1))

    def test_variants_follow_each_other_and_the_document_may_choose(self) -> None:
        store = InMemoryStore()
        for variant in ("Blue", "Amber"):
            key = capture_key("a", variant=variant)
            store.put(key, capture_file([Inference(variant, START)]))
            profile_file(key, store)
        assert [row[0] for row in read(window_data(store).captured())] == ["Amber", "Blue"]


class TestKept:
    def test_until_labels_or_captures_come(self) -> None:
        store = InMemoryStore()
        captured(store, [Inference("a", at(1)), Inference("b", at(2))])

        def hour() -> captured_window.StoredCaptures:
            (only_one,) = window_data(store).captured().captured.hours
            return only_one

        hour().keep("settings", b"first")
        assert (hour().kept("settings"), hour().kept("others")) == (b"first", None)
        labelled(store, ("a", "1"))
        assert hour().kept("settings") is None
        hour().keep("settings", b"second")
        captured(store, [Inference("c", at(3))], "b")
        assert hour().kept("settings") is None

    def test_nothing_is_read_of_an_hour_that_was_kept(self) -> None:
        store = InMemoryStore()
        captured(store, [Inference("a", at(1))])
        labelled(store, ("a", "1"))
        (hour,) = window_data(store).captured().hours
        hour.keep("settings", b"kept")
        for key in [key for key in store.objects if key.startswith("state/records/")]:
            del store.objects[key]
        (again,) = window_data(store).captured().hours
        assert again.kept("settings") == b"kept"
        with pytest.raises(ObjectNotFoundError):
            again.columns()

    def test_labels_that_are_replaced_meanwhile_are_tried_again(self) -> None:
        store = InMemoryStore()
        captured(store, [Inference("a", at(1))])
        labelled(store, ("a", "1"))
        (hour,) = window_data(store).captured().hours
        labelled(store, ("a", "0"))
        with pytest.raises(StaleReadError):
            list(hour.batches(IDS))


def attributes(store: InMemoryStore, body: str | bytes, name: str = "a.csv", hour: datetime = START) -> None:
    content = body.encode() if isinstance(body, str) else body
    store.put(f"attributes/{ENDPOINT}/{hour_folder(hour)}{name}", content)


class TestAttributes:
    def test_are_joined_by_id(self) -> None:
        store = InMemoryStore()
        captured(store, [Inference("a", at(1), rows=2), Inference("b", at(2)), Inference("c", at(3), named=False)])
        captured(store, [Inference("next hour", START + HOUR)], hour=START + HOUR)
        columns = ["inference_id", "event_id", "attributes"]
        assert {row[-1] for row in read(window_data(store).captured(), columns)} == {None}
        attributes(store, "inference_id,sex,age\na,Female,31\nc,Male,\nnobody,Male,3\n")
        rows = window_data(store, end=START + 2 * HOUR).captured()
        assert read(rows, columns) == [
            ("a", "event-of-a", '{"sex":"Female","age":"31"}'),
            ("a", "event-of-a", '{"sex":"Female","age":"31"}'),
            ("b", "event-of-b", None),
            (None, "c", '{"sex":"Male","age":null}'),
            ("next hour", "event-of-next hour", None),
        ]
        assert rows.problems == ()

    def test_the_last_row_of_an_id_counts(self) -> None:
        store = InMemoryStore()
        captured(store, [Inference("a", at(1)), Inference("b", at(1)), Inference("c", at(1))])
        attributes(store, '{"inferenceId": "a", "sex": "x"}\n{"inferenceId": "c", "sex": "x"}\n', "2.jsonl")
        attributes(store, "inference_id,sex\na,y\nb,y\nb,z\n", "1.csv")
        found = read(window_data(store).captured(), ["inference_id", "attributes"])
        assert found == [("a", '{"sex":"x"}'), ("b", '{"sex":"z"}'), ("c", '{"sex":"x"}')]

    def test_a_bad_file_costs_itself_and_is_named(self) -> None:
        store = InMemoryStore()
        captured(store, [Inference("a", at(1)), Inference("b", at(2))])
        attributes(store, "who,sex\na,Female\n", "1.csv")
        attributes(store, "inference_id,sex\na,Female\nb\n", "2.csv")
        attributes(store, b"\xff\xfe", "3.csv")
        attributes(store, "", "_SUCCESS")
        attributes(store, "marker", "_done")

        rows = window_data(store).captured()

        folder = f"attributes/{ENDPOINT}/2026/03/01/22/"
        assert rows.problems == (
            (
                f"{folder}1.csv: columns who, sex. Expected: a column inference_id, and others with attributes. "
                "Name them in the header. None of the file's rows are used."
            ),
            f"{folder}2.csv: 1 of 2 rows cannot be used; line 3: 1 cells for 2 columns.",
            f"{folder}3.csv: not UTF-8 (invalid start byte at byte 0). None of the file's rows are used.",
        )
        again = window_data(store).captured()
        assert read(again, ["inference_id", "attributes"]) == [("a", '{"sex":"Female"}'), ("b", None)]
        assert again.problems == rows.problems

    def test_problems_are_known_without_reading_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        store = InMemoryStore()
        captured(store, [Inference("a", at(1))])
        attributes(store, "who,sex\na,Female\n")
        rows = window_data(store).captured()
        read(rows)
        monkeypatch.setattr(captured_window, "hour_sources", None)
        assert len(window_data(store).captured().problems) == len(rows.problems) == 1

    def test_another_file_is_another_state(self) -> None:
        store = InMemoryStore()
        captured(store, [Inference("a", at(1))])
        (hour,) = window_data(store).captured().hours
        hour.keep("settings", b"kept")
        attributes(store, "inference_id,sex\na,Female\n")
        (hour,) = window_data(store).captured().hours
        assert hour.kept("settings") is None
        hour.keep("settings", b"with attributes")
        attributes(store, "inference_id,sex\na,Female\n", "b.csv", START + HOUR)
        attributes(store, "", "_SUCCESS")
        (hour,) = window_data(store).captured().hours
        assert hour.kept("settings") == b"with attributes"

    @pytest.mark.parametrize("change", ["replaced", "deleted"])
    def test_a_file_that_changes_meanwhile_is_tried_again(self, change: str) -> None:
        store = InMemoryStore()
        captured(store, [Inference("a", at(1))])
        attributes(store, "inference_id,sex\na,Female\n")
        (hour,) = window_data(store).captured().hours
        if change == "replaced":
            attributes(store, "inference_id,sex\na,Male\n")
        else:
            store.delete(f"attributes/{ENDPOINT}/{hour_folder(START)}a.csv")
        with pytest.raises(StaleReadError):
            list(hour.batches(IDS))

    def test_a_whole_day_is_listed_at_once(self) -> None:
        store = InMemoryStore()
        day = START.replace(hour=0)
        for hours in (3, 7):
            captured(store, [Inference(f"{hours}", day + hours * HOUR)], hour=day + hours * HOUR)
            attributes(store, f"inference_id,sex\n{hours},Female\n", hour=day + hours * HOUR)
        found = read(window_data(store, day, day + 24 * HOUR).captured(), ["inference_id", "attributes"])
        assert found == [("3", '{"sex":"Female"}'), ("7", '{"sex":"Female"}')]

    def test_are_inputs_of_monitors_that_read_them(self) -> None:
        store = InMemoryStore()
        captured(store, [Inference("a", at(1))])
        window = Window(START, START + HOUR)

        def inputs(*, reads: bool) -> str:
            return window_inputs(store, ENDPOINT, window, attributes=reads)

        before = [inputs(reads=True), inputs(reads=False)]
        attributes(store, "inference_id,sex\na,Female\n", hour=START + HOUR)
        assert [inputs(reads=True), inputs(reads=False)] == before
        attributes(store, "inference_id,sex\na,Female\n")
        assert inputs(reads=True) != before[0]
        assert inputs(reads=False) == before[1]

    def test_more_than_fit_into_one_file_are_loaded(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(hour_join, "_LOADED_SIZE", 40)
        store = InMemoryStore()
        captured(store, [Inference(f"{number}", at(number)) for number in range(10)])
        attributes(store, "inference_id,text\n" + "".join(f'{number},"{number}\n"\n' for number in range(10)))
        labelled(store, *((f"{number}", f"{number}") for number in range(10)))
        found = read(window_data(store).captured(), ["label", "attributes"])
        assert found == [(f"{number}", f'{{"text":"{number}\\n"}}') for number in range(10)]
