"""A table: which columns differ from a two-month baseline on how many days, and whether that means anything.

The monitor compares one day with January and February. Each column is checked twice: on the days after the baseline,
and on the baseline's own days, which cannot have drifted from themselves. A column that alarms on those has the wrong
kind of reference. docs/guide/demo.md explains it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

from rich.console import Console

from driftline.domain.drift.distance import ComparisonMethod
from driftline.domain.drift.linf import numeric_distance
from driftline.domain.drift.rank_map import RankMap, true_ranks
from local.demo.days import BASELINE, FIRST, between
from local.demo.flights import Flight, Station, Weather, data_folder, read_flights, read_weather

LAST = date(2013, 4, 30)
THRESHOLD = 0.1

type Days = Mapping[date, Sequence[Flight]]
type Column = Callable[[Flight], float | None]


@dataclass(frozen=True, slots=True)
class Lesson:
    """How one column's days compare with the baseline.

    Attributes:
        own_days: Share of the baseline's own days above the threshold.
        later_days: Share of the later days above it.
        typical: Median Robust distance of the later days.
    """

    column: str
    own_days: float
    later_days: float
    typical: float


def columns(weather: Mapping[Station, Weather]) -> Mapping[str, Column]:
    """Two columns of the model and three that it does not have, all known for every flight."""

    def of_station(read: Callable[[Weather], float | None]) -> Column:
        def value(flight: Flight) -> float | None:
            hour = flight.scheduled.replace(minute=0).strftime("%Y-%m-%dT%H:%M:%SZ")
            station = weather.get((flight.origin, hour))
            return read(station) if station else None

        return value

    return {
        "dep_hour": lambda flight: flight.dep_hour,
        "distance": lambda flight: flight.distance,
        "dep_delay": lambda flight: flight.dep_delay,
        "precip": lambda flight: flight.precip,
        "visibility": of_station(lambda station: station.visib),
        "temperature": of_station(lambda station: station.temp),
        "pressure": of_station(lambda station: station.pressure),
    }


def learn(column: str, read: Column, baseline: Days, later: Days) -> Lesson:
    """Compares every day with the whole baseline."""
    reference = _ranks(read, [flight for day in baseline.values() for flight in day])
    own = [_distance(read, day, reference) for day in baseline.values()]
    after = [_distance(read, day, reference) for day in later.values()]
    return Lesson(column, _share_over(own), _share_over(after), median(after))


def _ranks(read: Column, flights: Sequence[Flight]) -> RankMap:
    return true_ranks([[value for flight in flights if (value := read(flight)) is not None]])


def _distance(read: Column, day: Sequence[Flight], reference: RankMap) -> float:
    ranks = _ranks(read, day)
    if not ranks.size:
        return 0.0  # a day without any value is a matter of completeness, not drift
    return numeric_distance(ranks, reference, ComparisonMethod.ROBUST, THRESHOLD).value


def _share_over(distances: Sequence[float]) -> float:
    return sum(distance > THRESHOLD for distance in distances) / len(distances)


def main() -> None:
    folder = data_folder()
    weather = read_weather(folder)
    baseline = read_flights(folder, weather, between(*BASELINE))
    later = read_flights(folder, weather, between(FIRST, LAST))
    show = Console(highlight=False, soft_wrap=True).print
    show(f"One day against January and February: share of days with a Robust distance above {THRESHOLD}\n")
    show(f"{'column':<13}{'their own days':>15}{'March and April':>17}{'typical distance':>18}")
    for name, read in columns(weather).items():
        lesson = learn(name, read, baseline, later)
        show(f"{name:<13}{lesson.own_days:>15.0%}{lesson.later_days:>17.0%}{lesson.typical:>18.3f}")
    show("\nA column that drifts on the days it was learnt from needs another window: see docs/guide/demo.md.")


if __name__ == "__main__":
    main()
