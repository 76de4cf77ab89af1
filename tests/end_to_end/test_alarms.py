"""From a violation to a person and a pipeline, on the embedded cloud, with roles enforced.

At most four endpoints of a cloud are in alarm for data quality: five at the same time are a digest, whose message waits
for a tick, in whichever order the tests run.
"""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from tests.end_to_end.alarmed import START, Place, Watched, inbox, open_place, started
from tests.waiting import wait_until

pytestmark = pytest.mark.cloud

RETRAINING = "retraining: {target: {pipeline: retrain}, minimum_labelled_rows: 0}\n"
ASKS = "[{metric: violations, threshold: 1, actions: [notify, retrain]}]"


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with open_place() as opened:
        yield opened


def test_a_violation_reaches_people_and_starts_a_pipeline(place: Place) -> None:
    endpoint = place.watch("loans", RETRAINING, ASKS)
    place.mail.take()
    before = len(started(place.cloud))
    # When an hour of people comes who are twenty years older, and its schedule fires
    endpoint.capture(0, older=True)
    place.cloud.drain()
    endpoint.judge(0)
    place.cloud.drain()
    # Then Slack hears of it; bench/message_latency.py has the seconds that it takes
    wait_until(
        lambda: len(endpoint.slack()) == 2,
        "Slack hears of the alarm, and of the decision on a retraining",
        lambda: (endpoint.slack(), endpoint.audit(), endpoint.alarms(), place.cloud.logs("notify_operator")[-20:]),
    )
    text, decision = endpoint.slack()
    assert "loans: age: 0 % → " in text
    assert "at most 0.1, 200 rows" in text
    assert "95 %" in text
    assert f"reports/loans/data_quality/{START + timedelta(hours=1):%Y/%m/%d/%H}/" in text
    assert "driftline silence loans data_quality" in text
    # and email, in plain text
    mail, _ = [one for one in place.mail.take() if "loans" in one["Subject"]]
    assert "loans: age: 0 % → " in mail["Message"]
    # the link in it is signed, and opens the page of the report and nothing beside it
    link = re.search(r"http://127\.0\.0\.1:\d+/\S+/report\.html\?X-Amz-\S+", mail["Message"])
    assert link is not None
    with urlopen(link[0]) as answer:
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert b"loans" in answer.read()
    with pytest.raises(HTTPError, match="403"):
        urlopen(link[0].replace("report.html", "summary.json"))
    # and one pipeline runs, which the audit and a second message say
    executions = [each["PipelineExecutionArn"] for each in started(place.cloud)]
    assert len(executions) == before + 1
    (record,) = endpoint.audit()
    assert record["id"] in decision
    assert record["decision"] == "started"
    assert record["run_arn"] in executions
    assert endpoint.alarms()["data_quality/violations"] == "ALARM"


def test_a_recovery_is_told_once_when_it_lasted(place: Place) -> None:
    endpoint = place.watch("recovering")
    endpoint.live([(0, True), (1, True)])
    assert len(endpoint.slack()) == 1
    # When the next hour is as it should be, people hear nothing yet
    endpoint.live([(2, False)])
    assert endpoint.alarms()["data_quality/violations"] == "OK"
    assert len(endpoint.slack()) == 1
    # And once it has been for one and a half hours, they do, once
    endpoint.live([(3, False), (4, False), (5, False)])
    _, recovered = endpoint.slack()
    assert "recovered" in recovered.lower()


def test_a_flapping_metric_is_one_incident(place: Place) -> None:
    endpoint = place.watch("flapping", "settle: PT2H30M\n")
    endpoint.live([(hour, hour % 2 == 0) for hour in range(6)])
    assert len(endpoint.slack()) == 1
    endpoint.live([(6, False), (7, False), (8, False)])
    opened, recovered = endpoint.slack()
    assert "flapping: age: 0 % → " in opened
    assert "recovered" in recovered.lower()


def test_ten_deliveries_of_one_alarm_are_one_message_and_one_pipeline(place: Place) -> None:
    # Given an alarm that both topics told once
    received = {
        "Alarm": inbox(place.cloud, "hears-alarms", "AlarmTopicArn"),
        "Retraining": inbox(place.cloud, "hears-retraining", "RetrainingTopicArn"),
    }
    before = len(started(place.cloud))
    endpoint = place.watch("repeated", RETRAINING, ASKS)
    endpoint.capture(0, older=True)
    place.cloud.drain()
    endpoint.judge(0)
    place.cloud.drain()
    # When each delivery comes again, nine times
    for queue, ears in received.items():
        (body,) = [one for one in ears.take() if "repeated/data_quality/violations" in one["Message"]]
        for _ in range(9):
            place.cloud.client("sqs").send_message(
                QueueUrl=place.cloud.outputs[f"{queue}QueueUrl"], MessageBody=json.dumps(body)
            )
    place.cloud.drain()
    # Then nobody notices
    assert len([text for text in endpoint.slack() if "more violation" in text]) == 1
    assert len(started(place.cloud)) == before + 1
    assert [record["decision"] for record in endpoint.audit()] == ["started"]


def test_what_stops_is_told_and_what_comes_back_too(place: Place) -> None:
    # Given an endpoint that is watched, and that lives for an hour
    endpoint = place.watch("stopping", "watch: {captures_age: PT3H, schedule_delay: PT2H}\n")
    endpoint.live([(0, False)])
    assert endpoint.slack() == []
    # When nothing happens any more, and nobody fires its schedule
    for hour in range(2, 6):
        place.cloud.tick(START + timedelta(hours=hour))
        place.cloud.drain()
    # Then people hear of both, once each, and the endpoint's page says so without any execution
    assert len(endpoint.slack()) == 2
    assert "Captures have stopped arriving. A scheduled execution is missing." in page_of(place, "stopping")
    # And when it lives again, of both again
    endpoint.live([(hour, False) for hour in range(5, 10)])
    recovered = endpoint.slack()[2:]
    assert len(recovered) == 2
    assert all("recovered" in text.lower() for text in recovered)
    assert "In alarm" not in page_of(place, "stopping")


def page_of(place: Place, endpoint: str) -> str:
    found = place.cloud.client("s3").get_object(Bucket=place.cloud.bucket, Key=f"reports/{endpoint}/index.html")
    return str(found["Body"].read(), "utf-8")


def test_an_execution_that_fails_is_told(place: Place) -> None:
    # Given a monitor without a baseline
    endpoint = Watched(place.cloud, place.hook, "baseless")
    endpoint.configure()
    endpoint.live([(0, False)])
    (text,) = endpoint.slack()
    assert "statistics.json" in text
    assert endpoint.alarms()["watch/data_quality executions failed"] == "ALARM"


def test_alarms_and_dashboard_follow_the_document_and_leave_nothing(place: Place) -> None:
    def dashboards() -> list[str]:
        entries = place.cloud.client("cloudwatch").list_dashboards()["DashboardEntries"]
        return [entry["DashboardName"] for entry in entries if "changing" in entry["DashboardName"]]

    watch = {"watch/data_quality executions failed"}
    endpoint = place.watch("changing", "dashboard: true\n")
    assert set(endpoint.alarms()) == {"data_quality/violations", *watch}
    assert len(dashboards()) == 1
    # When an alarm is added and another one changes
    drift = "{metric: feature_baseline_drift_age, threshold: 0.3, for: {datapoints: 2, of: 3}, severity: critical}"
    endpoint.configure("dashboard: true\n", alarms="[{metric: violations, threshold: 4}, " + drift + "]")
    assert set(endpoint.alarms()) == {"data_quality/violations", "data_quality/feature_baseline_drift_age", *watch}
    names = [f"driftline/changing/data_quality/{label}" for label in ("violations", "feature_baseline_drift_age")]
    answer = place.cloud.client("cloudwatch").describe_alarms(AlarmNames=names)["MetricAlarms"]
    found = {alarm["MetricName"]: alarm for alarm in answer}
    assert found["violations"]["Threshold"] == 4
    assert (
        found["feature_baseline_drift_age"]["DatapointsToAlarm"],
        found["feature_baseline_drift_age"]["EvaluationPeriods"],
    ) == (2, 3)
    # or all of them go but the watch, with the dashboard, which nobody asks for any more
    endpoint.configure(alarms="[]")
    assert set(endpoint.alarms()) == watch
    assert dashboards() == []
    # or the document itself
    place.cloud.client("s3").delete_object(Bucket=place.cloud.bucket, Key="monitors/changing.yaml")
    place.cloud.drain()
    assert endpoint.alarms() == {}
