"""A day of one endpoint, 6,000 capture files x 30 columns: from their profiles to the verdict.

Timed are a cold hour (250 profiles of 1,000 rows → one roll-up) and the daily execution that finds 24 roll-ups:
listing, reading, merging, statistics, the checks against a baseline, and the four files. CPU seconds of this process;
the store is memory, so no disk and no network is in the figures.

`python -m bench run_monitor`, or `python -m bench.run_monitor --profiles 600` for another number of profiles.
"""

import argparse
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import md5
from pathlib import Path

import numpy as np

from bench.results import Limit, Options, Row
from driftline.adapters.by_hand.explaining import explaining
from driftline.adapters.scripts.processes import ScriptProcesses
from driftline.adapters.tables.duck import DuckTables
from driftline.domain.capture.columns import ColumnValues, Table
from driftline.domain.errors import ObjectNotFoundError
from driftline.domain.executions.execution import ExecutionRequest
from driftline.domain.executions.result_tables import Cell, CellType
from driftline.domain.keys import STATE, baseline_folder, document_key, profile_key, source_digest
from driftline.domain.profiles.capture_profile import HourProfile
from driftline.domain.profiles.resolve import resolve_columns
from driftline.domain.profiles.span import WindowProfile
from driftline.domain.profiles.table import TableProfile
from driftline.domain.windows import HOUR, SLOT, Window
from driftline.kinds.data_quality.rules.observed import statistics_of
from driftline.kinds.data_quality.rules.suggestion import suggest_constraints
from driftline.kinds.registry import KINDS
from driftline.usecases.capture.window_profile import load_window
from driftline.usecases.executions.run_monitor import run_monitor
from driftline.usecases.ports import ObjectSummary, StoredObject
from driftline.usecases.side_by_side import AT_ONCE

ENDPOINT, VARIANT = "flight-delay", "AllTraffic"
DAY = datetime(2026, 3, 1, tzinfo=UTC)
HOURS = 24
PROFILES = 6_000
ROWS_PER_PROFILE = 1_000
NUMERIC, TEXTS = 25, 5

VERDICT = Limit(5, 1, "s CPU")
ROLL_UP = Limit(5, 1, "s CPU")
TABLES = Limit(0.2, 0.05, "s CPU")


@dataclass
class Memory:
    """An object store that can forget bodies, so that a day of profiles fits in memory."""

    name: str = "bench"
    bodies: dict[str, bytes] = field(default_factory=dict)
    summaries: dict[str, ObjectSummary] = field(default_factory=dict)

    @property
    def at_once(self) -> int:
        return AT_ONCE

    def get(self, key: str) -> StoredObject:
        if key not in self.bodies:
            raise ObjectNotFoundError("not there", where=key)
        return StoredObject(self.bodies[key], self.summaries[key].etag)

    def find(self, key: str) -> StoredObject | None:
        return self.get(key) if key in self.bodies else None

    def etag(self, key: str) -> str | None:
        return self.summaries[key].etag if key in self.summaries else None

    def version(self, key: str) -> str | None:
        return self.etag(key)

    def get_range(self, key: str, start: int, length: int) -> bytes:
        return self.get(key).body[start : start + length]

    def put(self, key: str, body: bytes, *, content_type: str = "") -> None:  # noqa: ARG002 - the port's
        self.bodies[key] = body
        self.summaries[key] = ObjectSummary(key, len(body), md5(body).hexdigest())

    def delete(self, key: str) -> None:
        self.bodies.pop(key, None)
        self.summaries.pop(key, None)

    def list(self, prefix: str) -> Iterable[ObjectSummary]:
        return [self.summaries[key] for key in sorted(self.summaries) if key.startswith(prefix)]

    def folders(self, prefix: str) -> Sequence[str]:
        return sorted({key[len(prefix) :].split("/")[0] for key in self.summaries if key.startswith(prefix)})

    def local_copy(self, key: str) -> AbstractContextManager[Path]:
        raise ObjectNotFoundError("the bench keeps no records", where=key)

    def uri(self, key: str) -> str:
        return f"memory://{key}"

    def forget_profiles(self) -> None:
        """Their summaries stay: a listing still finds them."""
        for key in [key for key in self.bodies if key.startswith(f"{STATE}profiles/")]:
            del self.bodies[key]


class _TimedTables(DuckTables):
    """Attributes: seconds: CPU seconds of the files of the tables of results."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 0.0

    def result_file(self, columns: Sequence[tuple[str, CellType]], rows: Sequence[Sequence[Cell]]) -> bytes:
        started = time.process_time()
        made = super().result_file(columns, rows)
        self.seconds += time.process_time() - started
        return made


class _Nobody:
    """Takes metrics and events."""

    def publish(self, *_args: object) -> None:
        pass


@dataclass(frozen=True, slots=True)
class Day:
    """Figures of one simulated day: CPU seconds, and the bytes of a profile and of a roll-up on average.

    Attributes:
        tables: Of the verdict, for the first use of DuckDB and the files of the tables of results; tables_again: for
            those files alone.
    """

    hours: Sequence[float]
    verdict: float
    again: float
    tables: float
    tables_again: float
    profile_bytes: float
    rollup_bytes: float
    rows: int


def run(options: Options) -> Iterator[Row]:
    """Three rows: the hour, the day, and what of it the tables of results take.

    `rows` of the options counts capture rows, 1,000 of them to a profile.
    """
    profiles = max(HOURS, options.rows // ROWS_PER_PROFILE) if options.rows else PROFILES
    day = measured(profiles)
    yield Row(
        f"a cold hour: {profiles // HOURS} profiles x {NUMERIC + TEXTS} columns → roll-up",
        ROLL_UP,
        float(np.median(day.hours)),
        f"median of {HOURS} hours, slowest {max(day.hours):.2f} s; {day.profile_bytes / 1000:.0f} kB a profile of "
        f"{ROWS_PER_PROFILE:,} rows, {day.rollup_bytes / 1000:.0f} kB a roll-up",
    )
    yield Row(
        f"24 h, {profiles:,} profiles → verdict, from hourly roll-ups",
        VERDICT,
        day.verdict,
        f"{day.rows:,} rows; listing, reading, merging, statistics, checks and files; a second run {day.again:.2f} s",
    )
    yield Row(
        "of it, the rows of the tables of results, with the first use of DuckDB",
        TABLES,
        day.tables,
        f"a second run {day.tables_again:.4f} s",
    )


def measured(profiles: int) -> Day:
    """Simulates the day with so many profiles in all, the same number in each hour."""
    store = Memory()
    tables = _tables(profiles // HOURS)
    _put_monitor(store, TableProfile.merge_all(tables))
    hours = []
    sizes: list[int] = []
    for number in range(HOURS):
        hour = DAY + number * HOUR
        for index, table in enumerate(tables):
            key = profile_key(ENDPOINT, VARIANT, hour, source_digest("bench", f"{number}/{index}"))
            slot = WindowProfile({"csv:1+29": table}, records=table.rows)
            start = hour + SLOT * (index * 12 // len(tables))
            store.put(key, HourProfile({start: slot}, f"memory://{index}", "").to_bytes())
            sizes.append(len(store.bodies[key]))
        started = time.process_time()
        load_window(store, ENDPOINT, Window(hour, hour + HOUR))
        hours.append(time.process_time() - started)
        store.forget_profiles()
    rollups = [len(body) for key, body in store.bodies.items() if key.startswith(f"{STATE}rollups/")]
    first, second = _TimedTables(), _TimedTables()
    return Day(
        hours,
        verdict=_verdict(store, first),
        again=_verdict(store, second),
        tables=first.seconds,
        tables_again=second.seconds,
        profile_bytes=float(np.mean(sizes)),
        rollup_bytes=float(np.mean(rollups)),
        rows=HOURS * sum(table.rows for table in tables),
    )


def _verdict(store: Memory, tables: DuckTables) -> float:
    request = ExecutionRequest(
        endpoint=ENDPOINT, monitor="data_quality", start=DAY, end=DAY + HOURS * HOUR, scheduled_time=DAY + HOURS * HOUR
    )
    started = time.process_time()
    execution = run_monitor(
        request,
        store=store,
        metrics=_Nobody(),
        events=_Nobody(),
        stores=lambda _: store,
        scripts=ScriptProcesses(),
        tables=tables,
        signals_namespace=None,
        kinds=KINDS,
        explaining=explaining(),
    )
    seconds = time.process_time() - started
    assert execution.files, execution.reason
    return seconds


def _put_monitor(store: Memory, baseline: TableProfile) -> None:
    window = WindowProfile({"csv:1+29": baseline}, records=baseline.rows)
    statistics = statistics_of(baseline.rows, resolve_columns(window).features)
    folder = baseline_folder(ENDPOINT, "data_quality")
    store.put(f"{folder}statistics.json", statistics.to_json().encode())
    store.put(f"{folder}constraints.json", suggest_constraints(statistics).to_json().encode())
    document = f"endpoint: {ENDPOINT}\nmonitors:\n  data_quality:\n    schedule: cron(0 0 ? * * *)\n"
    store.put(document_key(ENDPOINT), document.encode())


def _tables(count: int) -> list[TableProfile]:
    """Profiles of files of 1,000 rows: a third of the numeric columns decimals, a third whole numbers, texts."""
    generator = np.random.default_rng(20_260_301)
    return [TableProfile.of(_table(generator)) for _ in range(count)]


def _table(generator: np.random.Generator) -> Table:
    columns: dict[str, ColumnValues] = {}
    for place in range(NUMERIC):
        match place % 3:
            case 0:
                values = generator.normal(size=ROWS_PER_PROFILE)
            case 1:
                values = np.round(generator.gamma(2.0, 10.0, size=ROWS_PER_PROFILE), 2)
            case _:
                values = generator.integers(0, 10**6, size=ROWS_PER_PROFILE).astype(np.float64)
        integral = len(values) if place % 3 == 2 else 0
        columns["output[0]" if place == 0 else f"input[{place - 1}]"] = ColumnValues(values, integral, {}, None)
    for place in range(NUMERIC - 1, NUMERIC + TEXTS - 1):
        counts = _texts(generator)
        columns[f"input[{place}]"] = ColumnValues(np.empty(0), 0, counts, counts)
    return Table(ROWS_PER_PROFILE, columns)


def _texts(generator: np.random.Generator) -> Mapping[str, int]:
    counts = np.bincount(generator.integers(0, 50, size=ROWS_PER_PROFILE), minlength=50)
    return {f"category {number}": count for number, count in enumerate(counts.tolist()) if count}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A day of profiles, from hourly roll-ups to the verdict.")
    parser.add_argument("--profiles", type=int, default=PROFILES, help="in all, at least 24 (default: %(default)s)")
    for row in run(Options(rows=max(HOURS, parser.parse_args().profiles) * ROWS_PER_PROFILE)):
        print(f"{row.name}: {row.measured:.3f} {row.limit.unit} ({row.verdict.value})\n    {row.detail}")
