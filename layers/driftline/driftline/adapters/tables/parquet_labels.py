"""Ground truth in Parquet."""

from tempfile import NamedTemporaryFile

import duckdb

from driftline.adapters.tables.sql import quoted_name, quoted_text
from driftline.domain.errors import InvalidInputError
from driftline.domain.ground_truth.label_tables import label_columns, take_label
from driftline.domain.ground_truth.labels import ParsedLabels

_BATCH = 50_000


def parquet_labels(body: bytes, name: str) -> ParsedLabels:
    """See `LabelTables.parquet_labels`."""
    parsed = ParsedLabels([], [])
    with NamedTemporaryFile(suffix=".parquet") as file, duckdb.connect(config={"threads": 1}) as database:
        file.write(body)
        file.flush()
        try:
            names = database.read_parquet(file.name).columns
            id_, label = (quoted_name(names[at]) for at in label_columns(names, name))
            query = f"SELECT CAST({id_} AS VARCHAR), {label} FROM read_parquet({quoted_text(file.name)})"  # noqa: S608
            found = database.execute(query)
            number = 0
            while rows := found.fetchmany(_BATCH):
                for text, value in rows:
                    number += 1
                    take_label(parsed, number, text, value)
        except duckdb.Error as error:
            raise InvalidInputError(f"Parquet that cannot be read ({error})", where=name) from None
    return parsed
