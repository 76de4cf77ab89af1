"""`driftline tables`: statements that show the tables of results to an engine of SQL."""

import re
from typing import Annotated

import typer

from driftline.cli.output import reporting
from driftline.cli.places import open_place
from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.athena import athena_ddl
from driftline.kinds.registry import KINDS

_DATABASE = re.compile(r"[a-z0-9_]{1,255}")
_S3 = "s3://"


def result_tables(
    bucket: Annotated[str, typer.Argument(help="The stack's bucket, s3://<bucket>.", metavar="BUCKET")],
    *,
    database: Annotated[str, typer.Option("--database", help="Name of the database in Athena.")] = "driftline",
    fleet: Annotated[
        bool, typer.Option("--fleet", help="Let queries span all endpoints that have a monitor document now.")
    ] = False,
) -> None:
    """Print the DDL of Athena for the tables of results: verdicts, findings and figures.

    Queries name their endpoint, unless --fleet lists the endpoints: then print the DDL again when there are more. The
    statements drop and create table definitions only; files stay as they are.

    Example: driftline tables s3://my-bucket > tables.sql
    """
    with reporting(as_json=False):
        if _DATABASE.fullmatch(database) is None:
            raise InvalidInputError(
                f"{database!r} is not the name of a database",
                where="--database",
                expected="lower-case letters, digits and underscores",
            )
        if not bucket.startswith(_S3):
            raise InvalidInputError(
                "not a bucket",
                where=bucket,
                expected="s3://<bucket>",
                mend="Athena reads buckets only. In a folder, read the files with DuckDB: docs/reference/tables.md.",
            )
        place = open_place(bucket)
        endpoints = place.endpoints() if fleet else []
        if fleet and not endpoints:
            raise InvalidInputError(
                "no monitor document found", where=place.store.uri("monitors/"), expected="monitors/<endpoint>.yaml"
            )
        typer.echo(athena_ddl(bucket.removeprefix(_S3).rstrip("/"), database, KINDS.names, endpoints), nl=False)
