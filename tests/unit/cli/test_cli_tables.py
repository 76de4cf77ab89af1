"""`driftline tables`: the statements on standard output, and nothing of them where something is wrong."""

import re

import boto3
import pytest
from typer.testing import CliRunner

from driftline.cli import app
from driftline.cli.exits import ExitCode
from tests.aws import fake_aws


def test_statements_are_for_the_bucket_and_queries_name_their_endpoint() -> None:
    said = CliRunner().invoke(app, ["tables", "s3://my-bucket/", "--database", "ml_watch"])
    assert said.exit_code == 0, said.output
    assert len(re.findall(r"^CREATE EXTERNAL TABLE `ml_watch`", said.stdout, re.MULTILINE)) == 3
    assert "LOCATION 's3://my-bucket/tables/verdict/'" in said.stdout
    assert "'projection.endpoint.type' = 'injected'" in said.stdout


def test_a_fleet_is_the_endpoints_that_have_a_document(monkeypatch: pytest.MonkeyPatch) -> None:
    with fake_aws(monkeypatch):
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket="my-bucket")
        none = CliRunner().invoke(app, ["tables", "s3://my-bucket", "--fleet"])
        for endpoint in ("shop", "churn"):
            s3.put_object(Bucket="my-bucket", Key=f"monitors/{endpoint}.yaml", Body=b"x")
        said = CliRunner().invoke(app, ["tables", "s3://my-bucket", "--fleet"])
    assert none.exit_code == ExitCode.FAILED
    assert "no monitor document found" in none.stderr
    assert said.exit_code == 0, said.output
    assert said.stdout.count("'projection.endpoint.values' = 'churn,shop'") == 3


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["."], "not a bucket"),
        (["s3://my-bucket/below"], "not a bucket"),
        (["s3://my-bucket", "--database", "x`; DROP"], "is not the name of a database"),
    ],
)
def test_what_is_wrong_is_said_and_no_statement_printed(arguments: list[str], what: str) -> None:
    said = CliRunner().invoke(app, ["tables", *arguments])
    assert said.exit_code == ExitCode.FAILED
    assert what in said.stderr
    assert said.stdout == ""
