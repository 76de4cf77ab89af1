"""Report pages of a folder in the browser: `python -m local.demo.serve [folder]`.

Only this machine can open them. Also serves the JSON files that pages link to, and nothing else. Ctrl-C ends it.
"""

import argparse
import sys
from collections.abc import Sequence
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, override
from urllib.parse import quote, unquote, urlsplit

from local import interruption

LOOPBACK = "127.0.0.1"
PORT = 8765
INDEX = "index.html"
_TYPES = {".html": "text/html; charset=utf-8", ".json": "application/json"}
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class PageServer(ThreadingHTTPServer):
    """Serves the pages below a folder's `reports/`, and the raw files that they link to.

    Args:
        folder: A folder with the structure of the bucket.
        port: 0 for any that is free.

    Raises:
        OSError: the port is taken.
    """

    daemon_threads = True

    def __init__(self, folder: Path, port: int) -> None:
        self.root = (folder / "reports").resolve()
        super().__init__((LOOPBACK, port), _Handler)

    @property
    def address(self) -> str:
        return f"http://{LOOPBACK}:{self.server_port}/"

    def page(self, path: str) -> Path | None:
        """The file for a path; None if it is neither a page nor a raw file, or not below the folder."""
        try:
            name = unquote(urlsplit(path).path).removeprefix("/")
            file = (self.root / (name or INDEX)).resolve()
            there = file.suffix in _TYPES and file.is_relative_to(self.root) and file.is_file()
        except (OSError, ValueError):
            return None  # An impossible name of a file, or an invalid address.
        return file if there else None

    def first(self) -> str:
        """The first page to open: that of all endpoints, or the newest page."""
        if (self.root / INDEX).is_file():
            return self.address
        pages = sorted(page.relative_to(self.root).as_posix() for page in self.root.rglob("*.html"))
        return self.address + quote(pages[-1]) if pages else self.address

    @override
    def service_actions(self) -> None:
        """Called between two requests, and twice a second."""
        interruption.check()


class _Handler(BaseHTTPRequestHandler):
    server: PageServer
    server_version = "Driftline"
    sys_version = ""

    def do_GET(self) -> None:
        self._answer(body=True)

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def _answer(self, *, body: bool) -> None:
        # A script of another site may resolve a name of its own to this address; it gets nothing.
        host = (self.headers.get("Host") or "").rsplit(":", 1)[0]
        page = self.server.page(self.path) if host in {LOOPBACK, "localhost"} else None
        if page is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        content = page.read_bytes()
        self.send_response(HTTPStatus.OK)
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Type", _TYPES[page.suffix])
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if body:
            self.wfile.write(content)

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Requests are not logged."""


def serve(folder: Path, port: int = PORT) -> None:
    """Serves until Ctrl-C. If the port is in use, a free one is used instead."""
    try:
        server = PageServer(folder, port)
    except OSError:
        server = PageServer(folder, 0)
    with server:
        print(f"Report pages: {server.first()}  (Ctrl-C to stop)", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print("\nStopped.")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m local.demo.serve", description="Serves the report pages of a folder to this machine."
    )
    parser.add_argument(
        "folder",
        type=Path,
        nargs="?",
        default=Path("demo-output"),
        help="a folder with the structure of the bucket (%(default)s)",
    )
    parser.add_argument("--port", type=int, default=PORT, help="%(default)s; another one if it is in use")
    options = parser.parse_args(arguments)
    if not any((options.folder / "reports").rglob("*.html")):
        parser.error(f"no report pages in {options.folder}; write them with `driftline overview --store …`")
    serve(options.folder, options.port)
    return 0


if __name__ == "__main__":
    interruption.listen()
    sys.exit(main())
