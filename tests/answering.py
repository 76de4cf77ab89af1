"""A real HTTP server that answers InvokeEndpoint on loopback, as a model does that scores rows of CSV."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

type Answer = Callable[[str], tuple[int, bytes]]
"""Body of a request -> (HTTP status, body of the answer)."""

THROTTLED = (429, b'{"__type": "ThrottlingException", "message": "Rate exceeded"}')


@dataclass
class AnsweringServer:
    """Attributes: address: For AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME; bodies: Of all requests, in their order."""

    answer: Answer
    address: str = ""
    bodies: list[str] = field(default_factory=list)

    def environment(self) -> dict[str, str]:
        return {
            "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": self.address,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "eu-central-1",
        }


@contextmanager
def answering(answer: Answer) -> Iterator[AnsweringServer]:
    """Serves until the block ends."""
    found = AnsweringServer(answer)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            found.bodies.append(body)
            status, answered = found.answer(body)
            self.send_response(status)
            if status != 200:
                self.send_header("x-amzn-ErrorType", "ThrottlingException" if status == 429 else "ModelError")
            self.send_header("Content-Type", "text/csv" if status == 200 else "application/json")
            self.send_header("Content-Length", str(len(answered)))
            self.end_headers()
            self.wfile.write(answered)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
