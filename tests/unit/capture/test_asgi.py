"""The middleware captures what an application answers, changes nothing but a header, and fails no request."""

import asyncio
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from driftline.capture import ID_HEADER, Capture, CaptureMiddleware, Limits
from driftline.capture.asgi import App
from driftline.capture.recorder import ATTRIBUTES_HEADER
from driftline.domain.errors import InvalidInputError
from tests.capturing import answering, bucket, call, called, ids, lines, read, run, sides

NEVER = Limits(batch_seconds=3600)
CSV = {"Content-Type": "text/csv"}


class Folder:
    """An application that is captured into a folder."""

    def __init__(self, folder: Path, app: App, limits: Limits = NEVER, **options: Any) -> None:
        self.folder = folder
        arguments = {name: options.pop(name) for name in ("sampling_percentage",) if name in options}
        self.capture = Capture(folder, endpoint="churn", limits=limits, **arguments)
        self.app = CaptureMiddleware(app, self.capture, **options)

    def lines(self) -> list[dict[str, Any]]:
        assert self.capture.flush(30)
        return lines(self.folder)

    def count(self, name: str) -> int:
        return int(getattr(self.capture.statistics(), name))

    def is_empty(self) -> bool:
        """Whether no memory is taken any more."""
        assert self.capture.flush(30)
        return self.capture.writer._reserved == 0


@pytest.fixture(params=["json", "csv", "binary"])
def kind(request: pytest.FixtureRequest) -> tuple[str, bytes, bytes, str]:
    """Content type, request, answer, encoding."""
    return {
        "json": ("application/json", b'{"age": 3}', b'{"score": 0.5}', "JSON"),
        "csv": ("text/csv", b"3,basic\n4,pro", b"0.5\n0.6", "CSV"),
        "binary": ("application/x-npy", b"\x93NUMPY", b"\x00\xff", "BASE64"),
    }[request.param]


def test_a_prediction_is_captured_whatever_its_type(tmp_path: Path, kind: tuple[str, bytes, bytes, str]) -> None:
    content_type, given, answer, encoding = kind
    made = Folder(tmp_path, answering(answer, content_type=content_type))
    answered = call(made.app, given, {"Content-Type": content_type})
    assert (answered.status, answered.body) == (200, answer)
    [record] = made.lines()
    for side, mode in (("endpointInput", "INPUT"), ("endpointOutput", "OUTPUT")):
        found = record["captureData"][side]
        assert (found["observedContentType"], found["mode"], found["encoding"]) == (content_type, mode, encoding)
    assert answered.header(ID_HEADER) == record["eventMetadata"]["inferenceId"]
    assert made.is_empty()


class TestCustomAttributes:
    @pytest.mark.parametrize("given", ["trace=7", "x" * 1024])
    def test_those_of_the_request_are_kept(self, tmp_path: Path, given: str) -> None:
        theirs = [(ATTRIBUTES_HEADER.encode(), b"of the answer")]
        made = Folder(tmp_path, answering(b"1", headers=theirs))
        answered = call(made.app, b"1", {ATTRIBUTES_HEADER: given})
        assert attributes(made.lines()) == [[given]]
        assert answered.header(ATTRIBUTES_HEADER) == "of the answer"
        assert made.is_empty()

    @pytest.mark.parametrize("given", ["", "x" * 1025, "x" * 100_000, "a\tb", "é"])
    def test_what_sagemaker_would_refuse_is_left_out_of_the_record(self, tmp_path: Path, given: str) -> None:
        made = Folder(tmp_path, answering(b"1"))
        assert call(made.app, b"1", {ATTRIBUTES_HEADER: given}).status == 200
        assert attributes(made.lines()) == [None]


def attributes(records: list[dict[str, Any]]) -> list[Any]:
    return [record["eventMetadata"].get("customAttributes") for record in records]


class TestIds:
    def test_the_clients_own_is_kept_and_returned(self, tmp_path: Path) -> None:
        made = Folder(tmp_path, answering(b"1"))
        assert call(made.app, b"1", {ID_HEADER: "order-7"}).header(ID_HEADER) == "order-7"
        assert ids(made.lines()) == {"order-7"}

    @pytest.mark.parametrize("bad", ["", "x" * 257, "a\tb", "é"])
    def test_one_that_cannot_be_used_is_replaced(self, tmp_path: Path, bad: str) -> None:
        made = Folder(tmp_path, answering(b"1"))
        returned = call(made.app, b"1", {ID_HEADER: bad}).header(ID_HEADER)
        assert returned != bad
        assert ids(made.lines()) == {returned}

    def test_the_applications_own_is_used_and_not_doubled(self, tmp_path: Path) -> None:
        made = Folder(tmp_path, answering(b"1", headers=[(b"x-request-id", b"theirs")]), id_header="X-Request-Id")
        assert call(made.app, b"1").header("x-request-id") == "theirs"
        assert ids(made.lines()) == {"theirs"}

    @pytest.mark.parametrize(
        ("body", "expected"),
        [
            (b'{"order": {"id": "o-1"}}', "o-1"),
            (b'{"order": {"id": 17}}', "17"),
            (b'{"order": {"id": true}}', None),
            (b'{"order": 1}', None),
            (b'[{"id": 1}]', None),
            (b"{broken", None),
            (b"[" * 200_000, None),
            (b"", None),
        ],
    )
    def test_a_field_of_the_request_can_have_it(self, tmp_path: Path, body: bytes, expected: str | None) -> None:
        made = Folder(tmp_path, answering(b"1"), id_field="order.id")
        returned = call(made.app, body).header(ID_HEADER)
        assert ids(made.lines()) == {returned}
        assert returned
        if expected:
            assert returned == expected
        assert call(made.app, body, {ID_HEADER: "header-first"}).header(ID_HEADER) == "header-first"


class TestWhatIsCaptured:
    def test_bodies_in_pieces_are_put_together_and_pass_in_the_same_pieces(self, tmp_path: Path) -> None:
        made = Folder(tmp_path, answering(b"0.", b"5", b""))
        answered = call(made.app, [b"1,", b"", b"2"])
        assert (answered.body, answered.messages) == (b"0.5", 4)
        [record] = made.lines()
        assert record["captureData"]["endpointOutput"]["data"] == "0.5"
        assert made.is_empty()

    def test_packed_bodies_are_unpacked(self, tmp_path: Path) -> None:
        packed = gzip.compress(b"1,2")
        made = Folder(tmp_path, answering(packed, content_type="text/csv", headers=[(b"content-encoding", b"gzip")]))
        assert call(made.app, packed, CSV | {"Content-Encoding": "gzip"}).body == packed
        assert [sides(record) for record in made.lines()] == [("1,2", "1,2")]

    def test_only_paths_and_methods_that_are_predictions(self, tmp_path: Path) -> None:
        made = Folder(tmp_path, answering(b"1"), paths=["/predict", "/v2/models/*/infer"])
        for path in ("/predict", "/v2/models/a/infer", "/metrics", "/predict/other"):
            answered = call(made.app, b"1", path=path)
            assert (answered.header(ID_HEADER) is not None) == (path in {"/predict", "/v2/models/a/infer"})
        assert call(made.app, path="/predict", method="GET").header(ID_HEADER) is None
        assert len(made.lines()) == 2

    def test_errors_as_answers_are_none(self, tmp_path: Path) -> None:
        made = Folder(tmp_path, answering(b'{"detail": "no"}', status=422))
        assert call(made.app, b"1").status == 422
        assert made.lines() == []
        assert made.count("skipped") == 1
        assert made.is_empty()

    def test_sampling_follows_the_id(self, tmp_path: Path) -> None:
        made = Folder(tmp_path, answering(b"1"), sampling_percentage=30)
        for number in range(100):
            assert call(made.app, b"1", {ID_HEADER: f"id-{number}"}).header(ID_HEADER) == f"id-{number}"
        assert ids(made.lines()) == {f"id-{n}" for n in range(100) if made.capture.samples(f"id-{n}")}
        assert made.count("unsampled") == 100 - len(made.lines())
        assert 10 < len(made.lines()) < 60
        assert made.is_empty()

    def test_bodies_above_the_limit_pass_and_are_counted(self, tmp_path: Path) -> None:
        limits = Limits(batch_seconds=3600, body_bytes=1000)
        echo = Folder(tmp_path, answering(b"x" * 600, b"x" * 600), limits)
        assert len(call(echo.app, b"1").body) == 1200
        assert call(echo.app, [b"x" * 600, b"x" * 600]).status == 200
        assert echo.lines() == []
        assert echo.count("oversized") == 2
        assert echo.is_empty()

    def test_bodies_that_do_not_fit_into_memory_pass_and_are_counted(self, tmp_path: Path) -> None:
        made = Folder(tmp_path, answering(b"x" * 6000), Limits(batch_seconds=3600, queue_bytes=10_000))
        assert len(call(made.app, b"x" * 6000).body) == 6000
        assert made.count("dropped") == 1
        # And memory is free again
        made.capture.record({}, {})
        assert len(made.lines()) == 1
        assert made.is_empty()


class TestFailures:
    def test_an_exception_of_the_application_is_its_own(self, tmp_path: Path) -> None:
        class OwnError(Exception):
            pass

        async def app(scope: Any, receive: Any, send: Any) -> None:
            await read(receive)
            raise OwnError

        made = Folder(tmp_path, app)
        with pytest.raises(OwnError):
            call(made.app, b"1,2")
        assert made.lines() == []
        assert made.count("skipped") == 1
        assert made.is_empty()

    def test_nor_is_half_an_answer_captured(self, tmp_path: Path) -> None:
        async def app(scope: Any, receive: Any, send: Any) -> None:
            await read(receive)
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"0.", "more_body": True})
            raise RuntimeError

        made = Folder(tmp_path, app)
        with pytest.raises(RuntimeError):
            call(made.app, b"1")
        assert made.lines() == []
        assert made.is_empty()

    def test_a_client_that_goes_away_is_not_captured(self, tmp_path: Path) -> None:
        async def gone(message: Any) -> None:
            raise OSError("connection reset")

        async def receive() -> Any:
            return {"type": "http.request", "body": b"1"}

        made = Folder(tmp_path, answering(b"1"))
        with pytest.raises(OSError, match="connection reset"):
            run(made.app({"type": "http", "method": "POST", "path": "/", "headers": []}, receive, gone))
        assert made.lines() == []
        assert made.is_empty()

    def test_a_request_that_is_cancelled_stays_cancelled(self, tmp_path: Path) -> None:
        async def app(scope: Any, receive: Any, send: Any) -> None:
            await read(receive)
            await asyncio.sleep(3600)

        made = Folder(tmp_path, app)

        async def cancelled() -> None:
            task = asyncio.create_task(called(made.app, b"1,2"))
            await asyncio.sleep(0.01)
            task.cancel()
            await task

        with pytest.raises(asyncio.CancelledError):
            run(cancelled())
        assert made.count("skipped") == 1
        assert made.is_empty()

    @pytest.mark.parametrize("broken", ["put", "reserve", "release"])
    def test_errors_of_capturing_are_counted_and_fail_no_request(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
    ) -> None:
        made = Folder(tmp_path, answering(b"0.5"), Limits(body_bytes=2) if broken == "release" else NEVER)

        def fail(*_: object) -> None:
            raise MemoryError

        monkeypatch.setattr(made.capture.writer, broken, fail)
        answered = call(made.app, b"1,2")
        assert (answered.status, answered.body) == (200, b"0.5")
        assert made.count("errors") >= 1

    def test_messages_that_no_server_sends_pass_as_they_are(self, tmp_path: Path) -> None:
        async def app(scope: Any, receive: Any, send: Any) -> None:
            await send({"type": "http.response.start", "status": "200", "headers": [("text", "text")]})
            await send({"type": "http.response.body", "body": None})

        made = Folder(tmp_path, app)
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        run(made.app({"type": "http", "method": "POST", "headers": [("a", "b")]}, None, send))  # type: ignore[arg-type]
        assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
        assert made.count("errors") >= 1

    def test_a_dead_bucket_fails_no_request(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        with bucket(monkeypatch):
            pass  # nobody listens there any more
        capture = Capture("s3://captures", endpoint="churn", limits=Limits(batch_seconds=0.01, queue_bytes=50_000))
        app = CaptureMiddleware(answering(b"0.5"), capture)
        assert {call(app, b"x" * 1000).status for _ in range(200)} == {200}
        counted = capture.statistics()
        assert counted.captured + counted.dropped == 200
        assert counted.dropped > 100
        capture.close(0.01)

    def test_a_capture_without_an_endpoint_is_refused_at_once(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidInputError, match="it has no endpoint"):
            CaptureMiddleware(answering(), Capture(tmp_path))


class TestOtherThanHttp:
    def test_the_end_of_the_application_writes_what_waits(self, tmp_path: Path) -> None:
        heard: list[str] = []

        async def app(scope: Any, receive: Any, send: Any) -> None:
            while True:
                message = await receive()
                heard.append(message["type"])
                await send({"type": f"{message['type']}.complete"})
                if message["type"] == "lifespan.shutdown":
                    return

        made = Folder(tmp_path, app)
        events = ["lifespan.startup", "lifespan.shutdown"]
        sent: list[tuple[str, int]] = []

        async def receive() -> Any:
            if len(events) == 1:
                made.capture.record({}, {})
            return {"type": events.pop(0)}

        async def send(message: Any) -> None:
            sent.append((message["type"], len(lines(tmp_path))))

        run(made.app({"type": "lifespan"}, receive, send))
        assert heard == ["lifespan.startup", "lifespan.shutdown"]
        assert sent == [("lifespan.startup.complete", 0), ("lifespan.shutdown.complete", 1)]

    def test_an_application_without_a_lifespan_says_so_itself(self, tmp_path: Path) -> None:
        async def app(scope: Any, receive: Any, send: Any) -> None:
            raise NotImplementedError(scope["type"])

        made = Folder(tmp_path, app)
        for kind in ("lifespan", "websocket"):
            with pytest.raises(NotImplementedError, match=kind):
                run(made.app({"type": kind}, None, None))  # type: ignore[arg-type]


def test_statistics_are_a_line_for_people(tmp_path: Path) -> None:
    made = Folder(tmp_path, answering(b"1"))
    assert made.capture.statistics().text() == "nothing captured"
    call(made.app, b"1")
    assert made.capture.statistics().text() == "captured 1, waiting 1"
    assert json.dumps([sides(record) for record in made.lines()]) == '[["MQ==", "1"]]'
    assert made.capture.statistics().text() == "captured 1, written 1"
