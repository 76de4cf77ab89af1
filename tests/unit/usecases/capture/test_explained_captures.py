"""Capture files of endpoints with online explainability, from the bucket to the rows that a monitor reads."""

import gzip
import json
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest

from driftline.domain.capture.attribute import pick
from driftline.domain.capture.attributions import NOTE_KEY, attribution_key, attribution_of
from driftline.domain.keys import profile_key, records_key, source_digest
from driftline.domain.predictions.outputs import output_columns, outputs_of
from driftline.domain.profiles.capture_profile import HourProfile
from driftline.domain.windows import Window
from driftline.kinds.model_explainability.captured import AttributionColumns, Cells, explained_rows
from driftline.usecases.ground_truth.captured_window import CapturedWindow
from tests.captures import profile_file
from tests.fakes import InMemoryStore
from tests.tables import TABLES

KEY = "capture/adult/AllTraffic/2026/03/01/14/00-00-000-abc.jsonl"
HOUR = datetime(2026, 3, 1, 14, tzinfo=UTC)
AGE = attribution_key("Age", "label0")

type Document = dict[str, object]
type Side = Mapping[str, str]


def as_json(text: str) -> Side:
    return {"observedContentType": "application/json", "data": text, "encoding": "JSON"}


def as_csv(text: str) -> Side:
    return {"observedContentType": "text/csv", "data": text, "encoding": "CSV"}


def as_base64(text: str) -> Side:
    return {
        "observedContentType": "application/json",
        "data": b64encode(text.encode()).decode(),
        "encoding": "BASE64",
    }


def as_base64_csv(text: str) -> Side:
    return {**as_base64(text), "observedContentType": "text/csv"}


def record(output: Side, input_: Side, event: str = "e", minute: int = 1) -> bytes:
    captured = {"endpointInput": input_, "endpointOutput": output}
    metadata = {"eventId": event, "inferenceTime": f"2026-03-01T14:{minute:02}:00Z"}
    return json.dumps({"captureData": captured, "eventMetadata": metadata, "eventVersion": "0"}).encode() + b"\n"


def profiled(body: bytes) -> InMemoryStore:
    store = InMemoryStore("bucket", {KEY: body})
    profile_file(KEY, store)
    return store


def profile(store: InMemoryStore) -> HourProfile:
    return HourProfile.from_bytes(store.objects[profile_key("adult", "AllTraffic", HOUR, source_digest(None, KEY))])


def layouts(store: InMemoryStore) -> bytes:
    """The profile without what names the file."""
    of_file = profile(store)
    return replace(of_file, source="", records_key="", content="").to_bytes()


def columns_of(store: InMemoryStore) -> list[str]:
    [hour] = window(store).hours
    return hour.columns()


def window(store: InMemoryStore) -> CapturedWindow:
    return CapturedWindow(store, TABLES, "adult", "model_explainability", Window(HOUR, HOUR + timedelta(hours=1)))


def captured(store: InMemoryStore, columns: Sequence[str]) -> dict[str, Cells]:
    [hour] = window(store).hours
    [batch] = hour.batches(columns)
    return dict(batch)


@pytest.fixture(scope="module")
def answer(shared_data: Path) -> Document:
    """70 records, of which 8 are explained."""
    return cast("Document", json.loads((shared_data / "capture_samples/online_tabular.response-5.json").read_bytes()))


def predictions(answer: Document) -> str:
    found = cast("dict[str, str]", answer["predictions"])
    return found["data"]


@pytest.fixture(scope="module")
def rows() -> str:
    return "\n".join(",".join(str(row * column) for column in range(14)) for row in range(70))


@pytest.mark.parametrize("side", [as_json, as_csv, as_base64, as_base64_csv])
@pytest.mark.parametrize("packed", [False, True])
def test_the_profile_is_that_of_the_models_own_answer(
    answer: Document, rows: str, side: Callable[[str], Side], packed: bool
) -> None:
    enveloped = record(side(json.dumps(answer)), as_csv(rows))

    store = profiled(gzip.compress(enveloped) if packed else enveloped)

    assert layouts(store) == layouts(profiled(record(as_csv(predictions(answer)), as_csv(rows))))
    assert list(profile(store).slots[HOUR].layouts) == ["csv:1+14"]


def test_a_monitor_reads_attributions_per_row(answer: Document, rows: str) -> None:
    store = profiled(record(as_json(json.dumps(answer)), as_csv(rows)))
    columns = AttributionColumns.of(columns_of(store))

    batch = captured(store, ["output[0]", "input[0]", "input[1]", "row", *columns.columns])
    found = explained_rows(columns, ["output[0]"], batch, len(batch["row"]))

    assert batch["row"] == tuple(range(70))
    assert batch["input[1]"] == tuple(map(str, range(70)))
    assert batch["output[0]"] == tuple(predictions(answer).split())
    explanations = cast("dict[str, list[list[dict[str, object]] | None]]", answer["explanations"])["kernel_shap"]
    assert found.places.tolist() == [place for place, each in enumerate(explanations) if each]
    assert columns.features == tuple(each["feature_header"] for each in explanations[3] or ())
    assert (found.not_explained, found.unusable, found.notes) == (62, {}, {})
    assert max(abs(found.expected_values[:, 0] - 0.002837406704)) < 1e-12


def test_records_with_and_without_envelope_share_a_file(answer: Document, rows: str) -> None:
    own = as_csv(predictions(answer))
    mixed = record(as_json(json.dumps(answer)), as_csv(rows), "b") + record(own, as_csv(rows), "a")
    mixed += record(own, as_csv(rows), "c", 59) + b"junk\n" + record(as_json(json.dumps(answer)), as_csv(rows), "d", 59)

    store = profiled(mixed)
    batch = captured(store, ["event_id", "row", "output[0]", AGE])

    whole = profiled(b"".join(record(own, as_csv(rows), *each) for each in (("b",), ("a",), ("c", 59), ("d", 59))))
    assert profile(store).slots[HOUR].layouts == profile(whole).slots[HOUR].layouts
    assert (profile(store).rows, profile(store).rejected) == (280, 1)
    assert batch["event_id"] == ("a",) * 70 + ("b",) * 70 + ("c",) * 70 + ("d",) * 70
    assert batch["row"] == tuple(range(70)) * 4
    explained = {event for event, cell in zip(batch["event_id"], batch[AGE], strict=True) if cell}
    assert explained == {"b", "d"}


def test_files_with_and_without_envelope_share_an_hour(answer: Document, rows: str) -> None:
    store = profiled(record(as_csv(predictions(answer)), as_csv(rows), "a"))
    other = KEY.replace("abc", "abd")
    store.put(other, record(as_json(json.dumps(answer)), as_csv(rows), "b", 2))
    profile_file(other, store)

    batch = captured(store, ["event_id", AGE])

    assert (len(batch[AGE]), sum(cell is not None for cell in batch[AGE])) == (140, 8)


def test_records_without_envelope_are_as_they_were(answer: Document, rows: str) -> None:
    store = profiled(record(as_csv(predictions(answer)), as_csv(rows)))

    records = store.objects[records_key("adult", "AllTraffic", HOUR, source_digest(None, KEY))]
    assert b"attribution" not in records


def test_free_text_leaves_a_note_and_the_prediction(shared_data: Path) -> None:
    text = (shared_data / "capture_samples/online_nlp.response-1.json").read_text()
    store = profiled(record(as_json(text), as_csv('"I am 5\'6"", and ordered a small."')))

    batch = captured(store, ["output[0]", NOTE_KEY])

    assert batch == {"output[0]": ("0.9713779",), NOTE_KEY: ("free text is left out: feature_0",)}
    assert not [column for column in columns_of(store) if attribution_of(column)]


def test_expressions_pick_from_the_models_own_answer() -> None:
    data = json.dumps({"predictions": [{"score": 0.3, "label": "no"}, {"score": 0.9, "label": "yes"}]})
    shap = [[{"feature_header": "x", "attributions": [{"attribution": [value]}]}] for value in (0.1, 0.2)]
    answer = {
        "version": "1.0",
        "predictions": {"content_type": "application/json", "data": data},
        "explanations": {"kernel_shap": shap},
    }
    given = as_json('{"instances": [{"x": 1}, {"x": 2}]}')
    store = profiled(record(as_json(json.dumps(answer)), given) + record(as_json(data), given, "f", 2))

    outputs = output_columns(columns_of(store))
    batch = captured(store, [*outputs, "input.x", attribution_key("x", "label0")])

    found = list(outputs_of(outputs, [batch[name] for name in outputs]))
    assert outputs == ["output.score", "output.label"]
    assert [pick("score", row) for row in found] == ["0.3", "0.9", "0.3", "0.9"]
    assert [pick("[label, score] | [0]", row) for row in found] == ["no", "yes"] * 2
    assert batch[attribution_key("x", "label0")] == ("0.1", "0.2", None, None)
    assert layouts(store) == layouts(profiled(record(as_json(data), given) + record(as_json(data), given, "f", 2)))


def test_headers_that_differ_in_case_or_hold_quotes_stay_apart() -> None:
    names = ["age", "Age", 'q"uo,te', "line\nend", "a]#2", "\u0000", "Größe"]
    shap = [{"feature_header": name, "attributions": [{"attribution": [at]}]} for at, name in enumerate(names)]
    answer = {"version": "1", "predictions": {"data": "1"}, "explanations": {"kernel_shap": [shap]}}
    store = profiled(record(as_json(json.dumps(answer)), as_csv("1")))

    columns = AttributionColumns.of(columns_of(store))
    batch = captured(store, columns.columns)

    assert columns.features == tuple(names)
    assert [batch[columns.keys[name, "label0"]] for name in names] == [(f"{at}.0",) for at in range(len(names))]


@pytest.mark.parametrize(
    "damaged",
    [
        {"explanations": {"kernel_shap": [[]]}},
        {"explanations": "none"},
        {"explanations": {"kernel_shap": [None] * 3}},
        {"explanations": {"kernel_shap": json.loads("[" * 400 + "]" * 400)}},
    ],
)
def test_damaged_explanations_cost_neither_the_prediction_nor_the_file(damaged: Document) -> None:
    bad = {"version": "1.0", "predictions": {"content_type": "text/csv", "data": "0.5"}, **damaged}
    store = profiled(record(as_json(json.dumps(bad)), as_csv("1,2")) + record(as_csv("0.7"), as_csv("3,4"), "f", 2))

    batch = captured(store, ["output[0]", "input[1]", NOTE_KEY])
    found = explained_rows(AttributionColumns.of(columns_of(store)), [], batch, 2)

    assert (batch["output[0]"], batch["input[1]"]) == (("0.5", "0.7"), ("2", "4"))
    assert (found.not_explained, list(found.unusable.values())) == (1, [1])
    assert profile(store).rejected == 0


@pytest.mark.parametrize("depth", [2_000, 200_000])
@pytest.mark.parametrize(
    "wrap", ["%s", '{"version":"1","predictions":{"data":%s},"explanations":{}}', '{"a":%s,"b":[1]}']
)
def test_answers_that_are_nested_too_deeply_are_rejected_and_the_rest_is_read(depth: int, wrap: str) -> None:
    for deep in ("[" * depth + "]" * depth, '{"a":' * depth + "1" + "}" * depth):
        bad = record(as_json(wrap % deep), as_csv("1"))
        store = profiled(bad + record(as_csv("0.7"), as_csv("3"), "f", 2))

        assert (profile(store).rows, profile(store).rejected) == (1, 1)


def test_explanations_that_are_nested_deeply_are_not_followed() -> None:
    deep = '{"a":' * 900 + "1" + "}" * 900
    text = '{"version":"1","predictions":{"data":"0.5"},"explanations":{"kernel_shap":[DEEP]}}'.replace("DEEP", deep)
    store = profiled(record(as_json(text), as_csv("1")))

    assert captured(store, ["output[0]", NOTE_KEY])["output[0]"] == ("0.5",)
    assert profile(store).rejected == 0


def test_lines_that_are_nested_too_deeply_are_rejected_and_the_rest_is_read() -> None:
    deep = b'{"captureData":{},"eventMetadata":{},"more":' + b"[" * 200_000 + b"]" * 200_000 + b"}\n"
    store = profiled(deep + record(as_csv("0.7"), as_csv("3")))

    assert (profile(store).rows, profile(store).rejected) == (1, 1)
