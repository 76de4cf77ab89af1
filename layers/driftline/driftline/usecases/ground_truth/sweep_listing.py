"""What a sweep lists of an endpoint, each prefix once, whatever the number of ground truth files that wait."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain

import numpy as np

from driftline.domain.ground_truth import keys
from driftline.domain.ground_truth.horizon import days_of, may_belong
from driftline.domain.ground_truth.join_ids import Hashes
from driftline.domain.ground_truth.keys import VariantHour
from driftline.domain.ground_truth.stored_labels import LabelSet
from driftline.domain.profiles.window import rollup_digest
from driftline.usecases.ground_truth.hour_labels import sets_in
from driftline.usecases.ground_truth.inference_index import CapturedHour, Lookup, profiled_hours, with_indexes
from driftline.usecases.ground_truth.sweep_memory import (
    FileNote,
    SweepMemory,
    hour_name,
    load_memory,
    save_memory,
)
from driftline.usecases.ports import ObjectStore, ObjectSummary
from driftline.usecases.side_by_side import side_by_side

_ALL_AT_ONCE = 20
"""For so many files, the hours with labels of all files are listed, those of files that no longer wait included."""

_KEPT_INDEXES = 128 << 20
"""Bytes: 8 for each inference of the hours to which labels may belong. merge_ground_truth has 1,024 MB."""


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A ground truth file whose labels wait, as listed. Attributes: key, etag: of its open labels."""

    key: str
    etag: str
    hour: datetime
    digest: str


@dataclass
class Listed:
    """The label sets and captured hours of an endpoint, listed after its open labels.

    Attributes:
        sets: Digest of a ground truth file → its label sets in the months.
        hours: Hours with captures to which any of the files may belong.
    """

    store: ObjectStore
    endpoint: str
    delay: timedelta
    memory: SweepMemory
    months: frozenset[tuple[str, datetime]]
    sets: Mapping[str, Sequence[ObjectSummary]]
    hours: Sequence[CapturedHour]
    lookup: Lookup
    _looked_at: int = 0
    _indexed: dict[VariantHour, CapturedHour] = field(default_factory=dict)
    _all_label_hours: dict[str, list[str]] | None = None

    @classmethod
    def of(
        cls, store: ObjectStore, endpoint: str, waiting: Iterable[datetime], as_of: datetime, delay: timedelta
    ) -> "Listed":
        """Args: waiting: The hours of the ground truth files that wait."""
        memory = load_memory(store, endpoint, delay)
        days = sorted(set(chain.from_iterable(days_of(hour, delay) for hour in waiting)))
        months = frozenset(
            (variant, month)
            for variant in store.folders(f"{keys.LABELS}{endpoint}/")
            for month in {day.replace(day=1) for day in days}
        )
        sets = _sets(store, endpoint, sorted(months))
        hours = profiled_hours(store, endpoint, days)
        return cls(store, endpoint, delay, memory, months, sets, hours, Lookup(store, endpoint, as_of))

    def __post_init__(self) -> None:
        known = self.memory.hours
        self._changed = [each for each in self.hours if known.get(hour_name(each.at)) != each.digest]

    def expect(self, files: int) -> None:
        """Args: files: How many are to be looked at: what many need is read once and kept."""
        self._looked_at = files
        self.lookup.to_keep = _KEPT_INDEXES if files >= _ALL_AT_ONCE else 0

    def sets_of(self, file: OpenFile) -> list[str]:
        """The label sets of all versions of a ground truth file.

        Some may lie before the months, since `max_label_delay` was longer: all hours that ever had labels are known.
        """
        hours = map(keys.parse_label_hour_key, self._label_hours(file))
        earlier = [at for at in hours if (at.variant, at.hour.replace(day=1, hour=0)) not in self.months]
        listed = [summary.key for summary in self.sets.get(file.digest, ())]
        return [*listed, *sets_in(self.store, self.endpoint, file.digest, earlier)]

    def digest_of_sets(self, file: OpenFile) -> str:
        return rollup_digest((summary.key, summary.etag) for summary in self.sets.get(file.digest, ()))

    def valid_note(self, file: OpenFile) -> FileNote | None:
        """What the last sweep noted of exactly these labels and label sets."""
        note = self.memory.files.get(file.key)
        return note if note and (note.etag, note.sets) == (file.etag, self.digest_of_sets(file)) else None

    def unsearched(self, file: OpenFile) -> list[CapturedHour]:
        """The hours to which waiting labels of the file may belong, and that it was not looked for in."""
        note = self.valid_note(file)
        if note is not None and not note.waiting:
            return []
        hours = self.hours if note is None else self._changed
        return [each for each in hours if may_belong(file.hour, each.at.hour, self.delay)]

    def search(self, file: OpenFile, labels: LabelSet, *, as_listed: bool) -> dict[VariantHour, Hashes]:
        """The hours with inferences of these labels.

        Args:
            as_listed: Whether the labels are those of the listing, of which there may be a note.
        """
        if not labels.labels:
            return {}
        if as_listed:
            hours = self.unsearched(file)
        else:
            hours = [each for each in self.hours if may_belong(file.hour, each.at.hour, self.delay)]
        return self.lookup.find(np.unique(labels.hashes()), self._with_indexes(hours))

    def remember(self, notes: Mapping[str, FileNote]) -> None:
        save_memory(self.store, self.endpoint, self.memory, self.hours, notes)

    def _label_hours(self, file: OpenFile) -> Sequence[str]:
        if self._looked_at < _ALL_AT_ONCE:
            return [each.key for each in self.store.list(keys.label_hours_prefix(self.endpoint, file.digest))]
        if self._all_label_hours is None:
            self._all_label_hours = {}
            prefix = keys.label_hours_of_all(self.endpoint)
            for each in self.store.list(prefix):
                digest = each.key.removeprefix(prefix).partition("/")[0]
                self._all_label_hours.setdefault(digest, []).append(each.key)
        return self._all_label_hours.get(file.digest, ())

    def _with_indexes(self, hours: Sequence[CapturedHour]) -> list[CapturedHour]:
        """The indexes of a day are listed when the first file asks for one of its hours."""
        days = {(each.at.variant, each.at.hour.date()) for each in hours if each.at not in self._indexed}
        asked = [each for each in self.hours if (each.at.variant, each.at.hour.date()) in days]
        self._indexed.update((each.at, each) for each in with_indexes(self.store, self.endpoint, asked))
        return [self._indexed[each.at] for each in hours]


def _sets(store: ObjectStore, endpoint: str, months: Sequence[tuple[str, datetime]]) -> dict[str, list[ObjectSummary]]:
    """Names that are none of label sets belong to no file."""
    prefixes = [keys.month_labels_prefix(endpoint, *month) for month in months]
    found: dict[str, list[ObjectSummary]] = {}
    for listed in side_by_side(lambda prefix: list(store.list(prefix)), prefixes, store.at_once):
        for summary in listed:
            found.setdefault(summary.key.rpartition("/")[2].partition("-")[0], []).append(summary)
    return found
