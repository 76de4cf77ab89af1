"""Merged records of an hour: SageMaker's lines, and the table that monitors read.

Both are named after exactly the profiles and label sets that they were made from, like roll-ups, so a table that is
read is never stale: what is missing is made on demand.
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from heapq import merge
from itertools import groupby

import msgspec
import numpy as np

from driftline.domain.errors import ObjectNotFoundError, StaleReadError
from driftline.domain.ground_truth import keys
from driftline.domain.ground_truth.join_ids import STORED
from driftline.domain.ground_truth.keys import VariantHour
from driftline.domain.ground_truth.labels import Label
from driftline.domain.ground_truth.merged_lines import MergedLines
from driftline.domain.ground_truth.merged_rows import MergedRows, RejectedLabel, SlotRows, Winner
from driftline.domain.ground_truth.stored_labels import LabelSet
from driftline.domain.json_reading import JsonDecoder
from driftline.domain.keys import profiles_prefix
from driftline.domain.profiles.capture_profile import HourSource
from driftline.domain.profiles.window import rollup_digest
from driftline.domain.windows import Window
from driftline.usecases.capture.capture_files import CaptureFiles
from driftline.usecases.listed_hours import listed_days, listed_hours
from driftline.usecases.ports import ObjectStore, ObjectSummary
from driftline.usecases.ports.tables import LabelTables
from driftline.usecases.side_by_side import side_by_side
from driftline.usecases.unreadable_state import checked_parquet

_PART_BYTES = 16 << 20
"""Merged lines of a large hour go to several parts of about this size, so that memory stays bounded."""

_ATTEMPTS = 4


class MergedHour(msgspec.Struct, frozen=True):
    """The result of merging one hour; stored next to the table.

    Attributes:
        slots: Start of each five-minute slot -> what was captured in it, and how much of it has a label.
        rejected: Labels that do not match the rows of their inference; listed next to the table.
        gone: Capture files that no longer exist: their records are in the table, but not in the lines.
        table: Key of the table; empty if no label belongs to the hour.
        parts: Keys of the merged lines.
    """

    variant: str
    hour: datetime
    slots: dict[datetime, SlotRows] = {}
    rejected: int = 0
    gone: int = 0
    table: str = ""
    parts: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """Those with a label."""
        return sum(slot.labelled_rows for slot in self.slots.values())

    @property
    def records(self) -> int:
        """Those with a label."""
        return sum(slot.labelled_records for slot in self.slots.values())


_SUMMARY = JsonDecoder(MergedHour)


@dataclass(frozen=True, slots=True)
class HourInputs:
    """The listed inputs of an hour's merged records."""

    profiles: tuple[ObjectSummary, ...]
    labels: tuple[ObjectSummary, ...]

    @property
    def mergeable(self) -> bool:
        """Whether both sides have anything."""
        return bool(self.profiles and self.labels)

    @property
    def digest(self) -> str:
        return rollup_digest((summary.key, summary.etag) for summary in (*self.profiles, *self.labels))


def hour_inputs(store: ObjectStore, endpoint: str, at: VariantHour) -> HourInputs:
    return HourInputs(
        tuple(store.list(profiles_prefix(endpoint, at.variant, at.hour))),
        tuple(store.list(keys.hour_labels_prefix(endpoint, at))),
    )


def captured_hours(
    store: ObjectStore, endpoint: str, window: Window, variant: str
) -> Iterator[tuple[VariantHour, HourInputs]]:
    """The hours of the window with captures, in order: two listings for a whole day, or for an hour of another one."""
    profiles = listed_days(store, window, partial(keys.day_prefix, "profiles", endpoint, variant))
    labels = listed_days(store, window, partial(keys.day_prefix, "labels", endpoint, variant))
    for (_, profiles_of), (_, labels_of) in zip(profiles, labels, strict=True):
        for hour, found in profiles_of.items():
            yield VariantHour(variant, hour), HourInputs(tuple(found), tuple(labels_of.get(hour, ())))


def hours_with_merged_lines(store: ObjectStore, endpoint: str, window: Window, variant: str) -> Collection[datetime]:
    """Hours with merged lines, of any inputs."""
    return listed_hours(store, window, partial(keys.merged_lines_day_prefix, endpoint, variant)).keys()


def rebuild_hour(
    endpoint: str, at: VariantHour, *, store: ObjectStore, captures: CaptureFiles, tables: LabelTables
) -> MergedHour:
    """Writes the merged records of an hour, unless they exist, and removes those that they replace.

    Two processes may run at once, one with older labels. Each checks again after writing, so that the last one has seen
    everything.

    Args:
        store: The stack's own bucket.

    Raises:
        StaleReadError: the hour kept changing; the platform should deliver the event again.
    """
    for _ in range(_ATTEMPTS):
        inputs = hour_inputs(store, endpoint, at)
        merged, missing = None, None
        try:
            merged = stored_hour(store, endpoint, at, inputs) or _written(endpoint, at, inputs, store, captures, tables)
        except ObjectNotFoundError as error:
            missing = error
        if merged:
            _remove_others(store, endpoint, at, inputs.digest if inputs.mergeable else "")
        if hour_inputs(store, endpoint, at).digest == inputs.digest:
            if missing:
                raise missing
            assert merged is not None
            return merged
    raise StaleReadError(
        "captures or labels of an hour kept arriving while it was merged",
        where=store.uri(keys.merged_lines_prefix(endpoint, at)),
    )


def stored_hour(store: ObjectStore, endpoint: str, at: VariantHour, inputs: HourInputs) -> MergedHour | None:
    """The existing result of exactly these inputs; None if it has to be made."""
    if not inputs.mergeable:
        return MergedHour(at.variant, at.hour)
    found = store.find(keys.merged_summary_key(endpoint, at, inputs.digest))
    try:
        return _SUMMARY.decode(found.body) if found else None
    except ValueError:
        return None  # it is made again


def latest_labels(store: ObjectStore, inputs: HourInputs) -> dict[str, Label]:
    """Join id -> the label that wins: of the file with the latest hour, then by key, its last one.

    The order follows from the files' keys, not from their arrival: a replay or a repeated delivery changes nothing.
    """
    bodies = side_by_side(_body(store), inputs.labels, store.at_once)
    sets = [LabelSet.from_bytes(body, summary.key) for summary, body in zip(inputs.labels, bodies, strict=True)]
    sets.sort(key=lambda each: each.precedence)
    latest: dict[str, Label] = {}
    for _, of_file in groupby(sets, key=lambda each: each.precedence):
        labels = merge(*(each.labels for each in of_file), key=lambda label: label.position)
        latest.update((label.id, label) for label in labels)
    return latest


def _written(
    endpoint: str, at: VariantHour, inputs: HourInputs, store: ObjectStore, opener: CaptureFiles, tables: LabelTables
) -> MergedHour:
    labels = latest_labels(store, inputs)
    sources = hour_sources(store, inputs)
    rows = _merged_rows(store, sources, labels, at.hour, tables)
    table = keys.merged_table_key(endpoint, at, inputs.digest)
    store.put(table, rows.table, content_type="application/vnd.apache.parquet")
    rows = replace(rows, table=b"")  # it can be large
    parts, gone = _write_lines(endpoint, at, inputs.digest, store, _lines(sources, rows, at.hour, opener))
    if rows.rejected:
        store.put(keys.merged_rejects_key(endpoint, at, inputs.digest), _rejects(rows.rejected))
    merged = MergedHour(at.variant, at.hour, dict(rows.slots), len(rows.rejected), gone, table, tuple(parts))
    # Last, because it says that everything else exists.
    store.put(keys.merged_summary_key(endpoint, at, inputs.digest), msgspec.json.encode(merged))
    return merged


def hour_sources(store: ObjectStore, inputs: HourInputs) -> list[HourSource]:
    """Where the records of the hour are, in the order of their capture files."""
    bodies = side_by_side(_body(store), inputs.profiles, store.at_once)
    found = [HourSource.from_bytes(body, each.key) for each, body in zip(inputs.profiles, bodies, strict=True)]
    return sorted(found, key=lambda source: source.source)


def _merged_rows(
    store: ObjectStore, sources: Sequence[HourSource], labels: Mapping[str, Label], hour: datetime, tables: LabelTables
) -> MergedRows:
    return tables.merge_hour(record_readers(store, sources), hour, labels, repeated=any_repeated(sources))


def any_repeated(sources: Sequence[HourSource]) -> bool:
    """Whether an inference may have been captured more than once."""
    hashes = np.sort(np.concatenate([np.frombuffer(each.join_hashes, dtype=STORED) for each in sources]))
    return bool(np.any(hashes[1:] == hashes[:-1]))


def record_readers(store: ObjectStore, sources: Sequence[HourSource]) -> list[Callable[[], bytes]]:
    """Functions that read the columnar records of each."""
    return [partial(_read, store, each.records_key) for each in sources]


def _read(store: ObjectStore, key: str) -> bytes:
    return checked_parquet(store.get(key).body, key)


def _lines(
    sources: Sequence[HourSource], rows: MergedRows, hour: datetime, opener: CaptureFiles
) -> Iterator[bytes | None]:
    """Merged lines, in batches; None for a capture file that no longer exists."""
    for number, source in enumerate(sources):
        repeated = {id_: _counts(winner, number) for id_, winner in rows.repeated.items()}
        merged = MergedLines(hour, rows.labels, repeated)
        try:
            for body in opener.bodies(source.source):
                yield from merged.read(body, source.source)
        except ObjectNotFoundError:
            yield None


def _counts(winner: Winner, file: int) -> Callable[[str, str], bool]:
    return lambda event_id, time: (winner.file, winner.event_id, winner.time) == (file, event_id, time)


def _write_lines(
    endpoint: str, at: VariantHour, digest: str, store: ObjectStore, lines: Iterator[bytes | None]
) -> tuple[list[str], int]:
    """(keys of the parts, capture files that no longer exist)."""
    parts: list[str] = []
    waiting: list[bytes] = []
    size = gone = 0

    def write() -> None:
        key = keys.merged_lines_key(endpoint, at, digest, len(parts))
        store.put(key, b"".join(waiting), content_type="application/jsonl")
        parts.append(key)
        waiting.clear()

    for merged in lines:
        if merged is None:
            gone += 1
            continue
        waiting.append(merged)
        size += len(merged)
        if size >= _PART_BYTES:
            write()
            size = 0
    if waiting:
        write()
    return parts, gone


def _rejects(rejected: Sequence[RejectedLabel]) -> bytes:
    lines = (
        json.dumps({"eventId": each.label.id, "label": each.label.data, "reason": each.reason}, ensure_ascii=False)
        for each in rejected
    )
    return ("\n".join(lines) + "\n").encode()


def _remove_others(store: ObjectStore, endpoint: str, at: VariantHour, digest: str) -> None:
    """Merged records of other inputs; of any if the digest is empty."""
    for prefix in (keys.merged_lines_prefix(endpoint, at), keys.merged_table_prefix(endpoint, at)):
        for summary in list(store.list(prefix)):
            if not digest or digest not in summary.key.rsplit("/", 1)[-1]:
                store.delete(summary.key)


def _body(store: ObjectStore) -> Callable[[ObjectSummary], bytes]:
    return lambda summary: store.get(summary.key).body
