"""Under a real server: FastAPI and uvicorn, in processes of their own."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from driftline.capture import ID_HEADER
from tests.capturing import ids, lines, sides, until

APPLICATION = """
import os, time
from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from driftline.capture import Capture, CaptureMiddleware

capture = Capture(os.environ["CAPTURES"], endpoint="churn")
app = FastAPI()
app.add_middleware(CaptureMiddleware, capture=capture, paths=["/predict", "/stream", "/fail"])


class Customer(BaseModel):
    age: int


@app.post("/predict")
def predict(customer: Customer) -> dict[str, float]:
    return {"score": customer.age / 100}


@app.post("/stream")
async def stream(request: Request) -> StreamingResponse:
    body = await request.body()

    async def rows():
        for line in body.splitlines():
            yield line + b",0.5\\n"

    return StreamingResponse(rows(), media_type="text/csv")


@app.post("/fail")
def fail() -> None:
    raise RuntimeError("the application's own")


@app.get("/statistics")
def statistics() -> dict[str, int]:
    return {"pid": os.getpid(), "captured": capture.statistics().captured, "skipped": capture.statistics().skipped}
"""


@contextlib.contextmanager
def serving(folder: Path, *, workers: int = 1) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """The port and the process of the server."""
    (folder / "application.py").write_text(textwrap.dedent(APPLICATION))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "application:app", "--port", str(port), "--workers", str(workers)]
    environment = {**os.environ, "CAPTURES": str(folder / "captures")}
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen([*command, "--app-dir", str(folder)], env=environment, stdout=log, stderr=log) as process,
    ):
        try:
            until(lambda: answers(port) or process.poll() is not None)
            assert process.poll() is None, (folder / "log").read_text()
            yield port, process
        finally:
            stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """As an operator does; the workers of a server that is killed would go on."""
    process.send_signal(signal.SIGTERM)
    process.wait(60)


def answers(port: int) -> bool:
    with contextlib.suppress(OSError):
        return asked(port, "GET", "/statistics")[0] == 200
    return False


def asked(
    port: int, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
) -> tuple[int, bytes, str | None]:
    """Status, body and inference id."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        return response.status, response.read(), response.getheader(ID_HEADER)
    finally:
        connection.close()


def test_fastapi_is_captured_as_the_guide_shows(tmp_path: Path) -> None:
    with serving(tmp_path) as (port, process):
        json_type = {"Content-Type": "application/json"}
        status, body, made = asked(port, "POST", "/predict", b'{"age": 30}', json_type)
        assert (status, json.loads(body)) == (200, {"score": 0.3})
        assert asked(port, "POST", "/predict", b'{"age": 40}', json_type | {ID_HEADER: "mine"})[2] == "mine"
        # A body and an answer in pieces
        pieces = iter([b"1,2\n", b"3,4\n"])
        assert asked(port, "POST", "/stream", pieces, {"Content-Type": "text/csv"})[1] == b"1,2,0.5\n3,4,0.5\n"
        # What is no prediction: refused, failed
        assert asked(port, "POST", "/predict", b"{broken", json_type)[0] == 422
        assert asked(port, "POST", "/fail")[0] == 500
        assert json.loads(asked(port, "GET", "/statistics")[1])["captured"] == 3
        # When the server is told to stop, it writes what waits
        stop(process)
    found = {sides(record) for record in lines(tmp_path / "captures")}
    assert found == {
        ('{"age": 30}', '{"score":0.3}'), ('{"age": 40}', '{"score":0.4}'), ("1,2\n3,4\n", "1,2,0.5\n3,4,0.5\n"),
    }  # fmt: skip
    assert {made, "mine"} < ids(lines(tmp_path / "captures"))
    assert "RuntimeError: the application's own" in (tmp_path / "log").read_text()


def test_a_client_that_goes_away_in_its_request_is_not_captured(tmp_path: Path) -> None:
    with serving(tmp_path) as (port, process):
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(b"POST /stream HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n1,2\n")
        until(lambda: json.loads(asked(port, "GET", "/statistics")[1])["skipped"] == 1)
        stop(process)
    assert lines(tmp_path / "captures") == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_workers_write_files_of_their_own(tmp_path: Path) -> None:
    with serving(tmp_path, workers=2) as (port, process):
        seen: set[int] = set()
        sent = 0

        def ask(number: int) -> set[int]:
            """The process that answers next, if it has captured something."""
            headers = {"Content-Type": "application/json", ID_HEADER: str(number)}
            assert asked(port, "POST", "/predict", b'{"age": 1}', headers)[0] == 200
            counted = json.loads(asked(port, "GET", "/statistics")[1])
            return {counted["pid"]} if counted["captured"] else set()

        with ThreadPoolExecutor(4) as pool:
            while len(seen) < 2 or sent < 40:
                seen = seen.union(*pool.map(ask, range(sent, sent + 20)))
                sent += 20
                assert sent < 2000
        stop(process)
    records = lines(tmp_path / "captures")
    assert sorted(ids(records), key=int) == [str(number) for number in range(sent)]
    assert len(records) == sent
    assert len(list((tmp_path / "captures").rglob("*.jsonl"))) >= 2
