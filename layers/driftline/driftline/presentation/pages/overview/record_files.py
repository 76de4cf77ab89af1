"""Reads records: of this version, or of an older one."""

import msgspec

from driftline.domain.errors import InvalidInputError
from driftline.domain.instants import parse_instant
from driftline.domain.json_reading import JsonDecoder
from driftline.presentation.pages.overview.record import VERSION, BaselineRecord, Record
from driftline.presentation.pages.overview.record_v1 import BaselineV1, RecordV1, upgraded_baseline, upgraded_record


class _Head(msgspec.Struct):
    version: int


_HEADS = JsonDecoder(_Head)
_RECORDS, _RECORDS_V1 = JsonDecoder(Record), JsonDecoder(RecordV1)
_BASELINES, _BASELINES_V1 = JsonDecoder(BaselineRecord), JsonDecoder(BaselineV1)


def parse_record(body: bytes, where: str) -> Record:
    """Raises InvalidInputError: it is none, or of an unknown version."""
    if _version(body, where) == 1:
        record = upgraded_record(_decoded(_RECORDS_V1, body, where))
    else:
        record = _decoded(_RECORDS, body, where)
    for time in filter(None, (record.scheduled, record.start, record.end)):
        parse_instant(time)  # pages take it for one
    return record


def parse_baseline(body: bytes, where: str) -> BaselineRecord:
    """Raises InvalidInputError: it is none, or of an unknown version."""
    if _version(body, where) == 1:
        return upgraded_baseline(_decoded(_BASELINES_V1, body, where))
    return _decoded(_BASELINES, body, where)


def _version(body: bytes, where: str) -> int:
    version = _decoded(_HEADS, body, where).version
    if version not in {1, VERSION}:
        raise InvalidInputError(f"a record of version {version}", where=where, expected=f"version 1 or {VERSION}")
    return version


def _decoded[Kept](decoder: JsonDecoder[Kept], body: bytes, where: str) -> Kept:
    try:
        return decoder.decode(body)
    except msgspec.DecodeError as error:
        raise InvalidInputError(f"not a record of the overview ({error})", where=where) from None
