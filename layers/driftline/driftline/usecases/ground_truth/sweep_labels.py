"""Looks again for the captures of waiting labels, and gives up those that have waited too long."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from driftline.domain.ground_truth import keys
from driftline.domain.ground_truth.horizon import DEFAULT_LABEL_DELAY, expired
from driftline.domain.ground_truth.join_ids import Hashes, among
from driftline.domain.ground_truth.keys import VariantHour
from driftline.domain.ground_truth.stored_labels import LabelHead, LabelSet
from driftline.domain.instants import format_instant
from driftline.usecases.ground_truth.hour_labels import LabelFile, sets_of_file
from driftline.usecases.ports import ObjectStore


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


def sweep(
    endpoint: str, as_of: datetime, *, store: ObjectStore, max_label_delay: timedelta = DEFAULT_LABEL_DELAY
) -> Swept:
    """Looks again for waiting labels, and lists those that waited too long under `ground-truth-unmatched/`.

    Args:
        as_of: The event's scheduled time; a label's age counts from its file's hour.
        store, max_label_delay: As in `merge_labels`.

    Raises:
        UnreadableStateError: an object among the labels is none, or damaged; sweep again without it.
    """
    matched = waiting = unmatched = files = 0
    hours: set[VariantHour] = set()
    for summary in list(store.list(keys.open_labels_prefix(endpoint))):
        _, digest = keys.parse_open_labels_key(summary.key)
        sets = sets_of_file(store, endpoint, digest)
        found = store.find(summary.key)
        if found is None:  # another sweep was faster
            continue
        known = LabelSet.from_bytes(found.body, summary.key)
        # Listed before the version was read, so another version is an older one
        replaced = [key for key in sets if keys.parse_hour_labels_key(key)[1] != known.version]
        for key in replaced:
            store.delete(key)
        files += 1
        file = LabelFile(endpoint, digest, known)
        before = _without(known, file.matched(store))
        if before.labels:
            file.match_captures(store, before, max_label_delay)
        after = _without(known, file.matched(store))
        if replaced or len(after.labels) < len(before.labels):
            hours.update(file.hours(store))
        if _version(store, summary.key) != known.version:
            file.drop_own_version(store)  # replaced meanwhile: the other process has done the rest
            continue
        matched += len(before.labels) - len(after.labels)
        if expired(known.hour, as_of, max_label_delay):
            unmatched += len(after.labels)
            _write_unmatched(store, keys.unmatched_key(endpoint, known.hour, file.digest), after, max_label_delay)
            store.delete(summary.key)
        else:
            waiting += len(after.labels)
    return Swept(endpoint, files, matched, waiting, unmatched, tuple(sorted(hours)))


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
