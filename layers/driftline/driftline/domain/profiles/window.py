"""The profile of a window: the merge of its parts, always in one canonical order.

Within an hour of one variant the slots are merged in the order of (slot, key). The hours of a UTC day that lies in the
window as a whole are merged into the day. Then the days, and the hours of other days, are merged in the order of time,
variants by name. A part that is delivered twice counts once. A whole hour or day is merged first and separately,
whether a stored roll-up exists or not, so the bytes do not depend on which of the two was read. Wide tables do not fit
into memory together and are merged file by file (merging.py); a day with a wide hour stays in hours, because a merged
day would be one more wide table in memory.
"""

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256

from driftline.domain.profiles.capture_profile import HourProfile
from driftline.domain.profiles.merging import Merging, is_wide
from driftline.domain.profiles.span import WindowProfile
from driftline.domain.windows import Window

__all__ = ["WindowProfile", "has_wide_table", "merge_day", "merge_hour", "merge_parts", "rollup_digest"]


def merge_hour(profiles: Iterable[tuple[str, HourProfile]], window: Window) -> WindowProfile:
    """What one variant captured in the slots of one UTC hour that lie in the window.

    Args:
        profiles: (object key, profile) of the hour, in any order, but by key if there are wide ones; the same key
            counts once. Wide ones are taken one at a time.
        window: May extend beyond the hour or cut it; `Window(hour, hour + HOUR)` gives the roll-up.

    Raises:
        InvalidInputError: more columns than a window may have.
    """
    usual: dict[tuple[datetime, str], WindowProfile] = {}
    wide, last = Merging(), ""
    for key, profile in profiles:
        slots = {start: slot for start, slot in profile.slots.items() if start in window}
        if not any(has_wide_table(slot) for slot in slots.values()):
            usual |= {(start, key): slot for start, slot in slots.items()}
        elif key != last:
            wide.add(WindowProfile.merge_all([slots[start] for start in sorted(slots)]))
            last = key
    for at in sorted(usual):
        wide.add(usual[at])
    return wide.merged()


def merge_day(hours: Iterable[WindowProfile]) -> WindowProfile:
    """What one variant captured in a UTC day, of its merged hours in the order of time; none of them is wide.

    Raises:
        InvalidInputError: more columns than a window may have.
    """
    merging = Merging()
    for hour in hours:
        merging.add(hour)
    return merging.merged()


def merge_parts(parts: Iterable[tuple[str, datetime, WindowProfile]]) -> WindowProfile:
    """The window of (variant, start of the day or hour, merged day or hour), in any order; the same part counts once.

    Wide ones are merged as they come, so they come in the order of variant and time, each once.

    Raises:
        InvalidInputError: more columns than a window may have.
    """
    usual: dict[tuple[str, datetime], WindowProfile] = {}
    merging = Merging()
    for variant, start, profile in parts:
        if has_wide_table(profile):
            merging.add(profile)
        else:
            usual[variant, start] = profile
    for at in sorted(usual):
        merging.add(usual[at])
    return merging.merged()


def has_wide_table(profile: WindowProfile) -> bool:
    """Whether it is merged alone, as soon as it is read."""
    return any(map(is_wide, profile.layouts.values()))


def rollup_digest(parts: Iterable[tuple[str, str]]) -> str:
    """The name of the roll-up of exactly these (object key, entity tag); a late or replaced part gives another."""
    lines = "".join(f"{key}\n{etag}\n" for key, etag in sorted(set(parts)))
    return sha256(lines.encode()).hexdigest()[:32]
