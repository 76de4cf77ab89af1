"""Attributes of inferences in Parquet."""

from collections.abc import Iterator
from math import isnan
from tempfile import NamedTemporaryFile

import duckdb

from driftline.adapters.tables.database import open_database
from driftline.adapters.tables.sql import as_python_has_it, quoted_name, quoted_text
from driftline.domain.attributes.files import Row, id_of_header, row_of
from driftline.domain.errors import InvalidInputError

_MEMORY = "512MB"
_BATCH = 10_000


def parquet_attributes(body: bytes, name: str) -> Iterator[Row]:
    """See `LabelTables.parquet_attributes`."""
    with NamedTemporaryFile(suffix=".parquet") as file, open_database(memory_limit=_MEMORY) as database:
        file.write(body)
        file.flush()
        try:
            table = database.read_parquet(file.name)
            at = id_of_header(table.columns, name)
            names = list(table.columns)
            cells = [
                as_python_has_it(quoted_name(each), str(type_)) for each, type_ in zip(names, table.types, strict=True)
            ]
            cells[at] = f"CAST({quoted_name(names[at])} AS VARCHAR)"
            found = database.execute(f"SELECT {', '.join(cells)} FROM read_parquet({quoted_text(file.name)})")  # noqa: S608
            while rows := found.fetchmany(_BATCH):
                for row in rows:
                    known = {each: _plain(cell) for each, cell in zip(names, row, strict=True)}
                    yield row_of(known.pop(names[at]), known)
        except duckdb.Error as error:
            raise InvalidInputError(f"Parquet that cannot be read ({error})", where=name) from None


def _plain(cell: object) -> object:
    """NaN is missing, as in pandas."""
    return None if isinstance(cell, float) and isnan(cell) else cell
