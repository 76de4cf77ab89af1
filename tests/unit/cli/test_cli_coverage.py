"""`driftline coverage` over an account: endpoints, their data capture, schedules of all types and their executions."""

import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

import boto3
import pytest
import urllib3
from typer.testing import CliRunner

from driftline.adapters.aws.sagemaker_account import AwsSageMakerAccount
from driftline.cli import app
from driftline.domain.capture.captured import Captured, CaptureState
from driftline.kinds.registry import KINDS
from driftline.usecases.coverage.find_coverage import find_coverage
from local import stack
from local.sagemaker import SageMakerServer
from local.server import REGION
from tests.fakes import InMemoryStore
from tests.model_monitor import TYPES, batch_input, endpoint_input, monitored
from tests.places import REPOSITORY

type Coverage = Callable[..., tuple[int, dict[str, Any]]]

LAST = datetime(2026, 3, 8, 9, tzinfo=UTC)
CAPTURE = {
    "EnableCapture": True,
    "InitialSamplingPercentage": 20,
    "DestinationS3Uri": "s3://captures/all",
    "CaptureOptions": [{"CaptureMode": "Input"}, {"CaptureMode": "Output"}],
}
SERVERLESS = {"ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 2}}
DOCUMENT = """\
endpoint: {}
capture: {{bucket: captures, prefix: all/}}
monitors: {{data_quality: {{}}, model_quality: {{enabled: false, problem_type: Regression, inference_attribute: y}}}}
"""
CONFIG = "sagemaker:DescribeEndpointConfig"
OWN = {"shop": "captured", "ads": "captured", "risk": "plain", "paused": "off", "spare": "serverless"}
"""Endpoint → its configuration."""

FLEET = [f"fleet-{number:03}" for number in range(101 - len(OWN))]
"""Of one more endpoint than a page of a listing has."""


@pytest.fixture(scope="module")
def server() -> Iterator[SageMakerServer]:
    """An account with endpoints that are captured, or not, or serverless, and with schedules of all types."""
    with SageMakerServer() as running:
        fill(running)
        yield running


def fill(server: SageMakerServer) -> None:
    sagemaker = stack.client("sagemaker", server.endpoint)
    sagemaker.create_model(ModelName="m", PrimaryContainer={"Image": "i"}, ExecutionRoleArn="arn:aws:iam::1:role/r")
    instances = {"InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    for name, capture, variant in (
        ("captured", CAPTURE, instances),
        ("plain", None, instances),
        ("off", {**CAPTURE, "EnableCapture": False}, instances),
        ("serverless", None, SERVERLESS),
    ):
        sagemaker.create_endpoint_config(
            EndpointConfigName=name,
            ProductionVariants=[{"VariantName": "AllTraffic", "ModelName": "m", **variant}],
            **({"DataCaptureConfig": capture} if capture else {}),
        )
    for endpoint, config in OWN.items():
        sagemaker.create_endpoint(EndpointName=endpoint, EndpointConfigName=config)
    for kind in TYPES:
        monitored(sagemaker, kind, f"cover-{kind}", endpoint_input("ads"))
    monitored(sagemaker, "DataQuality", "cover-shop", endpoint_input("shop"))
    monitored(sagemaker, "DataQuality", "cover-stopped", endpoint_input("risk"))
    sagemaker.stop_monitoring_schedule(MonitoringScheduleName="cover-stopped")
    monitored(sagemaker, "ModelQuality", "cover-batch", batch_input("s3://captures/churn"))
    for hours, status in ((0, "Failed"), (1, "CompletedWithViolations"), (2, "Completed")):
        execution = {
            "MonitoringScheduleName": "cover-shop",
            "ScheduledTime": (LAST - timedelta(hours=hours)).isoformat(),
            "MonitoringExecutionStatus": status,
        }
        server.command({"monitoring_execution": execution})


@pytest.fixture
def coverage(server: SageMakerServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Coverage:
    """The command over a folder with a document for `shop`, and what it prints as JSON."""
    environment = {
        "AWS_ENDPOINT_URL": server.endpoint,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": REGION,
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "monitors").mkdir()
    (tmp_path / "monitors" / "shop.yaml").write_text(DOCUMENT.format("shop"))

    def run(*options: str) -> tuple[int, dict[str, Any]]:
        result = CliRunner().invoke(app, ["coverage", "--store", str(tmp_path), "--json", *options])
        return result.exit_code, json.loads(result.stdout)

    return run


def of_name(document: Mapping[str, Any]) -> dict[str, Any]:
    return {each["endpoint"]: each for each in document["endpoints"]}


def test_each_endpoint_says_who_watches_it_and_what_is_captured(coverage: Coverage) -> None:
    code, document = coverage()
    assert (code, document["unseen"]) == (0, [])
    assert document["account"] == f"{REGION} of account 123456789012"
    found = of_name(document)
    assert {name: each["watched_by"] for name, each in found.items() if each["watched_by"] != "nobody"} == {
        "ads": "sagemaker",
        "shop": "both",
    }
    assert len(found) == document["totals"]["endpoints"] == len(OWN)
    assert (
        document["totals"] | {"both": 1, "sagemaker": 1, "nobody": len(OWN) - 2, "not_captured": 3}
        == document["totals"]
    )
    assert found["shop"]["capture"] == {
        "state": "on",
        "sampling_percentage": 20,
        "options": ["Input", "Output"],
        "destination": "s3://captures/all",
        "serverless": False,
    }
    assert {name: found[name]["capture"]["state"] for name in ("risk", "paused", "spare")} == dict.fromkeys(
        ("risk", "paused", "spare"), "off"
    )
    assert [name for name, each in found.items() if each["capture"]["serverless"]] == ["spare"]
    # The last execution failed, and the one before it evaluated a window
    assert (found["shop"]["last_evaluated"], found["shop"]["never_watched"]) == ("2026-03-08T08:00:00Z", False)
    assert [(each["by"], each["name"], each["state"]) for each in found["shop"]["watches"]] == [
        ("driftline", "data_quality", "enabled"),
        ("driftline", "model_quality", "disabled"),
        ("sagemaker", "cover-shop", "Scheduled"),
    ]
    assert sorted(each["kind"] for each in found["ads"]["watches"]) == sorted(TYPES)
    assert (found["ads"]["last_evaluated"], found["ads"]["never_watched"]) == (None, True)
    assert [(each["name"], each["kind"]) for each in document["batch_transform"]] == [("cover-batch", "ModelQuality")]


def test_people_see_a_table_and_the_totals(coverage: Coverage, tmp_path: Path) -> None:
    (tmp_path / "monitors" / "risk.yaml").write_text(DOCUMENT.format("risk"))
    result = CliRunner().invoke(app, ["coverage", "--store", str(tmp_path)])
    assert result.exit_code == 0, result.output
    [shop, *_] = [line for line in result.output.splitlines() if " shop " in line]
    assert [cell.strip() for cell in shop.strip("│┃ ").split("│")] == [
        "shop",
        "InService",
        "both",
        "20 %",
        "data_quality: never",
    ]
    for text in (
        "cover-shop (DataQuality): due 8 Mar 2026, 08:00 UTC",
        "cover-stopped (DataQuality, stopped): never",
        "no (serverless)",
        "risk: It is watched, and its predictions are not captured.",
        "no endpoint, batch transform jobs: cover-batch (ModelQuality): never",
        f"{len(OWN)} endpoints; watched by Driftline: 1, SageMaker: 1, both: 1, nobody: {len(OWN) - 3}; ",
    ):
        assert text in result.output


def test_a_terminal_that_is_too_narrow_for_the_table_gets_a_list(
    coverage: Coverage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "recommendations-of-the-shop-in-the-north"
    (tmp_path / "monitors" / f"{name}.yaml").write_text(DOCUMENT.format(name))
    monkeypatch.setattr("driftline.cli.output._WIDTH_OF_PIPES", 80)
    result = CliRunner().invoke(app, ["coverage", "--store", str(tmp_path)])
    lines = result.output.splitlines()
    at = lines.index("shop: status InService, watched by both, captured 20 %")
    assert lines[at + 1 : at + 4] == [
        "  data_quality: never",
        "  model_quality, disabled: never",
        "  cover-shop (DataQuality): due 8 Mar 2026, 08:00 UTC",
    ]
    assert f"{name}: status not in SageMaker, watched by Driftline, captured no" in lines
    assert "┃" not in result.output


def test_only_what_nobody_watches_can_be_listed(coverage: Coverage) -> None:
    code, document = coverage("--unwatched")
    assert code == 0
    assert set(of_name(document)) == {"risk", "paused", "spare"}
    assert document["totals"]["endpoints"] == len(OWN)


def test_names_from_data_move_no_cursor(tmp_path: Path) -> None:
    path = tmp_path / "capture" / "\x1b[2J[red]" / "AllTraffic" / "x.jsonl"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"{}")
    result = CliRunner().invoke(app, ["coverage", "--no-account", "--store", str(tmp_path)])
    assert result.exit_code == 0
    assert "\\x1b[2J[red]" in result.output
    assert "\x1b" not in result.output


def test_without_the_account_nothing_of_aws_is_needed(coverage: Coverage, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    code, document = coverage("--no-account")
    assert (code, document["account"], list(of_name(document))) == (0, None, ["shop"])
    assert of_name(document)["shop"]["capture"]["state"] == "unknown"
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    code, document = coverage()
    assert (code, document["error"]["what"]) == (1, "no region")


@pytest.fixture
def fleet(server: SageMakerServer) -> Iterator[None]:
    sagemaker = stack.client("sagemaker", server.endpoint)
    for endpoint in FLEET:
        sagemaker.create_endpoint(EndpointName=endpoint, EndpointConfigName="captured")
    yield
    for endpoint in FLEET:
        sagemaker.delete_endpoint(EndpointName=endpoint)


@pytest.mark.usefixtures("fleet")
def test_calls_grow_with_endpoints_and_schedules_alone(server: SageMakerServer) -> None:
    """A page for 100, one call for each endpoint and schedule, one for each configuration that captures."""
    account = AwsSageMakerAccount(_session(server))
    calls: Counter[str] = Counter()
    account._sagemaker.meta.events.register("before-call.sagemaker.*", lambda model, **_: calls.update([model.name]))
    found = find_coverage(InMemoryStore(), account, kinds=KINDS)
    assert len(found.endpoints) == 101
    assert calls == {
        "ListEndpoints": 2,
        "ListMonitoringSchedules": 1,
        "DescribeEndpoint": 101,
        "DescribeEndpointConfig": 1,
        "ListMonitoringExecutions": 7,
    }


def test_an_endpoint_that_is_gone_is_no_error(server: SageMakerServer) -> None:
    account = AwsSageMakerAccount(_session(server))
    assert account.captured("was-here") is None
    assert account.captured("risk") == Captured(CaptureState.OFF)


def documented_policy() -> dict[str, Any]:
    """The policy in docs/reference/permissions.md."""
    section = (REPOSITORY / "docs/reference/permissions.md").read_text().split("## List what is watched", 1)[1]
    block = re.search(r"```json\n(.+?)```", section, re.DOTALL)
    assert block is not None
    policy: dict[str, Any] = json.loads(block[1])
    return policy


@contextmanager
def enforced(server: SageMakerServer) -> Iterator[None]:
    """The server checks permissions."""

    def calls_without_checks(number: str) -> None:
        found = urllib3.request("POST", f"{server.endpoint}/moto-api/reset-auth", body=number)
        assert found.status == HTTPStatus.OK

    calls_without_checks("0")
    try:
        yield
    finally:
        calls_without_checks("inf")


def test_the_documented_policy_is_enough_and_no_more(
    server: SageMakerServer, coverage: Coverage, monkeypatch: pytest.MonkeyPatch
) -> None:
    [actions] = [each["Action"] for each in documented_policy()["Statement"] if each["Sid"] == "ListWhatIsWatched"]
    iam = stack.client("iam", server.endpoint)
    iam.create_user(UserName="reader")
    key = iam.create_access_key(UserName="reader")["AccessKey"]
    account = AwsSageMakerAccount(_session(server, key["AccessKeyId"], key["SecretAccessKey"]))

    def grant(actions: Iterable[str]) -> None:
        # GetCallerIdentity is always allowed in AWS; moto asks for it.
        allowed = {"Effect": "Allow", "Action": [*actions, "sts:GetCallerIdentity"], "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
        iam.put_user_policy(UserName="reader", PolicyName="coverage", PolicyDocument=document)

    unseen = {}
    for without in (None, *actions):
        grant(each for each in actions if each != without)
        with enforced(server):
            unseen[without] = find_coverage(InMemoryStore(), account, kinds=KINDS).unseen
    # What was read of configurations is not read twice
    assert unseen == {None: (), **{each: (f"needs {each}",) for each in actions if each != CONFIG}, CONFIG: ()}
    # And the command says it
    grant(each for each in actions if each != CONFIG)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])
    with enforced(server):
        code, document = coverage()
    assert (code, document["unseen"]) == (1, [f"needs {CONFIG}"])
    capture = of_name(document)["shop"]["capture"]
    assert (capture["state"], capture["options"]) == ("on", [])


def _session(server: SageMakerServer, key: str = "testing", secret: str = "testing") -> boto3.Session:
    """Whose clients ask the server."""
    session = boto3.Session(key, secret, region_name=REGION)
    make: Any = session.client
    session.client = lambda *names, **more: make(*names, endpoint_url=server.endpoint, **more)  # type: ignore[method-assign]
    return session
