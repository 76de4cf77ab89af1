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


def read_files[T](
    store: ObjectStore, keys: Sequence[str], options: DatasetFormat, readers: Readers[T], warn: Warn
) -> Iterator[tuple[bool, T]]:
    """(whether the columns have names of their own, batch) of all files in order.

    Args:
        warn: Called with what had to be assumed.

    Raises:
        InvalidInputError: a file cannot be read, with file and line; or files are of several formats.
    """
    shape: CsvShape | None = None
    first_kind: Kind | None = None
    size = _Size(options.max_unpacked_megabytes << 20)
    for key in keys:
        name = store.uri(key)
        with store.local_copy(key) as path:
            kind = options.kind or _kind_of(path, name)
            first_kind = first_kind or kind
            if kind != first_kind:
                raise InvalidInputError(
                    f"{kind} among files that are {first_kind}",
                    where=name,
                    expected="files of one format",
                    mend="Remove the file, or convert it.",
                )
            if kind == "parquet":
                for batch in readers.parquet(path, name):
                    yield True, batch
                continue
            with _opened(path) as file, _Counted(file, size, name) as raw:
                stream = io.BufferedReader(raw, _BUFFER)
                try:
                    if kind == "json":
                        for batch in readers.json(stream, name):
                            yield True, batch
                        continue
                    rows = readers.csv(stream, name, shape, header=(options.csv or CsvFormat()).header)
                    for found, batch in rows:
                        if shape is None and found.assumed:
                            warn(found.assumed)
                        shape = found
                        yield shape.header, batch
                except (EOFError, gzip.BadGzipFile, zlib.error) as error:
                    raise InvalidInputError(
                        f"the compressed file is damaged ({error})", where=name, mend="Upload it again."
                    ) from None


@dataclass(slots=True)
class _Size:
    """Bytes that all files of a data set may still have."""

    left: int
    most: int = 0

    def __post_init__(self) -> None:
        self.most = self.left


class _Counted(io.RawIOBase):
    """A file that counts what is read of it. Raises InvalidInputError: more than is left."""

    def __init__(self, file: BinaryIO, size: _Size, name: str) -> None:
        super().__init__()
        self._file, self._size, self._name = file, size, name

    @override
    def readable(self) -> bool:
        return True

    @override
    def readinto(self, buffer: Buffer) -> int:
        found = self._file.readinto(buffer)  # type: ignore[attr-defined]  # both kinds of files have it
        self._size.left -= found
        if self._size.left < 0:
            megabytes = f"{self._size.most >> 20:,} MB"
            raise InvalidInputError(
                f"the data set has more than {megabytes}, unpacked",
                where=self._name,
                expected=f"at most {megabytes} in all of its files",
                mend="Take a sample of the rows, or raise the limit: max_unpacked_megabytes in input/_format.json.",
            )
        return int(found)


def _opened(path: Path) -> BinaryIO:
    with path.open("rb") as file:
        compressed = file.read(len(_GZIP)) == _GZIP
    return cast("BinaryIO", gzip.open(path, "rb")) if compressed else path.open("rb")


def _kind_of(path: Path, name: str) -> Kind:
    """From the first bytes, because names of files are often wrong."""
    try:
        with _opened(path) as stream:
            start = stream.read(1024).removeprefix(b"\xef\xbb\xbf").lstrip()
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise InvalidInputError(
            f"the compressed file is damaged ({error})", where=name, mend="Upload it again."
        ) from None
    if start.startswith(_PARQUET):
        return "parquet"
    return "json" if start.startswith((b"{", b"[")) else "csv"
