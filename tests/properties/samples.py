"""Cells, columns, rows and captured hours for the property tests."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
from hypothesis import strategies as st

from driftline.domain.capture.columns import MAX_CATEGORIES, ColumnValues, Table
from driftline.domain.profiles.capture_profile import HourProfile
from driftline.domain.profiles.table import TableProfile
from driftline.domain.profiles.window import WindowProfile
from driftline.domain.windows import SLOT

type Cell = float | int | str | None
type Row = tuple[int, tuple[Cell, ...]]
"""Number of the slot in its hour, and the row's cells."""

HOUR_START = datetime(2026, 3, 1, 14, tzinfo=UTC)

finite = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12)
texts = st.sampled_from(["true", "false", "", "AA", "ä", "\ud800"]) | st.text(max_size=3)
cells = st.lists(st.one_of(finite, st.integers(-1000, 1000), texts), max_size=60)
many_cells = st.integers(0, 300).map(lambda n: [f"v{i}" for i in range(n)]) | cells

rows = st.lists(
    st.tuples(
        st.integers(0, 11),
        st.tuples(finite | st.none(), st.integers(0, 5) | st.none(), st.sampled_from(["AA", "UA", "DL", None])),
    ),
    max_size=60,
)


def column(values: Sequence[Cell]) -> ColumnValues:
    """The values as a decoder hands them over; None is missing."""
    present = [value for value in values if value is not None]
    counts = Counter(str(value) for value in present)
    return ColumnValues(
        numbers=np.array([float(value) for value in present if not isinstance(value, str)], dtype=np.float64),
        integral=sum(isinstance(value, int) for value in present),
        texts=Counter(value for value in present if isinstance(value, str)),
        categories=counts if len(counts) <= MAX_CATEGORIES else None,
    )


def table(part: Sequence[Row]) -> Table:
    width = len(part[0][1]) if part else 0
    return Table(len(part), {f"input[{i}]": column([cells[i] for _, cells in part]) for i in range(width)})


def hour_profile(part: Sequence[Row], layout: str = "csv:0+3") -> HourProfile:
    """What one capture file with these rows, one per record, makes of the hour."""
    slots = {
        HOUR_START + number * SLOT: WindowProfile(
            {layout: TableProfile.of(table([row for row in part if row[0] == number]))},
            records=sum(row[0] == number for row in part),
        )
        for number in sorted({number for number, _ in part})
    }
    return HourProfile(slots, source="s3://bucket/file.jsonl", records_key="state/records/file.parquet")
