"""A window of a month over thin hours: from the roll-ups of its days, against those of its hours.

744 hours of four capture files with 100 rows x 30 columns. Both ways list, read and merge; each is measured after it
has written what it keeps. CPU seconds of this process, the best of three; the store is memory and counts requests, a
listing once for each 1,000 objects, as S3 bills them.

`python -m bench long_window`.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from threading import Lock

import numpy as np

from bench.results import Limit, Options, Row
from bench.run_monitor import Memory
from driftline.domain.capture.columns import ColumnValues, Table
from driftline.domain.keys import profile_key, profiles_prefix, rollup_key, source_digest
from driftline.domain.profiles.capture_profile import HourProfile
from driftline.domain.profiles.span import WindowProfile
from driftline.domain.profiles.table import TableProfile
from driftline.domain.profiles.window import merge_parts, rollup_digest
from driftline.domain.windows import HOUR, Window
from driftline.usecases.capture.window_profile import load_window
from driftline.usecases.ports import ObjectSummary, StoredObject

ENDPOINT, VARIANT = "flight-delay", "AllTraffic"
MONTH = Window(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))
FILES, ROWS, COLUMNS = 4, 100, 30
TRIALS = 3

REQUESTS = Limit(62, 62, "requests")
CPU = Limit(4, 10, "x less CPU", more_is_better=True)
FIRST = Limit(10, 5, "s CPU")


class _Counting(Memory):
    def __init__(self) -> None:
        super().__init__()
        self.asked: Counter[str] = Counter()
        self._counting = Lock()

    def count(self, operation: str, times: int = 1) -> None:
        with self._counting:
            self.asked[operation] += times

    def get(self, key: str) -> StoredObject:
        self.count("GET")
        return super().get(key)

    def find(self, key: str) -> StoredObject | None:
        if key in self.bodies:
            return self.get(key)
        self.count("GET")
        return None

    def put(self, key: str, body: bytes, *, content_type: str = "") -> None:
        self.count("PUT")
        super().put(key, body, content_type=content_type)

    def list(self, prefix: str) -> Iterable[ObjectSummary]:
        found = list(super().list(prefix))
        self.count("LIST", max(1, -(-len(found) // 1_000)))
        return found


def run(options: Options) -> Iterator[Row]:  # noqa: ARG001 - a month has its size
    """Three rows: requests and CPU from days, and the first reading, which makes them."""
    store = _filled()
    hourly, _ = _measured(store, partial(_by_hours, store), trials=1)  # hours are rolled up once
    first, first_asked = _measured(store, partial(_by_days, store), trials=1)
    hourly, hourly_asked = _measured(store, partial(_by_hours, store))
    daily, daily_asked = _measured(store, partial(_by_days, store))
    days = [len(body) for key, body in store.bodies.items() if "/rollups/" in key and key.count("/") == 7]
    name = f"a month, {FILES} files an hour x {COLUMNS} columns → its profile"
    yield Row(
        f"{name}, from days",
        REQUESTS,
        daily_asked.total(),
        f"{_said(daily_asked)}; from hours: {hourly_asked.total():,} ({_said(hourly_asked)})",
    )
    yield Row(
        "… CPU against from hours",
        CPU,
        hourly / daily,
        f"{daily:.2f} s against {hourly:.2f} s; {np.mean(days) / 1000:.0f} kB a day",
    )
    yield Row("… the first reading, which makes the days from hours", FIRST, first, _said(first_asked))


def _said(asked: Counter[str]) -> str:
    return ", ".join(f"{asked[operation]:,} {operation}" for operation in sorted(asked))


def _measured(store: _Counting, work: Callable[[], WindowProfile], trials: int = TRIALS) -> tuple[float, Counter[str]]:
    seconds = []
    for _ in range(trials):
        store.asked.clear()
        started = time.process_time()
        profile = work()
        seconds.append(time.process_time() - started)
        assert profile.rows == 744 * FILES * ROWS
    return min(seconds), store.asked.copy()


def _by_days(store: _Counting) -> WindowProfile:
    return load_window(store, ENDPOINT, MONTH, VARIANT).profile


def _by_hours(store: _Counting) -> WindowProfile:
    """As releases without days did: one listing and one roll-up for each hour, all merged at once."""

    def hours() -> Iterator[tuple[str, datetime, WindowProfile]]:
        for hour in MONTH.hours():
            parts = store.list(profiles_prefix(ENDPOINT, VARIANT, hour))
            key = rollup_key(ENDPOINT, VARIANT, hour, rollup_digest((part.key, part.etag) for part in parts))
            found = store.find(key)
            if found is None:
                load_window(store, ENDPOINT, Window(hour, hour + HOUR), VARIANT)
                found = store.get(key)
            yield VARIANT, hour, WindowProfile.from_bytes(found.body, key)

    return merge_parts(hours())


def _filled() -> _Counting:
    generator = np.random.default_rng(20_260_301)
    tables = [
        TableProfile.of(Table(ROWS, {f"input[{place}]": _column(generator) for place in range(COLUMNS)}))
        for _ in range(8 * FILES)
    ]
    store = _Counting()
    for number, hour in enumerate(MONTH.hours()):
        for file in range(FILES):
            slot = WindowProfile({f"csv:0+{COLUMNS}": tables[(number * FILES + file) % len(tables)]}, records=ROWS)
            key = profile_key(ENDPOINT, VARIANT, hour, source_digest("bench", f"{number}/{file}"))
            store.put(key, HourProfile({hour: slot}, f"memory://{file}", "").to_bytes())
    return store


def _column(generator: np.random.Generator) -> ColumnValues:
    return ColumnValues(np.round(generator.gamma(2.0, 10.0, size=ROWS), 2), 0, {}, None)
