"""Report pages on loopback: pages and their files alone, for this machine alone, until Ctrl-C."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread
from urllib.request import urlopen

import pytest

from local.demo.serve import LOOPBACK, PageServer, main
from local.stack import REPOSITORY


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "out"
    for name, body in {
        "reports/index.html": "all endpoints",
        "reports/a b/data_quality/2026/03/01/15/report.html": "one execution",
        "reports/a b/data_quality/2026/03/01/15/summary.json": "{}",
        "reports/a b/data_quality/2026/03/01/15/notes.txt": "mine",
        "monitors/shop.json": "{}",
        "monitors/shop.html": "not a report",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(body)
    (root / "reports" / "link.html").symlink_to(root / "monitors" / "shop.html")
    return root


@pytest.fixture
def server(folder: Path) -> Iterator[PageServer]:
    with PageServer(folder, 0) as started:
        thread = Thread(target=started.serve_forever, args=(0.01,))
        thread.start()
        yield started
        started.shutdown()
        thread.join()


def status(server: PageServer, path: str, host: str | None = None, method: str = "GET") -> int:
    connection = HTTPConnection(LOOPBACK, server.server_port)
    connection.request(method, path, headers={"Host": host} if host else {})
    answer = connection.getresponse().status
    connection.close()
    return answer


def test_pages_are_served_from_the_index_on(server: PageServer) -> None:
    assert server.server_address[0] == "127.0.0.1"
    assert server.first() == server.address
    with urlopen(server.address) as answer:
        assert answer.read() == b"all endpoints"
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    with urlopen(f"{server.address}a%20b/data_quality/2026/03/01/15/report.html?x=1") as answer:
        assert answer.read() == b"one execution"
    with urlopen(f"{server.address}a%20b/data_quality/2026/03/01/15/summary.json") as answer:
        assert answer.read() == b"{}"
        assert answer.headers["Content-Type"] == "application/json"
    assert status(server, "/index.html", method="HEAD") == 200


@pytest.mark.parametrize(
    "path",
    [
        "/a%20b/data_quality/2026/03/01/15/notes.txt",
        "/../monitors/shop.json",
        "/../monitors/shop.html",
        "/%2e%2e/monitors/shop.html",
        "//monitors/shop.html",
        "/link.html",
        "/a%20b/",
        "/%00.html",
        "//[no-address",
        f"/{'a' * 5000}.html",
    ],
)
def test_nothing_else_is(server: PageServer, path: str) -> None:
    assert status(server, path) == 404


def test_another_sites_name_for_this_machine_gets_nothing(server: PageServer) -> None:
    assert status(server, "/index.html", host=f"localhost:{server.server_port}") == 200
    assert status(server, "/index.html", host=f"rebound.example:{server.server_port}") == 404
    assert status(server, "/index.html", method="POST") == 501


def test_without_an_index_it_begins_at_the_newest_page(folder: Path) -> None:
    (folder / "reports" / "index.html").unlink()
    (folder / "reports" / "link.html").unlink()
    with PageServer(folder, 0) as server:
        assert server.first() == f"{server.address}a%20b/data_quality/2026/03/01/15/report.html"


def test_a_folder_without_pages_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([str(tmp_path)])
    assert "no report pages in" in capsys.readouterr().err


def test_the_command_prints_its_address_and_ends_at_ctrl_c(folder: Path) -> None:
    command = [sys.executable, "-m", "local.demo.serve", str(folder), "--port", "0"]
    process = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
        address = next(word for word in said.split() if word.startswith("http://127.0.0.1:"))
        with urlopen(address) as answer:
            assert answer.read() == b"all endpoints"
        process.send_signal(signal.SIGINT)
        assert process.wait() == 0
    finally:
        process.kill()
        process.communicate()
