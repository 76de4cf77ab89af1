"""The sweep of before: it reads everything each time. The oracle of `tests/properties/test_sweep.py`."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Self

import numpy as np

from driftline.domain.errors import InvalidInputError, UnreadableStateError
from driftline.domain.ground_truth import keys
from driftline.domain.ground_truth.horizon import DEFAULT_LABEL_DELAY, expired
from driftline.domain.ground_truth.join_ids import Hashes, among
from driftline.domain.ground_truth.keys import VariantHour
from driftline.domain.ground_truth.stored_labels import LabelHead, LabelSet
from driftline.domain.instants import format_instant
from driftline.usecases.ground_truth.hour_labels import LabelFile, sets_of_file
from driftline.usecases.ports import ObjectStore
from driftline.usecases.unreadable_state import move_aside, name_unreadable, with_state_made_again


@dataclass(frozen=True, slots=True)
class Swept:
    """The result of one sweep.

    Attributes:
        files: Number of open ground truth files.
        matched: Labels that matched now.
        waiting: Labels that still wait.
        unmatched: Labels whose time was over; they are listed.
        hours: Hours that gained labels, or lost labels of a replaced version.
    """

    endpoint: str
    files: int
    matched: int
    waiting: int
    unmatched: int
    hours: tuple[VariantHour, ...]

    @property
    def numbers(self) -> Mapping[str, int]:
        """What there is to log."""
        return {"matched": self.matched, "waiting": self.waiting, "unmatched": self.unmatched}

    def __add__(self, other: Self) -> Self:
        return replace(
            self,
            files=self.files + other.files,
            matched=self.matched + other.matched,
            waiting=self.waiting + other.waiting,
            unmatched=self.unmatched + other.unmatched,
            hours=tuple(sorted({*self.hours, *other.hours})),
        )


def sweep(
    endpoint: str,
    as_of: datetime,
    *,
    store: ObjectStore,
    max_label_delay: timedelta = DEFAULT_LABEL_DELAY,
    make_again: Callable[[str], object] | None = None,
) -> Swept:
    """Looks again for waiting labels, and lists those that waited too long under `ground-truth-unmatched/`.

    One file that cannot be read does not stop the others: it is moved aside, made again, and looked at again.

    Args:
        as_of: The event's scheduled time; a label's age counts from its file's hour.
        store, max_label_delay: As in `merge_labels`.
        make_again: Takes the key of an object that was moved aside.
    """
    swept = Swept(endpoint, 0, 0, 0, 0, ())
    for summary in list(store.list(keys.open_labels_prefix(endpoint))):
        try:
            digest = keys.parse_open_labels_key(summary.key)[1]
        except UnreadableStateError as error:
            move_aside(store, error)
            continue
        look = partial(_of_file, store, endpoint, summary.key, digest, as_of, max_label_delay)
        try:
            swept += with_state_made_again(look, store, make_again)
        except InvalidInputError as error:  # when it was made again, or because another version wrote it
            name_unreadable(error)
    return swept


def _of_file(
    store: ObjectStore, endpoint: str, key: str, digest: str, as_of: datetime, max_label_delay: timedelta
) -> Swept:
    """What became of the labels of one file."""
    nothing = Swept(endpoint, 0, 0, 0, 0, ())
    sets = sets_of_file(store, endpoint, digest)
    found = store.find(key)
    if found is None:  # another sweep was faster, or it was moved aside
        return nothing
    known = LabelSet.from_bytes(found.body, key)
    file = LabelFile(endpoint, digest, known)
    before = _without(known, file.matched(store))
    # Listed before the version was read, so another version is an older one
    replaced = [each for each in sets if keys.parse_hour_labels_key(each)[1] != known.version]
    for each in replaced:
        store.delete(each)
    if before.labels:
        file.match_captures(store, before, max_label_delay)
    after = _without(known, file.matched(store))
    gained = replaced or len(after.labels) < len(before.labels)
    hours = file.hours(store) if gained else ()
    if _version(store, key) != known.version:
        file.drop_own_version(store)  # replaced meanwhile: the other process has done the rest
        return Swept(endpoint, 1, 0, 0, 0, hours)
    matched, left = len(before.labels) - len(after.labels), len(after.labels)
    if not expired(known.hour, as_of, max_label_delay):
        return Swept(endpoint, 1, matched, left, 0, hours)
    _write_unmatched(store, keys.unmatched_key(endpoint, known.hour, file.digest), after, max_label_delay)
    store.delete(key)
    return Swept(endpoint, 1, matched, 0, left, hours)


def _version(store: ObjectStore, key: str) -> str:
    """The current version of the open labels; empty if they no longer exist."""
    found = store.find(key)
    return LabelHead.of(found.body, key).version if found else ""


def _without(known: LabelSet, matched: Hashes) -> LabelSet:
    chosen = np.flatnonzero(~among(known.hashes(), matched)).tolist()
    return replace(known, labels=[known.labels[at] for at in chosen])


def _write_unmatched(store: ObjectStore, key: str, labels: LabelSet, max_label_delay: timedelta) -> None:
    if not labels.labels:
        store.delete(key)
        return
    days = max_label_delay / timedelta(days=1)
    reason = f"no inference with this id was captured in the {days:g} days before {format_instant(labels.hour)}"
    lines = (
        json.dumps(
            {
                "groundTruthData": {"data": label.data, "encoding": label.encoding},
                "eventMetadata": {"eventId": label.id},
                "eventVersion": "0",
                "reason": reason,
                "source": labels.source,
                "line": label.position,
            },
            ensure_ascii=False,
        )
        for label in labels.labels
    )
    store.put(key, ("\n".join(lines) + "\n").encode(), content_type="application/jsonl")
