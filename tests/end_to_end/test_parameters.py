"""The stack with its parameters set: a bucket that was there before, a namespace, an address, no key."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from driftline.cli.exits import ExitCode
from driftline.domain.instants import format_instant
from local.cloud import EmbeddedCloud
from local.webhook import WebhookReceiver
from tests.end_to_end import past
from tests.end_to_end.endpoint import HOUR, Bucket, baseline_csv, capture_file, document, reports_folder, rows
from tests.end_to_end.test_cli_equals_cloud import below, differing, driftline

pytestmark = pytest.mark.cloud

CAPTURES = "captures-of-old"
KEY = "arn:aws:kms:us-east-1:000000000000:key/1234abcd-12ab-34cd-56ef-1234567890ab"
MORE = "captures-of-another-team"
PREFIX = "endpoints/captured data/"


STATE_MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:retrain"
FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:retrain"
SECRET = "watchers/channels"
TELEMETRY = "/driftline/watchers/telemetry"


@pytest.fixture(scope="module")
def hook() -> Iterator[WebhookReceiver]:
    with WebhookReceiver() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def collector() -> Iterator[WebhookReceiver]:
    with WebhookReceiver() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def changed(hook: WebhookReceiver, collector: WebhookReceiver) -> Iterator[EmbeddedCloud]:
    parameters = {
        "CaptureBucketName": f"{CAPTURES},{MORE}",
        "CaptureKeyArn": KEY,
        "MetricsNamespace": "Mine/Models",
        "DefaultMetrics": "top",
        "DefaultTopFeatures": "1",
        "DefaultDashboard": "true",
        "OperatorEmail": "operators@example.com",
        "EncryptOperatorTopic": "false",
        "ChannelsSecretName": SECRET,
        "RetrainingStateMachineArn": STATE_MACHINE,
        "RetrainingFunctionArn": FUNCTION,
        "ModelBucketName": CAPTURES,
        "ModelKeyArn": KEY,
        "BackfillConcurrency": "2",
        "TelemetryParameterName": TELEMETRY,
    }
    with EmbeddedCloud(stack_name="watchers", parameters=parameters, clock=HOUR) as cloud:
        channels = {"office": {"kind": "slack", "webhook_url": f"{hook.url}/slack"}}
        cloud.client("secretsmanager").create_secret(Name=SECRET, SecretString=json.dumps(channels))
        telemetry = {"endpoint": collector.url, "headers": {"Authorization": "Bearer abc"}}
        cloud.client("ssm").put_parameter(Name=TELEMETRY, Type="SecureString", Value=json.dumps(telemetry))
        s3 = cloud.client("s3")
        for bucket in (CAPTURES, MORE):
            s3.create_bucket(Bucket=bucket)
            s3.put_bucket_notification_configuration(
                Bucket=bucket, NotificationConfiguration={"EventBridgeConfiguration": {}}
            )
        yield cloud


def test_captures_are_read_from_the_bucket_that_was_there(changed: EmbeddedCloud, collector: WebhookReceiver) -> None:
    own, captures = Bucket(changed), Bucket(changed, CAPTURES)
    stated = document("old").replace("    metrics: top\n", "")
    own.put("monitors/old.yaml", stated + f'capture: {{bucket: {CAPTURES}, prefix: "{PREFIX}"}}\n')
    own.put("baselines/old/data_quality/input/people.csv", baseline_csv(rows(500, seed=1)))
    changed.drain()
    assert own.json("monitors/old.status.json")["errors"] == []
    folder = f"{PREFIX}old/AllTraffic/{HOUR:%Y/%m/%d/%H}/"
    captures.put(f"{folder}00-00-000.jsonl", capture_file(rows(50, seed=2)))
    captures.put(f"{folder}notes.txt", b"no capture file")
    changed.drain()
    changed.fire_schedule("old-data_quality", HOUR + timedelta(hours=1))
    changed.drain()
    assert own.json(reports_folder("old") + "statistics.json")["dataset"]["item_count"] == 50
    # Nothing is written where the endpoints capture.
    assert set(captures.everything("")) == {f"{folder}00-00-000.jsonl", f"{folder}notes.txt"}
    assert changed.messages("ProfileDeadLettersUrl") == 0
    metrics = changed.client("cloudwatch").list_metrics(Namespace="Mine/Models")["Metrics"]
    names = [metric["MetricName"] for metric in metrics]
    assert names.count("rows") == 1
    # The document leaves it to the stack what is published, of how many features, and whether there is a dashboard.
    assert len([name for name in names if name.startswith("feature_baseline_drift_")]) == 1
    assert own.json("monitors/old.status.json")["dashboard"] == "watchers-us-east-1_old"
    # And the collector that a parameter names has the figures, and what happened.
    assert {(each.path, each.headers["authorization"]) for each in collector.received} == {
        ("/v1/metrics", "Bearer abc"),
        ("/v1/logs", "Bearer abc"),
    }
    sent = [each.json for each in collector.received if each.path == "/v1/metrics"]
    [scope] = sent[0]["resourceMetrics"][0]["scopeMetrics"]
    figures = {metric["name"]: metric["gauge"]["dataPoints"][0]["asDouble"] for metric in scope["metrics"]}
    assert (figures["driftline.rows"], figures["driftline.failed"]) == (50, 0)
    assert changed.messages("TelemetryDeadLettersUrl") == 0


def test_the_address_is_subscribed(changed: EmbeddedCloud) -> None:
    found = changed.client("sns").list_subscriptions_by_topic(TopicArn=changed.outputs["OperatorTopicArn"])
    assert [(one["Protocol"], one["Endpoint"]) for one in found["Subscriptions"]] == [
        ("email", "operators@example.com")
    ]


def test_the_bucket_is_closed_and_keeps_versions(changed: EmbeddedCloud) -> None:
    s3, name = changed.client("s3"), changed.bucket
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
    assert all(s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"].values())
    rules = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rules[0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert "aws:SecureTransport" in s3.get_bucket_policy(Bucket=name)["Policy"]


def test_a_bucket_that_the_stack_may_not_read_is_an_error_of_the_document(changed: EmbeddedCloud) -> None:
    own = Bucket(changed)
    # Given the second of the buckets, and one that the parameter does not name
    for endpoint, bucket in (("second", MORE), ("third", "somewhere-else")):
        own.put(f"monitors/{endpoint}.yaml", document(endpoint) + f"capture: {{bucket: {bucket}, prefix: x/}}\n")
    changed.drain()
    assert own.json("monitors/second.status.json")["errors"] == []
    (error,) = own.json("monitors/third.status.json")["errors"]
    assert error["field"] == "capture.bucket"
    assert f"CaptureBucketName={CAPTURES},{MORE},somewhere-else" in error["mend"]


def test_channels_may_be_one_secret(changed: EmbeddedCloud, hook: WebhookReceiver) -> None:
    Bucket(changed).put("monitors/wrong.yaml", "endpoint: wrong\n")
    changed.drain()
    assert any("monitors/wrong.yaml" in request.json["text"] for request in hook.received)
    assert changed.messages("AlarmDeadLettersUrl") == 0


def test_routes_are_checked_when_they_arrive(changed: EmbeddedCloud, hook: WebhookReceiver) -> None:
    own = Bucket(changed)
    own.put("channels/routes.yaml", "routes:\n  - {team: risk, channels: []}\n")
    changed.drain()
    assert own.json("channels/routes.status.json")["status"] == "error"
    assert any("channels/routes.yaml" in request.json["text"] for request in hook.received)
    own.put("channels/routes.yaml", "routes:\n  - {team: risk, channels: [office]}\ndefault: [office]\n")
    changed.drain()
    assert own.json("channels/routes.status.json")["errors"] == []


@pytest.mark.parametrize(
    ("role", "action", "resource"),
    [
        ("ProfileCaptureRole", "kms:Decrypt", KEY),
        ("StartRetrainingRole", "states:StartExecution", STATE_MACHINE),
        ("StartRetrainingRole", "lambda:InvokeFunction", FUNCTION),
        ("AdoptModelRole", "kms:Decrypt", KEY),
        ("AdoptModelRole", "s3:GetObject", f"arn:aws:s3:::{CAPTURES}/model/statistics.json"),
    ],
)
def test_what_a_parameter_names_is_allowed_and_nothing_else(
    changed: EmbeddedCloud, role: str, action: str, resource: str
) -> None:
    iam = changed.client("iam")
    arn = next(found["Arn"] for found in iam.list_roles()["Roles"] if role in found["RoleName"])
    other = resource.replace("1234abcd", "another0").replace("retrain", "other").replace(CAPTURES, "other")
    for asked, decision in ((resource, "allowed"), (other, "implicitDeny")):
        answer = iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=[action], ResourceArns=[asked])
        assert answer["EvaluationResults"][0]["EvalDecision"] == decision


def test_captures_of_the_past_are_read_by_the_state_machine(
    changed: EmbeddedCloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given captures and labels that were there before anything could hear of them, one file of them damaged
    own, inputs = Bucket(changed), past.inputs("past")
    with past.nobody_listening(changed):
        for key, body in inputs.items():
            if not key.startswith(("monitors/", "baselines/")):
                own.put(key, body)
    for key in (key for key in inputs if key.startswith(("monitors/", "baselines/"))):
        own.put(key, inputs[key])
    changed.drain()
    assert not own.everything("state/profiles/past/")
    for name, value in changed.environment.items():
        monkeypatch.setenv(name, value)
    period = ("--from", format_instant(past.PAST), "--to", format_instant(past.END))
    command = ("backfill", *period, "--endpoint", "past", "--json")
    cloud = ("--store", f"s3://{changed.bucket}", "--stack-name", "watchers")
    # When somebody asks what it takes, and then for the work
    begun = own.everything("state/backfill/")
    forecast = json.loads(driftline(*command, *cloud, "--dry-run").stdout)
    assert forecast["captures"]["items"] == 5
    assert forecast["at_once"] == 2
    # (which starts nothing: the bucket may know backfills of other endpoints)
    assert own.everything("state/backfill/") == begun
    done = driftline(*command, *cloud)
    # Then the damaged file is named, and all others are read
    assert done.exit_code == ExitCode.FAILED, done.output
    result = json.loads(done.stdout)
    assert result["complete"]
    damaged = f"capture/past/AllTraffic/{past.PAST:%Y/%m/%d/%H}/damaged.jsonl"
    assert [failure["name"] for failure in result["failures"]] == [damaged]
    assert result["done"] == {
        "files": 0,
        "suggest": 0,
        "captures": 4,
        "labels": 2,
        "days": 0,
        "windows": 4,
        "pages": 4,
        "overview": 1,
    }
    # And everything is, to the byte, what the commands make of the same files, one after the other
    for key, body in inputs.items():
        path = tmp_path / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    driftline("baseline", "--store", tmp_path)
    driftline("ingest", "--store", tmp_path)
    driftline("merge", "--store", tmp_path)
    for monitor in ("data_quality", "model_quality"):
        times = (
            "--from",
            format_instant(past.PAST + timedelta(minutes=1)),
            "--to",
            format_instant(past.END + timedelta(minutes=1)),
        )
        driftline("replay", "--store", tmp_path, "--monitor", monitor, *times)
    driftline("overview", "--store", tmp_path)
    for prefix in ("reports/past/", "state/records/past/", "state/labels/past/"):
        # Commands announce nothing, so their pages know no revision.
        here, there = (
            {key: b"" if key.endswith(".html") else body for key, body in objects.items()}
            for objects in (below(tmp_path, prefix), own.everything(prefix))
        )
        assert differing(here, there) == []
        assert there
    # Profiles say where their capture files are.
    assert set(below(tmp_path, "state/profiles/past/")) == set(own.everything("state/profiles/past/"))
    # Nobody hears of the past
    changed.drain()
    signals = changed.client("cloudwatch").list_metrics(Dimensions=[{"Name": "Endpoint", "Value": "past"}])["Metrics"]
    assert signals == []
    assert changed.messages("ProfileDeadLettersUrl") == 0
    # Who looks finds the pages, the one of all endpoints included
    assert sum(key.endswith("/report.html") for key in own.everything("reports/past/")) == 4
    assert b"past" in own.everything("reports/index.html")["reports/index.html"]


def test_a_large_baseline_and_a_long_window_are_made_by_the_state_machine(
    changed: EmbeddedCloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a data set of several files, captures and labels, none of which anything has heard of
    own, inputs = Bucket(changed), past.inputs("long")
    folder = "baselines/long/data_quality/"
    [whole] = [body for key, body in inputs.items() if key.startswith(f"{folder}input/")]
    inputs = {key: body for key, body in inputs.items() if not key.startswith(folder) and "damaged" not in key}
    header, *lines = whole.splitlines(keepends=True)
    inputs |= {f"{folder}input/{part}.csv": header + b"".join(lines[part::3]) for part in range(3)}
    with past.nobody_listening(changed):
        for key, body in inputs.items():
            own.put(key, body)
    for name, value in changed.environment.items():
        monkeypatch.setenv(name, value)
    cloud = ("--store", f"s3://{changed.bucket}", "--stack-name", "watchers", "--endpoint", "long", "--json")
    # When the baseline is asked for
    suggested = driftline("backfill", "--baseline", "--monitor", "data_quality", *cloud)
    assert suggested.exit_code == ExitCode.COMPLETED, suggested.output
    assert json.loads(suggested.stdout)["done"]["files"] == 3
    # And the whole time as one window
    window = (format_instant(past.PAST), format_instant(past.END))
    told = driftline("backfill", "--one-window", "--from", window[0], "--to", window[1], *cloud)
    assert told.exit_code in {ExitCode.COMPLETED, ExitCode.NOT_EVALUATED}, told.output
    assert json.loads(told.stdout)["done"]["windows"] == 2
    # Then all files are those of the commands that do the same one after the other
    for key, body in inputs.items():
        path = tmp_path / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    for command in ("baseline", "ingest", "merge"):
        driftline(command, "--store", tmp_path)
    for monitor in ("data_quality", "model_quality"):
        driftline("run", "--store", tmp_path, "--monitor", monitor, "--start", window[0], "--end", window[1])
    for name in ("statistics.json", "constraints.json"):
        assert own.everything(folder)[folder + name] == (tmp_path / folder / name).read_bytes()
    here, there = (
        {key: body for key, body in objects.items() if not key.endswith(".html")}
        for objects in (below(tmp_path, "reports/long/"), own.everything("reports/long/"))
    )
    assert differing(here, there) == []
    assert len(there) == 8
