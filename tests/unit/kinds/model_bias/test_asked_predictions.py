"""A baseline whose predictions an endpoint gives: a real client, a real HTTP server, a trained model."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import boto3
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from driftline.adapters.aws.sagemaker_endpoints import SageMakerEndpoints
from driftline.domain.errors import InvalidInputError
from driftline.domain.predictions.questions import Question, answers
from tests.executing import suggest_in
from tests.loans import ENDPOINT, FOLDER, SETTINGS, Loans, people

ROWS = people(400, 1)
MODEL = LogisticRegression().fit([[each.age] for each in ROWS], [int(each.age > 40) for each in ROWS])


@dataclass
class Endpoint:
    """Requests by content type, and how it answers."""

    url: str = ""
    requests: list[tuple[str, bytes]] = field(default_factory=list)
    status: int = 200


def _answer(content_type: str, body: bytes) -> bytes:
    if content_type == "text/csv":
        ages = [float(line.split(",")[0]) for line in body.decode().splitlines()]
        return "".join(f"{score:.6f}\n" for score in _scores(ages)).encode()
    records = (
        [json.loads(line) for line in body.decode().splitlines()]
        if content_type == "application/jsonlines"
        else json.loads(body)["instances"]
    )
    found = [{"score": round(score, 6)} for score in _scores([record["features"][0] for record in records])]
    if content_type == "application/jsonlines":
        return "\n".join(map(json.dumps, found)).encode()
    return json.dumps({"predictions": found}).encode()


def _scores(ages: list[float]) -> list[float]:
    return [float(each) for each in MODEL.predict_proba(np.array(ages)[:, None])[:, 1]]


@contextmanager
def serving() -> Iterator[Endpoint]:
    endpoint = Endpoint()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kind = self.headers["Content-Type"]
            endpoint.requests.append((kind, body))
            answered = _answer(kind, body) if endpoint.status == 200 else b'{"message": "no such endpoint"}'
            self.send_response(endpoint.status)
            if endpoint.status != 200:
                self.send_header("x-amzn-errortype", "ValidationError")
            self.send_header("Content-Length", str(len(answered)))
            self.end_headers()
            self.wfile.write(answered)

        def log_message(self, *_: Any) -> None:
            """Nothing on the terminal."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        endpoint.url = f"http://127.0.0.1:{server.server_port}"
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield endpoint
        finally:
            server.shutdown()


def predictor(endpoint: Endpoint) -> SageMakerEndpoints:
    client = boto3.client(
        "sagemaker-runtime",
        endpoint_url=endpoint.url,
        region_name="eu-west-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    return SageMakerEndpoints(client)


def asking(content_type: str = "text/csv", **more: Any) -> Loans:
    """A document that asks, and a data set without predictions."""
    settings = {name: value for name, value in SETTINGS.items() if name != "inference_attribute"}
    asked = {"endpoint": "shadow", "content_type": content_type, "rows_per_request": 64, **more}
    name = "approved" if content_type == "text/csv" else "predictions[*].score"
    loans = Loans({**settings, "probability_attribute": name, "predictor": asked}, columns=("age",))
    lines = ["age,sex,repaid", *(f"{each.age},{each.sex},{each.repaid}" for each in ROWS), ""]
    loans.store.put(f"{FOLDER}input/data.csv", "\n".join(lines).encode())
    return loans


@pytest.mark.parametrize("content_type", ["text/csv", "application/jsonlines", "application/json"])
def test_the_endpoints_answers_are_the_predictions(content_type: str) -> None:
    loans = asking(content_type)
    with serving() as endpoint:
        suggest_in(loans.store, ENDPOINT, "model_bias", predictor=predictor(endpoint))

    assert len(endpoint.requests) == 7
    analysis = json.loads(loans.store.objects[f"{FOLDER}analysis.json"])
    [entry] = analysis["post_training_bias_metrics"]["facets"]["sex"]
    dppl = next(each["value"] for each in entry["metrics"] if each["name"] == "DPPL")
    accepted = np.array(_scores([each.age for each in ROWS])).round(6) > 0.5
    women = np.array([each.sex == "Female" for each in ROWS])
    assert dppl == pytest.approx(accepted[~women].mean() - accepted[women].mean(), abs=1e-12)
    assert all(b"Female" not in body for _, body in endpoint.requests)


def test_too_many_rows_are_refused_before_the_first_request() -> None:
    loans = asking(most_requests=3)
    with serving() as endpoint, pytest.raises(InvalidInputError, match="400 rows without predictions take 7 requests"):
        suggest_in(loans.store, ENDPOINT, "model_bias", predictor=predictor(endpoint))
    assert not endpoint.requests


def test_an_endpoint_that_refuses_is_named_with_what_it_says() -> None:
    loans = asking()
    with serving() as endpoint:
        endpoint.status = 400
        with pytest.raises(InvalidInputError, match="no such endpoint") as refused:
            suggest_in(loans.store, ENDPOINT, "model_bias", predictor=predictor(endpoint))
    assert refused.value.where == "shadow"


def test_without_aws_nothing_is_asked() -> None:
    with pytest.raises(InvalidInputError, match="shadow cannot be asked here"):
        suggest_in(asking().store, ENDPOINT, "model_bias")


@pytest.mark.parametrize("body", [b"0.1\n0.2\n", b"0.1,0.2"], ids=["lines", "two records on one line"])
def test_answers_of_csv(body: bytes) -> None:
    assert answers(body, Question("shadow"), 2) == [{"0": "0.1"}, {"0": "0.2"}]


@pytest.mark.parametrize("body", [b"0.1\n", b"0.1\n0.2\n0.3\n", b"\xff"], ids=["too few", "too many", "no text"])
def test_answers_that_do_not_fit(body: bytes) -> None:
    with pytest.raises(InvalidInputError):
        answers(body, Question("shadow"), 2)


def test_templates() -> None:
    json_lines = Question("shadow", "application/jsonlines", content_template='{"data": $features_kvp}')
    assert json_lines.body(["age", "sex"], [["41", "F"]]) == b'{"data": {"age": 41, "sex": "F"}}\n'
    document = Question("shadow", "application/json", record_template='{"a": "${age}"}')
    assert json.loads(document.body(["age"], [["41"], [""]])) == {"instances": [{"a": 41}, {"a": None}]}
    with pytest.raises(InvalidInputError, match="records"):
        Question("shadow", "application/json", content_template="{}").body(["age"], [["41"]])
