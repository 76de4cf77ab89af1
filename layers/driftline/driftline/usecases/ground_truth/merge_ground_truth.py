"""Joins ground truth with captured inferences, whichever of the two comes first.

Each side writes its own part before it looks for the other's: a ground truth file its labels, a capture file its
profile. S3 lists everything that was written before, so of two that belong together at least one sees the other and
writes the labels to the inference's hour. What is written depends on the ground truth file only, is never changed,
and is the same from either side. The merged records of the hour follow from it, and are written when a window is read
(`merged_window`), so that many files cost one merge. docs/design/ground-truth.md has the full argument.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from driftline.domain.errors import InvalidInputError, ObjectNotFoundError, StaleReadError, UnreadableStateError
from driftline.domain.ground_truth import keys
from driftline.domain.ground_truth.horizon import DEFAULT_LABEL_DELAY, may_belong
from driftline.domain.ground_truth.join_ids import STORED, Hashes, among
from driftline.domain.ground_truth.keys import VariantHour
from driftline.domain.ground_truth.label_tables import parse_labels
from driftline.domain.ground_truth.labels import LabelReject
from driftline.domain.ground_truth.stored_labels import LabelHead, LabelSet, version_of
from driftline.domain.keys import NO_DATA, is_data_name, source_digest
from driftline.domain.profiles.capture_profile import HourSource
from driftline.domain.unpacking import UNPACKED_BYTES
from driftline.usecases.ground_truth.hour_labels import LabelFile, put_labels
from driftline.usecases.ground_truth.open_labels import open_labels
from driftline.usecases.ports import ObjectStore, ObjectSummary
from driftline.usecases.ports.tables import LabelTables
from driftline.usecases.unreadable_state import name_unreadable

_HEAD_BYTES = 64 << 10
"""The hashes of 8,000 labels: for most files all of them."""

_ATTEMPTS = 4


@dataclass(frozen=True, slots=True)
class LabelsMerged:
    """The result of one ground truth file.

    Attributes:
        labels: Number of labels in the file.
        matched: Labels whose inference was found.
        rejected: Lines that are not labels; they are listed in the rejects file.
        hours: Hours whose merged records may have changed, in order: their windows are to be evaluated again.
        reason: Why nothing was done; otherwise empty.
    """

    endpoint: str
    labels: int = 0
    matched: int = 0
    rejected: int = 0
    hours: tuple[VariantHour, ...] = ()
    reason: str = ""

    @property
    def waiting(self) -> int:
        return self.labels - self.matched


def merge_labels(
    key: str,
    *,
    store: ObjectStore,
    tables: LabelTables,
    max_label_delay: timedelta = DEFAULT_LABEL_DELAY,
    unpacked_bytes: int = UNPACKED_BYTES,
) -> LabelsMerged:
    """Reads one ground truth file. Replacing a file replaces its labels; deleting it does not undo them.

    Args:
        key: `ground-truth/<endpoint>/yyyy/mm/dd/hh/<name>`.
        tables: Reads labels in Parquet.
        max_label_delay: How long after an inference its label may be collected.
        unpacked_bytes: Maximum size of the file, unpacked if it is gzip.

    Raises:
        InvalidInputError: not the key of a ground truth file, or a file without a label.
        StaleReadError: the file, or an hour that it belongs to, changed meanwhile.
    """
    place = keys.parse_ground_truth_key(key)
    if not is_data_name(key.rpartition("/")[2]):
        return LabelsMerged(place.endpoint, reason=NO_DATA)
    stored = store.find(key)
    if stored is None:
        return LabelsMerged(place.endpoint, reason="the ground truth file no longer exists")
    parsed = parse_labels(key, stored.body, tables.parquet_labels, unpacked_bytes=unpacked_bytes)
    known = LabelSet(key, place.hour, version_of(stored.body), parsed.labels)
    digest = source_digest(None, key)
    _write_rejects(store, keys.label_rejects_key(place.endpoint, place.hour, digest), parsed.rejects)

    # The order matters: first write, then look at the captures. See the module's docstring.
    store.put(keys.open_labels_key(place.endpoint, place.hour, digest), known.to_bytes())
    file = LabelFile(place.endpoint, digest, known)
    matched = file.match_captures(store, known, max_label_delay)
    hours = file.drop_other_versions(store)

    if store.version(key) != stored.version:
        raise StaleReadError("the ground truth file was replaced while it was merged", where=store.uri(key))
    return LabelsMerged(place.endpoint, len(parsed.labels), matched, len(parsed.rejects), hours)


def merge_capture(profile_key: str, *, store: ObjectStore, max_label_delay: timedelta = DEFAULT_LABEL_DELAY) -> int:
    """Adds labels that arrived before a profile to its hour; returns how many there are.

    Args:
        profile_key: Key of an hour profile; call this after the profile is written.
        store, max_label_delay: As in `merge_labels`.

    Raises:
        InvalidInputError: not the key of an hour profile.
        StaleReadError: ground truth files kept changing.
    """
    endpoint, at = keys.parse_profile_key(profile_key)
    for _ in range(_ATTEMPTS):
        waiting = _waiting(store, endpoint, at, max_label_delay)
        known = list(store.list(keys.hour_labels_prefix(endpoint, at)))
        if not waiting and not known:  # an endpoint without ground truth pays for two listings
            return 0
        matched = _match_labels(store, endpoint, at, profile_key, waiting, known)
        if not matched or waiting == _waiting(store, endpoint, at, max_label_delay):
            return matched
    raise StaleReadError("ground truth files kept changing", where=store.uri(keys.open_labels_prefix(endpoint)))


def _waiting(store: ObjectStore, endpoint: str, at: VariantHour, max_label_delay: timedelta) -> list[ObjectSummary]:
    """The current ground truth files that may have labels for the hour."""
    listed = open_labels(store, endpoint)
    return [summary for summary, hour, _ in listed if may_belong(hour, at.hour, max_label_delay)]


def _match_labels(
    store: ObjectStore,
    endpoint: str,
    at: VariantHour,
    profile_key: str,
    waiting: Sequence[ObjectSummary],
    known: Sequence[ObjectSummary],
) -> int:
    """Adds the labels whose inferences were captured; returns how many there are.

    Labels of replaced versions are removed: this side may have added them just after the other side had cleaned up.
    They were listed before the versions are read here: what was listed and differs from what is read is older.
    """
    captured = _captured(store, profile_key)
    matched = 0
    versions: dict[str, str] = {}
    for summary in waiting:
        digest = keys.parse_open_labels_key(summary.key)[1]
        try:
            head = _head(store, summary.key)
            versions[digest] = head.version
            if among(captured, head.hashes).any():
                labels = LabelSet.from_bytes(store.get(summary.key).body, summary.key).only(captured)
                put_labels(store, endpoint, at, digest, labels)
                matched += len(labels.labels)
        except ObjectNotFoundError:
            continue  # their time is over
        except InvalidInputError as error:
            name_unreadable(error)  # the next sweep makes them again, and looks for captures
    for summary in known:
        try:
            digest, version = keys.parse_hour_labels_key(summary.key)
        except UnreadableStateError as error:
            name_unreadable(error)
            continue
        if versions.get(digest, version) != version:
            store.delete(summary.key)
    return matched


def _captured(store: ObjectStore, profile_key: str) -> Hashes:
    """The ids in a profile; none if its capture file was replaced with one without this hour."""
    found = store.find(profile_key)
    if found is None:
        return np.empty(0, dtype=np.uint64)
    try:
        source = HourSource.from_bytes(found.body, profile_key)
    except UnreadableStateError as error:
        name_unreadable(error)
        return np.empty(0, dtype=np.uint64)
    return np.frombuffer(source.join_hashes, dtype=STORED).astype(np.uint64)


def _head(store: ObjectStore, key: str) -> LabelHead:
    head = store.get_range(key, 0, _HEAD_BYTES)
    length = LabelHead.length_in(head)
    return LabelHead.of(head if len(head) >= length else store.get_range(key, 0, length), key)


def _write_rejects(store: ObjectStore, key: str, rejects: Sequence[LabelReject]) -> None:
    if not rejects:
        store.delete(key)
        return
    lines = (
        json.dumps({"line": reject.line, "reason": reject.reason, "quoted": reject.quoted}, ensure_ascii=False)
        for reject in rejects
    )
    store.put(key, ("\n".join(lines) + "\n").encode(), content_type="application/jsonl")
