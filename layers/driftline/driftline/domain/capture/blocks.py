"""Rows of capture records, grouped by five-minute slot and layout."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime

from driftline.domain.capture.attributions import AttributionReader, Attributions
from driftline.domain.capture.bounds import FileColumns, check_lengths
from driftline.domain.capture.columns import ColumnKey
from driftline.domain.capture.csv_rows import CsvCell, csv_line, paired_lines, single_lines
from driftline.domain.capture.json_rows import PayloadError
from driftline.domain.capture.lines import BATCH_BYTES, LineBatch, line_batches
from driftline.domain.capture.pairing import PREPROCESSED_LAYOUT, CsvLayout, Row, pair_rows
from driftline.domain.capture.payloads import Answer, CsvPayload, Payload, Rows, decode_answer, decode_payload
from driftline.domain.capture.records import (
    AnyRecord,
    CsvRecord,
    RecordBatch,
    Reject,
    SlotClock,
    decode_chosen,
    decode_records,
)
from driftline.domain.errors import InvalidInputError
from driftline.domain.unpacking import UNPACKED_BYTES

LISTED_REJECTS = 10_000
"""Maximum number of listed rejects, so that a file with nothing but bad lines does not fill the memory."""

type Preprocessed = Sequence[Mapping[str, object]] | str
"""The rows that a script makes of a record, none to drop it; or why it failed on the record."""

type Preprocess = Callable[[Mapping[int, bytes]], Sequence[Preprocessed]]
"""Line number -> the capture record as JSON; returns what becomes of each. Raises InvalidInputError: the script cannot
go on."""


USUAL_BATCH = 2 * BATCH_BYTES
"""Larger ones begin with a long line."""


@dataclass(frozen=True, slots=True)
class RecordRows:
    """The rows of one record.

    Attributes:
        line: Its number in the file.
        attributions: Those of each row; None if it has none.
    """

    line: int
    slot: datetime
    record: AnyRecord
    rows: Sequence[Row]
    attributions: Sequence[Attributions] | None


@dataclass(slots=True)
class Block:
    """Rows of one slot and one layout, in the order of the file.

    Attributes:
        layout: By position, or the name of a layout by name.
        lines: One CSV line per row, output columns first; only for a layout by position.
        text: The same lines as one UTF-8 text without the last line end. A block has one of the two: a string per line
            takes more time and memory than one text.
        rows: Column key -> value of each row; only for a layout by name.
        records: The record of each row.
        indexes: The number of each row within its record, from 0; empty if all are the first.
        attributions: Those of each row, None if its record has none; empty if no record of the block has any.
    """

    slot: datetime
    layout: CsvLayout | str
    lines: list[str] = field(default_factory=list)
    text: bytes = b""
    rows: list[dict[str, object]] = field(default_factory=list)
    records: list[AnyRecord] = field(default_factory=list)
    indexes: list[int] = field(default_factory=list)
    attributions: list[Attributions | None] = field(default_factory=list)

    def attribute(self, attributions: Attributions | None) -> None:
        """Those of the next row."""
        self.attributions.extend([None] * (len(self.records) - len(self.attributions)))
        self.attributions.append(attributions)

    def csv_lines(self) -> list[str]:
        """The lines of a layout by position."""
        return self.text.decode().split("\n") if self.text else self.lines

    def csv_text(self) -> bytes:
        """The same lines, without the last line end."""
        return self.text or "\n".join(self.lines).encode()


@dataclass(slots=True)
class SlotCount:
    """Counts of the records of one slot."""

    records: int = 0
    rejected: int = 0
    skipped: int = 0


@dataclass
class CaptureReader:
    """Reads one capture file block by block; counts and rejects are complete after the last block.

    Attributes:
        default_slot: The slot for lines without a time: the start of the file's own hour.
        preprocess: The monitor's script, if it has one.
        unpacked_bytes: Maximum size of the file, unpacked if it is gzip.
        counts: Slot -> counts; includes records without rows.
        rejects: In the order of their lines, at most LISTED_REJECTS; `rejected` counts all.
    """

    default_slot: datetime
    preprocess: Preprocess | None = None
    unpacked_bytes: int = UNPACKED_BYTES
    counts: dict[datetime, SlotCount] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)
    _clock: SlotClock = field(default_factory=SlotClock)
    _attributions: AttributionReader = field(default_factory=AttributionReader)
    _columns: FileColumns = field(default_factory=FileColumns)

    def read(self, body: bytes, where: str) -> Iterator[Block]:
        """The blocks of the file, in an order that depends on its bytes only.

        Args:
            body: The file.
            where: The file, as errors name it.

        Raises:
            InvalidInputError: the file cannot be unpacked, or is too large.
        """
        for source in line_batches(body, where, unpacked_bytes=self.unpacked_bytes):
            batch = decode_records(source)
            plain = batch.plain if self.preprocess is None and len(source.body) <= USUAL_BATCH else None
            blocks = self._plain(plain) if plain else None
            yield from self._any(batch) if blocks is None else blocks

    @property
    def rejected(self) -> int:
        """Number of rejected lines and records."""
        return sum(count.rejected for count in self.counts.values())

    def _count(self, slot: datetime) -> SlotCount:
        return self.counts.setdefault(slot, SlotCount())

    def _reject(self, reject: Reject) -> None:
        if len(self.rejects) < LISTED_REJECTS:
            self.rejects.append(reject)
        self._count(reject.slot or self.default_slot).rejected += 1

    def _plain(self, records: Sequence[CsvRecord]) -> list[Block] | None:
        """Plain CSV, one row per record, no quotes: without looking at single cells; None if the file differs."""
        outputs = [record.captureData.endpointOutput.data for record in records]
        inputs = [record.captureData.endpointInput.data for record in records]
        times = [record.eventMetadata.inferenceTime for record in records]
        try:
            slots = {time: self._clock.slot_of(time) for time in dict.fromkeys(times)}
        except InvalidInputError:
            return None
        if len(set(slots.values())) == 1:
            pairs = paired_lines(outputs, inputs)
            if pairs is not None:
                text, output_width, input_width = pairs
                slot = slots[times[0]]
                layout = CsvLayout(output_width, input_width)
                if not self._columns.take_layouts([layout]):
                    return None
                self._count(slot).records += len(records)
                return [Block(slot, layout, text=text, records=list(records))]
        output_lines, input_lines = single_lines(outputs), single_lines(inputs)
        if output_lines is None or input_lines is None:
            return None
        lines = list(map(",".join, zip(output_lines, input_lines, strict=True)))
        output_widths = [line.count(",") for line in output_lines]
        input_widths = [line.count(",") for line in input_lines]
        blocks: dict[tuple[datetime, int, int], Block] = {}
        for time, outs, ins, line, record in zip(times, output_widths, input_widths, lines, records, strict=True):
            slot = slots[time]
            block = blocks.get((slot, outs, ins))
            if block is None:
                block = blocks[slot, outs, ins] = Block(slot, CsvLayout(outs + 1, ins + 1))
            block.lines.append(line)
            block.records.append(record)
        if not self._columns.take_layouts([CsvLayout(outs + 1, ins + 1) for _, outs, ins in blocks]):
            return None
        for block in blocks.values():
            self._count(block.slot).records += len(block.lines)
        return list(blocks.values())

    def _any(self, batch: RecordBatch) -> list[Block]:
        """Every encoding, record by record."""
        blocks: dict[tuple[datetime, CsvLayout | str], Block] = {}
        for found in self._found(batch):
            _add_rows(blocks, found)
        return list(blocks.values())

    def rows(self, source: LineBatch, lines: Sequence[int] | None = None) -> Iterator[RecordRows]:
        """The rows of the records of a batch, one by one, and counts and rejects as of `read`.

        Args:
            lines: Numbers in the file of lines that are capture records, ascending: only these. None: all lines.
        """
        return self._found(decode_records(source) if lines is None else decode_chosen(source, lines))

    def count_records(self, slot: datetime, records: int) -> None:
        """Counts records that another reader has read."""
        self._count(slot).records += records

    def take_columns(self, layouts: Sequence[CsvLayout], keys: AbstractSet[ColumnKey]) -> bool:
        """Adds the columns of rows that another reader has read; False if the file has too many with them."""
        return self._columns.take_keys(keys) and self._columns.take_layouts(layouts)

    @property
    def too_wide(self) -> bool:
        """Whether a record was rejected for its columns: which one it was depends on those before it."""
        return self._columns.exceeded

    def _found(self, batch: RecordBatch) -> Iterator[RecordRows]:
        rejects = list(batch.rejects)
        preprocessed = self._preprocessed(batch)
        long = self.preprocess is not None or len(batch.source.body) > USUAL_BATCH
        for record, line in zip(batch.records, batch.lines, strict=True):
            slot = None
            try:
                slot = self._clock.slot_of(record.eventMetadata.inferenceTime)
                if record.shadow:
                    self._count(slot).skipped += 1
                    continue
                rows, attributions = self._rows(record, preprocessed.get(line))
                if long:
                    check_lengths(rows, record.eventMetadata)
                self._columns.take(rows)
            except (InvalidInputError, PayloadError) as error:
                rejects.append(Reject(line, str(error), batch.quote(line), slot))
                continue
            if rows or not self.preprocess:
                self._count(slot).records += 1
            else:
                self._count(slot).skipped += 1
            yield RecordRows(line, slot, record, rows, attributions)
        for reject in sorted(rejects, key=lambda reject: reject.line):
            self._reject(reject)

    def _rows(
        self, record: AnyRecord, preprocessed: Preprocessed | None
    ) -> tuple[Sequence[Row], Sequence[Attributions] | None]:
        """The rows of a record, and the attributions of each if it has any.

        A script sees the record as it was captured, and its rows have no attributions.
        """
        if preprocessed is not None:
            return _named_rows(preprocessed), None
        output, input_ = record.output, record.input
        if output is None and input_ is None:
            raise PayloadError("neither endpointInput nor endpointOutput")
        answer, envelope = _answer(output) if output else (None, None)
        rows = pair_rows(answer, _side("endpointInput", input_) if input_ else None)
        return rows, None if envelope is None else self._attributions.read(envelope, len(rows))

    def _preprocessed(self, batch: RecordBatch) -> Mapping[int, Preprocessed]:
        """Line -> what the script makes of its record, for all that are not left out."""
        if self.preprocess is None:
            return {}
        records = zip(batch.records, batch.lines, strict=True)
        lines = {line: batch.line(line) for record, line in records if not record.shadow}
        return dict(zip(lines, self.preprocess(lines), strict=True))


def _add_rows(blocks: dict[tuple[datetime, CsvLayout | str], Block], found: RecordRows) -> None:
    """Each row to the block of its layout."""
    for index, (layout, cells) in enumerate(found.rows):
        block = blocks.get((found.slot, layout))
        if block is None:
            block = blocks[found.slot, layout] = Block(found.slot, layout)
        if isinstance(cells, list):
            block.lines.append(csv_line(cells))
        else:
            block.rows.append(cells)
        if found.attributions or block.attributions:
            block.attribute(found.attributions[index] if found.attributions else None)
        block.records.append(found.record)
        block.indexes.append(index)


def _named_rows(preprocessed: Preprocessed) -> list[Row]:
    if isinstance(preprocessed, str):
        raise PayloadError(preprocessed)
    return [
        (PREPROCESSED_LAYOUT, {f"input.{name}": _untyped(value) for name, value in sorted(row.items())})
        for row in preprocessed
    ]


def _untyped(value: object) -> object:
    """Scripts split CSV into texts, so a text may be a number."""
    return CsvCell(value) if isinstance(value, str) else value


def _side(name: str, payload: Payload | CsvPayload) -> Rows:
    try:
        return decode_payload(payload)
    except PayloadError as error:
        raise PayloadError(f"{name}: {error}") from None


def _answer(payload: Payload | CsvPayload) -> Answer:
    try:
        return decode_answer(payload)
    except PayloadError as error:
        raise PayloadError(f"endpointOutput: {error}") from None
