"""The profile of a window, read from the store: hourly roll-ups for whole hours.

A roll-up is named after exactly the profiles that went into it, so it can be written at any time and by anybody:
a late or replaced capture file makes another name, never a stale hit.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from driftline.domain.attributes.keys import attributes_prefix
from driftline.domain.errors import InvalidInputError, ObjectNotFoundError, StaleReadError
from driftline.domain.ground_truth.hour_index import index_of
from driftline.domain.ground_truth.keys import VariantHour, hour_labels_prefix, index_key
from driftline.domain.keys import profiles_prefix, rollup_key, variants_prefix
from driftline.domain.profiles.capture_profile import HourProfile
from driftline.domain.profiles.window import WindowProfile, merge_hour, merge_hours, rollup_digest
from driftline.domain.windows import HOUR, Window
from driftline.usecases.ports import ObjectStore, ObjectSummary
from driftline.usecases.side_by_side import AT_ONCE, side_by_side

_LARGE = 4 * 1024 * 1024
"""Bytes of a profile: up to 32 bodies wait to be read where profiles are fetched side by side."""


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
    """Merges what all variants (or one) captured in the window; writes the roll-ups that were missing."""
    variants = [variant] if variant else store.folders(variants_prefix(endpoint))
    parts: list[ObjectSummary] = []

    def merged() -> Iterator[tuple[str, datetime, WindowProfile]]:
        for name in sorted(variants):
            for hour in window.hours():
                summaries = list(store.list(profiles_prefix(endpoint, name, hour)))
                if summaries:
                    parts.extend(summaries)
                    yield name, hour, _hour(store, endpoint, name, hour, window, summaries)

    profile = merge_hours(merged())
    largest = max((summary.size for summary in parts), default=0)
    return LoadedWindow(profile, tuple(sorted(summary.key for summary in parts)), largest)


def read_profiles(store: ObjectStore, keys: Sequence[str], *, largest: int) -> Iterator[tuple[str, HourProfile]]:
    """(key, profile) in the order of the keys; they are fetched side by side, large ones one at a time.

    Args:
        largest: Bytes of the largest of them.

    Raises:
        StaleReadError: one of them is gone.
    """
    bodies = _bodies(store, keys, 1 if largest > _LARGE else AT_ONCE)
    try:
        for key in keys:
            # No name for the body: it would stay in memory next to the profile that was made of it.
            yield key, HourProfile.from_bytes(next(bodies), key)
    except ObjectNotFoundError as error:
        raise StaleReadError("a profile was replaced while its window was read", where=error.where) from error


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
    prefixes = [
        prefix
        for name in variants
        for hour in window.hours()
        for prefix in (
            profiles_prefix(endpoint, name, hour),
            hour_labels_prefix(endpoint, VariantHour(name, hour)),
        )
    ]
    if attributes:
        prefixes += [attributes_prefix(endpoint, hour) for hour in window.hours()]
    return rollup_digest((summary.key, summary.etag) for prefix in prefixes for summary in store.list(prefix))


def _hour(
    store: ObjectStore, endpoint: str, variant: str, hour: datetime, window: Window, summaries: Sequence[ObjectSummary]
) -> WindowProfile:
    keys = sorted(summary.key for summary in summaries)
    largest = max(summary.size for summary in summaries)
    if not window.covers_hour(hour):
        return merge_hour(read_profiles(store, keys, largest=largest), window)
    digest = rollup_digest((summary.key, summary.etag) for summary in summaries)
    rollup = rollup_key(endpoint, variant, hour, digest)
    stored = _stored_rollup(store, rollup)
    if stored is not None:
        return stored
    join_hashes: dict[str, bytes] = {}

    def noted() -> Iterator[tuple[str, HourProfile]]:
        for key, profile in read_profiles(store, keys, largest=largest):
            join_hashes[key] = profile.join_hashes
            yield key, profile

    merged = merge_hour(noted(), Window(hour, hour + HOUR))
    if len(keys) > 1:  # a roll-up of a single profile saves nothing
        # The index of the hour's inferences, too, so that later labels need not read all these profiles again.
        index = index_of(join_hashes.values())
        store.put(index_key(endpoint, VariantHour(variant, hour), digest), index)
        store.put(rollup, merged.to_bytes())
    return merged


def _bodies(store: ObjectStore, keys: Sequence[str], at_once: int) -> Iterator[bytes]:
    if at_once == 1:  # not even one ahead
        return (store.get(key).body for key in keys)
    return (stored.body for stored in side_by_side(store.get, keys, at_once))


def _stored_rollup(store: ObjectStore, key: str) -> WindowProfile | None:
    found = store.find(key)
    try:
        return WindowProfile.from_bytes(found.body, key) if found else None
    except InvalidInputError:
        return None  # Written by another version, or damaged: it is made again from its parts.
