"""Tests, and what they start, reach this machine alone."""

import socket
import subprocess
import sys

import pytest

ELSEWHERE = "192.0.2.1"
"""Of a network that is for documentation: nobody answers there."""


def test_no_connection_leaves_the_machine() -> None:
    with pytest.raises(RuntimeError, match=f"{ELSEWHERE} is not on this machine"):
        socket.create_connection((ELSEWHERE, 80))
    with (
        socket.socket(type=socket.SOCK_DGRAM) as datagrams,
        pytest.raises(RuntimeError, match=f"{ELSEWHERE} is not on this machine"),
    ):
        datagrams.sendto(b"x", (ELSEWHERE, 53))


@pytest.mark.parametrize("name", ["driftline.example", b"driftline.example"])
def test_no_name_is_looked_up(name: str | bytes) -> None:
    with pytest.raises(RuntimeError, match="is not on this machine"):
        socket.getaddrinfo(name, 443)


def test_nor_does_what_a_test_starts() -> None:
    program = f"import socket; socket.create_connection(({ELSEWHERE!r}, 80))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert f"OutsideError: {ELSEWHERE} is not on this machine" in done.stderr


def test_loopback_is_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        assert socket.getaddrinfo("localhost", 80)
