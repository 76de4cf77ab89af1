"""The same job by others: capture files → summary statistics of every column, JSON and CSV parsing included.

Each contestant runs in a process and an environment of its own over the same files: Driftline, the peer, Driftline
again; a ratio compares the peer with the mean of the two. Starting an interpreter, importing and starting Spark's
session are in nobody's figures.
"""

import shutil
import statistics
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.data import COLUMNS, capture_files, temporary_folder
from bench.environments import Environment, EnvironmentUnavailableError, interpreter
from bench.process import ContestantError, Measurement, measure
from bench.results import Limit, Options, Row, skipped
from driftline.adapters.native.core import CORE

SCRIPTS = Path(__file__).parent / "peers"
ROWS = 1_000_000


@dataclass(frozen=True, slots=True)
class Peer:
    """A contestant.

    Attributes:
        title: Name and version.
        environment: Its Python and packages.
        script: In `bench/peers`.
        limit: How many times the CPU time of Driftline it has to take.
        processes: How many Driftline may use against it: Spark uses two threads.
        program: What else has to be installed.
    """

    title: str
    environment: Environment
    script: str
    limit: Limit
    processes: int = 1
    program: str = ""


def _limit(native: tuple[float, float], python: tuple[float, float]) -> Limit:
    """(bar, aim) with the native core, and without."""
    return Limit(*(native if CORE else python), "x less CPU", more_is_better=True)


PEERS = (
    Peer(
        "whylogs 1.6.4",
        Environment(
            "whylogs",
            "3.11",
            ("whylogs==1.6.4", "numpy==1.26.4", "pandas==2.3.3", "pyarrow==20.0.0", "msgspec==0.22.0"),
        ),
        "with_whylogs.py",
        _limit((10, 13), (5, 10)),
    ),
    Peer(
        "Evidently 0.7.23",
        Environment(
            "evidently",
            "3.13",
            ("evidently==0.7.23", "numpy==2.5.5", "pandas==2.3.3", "pyarrow==26.0.1", "msgspec==0.22.0"),
        ),
        "with_evidently.py",
        _limit((15, 20), (6, 10)),
    ),
    Peer(
        "PySpark 4.3.0 local[2]",
        Environment("spark", "3.13", ("pyspark==4.3.0",)),
        "with_spark.py",
        _limit((25, 40), (12, 20)),
        processes=2,
        program="java",
    ),
)


def run(options: Options) -> Iterator[Row]:
    """A row per peer; one that cannot be installed here is skipped with the reason."""
    rows = options.rows or ROWS
    with temporary_folder() as folder:
        files = [str(path) for path in capture_files(folder, rows)]
        for peer in PEERS:
            name = f"{rows:,} rows x {COLUMNS} against {peer.title}"
            try:
                yield _compared(name, peer, files)
            except (EnvironmentUnavailableError, ContestantError) as error:
                yield skipped(name, peer.limit, str(error))


def _compared(name: str, peer: Peer, files: list[str]) -> Row:
    if peer.program and shutil.which(peer.program) is None:
        raise EnvironmentUnavailableError(f"{peer.program} is not installed")
    python = interpreter(peer.environment)
    before = _ours(peer.processes, files)
    theirs = measure(python, SCRIPTS / peer.script, files)
    after = _ours(peer.processes, files)
    ours = Measurement(
        statistics.mean((before.seconds, after.seconds)),
        statistics.mean((before.cpu_seconds, after.cpu_seconds)),
        max(before.peak_rss_mb, after.peak_rss_mb),
    )
    processes = f" ({peer.processes} processes)" if peer.processes > 1 else ""
    return Row(
        name,
        peer.limit,
        theirs.cpu_seconds / ours.cpu_seconds,
        f"{theirs.text()}; Driftline{processes} {ours.text()}; "
        f"{theirs.seconds / ours.seconds:.1f}x faster, "
        f"{theirs.peak_rss_mb / ours.peak_rss_mb:.1f}x less memory",
    )


def _ours(processes: int, files: list[str]) -> Measurement:
    return measure(sys.executable, SCRIPTS / "with_driftline.py", [f"--processes={processes}", *files])
