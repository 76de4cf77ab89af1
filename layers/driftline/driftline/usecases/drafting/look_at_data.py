"""Looks at a file that a monitor document is to be written for: its columns, or the shape of its payloads."""

from dataclasses import dataclass
from datetime import UTC, datetime

from driftline.domain.capture.blocks import CaptureReader
from driftline.domain.capture.pairing import CsvLayout
from driftline.domain.documents.draft import PayloadShape
from driftline.domain.errors import InvalidInputError
from driftline.usecases.baselines.datasets.file_profile import profile_files
from driftline.usecases.baselines.datasets.files import column_readers, read_files
from driftline.usecases.baselines.datasets.format import DatasetFormat
from driftline.usecases.baselines.datasets.reader import profile_dataset
from driftline.usecases.ports import ObjectStore
from driftline.usecases.ports.tables import DataSetTables

_ANY_TIME = datetime(1970, 1, 1, tzinfo=UTC)
_MARK = b'"captureData"'
_BEGINNING = 1 << 16


@dataclass(frozen=True, slots=True)
class Looked:
    """What a file is: the names of a data set's columns (None without a header), or the shape of captures.

    Attributes:
        warnings: What is uncertain about it.
    """

    columns: tuple[str, ...] | None = None
    shape: PayloadShape | None = None
    warnings: tuple[str, ...] = ()


def look_at(store: ObjectStore, key: str, tables: DataSetTables) -> Looked:
    """Recognises a capture file, or else a data set.

    Raises:
        InvalidInputError: the file cannot be read, or has no rows.
    """
    reader = CaptureReader(_ANY_TIME)
    body = store.get(key).body
    if _MARK in body[:_BEGINNING] or body.startswith(b"\x1f\x8b"):
        block = next(iter(reader.read(body, store.uri(key))), None)
        if block is not None:
            return Looked(shape=_shape(block.layout, block.rows[0] if block.rows else {}))
        if _MARK in body[:_BEGINNING]:
            reason = f": {reader.rejects[0].reason}" if reader.rejects else ""
            raise InvalidInputError(f"no capture record could be read{reason}", where=store.uri(key))
    warnings: dict[str, None] = {}

    def warn(text: str) -> None:
        warnings[text] = None

    for named, batch in read_files(store, [key], DatasetFormat(), column_readers(tables), warn):
        if not named:
            return Looked(warnings=tuple(warnings))
        profiled = profile_dataset(
            profile_files(store, [key], DatasetFormat(), tables, warn), options=DatasetFormat(), where=store.uri(key)
        )
        return Looked(columns=tuple(batch.columns), warnings=(*warnings, *profiled.warnings))
    raise InvalidInputError("the file has no rows", where=store.uri(key))


def _shape(layout: CsvLayout | str, row: dict[str, object]) -> PayloadShape:
    if isinstance(layout, CsvLayout):
        return PayloadShape(layout.outputs, layout.inputs)
    outputs = sum(name.startswith("output") for name in row)
    by_position = any(name.endswith("]") for name in row)
    return PayloadShape(outputs, len(row) - outputs, names=not by_position)
