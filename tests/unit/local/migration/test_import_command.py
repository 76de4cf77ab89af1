"""`driftline import` over an emulated account with schedules of all four types."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from driftline.adapters.aws import sagemaker_lists, sagemaker_monitoring
from driftline.cli import app
from driftline.domain.documents.parse import parse_document
from driftline.kinds.registry import KINDS
from local.sagemaker import SageMakerServer
from tests.model_monitor import batch_input, deploy, endpoint_input, inline_definition, monitored
from tests.places import REPOSITORY

type Clients = Callable[[str], Any]

FILES = {
    "dq/constraints.json": b'{"features": []}',
    "dq/statistics.json": b'{"features": []}',
    "mq/constraints.json": b'{"regression_constraints": {}}',
    "bias/analysis.json": b'{"version": "1.0"}',
    "shap/analysis.json": b'{"version": "1.0", "explanations": {}}',
    "bias/analysis_config.json": b'{"facet": []}',
    "shap/analysis_config.json": b'{"predictor": {"endpoint_name": "shadow"}}',
    "before.py": b"def preprocess_handler(inference_record): return {}",
}
BUCKET = "account-of-import"


def uri(key: str) -> str:
    return f"s3://{BUCKET}/{key}"


@pytest.fixture
def account(client: Clients, server: SageMakerServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Six schedules: of all types for `shop`, of batches, and one with its definition inside."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.endpoint)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    s3, sagemaker = client("s3"), client("sagemaker")
    s3.create_bucket(Bucket=BUCKET)
    for key, body in FILES.items():
        s3.put_object(Bucket=BUCKET, Key=key, Body=body)
    deploy(sagemaker, "shop", uri("captures"))
    inputs = endpoint_input("shop", InferenceAttribute="0", StartTimeOffset="-P1D", EndTimeOffset="-PT1H")

    def baseline(key: str) -> dict[str, Any]:
        return {"ConstraintsResource": {"S3Uri": uri(key)}}

    statistics = {"StatisticsResource": {"S3Uri": uri("dq/statistics.json")}}
    before = {"RecordPreprocessorSourceUri": uri("before.py")}
    quality = baseline("dq/constraints.json") | statistics
    monitored(sagemaker, "DataQuality", "shop-dq", endpoint_input("shop"), app=before, baseline=quality)
    regression, constraints = {"ProblemType": "Regression"}, baseline("mq/constraints.json")
    monitored(sagemaker, "ModelQuality", "shop-mq", inputs, app=regression, baseline=constraints)
    for kind, short in (("ModelBias", "bias"), ("ModelExplainability", "shap")):
        config = {"ConfigUri": uri(f"{short}/analysis_config.json")}
        monitored(sagemaker, kind, f"shop-{short}", inputs, app=config, baseline=baseline(f"{short}/analysis.json"))
    monitored(sagemaker, "DataQuality", "churn-dq", batch_input(uri("batches/churn")), baseline=quality)
    sagemaker.create_monitoring_schedule(
        MonitoringScheduleName="old-dq",
        MonitoringScheduleConfig={"MonitoringJobDefinition": inline_definition(endpoint_input("gone"))},
    )
    yield sagemaker
    for name in ("shop-dq", "shop-mq", "shop-bias", "shop-shap", "churn-dq", "old-dq"):
        sagemaker.delete_monitoring_schedule(MonitoringScheduleName=name)
    for kind in KINDS.names:
        for each in getattr(sagemaker, f"list_{kind}_job_definitions")()["JobDefinitionSummaries"]:
            name = each["MonitoringJobDefinitionName"]
            getattr(sagemaker, f"delete_{kind}_job_definition")(JobDefinitionName=name)
    sagemaker.delete_endpoint(EndpointName="shop")
    sagemaker.delete_endpoint_config(EndpointConfigName="shop")
    sagemaker.delete_model(ModelName="shop")
    for key in FILES:
        s3.delete_object(Bucket=BUCKET, Key=key)
    s3.delete_bucket(Bucket=BUCKET)


def driftline(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_an_account_moves_over_in_one_command(account: Any, tmp_path: Path) -> None:
    folder, report = tmp_path / "store", tmp_path / "report.md"
    folder.mkdir()
    schedules = account.list_monitoring_schedules()["MonitoringScheduleSummaries"]
    arguments = ("import", "--to", str(folder), "--report", str(report))
    # A dry run says what would be, and writes nothing
    tried = driftline(*arguments, "--dry-run", "--json")
    assert tried.exit_code == 0, tried.output
    assert files_of(folder) == {}
    would = json.loads(tried.stdout)
    assert would["dry_run"]
    assert "would be added" in report.read_text()
    assert "stop-monitoring-schedule" not in report.read_text()
    # The same happens without it
    done = driftline(*arguments, "--json")
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert document["endpoints"] == would["endpoints"]
    states = {each["schedule"]: each["state"] for it in document["endpoints"] for each in it["schedules"]}
    assert states == dict.fromkeys(("shop-dq", "shop-mq", "shop-bias", "shop-shap", "churn-dq", "old-dq"), "added")
    written = files_of(folder)
    found = {
        name: parse_document(written[f"monitors/{name}.yaml"].decode(), where=name, model=KINDS.document)
        for name in ("shop", "churn", "gone")
    }
    assert set(found["shop"].monitors.by_name()) == set(KINDS.names)
    assert (found["shop"].capture.bucket, found["shop"].capture.prefix) == (BUCKET, "captures/")
    assert (found["churn"].capture.bucket, found["churn"].capture.prefix) == (BUCKET, "batches/")
    assert found["shop"].capture_script == "before.py"
    assert {each.schedule_name for each in found["shop"].monitors.by_name().values()} == {
        *("shop-dq", "shop-mq", "shop-bias", "shop-shap")
    }
    copied = {
        "baselines/shop/data_quality/constraints.json": "dq/constraints.json",
        "baselines/shop/data_quality/statistics.json": "dq/statistics.json",
        "baselines/shop/model_quality/constraints.json": "mq/constraints.json",
        "baselines/shop/model_bias/analysis.json": "bias/analysis.json",
        "baselines/shop/model_bias/analysis_config.json": "bias/analysis_config.json",
        "baselines/shop/model_explainability/analysis.json": "shap/analysis.json",
        "baselines/shop/model_explainability/analysis_config.json": "shap/analysis_config.json",
        "baselines/churn/data_quality/constraints.json": "dq/constraints.json",
        "baselines/churn/data_quality/statistics.json": "dq/statistics.json",
        "scripts/before.py": "before.py",
    }
    assert {key: written[key] for key in copied} == {key: FILES[source] for key, source in copied.items()}
    assert set(written) == {*copied, *(f"monitors/{name}.yaml" for name in found)}
    # The report has the documents, to copy, what is left to do, and how to stop what runs on
    text = report.read_text()
    blocks = re.findall(r"```yaml\n(.+?)```", text, re.DOTALL)
    assert sorted(blocks) == sorted(written[f"monitors/{name}.yaml"].decode() for name in found)
    assert "aws sagemaker stop-monitoring-schedule --monitoring-schedule-name shop-dq" in text
    assert json.loads(report.with_suffix(".json").read_text())["endpoints"] == document["endpoints"]
    # Nothing changed in the account, and a second import changes nothing in the store
    assert account.list_monitoring_schedules()["MonitoringScheduleSummaries"] == schedules
    again = driftline(*arguments)
    assert again.exit_code == 0
    assert "left as it is" in again.stdout
    assert files_of(folder) == written


def test_a_definition_that_is_gone_costs_its_schedule_alone(account: Any, tmp_path: Path) -> None:
    account.delete_model_quality_job_definition(JobDefinitionName="shop-mq")
    arguments = ("import", "--to", str(tmp_path), "--report", str(tmp_path / "report.md"), "--endpoint", "shop")
    done = driftline(*arguments, "--json")
    assert done.exit_code == 1
    [shop] = json.loads(done.stdout)["endpoints"]
    states = {each["schedule"]: each["state"] for each in shop["schedules"]}
    assert states == {"shop-dq": "added", "shop-bias": "added", "shop-shap": "added", "shop-mq": "failed"}
    assert "DescribeModelQualityJobDefinition found nothing" in done.stderr


def test_an_endpoint_without_schedules_is_named(account: Any, tmp_path: Path) -> None:
    arguments = ("import", "--to", str(tmp_path), "--report", str(tmp_path / "report.md"))
    done = driftline(*arguments, "--endpoint", "shop", "--endpoint", "shpo")
    assert done.exit_code == 0
    assert "no monitoring schedule of shpo" in done.stderr
    assert "schedule of shop " not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--comparison", "point"], "sagemaker or driftline"),
        (["--to", "nowhere"], "no such folder"),
        (["--to", ".", "--report", "report.json"], "a name that ends in .md"),
        (["--to", ".", "--report", "absent/report.md"], "no such folder"),
    ],
)
def test_what_cannot_be_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = driftline("import", *arguments)
    assert done.exit_code in (1, 64)
    assert said in done.stderr


def test_parity_compares_the_newest_verdicts_that_are_still_there(
    account: Any, client: Clients, shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = shared_data / "nyc_taxi_15min_sagemaker" / "sagemaker_reports" / "model_quality"
    s3 = client("s3")
    s3.create_bucket(Bucket="reports")
    s3.put_object(Bucket=BUCKET, Key="mq/constraints.json", Body=(real / "baseline" / "constraints.json").read_bytes())
    keys = [f"monitoring/shop/shop-mq/2020/{day}/15/" for day in ("01/06", "01/13", "01/20")]
    for key, day in zip(keys, ("2020-01-06", "2020-01-13", "2020-01-20"), strict=True):
        for file in (real / day).iterdir():
            s3.put_object(Bucket="reports", Key=key + file.name, Body=file.read_bytes())
    s3.put_object(Bucket="reports", Key=f"{keys[1]}statistics.json", Body=b"damaged")
    try:
        arguments = ("import", "--to", str(tmp_path), "--endpoint", "shop", "--json")
        newest = driftline(*arguments, "--parity", "1")
        assert newest.exit_code == 0, newest.output
        [window] = json.loads(newest.stdout)["windows"]
        assert (window["scheduled_time"], window["sagemaker"], window["driftline"]) == ("2020-01-20T15:00:00Z", 4, 4)
        # One that cannot be read costs itself alone, and is no agreement
        all_of_them = driftline(*arguments, "--parity", "5")
        assert all_of_them.exit_code == 1
        found = json.loads(all_of_them.stdout)
        assert [each["same"] for each in found["windows"]] == [True, False, True]
        assert "statistics.json" in found["windows"][1]["error"]["where"]
        shown = driftline(*arguments[:-1], "--parity", "5")
        assert "3 windows: 2 the same, 1 different" in shown.stdout
        monkeypatch.setattr("driftline.cli.output._WIDTH_OF_PIPES", 80)
        narrow = driftline(*arguments[:-1], "--parity", "1").stdout
        heading = "shop, model_quality, 20 Jan 2020, 15:00 UTC: SageMaker 4, Driftline 4, from statistics, same yes"
        assert heading in narrow.splitlines()
        # A verdict that does not follow from its statistics is said
        s3.put_object(Bucket="reports", Key=f"{keys[2]}constraint_violations.json", Body=b'{"violations": []}')
        other = driftline(*arguments, "--parity", "1")
        assert other.exit_code == 1
        [window] = json.loads(other.stdout)["windows"]
        assert {(each["only"], each["why"]) for each in window["differences"]} == {("driftline", None)}
        assert sorted(each["subject"] for each in window["differences"]) == ["mae", "mse", "r2", "rmse"]
        assert files_of(tmp_path) == {}
    finally:
        for each in s3.list_objects_v2(Bucket="reports")["Contents"]:
            s3.delete_object(Bucket="reports", Key=each["Key"])
        s3.delete_bucket(Bucket="reports")


def test_the_documented_policy_has_the_calls_that_are_made() -> None:
    text = (REPOSITORY / "docs" / "reference" / "permissions.md").read_text()
    section = text[text.index("\n## Move over from Model Monitor\n") :].partition("```json\n")[2].partition("```")[0]
    [allowed] = [each["Action"] for each in json.loads(section)["Statement"] if each["Sid"] == "SeeWhatIsMonitored"]
    source = "".join(Path(str(each.__file__)).read_text() for each in (sagemaker_lists, sagemaker_monitoring))
    called = set(re.findall(r"\b((?:describe|list)_[a-z_]+)\b", source))
    actions = {f"sagemaker:{''.join(word.capitalize() for word in name.split('_'))}" for name in called}
    assert set(allowed) == actions
