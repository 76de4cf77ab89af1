"""export_telemetry with its sample event: what a collector on loopback receives, read by OpenTelemetry's own protobuf."""

import copy
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import boto3
import pytest
from google.protobuf.json_format import Parse
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

from driftline.adapters.telemetry import collector as collector_module
from tests.aws import CONTEXT, fake_aws, sample
from tests.handlers import Load, cold_starts

PARAMETER = "/driftline/driftline/telemetry"
TOKEN = "Bearer s3cr3t-t0ken"


@dataclass
class FakeCollector:
    """Attributes: requests: (path, headers, body); answers: (status, body), the last of them again and again."""

    address: str = ""
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    answers: list[tuple[int, bytes]] = field(default_factory=lambda: [(200, b"{}")])

    def parsed(self) -> tuple[list[Any], list[Any]]:
        """Metrics and log records; fields that the protobuf lacks are errors."""
        metrics: list[Any] = []
        records: list[Any] = []
        for path, _, body in self.requests:
            if path.endswith("/v1/metrics"):
                for of_resource in Parse(body, ExportMetricsServiceRequest()).resource_metrics:
                    metrics += of_resource.scope_metrics[0].metrics
            else:
                for of_logs in Parse(body, ExportLogsServiceRequest()).resource_logs:
                    records += of_logs.scope_logs[0].log_records
        return metrics, records


@pytest.fixture
def collector() -> Iterator[FakeCollector]:
    found = FakeCollector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.requests.append((self.path, dict(self.headers), body))
            status, answer = found.answers[0] if len(found.answers) == 1 else found.answers.pop(0)
            self.send_response(status)
            self.send_header("Retry-After", "120")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found.address = f"http://127.0.0.1:{server.server_address[1]}"
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield found
        server.shutdown()
        thread.join()


@pytest.fixture
def load(collector: FakeCollector, monkeypatch: pytest.MonkeyPatch) -> Iterator[Load]:
    with fake_aws(monkeypatch):
        queue = boto3.client("sqs").create_queue(QueueName="driftline-TelemetryQueue-1A2B3C4D5E6F")["QueueUrl"]
        for name, value in {
            "BUCKET": "b",
            "STACK_NAME": "driftline",
            "TELEMETRY_QUEUE_URL": queue,
            "TELEMETRY_PARAMETER": PARAMETER,
        }.items():
            monkeypatch.setenv(name, value)
        # Powertools keeps values for some minutes, in a process that tests share.
        collector_module._parameters.cache_clear()
        configure({"endpoint": collector.address, "headers": {"Authorization": TOKEN}})
        with cold_starts() as load:
            yield load


def configure(settings: object) -> None:
    text = settings if isinstance(settings, str) else json.dumps(settings)
    boto3.client("ssm").put_parameter(Name=PARAMETER, Type="SecureString", Value=text, Overwrite=True)


def received(**changes: Any) -> dict[str, Any]:
    """The sample event with another body."""
    event = copy.deepcopy(sample("export_telemetry"))
    body = json.loads(event["Records"][0]["body"])
    detail = changes.pop("detail", {})
    body |= {name.replace("_", "-"): value for name, value in changes.items()}
    event["Records"][0]["body"] = json.dumps(body | {"detail": body["detail"] | detail})
    return event


def attributes(of: Any) -> dict[str, object]:
    return {each.key: getattr(each.value, str(each.value.WhichOneof("value"))) for each in of.attributes}


def test_an_execution_becomes_gauges_and_a_log_record(load: Load, collector: FakeCollector) -> None:
    event = sample("export_telemetry")
    assert load("export_telemetry").handler(event, CONTEXT) == {"batchItemFailures": []}

    assert [path for path, _, _ in collector.requests] == ["/v1/metrics", "/v1/logs"]
    for _, headers, _ in collector.requests:
        assert (headers["Authorization"], headers["Content-Type"]) == (TOKEN, "application/json")
    metrics, [record] = collector.parsed()
    points = {metric.name: metric.gauge.data_points[0] for metric in metrics}
    assert {name: point.as_double for name, point in points.items()} == {
        "driftline.failed": 0.0,
        "driftline.rows": 979.0,
        "driftline.evaluated_rows": 979.0,
        "driftline.violations": 4.0,
        "driftline.headline": 0.43,
        "driftline.headline.limit": 0.1,
    }
    whose = {"driftline.endpoint": "flight-delay", "driftline.monitor": "data_quality", "driftline.team": "risk"}
    assert attributes(points["driftline.violations"]) == whose
    figure = {"driftline.figure": "worst_drift", "driftline.subject": "dep_delay"}
    assert attributes(points["driftline.headline"]) == {**whose, **figure}
    happened = 1_772_377_209 * 10**9  # 2026-03-01T15:00:09Z
    assert {point.time_unix_nano for point in points.values()} == {happened}
    assert (record.time_unix_nano, record.severity_number, record.severity_text) == (happened, 13, "WARN")
    assert record.body.string_value.startswith("dep_delay drifted most")
    assert record.event_name == "driftline.monitoring_execution_completed"
    assert attributes(record)["driftline.window.start"] == "2026-03-01T14:00:00Z"
    assert attributes(record)["driftline.revision"] == 1
    resource = attributes(Parse(collector.requests[0][2], ExportMetricsServiceRequest()).resource_metrics[0].resource)
    assert (resource["service.name"], resource["service.namespace"]) == ("driftline", "driftline")


def test_a_window_that_was_not_evaluated_has_no_number_of_violations(load: Load, collector: FakeCollector) -> None:
    load("export_telemetry").handler(received(detail={"Verdict": "not_evaluated", "Violations": 0}), CONTEXT)
    metrics, _ = collector.parsed()
    assert "driftline.violations" not in {metric.name for metric in metrics}


def test_a_failed_execution_and_an_alarm_are_log_records(load: Load, collector: FakeCollector) -> None:
    app = load("export_telemetry")
    app.handler(
        received(detail_type="Monitoring Execution Failed", detail={"FailureReason": "there is no baseline"}), CONTEXT
    )
    alarm = {
        "alarmName": "driftline/flight-delay/data_quality/violations",
        "state": {"value": "ALARM", "reason": "1 > 0"},
    }
    app.handler(received(detail_type="CloudWatch Alarm State Change", detail=alarm), CONTEXT)

    metrics, [failed, rang] = collector.parsed()
    assert [(metric.name, metric.gauge.data_points[0].as_double) for metric in metrics] == [("driftline.failed", 1.0)]
    assert (failed.severity_text, failed.body.string_value) == ("ERROR", "there is no baseline")
    assert (rang.severity_text, rang.body.string_value) == ("WARN", f"{alarm['alarmName']}: ALARM. 1 > 0")


def test_a_decision_on_a_retraining_names_its_alarm(load: Load, collector: FakeCollector) -> None:
    event = sample("export_telemetry")
    event["Records"][0]["body"] = sample("notify_operator.decision")["Records"][0]["body"]
    assert load("export_telemetry").handler(event, CONTEXT) == {"batchItemFailures": []}
    metrics, [record] = collector.parsed()
    assert not metrics
    assert record.event_name == "driftline.retraining_decision"
    decided = json.loads(event["Records"][0]["body"])["detail"]
    found = attributes(record)
    assert (found["driftline.alarm"], found["driftline.decision"]) == (decided["AlarmLabel"], decided["Decision"])


def test_what_is_switched_off_is_not_sent(load: Load, collector: FakeCollector) -> None:
    configure({"endpoint": f"{collector.address}/otlp/", "logs": False})
    load("export_telemetry").handler(sample("export_telemetry"), CONTEXT)
    assert [path for path, _, _ in collector.requests] == ["/otlp/v1/metrics"]


@pytest.mark.parametrize("status", [429, 503])
def test_a_collector_that_is_down_gets_the_event_again(load: Load, collector: FakeCollector, status: int) -> None:
    app = load("export_telemetry")
    collector.answers = [(status, b""), (200, b"")]
    event = sample("export_telemetry")
    url = boto3.client("sqs").get_queue_url(QueueName="driftline-TelemetryQueue-1A2B3C4D5E6F")["QueueUrl"]
    boto3.client("sqs").send_message(QueueUrl=url, MessageBody=event["Records"][0]["body"])
    [message] = boto3.client("sqs").receive_message(QueueUrl=url)["Messages"]
    event["Records"][0]["receiptHandle"] = message["ReceiptHandle"]
    failed = {"batchItemFailures": [{"itemIdentifier": event["Records"][0]["messageId"]}]}
    assert app.handler(event, CONTEXT) == failed
    assert app.handler(event, CONTEXT) == {"batchItemFailures": []}
    assert len(collector.parsed()[1]) == 1


def test_a_refusal_is_an_error_without_the_secret(
    load: Load, collector: FakeCollector, caplog: pytest.LogCaptureFixture
) -> None:
    app = load("export_telemetry")
    collector.answers = [(401, f"no such token: {TOKEN}".encode())]
    event = sample("export_telemetry")
    url = boto3.client("sqs").get_queue_url(QueueName="driftline-TelemetryQueue-1A2B3C4D5E6F")["QueueUrl"]
    boto3.client("sqs").send_message(QueueUrl=url, MessageBody="x")
    event["Records"][0]["receiptHandle"] = boto3.client("sqs").receive_message(QueueUrl=url)["Messages"][0][
        "ReceiptHandle"
    ]
    assert app.handler(event, CONTEXT)["batchItemFailures"]
    logged = caplog.text
    assert "answers 401: no such token: ***" in logged
    assert "s3cr3t" not in logged


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ("{s3cr3t", "it is not JSON"),
        ({"endpoint": "http://collector.example:4318/s3cr3t"}, "endpoint: it does not begin with https://"),
        ({"endpoint": "https://c.example/?key=s3cr3t"}, "endpoint: it ends in a query or a fragment; put keys into"),
        ({"endpoint": "https://c.example/s3cr3t/v1/metrics/"}, "endpoint: it ends in /v1/metrics, which is appended"),
        ({"endpoint": "https://169.254.169.254/s3cr3t"}, "endpoint: "),
        ({"endpoint": "https://c.example", "headers": {"a": "s3cr3t\r\nb: c"}}, "headers.a: it is empty, or contains"),
        ({"endpoint": "https://c.example", "header": {}}, "header: "),
    ],
)
def test_settings_that_are_wrong_are_named_and_not_repeated(
    load: Load, settings: object, error: str, caplog: pytest.LogCaptureFixture
) -> None:
    configure(settings)
    with caplog.at_level(logging.DEBUG, logger="driftline"):
        assert load("export_telemetry").handler(sample("export_telemetry"), CONTEXT)["batchItemFailures"]
    logged = caplog.text
    assert error in logged
    assert PARAMETER in logged
    assert "s3cr3t" not in logged


def test_a_partial_success_is_logged_and_not_repeated(
    load: Load, collector: FakeCollector, caplog: pytest.LogCaptureFixture
) -> None:
    refused = {"partialSuccess": {"rejectedDataPoints": "2", "errorMessage": f"too old, for {TOKEN.split()[1]}"}}
    collector.answers = [(200, json.dumps(refused).encode()), (200, b"\x00protobuf")]
    assert load("export_telemetry").handler(sample("export_telemetry"), CONTEXT) == {"batchItemFailures": []}
    assert [vars(each)["reason"] for each in caplog.records if each.msg == "partly refused"] == ["too old, for ***"]


def test_texts_of_data_cannot_break_a_request(load: Load, collector: FakeCollector) -> None:
    detail: dict[str, Any] = {"Summary": 'é "quoted" \x00', "Headline": [1], "Violations": None, "Team": {"a": []}}
    assert load("export_telemetry").handler(received(detail=detail), CONTEXT) == {"batchItemFailures": []}
    _, [record] = collector.parsed()
    assert record.body.string_value == 'é "quoted" \x00'
