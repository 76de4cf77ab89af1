"""The profile of a window: the merge of its parts, always in one canonical order.

Within an hour of one variant the slots are merged in the order of (slot, key), then the hours in the order of time,
variants by name. A part that is delivered twice counts once. A whole hour is merged first and separately, whether a
stored roll-up exists or not, so the bytes do not depend on which of the two was read.
"""

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256

from driftline.domain.profiles.capture_profile import HourProfile
from driftline.domain.profiles.span import WindowProfile
from driftline.domain.windows import Window

__all__ = ["WindowProfile", "merge_hour", "merge_hours", "rollup_digest"]


def merge_hour(profiles: Iterable[tuple[str, HourProfile]], window: Window) -> WindowProfile:
    """What one variant captured in the slots of one UTC hour that lie in the window.

    Args:
        profiles: (object key, profile) of the hour, in any order; the same key counts once.
        window: May extend beyond the hour or cut it; `Window(hour, hour + HOUR)` gives the roll-up.
    """
    once = dict(profiles)
    slots = sorted((start, key) for key, profile in once.items() for start in profile.slots if start in window)
    return WindowProfile.merge_all([once[key].slots[start] for start, key in slots])


def merge_hours(hours: Iterable[tuple[str, datetime, WindowProfile]]) -> WindowProfile:
    """The window of (variant, start of the hour, merged hour), in any order; the same hour counts once."""
    once = {(variant, hour): profile for variant, hour, profile in hours}
    return WindowProfile.merge_all([once[key] for key in sorted(once)])


def rollup_digest(parts: Iterable[tuple[str, str]]) -> str:
    """The name of the roll-up of exactly these (object key, entity tag); a late or replaced part gives another."""
    lines = "".join(f"{key}\n{etag}\n" for key, etag in sorted(set(parts)))
    return sha256(lines.encode()).hexdigest()[:32]
