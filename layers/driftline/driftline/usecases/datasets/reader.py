"""A data set as one profile with named features, whatever files it lies in."""

import gzip
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal, cast

from driftline.domain.capture.columns import Table
from driftline.domain.errors import InvalidInputError
from driftline.domain.profiles.column import ColumnProfile
from driftline.domain.profiles.resolve import DocumentColumns
from driftline.domain.profiles.table import TableProfile
from driftline.usecases.datasets.batch import Batch
from driftline.usecases.datasets.csv_files import CsvShape, csv_batches
from driftline.usecases.datasets.format import CsvFormat, DatasetFormat
from driftline.usecases.datasets.json_files import json_batches
from driftline.usecases.datasets.parquet_files import parquet_batches
from driftline.usecases.ports import ObjectStore

_MERGE_AFTER = 16  # profiles of batches; merging many at once sorts each column once
_GZIP = b"\x1f\x8b"
_PARQUET = b"PAR1"

type Kind = Literal["csv", "json", "parquet"]


@dataclass(frozen=True, slots=True)
class ProfiledDataset:
    """What a data set looks like.

    Attributes:
        features: (name, profile), output columns first.
        left_out: Columns of the files that the monitor document does not name.
    """

    rows: int
    features: tuple[tuple[str, ColumnProfile], ...]
    left_out: tuple[str, ...] = ()


def profile_dataset(
    store: ObjectStore, keys: Sequence[str], options: DatasetFormat, columns: DocumentColumns | None = None
) -> ProfiledDataset:
    """Reads the files in this order, in blocks; memory does not grow with their size.

    Args:
        options: From `_format.json`; what it leaves open is found out.
        columns: The monitor document's names of the output and input columns, to name, choose and order by.

    Raises:
        InvalidInputError: a file cannot be read (with file and line), there are no rows, or columns are lacking.
    """
    merged, waiting = TableProfile.empty(), list[TableProfile]()
    order: dict[str, None] = {}  # a set that keeps the order of first occurrence
    positional = False
    for named, batch in _batches(store, keys, options):
        positional = not named
        order |= dict.fromkeys(batch.columns)
        waiting.append(TableProfile.of(Table(batch.rows, batch.columns)))
        if len(waiting) == _MERGE_AFTER:
            merged, waiting = TableProfile.merge_all([merged, *waiting]), []
    table = TableProfile.merge_all([merged, *waiting])
    if not table.rows:
        raise InvalidInputError(
            "the data set has no rows", where=store.uri(keys[0]), expected="at least one row of data"
        )
    found = list(order)
    if options.csv and options.csv.output_columns_position == "END":
        outputs = len(columns[0]) if columns else 1
        found = found[-outputs:] + found[:-outputs]
    chosen, left_out = _choose(found, positional, columns, store.uri(keys[0]))
    features = tuple((name, table.columns.get(source) or ColumnProfile.empty()) for source, name in chosen.items())
    return ProfiledDataset(table.rows, features, left_out)


def _batches(store: ObjectStore, keys: Sequence[str], options: DatasetFormat) -> Iterator[tuple[bool, Batch]]:
    """(whether the columns have names of their own, batch) of all files in order."""
    shape: CsvShape | None = None
    first_kind: Kind | None = None
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
                for batch in parquet_batches(path, name):
                    yield True, batch
                continue
            with _opened(path) as stream:
                try:
                    if kind == "json":
                        for batch in json_batches(stream, name):
                            yield True, batch
                        continue
                    rows = csv_batches(stream, name, shape, header=(options.csv or CsvFormat()).header)
                    for found, batch in rows:
                        shape = found
                        yield shape.header, batch
                except (EOFError, gzip.BadGzipFile, zlib.error) as error:
                    raise InvalidInputError(
                        f"the compressed file is damaged ({error})", where=name, mend="Upload it again."
                    ) from None


def _opened(path: Path) -> BinaryIO:
    with path.open("rb") as file:
        compressed = file.read(len(_GZIP)) == _GZIP
    return cast("BinaryIO", gzip.open(path, "rb")) if compressed else path.open("rb")


def _kind_of(path: Path, name: str) -> Kind:
    """By the first bytes, because names of files often lie."""
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


def _choose(
    found: Sequence[str], positional: bool, columns: DocumentColumns | None, where: str
) -> tuple[dict[str, str], tuple[str, ...]]:
    """(column → name of the feature, in the order of the report; columns left out).

    Columns without names of their own take the document's, which must be as many. Columns with names are chosen and
    ordered by the document.
    """
    wanted = [*columns[0], *columns[1]] if columns else []
    if not wanted:
        return {column: column for column in found}, ()
    if positional:
        if len(found) != len(wanted):
            raise InvalidInputError(
                f"the data set has {len(found)} columns, the monitor document names {len(wanted)}",
                where=where,
                expected=", ".join(wanted),
                mend="Add a header, or correct `columns` of the monitor document.",
            )
        return dict(zip(found, wanted, strict=True)), ()
    lacking = [name for name in wanted if name not in set(found)]
    if lacking:
        raise InvalidInputError(
            f"the data set lacks {', '.join(lacking)}; it has {', '.join(found)}",
            where=where,
            expected=f"the columns of the monitor document: {', '.join(wanted)}",
            mend="Add the columns (predictions among them), or correct `columns` of the monitor document.",
        )
    return {name: name for name in wanted}, tuple(name for name in found if name not in set(wanted))
