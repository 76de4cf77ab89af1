"""A small model behind uvicorn, in a process of its own: captured, or not.

`python bench/capture_server.py PLACE QUEUE_BYTES`: PLACE is a folder, an address of a bucket, or `-` for no capture.
The port is the first line of standard output. `GET /used` answers with CPU seconds and resident bytes.
"""

import json
import resource
import socket
import sys
import time
from math import exp
from pathlib import Path
from typing import Any

import uvicorn

from driftline.capture import Capture, CaptureMiddleware, Limits

PAGE = resource.getpagesize()
BATCH_SECONDS = 1.0
"""Sixty times as many files as by default: a run of some seconds has some."""
BATCH_BYTES = 1 << 20


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


async def model(scope: Any, receive: Any, send: Any) -> None:
    """A logistic regression over the numbers of a JSON object: little work, so that what is added shows."""
    if scope["type"] != "http":
        return
    body = b""
    while (message := await receive()).get("more_body"):
        body += message["body"]
    body += message["body"]
    if scope["method"] == "GET":
        answer: dict[str, float] = {"cpu": time.process_time(), "resident": resident()}
    else:
        features = json.loads(body)
        answer = {"score": 1 / (1 + exp(-sum(value for value in features.values() if isinstance(value, float)) / 100))}
    encoded = json.dumps(answer).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(encoded)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": encoded})


def main(place: str, queue_bytes: str) -> None:
    app: Any = model
    if place != "-":
        limits = Limits(
            queue_bytes=int(queue_bytes), batch_seconds=BATCH_SECONDS, batch_bytes=BATCH_BYTES, exit_seconds=0.1
        )
        capture = Capture(place, endpoint="bench", limits=limits)
        capture.start()
        app = CaptureMiddleware(model, capture)
    # Said to be TCP: otherwise asyncio leaves small packets to wait for each other, 40 ms each
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    sys.stdout.write(f"{listening.getsockname()[1]}\n")
    sys.stdout.flush()
    config = uvicorn.Config(app, log_level="error", access_log=False, lifespan="off", http="h11", loop="asyncio")
    uvicorn.Server(config).run([listening])


if __name__ == "__main__":
    main(*sys.argv[1:])
