"""The files of a backfill: listed day by day, or taken from a list that somebody made before."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import chain

from driftline.domain.backfill.plan import Item
from driftline.domain.errors import InvalidInputError
from driftline.domain.ground_truth.horizon import start_of_day
from driftline.domain.ground_truth.keys import GROUND_TRUTH, day_prefix, parse_ground_truth_key
from driftline.domain.keys import is_data_name, parse_capture_key, profile_key, source_digest, variants_prefix
from driftline.domain.windows import Window
from driftline.usecases.listed_hours import listed_hours
from driftline.usecases.ports import ObjectStore, ObjectSummary
from driftline.usecases.side_by_side import side_by_side

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Captures:
    """Where an endpoint's capture files are, and the half-open range of their folders' hours."""

    store: ObjectStore
    prefix: str
    endpoint: str
    start: datetime
    end: datetime

    def listed(self) -> list[Item]:
        """The files, by time, then by key. Days are listed side by side: what is outside of the range costs nothing."""
        above = f"{self.prefix}{self.endpoint}/"
        variants = self.store.folders(above)
        days = [f"{above}{variant}/{day:%Y/%m/%d}/" for day in self._days() for variant in variants]
        found = chain.from_iterable(side_by_side(lambda prefix: list(self.store.list(prefix)), days))
        return self.of_range(Item(each.key, each.size, each.etag) for each in found)

    def of_range(self, items: Iterable[Item]) -> list[Item]:
        """Those of the endpoint and the range, each once. What is no capture file is left out, as when it arrives."""
        found: dict[str, tuple[datetime, Item]] = {}
        for item in items:
            hour = self._hour(item.key)
            if hour is not None and self.start <= hour < self.end:
                found[item.key] = (hour, item)
        return [item for _, item in sorted(found.values(), key=lambda each: (each[0], each[1].key))]

    def _hour(self, key: str) -> datetime | None:
        if not key.startswith(f"{self.prefix}{self.endpoint}/"):
            return None
        try:
            source = parse_capture_key(key)
        except InvalidInputError:
            return None
        return source.hour if source.endpoint == self.endpoint and is_data_name(source.name) else None

    def _days(self) -> Iterator[datetime]:
        day = start_of_day(self.start)
        while day < self.end:
            yield day
            day += _DAY


def without_profile(captures: Captures, files: Iterable[Item], state: ObjectStore) -> list[Item]:
    """Those of the range's files that nobody has profiled: no profile of theirs is in the hour of their folder."""
    bucket = None if captures.store.name == state.name else captures.store.name
    window = Window(captures.start, captures.end)
    there: set[str] = set()
    for variant in state.folders(variants_prefix(captures.endpoint)):
        hours = listed_hours(state, window, partial(day_prefix, "profiles", captures.endpoint, variant))
        there.update(each.key for summaries in hours.values() for each in summaries)

    def profile(item: Item) -> str:
        source = parse_capture_key(item.key)
        return profile_key(source.endpoint, source.variant, source.hour, source_digest(bucket, item.key))

    return [item for item in files if profile(item) not in there]


def label_files(store: ObjectStore, endpoint: str, start: datetime, end: datetime, delay: timedelta) -> Sequence[Item]:
    """Ground truth files with labels for inferences in [start, end), by the time at which they were collected.

    Args:
        delay: How long after an inference its label may be collected.
    """
    found: list[tuple[datetime, ObjectSummary]] = []
    for summary in store.list(f"{GROUND_TRUTH}{endpoint}/"):
        try:
            hour = parse_ground_truth_key(summary.key).hour
        except InvalidInputError:
            continue
        if start_of_day(start) <= hour < end + delay and is_data_name(summary.key.rpartition("/")[2]):
            found.append((hour, summary))
    return [Item(each.key, each.size, each.etag) for _, each in sorted(found)]
