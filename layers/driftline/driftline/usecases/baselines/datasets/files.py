"""The files of a data set one by one, as batches of columns or of rows. All have one format."""

import gzip
import io
import zlib
from collections.abc import Buffer, Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO, Literal, Protocol, cast, override

from driftline.domain.datasets import Batch, RowBatch
from driftline.domain.errors import InvalidInputError
from driftline.usecases.baselines.datasets.csv_files import CsvShape, csv_batches, csv_row_batches
from driftline.usecases.baselines.datasets.format import CsvFormat, DatasetFormat
from driftline.usecases.baselines.datasets.json_files import json_batches, json_row_batches
from driftline.usecases.ports import ObjectStore
from driftline.usecases.ports.tables import DataSetTables

_GZIP = b"\x1f\x8b"
_PARQUET = b"PAR1"
_BUFFER = 1 << 17

type Warn = Callable[[str], object]
type Kind = Literal["csv", "json", "parquet"]


def has_types(store: ObjectStore, keys: Sequence[str], options: DatasetFormat) -> bool:
    """Whether values have a type of their own: those of JSON and Parquet do, cells of CSV do not.

    Raises:
        InvalidInputError: the first file is compressed and damaged.
    """
    if options.kind is not None:
        return options.kind != "csv"
    with store.local_copy(keys[0]) as path:
        return _kind_of(path, store.uri(keys[0])) != "csv"


class CsvReader[T](Protocol):
    def __call__(
        self, stream: BinaryIO, name: str, shape: CsvShape | None, *, header: bool | None
    ) -> Iterator[tuple[CsvShape, T]]: ...


@dataclass(frozen=True, slots=True)
class Readers[T]:
    """One reader for each format; T is what they make of a block."""

    csv: CsvReader[T]
    json: Callable[[BinaryIO, str], Iterator[T]]
    parquet: Callable[[Path, str], Iterator[T]]


def column_readers(tables: DataSetTables) -> Readers[Batch]:
    return Readers(partial(csv_batches, tables.csv_to_columns), json_batches, tables.parquet_batches)


def row_readers(tables: DataSetTables) -> Readers[RowBatch]:
    return Readers(csv_row_batches, json_row_batches, tables.parquet_row_batches)


@dataclass(slots=True)
class DataSetReading:
    """What the files of a data set so far settle for those after them.

    Attributes:
        options: From `_format.json`.
        kind: Of all files.
        shape: Of all CSV files.
        unpacked: Bytes of the CSV and JSON files that were read.
    """

    options: DatasetFormat
    kind: Kind | None = None
    shape: CsvShape | None = None
    unpacked: int = 0

    def read(self, size: int, name: str) -> None:
        """Counts bytes of a file. Raises InvalidInputError: the data set has more than it may."""
        self.unpacked += size
        refuse_too_large(self.unpacked, self.options, name)


def refuse_too_large(unpacked: int, options: DatasetFormat, where: str) -> None:
    """Raises InvalidInputError: CSV and JSON files have more bytes together than `_format.json` allows."""
    if unpacked > options.max_unpacked_megabytes << 20:
        megabytes = f"{options.max_unpacked_megabytes:,} MB"
        raise InvalidInputError(
            f"the data set has more than {megabytes}, unpacked",
            where=where,
            expected=f"at most {megabytes} in all of its files",
            mend="Take a sample of the rows, or raise the limit: max_unpacked_megabytes in input/_format.json.",
        )


def read_files[T](
    store: ObjectStore, keys: Sequence[str], options: DatasetFormat, readers: Readers[T], warn: Warn
) -> Iterator[tuple[bool, T]]:
    """(whether the columns have names of their own, batch) of all files in order; see `read_file`."""
    reading = DataSetReading(options)
    for key in keys:
        yield from read_file(store, key, readers, reading, warn)


def read_file[T](
    store: ObjectStore, key: str, readers: Readers[T], reading: DataSetReading, warn: Warn
) -> Iterator[tuple[bool, T]]:
    """(whether the columns have names of their own, batch) of a file.

    Args:
        reading: What is known from the files before; it is completed.
        warn: Called with what had to be assumed.

    Raises:
        InvalidInputError: the file cannot be read, with file and line; or it is of another format than those before.
    """
    name, options = store.uri(key), reading.options
    with store.local_copy(key) as path:
        kind = options.kind or _kind_of(path, name)
        reading.kind = reading.kind or kind
        if kind != reading.kind:
            raise InvalidInputError(
                f"{kind} among files that are {reading.kind}",
                where=name,
                expected="files of one format",
                mend="Remove the file, or convert it.",
            )
        if kind == "parquet":
            for batch in readers.parquet(path, name):
                yield True, batch
            return
        with opened(path) as file, _Counted(file, reading, name) as raw:
            stream = io.BufferedReader(raw, _BUFFER)
            try:
                if kind == "json":
                    for batch in readers.json(stream, name):
                        yield True, batch
                    return
                rows = readers.csv(stream, name, reading.shape, header=(options.csv or CsvFormat()).header)
                for found, batch in rows:
                    if reading.shape is None and found.assumed:
                        warn(found.assumed)
                    reading.shape = found
                    yield found.header, batch
            except (EOFError, gzip.BadGzipFile, zlib.error) as error:
                raise InvalidInputError(
                    f"the compressed file is damaged ({error})", where=name, mend="Upload it again."
                ) from None


class _Counted(io.RawIOBase):
    """A file that counts what is read of it."""

    def __init__(self, file: BinaryIO, reading: DataSetReading, name: str) -> None:
        super().__init__()
        self._file, self._reading, self._name = file, reading, name

    @override
    def readable(self) -> bool:
        return True

    @override
    def readinto(self, buffer: Buffer) -> int:
        found = self._file.readinto(buffer)  # type: ignore[attr-defined]  # both kinds of files have it
        self._reading.read(int(found), self._name)
        return int(found)


def opened(path: Path) -> BinaryIO:
    """The file, unpacked if it is gzip."""
    with path.open("rb") as file:
        compressed = file.read(len(_GZIP)) == _GZIP
    return cast("BinaryIO", gzip.open(path, "rb")) if compressed else path.open("rb")


def _kind_of(path: Path, name: str) -> Kind:
    """From the first bytes, because names of files are often wrong."""
    try:
        with opened(path) as stream:
            start = stream.read(1024).removeprefix(b"\xef\xbb\xbf").lstrip()
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise InvalidInputError(
            f"the compressed file is damaged ({error})", where=name, mend="Upload it again."
        ) from None
    if start.startswith(_PARQUET):
        return "parquet"
    return "json" if start.startswith((b"{", b"[")) else "csv"
