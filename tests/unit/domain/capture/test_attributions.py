"""Attributions of an envelope as cells: names, limits, and envelopes that are damaged."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.domain.capture.attributions import (
    MAX_ATTRIBUTIONS,
    NOTE_KEY,
    AttributionReader,
    attribution_key,
    attribution_of,
)
from driftline.domain.capture.envelopes import is_envelope
from driftline.domain.capture.json_rows import PayloadError
from driftline.domain.capture.payloads import CsvRows, NamedRows, Payload, decode_answer, decode_payload

PREDICTIONS = {"content_type": "text/csv; charset=utf-8", "data": "0.25\n"}


def feature(*units: list[object], **more: object) -> dict[str, object]:
    return {"attributions": [{"attribution": unit} for unit in units], **more}


def envelope(*records: object, **more: object) -> dict[str, object]:
    return {"version": "1.0", "predictions": PREDICTIONS, "explanations": {"kernel_shap": list(records)}, **more}


def read(document: dict[str, object], rows: int = 1) -> list[dict[str, object]] | None:
    found = AttributionReader().read(document, rows)
    return None if found is None else [dict(row) for row in found]


def note(document: dict[str, object], rows: int = 1) -> object:
    """The only thing that there is of each row."""
    found = read(document, rows)
    assert found
    assert all(row.keys() == {NOTE_KEY} for row in found)
    return found[0][NOTE_KEY]


@given(st.text(), st.text())
def test_a_column_knows_its_feature_and_its_output(name: str, output: str) -> None:
    key = attribution_key(name, output)

    assert attribution_of(key) == (name, output)
    assert attribution_of(f"{key}#2") == (name, output)


@pytest.mark.parametrize("column", ["output[0]", "input.attribution", NOTE_KEY, "label", 'attribution["a"]'])
def test_other_columns_have_no_attributions(column: str) -> None:
    assert attribution_of(column) is None


def test_names_come_from_headers_or_places() -> None:
    record = [feature([1, 0.5], feature_header='a".b'), feature([2, -3e-5])]

    by_place, by_header = read(envelope(record)), read(envelope(record, label_headers=["no", "yes"]))

    assert by_place
    assert by_header
    assert by_place[0] == {
        attribution_key('a".b', "label0"): 1.0,
        attribution_key('a".b', "label1"): 0.5,
        attribution_key("feature_1", "label0"): 2.0,
        attribution_key("feature_1", "label1"): -3e-5,
    }
    assert [attribution_of(key) for key in by_header[0]][:2] == [('a".b', "no"), ('a".b', "yes")]


def test_records_that_are_not_explained_have_no_cells() -> None:
    assert read(envelope(None, [feature([1.0])], None), 3) == [{}, {attribution_key("feature_0", "label0"): 1.0}, {}]
    assert read(envelope(None, None), 2) is None
    assert read(envelope() | {"explanations": {}}, 2) is None


def test_units_of_a_feature_are_summed_and_free_text_is_left_out() -> None:
    text = {"attributions": [{"attribution": [0.5], "description": {"partial_text": "Nice.", "start_idx": 0}}]}
    record = [feature([0.25], [0.5], feature_header="day"), {**text, "feature_header": "review"}]

    assert read(envelope(record)) == [
        {attribution_key("day", "label0"): 0.75, NOTE_KEY: "free text is left out: review"}
    ]
    assert note(envelope([feature([1.0], feature_type="text")])) == "free text is left out: feature_0"


@pytest.mark.parametrize(
    ("explanations", "reason"),
    [
        (None, "explanations is not an object"),
        ([[1]], "explanations is not an object"),
        ({"lime": []}, "explanations has no list kernel_shap"),
        ({"kernel_shap": {"0": []}}, "explanations has no list kernel_shap"),
        ({"kernel_shap": []}, "explanations of 0 records for predictions of 1"),
        ({"kernel_shap": [None, None]}, "explanations of 2 records for predictions of 1"),
        ({"kernel_shap": [[]]}, "the explanation of a record is not a list of features"),
        ({"kernel_shap": [{"a": 1}]}, "the explanation of a record is not a list of features"),
        ({"kernel_shap": [[1]]}, "a feature is not an object"),
        ({"kernel_shap": [[[[[feature([1.0])]]]]]}, "a feature is not an object"),
        ({"kernel_shap": [[{}]]}, "a feature has no list of attributions"),
        ({"kernel_shap": [[{"attributions": [0.5]}]]}, "a feature has no list of attributions"),
        ({"kernel_shap": [[{"attributions": [{}]}]]}, "an attribution is not a list of numbers"),
        ({"kernel_shap": [[feature([])]]}, "an attribution is not a list of numbers"),
        ({"kernel_shap": [[feature(["0.5"])]]}, "an attribution is not a finite number"),
        ({"kernel_shap": [[feature([True])]]}, "an attribution is not a finite number"),
        ({"kernel_shap": [[feature([None])]]}, "an attribution is not a finite number"),
        ({"kernel_shap": [[feature([float("nan")])]]}, "an attribution is not a finite number"),
        ({"kernel_shap": [[feature([10**400])]]}, "an attribution is not a finite number"),
        ({"kernel_shap": [[feature([1e308], [1e308])]]}, "an attribution is not a finite number"),
        ({"kernel_shap": [[feature([1], [1, 2])]]}, "the units of a feature have attributions for different numbers"),
        ({"kernel_shap": [[feature([1]), feature([1, 2])]]}, "features have attributions for different numbers"),
        ({"kernel_shap": [[feature([1], feature_header=7)]]}, "a header is not a name"),
        ({"kernel_shap": [[feature([1], feature_header="x" * 201)]]}, "a header is longer than 200 characters"),
        ({"kernel_shap": [[feature([1], feature_header="a")] * 2]}, "two features are called a"),
        ({"kernel_shap": [[feature([0.0])] * 1001]}, "more than 256 features x outputs in one record"),
        ({"kernel_shap": [[feature([0.0] * 600), feature([0.0] * 600)]]}, "more than 256 features x outputs in one"),
    ],
)
def test_damaged_explanations_leave_their_reason(explanations: object, reason: str) -> None:
    assert str(note(envelope() | {"explanations": explanations})).startswith(reason)


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ("yes", "label_headers is not a list of names"),
        ([1], "a header is not a name"),
        (["a", "a"], "two label_headers are the same"),
        (["a", "b"], "2 label_headers for attributions of 1 outputs"),
        ([str(index) for index in range(1001)], "more than 256 label_headers"),
    ],
)
def test_damaged_label_headers_leave_their_reason(headers: object, reason: str) -> None:
    assert note(envelope([feature([1.0])], label_headers=headers)) == reason


def test_one_damaged_record_leaves_the_others_alone() -> None:
    found = read(envelope([feature([1.0])], [feature(["x"])], None), 3)

    assert found == [
        {attribution_key("feature_0", "label0"): 1.0},
        {NOTE_KEY: "an attribution is not a finite number"},
        {},
    ]


def test_new_names_in_every_record_end_at_the_limit_of_a_file() -> None:
    reader = AttributionReader()
    record = [feature([0.0], feature_header=f"f{index}") for index in range(MAX_ATTRIBUTIONS)]

    [full] = reader.read(envelope(record), 1) or ()
    [beyond] = reader.read(envelope([feature([0.0], feature_header="another")]), 1) or ()
    [known] = reader.read(envelope(record[:3]), 1) or ()

    assert (len(full), len(known)) == (MAX_ATTRIBUTIONS, 3)
    assert beyond == {NOTE_KEY: "more than 256 features x outputs in one capture file"}


@pytest.mark.parametrize(
    ("predictions", "rows"),
    [
        (PREDICTIONS, CsvRows([["0.25"]])),
        ({"data": "0.25"}, CsvRows([["0.25"]])),
        ({"content_type": "application/x-own", "data": "1,0.6\n0,0.3"}, CsvRows([["1", "0.6"], ["0", "0.3"]])),
        ({"content_type": 7, "data": "0.25"}, CsvRows([["0.25"]])),
    ],
)
def test_predictions_are_read_by_their_own_content_type(predictions: object, rows: CsvRows) -> None:
    document = envelope() | {"predictions": predictions}

    assert decode_answer(Payload(json.dumps(document), "JSON")) == (rows, document)


@pytest.mark.parametrize(
    ("content_type", "data"),
    [
        ("application/json", '{"predictions": [{"score": 0.3}, {"score": 0.5}]}'),
        ("application/jsonlines", '{"score": 0.3}\n{"score": 0.5}\n'),
        ("", '[{"score": 0.3}, {"score": 0.5}]'),
        ("application/json", [{"score": 0.3}, {"score": 0.5}]),
    ],
)
def test_predictions_may_be_json(content_type: str, data: object) -> None:
    document = envelope() | {"predictions": {"content_type": content_type, "data": data}}

    rows, _ = decode_answer(Payload(json.dumps(document), "JSON"))

    assert isinstance(rows, NamedRows)
    assert rows.rows == [{".score": 0.3}, {".score": 0.5}]


@pytest.mark.parametrize(
    "document",
    [
        {"predictions": [[0.1]], "explanations": [[0.2]], "version": "7"},
        {"predictions": {"score": 0.1}, "explanations": {}, "version": "7"},
        {"predictions": PREDICTIONS, "explanations": {}},
        {"version": "1", "predictions": {"data": "0.1"}},
        ["version", "predictions", "explanations"],
    ],
)
def test_answers_that_only_look_alike_are_read_as_they_are(document: object) -> None:
    payload = Payload(json.dumps(document), "JSON")

    assert not is_envelope(document)
    assert decode_answer(payload) == (decode_payload(payload), None)


def test_predictions_that_cannot_be_read_say_where() -> None:
    for data in ("", "<html>", '{"a"'):
        document = envelope() | {"predictions": {"content_type": "text/html", "data": data}}
        with pytest.raises(PayloadError, match=r"^predictions\.data: "):
            decode_answer(Payload(json.dumps(document), "JSON"))


def test_requests_are_never_unwrapped() -> None:
    rows = decode_payload(Payload(json.dumps(envelope()), "JSON"))

    assert ".predictions.data" in rows.rows[0]
