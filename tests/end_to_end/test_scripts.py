"""The user's scripts on the embedded cloud: in processes of their own, without the functions' credentials."""

import json
from pathlib import Path

import duckdb
import pytest

from local.cloud import EmbeddedCloud
from tests.end_to_end.alarmed import Inbox, inbox
from tests.end_to_end.endpoint import Bucket, capture_file, capture_key, document, rows

pytestmark = pytest.mark.cloud

SCRIPT = """
import os

def preprocess_handler(record):
    print("a script may print")
    return {"a": len(record.endpoint_input.data), "secrets": sum(name.startswith("AWS_") for name in os.environ)}
"""


@pytest.fixture(scope="module")
def operators(cloud: EmbeddedCloud) -> Inbox:
    return inbox(cloud, "operators-hear-of-scripts", "OperatorTopicArn")


def test_a_script_is_checked_when_it_is_uploaded_and_runs_without_credentials(
    cloud: EmbeddedCloud, operators: Inbox, tmp_path: Path
) -> None:
    bucket = Bucket(cloud)
    # Given a document, and then a script that AWS Lambda cannot run
    bucket.put("monitors/scripted.yaml", document("scripted") + "    preprocess: prepare.py\n")
    cloud.drain()
    operators.take()
    bucket.put("scripts/prepare.py", "import pandas\n" + SCRIPT)
    cloud.drain()
    [problem] = bucket.json("monitors/scripted.status.json")["monitors"]["data_quality"]["script_problems"]
    assert problem.startswith("scripts/prepare.py, line 1: it imports pandas")
    assert "a script of scripted cannot run" in json.dumps(operators.take())
    # When it is fixed, and captures arrive
    bucket.put("scripts/prepare.py", SCRIPT)
    cloud.drain()
    assert bucket.json("monitors/scripted.status.json")["monitors"]["data_quality"]["script_problems"] == []
    bucket.put(capture_key("scripted"), capture_file(rows(20, seed=1)))
    cloud.drain()
    # Then its rows are there, and it saw none of the function's credentials
    [records] = [body for key, body in bucket.everything("state/records/scripted/").items() if key.endswith(".parquet")]
    (tmp_path / "records.parquet").write_bytes(records)
    with duckdb.connect() as connection:
        query = f'SELECT "input.secrets", "input.a" FROM \'{tmp_path}/records.parquet\''
        found = connection.execute(query).fetchall()
    assert len(found) == 20
    assert {secrets for secrets, _ in found} == {"0"}
