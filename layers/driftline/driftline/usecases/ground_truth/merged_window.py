"""A window of merged records, for the monitors that need labels."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Self

from driftline.domain.errors import UnreadableStateError
from driftline.domain.ground_truth.keys import MERGED, VariantHour
from driftline.domain.keys import variants_prefix
from driftline.domain.windows import DAY, HOUR, Window, floor_to
from driftline.usecases.capture.capture_files import CaptureFiles
from driftline.usecases.capture.window_profile import load_window
from driftline.usecases.ground_truth.merged_hours import (
    HourInputs,
    MergedHour,
    captured_hours,
    hours_with_merged_lines,
    rebuild_hour,
    stored_hour,
)
from driftline.usecases.ports import ObjectStore
from driftline.usecases.ports.tables import Cells, LabelTables
from driftline.usecases.side_by_side import side_by_side
from driftline.usecases.unreadable_state import check_parquet

_BATCH_ROWS = 50_000
_NOTHING = HourInputs((), ())


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a window has a label; every inference counts once."""

    records: int = 0
    rows: int = 0
    labelled_records: int = 0
    labelled_rows: int = 0

    @property
    def share(self) -> float | None:
        """Share of the rows; None if nothing was captured."""
        return self.labelled_rows / self.rows if self.rows else None

    def __add__(self, other: Self) -> Self:
        return type(self)(
            self.records + other.records,
            self.rows + other.rows,
            self.labelled_records + other.labelled_records,
            self.labelled_rows + other.labelled_rows,
        )


@dataclass(frozen=True, slots=True)
class MergedWindow:
    """The labelled rows of a window; they stay in the store until requested.

    Attributes:
        hours: Hours with at least one label, in the order of variant and time.
        labels_that_do_not_fit: Labels with another number of values than their inference has rows.
    """

    window: Window
    coverage: Coverage
    hours: tuple[MergedHour, ...]
    labels_that_do_not_fit: int
    _store: ObjectStore
    _tables: LabelTables

    def columns(self, hour: MergedHour) -> list[str]:
        """Names of the columns of an hour's table."""
        with self._table(hour) as path:
            return self._tables.merged_columns(path)

    def batches(
        self, columns: Sequence[str], hour: MergedHour, rows: int = _BATCH_ROWS
    ) -> Iterator[Mapping[str, Cells]]:
        """Column -> cells of the hour's rows inside the window, in batches, so that any number fits in memory.

        Args:
            columns: From `columns(hour)`: `label`, captured columns such as `output[0]`, `event_id`, `inference_id`,
                `row`, `slot`, `inference_time`. Cells are text as captured (`row` is a number); None is missing, as is
                a column that the hour does not have.
            rows: Maximum size of a batch.
        """
        with self._table(hour) as path:
            yield from self._tables.merged_batches(path, columns, self.window, rows)

    @contextmanager
    def _table(self, hour: MergedHour) -> Iterator[Path]:
        with self._store.local_copy(hour.table) as path:
            try:
                check_parquet(path, hour.table)
            except UnreadableStateError:
                self._store.delete(f"{hour.table.removesuffix('.parquet')}.json")  # which says that the table is there
                raise
            yield path


def load_merged(
    store: ObjectStore,
    endpoint: str,
    window: Window,
    variant: str | None = None,
    *,
    captures: CaptureFiles,
    tables: LabelTables,
) -> MergedWindow:
    """The merged records of all variants (or one) in a window; writes those that are missing or outdated.

    An hour that lost its last label or capture loses its merged records, too, because training reads every line.

    Args:
        store: The stack's own bucket.
        tables: Joins and reads merged rows.
    """
    merged: list[MergedHour] = []
    coverage, misfits = Coverage(), 0
    for name in [variant] if variant else _variants(store, endpoint):
        captured = {at.hour: inputs for at, inputs in captured_hours(store, endpoint, window, name)}
        with_lines = hours_with_merged_lines(store, endpoint, window, name)
        unlabelled: list[datetime] = []
        hours = [(VariantHour(name, hour), captured.get(hour, _NOTHING)) for hour in sorted({*captured, *with_lines})]
        stored = side_by_side(lambda hour: stored_hour(store, endpoint, *hour), hours, store.at_once)
        for (at, inputs), kept in zip(hours, stored, strict=True):
            found = kept
            if found is None or (not inputs.mergeable and at.hour in with_lines):
                found = rebuild_hour(endpoint, at, store=store, captures=captures, tables=tables)
            misfits += found.rejected
            if found.table:
                merged.append(found)
                coverage += coverage_of_slots(found, window)
            elif inputs.profiles:
                unlabelled.append(at.hour)
        coverage += _without_labels(store, endpoint, name, window, unlabelled, captured)
    return MergedWindow(window, coverage, tuple(merged), misfits, store, tables)


def _variants(store: ObjectStore, endpoint: str) -> list[str]:
    """Variants with captures, and those that only have merged records left."""
    return sorted({*store.folders(variants_prefix(endpoint)), *store.folders(f"{MERGED}{endpoint}/")})


def coverage_of_slots(hour: MergedHour, window: Window) -> Coverage:
    """That of a merged hour's slots inside the window."""
    inside = [slot for start, slot in hour.slots.items() if start in window]
    return Coverage(
        sum(slot.records for slot in inside),
        sum(slot.rows for slot in inside),
        sum(slot.labelled_records for slot in inside),
        sum(slot.labelled_rows for slot in inside),
    )


def _without_labels(
    store: ObjectStore,
    endpoint: str,
    variant: str,
    window: Window,
    hours: Sequence[datetime],
    captured: Collection[datetime],
) -> Coverage:
    """Counts an inference that was captured twice as two, because its id is not checked here.

    A whole day without labels takes one read, as when its profile was loaded.
    """
    coverage = Coverage()
    for day, of_day in groupby(hours, key=lambda hour: floor_to(hour, DAY)):
        bare = list(of_day)
        labelled = any(floor_to(hour, DAY) == day and hour not in bare for hour in captured)
        for start, length in [(hour, HOUR) for hour in bare] if labelled else [(day, DAY)]:
            inside = Window(max(window.start, start), min(window.end, start + length))
            profile = load_window(store, endpoint, inside, variant).profile
            coverage += Coverage(profile.records, profile.rows)
    return coverage
