"""Rows of a capture file on local disk, in files from which DuckDB makes the columns of its records.

The spool of a wide layout is cut into pieces (`wide.py`): DuckDB reads a file at a time, and only the rows in it take
memory.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import TextIOWrapper
from pathlib import Path
from typing import Literal

from driftline.adapters.tables.column_names import ORIGIN
from driftline.adapters.tables.sql import quoted_name, quoted_text
from driftline.adapters.tables.wide import PIECE_CELLS, WIDE, rows_at_once
from driftline.domain.capture.columns import ColumnKey
from driftline.domain.capture.csv_rows import csv_reader
from driftline.domain.json_reading import JsonDecoder

_ROWS_AT_ONCE = 20_000
"""Of narrow layouts; more than the blocks of usual files have."""

_MAX_LINE = 12 << 20
"""Twice the longest row (`domain/capture/bounds.py`), because quotes are doubled, and its ids."""

_CSV = (
    "auto_detect = false, header = false, delim = ',', quote = '\"', escape = '\"', new_line = '\\n', nullstr = '', "
    f"parallel = false, max_line_size = {_MAX_LINE}, buffer_size = {2 * _MAX_LINE}"
)

_JSON: JsonDecoder[dict[str, str | int | None]] = JsonDecoder(dict[str, str | int | None])

type Format = Literal["csv", "ragged", "json"]
"""CSV, CSV whose later lines have more cells, or JSON Lines."""


@dataclass
class Spool:
    """Rows with the same columns.

    Attributes:
        stem: Of the names of its files.
        keys: Column key -> its place after the origin.
    """

    stem: Path
    format: Format
    keys: dict[ColumnKey, int]
    _pieces: list[Path] = field(default_factory=list)
    _file: TextIOWrapper | None = None
    _cells: int = 0

    @property
    def rows_at_once(self) -> int:
        """Rows that may be written before the next call of `file`."""
        return rows_at_once(len(self.keys), _ROWS_AT_ONCE)

    def file(self) -> TextIOWrapper:
        """Where the next rows are written."""
        if self._file and self._cells >= PIECE_CELLS:
            self.close()
        if self._file is None:
            self._pieces.append(self.stem.with_suffix(f".{len(self._pieces)}"))
            self._file = self._pieces[-1].open("w", encoding="utf-8", newline="")
            self._cells = 0
        return self._file

    def count(self, rows: int) -> None:
        """Takes note of rows that were written: enough of them close a piece of a wide layout."""
        if len(self.keys) > WIDE:
            self._cells += rows * len(self.keys)

    def close(self) -> None:
        """Until rows are added again."""
        if self._file:
            self._file.close()
            self._file = None

    def rows(self) -> Iterator[tuple[Sequence[str], Mapping[ColumnKey, str]]]:
        """(origin, values that are not missing) of each row; only once it is closed."""
        keys = list(self.keys)
        named = {f"c{at}": key for key, at in self.keys.items()}
        for path in self._pieces:
            with path.open(encoding="utf-8", newline="") as file:
                if self.format == "json":
                    for line in file:
                        found = _JSON.decode(line)
                        origin = [str(found[name] or "") if name != "row" else str(found[name]) for name in ORIGIN]
                        yield origin, {named[name]: str(text) for name, text in found.items() if name in named and text}
                else:
                    for cells in csv_reader(file):
                        row = zip(keys, cells[len(ORIGIN) :], strict=False)
                        yield cells[: len(ORIGIN)], {key: text for key, text in row if text}

    def remove(self) -> None:
        """The files."""
        for path in self._pieces:
            path.unlink()

    def select(self, names: dict[ColumnKey, str]) -> str:
        """The rows, in SQL, with the columns so named."""
        types = dict.fromkeys((*ORIGIN, *(f"c{at}" for at in self.keys.values())), "VARCHAR") | {"row": "INTEGER"}
        spec = "{" + ", ".join(f"'{name}': '{kind}'" for name, kind in types.items()) + "}"
        columns = ", ".join([*ORIGIN, *(f"c{at} AS {quoted_name(names[key])}" for key, at in self.keys.items())])
        return f"SELECT {columns} FROM {self._reader(spec)}"  # noqa: S608 - names and paths are quoted

    def _reader(self, spec: str) -> str:
        paths = ", ".join(quoted_text(str(path)) for path in self._pieces)
        if len(self._pieces) > 1:  # a list of one takes longer
            paths = f"[{paths}]"
        if self.format == "json":
            return f"read_json({paths}, columns = {spec}, format = 'newline_delimited')"
        padded = ", null_padding = true" if self.format == "ragged" else ""
        return f"read_csv({paths}, columns = {spec}, {_CSV}{padded})"


@dataclass
class Spools:
    """The spools of a capture file, by name.

    Attributes:
        folder: For their files.
    """

    folder: Path
    by_name: dict[str, Spool] = field(default_factory=dict)
    opened: int = 0

    def open(self, name: str, format_: Format, keys: dict[ColumnKey, int]) -> Spool:
        """The spool of this name; format and keys are those of a new one."""
        if name not in self.by_name:
            self.opened += 1
            self.by_name[name] = Spool(self.folder / f"{self.opened}", format_, keys)
        return self.by_name[name]

    def close(self) -> None:
        for spool in self.by_name.values():
            spool.close()

    def remove(self, spool: Spool) -> None:
        """A spool whose rows are no longer needed."""
        spool.remove()
        self.by_name = {name: other for name, other in self.by_name.items() if other is not spool}

    def all_keys(self) -> set[ColumnKey]:
        return {key for spool in self.by_name.values() for key in spool.keys}

    def in_order(self) -> Iterator[Spool]:
        """Sorted by name."""
        return (self.by_name[name] for name in sorted(self.by_name))
