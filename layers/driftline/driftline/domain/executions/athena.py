"""DDL of Athena for the tables of results. Partitions are projected from the keys, so nothing has to crawl them.

Types, projection and templates: https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html
"""

from collections.abc import Iterator, Sequence

from driftline.domain.executions.result_tables import PARTITIONS, RESULT_TABLES, ResultTable
from driftline.domain.keys import RESULT_TABLES as FOLDER

FIRST_DAY = "2020-01-01"
"""Where the range of projected days begins: Model Monitor has no older captures."""


def athena_ddl(bucket: str, database: str, monitors: Sequence[str], endpoints: Sequence[str] = ()) -> str:
    """The statements that create the database and its tables, each with its semicolon.

    Args:
        bucket: Its name, without s3://.
        monitors: Names that a monitor can have.
        endpoints: Those that queries without an endpoint look at; without any, each query has to name its endpoint.
    """
    statements = [f"CREATE DATABASE IF NOT EXISTS `{database}`;\n"]
    for table in RESULT_TABLES.values():
        statements.append(f"DROP TABLE IF EXISTS `{database}`.`{table.name}`;\n")
        statements.append("\n".join(_create(table, bucket, database, monitors, endpoints)) + "\n")
    return "\n".join(statements)


def _create(
    table: ResultTable, bucket: str, database: str, monitors: Sequence[str], endpoints: Sequence[str]
) -> Iterator[str]:
    yield f"CREATE EXTERNAL TABLE `{database}`.`{table.name}` ("
    columns = [f"  `{column.name}` {column.type} COMMENT {_text(column.description)}" for column in table.columns]
    yield ",\n".join(columns)
    yield f") COMMENT {_text(f'One row is {table.rows}')}"
    partitions = [f"`{name}` string COMMENT {_text(description)}" for name, description in PARTITIONS.items()]
    yield f"PARTITIONED BY ({', '.join(partitions)})"
    yield "STORED AS PARQUET"
    folder = f"s3://{bucket}/{FOLDER}{table.name}/"
    yield f"LOCATION {_text(folder)}"
    properties = {
        "projection.enabled": "true",
        **_projected("endpoint", endpoints),
        **_projected("monitor", monitors),
        "projection.day.type": "date",
        "projection.day.format": "yyyy-MM-dd",
        "projection.day.range": f"{FIRST_DAY},NOW+1DAYS",
        "projection.day.interval": "1",
        "projection.day.interval.unit": "DAYS",
        "storage.location.template": folder + "/".join(f"{name}=${{{name}}}" for name in PARTITIONS) + "/",
    }
    yield "TBLPROPERTIES ("
    yield ",\n".join(f"  {_text(name)} = {_text(value)}" for name, value in properties.items())
    yield ");"


def _projected(partition: str, values: Sequence[str]) -> dict[str, str]:
    """`enum` of known values, or `injected`: the value is what the query says."""
    if not values:
        return {f"projection.{partition}.type": "injected"}
    return {f"projection.{partition}.type": "enum", f"projection.{partition}.values": ",".join(values)}


def _text(value: str) -> str:
    """A text of Athena's DDL, which takes no backticks in comments of ours and escapes quotes by a backslash."""
    return "'" + value.replace("`", "").replace("\\", "\\\\").replace("'", "\\'") + "'"
