"""Metrics of a binary classifier over merged records, with curves and intervals: memory for few hours and many.

Nothing is kept from an earlier window, so every hour is read; in the stack only new hours are.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from bench.process import ContestantError, Measurement, measure
from bench.results import Limit, Options, Row, skipped

SCRIPT = Path(__file__).parent / "peers" / "quality_of_hours.py"
PEAK = Limit(512, 300, "MiB")
"""Of the 1,769 MiB that run_monitor has."""
GROWTH = Limit(1.25, 1.1, "x")
"""What bounded means: many times the hours may cost a quarter more."""

ROWS_PER_HOUR = 250_000
FEW, MANY, MANY_LARGE = 2, 8, 24


def run(options: Options) -> Iterator[Row]:
    """The peak of many hours and its ratio to that of few; 24 hours of a million rows with --large."""
    rows = options.rows or (1_000_000 if options.large else ROWS_PER_HOUR)
    hours = MANY_LARGE if options.large else MANY
    try:
        small, big = _measured(rows, FEW), _measured(rows, hours)
    except ContestantError as error:
        yield skipped("peak memory", PEAK, str(error))
        return
    yield Row(f"peak memory, {rows * hours:,} merged rows in {hours} hours", PEAK, big.peak_rss_mb, big.text())
    yield Row(
        f"growth from {FEW} to {hours} hours",
        GROWTH,
        big.peak_rss_mb / small.peak_rss_mb,
        f"{small.text()} for {rows * FEW:,} rows",
    )


def _measured(rows: int, hours: int) -> Measurement:
    return measure(sys.executable, SCRIPT, [str(rows), str(hours)])
