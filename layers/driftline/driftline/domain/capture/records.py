"""Capture records from the lines of a capture file; other lines become rejects.

Only the fields in use are decoded, with msgspec, one batch at a time. A batch with a line that cannot be decoded is
read again line by line, so that one bad line does not affect the others.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import ClassVar, Literal

import msgspec

from driftline.domain.capture.lines import LineBatch
from driftline.domain.capture.payloads import CsvPayload, Payload
from driftline.domain.errors import InvalidInputError
from driftline.domain.instants import parse_instant
from driftline.domain.json_reading import JsonDecoder
from driftline.domain.windows import SLOT, floor_to

QUOTED_CHARACTERS = 200
LONGEST_LINE = 32 << 20
"""Bytes of a line: decoding it takes several times as much memory."""

_QUOTED_BYTES = 8 * QUOTED_CHARACTERS
_SHADOW = "ShadowExperiment"
_SHORTEST_TIME = len("2026-03-01T00")
_CACHED_TIMES = 100_000


class CsvData(msgspec.Struct, gc=False):
    """Both sides, as they are in most files."""

    endpointInput: CsvPayload  # noqa: N815 - SageMaker's names
    endpointOutput: CsvPayload  # noqa: N815


class CsvMetadata(msgspec.Struct, gc=False):
    inferenceTime: str  # noqa: N815
    eventId: str = ""  # noqa: N815
    inferenceId: str | None = None  # noqa: N815
    invocationSource: Literal[""] = ""  # noqa: N815 - a named source makes it no plain record


class CsvRecord(msgspec.Struct, gc=False):
    """A line with CSV on both sides and nothing special: decoding it proves that."""

    captureData: CsvData  # noqa: N815
    eventMetadata: CsvMetadata  # noqa: N815
    shadow: ClassVar[bool] = False

    @property
    def output(self) -> CsvPayload:
        return self.captureData.endpointOutput

    @property
    def input(self) -> CsvPayload:
        return self.captureData.endpointInput


class CaptureData(msgspec.Struct, gc=False):
    """Both sides; `batchTransformOutput` stands for the output in merged batch records."""

    endpointInput: Payload | None = None  # noqa: N815 - SageMaker's names
    endpointOutput: Payload | None = None  # noqa: N815
    batchTransformOutput: Payload | None = None  # noqa: N815


class EventMetadata(msgspec.Struct, gc=False):
    inferenceTime: str  # noqa: N815
    eventId: str = ""  # noqa: N815
    inferenceId: str | None = None  # noqa: N815
    invocationSource: str | None = None  # noqa: N815


class CaptureRecord(msgspec.Struct, gc=False):
    """One line: one invocation with one or several rows."""

    captureData: CaptureData  # noqa: N815
    eventMetadata: EventMetadata  # noqa: N815

    @property
    def output(self) -> Payload | None:
        return self.captureData.endpointOutput or self.captureData.batchTransformOutput

    @property
    def input(self) -> Payload | None:
        return self.captureData.endpointInput

    @property
    def shadow(self) -> bool:
        """Nobody receives the answers of shadow variants; SageMaker's analyzer skips them, too."""
        return self.eventMetadata.invocationSource == _SHADOW


type AnyRecord = CsvRecord | CaptureRecord
type AnyMetadata = CsvMetadata | EventMetadata


@dataclass(frozen=True, slots=True)
class Reject:
    """A line without rows: where, why, its beginning, and the slot of its time if it has one."""

    line: int
    reason: str
    quoted: str
    slot: datetime | None = None
    malformed: bool = False
    """Whether it is not a capture record at all, rather than an unusable one."""


@dataclass(frozen=True)
class RecordBatch:
    """The records of a batch of lines with their line numbers, and the other lines.

    Attributes:
        plain: The records if all lines are plain CSV records, otherwise None.
    """

    records: Sequence[AnyRecord]
    lines: Sequence[int]
    rejects: Sequence[Reject]
    source: LineBatch
    plain: Sequence[CsvRecord] | None = None

    def line(self, number: int) -> bytes:
        """A line of this batch by its number in the file."""
        return self._all_lines[number - self.source.first_line]

    def quote(self, number: int) -> str:
        """The beginning of a line of this batch."""
        return shorten(self.line(number))

    @cached_property
    def _all_lines(self) -> list[bytes]:
        return self.source.body.split(b"\n")


_PLAIN_DECODER = JsonDecoder(CsvRecord)
_DECODER = JsonDecoder(CaptureRecord)
_UNREADABLE = (ValueError, RecursionError)
"""Lines may be nested more deeply than the decoder follows, also in fields that are not in use."""


def decode_records(batch: LineBatch) -> RecordBatch:
    """The capture records of a batch; empty lines are ignored."""
    if len(batch.body) > LONGEST_LINE:
        return _decode_one_by_one(batch)
    lines = range(batch.first_line, batch.first_line + batch.lines)
    try:
        plain = _PLAIN_DECODER.decode_lines(batch.body)
    except _UNREADABLE:
        plain = []  # stops at the first line that is not plain, so in other files this costs next to nothing
    if len(plain) == len(lines):
        return RecordBatch(plain, lines, (), batch, plain)
    try:
        records = _DECODER.decode_lines(batch.body)
    except _UNREADABLE:
        return _decode_one_by_one(batch)
    if len(records) == len(lines):
        return RecordBatch(records, lines, (), batch)
    return _decode_one_by_one(batch)  # empty lines: the numbers of the others count


def decode_chosen(batch: LineBatch, lines: Sequence[int]) -> RecordBatch:
    """The records of some lines of a batch, which are known to be capture records, by their numbers in the file."""
    all_lines = batch.body.split(b"\n")
    records = [_DECODER.decode(all_lines[number - batch.first_line]) for number in lines]
    return RecordBatch(records, lines, (), batch)


def shorten(line: bytes) -> str:
    """The beginning of a line, for people."""
    text = line.lstrip()[:_QUOTED_BYTES].rstrip().decode("utf-8", "replace")
    return text if len(text) <= QUOTED_CHARACTERS else text[: QUOTED_CHARACTERS - 1] + "…"


def _decode_one_by_one(batch: LineBatch) -> RecordBatch:
    records: list[AnyRecord] = []
    numbers: list[int] = []
    rejects: list[Reject] = []
    for number, line in _numbered(batch):
        if len(line) > LONGEST_LINE:
            reason = f"a line of {len(line):,} bytes, expected: at most {LONGEST_LINE:,}"
            rejects.append(Reject(number, reason, shorten(line), malformed=True))
            continue
        try:
            records.append(_DECODER.decode(line))
        except _UNREADABLE as error:
            rejects.append(Reject(number, f"not a capture record ({error})", shorten(line), malformed=True))
        else:
            numbers.append(number)
    return RecordBatch(records, numbers, rejects, batch)


def _numbered(batch: LineBatch) -> Iterator[tuple[int, bytes]]:
    for number, line in enumerate(batch.body.split(b"\n"), start=batch.first_line):
        if line.strip():
            yield number, line


class SlotClock:
    """The five-minute slot of an inference time; repeated texts are not parsed again."""

    def __init__(self) -> None:
        self._slots: dict[str, datetime] = {}

    def slot_of(self, text: str) -> datetime:
        """Raises InvalidInputError: not an ISO 8601 instant, out of bounds, or a date without a time."""
        slot = self._slots.get(text)
        if slot is None:
            if len(text) < _SHORTEST_TIME:
                raise InvalidInputError(f"{text!r} is not a time", expected="ISO 8601, such as 2026-03-01T14:00:00Z")
            slot = floor_to(parse_instant(text), SLOT)
            if len(self._slots) >= _CACHED_TIMES:
                self._slots.clear()  # times with fractions differ in every record
            self._slots[text] = slot
        return slot
