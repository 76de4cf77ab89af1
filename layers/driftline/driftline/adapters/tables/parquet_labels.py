"""Ground truth in Parquet."""

from tempfile import NamedTemporaryFile

import duckdb

from driftline.adapters.tables.database import open_database
from driftline.adapters.tables.sql import as_python_has_it, quoted_name, quoted_text
from driftline.domain.errors import InvalidInputError
from driftline.domain.ground_truth.label_tables import label_columns, take_label
from driftline.domain.ground_truth.labels import ParsedLabels

_MEMORY = "512MB"
_BATCH = 50_000


def parquet_labels(body: bytes, name: str) -> ParsedLabels:
    """See `LabelTables.parquet_labels`."""
    parsed = ParsedLabels([], [])
    with NamedTemporaryFile(suffix=".parquet") as file, open_database(memory_limit=_MEMORY) as database:
        file.write(body)
        file.flush()
        try:
            table = database.read_parquet(file.name)
            id_at, label_at = label_columns(table.columns, name)
            id_ = quoted_name(table.columns[id_at])
            label = as_python_has_it(quoted_name(table.columns[label_at]), str(table.types[label_at]))
            query = f"SELECT CAST({id_} AS VARCHAR), {label} FROM read_parquet({quoted_text(file.name)})"  # noqa: S608
            found = database.execute(query)
            number = 0
            while rows := found.fetchmany(_BATCH):
                for text, value in rows:
                    number += 1
                    take_label(parsed, number, text, value)
                parsed.check_size(name)
        except duckdb.Error as error:
            raise InvalidInputError(f"Parquet that cannot be read ({error})", where=name) from None
    return parsed
