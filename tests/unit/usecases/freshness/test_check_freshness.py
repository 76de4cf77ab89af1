"""check_freshness over in-memory ports: ages, new endpoints, changed schedules, endpoints that cannot be read."""

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import boto3
import pytest
from moto import mock_aws

from driftline.domain.documents.parse import parse_document
from driftline.domain.documents.status import MonitorStatus
from driftline.domain.errors import InvalidInputError, StaleReadError
from driftline.domain.executions.execution import Execution, ExecutionRequest, ExecutionStatus
from driftline.domain.ground_truth.keys import VariantHour, label_hour_key, open_labels_key
from driftline.domain.keys import hour_folder, report_folder
from driftline.domain.monitors.defaults import SHIPPED, StackDefaults
from driftline.kinds.registry import KINDS
from driftline.usecases.executions.last_execution import keep_last_execution
from driftline.usecases.executions.revisions import Announced, announce
from driftline.usecases.freshness.check_freshness import FreshnessChecked
from tests.fakes import FailingStore, InjectedError, InMemoryStore, RecordingMetrics
from tests.freshness import NAMESPACE, WITH_DASHBOARDS, Checks
from tests.handlers import cold_starts
from tests.places import REPOSITORY

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
H = timedelta(hours=1)
DAY = timedelta(days=1)
HOURLY = """\
endpoint: {endpoint}
monitors:
  data_quality: {{schedule: "cron(0 * ? * * *)"}}
"""
WITH_LABELS = (
    HOURLY + "  model_quality: {{schedule: 'cron(0 6 * * ? *)', problem_type: Regression, inference_attribute: '0'}}\n"
)

type Signals = dict[tuple[str, ...], float]


def configure(store: InMemoryStore, document: str = HOURLY, endpoint: str = "shop") -> None:
    """What configure_monitor leaves behind: the last good document in the status file."""
    key = f"monitors/{endpoint}.yaml"
    text = document.format(endpoint=endpoint)
    parsed = parse_document(text, where=key, model=KINDS.document)
    status = MonitorStatus(
        endpoint=endpoint,
        status="ok",
        key=key,
        etag="e",
        spread_minutes=SHIPPED.spread_minutes,
        document=parsed.model_dump(mode="json"),
    )
    store.put(key, text.encode())
    store.put(f"monitors/{endpoint}.status.json", status.to_bytes())


def ran(store: InMemoryStore, scheduled: datetime, monitor: str = "data_quality", endpoint: str = "shop") -> None:
    request = ExecutionRequest(endpoint=endpoint, monitor=monitor, scheduled_time=scheduled, trigger="schedule")
    execution = Execution(endpoint, monitor, ExecutionStatus.COMPLETED, "", scheduled_time=scheduled)
    keep_last_execution(store, request, execution)


def captured(store: InMemoryStore, hour: datetime, variant: str = "AllTraffic", endpoint: str = "shop") -> None:
    store.put(f"state/profiles/{endpoint}/{variant}/{hour_folder(hour)}x.profile", b"")


def look(store: InMemoryStore | FailingStore, at: datetime) -> Signals:
    """The signals by (name, endpoint[, monitor])."""
    checks = Checks()
    checks.check(store, at)
    return signals(checks.metrics)


def signals(metrics: RecordingMetrics) -> Signals:
    assert all(one.namespace == NAMESPACE and one.timestamp is None for one in metrics.published)
    assert {metric.unit for one in metrics.published for metric in one.metrics} <= {"None"}  # there is no unit of hours
    return {
        (metric.name, *metric.dimensions.values()): metric.value  # type: ignore[misc]
        for one in metrics.published
        for metric in one.metrics
    }


DELAY = ("schedule_delay_hours", "shop")
CAPTURES = ("captures_age_hours", "shop")
LABELS = ("ground_truth_age_hours", "shop")
UNMATCHED = ("unmatched_labels_age_hours", "shop")
OF_VIOLATIONS = "test/shop/data_quality/violations"
AGE = ("execution_age_hours", "shop", "data_quality")


def test_a_fresh_endpoint_is_waited_for_from_the_first_look_on() -> None:
    store = InMemoryStore()
    configure(store, WITH_LABELS)

    assert look(store, NOON) == {DELAY: 0, CAPTURES: 0, LABELS: 0, UNMATCHED: 0}
    # And with every hour in which nothing happens it is waited for longer
    assert look(store, NOON + 3 * H) == {DELAY: 3, CAPTURES: 3, LABELS: 3, UNMATCHED: 0}


def test_an_endpoint_where_everything_happens_is_fresh() -> None:
    store = InMemoryStore()
    configure(store, WITH_LABELS)
    look(store, NOON - 9 * DAY)
    ran(store, NOON - H)
    ran(store, NOON - 6 * H, "model_quality")
    captured(store, NOON - H)
    store.put(f"ground-truth/shop/{hour_folder(NOON - 30 * H)}labels.jsonl", b"")

    found = look(store, NOON)

    assert found == {
        AGE: 1,
        ("execution_age_hours", "shop", "model_quality"): 6,
        DELAY: 0,  # the one of noon is still allowed to come
        CAPTURES: 0,  # counted from the end of the newest hour
        LABELS: 29,
        UNMATCHED: 0,
    }


def test_ground_truth_that_matches_nothing_ages_from_its_first_file_since_the_last_match() -> None:
    store = InMemoryStore()
    configure(store, WITH_LABELS)
    for hours, digest in ((40, "older"), (30, "matched"), (20, "first"), (2, "newest")):
        store.put(open_labels_key("shop", NOON - hours * H, digest), b"")
    store.put(label_hour_key("shop", "matched", VariantHour("blue", NOON - 31 * H)), b"")

    assert look(store, NOON)[UNMATCHED] == 19  # counted from the end of its hour

    # A match ends it
    store.put(label_hour_key("shop", "newest", VariantHour("blue", NOON - 3 * H)), b"")
    assert look(store, NOON)[UNMATCHED] == 0


def test_the_schedule_that_is_late_for_longest_counts() -> None:
    store = InMemoryStore()
    configure(store, WITH_LABELS)
    look(store, NOON - 9 * DAY)
    ran(store, NOON - 3 * H)
    ran(store, NOON - 6 * H - 2 * DAY, "model_quality")

    assert look(store, NOON)[DELAY] == 30  # yesterday at six


def test_a_report_is_proof_that_its_time_has_run() -> None:
    # Given a last execution that says less than there is: two executions at the same time, or one made up for by hand
    store = InMemoryStore()
    configure(store)
    look(store, NOON - 9 * DAY)
    ran(store, NOON - 5 * H)
    for hours in (4, 3, 1):
        folder = report_folder("shop", "data_quality", NOON - hours * H)
        announce(store, folder, Announced.of(1, {}, 0, signalled=False))

    assert look(store, NOON)[DELAY] == 2


def test_captures_of_the_watched_variant_count_and_none_from_the_future() -> None:
    store = InMemoryStore()
    configure(store, HOURLY + "variant: blue\n")
    look(store, NOON - 9 * DAY)
    captured(store, NOON - 5 * H, "blue")
    captured(store, NOON - H, "green")
    captured(store, NOON + 900 * DAY, "blue")
    assert look(store, NOON)[CAPTURES] == 4

    configure(store, HOURLY)
    assert look(store, NOON)[CAPTURES] == 0


def test_a_variant_without_captures_hides_none_of_another() -> None:
    store = InMemoryStore()
    configure(store)
    look(store, NOON - 9 * DAY)
    captured(store, NOON - 3 * H, "blue")
    captured(store, NOON + 900 * DAY, "green")
    assert look(store, NOON)[CAPTURES] == 2


def test_only_what_the_watch_section_asks_for_is_published() -> None:
    store = InMemoryStore()
    configure(
        store,
        WITH_LABELS
        + "watch: {{schedule_delay: PT0H, captures_age: PT0H, ground_truth_age: PT0H, unmatched_labels_age: PT0H}}\n",
    )
    ran(store, NOON - H)
    assert look(store, NOON) == {AGE: 1}


def test_a_monitor_that_is_not_enabled_is_not_waited_for_and_later_not_late() -> None:
    store = InMemoryStore()
    off = HOURLY.replace('"}}', '", enabled: false}}')
    configure(store)
    look(store, NOON - 9 * DAY)
    ran(store, NOON - 8 * DAY)
    captured(store, NOON - H)

    configure(store, off)
    assert look(store, NOON) == {}  # nothing is enabled, nothing is watched

    # When it is enabled again after a week, what it did not do in between is not missing
    configure(store)
    assert look(store, NOON + H)[DELAY] == 0
    assert look(store, NOON + 3 * H)[DELAY] == 2


def test_a_monitor_that_is_not_enabled_hides_nothing_of_the_next_one() -> None:
    store = InMemoryStore()
    configure(store, WITH_LABELS.replace('* * *)"}}', '* * *)", enabled: false}}'))
    look(store, NOON - 9 * DAY)
    ran(store, NOON - 6 * H - 2 * DAY, "model_quality")

    found = look(store, NOON)

    assert found[DELAY] == 30
    assert found["execution_age_hours", "shop", "model_quality"] == 54


def test_a_schedule_that_was_changed_counts_from_then_on() -> None:
    store = InMemoryStore()
    configure(store, HOURLY.replace("0 * ? * * *", "0 6 ? * MON *"))
    look(store, NOON - 9 * DAY)
    ran(store, NOON - 6 * DAY - 6 * H)
    assert look(store, NOON)[DELAY] == 0

    configure(store)
    assert look(store, NOON + H)[DELAY] == 0


def test_an_endpoint_that_is_gone_is_forgotten_and_fresh_when_it_comes_back() -> None:
    store = InMemoryStore()
    configure(store)
    look(store, NOON - 9 * DAY)
    store.delete("monitors/shop.yaml")
    store.delete("monitors/shop.status.json")

    assert look(store, NOON) == {}
    assert not any(key.startswith("state/freshness/") for key in store.objects)
    configure(store)
    assert look(store, NOON + H) == {DELAY: 0, CAPTURES: 0}


def test_looking_twice_at_the_same_hour_gives_the_same_and_writes_nothing() -> None:
    store = InMemoryStore()
    configure(store, WITH_LABELS)
    captured(store, NOON - 4 * H)
    first = look(store, NOON)
    reading = FailingStore(store, fail_on=0, operations=("put", "delete"))
    assert look(reading, NOON) == first
    assert reading.calls == 0


@pytest.mark.parametrize(
    "status", [b"", b"[1]", b'{"endpoint": "a", "status": "ok", "key": "k", "etag": "e", "document": {"x": 1}}']
)
def test_one_endpoint_that_cannot_be_read_does_not_stop_the_others(status: bytes) -> None:
    store = InMemoryStore()
    for endpoint in ("a", "shop", "z"):
        configure(store, endpoint=endpoint)
    store.put("monitors/a.status.json", status)
    checks = Checks()

    with pytest.raises(InvalidInputError, match=r"1 of 3 endpoints.*monitors/a\.status\.json.*Upload.*\. Upload"):
        checks.check(store, NOON)

    assert {key[1] for key in signals(checks.metrics)} == {"shop", "z"}


def test_a_document_that_never_was_right_is_nobodys_news() -> None:
    store = InMemoryStore()
    store.put("monitors/a.status.json", b'{"endpoint": "a", "status": "error", "key": "monitors/a.yaml", "etag": "e"}')
    assert look(store, NOON) == {}


def test_what_freshness_knew_in_a_form_that_cannot_be_read_starts_anew() -> None:
    store = InMemoryStore()
    configure(store)
    look(store, NOON - 9 * DAY)
    store.put("state/freshness/shop.json", b"{}")
    assert look(store, NOON) == {DELAY: 0, CAPTURES: 0}


def test_what_stops_is_announced_once_and_what_comes_back_too() -> None:
    store, checks = InMemoryStore(), Checks()
    configure(store, HOURLY + "watch: {{captures_age: PT3H, schedule_delay: PT0H}}\n")
    for hour in range(6):
        checks.check(store, NOON + hour * H)
    assert checks.changes == [("shop", "captures", "ALARM")]
    [stopped] = checks.alarms.transitions
    assert (stopped.at, stopped.value) == (NOON + 3 * H, 3)

    captured(store, NOON + 5 * H)
    checks.check(store, NOON + 6 * H)
    checks.check(store, NOON + 7 * H)

    assert checks.changes == [("shop", "captures", "ALARM"), ("shop", "captures", "OK")]


def test_an_age_that_is_watched_again_begins_with_its_own_state() -> None:
    watching, resting = (HOURLY + f"watch: {{{{captures_age: {age}}}}}\n" for age in ("PT1H", "PT0H"))
    store, checks = InMemoryStore(), Checks()
    for text in (watching, resting, watching):
        configure(store, text)
        ran(store, NOON + 2 * H)
        checks.check(store, NOON)
        checks.check(store, NOON + 2 * H)
    assert checks.changes == [("shop", "captures", "ALARM"), ("shop", "captures", "ALARM")]


def test_what_an_earlier_release_left_to_cloudwatch_is_announced_whatever_it_is() -> None:
    # Given what it wrote, and an incident that may be open since then
    store, checks = InMemoryStore(), Checks()
    configure(store)
    checks.check(store, NOON - DAY)
    there = json.loads(store.objects["state/freshness/shop.json"])
    store.put(
        "state/freshness/shop.json", json.dumps({"since": there["since"], "monitors": there["monitors"]}).encode()
    )
    captured(store, NOON - H)
    ran(store, NOON - H)

    checks.check(store, NOON)
    checks.check(store, NOON)

    assert checks.changes == [("shop", "schedules", "OK"), ("shop", "captures", "OK")]


def test_no_change_is_lost_by_a_crash_at_any_call() -> None:
    def stopped() -> tuple[InMemoryStore, Checks]:
        store, checks = InMemoryStore(), Checks()
        configure(store)
        checks.check(store, NOON - 9 * DAY)
        return store, checks

    for call in range(1, 40):
        store, checks = stopped()
        try:
            checks.check(FailingStore(store, call), NOON)
        except (InjectedError, StaleReadError):
            checks.check(store, NOON)
        else:
            assert call > 5
            break
        # A change may come twice; the incident knows it by its time.
        assert set(checks.changes) == {("shop", "schedules", "ALARM"), ("shop", "captures", "ALARM")}
        assert {each.at for each in checks.alarms.transitions} == {NOON}
    else:
        pytest.fail("more calls than thought")


def test_a_topic_that_takes_nothing_fails_the_check_of_that_endpoint_alone() -> None:
    store, checks = InMemoryStore(), Checks()
    for endpoint in ("a", "b"):
        configure(store, endpoint=endpoint)
    checks.check(store, NOON - 9 * DAY)
    checks.alarms.fail_on = 1

    with pytest.raises(StaleReadError, match="1 of 2 endpoints"):
        checks.check(store, NOON)
    checks.check(store, NOON)

    assert set(checks.changes) == {(one, label, "ALARM") for one in "ab" for label in ("schedules", "captures")}


def test_ages_are_metrics_where_a_dashboard_draws_them() -> None:
    def published(text: str, defaults: StackDefaults) -> int:
        store, checks = InMemoryStore(), Checks()
        configure(store, text)
        return checks.check(store, NOON, defaults=defaults).signals

    assert published(HOURLY, SHIPPED) == 0
    assert published(HOURLY + "dashboard: true\n", SHIPPED) == 2
    assert published(HOURLY, WITH_DASHBOARDS) == 2
    assert published(HOURLY + "dashboard: false\n", WITH_DASHBOARDS) == 0


@pytest.mark.parametrize(
    ("alarms", "dashboard", "spread", "defaults", "again"),
    [
        ((OF_VIOLATIONS, "test/shop/watch/data_quality executions failed"), None, 5, SHIPPED, False),
        ((OF_VIOLATIONS, "test/shop/watch/captures"), None, 5, SHIPPED, True),
        (("test/shop/data_quality/captures",), None, 5, SHIPPED, False),
        ((), None, 0, SHIPPED, True),
        ((), "test-us-east-1_shop", 5, SHIPPED, True),
        ((), None, 5, WITH_DASHBOARDS, True),
        ((), "test-us-east-1_shop", 5, WITH_DASHBOARDS, False),
    ],
)
def test_what_another_release_or_other_parameters_set_up_is_configured_again(
    alarms: tuple[str, ...], dashboard: str | None, spread: int, defaults: StackDefaults, *, again: bool
) -> None:
    store, checks = InMemoryStore(), Checks()
    configure(store)
    key = "monitors/shop.status.json"
    there = json.loads(store.objects[key])
    status = there | {"alarms": alarms, "dashboard": dashboard, "spread_minutes": spread}
    store.put(key, json.dumps(status).encode())

    checks.check(store, NOON, defaults=defaults)

    assert checks.configurations.keys == (["monitors/shop.yaml"] if again else [])


def test_a_hundred_endpoints_take_a_dozen_requests_each() -> None:
    store = InMemoryStore()
    for index in range(100):
        endpoint = f"endpoint-{index:02}"
        configure(store, WITH_LABELS, endpoint)
        for hour in range(0, 24 * 3, 8):
            captured(store, NOON - hour * H, endpoint=endpoint)
        store.put(f"ground-truth/{endpoint}/{hour_folder(NOON - 30 * H)}labels.jsonl", b"")
    counting = FailingStore(store, fail_on=0)

    checked = Checks().check(counting, NOON)

    assert checked == FreshnessChecked(endpoints=100, signals=400, changed=0)
    assert counting.calls < 100 * 16


def test_a_crash_at_any_call_is_made_up_for_by_the_next_delivery() -> None:
    def endpoint() -> InMemoryStore:
        store = InMemoryStore()
        configure(store, WITH_LABELS)
        captured(store, NOON - 4 * H)
        return store

    undisturbed = endpoint()
    expected = look(undisturbed, NOON)
    for call in range(1, 40):
        store = endpoint()
        try:
            look(FailingStore(store, call), NOON)
        except (InjectedError, StaleReadError):
            assert look(store, NOON) == expected
            assert store.objects == undisturbed.objects
        else:
            assert call > 5
            break
    else:
        pytest.fail("more calls than thought")


@mock_aws
def test_the_function_publishes_the_signals_of_its_bucket(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    for name, value in {
        "BUCKET": "bucket",
        "SIGNALS_NAMESPACE": NAMESPACE,
        "STACK_NAME": "test",
        "DEFAULT_DASHBOARD": "true",
        "ALARM_TOPIC_ARN": boto3.client("sns").create_topic(Name="alarms")["TopicArn"],
        "CONFIGURE_QUEUE_URL": boto3.client("sqs").create_queue(QueueName="q")["QueueUrl"],
    }.items():
        monkeypatch.setenv(name, value)
    memory = InMemoryStore()
    configure(memory)
    client = boto3.client("s3")
    client.create_bucket(Bucket="bucket")
    for key, body in memory.objects.items():
        client.put_object(Bucket="bucket", Key=key, Body=body)
    event = json.loads((REPOSITORY / "events/check_freshness.json").read_text())
    context = SimpleNamespace(function_name="f", memory_limit_in_mb=128, invoked_function_arn="arn", aws_request_id="r")

    with cold_starts() as load:
        assert load("check_freshness").handler(event, context) == {"endpoints": 1, "signals": 2, "changed": 0}

    (line,) = (json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line)
    assert line["_aws"]["CloudWatchMetrics"][0]["Namespace"] == NAMESPACE
    assert line["Endpoint"] == "shop"
    assert {line["schedule_delay_hours"][0], line["captures_age_hours"][0]} == {0}
