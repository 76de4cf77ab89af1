"""A receiver of webhooks on loopback, for tests and the demo: records requests, and fails on demand.

It plays Slack's incoming webhooks (`ok`), Slack's Web API under `/api/` (chat.postMessage with timestamps and threads),
PagerDuty's `/v2/enqueue` and Teams' workflows (202).
"""

import json
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self, override
from urllib.parse import parse_qs

from local.patience import PATIENCE_SECONDS

_LARGEST_BODY = 1024 * 1024
_FIRST_TS = 1_700_000_000


@dataclass(frozen=True, slots=True)
class Received:
    """One request. Names of headers are in lower case."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    at: float  # seconds since the epoch

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class _Trouble:
    """An answer in place of the usual one."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    delay: float = 0.0


class WebhookReceiver:
    """A server on 127.0.0.1 and a free port, within a with block.

    Attributes:
        received: All requests, in order.
        threads: Timestamps returned by Slack's chat.postMessage.
    """

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.threads: list[str] = []
        self._troubles: deque[_Trouble] = deque()
        self._lock = threading.Lock()
        self._arrived = threading.Condition(self._lock)
        self._closing = threading.Event()
        self._server: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, name="webhook receiver", daemon=True
        )
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
        if self._thread is not None:
            self._thread.join(timeout=5)

    @property
    def url(self) -> str:
        """Without a trailing slash."""
        if self._server is None:
            raise RuntimeError("the receiver is not running")
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def slack_api(self) -> str:
        """The `api_url` for a Slack channel."""
        return f"{self.url}/api/"

    def fail_next(
        self,
        times: int = 1,
        *,
        status: int = 500,
        retry_after: str | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        delay: float = 0.0,
    ) -> None:
        """Answers the next requests with this status, after a delay in seconds; they are recorded anyway."""
        more = {"Retry-After": retry_after} if retry_after is not None else {}
        with self._lock:
            self._troubles.extend([_Trouble(status, {**more, **(headers or {})}, body, delay)] * times)

    def wait_for(self, count: int, seconds: float = PATIENCE_SECONDS) -> list[Received]:
        """The requests so far, as soon as there are `count` of them, or after a time-out."""
        with self._arrived:
            self._arrived.wait_for(lambda: len(self.received) >= count, timeout=seconds)
            return list(self.received)

    def answer(self, request: Received) -> tuple[int, Mapping[str, str], bytes]:
        """Records a request and returns the answer."""
        with self._arrived:
            self.received.append(request)
            self._arrived.notify_all()
            trouble = self._troubles.popleft() if self._troubles else None
        if trouble is not None:
            if trouble.delay:
                self._closing.wait(trouble.delay)
            return trouble.status, trouble.headers, trouble.body
        if request.path.startswith("/api/"):
            return 200, {"Content-Type": "application/json"}, json.dumps(self._slack(request)).encode()
        if request.path == "/v2/enqueue":
            key = request.json.get("dedup_key", "")
            said = {"status": "success", "message": "Event processed", "dedup_key": key}
            return 202, {"Content-Type": "application/json"}, json.dumps(said).encode()
        return (202, {}, b"") if request.path.startswith("/teams") else (200, {"Content-Type": "text/plain"}, b"ok")

    def _slack(self, request: Received) -> Mapping[str, object]:
        if request.path != "/api/chat.postMessage":
            return {"ok": False, "error": "unknown_method"}
        if not request.headers.get("authorization", "").startswith("Bearer xoxb-"):
            return {"ok": False, "error": "invalid_auth"}
        asked = slack_arguments(request)
        channel = str(asked.get("channel", ""))
        if channel.endswith("nowhere"):
            return {"ok": False, "error": "channel_not_found"}
        thread = asked.get("thread_ts")
        with self._lock:
            if thread is not None and thread not in self.threads:
                return {"ok": False, "error": "thread_not_found"}
            ts = f"{_FIRST_TS + len(self.threads)}.000100"
            self.threads.append(ts)
        return {"ok": True, "channel": channel, "ts": ts}


def slack_arguments(request: Received) -> dict[str, Any]:
    """The arguments of a Slack Web API call, sent as JSON or as a form."""
    if "json" in request.headers.get("content-type", ""):
        return dict(request.json)
    form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
    return {name: json.loads(value) if name == "blocks" else value for name, value in form.items()}


def _handler(receiver: WebhookReceiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = min(int(self.headers.get("Content-Length") or 0), _LARGEST_BODY)
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Received(self.path, headers, self.rfile.read(length), time.time())
            status, answered, body = receiver.answer(request)
            try:
                self.send_response(status)
                for name, value in {**answered, "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)
            except ConnectionError:
                self.close_connection = True  # the caller did not wait for a slow answer

        def do_GET(self) -> None:
            """Nobody should call it: a GET would mean that a redirect was followed."""
            self.do_POST()

        @override
        def log_message(self, format: str, *args: object) -> None:
            """Requests are recorded, not printed."""

    return Handler
