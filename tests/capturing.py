"""For tests of `driftline.capture`: a bucket on loopback that can be ill, and ASGI applications that are called directly."""

import asyncio
import json
import time
from collections.abc import Callable, Coroutine, Iterable, Iterator, MutableMapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from driftline.capture import Limits
from driftline.capture.asgi import App

type Lines = list[dict[str, Any]]

PROMPT = Limits(batch_seconds=0.05)
"""Files are written soon."""


def lines(folder: Path) -> Lines:
    """Every record in the capture files of a folder."""
    return [json.loads(line) for path in sorted(folder.rglob("*.jsonl")) for line in path.read_bytes().splitlines()]


def sides(record: dict[str, Any]) -> tuple[Any, Any]:
    """What went in and what came out, as texts; None for a side that is missing."""
    data = record["captureData"]
    return tuple(data[side]["data"] if side in data else None for side in ("endpointInput", "endpointOutput"))  # type: ignore[return-value]


def ids(records: Iterable[dict[str, Any]]) -> set[str]:
    return {record["eventMetadata"]["inferenceId"] for record in records}


def until(holds: Callable[[], object], seconds: float = 30) -> None:
    """Waits for something that another thread does."""
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends, "did not happen"
        time.sleep(0.01)


# A bucket


@dataclass
class Bucket:
    """S3 as far as a put goes, over HTTP.

    Attributes:
        objects: Key → body of what was put.
        status: What a put is answered with.
        answering: While it is not set, requests are taken and not answered.
        puts: How many came.
    """

    objects: dict[str, bytes] = field(default_factory=dict)
    status: int = 200
    answering: Event = field(default_factory=Event)
    puts: int = 0

    def lines(self) -> Lines:
        return [json.loads(line) for key in sorted(self.objects) for line in self.objects[key].splitlines()]


@contextmanager
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    """A server that boto3 takes for S3."""
    made = Bucket()
    made.answering.set()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_PUT(self) -> None:
            made.puts += 1
            if self.headers.get("Expect", "").lower() == "100-continue":
                self.send_response_only(100)
                self.end_headers()
            body = self._body()
            made.answering.wait(60)
            if made.status == 200:
                made.objects[unquote(urlsplit(self.path).path).lstrip("/").partition("/")[2]] = body
            self.send_response(made.status)
            self.send_header("ETag", '"0"')
            self.send_header("Content-Length", "0")
            self.end_headers()

        def _body(self) -> bytes:
            if "chunked" not in self.headers.get("Content-Encoding", "") + self.headers.get("Transfer-Encoding", ""):
                return self.rfile.read(int(self.headers["Content-Length"]))
            raise AssertionError("a put in chunks")

        def log_message(self, *_: object) -> None:
            pass

    with _served(Handler) as address:
        _credentials(monkeypatch, s3=address)
        try:
            yield made
        finally:
            made.answering.set()


def _credentials(monkeypatch: pytest.MonkeyPatch, **services: str) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    for service, address in services.items():
        monkeypatch.setenv(f"AWS_ENDPOINT_URL_{service.upper()}", address)


@contextmanager
def _served(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


served = _served
credentials = _credentials


# An application


@dataclass
class Answer:
    """What an application sent."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    messages: int

    def header(self, name: str) -> str | None:
        found = [value for each, value in self.headers if each.decode().lower() == name.lower()]
        assert len(found) < 2, f"{name} is there twice"
        return found[0].decode() if found else None

    def json(self) -> Any:
        return json.loads(self.body)


def run[Result](coroutine: Coroutine[Any, Any, Result]) -> Result:
    """In a thread of its own: the browser of other tests leaves this one with a loop that runs."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


def call(
    app: App,
    body: bytes | Sequence[bytes] = b"",
    headers: dict[str, str] | None = None,
    *,
    path: str = "/predict",
    method: str = "POST",
) -> Answer:
    """One request, whose body comes in the given pieces."""
    return run(called(app, body, headers, path=path, method=method))


async def called(
    app: App,
    body: bytes | Sequence[bytes] = b"",
    headers: dict[str, str] | None = None,
    *,
    path: str = "/predict",
    method: str = "POST",
) -> Answer:
    pieces = [body] if isinstance(body, bytes) else list(body)
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        if not pieces:
            return {"type": "http.disconnect"}
        piece = pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    encoded = [(name.lower().encode(), value.encode("latin-1")) for name, value in (headers or {}).items()]
    await app({"type": "http", "method": method, "path": path, "headers": encoded}, receive, send)
    start: MutableMapping[str, Any] = sent[0] if sent else {"status": 0, "headers": []}
    data = b"".join(message.get("body", b"") for message in sent[1:])
    return Answer(start["status"], list(start.get("headers", [])), data, len(sent))


async def read(receive: Any) -> bytes:
    """What an application does to get its request."""
    whole, more = b"", True
    while more:
        message = await receive()
        whole += message.get("body", b"")
        more = message.get("more_body", False)
    return whole


def answering(
    *pieces: bytes,
    status: int = 200,
    content_type: str = "application/json",
    headers: Sequence[tuple[bytes, bytes]] = (),
) -> App:
    """An application that reads its request and answers in these pieces."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await read(receive)
        all_headers = [(b"content-type", content_type.encode()), *headers]
        await send({"type": "http.response.start", "status": status, "headers": all_headers})
        for number, piece in enumerate(pieces or (b"",)):
            more = number + 1 < len(pieces)
            await send({"type": "http.response.body", "body": piece, "more_body": more})

    return app
