"""CloudEvents of KServe's logger and of Seldon's become capture records.

The events are those of kserve/kserve pkg/logger/worker.go and SeldonIO/seldon-core executor/logger/worker.go.
"""

import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from driftline.capture import Capture, CloudEventsReceiver, Limits
from driftline.domain.errors import InvalidInputError
from tests.capturing import Answer, call, lines, sides, until

NEVER = Limits(batch_seconds=3600)


def kserve(half: str, inference_id: str = "689b15e7", **more: str) -> dict[str, str]:
    """Headers of KServe's logger; with curl's default type of the request, which the answer gets, too."""
    return {
        "Ce-Specversion": "1.0",
        "Ce-Id": inference_id,
        "Ce-Type": f"org.kubeflow.serving.inference.{half}",
        "Ce-Source": "http://localhost:9081/",
        "Ce-Time": "2026-03-01T14:01:01.505997782Z" if half == "request" else "2026-03-01T14:01:02.1Z",
        "Ce-Inferenceservicename": "sklearn-iris",
        "Ce-Namespace": "default",
        "Ce-Component": "predictor",
        "Ce-Endpoint": "",
        "Ce-Metadata": "{}",
        "Content-Type": "application/x-www-form-urlencoded",
    } | more


def seldon(half: str, request_id: str = "12b0d447", **more: str) -> dict[str, str]:
    """Headers of Seldon's executor: each event has an id of its own."""
    return {
        "ce-specversion": "1.0",
        "ce-id": f"{half}-6a572f54",
        "ce-type": f"io.seldon.serving.inference.{half}",
        "ce-source": "http://:8000/",
        "ce-time": "2026-03-01T14:01:01.447502807Z",
        "ce-requestid": request_id,
        "ce-modelid": "classifier",
        "ce-inferenceservicename": "model-test",
        "ce-namespace": "workshop",
        "ce-endpoint": "main",
        "content-type": "application/json",
    } | more


class Receiver:
    def __init__(self, folder: Path, limits: Limits = NEVER, **options: Any) -> None:
        self.folder = folder
        self.capture = Capture(folder, limits=limits)
        self.app = CloudEventsReceiver(self.capture, **options)

    def post(self, headers: dict[str, str], body: bytes) -> Answer:
        return call(self.app, body, headers, path="/")

    def lines(self) -> list[dict[str, Any]]:
        assert self.capture.flush(30)
        return lines(self.folder)


@pytest.mark.parametrize("first", ["request", "response"])
def test_both_events_of_kserve_are_one_record_in_any_order(tmp_path: Path, first: str) -> None:
    made = Receiver(tmp_path)
    bodies = {"request": b'{"instances": [[6.8, 2.8], [6.0, 3.4]]}', "response": b'{"predictions": [1, 1]}'}
    for half in sorted(bodies, reverse=first == "response"):
        answer = made.post(kserve(half), bodies[half])
        assert (answer.status, answer.json()) == (200, {"taken": 1})
    [record] = made.lines()
    assert sides(record) == (bodies["request"].decode(), bodies["response"].decode())
    assert record["eventMetadata"]["inferenceId"] == "689b15e7"
    assert record["eventMetadata"]["inferenceTime"] == "2026-03-01T14:01:01Z"
    assert {side["encoding"] for side in record["captureData"].values()} == {"JSON"}
    [path] = tmp_path.rglob("*.jsonl")
    assert path.relative_to(tmp_path).as_posix().startswith("sklearn-iris/AllTraffic/2026/03/01/14/")
    assert made.capture.writer._reserved == 0


def test_both_events_of_seldon_are_one_record_with_rows_that_are_read(tmp_path: Path) -> None:
    made = Receiver(tmp_path)
    made.post(seldon("request"), b'{"data": {"names": ["a", "b"], "ndarray": [[2, 1], [3, 4]]}}')
    made.post(
        seldon("response"), b'{"data": {"names": ["p"], "tensor": {"shape": [2, 1], "values": [0.1, 0.9]}}, "meta": {}}'
    )
    [record] = made.lines()
    assert sides(record) == ('{"columns":["a","b"],"data":[[2,1],[3,4]]}', '{"columns":["p"],"data":[[0.1],[0.9]]}')
    assert record["eventMetadata"]["inferenceId"] == "12b0d447"
    assert [path.parts[-7:-5] for path in tmp_path.rglob("*.jsonl")] == [("model-test", "main")]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"data": {"ndarray": [[2, 1]]}}', "[[2,1]]"),
        (b'{"data": {"names": ["a", "b"], "ndarray": [2, 1]}}', '{"columns":["a","b"],"data":[[2,1]]}'),
        (b'{"data": {"tensor": {"shape": [3], "values": [1, 2, 3]}}}', "[1,2,3]"),
        (b'{"data": {"tensor": {"shape": [9, 9], "values": [1]}}}', "[1]"),
        (b'{"strData": "x"}', '{"strData": "x"}'),
        (b'{"inputs": [{"name": "a", "shape": [1], "data": [1]}]}', '{"inputs": [{"name": "a", "shape": [1], "data": [1]}]}'),
        (b"{broken", "{broken"),
        (b"[" * 200_000, "[" * 200_000),
    ],
)  # fmt: skip
def test_messages_of_seldon_that_have_no_table_stay_as_they_are(tmp_path: Path, body: bytes, expected: str) -> None:
    made = Receiver(tmp_path, unpaired="write")
    made.post(seldon("request"), body)
    made.app.expire(every=True)
    assert [sides(record)[0] for record in made.lines()] == [expected]


class TestModes:
    def structured(self, half: str, **more: Any) -> dict[str, Any]:
        names = {"Content-Type": "datacontenttype"}
        attributes = {names.get(name, name.lower().removeprefix("ce-")): value for name, value in kserve(half).items()}
        return attributes | {"datacontenttype": "application/json"} | more

    def test_structured(self, tmp_path: Path) -> None:
        made = Receiver(tmp_path)
        headers = {"Content-Type": "application/cloudevents+json; charset=utf-8"}
        made.post(headers, json.dumps(self.structured("request", data={"instances": [[1]]})).encode())
        encoded = b64encode(b'{"predictions": [2]}').decode()
        made.post(headers, json.dumps(self.structured("response", data_base64=encoded)).encode())
        assert [sides(record) for record in made.lines()] == [('{"instances":[[1]]}', '{"predictions": [2]}')]

    def test_texts_that_are_not_json(self, tmp_path: Path) -> None:
        made = Receiver(tmp_path)
        for half, data in (("request", "1,2"), ("response", "0.5")):
            event = self.structured(half, data=data, datacontenttype="text/csv")
            made.post({"Content-Type": "application/cloudevents+json"}, json.dumps(event).encode())
        [record] = made.lines()
        assert sides(record) == ("1,2", "0.5")
        assert record["captureData"]["endpointInput"]["encoding"] == "CSV"

    def test_batches(self, tmp_path: Path) -> None:
        made = Receiver(tmp_path)
        batch = [self.structured("request", data=[1]), self.structured("response", data=[2])]
        answer = made.post({"Content-Type": "application/cloudevents-batch+json"}, json.dumps(batch).encode())
        assert answer.json() == {"taken": 2}
        assert [sides(record) for record in made.lines()] == [("[1]", "[2]")]


class TestPairs:
    def test_events_of_different_predictions_are_kept_apart(self, tmp_path: Path) -> None:
        made = Receiver(tmp_path, components=["predictor", "transformer"], with_namespace=True)
        others = [
            {"Ce-Id": "other"}, {"Ce-Namespace": "prod"}, {"Ce-Endpoint": "canary"}, {"Ce-Component": "transformer"},
            {"Ce-Inferenceservicename": "other"}, {},
        ]  # fmt: skip
        for half in ("request", "response"):
            for number, other in enumerate(others):
                made.post(kserve(half, **other), str(number).encode())
        found = made.lines()
        assert len(found) == len(others)
        assert all(given == answer for given, answer in map(sides, found))
        assert {path.relative_to(tmp_path).parts[:2] for path in tmp_path.rglob("*.jsonl")} == {
            ("default-sklearn-iris", "AllTraffic"), ("prod-sklearn-iris", "AllTraffic"),
            ("default-sklearn-iris", "canary"), ("default-other", "AllTraffic"),
        }  # fmt: skip

    def test_an_event_that_is_sent_again_replaces_the_one_before(self, tmp_path: Path) -> None:
        made = Receiver(tmp_path)
        for half, body in (("request", b"[1]"), ("request", b"[1]"), ("response", b"[2]")):
            made.post(kserve(half), body)
        assert [sides(record) for record in made.lines()] == [("[1]", "[2]")]
        assert made.capture.writer._reserved == 0

    @pytest.mark.parametrize(("unpaired", "expected"), [("drop", []), ("write", [("[1]", None), (None, "[2]")])])
    def test_the_wait_for_the_other_event_ends(
        self, tmp_path: Path, unpaired: str, expected: list[tuple[str | None, str | None]]
    ) -> None:
        made = Receiver(tmp_path, unpaired=unpaired, wait_seconds=0.01)
        made.post(kserve("request", "one"), b"[1]")
        made.post(kserve("response", "two"), b"[2]")
        until(lambda: made.app.expire() >= 0 and made.capture.statistics().unpaired == 2)
        assert [sides(record) for record in made.lines()] == expected
        assert made.capture.writer._reserved == 0
        # What comes after that is alone, too
        made.post(kserve("response", "one"), b"[3]")
        made.app.expire(every=True)
        assert made.capture.statistics().unpaired == 3

    def test_memory_is_bounded_and_a_broker_is_told_to_come_again(self, tmp_path: Path) -> None:
        made = Receiver(tmp_path, Limits(batch_seconds=3600, queue_bytes=10_000))
        answers = [made.post(kserve("request", str(number)), b"[1]") for number in range(20)]
        assert [answer.status for answer in answers] == [200] * 9 + [503] * 11
        assert answers[-1].header("retry-after") == "10"
        assert made.capture.statistics().dropped == 11


@pytest.mark.parametrize(
    ("headers", "body", "reason"),
    [
        ({}, b"{}", "not a CloudEvent"),
        ({"Content-Type": "application/cloudevents+json"}, b"{broken", "not JSON"),
        ({"Content-Type": "application/cloudevents+json"}, b"[" * 200_000, "not JSON"),
        ({"Content-Type": "application/cloudevents+json"}, b"[]", "not a CloudEvent"),
        ({"Content-Type": "application/cloudevents-batch+json"}, b"{}", "not a list"),
        ({"Content-Type": "application/cloudevents+json"}, b'{"type": "a", "data_base64": "?"}', "data_base64: not BASE64"),
        (kserve("request", ""), b"1", "id: no usable id"),
        (kserve("request", **{"Ce-Inferenceservicename": "../../etc"}), b"1", "inferenceservicename: '../../etc' is not"),
        (kserve("request", **{"Ce-Endpoint": ".."}), b"1", "endpoint: '..' is not a name"),
        (kserve("request", **{"Ce-Namespace": "a/b"}), b"1", "namespace: 'a/b' is not a name"),
    ],
)  # fmt: skip
def test_what_is_no_event_is_refused_with_the_reason(
    tmp_path: Path, headers: dict[str, str], body: bytes, reason: str
) -> None:
    made = Receiver(tmp_path)
    answer = made.post(headers, body)
    assert answer.status == 400
    assert reason in answer.json()["error"]
    assert made.capture.statistics().errors == 1
    assert made.lines() == []


def test_other_events_are_taken_and_left_out(tmp_path: Path) -> None:
    made = Receiver(tmp_path)
    for headers in (
        kserve("outlier"),
        seldon("feedback", **{"ce-type": "io.seldon.serving.feedback"}),
        kserve("request", **{"Ce-Component": "transformer"}),
    ):
        assert made.post(headers, b"1").json() == {"taken": 0}
    made.app.expire(every=True)
    assert made.capture.statistics().unpaired == 0


def test_bodies_above_the_limit_and_other_methods_are_refused(tmp_path: Path) -> None:
    made = Receiver(tmp_path, Limits(body_bytes=100))
    assert made.post(kserve("request"), bytes(70_000)).status == 413
    assert made.capture.statistics().oversized == 1
    answer = call(made.app, b"", method="GET")
    assert (answer.status, answer.header("allow")) == (405, "POST")


def test_an_unknown_way_with_single_events_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"unpaired: 'keep' is not possible. Expected: drop or write"):
        CloudEventsReceiver(Capture(tmp_path), unpaired="keep")  # type: ignore[arg-type]
