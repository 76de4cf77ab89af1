"""CloudWatchAlarms against moto."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from driftline.adapters.aws.alarms import CloudWatchAlarms
from driftline.adapters.aws.settings import ConfigureSettings
from driftline.domain.alarms.severity import Severity
from driftline.domain.alarms.wanted import AlarmSpec
from driftline.domain.monitors.ownership import Ownership
from driftline.usecases.ports import AlarmsRefusedError

ALARM_TOPIC = "arn:aws:sns:eu-west-1:123456789012:alarms"
RETRAINING_TOPIC = "arn:aws:sns:eu-west-1:123456789012:retraining"
QUEUE = "arn:aws:sqs:eu-west-1:123456789012:runs"
SETTINGS = ConfigureSettings.from_environment(
    {
        "BUCKET": "b",
        "ALARM_TOPIC_ARN": ALARM_TOPIC,
        "RETRAINING_TOPIC_ARN": RETRAINING_TOPIC,
        "STACK_NAME": "prod",
        "SIGNALS_NAMESPACE": "Driftline/prod",
        "SCHEDULE_GROUP": "g",
        "SCHEDULE_TARGET_ARN": QUEUE,
        "SCHEDULE_ROLE_ARN": "arn:aws:iam::123456789012:role/scheduler",
        "SCHEDULE_DEAD_LETTER_ARN": QUEUE,
    }
)
VIOLATIONS = AlarmSpec(
    subject="data_quality",
    label="violations",
    metric="violations",
    dimensions={"Monitor": "data_quality", "Endpoint": "flights"},
    period=3600,
    datapoints=2,
    of=3,
    comparison=">=",
    threshold=1.0,
    anomaly_band=None,
    missing="ignore",
    statistic="Maximum",
    severity=Severity.WARNING,
    actions=("notify",),
    description="Violations. Severity: warning.",
)
BAND = replace(VIOLATIONS, label="usual rows", metric="rows", threshold=None, anomaly_band=2.5, comparison="outside")
NAME = "prod/flights/data_quality/violations"

type Calls = list[tuple[str, dict[str, Any]]]


@pytest.fixture
def client(aws: None) -> Any:
    return boto3.client("cloudwatch")


@pytest.fixture
def alarms(client: Any) -> CloudWatchAlarms:
    return CloudWatchAlarms(SETTINGS, client)


@pytest.fixture
def changes(client: Any) -> Iterator[Calls]:
    """Every call that changes something."""
    calls: Calls = []

    def note(model: Any, params: Any, **_: object) -> None:
        if not model.name.startswith(("Describe", "List")):
            calls.append((model.name, params))

    client.meta.events.register("provide-client-params.cloudwatch", note)
    yield calls
    client.meta.events.unregister("provide-client-params.cloudwatch", note)


def names(client: Any) -> list[str]:
    return sorted(alarm["AlarmName"] for alarm in client.describe_alarms()["MetricAlarms"])


def tags(client: Any, name: str = NAME) -> dict[str, str]:
    (alarm,) = client.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return {tag["Key"]: tag["Value"] for tag in client.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"]}


class TestANewAlarm:
    def test_looks_at_the_signal_as_the_document_says(self, client: Any, alarms: CloudWatchAlarms) -> None:
        assert alarms.keep("flights", [VIOLATIONS]) == [NAME]
        (alarm,) = client.describe_alarms(AlarmNames=[NAME])["MetricAlarms"]
        assert (alarm["Namespace"], alarm["MetricName"]) == ("Driftline/prod", "violations")
        assert {each["Name"]: each["Value"] for each in alarm["Dimensions"]} == VIOLATIONS.dimensions
        assert (alarm["Period"], alarm["DatapointsToAlarm"], alarm["EvaluationPeriods"]) == (3600, 2, 3)
        assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (1.0, "GreaterThanOrEqualToThreshold")
        assert (alarm["Statistic"], alarm["TreatMissingData"]) == ("Maximum", "ignore")
        assert alarm["AlarmDescription"] == "Violations. Severity: warning."
        assert alarm["ActionsEnabled"] is True

    @pytest.mark.parametrize(
        ("actions", "on_alarm", "on_ok"),
        [
            (("notify",), [ALARM_TOPIC], [ALARM_TOPIC]),
            (("retrain", "notify"), [ALARM_TOPIC, RETRAINING_TOPIC], [ALARM_TOPIC]),
            (("retrain",), [RETRAINING_TOPIC], []),
        ],
    )
    def test_reaches_people_and_retraining_as_it_is_asked(
        self, client: Any, alarms: CloudWatchAlarms, actions: Any, on_alarm: list[str], on_ok: list[str]
    ) -> None:
        alarms.keep("flights", [replace(VIOLATIONS, actions=actions)])
        (alarm,) = client.describe_alarms()["MetricAlarms"]
        assert (alarm["AlarmActions"], alarm["OKActions"]) == (on_alarm, on_ok)

    @pytest.mark.parametrize(
        ("comparison", "operator"),
        [
            (">", "GreaterThanUpperThreshold"),
            (">=", "GreaterThanUpperThreshold"),
            ("<=", "LessThanLowerThreshold"),
            ("outside", "LessThanLowerOrGreaterThanUpperThreshold"),
        ],
    )
    def test_with_a_band_compares_with_what_is_usual(
        self, client: Any, alarms: CloudWatchAlarms, comparison: Any, operator: str
    ) -> None:
        alarms.keep("flights", [replace(BAND, comparison=comparison)])
        (alarm,) = client.describe_alarms()["MetricAlarms"]
        assert alarm["ComparisonOperator"] == operator
        metric, band = alarm["Metrics"]
        assert metric["MetricStat"]["Metric"]["MetricName"] == "rows"
        assert (metric["MetricStat"]["Period"], metric["MetricStat"]["Stat"]) == (3600, "Maximum")
        assert band["Expression"] == f"ANOMALY_DETECTION_BAND({metric['Id']}, 2.5)"
        assert alarm["ThresholdMetricId"] == band["Id"]
        assert "Threshold" not in alarm

    def test_says_whose_it_is_and_how_loud(self, client: Any, alarms: CloudWatchAlarms) -> None:
        alarms.keep("flights", [VIOLATIONS])
        assert tags(client) == {
            "driftline:stack": "prod",
            "driftline:endpoint": "flights",
            "driftline:monitor": "data_quality",
            "driftline:severity": "warning",
        }

    def test_names_the_team_the_owner_and_the_tags_as_aws_takes_them(
        self, client: Any, alarms: CloudWatchAlarms
    ) -> None:
        of = Ownership("risk", "José <jose@example.com>", {"tier": "gold", "cost-center": "a & b"})
        alarms.keep("flights", [replace(VIOLATIONS, ownership=of)])
        found = tags(client)
        assert (found["driftline:team"], found["driftline:owner"]) == ("risk", "José _jose@example.com_")
        assert (found["driftline:tag:tier"], found["driftline:tag:cost-center"]) == ("gold", "a _ b")


class TestAnAlarmThatIsThere:
    @pytest.mark.parametrize("wanted", [VIOLATIONS, BAND])
    def test_is_left_alone_if_it_is_right(
        self, client: Any, alarms: CloudWatchAlarms, changes: Calls, wanted: AlarmSpec
    ) -> None:
        # Given an alarm that rings
        (name,) = alarms.keep("flights", [wanted])
        client.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="test")
        changes.clear()
        # When the same document comes again
        alarms.keep("flights", [wanted])
        # Then nothing was changed, and it still rings
        assert changes == []
        assert client.describe_alarms()["MetricAlarms"][0]["StateValue"] == "ALARM"

    @pytest.mark.parametrize(
        "change",
        [
            {"threshold": 2.0},
            {"of": 4},
            {"period": 7200},
            {"comparison": ">"},
            {"missing": "breaching"},
            {"actions": ("retrain",)},
            {"statistic": "Minimum"},
            {"threshold": None, "anomaly_band": 2.0},
            {"severity": Severity.CRITICAL, "description": "Severity: critical."},
        ],
        ids=str,
    )
    def test_is_changed_once_if_it_is_not(
        self, alarms: CloudWatchAlarms, changes: Calls, change: dict[str, Any]
    ) -> None:
        for first, second in ((VIOLATIONS, replace(VIOLATIONS, **change)), (replace(VIOLATIONS, **change), VIOLATIONS)):
            alarms.keep("flights", [first])
            changes.clear()
            alarms.keep("flights", [second])
            alarms.keep("flights", [second])
            assert [operation for operation, _ in changes] == ["TagResource", "PutMetricAlarm"]

    def test_is_told_its_new_severity_in_its_tags(self, client: Any, alarms: CloudWatchAlarms) -> None:
        alarms.keep("flights", [VIOLATIONS])
        alarms.keep("flights", [replace(VIOLATIONS, severity=Severity.CRITICAL, description="Severity: critical.")])
        assert tags(client)["driftline:severity"] == "critical"

    def test_loses_the_tags_that_its_document_lost_and_keeps_those_of_people(
        self, client: Any, alarms: CloudWatchAlarms
    ) -> None:
        alarms.keep("flights", [replace(VIOLATIONS, ownership=Ownership("risk", None, {"tier": "gold"}))])
        (alarm,) = client.describe_alarms()["MetricAlarms"]
        client.tag_resource(ResourceARN=alarm["AlarmArn"], Tags=[{"Key": "mine", "Value": "stays"}])
        alarms.keep("flights", [replace(VIOLATIONS, ownership=Ownership("growth"), description="Team: growth.")])
        found = tags(client)
        assert (found["driftline:team"], found["mine"]) == ("growth", "stays")
        assert "driftline:tag:tier" not in found

    def test_that_somebody_switched_off_is_switched_on(self, client: Any, alarms: CloudWatchAlarms) -> None:
        alarms.keep("flights", [VIOLATIONS])
        client.disable_alarm_actions(AlarmNames=[NAME])
        alarms.keep("flights", [VIOLATIONS])
        assert client.describe_alarms()["MetricAlarms"][0]["ActionsEnabled"] is True


class TestNoOrphans:
    def test_what_is_wanted_no_more_goes_and_others_stay(self, client: Any, alarms: CloudWatchAlarms) -> None:
        # Given two alarms of the endpoint, and alarms whose names begin alike
        alarms.keep("flights", [VIOLATIONS, BAND])
        alarms.keep("flights-eu", [VIOLATIONS])
        alarms.keep("flight", [VIOLATIONS])
        for name in ("prod-dead-letters", "prod/flights", "other/flights/data_quality/violations"):
            operator = "GreaterThanThreshold"
            client.put_metric_alarm(AlarmName=name, ComparisonOperator=operator, EvaluationPeriods=1, Threshold=1)
        before = names(client)
        # When one is wanted no more
        alarms.keep("flights", [VIOLATIONS])
        # Then it alone is gone
        assert names(client) == [name for name in before if name != "prod/flights/data_quality/usual rows"]
        # And without a document all of the endpoint's are
        alarms.keep("flights", [])
        assert set(before) - set(names(client)) == {NAME, "prod/flights/data_quality/usual rows"}

    def test_many_are_deleted_a_hundred_at_a_time(self, client: Any, alarms: CloudWatchAlarms, changes: Calls) -> None:
        alarms.keep("flights", [replace(VIOLATIONS, label=f"alarm {number}") for number in range(205)])
        changes.clear()
        alarms.keep("flights", [])
        assert [len(params["AlarmNames"]) for _, params in changes] == [100, 100, 5]
        assert names(client) == []

    def test_all_pages_are_read(self, client: Any) -> None:
        # moto has one page only, so CloudWatch's answers are written down here.
        page = {"AlarmNamePrefix": "prod/flights/", "AlarmTypes": ["MetricAlarm"], "MaxRecords": 100}
        with Stubber(client) as stubber:
            first: Any = {"MetricAlarms": [{"AlarmName": "prod/flights/a/1"}], "NextToken": "more"}
            second: Any = {"MetricAlarms": [{"AlarmName": "prod/flights/a/2"}]}
            stubber.add_response("describe_alarms", first, page)
            stubber.add_response("describe_alarms", second, page | {"NextToken": "more"})
            stubber.add_response("delete_alarms", {}, {"AlarmNames": ["prod/flights/a/1", "prod/flights/a/2"]})
            CloudWatchAlarms(SETTINGS, client).keep("flights", [])
            stubber.assert_no_pending_responses()


class TestARefusal:
    def test_names_the_alarm_and_deletes_nothing(self, client: Any) -> None:
        there: Any = {"MetricAlarms": [{"AlarmName": "prod/flights/watch/captures"}]}
        with Stubber(client) as stubber:
            stubber.add_response("describe_alarms", there)
            stubber.add_client_error("put_metric_alarm", "ValidationError", "The period is odd")
            stubber.add_response("put_metric_alarm", {}, ANY_ALARM)
            with pytest.raises(AlarmsRefusedError) as raised:
                CloudWatchAlarms(SETTINGS, client).keep("flights", [VIOLATIONS, BAND])
            stubber.assert_no_pending_responses()
        assert [(each.alarm.label, each.reason) for each in raised.value.refused] == [
            ("violations", "The period is odd")
        ]

    def test_what_a_retry_mends_is_no_refusal(self, client: Any) -> None:
        with Stubber(client) as stubber:
            stubber.add_response("describe_alarms", {"MetricAlarms": []})
            stubber.add_client_error("put_metric_alarm", "AccessDenied", "no")
            with pytest.raises(client.exceptions.ClientError, match="AccessDenied"):
                CloudWatchAlarms(SETTINGS, client).keep("flights", [VIOLATIONS])

    def test_tags_come_before_the_change_so_that_the_retry_finds_what_is_left_to_do(self, client: Any) -> None:
        there: Any = {
            "MetricAlarms": [{"AlarmName": NAME, "AlarmArn": f"arn:aws:cloudwatch:eu-west-1:123456789012:alarm:{NAME}"}]
        }
        with Stubber(client) as stubber:
            stubber.add_response("describe_alarms", there)
            stubber.add_response("list_tags_for_resource", {"Tags": []})
            stubber.add_response("tag_resource", {})
            stubber.add_client_error("put_metric_alarm", "Throttling", "slower")
            with pytest.raises(client.exceptions.ClientError, match="Throttling"):
                CloudWatchAlarms(SETTINGS, client).keep("flights", [VIOLATIONS])


ANY_ALARM = dict.fromkeys(
    (
        *("AlarmName", "AlarmDescription", "ActionsEnabled", "AlarmActions", "OKActions", "InsufficientDataActions"),
        *("EvaluationPeriods", "DatapointsToAlarm", "TreatMissingData", "Metrics", "ThresholdMetricId"),
        *("ComparisonOperator", "Tags"),
    ),
    ANY,
)
