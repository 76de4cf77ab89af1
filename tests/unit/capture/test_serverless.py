"""Endpoints that SageMaker does not capture: a client and a proxy that do, over boto3 and a runtime on loopback."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from driftline.capture import ID_HEADER, Capture, Limits, ServerlessEndpoint, ServerlessProxy
from driftline.domain.errors import InvalidInputError
from tests.capturing import call, credentials, lines, run, served, sides

NEVER = Limits(batch_seconds=3600)


@dataclass
class Runtime:
    """SageMaker's runtime as far as an invocation goes. Answers with what it was asked, but for `status`."""

    status: int = 200
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def runtime(monkeypatch: pytest.MonkeyPatch) -> Iterator[Runtime]:
    made = Runtime()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.requests.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            answer = b'{"score": 0.5}' if made.status == 200 else b'{"message": "no such endpoint"}'
            self.send_response(made.status)
            if made.status != 200:
                self.send_header("x-amzn-errortype", "ValidationError")
            self.send_header("Content-Type", "application/json")
            self.send_header("x-Amzn-Invoked-Production-Variant", "blue")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    with served(Handler) as address:
        credentials(monkeypatch, sagemaker_runtime=address)
        yield made


def flushed(capture: Capture, folder: Path) -> list[dict[str, Any]]:
    assert capture.flush(30)
    return lines(folder)


class TestEndpoint:
    @pytest.mark.parametrize("body", [b'{"age": 3}', '{"age": 3}', io.BytesIO(b'{"age": 3}'), bytearray(b'{"age": 3}')])
    def test_a_call_is_boto3s_own_and_captured(self, tmp_path: Path, runtime: Runtime, body: Any) -> None:
        capture = Capture(tmp_path, limits=NEVER)
        endpoint = ServerlessEndpoint(capture)
        response = endpoint.invoke_endpoint(EndpointName="churn", ContentType="application/json", Body=body)
        assert response["Body"].read() == b'{"score": 0.5}'
        assert response["ResponseMetadata"]["HTTPStatusCode"] == 200
        [record] = flushed(capture, tmp_path)
        assert sides(record) == ('{"age": 3}', '{"score": 0.5}')
        assert record["eventMetadata"]["inferenceId"] == response["InferenceId"]
        assert [path.relative_to(tmp_path).parts[:2] for path in tmp_path.rglob("*.jsonl")] == [("churn", "blue")]
        assert ID_HEADER.lower() not in runtime.requests[0][1]

    def test_custom_attributes_are_passed_on_and_kept(self, tmp_path: Path, runtime: Runtime) -> None:
        capture = Capture(tmp_path, limits=NEVER)
        ServerlessEndpoint(capture).invoke_endpoint(EndpointName="churn", Body=b"1", CustomAttributes="trace=7")
        assert runtime.requests[0][1]["x-amzn-sagemaker-custom-attributes"] == "trace=7"
        [record] = flushed(capture, tmp_path)
        assert record["eventMetadata"]["customAttributes"] == ["trace=7"]

    def test_an_id_is_passed_on(self, tmp_path: Path, runtime: Runtime) -> None:
        capture = Capture(tmp_path)
        client = boto3.client("sagemaker-runtime")
        response = ServerlessEndpoint(capture, client).invoke_endpoint(
            EndpointName="churn", Body=b"1", InferenceId="mine"
        )
        assert response["InferenceId"] == "mine"
        assert runtime.requests[0][1][ID_HEADER.lower()] == "mine"
        assert flushed(capture, tmp_path)[0]["eventMetadata"]["inferenceId"] == "mine"

    def test_errors_are_boto3s_own_and_not_captured(self, tmp_path: Path, runtime: Runtime) -> None:
        runtime.status = 400
        capture = Capture(tmp_path)
        with pytest.raises(ClientError, match="no such endpoint"):
            ServerlessEndpoint(capture).invoke_endpoint(EndpointName="churn", Body=b"1")
        assert flushed(capture, tmp_path) == []


class TestProxy:
    PATH = "/endpoints/churn/invocations"

    def proxy(self, folder: Path) -> tuple[Capture, ServerlessProxy]:
        capture = Capture(folder, limits=NEVER)
        return capture, ServerlessProxy(capture, endpoints=["churn"])

    def test_an_invocation_is_passed_on_answered_and_captured(self, tmp_path: Path, runtime: Runtime) -> None:
        capture, app = self.proxy(tmp_path)
        headers = {"Content-Type": "text/csv", "Accept": "application/json", "X-Amzn-SageMaker-Custom-Attributes": "a"}
        answer = call(app, [b"1,", b"2"], {**headers, "Authorization": "AWS4-HMAC-SHA256 x"}, path=self.PATH)
        assert (answer.status, answer.json()) == (200, {"score": 0.5})
        [(path, sent, body)] = runtime.requests
        assert (path, body) == (self.PATH, b"1,2")
        assert {name: sent[name.lower()] for name in headers} == headers
        [record] = flushed(capture, tmp_path)
        assert sides(record) == ("1,2", '{"score": 0.5}')
        assert answer.header(ID_HEADER) == record["eventMetadata"]["inferenceId"]
        assert answer.header("x-amzn-invoked-production-variant") == "blue"

    def test_errors_are_sagemakers_own(self, tmp_path: Path, runtime: Runtime) -> None:
        runtime.status = 400
        capture, app = self.proxy(tmp_path)
        answer = call(app, b"1", path=self.PATH)
        assert (answer.status, answer.json()) == (400, {"message": "no such endpoint"})
        assert answer.header("x-amzn-errortype") == "ValidationError"
        assert flushed(capture, tmp_path) == []

    def test_what_boto3_refuses_is_no_exception_of_the_server(self, tmp_path: Path) -> None:
        class NoCredentialsError(Exception):
            pass

        class Client:
            def invoke_endpoint(self, **_: Any) -> None:
                raise NoCredentialsError("Unable to locate credentials")

        app = ServerlessProxy(Capture(tmp_path), endpoints="churn", client=Client())
        answer = call(app, b"1", path=self.PATH)
        assert answer.status == 502
        assert answer.json() == {"message": "NoCredentialsError: Unable to locate credentials"}

    @pytest.mark.parametrize(
        ("path", "method"),
        [("/endpoints/other/invocations", "POST"), (PATH, "GET"), ("/", "POST"), ("/endpoints/churn/invocations/x", "POST")],
    )  # fmt: skip
    def test_nothing_else_is_served(self, tmp_path: Path, runtime: Runtime, path: str, method: str) -> None:
        answer = call(self.proxy(tmp_path)[1], b"1", path=path, method=method)
        assert answer.status == 404
        assert "POST /endpoints/churn/invocations" in answer.json()["message"]
        assert runtime.requests == []

    @pytest.mark.parametrize("endpoints", [[], ["a/b"], [""]])
    def test_it_serves_named_endpoints_alone(self, tmp_path: Path, endpoints: list[str]) -> None:
        with pytest.raises(InvalidInputError, match="endpoints"):
            ServerlessProxy(Capture(tmp_path), endpoints=endpoints, client=object())

    def test_the_end_of_the_server_writes_what_waits(self, tmp_path: Path, runtime: Runtime) -> None:
        capture, app = self.proxy(tmp_path)
        capture.record({}, {}, endpoint="churn")
        events = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
        sent: list[str] = []

        async def receive() -> Any:
            return events.pop(0)

        async def send(message: Any) -> None:
            sent.append(message["type"])

        run(app({"type": "lifespan"}, receive, send))
        assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
        assert len(lines(tmp_path)) == 1
