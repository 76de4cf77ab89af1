"""CPU seconds of `driftline` before its work: a command in an empty store ends where its work would begin."""

import os
import resource
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.data import temporary_folder
from bench.results import Limit, Options, Row

LIMIT = Limit(0.6, 0.3, "s CPU")
STARTS = 5
TIME = "2026-03-01T00:00:00Z"
DOCUMENT = "endpoint: churn\nmonitors: {data_quality: {}}\n"

COMMANDS: tuple[Sequence[str], ...] = (
    ("--help",),
    ("validate", "churn.yaml"),
    ("show", "--store", "empty"),
    ("ingest", "--store", "empty"),
    ("merge", "--store", "empty"),
    ("run", "--store", "empty", "--scheduled", TIME),
)


def run(_options: Options) -> Iterator[Row]:
    """The smallest of some starts of each: the rest is other people's work on this machine."""
    with temporary_folder() as folder:
        (folder / "churn.yaml").write_text(DOCUMENT)
        (folder / "empty").mkdir()
        for arguments in COMMANDS:
            seconds = min(_seconds(folder, arguments) for _ in range(STARTS))
            yield Row(f"driftline {arguments[0]}", LIMIT, seconds, f"smallest of {STARTS}: {' '.join(arguments)}")


def _seconds(folder: Path, arguments: Sequence[str]) -> float:
    """Of user and system."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [Path(sys.executable).with_name("driftline"), *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        check=False,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
