"""`make advisories`: pip-audit asks a server on loopback that speaks OSV's JSON, or does not answer."""

import json
import socket
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import override

import pytest

from tests import environment
from tests.places import REPOSITORY
from tools import advisories

LOCK = """\
# made by hand
jinja2==3.1.6 \\
    --hash=sha256:85ece4451f492d0c13c5dd7c13a64681a86afae63a5f347908daf103ce6d2f67
    # via driftline
ruamel.yaml==0.19.1 \\
    --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
uvicorn[standard]==1.0 \\
    --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
"""
ADVISORY = {
    "id": "PYSEC-2026-1",
    "aliases": ["CVE-2026-1"],
    "summary": "It may end badly",
    "published": "2026-01-01T00:00:00Z",
    "affected": [
        {
            "package": {"name": "ruamel-yaml", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "0.19.2"}]}],
        }
    ],
}


class Database(ThreadingHTTPServer):
    """What it answers about each package: an advisory, nothing, or an error."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Asked)
        self.advisories: dict[str, object] = {}
        self.broken: set[str] = set()
        self.asked: list[str] = []


class _Asked(BaseHTTPRequestHandler):
    server: Database

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["package"]["name"]
        self.server.asked.append(asked)
        body = json.dumps(
            {"vulns": [self.server.advisories[asked]]} if asked in self.server.advisories else {}
        ).encode()
        self.send_response(503 if asked in self.server.broken else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    @override
    def log_message(self, format: str, *args: object) -> None: ...


@pytest.fixture
def database() -> Iterator[Database]:
    with Database() as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    (tmp_path / "requirements.txt").write_text(LOCK)
    return tmp_path / "requirements.txt"


def look_up(lock: Path, port: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """As make does it, with another address."""
    (made,) = [line for line in (REPOSITORY / "Makefile").read_text().splitlines() if line.startswith("PIP_AUDIT :=")]
    command = made.partition(":=")[2].replace("$(BIN)", str(Path(sys.executable).parent))
    with monkeypatch.context() as own:
        for name, value in environment.OWN.items():  # it installs pip-audit, if nobody has yet
            own.setenv(name, value)
        own.setenv("NO_PROXY", "127.0.0.1")
        return advisories.main([str(lock), "--audit", f"{command} --osv-url http://127.0.0.1:{port}/v1/query"])


def test_no_advisory(
    lock: Path, database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert look_up(lock, database.server_port, monkeypatch) == advisories.CLEAN
    assert sorted(database.asked) == ["jinja2", "ruamel-yaml", "uvicorn"]
    assert "3 of 3 packages looked up: no advisory." in capsys.readouterr().out


def test_an_advisory(
    lock: Path, database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    database.advisories["ruamel-yaml"] = ADVISORY
    assert look_up(lock, database.server_port, monkeypatch) == advisories.FOUND
    said = capsys.readouterr().out
    assert f"ruamel-yaml 0.19.1, in {lock}: " in said
    assert "CVE-2026-1" in said
    assert "fixed in 0.19.2" in said


@pytest.mark.parametrize("how", ["closed", "error"])
def test_a_database_that_does_not_answer_is_no_good_news(
    how: str, lock: Path, database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    port = database.server_port
    if how == "error":
        database.broken.add("uvicorn")
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # nobody listens there
        code = look_up(lock, held.getsockname()[1] if how == "closed" else port, monkeypatch)
    said = capsys.readouterr().out
    assert code == advisories.UNKNOWN
    assert "NOT CHECKED: 3 of 3 packages (jinja2 3.1.6, ruamel-yaml 0.19.1, uvicorn 1.0)." in said
    assert "0 of 3 packages looked up: nothing is known." in said


@pytest.mark.parametrize("command", [f"{sys.executable} -c pass", "/nowhere/pip-audit"])
def test_a_command_that_says_nothing_is_no_good_news(
    command: str, lock: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert advisories.main([str(lock), "--audit", command]) == advisories.UNKNOWN
    assert "NOT CHECKED: 3 of 3" in capsys.readouterr().out


def test_a_package_that_is_passed_over_is_not_checked() -> None:
    one, two = advisories.packages_of("a==1\nB_c==2 \\\n")
    answer = advisories.Answer({one: ()}, "b-c: not found")
    code, lines = advisories.report({"lock": [one, two]}, answer)
    assert (code, lines[0]) == (advisories.UNKNOWN, "NOT CHECKED: 1 of 2 packages (b-c 2). b-c: not found")
    # An advisory about another one is said first
    code, lines = advisories.report({"lock": [one, two]}, advisories.Answer({one: ["X-1"]}))
    assert (code, lines[:2]) == (advisories.FOUND, ["a 1, in lock: X-1", "NOT CHECKED: 1 of 2 packages (b-c 2)."])


def test_locks_have_what_they_pin() -> None:
    locks = [REPOSITORY / "layers/dependencies/requirements.txt", REPOSITORY / "requirements/dev.txt"]
    for lock in locks:
        pinned = list(advisories.packages_of(lock.read_text()))
        assert len(pinned) == lock.read_text().count("==") > 10
