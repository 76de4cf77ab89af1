"""A demo that somebody interrupts: in a file of its own, because it can run next to the one that ends."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.places import REPOSITORY
from tests.waiting import wait_until

pytestmark = pytest.mark.cloud


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A demo that has begun to replay, with temporary files in a folder of their own."""
    out = tmp_path / "output"
    (tmp_path / "temporary").mkdir()
    environment = {**os.environ, "TMPDIR": str(tmp_path / "temporary"), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "local.demo", "--out", str(out)]
    process = subprocess.Popen(
        command, cwd=REPOSITORY, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    with process:
        try:
            yield process, tmp_path
        finally:
            process.kill()


def test_ctrl_c_ends_it_and_leaves_nothing(running: tuple[subprocess.Popen[str], Path]) -> None:
    # Given a demo that replays
    process, folder = running
    assert process.stdout is not None
    for line in process.stdout:
        if "2013-03-0" in line:
            break
    # When
    process.send_signal(signal.SIGINT)
    # Then
    rest = process.stdout.read()
    assert process.wait() == 130
    assert "Stopped" in rest
    assert "Traceback" not in rest
    wait_until(lambda: not list((folder / "temporary").iterdir()), "temporary files are gone")
    assert not (folder / "output").exists()
