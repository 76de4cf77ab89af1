"""What the capture middleware costs a prediction: a small model behind uvicorn on loopback, with and without it.

The servers take turns within one run, in rounds; of the rounds the best one counts, because other work on the machine
only adds. CPU time is that of the whole server: the writer's thread is in it.
"""

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles

from bench.capture_server import BATCH_BYTES
from bench.data import temporary_folder
from bench.results import Limit, Options, Row
from driftline.capture import Capture, CaptureMiddleware
from driftline.capture.asgi import App, Message, Receive, Scope, Send

THROUGHPUT = Limit(0.6, 0.8, "x", more_is_better=True)
CPU = Limit(150, 75, "µs of CPU")
OWN_THREAD = Limit(40, 20, "µs of CPU")
LATENCY = Limit(1, 0.25, "ms")
GROWTH = Limit(1.5, 1.2, "x")
"""Memory that a dead bucket costs, S3's client included, against the limits: the queue, and two times a batch."""

REQUESTS = 3000
CALM = 0.004
"""Seconds between two requests of a client where latency is measured: that of a busy server is its queue's."""
ROUNDS = 5
CLIENTS = 4
QUEUE = 32 << 20
LARGE = 100_000
"""Bytes of the requests that fill the memory."""

SERVER = Path(__file__).with_name("capture_server.py")
HEADERS = [
    (b"host", b"bench"),
    (b"content-type", b"application/json"),
    (b"content-length", b"900"),
    (b"accept", b"*/*"),
]
FEATURES = json.dumps({f"feature_{number}": number * 1.25 for number in range(30)}).encode()


@dataclass(frozen=True, slots=True)
class Round:
    """Of one server: requests a second, CPU seconds of each; percentiles of latencies in seconds, when calm."""

    rate: float
    cpu: float
    median: float
    p99: float


def run(options: Options) -> Iterator[Row]:
    requests = options.rows or REQUESTS
    with temporary_folder() as folder, ExitStack() as servers:
        dead = _dead_bucket()
        ports = {
            "without": servers.enter_context(_serving("-")),
            "captured": servers.enter_context(_serving(str(folder / "captured"))),
            "dead": servers.enter_context(_serving("s3://bench/capture", dead)),
        }
        rounds: dict[str, list[Round]] = {name: [] for name in ports}
        before = _used(ports["dead"])["resident"]
        for number in range(ROUNDS + 1):
            for name, port in ports.items():
                measured = _round(port, FEATURES, requests if number else requests // 10)
                if number:  # the first one warms up
                    rounds[name].append(measured)
        written = sum(1 for path in (folder / "captured").rglob("*.jsonl") for _ in path.open("rb"))
        large = json.dumps({"text": "x" * LARGE}).encode()
        sent = 4 * QUEUE // LARGE
        _round(ports["dead"], large, sent)
        growth = _used(ports["dead"])["resident"] - before
    yield _own_thread(requests)
    for name, what in (("captured", "into a folder"), ("dead", "S3 down")):
        yield from _rows(what, rounds["without"], rounds[name])
    yield Row(
        f"memory with S3 down, after all these and {sent:,} requests of {LARGE // 1000} kB",
        GROWTH,
        max(growth, 0) / (QUEUE + 2 * BATCH_BYTES),
        f"{growth / 2**20:.0f} MiB more; the limits are {QUEUE >> 20} MiB and two times {BATCH_BYTES >> 20} MiB",
    )
    assert written > requests, "nothing was captured"


def _rows(what: str, without: list[Round], captured: list[Round]) -> Iterator[Row]:
    rates = max(each.rate for each in without), max(each.rate for each in captured)
    cpu = [1e6 * min(each.cpu for each in rounds) for rounds in (without, captured)]
    p99 = [1e3 * min(each.p99 for each in rounds) for rounds in (without, captured)]
    median = [1e3 * min(each.median for each in rounds) for rounds in (without, captured)]
    yield Row(
        f"requests a second with capture, {what}, against without",
        THROUGHPUT,
        rates[1] / rates[0],
        f"{rates[1]:,.0f} against {rates[0]:,.0f}, {CLIENTS} clients, a model of 30 features",
    )
    yield Row(f"… added for each prediction, {what}", CPU, cpu[1] - cpu[0], f"{cpu[1]:.0f} against {cpu[0]:.0f} µs")
    yield Row(
        f"… added to the 99th percentile of latency, {what}",
        LATENCY,
        p99[1] - p99[0],
        f"{p99[1]:.2f} against {p99[0]:.2f} ms; the median {median[1]:.2f} against {median[0]:.2f} ms",
    )


def _own_thread(requests: int) -> Row:
    """What the middleware adds in the thread of the application, called directly, with nothing else in it."""

    async def model(_scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        await send({"type": "http.response.body", "body": b'{"score": 0.5}'})

    async def receive() -> Message:
        return {"type": "http.request", "body": FEATURES, "more_body": False}

    async def send(_message: Message) -> None:
        pass

    async def cpu(app: App) -> float:
        started = time.thread_time()
        for _ in range(requests):
            await app({"type": "http", "method": "POST", "path": "/predict", "headers": HEADERS}, receive, send)
        return 1e6 * (time.thread_time() - started) / requests

    with temporary_folder() as folder:
        capture = Capture(folder, endpoint="bench")
        apps: tuple[App, App] = (model, CaptureMiddleware(model, capture))
        rounds = [[asyncio.run(cpu(app)) for app in apps] for _ in range(ROUNDS)]
        capture.close()
    without, captured = (min(column) for column in zip(*rounds, strict=True))
    return Row("of what is added to a prediction, in its own thread", OWN_THREAD, captured - without)


def _dead_bucket() -> str:
    """An address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return f"http://127.0.0.1:{free.getsockname()[1]}"


@contextmanager
def _serving(place: str, bucket: str = "") -> Iterator[int]:
    environment = os.environ | {
        "AWS_ENDPOINT_URL_S3": bucket,
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    command = [sys.executable, str(SERVER), place, str(QUEUE)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


def _round(port: int, body: bytes, requests: int) -> Round:
    before = _used(port)["cpu"]
    started = time.perf_counter()
    latencies = asyncio.run(_asked(port, body, requests // CLIENTS))
    seconds = time.perf_counter() - started
    cpu = _used(port)["cpu"] - before
    calm = asyncio.run(_asked(port, body, requests // CLIENTS // 3, CALM))
    percentiles = quantiles(calm, n=100)
    return Round(len(latencies) / seconds, cpu / len(latencies), percentiles[49], percentiles[98])


async def _asked(port: int, body: bytes, each: int, pause: float = 0) -> list[float]:
    """Latencies of clients that ask one request after the other, over connections that stay open."""
    clients = [asyncio.create_task(_client(port, body, each, pause)) for _ in range(CLIENTS)]
    return [latency for client in clients for latency in await client]


async def _client(port: int, body: bytes, requests: int, pause: float) -> list[float]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = "POST /predict HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n"
    request = f"{head}content-length: {len(body)}\r\n\r\n".encode() + body
    latencies = []
    for _ in range(requests):
        started = time.perf_counter()
        writer.write(request)
        await _answer(reader)
        latencies.append(time.perf_counter() - started)
        if pause:
            await asyncio.sleep(pause)
    writer.close()
    return latencies


async def _answer(reader: asyncio.StreamReader) -> bytes:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    assert head.startswith(b"http/1.1 200"), head
    length = head.partition(b"content-length: ")[2].partition(b"\r\n")[0]
    return await reader.readexactly(int(length))


def _used(port: int) -> dict[str, float]:
    async def ask() -> dict[str, float]:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /used HTTP/1.1\r\nhost: bench\r\n\r\n")
        used = dict(json.loads(await _answer(reader)))
        writer.close()
        return used

    return asyncio.run(ask())
