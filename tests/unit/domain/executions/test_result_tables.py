"""The tables of results: their page and Athena's DDL say what the written files have."""

import re
from pathlib import Path

import duckdb
import pytest

from driftline.domain.executions.athena import athena_ddl
from driftline.domain.executions.result_tables import RESULT_TABLES
from driftline.kinds.registry import KINDS
from tests.places import REPOSITORY
from tests.tables import TABLES
from tools.result_tables import columns

PARQUET_TYPES = {
    "string": "VARCHAR",
    "bigint": "BIGINT",
    "double": "DOUBLE",
    "boolean": "BOOLEAN",
    "timestamp": "TIMESTAMP",
    "array<string>": "VARCHAR[]",
}
"""https://docs.aws.amazon.com/athena/latest/ug/data-types.html, as DuckDB calls them."""


def test_the_page_has_every_column() -> None:
    page = (REPOSITORY / "docs/reference/tables.md").read_text("utf-8")
    assert columns() in page


@pytest.mark.parametrize("name", RESULT_TABLES)
def test_athena_is_told_the_columns_that_the_files_have(name: str, tmp_path: Path) -> None:
    file = tmp_path / "rows.parquet"
    table = RESULT_TABLES[name]
    file.write_bytes(TABLES.result_file([(column.name, column.type) for column in table.columns], []))
    with duckdb.connect() as database:
        written = database.execute(f"DESCRIBE FROM '{file}'").fetchall()

    ddl = athena_ddl("my-bucket", "driftline", KINDS.names)

    created = re.search(rf"CREATE EXTERNAL TABLE `driftline`\.`{name}` \((.*?)\n\) COMMENT", ddl, re.DOTALL)
    assert created is not None
    declared = re.findall(r"^  `(\w+)` (\S+) COMMENT '.+'", created[1], re.MULTILINE)
    assert [(column, PARQUET_TYPES[kind]) for column, kind in declared] == [row[:2] for row in written]


def test_partitions_are_projected_from_the_keys_of_the_files() -> None:
    ddl = athena_ddl("my-bucket", "driftline", ["data_quality", "model_quality"])
    assert ddl.count("'projection.endpoint.type' = 'injected'") == len(RESULT_TABLES)
    assert ddl.count("'projection.monitor.values' = 'data_quality,model_quality'") == len(RESULT_TABLES)
    template = "s3://my-bucket/tables/verdict/endpoint=${endpoint}/monitor=${monitor}/day=${day}/"
    assert f"'storage.location.template' = '{template}'" in ddl
    assert "'projection.endpoint.values' = 'a,b'" in athena_ddl("my-bucket", "driftline", ["x"], ["a", "b"])
