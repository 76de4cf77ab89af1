"""Files with attributes: CSV with a header, JSON Lines or Parquet; the first two may be compressed with gzip.

A column named `inference_id`, as in ground truth, says which inference a row is of; all others are attributes. A row
that cannot be used does not affect the others.
"""

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

import msgspec

from driftline.domain.capture.csv_rows import csv_reader
from driftline.domain.capture.lines import line_batches
from driftline.domain.capture.separators import separator_of
from driftline.domain.errors import InvalidInputError
from driftline.domain.ground_truth.label_tables import ID_NAMES
from driftline.domain.json_reading import JsonDecoder
from driftline.domain.unpacking import unpacked

MOST_BYTES = 64 << 20
"""Of a file, and of what is in it when it is compressed."""

_PARQUET_MAGIC = b"PAR1"
_BEGINNING = 1 << 16
"""Characters that show what separates the cells."""

_EXPECTED = "a column inference_id, and others with attributes"
_JSON = JsonDecoder()

type Row = tuple[str, Mapping[str, object]] | str
"""(inferenceId, attributes), or why it cannot be used."""

type ReadParquet = Callable[[bytes, str], Iterator[Row]]
"""Reads (a Parquet file, its name)."""


@dataclass(frozen=True, slots=True)
class AttributeFile:
    """One file.

    Attributes:
        name: Its key.
        parquet: Reads Parquet.
    """

    name: str
    body: bytes
    parquet: ReadParquet

    def check(self) -> tuple[int, str]:
        """(rows that can be used, what is wrong with the others; empty if nothing is).

        Raises:
            InvalidInputError: damaged, too large, not UTF-8, without a column of ids, or no row can be used.
        """
        usable = rejected = 0
        first = ""
        for number, row in self._rows():
            if isinstance(row, str):
                rejected += 1
                first = first or f"{self._unit} {number}: {row}"
            else:
                usable += 1
        if rejected and not usable:
            raise InvalidInputError(f"no row can be used; {first}", where=self.name, expected=_EXPECTED)
        if not rejected:
            return usable, ""
        return usable, f"{self.name}: {rejected:,} of {usable + rejected:,} rows cannot be used; {first}"

    def rows(self) -> Iterator[tuple[str, str]]:
        """(inferenceId, attributes as a JSON object) of each row that can be used; an empty cell is null.

        Raises:
            InvalidInputError: as `check`, possibly after some rows.
        """
        for _, row in self._rows():
            if not isinstance(row, str):
                yield row[0], msgspec.json.encode(row[1], enc_hook=str).decode()

    @property
    def _unit(self) -> str:
        return "row" if self._format == "parquet" else "line"

    @property
    def _format(self) -> Literal["csv", "parquet", "json"]:
        suffixes = PurePosixPath(self.name.lower()).suffixes[-2:]
        if ".csv" in suffixes:
            return "csv"
        return "parquet" if ".parquet" in suffixes or self.body.startswith(_PARQUET_MAGIC) else "json"

    def _rows(self) -> Iterator[tuple[int, Row]]:
        if len(self.body) > MOST_BYTES:
            raise too_large(self.name)
        match self._format:
            case "csv":
                return _rows_of_csv(_text(unpacked(self.body, MOST_BYTES, self.name), self.name), self.name)
            case "json":
                return _rows_of_json(unpacked(self.body, MOST_BYTES, self.name), self.name)
            case "parquet":
                return enumerate(self.parquet(self.body, self.name), start=1)


def too_large(name: str) -> InvalidInputError:
    """The error for a file of more than MOST_BYTES."""
    megabytes = MOST_BYTES >> 20
    return InvalidInputError(
        f"more than {megabytes} MB", where=name, expected=f"at most {megabytes} MB", mend="Split the file."
    )


def id_of_header(header: Iterator[str] | list[str], name: str) -> int:
    """Position of the column with the ids.

    Raises:
        InvalidInputError: there is none, there is nothing else, or two columns have one name; `name` is the file's.
    """
    columns = list(header)
    lowered = [each.strip().lower() for each in columns]
    found = [lowered.index(each) for each in ID_NAMES if each in lowered]
    again = next((each for each in columns if columns.count(each) > 1), None)
    if again is not None:
        raise InvalidInputError(f"two columns are named {again!r}", where=name, expected=_EXPECTED)
    if not found or len(columns) == 1:
        raise InvalidInputError(
            f"columns {', '.join(columns)}", where=name, expected=_EXPECTED, mend="Name them in the header."
        )
    return found[0]


def row_of(id_: object, attributes: Mapping[str, object]) -> Row:
    """A row, if it says which inference it is of."""
    text = id_ if isinstance(id_, str) else "" if id_ is None or isinstance(id_, float) else str(id_)
    return (text, attributes) if text.strip() else "no inference_id"


def _rows_of_csv(text: str, name: str) -> Iterator[tuple[int, Row]]:
    reader = csv_reader(text, separator_of(text[:_BEGINNING]))
    try:
        header = [each.strip() for each in next(reader, [])]
        if not header:
            return
        at = id_of_header(header, name)
        for cells in reader:
            if not cells:
                continue
            if len(cells) != len(header):
                yield reader.line_num, f"{len(cells)} cells for {len(header)} columns"
                continue
            known = {each: cell or None for each, cell in zip(header, cells, strict=True)}
            yield reader.line_num, row_of(known.pop(header[at]), known)
    except csv.Error as error:
        raise InvalidInputError(f"no CSV: {error}", where=f"{name}, line {reader.line_num}") from None


def _rows_of_json(body: bytes, name: str) -> Iterator[tuple[int, Row]]:
    for batch in line_batches(body, name):
        for number, raw in enumerate(batch.body.split(b"\n"), start=batch.first_line):
            if raw.strip():
                yield number, _row_of_json(raw)


def _row_of_json(raw: bytes) -> Row:
    try:
        document = _JSON.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return f"not JSON ({error})"
    if not isinstance(document, dict):
        return "not a JSON object"
    lowered = {name.lower(): name for name in document}
    named = next((lowered[each] for each in ID_NAMES if each in lowered), None)
    return row_of(document.pop(named) if named else None, document)


def _text(body: bytes, name: str) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInputError(f"not UTF-8 ({error.reason} at byte {error.start})", where=name) from None
