"""The profile of a window, read from the store: roll-ups of whole days, and of the hours of days that the window cuts.

A roll-up is named after exactly the profiles that went into it, so it can be written at any time and by anybody:
a late or replaced capture file makes another name, never a stale hit. The reader of a window writes those that are
missing. It has merged the hours anyway, so a day costs one more request, only where somebody reads whole days; a clock
that made days beforehand would read every hour of endpoints whose windows are hours.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from driftline.domain.attributes.keys import attributes_day_prefix
from driftline.domain.errors import InvalidInputError, ObjectNotFoundError, StaleReadError
from driftline.domain.ground_truth.hour_index import index_of
from driftline.domain.ground_truth.keys import VariantHour, day_prefix, index_key
from driftline.domain.keys import day_rollup_key, rollup_key, variants_prefix
from driftline.domain.profiles.capture_profile import HourProfile
from driftline.domain.profiles.window import (
    WindowProfile,
    has_wide_table,
    merge_day,
    merge_hour,
    merge_parts,
    rollup_digest,
)
from driftline.domain.windows import DAY, HOUR, Window
from driftline.usecases.listed_hours import HoursOfDay, listed_days, listed_hours
from driftline.usecases.ports import ObjectStore, ObjectSummary
from driftline.usecases.side_by_side import AT_ONCE, side_by_side

_LARGE = 4 * 1024 * 1024
"""Bytes of a profile: up to 32 bodies wait to be read where profiles are fetched side by side."""

_ATTEMPTS = 4
"""Maximum consecutive readings of a window while its profiles are replaced."""


@dataclass(frozen=True, slots=True)
class LoadedWindow:
    """A window's profile.

    Attributes:
        parts: Keys of all the profiles that it was merged from, sorted.
        largest: Bytes of the largest of them.
    """

    profile: WindowProfile
    parts: tuple[str, ...]
    largest: int


NO_INPUTS = rollup_digest(())
"""The digest of a window without profiles and labels."""


def load_window(store: ObjectStore, endpoint: str, window: Window, variant: str | None = None) -> LoadedWindow:
    """Merges what all variants (or one) captured in the window; writes the roll-ups that were missing.

    Raises:
        StaleReadError: profiles kept being replaced while they were read.
    """
    for _ in range(_ATTEMPTS - 1):
        with suppress(StaleReadError):
            return _loaded(store, endpoint, window, variant)
    return _loaded(store, endpoint, window, variant)


def _loaded(store: ObjectStore, endpoint: str, window: Window, variant: str | None) -> LoadedWindow:
    variants = [variant] if variant else store.folders(variants_prefix(endpoint))
    parts: list[ObjectSummary] = []

    def merged() -> Iterator[tuple[str, datetime, WindowProfile]]:
        for name in sorted(variants):
            for day, hours in listed_days(store, window, partial(day_prefix, "profiles", endpoint, name)):
                parts.extend(summary for summaries in hours.values() for summary in summaries)
                yield from _parts(store, endpoint, name, day, window, hours)

    profile = merge_parts(merged())
    largest = max((summary.size for summary in parts), default=0)
    return LoadedWindow(profile, tuple(sorted(summary.key for summary in parts)), largest)


def read_profiles(
    store: ObjectStore, keys: Sequence[str], *, largest: int, etags: Mapping[str, str] | None = None
) -> Iterator[tuple[str, HourProfile]]:
    """(key, profile) in the order of the keys; they are fetched side by side, large ones one at a time.

    Args:
        largest: Bytes of the largest of them.
        etags: The entity tags that they must have.

    Raises:
        StaleReadError: one of them is gone, or has another entity tag.
    """
    bodies = _bodies(store, keys, 1 if largest > _LARGE else AT_ONCE, etags or {})
    try:
        for key in keys:
            # No name for the body: it would stay in memory next to the profile that was made of it.
            yield key, HourProfile.from_bytes(next(bodies), key)
    except ObjectNotFoundError as error:
        raise _replaced(error.where) from error


def window_inputs(
    store: ObjectStore, endpoint: str, window: Window, variant: str | None = None, *, attributes: bool = False
) -> str:
    """The digest of everything that a verdict on the window follows from, as it is now: profiles and labels.

    Args:
        attributes: Whether attributes of the inferences count as well.

    An execution compares it before and after. What arrives in between either finds the execution's announcement and
    requests another one, or was there before the announcement, and the execution sees it: no arrival is lost.
    """
    variants = [variant] if variant else store.folders(variants_prefix(endpoint))
    prefixes: list[Callable[[datetime], str]] = [
        partial(day_prefix, kind, endpoint, name) for name in variants for kind in ("profiles", "labels")
    ]
    if attributes:
        prefixes.append(partial(attributes_day_prefix, endpoint))
    return rollup_digest(
        (summary.key, summary.etag)
        for prefix_of in prefixes
        for summaries in listed_hours(store, window, prefix_of).values()
        for summary in summaries
    )


def _parts(
    store: ObjectStore, endpoint: str, variant: str, day: datetime, window: Window, hours: HoursOfDay
) -> Iterator[tuple[str, datetime, WindowProfile]]:
    """(variant, start, profile) of the day if the window has all of it, otherwise of its hours."""
    if window.covers_day(day) and hours:
        yield from _day(store, endpoint, variant, day, hours)
    else:
        for hour, summaries in hours.items():
            yield variant, hour, _hour(store, endpoint, variant, hour, window, summaries)


def _day(
    store: ObjectStore, endpoint: str, variant: str, day: datetime, hours: HoursOfDay
) -> Iterator[tuple[str, datetime, WindowProfile]]:
    """The merged day; its hours if one of them is wide (domain/profiles/window.py)."""
    digest = rollup_digest((each.key, each.etag) for summaries in hours.values() for each in summaries)
    rollup = day_rollup_key(endpoint, variant, day, digest)
    several = len(hours) > 1  # a roll-up of a single hour saves nothing
    stored = _stored_rollup(store, rollup) if several else None
    if stored is not None:
        yield variant, day, stored
        return
    whole = Window(day, day + DAY)
    merged = ((variant, hour, _hour(store, endpoint, variant, hour, whole, found)) for hour, found in hours.items())
    usual: list[tuple[str, datetime, WindowProfile]] = []
    for part in merged:
        usual.append(part)
        if has_wide_table(part[2]):
            del part  # a name would keep it in memory next to those that follow
            while usual:
                yield usual.pop(0)
            yield from merged
            return
    profile = merge_day(profile for _, _, profile in usual)
    usual.clear()
    if several:
        store.put(rollup, profile.to_bytes())
    yield variant, day, profile


def _hour(
    store: ObjectStore, endpoint: str, variant: str, hour: datetime, window: Window, summaries: Sequence[ObjectSummary]
) -> WindowProfile:
    keys = sorted(summary.key for summary in summaries)
    largest = max(summary.size for summary in summaries)
    if not window.covers_hour(hour):
        return merge_hour(read_profiles(store, keys, largest=largest), window)
    etags = {summary.key: summary.etag for summary in summaries}
    digest = rollup_digest((summary.key, summary.etag) for summary in summaries)
    rollup = rollup_key(endpoint, variant, hour, digest)
    stored = _stored_rollup(store, rollup)
    if stored is not None:
        return stored
    join_hashes: dict[str, bytes] = {}

    def noted() -> Iterator[tuple[str, HourProfile]]:
        for key, profile in read_profiles(store, keys, largest=largest, etags=etags):
            join_hashes[key] = profile.join_hashes
            yield key, profile

    merged = merge_hour(noted(), Window(hour, hour + HOUR))
    if len(keys) > 1:  # a roll-up of a single profile saves nothing
        # The index of the hour's inferences, too, so that later labels need not read all these profiles again.
        index = index_of(join_hashes.values())
        store.put(index_key(endpoint, VariantHour(variant, hour), digest), index)
        store.put(rollup, merged.to_bytes())
    return merged


def _bodies(store: ObjectStore, keys: Sequence[str], at_once: int, etags: Mapping[str, str]) -> Iterator[bytes]:
    def body(key: str) -> bytes:
        found = store.get(key)
        if found.etag != etags.get(key, found.etag):
            raise _replaced(store.uri(key))
        return found.body

    return map(body, keys) if at_once == 1 else side_by_side(body, keys, at_once)  # map: not even one ahead


def _replaced(where: str) -> StaleReadError:
    return StaleReadError("a profile was replaced while its window was read", where=where)


def _stored_rollup(store: ObjectStore, key: str) -> WindowProfile | None:
    found = store.find(key)
    try:
        return WindowProfile.from_bytes(found.body, key) if found else None
    except InvalidInputError:
        return None  # Written by another version, or damaged: it is made again from its parts.
