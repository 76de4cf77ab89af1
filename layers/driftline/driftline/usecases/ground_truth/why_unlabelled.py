"""Why no row of a window has a label, although ground truth was uploaded: the probable reason, and what to do."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from driftline.domain.capture.conditions import IsOneOf
from driftline.domain.errors import UnreadableStateError
from driftline.domain.ground_truth.horizon import may_belong, start_of_day
from driftline.domain.ground_truth.join_ids import STORED, Hashes, among, sorted_unique
from driftline.domain.ground_truth.stored_labels import LabelSet
from driftline.domain.monitors.fields import format_offset
from driftline.domain.profiles.capture_profile import HourProfile
from driftline.domain.windows import Window
from driftline.usecases.capture.row_samples import MAX_FILES, sample_inferences, spread
from driftline.usecases.capture.window_profile import read_profiles
from driftline.usecases.ground_truth.open_labels import open_labels
from driftline.usecases.ports import ObjectStore
from driftline.usecases.ports.tables import CaptureTables

_FILES = 4
"""Maximum number of ground truth files to look into."""

_SAMPLES = 5
_TIME_ZONES = timedelta(hours=14)
"""Local time is at most this far from UTC."""


@dataclass(frozen=True, slots=True)
class Unlabelled:
    """A window with captures and without a label.

    Attributes:
        parts: Keys of its profiles.
        largest: Bytes of the largest of them.
        max_label_delay: How long after its inference a label may be collected.
    """

    store: ObjectStore
    endpoint: str
    window: Window
    parts: Sequence[str]
    max_label_delay: timedelta
    tables: CaptureTables
    largest: int

    def why(self) -> str:
        """One or two sentences; empty if there is no ground truth that might belong to the window."""
        files = self._files()
        near = [key for hour, key in files if self._may_belong(hour)]
        begun = start_of_day(self.window.start)
        early = [key for hour, key in files if hour < begun and not self._may_belong(hour)]
        late = [key for hour, key in files if hour >= begun and not self._may_belong(hour)]
        captured = self._captured() if files else np.empty(0, dtype=np.uint64)
        for labels in self._read(early):
            if among(labels.hashes(), captured).any():
                return (
                    f"Labels of {labels.source} match, but its folder is dated before the inferences: folders are in "
                    "UTC, not in local time."
                )
        for labels in self._read(late):
            if among(labels.hashes(), captured).any():
                return (
                    f"Labels of {labels.source} match, but were collected more than "
                    f"{format_offset(self.max_label_delay)} after the inferences: raise max_label_delay in the monitor "
                    "document."
                )
        for labels in self._read(near):
            sample = [label.id for label in labels.labels[:_SAMPLES]]
            found = self._by_event_id(sample)
            if found:
                return (
                    f"The {len(labels.labels):,} labels of {labels.source} are keyed by the captures' eventIds "
                    f"({sample[0]!r}), but these captures have inferenceIds ({found!r}). Write the inferenceId into "
                    "eventMetadata.eventId of the ground truth."
                )
            if not among(labels.hashes(), captured).any():
                return (
                    f"The {len(labels.labels):,} labels of {labels.source} match none of its inferences: their ids "
                    f"are such as {sample[0]!r}."
                )
        return ""

    def _files(self) -> list[tuple[datetime, str]]:
        """(hour, key) of stored labels that might be of the window, also if local time shifts them; newest first."""
        files = [(hour, summary.key) for summary, hour, _ in open_labels(self.store, self.endpoint)]
        earliest = start_of_day(self.window.start) - _TIME_ZONES
        return sorted((found for found in files if earliest <= found[0]), reverse=True)

    def _may_belong(self, hour: datetime) -> bool:
        return any(may_belong(hour, inference, self.max_label_delay) for inference in self.window.hours())

    def _read(self, files: Sequence[str]) -> list[LabelSet]:
        read: list[LabelSet] = []
        for key in files[:_FILES]:
            stored = self.store.find(key)
            with suppress(UnreadableStateError):  # named, and made again, by the next sweep
                read += [LabelSet.from_bytes(stored.body, key)] if stored else []
        return [labels for labels in read if labels.labels]

    def _captured(self) -> Hashes:
        """Hashes of the ids of some captures."""
        profiles = read_profiles(self.store, spread(self.parts, MAX_FILES), largest=self.largest)
        return sorted_unique([_hashes(profile) for _, profile in profiles])

    def _by_event_id(self, ids: Sequence[str]) -> str | None:
        """The inferenceId of a capture that has one of the ids as its eventId, and an inferenceId of its own."""
        wanted = {each: ("event_id", IsOneOf((each,))) for each in ids}
        matched = sample_inferences(self.store, self.parts, self.window, wanted, self.tables, largest=self.largest)
        return next((found[0] for each, found in matched.items() if found and found[0] != each), None)


def _hashes(profile: HourProfile) -> Hashes:
    return np.frombuffer(profile.join_hashes, dtype=STORED).astype(np.uint64)
