"""Finds the hours in which inferences were captured, by their join ids, without reading records.

Every hour of a variant has an index of 8 bytes per inference (domain/ground_truth/hour_index.py), named after exactly
the profiles that it was made from, like roll-ups: it is never stale, only missing, and then made from the profiles.

A lookup first asks every hour of the horizon for a few ids, through range reads; then the hours with one of them, and
their neighbours, for all ids; and so on. In the end the rest is searched in every hour, so no match is missed. Labels
in the order of their inferences, as most are, cost one range read for each hour of the horizon and one index.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

import numpy as np

from driftline.domain.errors import ObjectNotFoundError, UnreadableStateError
from driftline.domain.ground_truth import keys
from driftline.domain.ground_truth.horizon import start_of_day
from driftline.domain.ground_truth.hour_index import hashes_of_index, index_bytes, may_be_index, readings
from driftline.domain.ground_truth.join_ids import STORED, Hashes, among
from driftline.domain.ground_truth.keys import VariantHour
from driftline.domain.keys import variants_prefix
from driftline.domain.profiles.capture_profile import HourSource
from driftline.domain.profiles.window import rollup_digest
from driftline.domain.windows import HOUR
from driftline.usecases.ports import ObjectStore, ObjectSummary
from driftline.usecases.side_by_side import side_by_side
from driftline.usecases.unreadable_state import name_unreadable

PROBE = 8
"""Number of ids to ask every hour for. They are neighbours among the hashes, so that one range of an index has all."""

_ROUNDS = 4
_WHOLE_AT_ONCE = 4
"""Each whole index takes 8 MB for a million inferences."""


@dataclass(frozen=True)
class CapturedHour:
    """An hour with profiles.

    Attributes:
        profiles: Their keys and tags, as listed.
        index_size: Bytes of the index of exactly these; None if there is none.
    """

    at: VariantHour
    profiles: tuple[ObjectSummary, ...]
    index_size: int | None

    @cached_property
    def digest(self) -> str:
        return rollup_digest((summary.key, summary.etag) for summary in self.profiles)


def captured_hours(store: ObjectStore, endpoint: str, days: Sequence[datetime]) -> list[CapturedHour]:
    """The hours with profiles of all variants on these UTC days, in the order of variant and time."""
    return with_indexes(store, endpoint, profiled_hours(store, endpoint, days))


def profiled_hours(store: ObjectStore, endpoint: str, days: Sequence[datetime]) -> list[CapturedHour]:
    """As `captured_hours`, without a look at their indexes."""
    variants = store.folders(variants_prefix(endpoint))
    wanted = [(variant, day) for variant in variants for day in days]
    found = side_by_side(lambda place: _hours_of_day(store, endpoint, *place), wanted, store.at_once)
    return sorted((hour for hours in found for hour in hours), key=lambda hour: hour.at)


def with_indexes(store: ObjectStore, endpoint: str, hours: Sequence[CapturedHour]) -> list[CapturedHour]:
    """The same hours with the sizes of their indexes: a listing for each day of a variant."""
    days = sorted({(hour.at.variant, start_of_day(hour.at.hour)) for hour in hours})
    sizes: dict[str, int] = {}
    for of_day in side_by_side(lambda place: _sizes(store, endpoint, *place), days, store.at_once):
        sizes.update(of_day)
    return [replace(hour, index_size=sizes.get(keys.index_key(endpoint, hour.at, hour.digest))) for hour in hours]


def find_hours(
    store: ObjectStore, endpoint: str, hashes: Hashes, hours: Sequence[CapturedHour], collected: datetime
) -> dict[VariantHour, Hashes]:
    """See `Lookup`, for a single file.

    Args:
        hashes: Hashes of the labels' ids, ascending, each once.
        hours: Hours to search.
        collected: The labels' hour.
    """
    return Lookup(store, endpoint, collected).find(hashes, hours)


def _neighbours(hashes: Hashes) -> Hashes:
    """A few from the middle."""
    start = max(0, (len(hashes) - PROBE) // 2)
    return hashes[start : start + PROBE]


def _with_neighbours(hits: Sequence[CapturedHour], hours: Sequence[CapturedHour]) -> list[CapturedHour]:
    """The hours and their neighbours: a file's labels often cross the full hour."""
    near = {VariantHour(hit.at.variant, hit.at.hour + step * HOUR) for hit in hits for step in (-1, 0, 1)}
    return [hour for hour in hours if hour.at in near]


@dataclass
class Lookup:
    """What hours know of ids; several files may ask one after the other, and no index is made twice.

    Attributes:
        collected: When the labels were collected, or are looked at. Indexes of hours that were over by then are stored
            for the next lookup.
        to_keep: Bytes of indexes that may be kept in memory for further files. They are read whole, once.
    """

    store: ObjectStore
    endpoint: str
    collected: datetime
    to_keep: int = 0

    def __post_init__(self) -> None:
        self._kept: dict[VariantHour, Hashes | None] = {}
        self._unstored: dict[VariantHour, Hashes] = {}
        self._sizes: dict[VariantHour, int] = {}

    def find(self, hashes: Hashes, hours: Sequence[CapturedHour]) -> dict[VariantHour, Hashes]:
        """Hour -> the hashes that occur in it, ascending; hours without any are left out.

        Args:
            hashes: Ascending, each once.
            hours: Hours to search.
        """
        found: dict[VariantHour, Hashes] = {}
        open_ids = hashes
        for _ in range(_ROUNDS):
            if not len(open_ids):
                return found
            asked = _neighbours(open_ids)
            hits = [hour for hour, known in self.ask(hours, asked) if len(known)]
            if not hits:
                open_ids = np.setdiff1d(open_ids, asked, assume_unique=True)  # they occur nowhere
                break
            resolved = [asked]
            for hour, known in self.ask(_with_neighbours(hits, hours), open_ids):
                if len(known):
                    found[hour.at] = np.union1d(found.get(hour.at, known), known)
                    resolved.append(known)
            open_ids = np.setdiff1d(open_ids, np.concatenate(resolved))
        if len(open_ids):
            for hour, known in self.ask(hours, open_ids):
                if len(known):
                    found[hour.at] = np.union1d(found.get(hour.at, known), known)
        return found

    def ask(self, hours: Sequence[CapturedHour], wanted: Hashes) -> list[tuple[CapturedHour, Hashes]]:
        """Which of the ascending hashes each hour has."""
        for hour in hours:
            if hour.index_size is None and hour.at not in self._unstored and hour.at not in self._sizes:
                self._make(hour)
        by_range: list[CapturedHour] = []
        whole: list[CapturedHour] = []
        for hour in hours:
            size = self._sizes.get(hour.at, hour.index_size)
            ranged = size is not None and not self._keeps(hour, size) and readings(wanted, size) is not None
            (by_range if ranged else whole).append(hour)
        ranged_answers = side_by_side(lambda hour: self._by_range(hour, wanted), by_range, self.store.at_once)
        whole_answers = side_by_side(
            lambda hour: self._whole(hour, wanted), whole, min(_WHOLE_AT_ONCE, self.store.at_once)
        )
        answers = [*zip(by_range, ranged_answers, strict=True), *zip(whole, whole_answers, strict=True)]
        return sorted(answers, key=lambda answer: answer[0].at)

    def _keeps(self, hour: CapturedHour, size: int) -> bool:
        """Whether its index is in memory, or will be: there is place for it."""
        if hour.at not in self._kept and size <= self.to_keep:
            self.to_keep -= size
            self._kept[hour.at] = None
        return hour.at in self._kept

    def _make(self, hour: CapturedHour) -> None:
        hashes, as_listed = _hashes_of_profiles(self.store, hour.profiles)
        if as_listed and hour.at.hour + HOUR <= self.collected:
            body = index_bytes(hashes)
            self.store.put(keys.index_key(self.endpoint, hour.at, hour.digest), body)
            self._sizes[hour.at] = len(body)
        else:  # more captures of this hour will arrive: its index would soon be outdated
            self._unstored[hour.at] = hashes

    def _by_range(self, hour: CapturedHour, wanted: Hashes) -> Hashes:
        key = keys.index_key(self.endpoint, hour.at, hour.digest)
        size = self._sizes.get(hour.at, hour.index_size)
        assert size is not None
        known = []
        for reading in readings(wanted, size) or ():
            found = reading.found(self._range(key, reading.start, reading.length, hour))
            if found is None:
                return self._whole(hour, wanted)
            known.append(found)
        return np.concatenate(known)

    def _range(self, key: str, start: int, length: int, hour: CapturedHour) -> bytes:
        try:
            return self.store.get_range(key, start, length)
        except ObjectNotFoundError:  # removed since it was listed
            return index_bytes(_hashes_of_profiles(self.store, hour.profiles)[0])[start : start + length]

    def _whole(self, hour: CapturedHour, wanted: Hashes) -> Hashes:
        kept = self._kept.get(hour.at)
        if hour.at in self._unstored:
            hashes = self._unstored[hour.at]
        elif kept is not None:
            hashes = kept
        else:
            index = self.store.find(keys.index_key(self.endpoint, hour.at, hour.digest))
            stored = hashes_of_index(index.body) if index else None
            hashes = _hashes_of_profiles(self.store, hour.profiles)[0] if stored is None else stored
            if hour.at in self._kept:
                self._kept[hour.at] = hashes
        return wanted[among(wanted, hashes)]


def _hours_of_day(store: ObjectStore, endpoint: str, variant: str, day: datetime) -> list[CapturedHour]:
    profiles: dict[datetime, list[ObjectSummary]] = {}
    for summary in store.list(keys.day_prefix("profiles", endpoint, variant, day)):
        try:
            profiles.setdefault(keys.parse_profile_key(summary.key)[1].hour, []).append(summary)
        except UnreadableStateError as error:
            name_unreadable(error)
    return [CapturedHour(VariantHour(variant, hour), tuple(each), None) for hour, each in profiles.items()]


def _sizes(store: ObjectStore, endpoint: str, variant: str, day: datetime) -> Mapping[str, int]:
    """By key. Those that cannot be indexes are made again, like those that are missing."""
    indexes = store.list(keys.day_prefix("indexes", endpoint, variant, day))
    return {summary.key: summary.size for summary in indexes if may_be_index(summary.size)}


def _hashes_of_profiles(store: ObjectStore, profiles: Sequence[ObjectSummary]) -> tuple[Hashes, bool]:
    """(all hashes of the hour, ascending; whether every profile is still as listed)."""
    read = list(side_by_side(lambda summary: _hashes_of_profile(store, summary), profiles, store.at_once))
    hashes = np.concatenate([np.frombuffer(stored, dtype=STORED) for stored, _ in read]).astype(np.uint64)
    return np.sort(hashes), all(as_listed for _, as_listed in read)


def _hashes_of_profile(store: ObjectStore, summary: ObjectSummary) -> tuple[bytes, bool]:
    stored = store.find(summary.key)
    if stored is None:  # its capture file was replaced, which also looks for labels
        return b"", False
    try:
        return HourSource.from_bytes(stored.body, summary.key).join_hashes, stored.etag == summary.etag
    except UnreadableStateError as error:
        name_unreadable(error)  # the next evaluation of its hour makes it again
        return b"", False
