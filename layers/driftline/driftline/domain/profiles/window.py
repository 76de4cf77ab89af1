"""The profile of a window: the merge of its parts, always in one canonical order.

Within an hour of one variant the slots are merged in the order of (slot, key), then the hours in the order of time,
variants by name. A part that is delivered twice counts once. A whole hour is merged first and separately, whether a
stored roll-up exists or not, so the bytes do not depend on which of the two was read. Wide tables do not fit into
memory together and are merged file by file (merging.py).
"""

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256

from driftline.domain.profiles.capture_profile import HourProfile
from driftline.domain.profiles.merging import Merging, is_wide
from driftline.domain.profiles.span import WindowProfile
from driftline.domain.windows import Window

__all__ = ["WindowProfile", "merge_hour", "merge_hours", "rollup_digest"]


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
        if not any(_is_wide(slot) for slot in slots.values()):
            usual |= {(start, key): slot for start, slot in slots.items()}
        elif key != last:
            wide.add(WindowProfile.merge_all([slots[start] for start in sorted(slots)]))
            last = key
    for at in sorted(usual):
        wide.add(usual[at])
    return wide.merged()


def merge_hours(hours: Iterable[tuple[str, datetime, WindowProfile]]) -> WindowProfile:
    """The window of (variant, start of the hour, merged hour), in any order; the same hour counts once.

    Wide ones are merged as they come, so they come in the order of variant and hour, each once.

    Raises:
        InvalidInputError: more columns than a window may have.
    """
    usual: dict[tuple[str, datetime], WindowProfile] = {}
    merging = Merging()
    for variant, hour, profile in hours:
        if _is_wide(profile):
            merging.add(profile)
        else:
            usual[variant, hour] = profile
    for at in sorted(usual):
        merging.add(usual[at])
    return merging.merged()


def _is_wide(profile: WindowProfile) -> bool:
    return any(map(is_wide, profile.layouts.values()))


def rollup_digest(parts: Iterable[tuple[str, str]]) -> str:
    """The name of the roll-up of exactly these (object key, entity tag); a late or replaced part gives another."""
    lines = "".join(f"{key}\n{etag}\n" for key, etag in sorted(set(parts)))
    return sha256(lines.encode()).hexdigest()[:32]
