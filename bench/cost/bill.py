"""The lines of a bill: list prices times what was counted, for endpoints that are all alike.

What cannot be counted here is the time for which Lambda bills, and the size of what rows make: both are stated in
`Load`, on the high side of what the embedded cloud shows.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from bench.cost import prices
from bench.cost.activity import FILES, HISTORY, Activity, an_hour
from driftline.domain.monitors.defaults import SHIPPED, StackDefaults

ALARMS = 21
"""Of the stack itself; a test counts them in the template."""

DAYS_OF_STATE = 365
"""The bill is that of the month after a year; the shipped StateDays deletes state a month later."""

_GB = 2**30


@dataclass(frozen=True, slots=True)
class Load:
    """What is watched, and what one piece of work takes.

    Attributes:
        endpoints: All alike.
        rows_a_day: Of each endpoint.
        model_quality: Whether each has an hourly model quality monitor besides the hourly data quality monitor.
        defaults: The stack's parameters.
        history: See an_hour.
        file_rows: Of one capture file at most; a busier endpoint has several instances that write.
        file_seconds, row_seconds: Billed time of profile_capture for a file and for each of its rows.
        run_seconds: Billed time of run_monitor for an hour.
        page_seconds: Billed time of render_report.
        index_seconds: Billed time of render_index.
        file_bytes, row_bytes: Size of the profile and the records of a file, and what each row adds.
        log_bytes: Of one invocation.
    """

    endpoints: int = 1
    rows_a_day: float = 100_000
    model_quality: bool = False
    defaults: StackDefaults = SHIPPED
    history: int = HISTORY
    file_rows: int = 35_000
    file_seconds: float = 0.3
    row_seconds: float = 20e-6
    run_seconds: float = 1.5
    page_seconds: float = 1.5
    index_seconds: float = 1.0
    file_bytes: float = 30_000
    row_bytes: float = 25
    log_bytes: float = 1_500

    @property
    def activity(self) -> Activity:
        return an_hour(
            model_quality=self.model_quality,
            endpoints=self.endpoints,
            defaults=self.defaults,
            history=self.history,
        )

    @property
    def more_files(self) -> int:
        """How many times as many capture files as one a minute."""
        return max(1, ceil(self.rows_a_day / (24 * FILES) / self.file_rows))


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the bill, in USD a month.

    Attributes:
        how: What it is made of, for one endpoint unless it is the stack's.
        idle: Whether it is the same for no endpoint and for a hundred.
    """

    what: str
    usd: float
    how: str
    idle: bool = False


def bill(load: Load) -> Iterator[Line]:
    """Every line, in USD a month."""
    yield from _endpoints(load)
    yield from stack()


def stack() -> Iterator[Line]:
    """What the stack costs without any endpoint."""
    polls = prices.POLLS_AN_HOUR * prices.HOURS
    usd = polls * (
        (prices.QUEUES - prices.FIFO_QUEUES) * prices.SQS_REQUEST + prices.FIFO_QUEUES * prices.SQS_FIFO_REQUEST
    )
    detail = f"{polls * prices.QUEUES:,} long polls of {prices.QUEUES} queues, day and night"
    yield Line("SQS polls", usd, detail, idle=True)
    checks = prices.HOURS * 2
    each = 0.5 * prices.LAMBDA_ARM_GB_SECOND + prices.LAMBDA_REQUEST + prices.SCHEDULER_INVOCATION
    state = prices.HOURS * 2 * (prices.DYNAMODB_READ + prices.DYNAMODB_WRITE)
    detail = f"{checks:,} invocations: freshness, and ticks for incidents"
    yield Line("Hourly checks", checks * each + state, detail, idle=True)
    detail = "one for each dead-letter queue, the hourly check and unreadable state, six for metrics that are dropped"
    yield Line("Stack's alarms", ALARMS * prices.ALARM_MONTH, detail, idle=True)
    yield Line("KMS key", prices.KMS_KEY_MONTH, "for the topics; parameter EncryptOperatorTopic", idle=True)


def _endpoints(load: Load) -> Iterator[Line]:
    activity, endpoints = load.activity, load.endpoints
    monitors = 2 if load.model_quality else 1
    files = FILES * load.more_files * prices.HOURS
    runs = monitors * prices.HOURS
    requests = activity.requests + activity.captures * (load.more_files - 1)

    rows = load.rows_a_day / 24 * prices.HOURS
    profiled = (files * load.file_seconds + rows * load.row_seconds) * 1280 / 1024
    judged = runs * (load.run_seconds + load.page_seconds) * 1769 / 1024
    merged = prices.HOURS * load.run_seconds if load.model_quality else 0.0
    checked = prices.HOURS * 0.05 * 0.5
    seconds = profiled + judged + merged + checked
    invocations = files + runs * 2 + (prices.HOURS if load.model_quality else 0)
    usd = seconds * prices.LAMBDA_ARM_GB_SECOND + invocations * prices.LAMBDA_REQUEST
    yield Line("Lambda", endpoints * usd, f"{files:,} files, {runs:,} executions, {seconds:,.0f} GB-s on arm64")

    month = requests * prices.HOURS
    usd = (month.writes + month.lists) * prices.S3_PUT_OR_LIST + month.reads * prices.S3_GET
    detail = f"{month.writes:,.0f} objects written, {month.reads:,.0f} read, {month.lists:,.0f} listings"
    yield Line("S3 requests", endpoints * usd, detail)

    state = (files * load.file_bytes + rows * load.row_bytes) * DAYS_OF_STATE / 30.4
    reports = activity.executions.bytes_written * prices.HOURS * 12
    # Pages are overwritten: their earlier versions stay for OldVersionDays.
    versions = activity.pages.bytes_written * 24 * 7
    stored = (state + reports + versions) / _GB
    yield Line("S3 storage", endpoints * stored * prices.S3_GB_MONTH, f"{stored:.1f} GB after a year")

    yield _index(load, runs / prices.HOURS * endpoints)

    messages = 3 * invocations
    yield Line("SQS messages", endpoints * messages * prices.SQS_REQUEST, "sent, received and deleted")

    objects = files + month.writes
    usd = (objects + activity.events * prices.HOURS) * prices.EVENTBRIDGE_EVENT + runs * prices.SCHEDULER_INVOCATION
    yield Line("EventBridge", endpoints * usd, "an event for every object, and for every execution")

    logs = invocations * load.log_bytes / _GB
    yield Line("CloudWatch logs", endpoints * logs * prices.LOGS_GB, f"{logs:.2f} GB")

    published = activity.metrics + activity.signals
    usd = metric_months(endpoints * published)
    shares = (activity.metrics / published, activity.signals / published) if published else (0.0, 0.0)
    yield Line("CloudWatch metrics", usd * shares[0], f"{activity.metrics} for people")
    yield Line("Signals for alarms", usd * shares[1], f"{activity.signals}: violations of each monitor")
    yield Line("Alarms", endpoints * activity.alarms * prices.ALARM_MONTH, f"{activity.alarms} in CloudWatch")
    boards = max(0, endpoints - prices.FREE_DASHBOARDS) if load.defaults.dashboard else 0
    yield Line("Dashboards", boards * prices.DASHBOARD_MONTH, "off by default; three are free in an account")


def _index(load: Load, runs_an_hour: float) -> Line:
    """The page of all endpoints, as often as executions or its delay allow, and each time with new lines of all."""
    once = load.activity.index
    times = min(runs_an_hour, prices.INDEXES_AN_HOUR) * prices.HOURS
    usd = times * ((once.writes + once.lists) * prices.S3_PUT_OR_LIST + once.reads * prices.S3_GET)
    usd += times * (load.index_seconds * prices.LAMBDA_ARM_GB_SECOND + prices.LAMBDA_REQUEST)
    usd += once.bytes_written * min(runs_an_hour, prices.INDEXES_AN_HOUR) * 24 * 7 / _GB * prices.S3_GB_MONTH
    return Line("Page of all endpoints", usd, f"{times:,.0f} times at most, {once.reads:,.0f} objects read each time")


def metric_months(metrics: float) -> float:
    """Custom metrics that are published every hour; a daily one counts as a twenty-fourth."""
    first = min(metrics, prices.FIRST_METRICS)
    return first * prices.METRIC_MONTH + (metrics - first) * prices.FURTHER_METRIC_MONTH
