"""Looks again for the captures of waiting labels, and gives up those that have waited too long."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import batched
from typing import Self

import numpy as np

from driftline.domain.errors import InvalidInputError, UnreadableStateError
from driftline.domain.ground_truth import keys
from driftline.domain.ground_truth.horizon import DEFAULT_LABEL_DELAY, expired
from driftline.domain.ground_truth.join_ids import Hashes, among
from driftline.domain.ground_truth.keys import VariantHour
from driftline.domain.ground_truth.stored_labels import LabelHead, LabelSet
from driftline.domain.instants import format_instant
from driftline.usecases.each_alone import each_alone
from driftline.usecases.ground_truth.hour_labels import LabelFile
from driftline.usecases.ground_truth.sweep_listing import Listed, OpenFile
from driftline.usecases.ground_truth.sweep_memory import FileNote
from driftline.usecases.ports import ObjectStore
from driftline.usecases.unreadable_state import move_aside, name_unreadable, with_state_made_again

_REMEMBERED_AT_ONCE = 50
"""Number of files that are looked at before what was found of them is written down."""


@dataclass(frozen=True, slots=True)
class Swept:
    """The result of one sweep.

    Attributes:
        files: Number of open ground truth files.
        matched: Labels that matched now.
        waiting: Labels that still wait.
        unmatched: Labels whose time was over; they are listed.
        hours: Hours that gained labels, or lost labels of a replaced version.
        failed: Key of open labels that could not be looked at → why; nothing is lost, the next sweep looks again.
    """

    endpoint: str
    files: int = 0
    matched: int = 0
    waiting: int = 0
    unmatched: int = 0
    hours: tuple[VariantHour, ...] = ()
    failed: Mapping[str, Exception] = field(default_factory=dict)

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
            failed={**self.failed, **other.failed},
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

    Each prefix is listed once. Files of which nothing waits, or for which no hour has changed since the last sweep, are
    not read (`sweep_memory`). One file that cannot be read does not stop the others: it is moved aside, made again, and
    looked at again.

    Args:
        as_of: The event's scheduled time; a label's age counts from its file's hour.
        store, max_label_delay: As in `merge_labels`.
        make_again: Takes the key of an object that was moved aside.
    """
    waiting = _open_labels(store, endpoint)
    if not waiting:
        return Swept(endpoint)
    listed = Listed.of(store, endpoint, [each.hour for each in waiting], as_of, max_label_delay)
    swept = Swept(endpoint)
    notes: dict[str, FileNote] = {}

    def look_at(file: OpenFile) -> None:
        nonlocal swept
        look = partial(_of_file, store, listed, file, as_of, max_label_delay)
        try:
            found, note = with_state_made_again(look, store, make_again)
        except InvalidInputError as error:  # when it was made again, or because another version wrote it
            name_unreadable(error)
            return
        swept += found
        if note is not None:
            notes[file.key] = note

    unchanged = {file.key: note for file in waiting if (note := _unchanged(listed, file, as_of, max_label_delay))}
    looked_at = [file for file in waiting if file.key not in unchanged]
    listed.expect(len(looked_at))
    failed: dict[str, Exception] = {}
    for some in batched(looked_at, _REMEMBERED_AT_ONCE, strict=False):
        failed.update((file.key, error) for file, error in each_alone(some, look_at).failed.items())
        listed.remember({**unchanged, **notes})  # a process that is ended is not in vain: the next one goes on here
    left = sum(note.waiting for note in unchanged.values())
    swept += Swept(endpoint, len(unchanged), waiting=left)
    return replace(swept, failed=failed)


def _unchanged(listed: Listed, file: OpenFile, as_of: datetime, max_label_delay: timedelta) -> FileNote | None:
    """What the last sweep found of a file, if this one would find the same."""
    note = listed.valid_note(file)
    same = note is not None and not expired(file.hour, as_of, max_label_delay) and not listed.unsearched(file)
    return note if same else None


def _open_labels(store: ObjectStore, endpoint: str) -> list[OpenFile]:
    found = []
    for summary in list(store.list(keys.open_labels_prefix(endpoint))):
        try:
            hour, digest = keys.parse_open_labels_key(summary.key)
        except UnreadableStateError as error:
            move_aside(store, error)
            continue
        found.append(OpenFile(summary.key, summary.etag, hour, digest))
    return found


def _of_file(
    store: ObjectStore, listed: Listed, opened: OpenFile, as_of: datetime, max_label_delay: timedelta
) -> tuple[Swept, FileNote | None]:
    """What became of the labels of one file, and what to remember of it: nothing after a change."""
    endpoint, key = listed.endpoint, opened.key
    sets = listed.sets_of(opened)
    found = store.find(key)
    if found is None:  # another sweep was faster, or it was moved aside
        return Swept(endpoint), None
    known = LabelSet.from_bytes(found.body, key)
    file = LabelFile(endpoint, opened.digest, known)
    before = _without(known, file.matched_in(store, sets))
    # Listed before the version was read, so another version is an older one
    replaced = [each for each in sets if keys.parse_hour_labels_key(each)[1] != known.version]
    for each in replaced:
        store.delete(each)
    in_hours = listed.search(opened, before, as_listed=found.etag == opened.etag)
    file.put_found(store, before, in_hours)
    over = expired(known.hour, as_of, max_label_delay)
    # What is given up is listed for people, so labels that others matched meanwhile are looked for once more.
    after = _without(known, file.matched(store)) if before.labels and (in_hours or over) else before
    gained = replaced or len(after.labels) < len(before.labels)
    hours = file.hours(store) if gained else ()
    if store.etag(key) != found.etag and _version(store, key) != known.version:
        file.drop_own_version(store)  # replaced meanwhile: the other process has done the rest
        return Swept(endpoint, 1, hours=hours), None
    matched, left = len(before.labels) - len(after.labels), len(after.labels)
    if not over:
        # What was listed before the labels were written is no proof that they were looked for.
        proven = not gained and found.etag == opened.etag
        note = FileNote(found.etag, listed.digest_of_sets(opened), left) if proven else None
        return Swept(endpoint, 1, matched, left, hours=hours), note
    _write_unmatched(store, keys.unmatched_key(endpoint, known.hour, file.digest), after, max_label_delay)
    store.delete(key)
    return Swept(endpoint, 1, matched, unmatched=left, hours=hours), None


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
