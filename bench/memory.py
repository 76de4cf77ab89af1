"""Memory while profiling: one process reads file after file, as a warm function does, and keeps only the merge.

The columnar records of each file are made, too, and dropped.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from bench.data import COLUMNS, capture_files, temporary_folder
from bench.process import ContestantError, Measurement, measure
from bench.results import Limit, Options, Row, skipped

SCRIPT = Path(__file__).parent / "peers" / "with_driftline.py"
PEAK = Limit(220, 180, "MiB")
GROWTH = Limit(1.1, 1.05, "x")
"""What flat means: ten times the rows may cost a tenth more."""

FEW, MANY, MANY_LARGE = 1_000_000, 2_000_000, 10_000_000


def run(options: Options) -> Iterator[Row]:
    """The peak of many rows, and its ratio to that of few; 10 million rows with --large."""
    few = options.rows or FEW
    many = MANY_LARGE if options.large else 2 * few
    with temporary_folder() as folder:
        try:
            small = _measured(folder, few)
            big = _measured(folder, many)
        except ContestantError as error:
            yield skipped("peak memory", PEAK, str(error))
            return
    yield Row(f"peak memory, {many:,} rows x {COLUMNS}", PEAK, big.peak_rss_mb, big.text())
    yield Row(
        f"growth from {few:,} to {many:,} rows",
        GROWTH,
        big.peak_rss_mb / small.peak_rss_mb,
        f"{small.text()} for {few:,} rows",
    )


def _measured(folder: Path, rows: int) -> Measurement:
    return measure(sys.executable, SCRIPT, ["--records", *(str(path) for path in capture_files(folder, rows))])
