"""A capture file becomes columnar records, profiles per hour, and a list of what could not be read.

Everything that is written follows from the capture file, its key and the preprocessing script alone, so that events
may come twice and in any order. A file that is replaced replaces what was made of it.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Literal

from driftline.domain.capture.batch_output import is_manifest
from driftline.domain.capture.blocks import Preprocess
from driftline.domain.capture.bounds import TOO_MANY_COLUMNS
from driftline.domain.errors import InvalidInputError, StaleReadError, UnreadableStateError
from driftline.domain.ground_truth.keys import parse_profile_key
from driftline.domain.keys import (
    NO_DATA,
    CaptureKey,
    is_data_name,
    parse_capture_key,
    profile_key,
    records_key,
    rejects_key,
    source_digest,
    variants_prefix,
)
from driftline.domain.monitors.document import MonitorDocument
from driftline.domain.profiles.parts import ProfiledTable
from driftline.domain.profiles.profiled_hour import ProfiledHour, ProfiledSlot
from driftline.domain.profiles.span import Layout
from driftline.domain.unpacking import UNPACKED_BYTES
from driftline.domain.windows import HOUR, floor_to
from driftline.kinds.kind import Kinds
from driftline.usecases.capture.capture_files import batch_files, source_of
from driftline.usecases.monitors.monitor_documents import find_document, load_script
from driftline.usecases.ports import ObjectStore, Stores
from driftline.usecases.ports.captures import CaptureFile, Parser, ProfiledCapture
from driftline.usecases.ports.scripts import PREPROCESSOR_FAILED, Scripts
from driftline.usecases.ports.tables import CaptureTables
from driftline.usecases.unreadable_state import checked_parquet, name_unreadable


@dataclass(frozen=True, slots=True)
class _Origin:
    """What all profiles of one capture file have in common; see HourProfile."""

    source: str
    records_key: str
    content: str


@dataclass(frozen=True, slots=True)
class CaptureProfiled:
    """The result of one capture file.

    Attributes:
        records: Capture records that were read, those without rows included.
        rows: Rows in them.
        rejected: Lines and records that could not be read; they are listed in the rejects file.
        skipped: Records left out on purpose: shadow variants, and what the script dropped.
        slots: Five-minute slots that the file touches.
        written: Keys of the objects that were written.
        reason: Why nothing was written; empty otherwise.
        parser: What read the file, `native` or `python`; empty if nothing did.
    """

    endpoint: str
    variant: str
    records: int = 0
    rows: int = 0
    rejected: int = 0
    skipped: int = 0
    slots: int = 0
    written: tuple[str, ...] = ()
    reason: str = ""
    parser: Parser | Literal[""] = ""


class NothingReadError(InvalidInputError):
    """A capture file without a line that could be read. The lines are counted in the profiles of its hours.

    Attributes:
        hours: Start of each hour of which a profile was written.
    """

    def __init__(self, what: str, hours: Iterable[datetime], *, where: str = "", expected: str = "") -> None:
        super().__init__(what, where=where, expected=expected)
        self.hours = tuple(hours)


def profile_capture(
    key: str,
    *,
    capture: ObjectStore,
    state: ObjectStore,
    stores: Stores,
    scripts: Scripts,
    tables: CaptureTables,
    on_lost: Callable[[Sequence[datetime]], None],
    kinds: Kinds,
    unpacked_bytes: int = UNPACKED_BYTES,
) -> CaptureProfiled:
    """Profiles one capture file, or the files that one output manifest of a batch transform job lists.

    A manifest's key ends in `<endpoint>/output/yyyy/mm/dd/hh/<uuid>.json`: the folder that the job's capture goes to
    stands for the endpoint, `output` for the variant. Input manifests are left out, as SageMaker's monitors do.

    Args:
        key: Ends in `<endpoint>/<variant>/yyyy/mm/dd/hh/<name>`.
        capture: The bucket with the capture file.
        state: The stack's own bucket, with the monitor documents; may be the same.
        stores: Opens the bucket that a manifest names.
        scripts: Runs the monitor's preprocessing script.
        tables: Profiles the rows of a file, and makes its columnar records.
        on_lost: Takes the hours that an earlier version of the file had records of and this version has not, once
            their profiles are removed. Until it returns, a repeated delivery finds these hours again.
        unpacked_bytes: Maximum size of a file, unpacked if it is gzip.

    Raises:
        NothingReadError: no line of the file is a capture record, or the preprocessing script fails for every record.
        InvalidInputError: not the key of a capture file, the file cannot be unpacked, the preprocessing script is
            missing, or a manifest lists what cannot be read.
        StaleReadError: the file changed meanwhile.
    """
    source = parse_capture_key(key)
    # Captures are profiled even without a monitor document, so that profiles of the past exist when it is uploaded.
    document = find_document(state, source.endpoint, kinds=kinds)
    left_out = _captured_elsewhere(document, key, capture, state) or ("" if is_data_name(source.name) else NO_DATA)
    if left_out:
        return CaptureProfiled(source.endpoint, source.variant, reason=left_out)
    stored = capture.find(key)
    if stored is None:
        return CaptureProfiled(source.endpoint, source.variant, reason="the capture file no longer exists")

    content, version = _name_of(stored.body), stored.version
    if is_manifest(source.variant, source.name) and source.variant == "input":
        return CaptureProfiled(source.endpoint, source.variant, reason="an input manifest holds no answers")
    bodies = _bodies(stored.body, key, capture, stores)
    del stored  # once it is read, its memory is for the records
    digest = source_digest(None if capture.name == state.name else capture.name, key)
    records_at = records_key(source.endpoint, source.variant, source.hour, digest)
    rejects_at = rejects_key(source.endpoint, source.variant, source.hour, digest)
    with _preprocessor(state, document, scripts) as preprocess:
        file = CaptureFile(bodies, capture.uri(key), source.hour, preprocess, unpacked_bytes)
        with tables.profiler.profile(file) as profiled:
            hours = _profiled_hours(profiled, _Origin(source_of(key, capture, state), records_at, content))
            records = profiled.records(hours)

    profile_keys = {hour: profile_key(source.endpoint, source.variant, hour, digest) for hour in hours}
    earlier = _earlier_hours(state, source, records_at, tables)
    if lost := sorted(set(earlier or ()) - set(hours)):
        for hour in lost:
            state.delete(profile_key(source.endpoint, source.variant, hour, digest))
        on_lost(lost)
    # After that, because the earlier records are what remembers the hours.
    written = [records_at, *profile_keys.values()]
    state.put(records_at, records, content_type="application/vnd.apache.parquet")
    del records
    if profiled.rejects:
        state.put(rejects_at, _rejects_file(profiled), content_type="application/jsonl")
        written.insert(1, rejects_at)
    elif earlier is not None:
        state.delete(rejects_at)
    for hour, profile in hours.items():
        state.put(profile_keys[hour], profile.to_bytes())
    _check_unchanged(capture, key, version)
    _refuse_what_is_no_capture_file(profiled, capture.uri(key), hours)
    return CaptureProfiled(
        source.endpoint,
        source.variant,
        records=sum(profile.records for profile in hours.values()),
        rows=sum(profile.rows for profile in hours.values()),
        rejected=profiled.rejected,
        skipped=sum(profile.skipped for profile in hours.values()),
        slots=len(profiled.counts),
        written=tuple(written),
        reason="" if hours else "the capture file is empty",
        parser=profiled.parser,
    )


def _captured_elsewhere(document: MonitorDocument | None, key: str, capture: ObjectStore, state: ObjectStore) -> str:
    if document is None:
        return ""
    bucket = document.capture.bucket or state.name
    if capture.name == bucket and key.startswith(document.capture.prefix):
        return ""
    return f"the monitor document reads captures from {document.capture.prefix} in {bucket}"


def _preprocessor(
    state: ObjectStore, document: MonitorDocument | None, scripts: Scripts
) -> AbstractContextManager[Preprocess | None]:
    script = document.capture_script if document else None
    return scripts.preprocessor(load_script(state, script), script) if script else nullcontext()


def _refuse_what_is_no_capture_file(profiled: ProfiledCapture, uri: str, hours: Iterable[datetime]) -> None:
    """A file without any valid record goes to the dead-letter queue, where people look at it.

    Its lines are counted first: to its monitors they are lines that could not be read, not a quiet hour.
    """
    if any(count.records or count.skipped for count in profiled.counts.values()) or not profiled.rejects:
        return
    first = profiled.rejects[0]
    failed = next((reject.reason for reject in profiled.rejects if reject.reason.startswith(PREPROCESSOR_FAILED)), None)
    if first.reason.startswith(TOO_MANY_COLUMNS) and len(profiled.rejects) == profiled.rejected:
        raise NothingReadError(f"{first.reason} (line {first.line}); no record could be read", hours, where=uri)
    if failed:
        raise NothingReadError(f"{failed}; no record of {uri} came through it", hours)
    if all(reject.malformed for reject in profiled.rejects):
        raise NothingReadError(
            f"none of {profiled.rejected} lines is a capture record; line {first.line}: {first.reason}",
            hours,
            where=uri,
            expected="JSON Lines as SageMaker's data capture writes them",
        )


def _bodies(body: bytes, key: str, capture: ObjectStore, stores: Stores) -> Callable[[], Iterable[bytes]]:
    """The capture lines of a file or of those that a manifest lists; not held any longer than they are read."""
    source, held = parse_capture_key(key), [body]

    def bodies() -> Iterable[bytes]:
        read = held.pop() if held else capture.get(key).body  # if it changed meanwhile, its tag did, too
        if is_manifest(source.variant, source.name):
            return batch_files(read, source.hour, capture.uri(key), capture, stores)
        return iter([read])

    return bodies


def _profiled_hours(profiled: ProfiledCapture, origin: _Origin) -> dict[datetime, ProfiledHour]:
    """Start of each UTC hour that the file touches, in order -> its profile."""
    by_hour: dict[datetime, dict[datetime, ProfiledSlot]] = {}
    layouts: dict[datetime, dict[Layout, ProfiledTable]] = {}
    for (slot, layout), table in profiled.tables.items():
        layouts.setdefault(slot, {})[layout] = table
    for slot, count in sorted(profiled.counts.items()):
        by_hour.setdefault(floor_to(slot, HOUR), {})[slot] = ProfiledSlot(
            layouts.get(slot, {}), records=count.records, rejected=count.rejected, skipped=count.skipped
        )
    return {
        hour: ProfiledHour(slots, origin.source, origin.records_key, profiled.join_hashes(hour), origin.content)
        for hour, slots in by_hour.items()
    }


def _name_of(body: bytes) -> str:
    return sha256(body).hexdigest()[:16]


def _earlier_hours(
    state: ObjectStore, source: CaptureKey, records_key: str, tables: CaptureTables
) -> list[datetime] | None:
    """The hours that an earlier version of the file touched; None when there was none.

    The records say it. Without them, the profiles of the variant are searched for those of the file.
    """
    found = state.find(records_key)
    if found is None:
        return None
    try:
        return tables.hours_of_records(checked_parquet(found.body, records_key))
    except UnreadableStateError as error:
        name_unreadable(error)  # they are written again in a moment
    name = records_key.rpartition("/")[2].removesuffix(".parquet")
    profiles = state.list(f"{variants_prefix(source.endpoint)}{source.variant}/")
    return [parse_profile_key(each.key)[1].hour for each in profiles if each.key.endswith(f"/{name}.profile")]


def _rejects_file(profiled: ProfiledCapture) -> bytes:
    """JSON Lines; the last line says how many more there are, if not all are listed."""
    lines = [
        json.dumps({"line": reject.line, "reason": reject.reason, "quoted": reject.quoted}, ensure_ascii=False)
        for reject in profiled.rejects
    ]
    if more := profiled.rejected - len(profiled.rejects):
        lines.append(json.dumps({"line": None, "reason": f"{more} more are not listed", "quoted": ""}))
    return ("\n".join(lines) + "\n").encode()


def _check_unchanged(capture: ObjectStore, key: str, version: str) -> None:
    """Two deliveries of two versions may overtake each other: the last word has to be the file's own."""
    if capture.version(key) != version:
        raise StaleReadError("the capture file was replaced while it was profiled", where=capture.uri(key))
