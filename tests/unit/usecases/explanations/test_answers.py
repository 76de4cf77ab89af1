"""An endpoint as a model: Clarify's formats of requests, requests that are too large, and answers that are nonsense."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from driftline.domain.errors import InvalidInputError
from driftline.domain.explanations.tasks import AskedEndpoint, Kernel
from driftline.usecases.explanations import answers as module
from driftline.usecases.explanations.answers import EndpointModel

FEATURES = ("age", "city")


@dataclass
class Answering:
    """`Predictor` that answers each body as a function says."""

    how: Callable[[bytes], bytes]
    bodies: list[bytes] = field(default_factory=list)
    formats: set[tuple[str, str, str]] = field(default_factory=set)

    def answer(self, endpoint: str, body: bytes, content_type: str, accept: str) -> bytes:
        self.bodies.append(body)
        self.formats.add((endpoint, content_type, accept))
        return self.how(body)


def model(how: Callable[[bytes], bytes], **source: Any) -> tuple[EndpointModel, Answering]:
    predictor = Answering(how)
    asked = AskedEndpoint(name="shadow", kernel=Kernel(((0.0, "x"),)), **source)
    return EndpointModel(asked, FEATURES, predictor), predictor


def cells(*rows: tuple[object, object]) -> Any:
    found = np.empty((len(rows), 2), dtype=object)
    for number, row in enumerate(rows):
        found[number, :] = row
    return found


def a_half_each(body: bytes) -> bytes:
    return b"0.5\n" * len(body.splitlines())


def test_csv() -> None:
    asked, predictor = model(a_half_each)
    found = asked(cells((39.0, "Rome"), (40.5, None), (float("nan"), 'a "b", c')))
    assert found.tolist() == [[0.5]] * 3
    assert predictor.bodies == [b'39,Rome\n40.5,\n,"a ""b"", c"\n']
    assert predictor.formats == {("shadow", "text/csv", "text/csv")}
    assert asked.requests == 1


def test_json_lines_with_a_template() -> None:
    def how(body: bytes) -> bytes:
        ages = [json.loads(line)["data"]["features"][0] for line in body.splitlines()]
        return "".join(json.dumps({"score": age / 100, "label": 1}) + "\n" for age in ages).encode()

    asked, predictor = model(
        how,
        content_type="application/jsonlines",
        content_template='{"data":{"features":$features}}',
        probability="score",
    )
    assert asked(cells((39, "Rome"), (50.0, "Bonn"))).tolist() == [[0.39], [0.5]]
    assert predictor.bodies == [b'{"data":{"features":[39, "Rome"]}}\n{"data":{"features":[50, "Bonn"]}}\n']
    assert predictor.formats == {("shadow", "application/jsonlines", "application/jsonlines")}


def test_json_with_records_by_name() -> None:
    def how(body: bytes) -> bytes:
        return json.dumps({"predictions": [{"score": each["age"]} for each in json.loads(body)["instances"]]}).encode()

    asked, predictor = model(
        how,
        content_type="application/json",
        content_template='{"instances":$records}',
        record_template="$features_kvp",
        probability="score",
    )
    assert asked(cells((39, "Rome"), (50, "Bonn"))).tolist() == [[39.0], [50.0]]
    assert json.loads(predictor.bodies[0]) == {"instances": [{"age": 39, "city": "Rome"}, {"age": 50, "city": "Bonn"}]}


def test_another_format_of_the_answer() -> None:
    asked, predictor = model(lambda _: b'{"score": 0.25}\n', accept="application/jsonlines", probability="score")
    assert asked(cells((1, "a"))).tolist() == [[0.25]]
    assert predictor.formats == {("shadow", "text/csv", "application/jsonlines")}


@pytest.mark.parametrize(
    ("answer", "source"),
    [
        (b'{"scores": [0.1, 0.9]}\n', {"accept": "application/jsonlines", "probability": "scores"}),
        (b'{"a": {"scores": [0.1, 0.9]}}\n', {"accept": "application/jsonlines", "probability": "a.scores"}),
        (b'{"predictions": [[0.1, 0.9]]}', {"accept": "application/json"}),
        (b"0.1,0.9\n", {}),
        (b'"[0.1, 0.9]"\n', {}),
    ],
    ids=["a list", "a list inside", "a list for each row", "a row of CSV", "a list in a cell"],
)
def test_several_outputs(answer: bytes, source: dict[str, Any]) -> None:
    asked, _ = model(lambda _: answer, **source)
    assert asked(cells((1, "a"))).tolist() == [[0.1, 0.9]]


def test_one_of_several_columns() -> None:
    asked, _ = model(lambda _: b"yes,0.75\n", probability="1")
    assert asked(cells((1, "a"))).tolist() == [[0.75]]
    named, _ = model(lambda _: b"yes,0.75\n", probability="score", outputs=("label", "score"))
    assert named(cells((1, "a"))).tolist() == [[0.75]]


def test_rows_per_request() -> None:
    asked, predictor = model(a_half_each, rows_per_request=2)
    assert asked(cells(*[(1, "a")] * 5)).shape == (5, 1)
    assert [len(body.splitlines()) for body in predictor.bodies] == [2, 2, 1]
    assert asked.requests == 3


def test_a_body_that_is_too_large_is_halved_and_the_order_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 40)
    asked, predictor = model(lambda body: b"".join(line.split(b",")[0] + b"\n" for line in body.splitlines()))
    found = asked(cells(*((number, "x" * number) for number in range(1, 18))))
    assert found[:, 0].tolist() == list(range(1, 18))
    assert max(map(len, predictor.bodies)) <= 40
    assert b"".join(predictor.bodies).count(b"\n") == 17


def test_one_row_that_is_too_large_is_sent_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """The endpoint says what is wrong with it."""
    monkeypatch.setattr(module, "MOST_BYTES", 3)
    asked, predictor = model(a_half_each)
    assert asked(cells((1, "much too long"), (2, "b"))).shape == (2, 1)
    assert len(predictor.bodies) == 2


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"", "0 answers to 2 rows"),
        (b"0.5\n", "1 answers to 2 rows"),
        (b"0.5\n" * 3, "3 answers to 2 rows"),
        (b"yes\nno\n", "not a number: 'yes'"),
        (b"0.5\nnan\n", "not a number: 'nan'"),
        (b"0.5\ninf\n", "not a number: 'inf'"),
        (b"0.5\n0.5,0.5\n", "answers of 1 and of 2 numbers"),
        (b"\xff\xfe\n\n", "cannot be read"),
        (b"<html>busy</html>\n<br>\n", "not a number"),
    ],
)
def test_nonsense_is_a_clear_error(answer: bytes, said: str) -> None:
    asked, _ = model(lambda _: answer)
    with pytest.raises(InvalidInputError, match=said) as raised:
        asked(cells((1, "a"), (2, "b")))
    assert raised.value.where == "shadow"
    assert raised.value.expected


def test_an_answer_without_the_score_says_where_to_look() -> None:
    asked, _ = model(lambda _: b'{"label": "x"}\n', accept="application/jsonlines", probability="score")
    with pytest.raises(InvalidInputError, match="not a number") as raised:
        asked(cells((1, "a")))
    assert "probability_attribute" in raised.value.mend
