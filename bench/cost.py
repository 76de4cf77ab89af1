"""The monthly cost of a monitored endpoint on AWS: list prices times what the stack does, without any free tier.

One endpoint with ten features, one capture file a minute, an hourly data quality monitor, all parameters at their
defaults. `python -m bench.cost` prints every line.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from bench.results import Limit, Options, Row

LIMIT = Limit(14, 7, "USD/month")
"""An hourly Model Monitor job of ten minutes on its usual ml.m5.xlarge (0.23 USD an hour) cost about 28, before metrics
and alarms: bar and aim are a half and a quarter of that, all included."""

# List prices in USD, us-east-1, as known in November 2026; each with the page that has the current one.
PRICES_OF = "us-east-1, November 2026"
LAMBDA_ARM_GB_SECOND = 0.0000133334  # aws.amazon.com/lambda/pricing
LAMBDA_REQUEST = 0.20e-6
S3_GB_MONTH = 0.023  # aws.amazon.com/s3/pricing, Standard
S3_PUT_OR_LIST = 0.005e-3
S3_GET = 0.0004e-3
SQS_REQUEST = 0.40e-6  # aws.amazon.com/sqs/pricing, standard queue
EVENTBRIDGE_EVENT = 1.00e-6  # aws.amazon.com/eventbridge/pricing; S3's events are counted like custom ones
SCHEDULER_INVOCATION = 1.00e-6
METRIC_MONTH = 0.30  # aws.amazon.com/cloudwatch/pricing, first 10,000 metrics
ALARM_MONTH = 0.10
LOGS_GB = 0.50
KMS_KEY_MONTH = 1.00  # aws.amazon.com/kms/pricing
DYNAMODB_WRITE = 0.625e-6  # aws.amazon.com/dynamodb/pricing/on-demand
DYNAMODB_READ = 0.125e-6
DASHBOARD_MONTH = 3.00  # each beyond the account's first three

HOURS = 730  # of a month, as AWS counts
QUEUES = 11
OTHER_DEAD_LETTERS = 2
"""Of adopt_model and check_freshness, which are invoked without a queue."""
DROPPED_METRICS = 6
"""Alarms on metrics that CloudWatch could not read: two for each of three functions that publish some."""
FILES = HOURS * 60


@dataclass(frozen=True, slots=True)
class Load:
    """What is watched, and what one piece of work takes.

    Attributes:
        features: Columns, output and input.
        top_features: Those with metrics, two each: the monitor document's default.
        file_seconds: Billed time of profile_capture for a file of some hundred lines.
        run_seconds: Billed time of run_monitor for an hour of such files.
        object_kilobytes: Size of the profile and of the records of a file.
        file_objects: Objects written for a capture file: these two.
        log_kilobytes: Of one invocation.
    """

    features: int = 10
    top_features: int = 5
    file_seconds: float = 0.3
    run_seconds: float = 1.5
    object_kilobytes: float = 15
    file_objects: int = 2
    log_kilobytes: float = 1.5


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the bill.

    Attributes:
        idle: Whether it is the same for no endpoint and for a hundred.
    """

    what: str
    usd: float
    how: str
    idle: bool = False


def bill(load: Load) -> Iterator[Line]:
    """Every line, in USD a month."""
    profile_gb, run_gb = 1280 / 1024, 1769 / 1024
    seconds = FILES * load.file_seconds * profile_gb + HOURS * load.run_seconds * run_gb
    yield Line(
        "Lambda",
        seconds * LAMBDA_ARM_GB_SECOND + (FILES + HOURS) * LAMBDA_REQUEST,
        f"{FILES:,} files and {HOURS} executions, {seconds:,.0f} GB-s on arm64",
    )
    puts = FILES * load.file_objects + HOURS * 6
    # Each file asks for the windows that it may reopen, besides checking its own version.
    lists = HOURS * 6 + FILES * 2
    gets = FILES * 3 + HOURS * (60 + 12)
    yield Line(
        "S3 requests",
        (puts + lists) * S3_PUT_OR_LIST + gets * S3_GET,
        f"{puts:,} objects written, {gets:,} read, {lists:,} listings",
    )
    stored = FILES * load.object_kilobytes * load.file_objects / 2**20
    yield Line("S3 storage of state", stored * S3_GB_MONTH, f"{stored:.1f} GB, one month kept")
    yield Line("SQS messages", 3 * (FILES + HOURS) * SQS_REQUEST, "sent, received and deleted")
    # A queue's event source mapping asks with five long polls of 20 s each, whether anything comes or not.
    polls = QUEUES * 5 * 3 * 60 * HOURS
    yield Line("SQS polls", polls * SQS_REQUEST, f"{polls:,} long polls of {QUEUES} queues, day and night", idle=True)
    yield Line(
        "EventBridge",
        (FILES * (1 + load.file_objects) + HOURS * 5) * EVENTBRIDGE_EVENT + HOURS * SCHEDULER_INVOCATION,
        "an event for every object created in the bucket, and for every execution",
    )
    metrics = 4 + 2 * min(load.features, load.top_features)
    yield Line(
        "CloudWatch metrics", metrics * METRIC_MONTH, f"{metrics}: four totals, drift and completeness by feature"
    )
    logs = (FILES + HOURS) * load.log_kilobytes / 2**20
    yield Line("CloudWatch logs", logs * LOGS_GB, f"{logs:.2f} GB")
    signals, alarms = 2 + 3, 4
    yield Line(
        "Signals for alarms",
        signals * METRIC_MONTH,
        f"{signals}: violations and failures; ages of executions, schedules, captures",
    )
    yield Line("Alarms", alarms * ALARM_MONTH, f"{alarms}: violations, failures, schedules, captures")
    ticks = HOURS * 2
    yield Line(
        "Hourly checks",
        ticks * (2 * 0.5 * LAMBDA_ARM_GB_SECOND + LAMBDA_REQUEST + SCHEDULER_INVOCATION)
        + HOURS * (2 * DYNAMODB_READ + 2 * DYNAMODB_WRITE + 10 * S3_PUT_OR_LIST),
        f"{ticks:,} invocations: freshness, and ticks for incidents",
    )
    page = 2.5 * run_gb * LAMBDA_ARM_GB_SECOND + 40 * S3_GET + 25 * S3_PUT_OR_LIST + LAMBDA_REQUEST
    index = 1 * 1 * LAMBDA_ARM_GB_SECOND + 4 * S3_GET + 5 * S3_PUT_OR_LIST + LAMBDA_REQUEST + 4 * SQS_REQUEST
    yield Line(
        "Pages", HOURS * (page + index), f"{HOURS} reports, each with the endpoint's page; as many indexes at most"
    )
    own = QUEUES + OTHER_DEAD_LETTERS + 2 + DROPPED_METRICS
    yield Line(
        "Stack's alarms",
        own * ALARM_MONTH,
        "one for each dead-letter queue, the hourly check and unreadable state, six for metrics that CloudWatch drops",
        idle=True,
    )
    yield Line("KMS key", KMS_KEY_MONTH, "for the topics; parameter EncryptOperatorTopic", idle=True)


def model_quality(load: Load) -> Iterator[Line]:
    """What a daily model quality monitor of a regression adds for an endpoint, with a ground truth file an hour."""
    days = HOURS / 24
    seconds = (HOURS * load.run_seconds + days * 10) * 1024 / 1024
    yield Line("Lambda", seconds * LAMBDA_ARM_GB_SECOND, f"{HOURS} ground truth files, {days:.0f} executions")
    # Each capture file looks for labels that wait for it: twice, around its own, and for labels of its hour.
    lists = FILES * 4 + HOURS * 40
    gets, puts = HOURS * 450, HOURS * 6 + days * 24 * 6
    yield Line(
        "S3 requests",
        (lists + puts) * S3_PUT_OR_LIST + gets * S3_GET,
        f"{puts:,.0f} objects written, {gets:,} read, {lists:,} listings",
    )
    metrics = 4 + 2 + 2 + 4
    yield Line(
        "CloudWatch metrics",
        metrics * METRIC_MONTH,
        f"{metrics}: four of quality, an interval's ends, violations, coverage, four of labels",
    )
    yield Line("Signals and alarms", 5 * METRIC_MONTH + 4 * ALARM_MONTH, "5 and 4: as above, age and matches of labels")


def model_bias(load: Load) -> Iterator[Line]:
    """What a daily bias monitor adds for an endpoint that has a model quality monitor, and so its labels, already."""
    days = HOURS / 24
    seconds = HOURS * load.run_seconds + days * 10
    yield Line("Lambda", seconds * LAMBDA_ARM_GB_SECOND, f"{days:.0f} executions over the records of {HOURS} hours")
    # The records of an hour are read twice, for its columns and for its rows; what is kept of it is read once.
    gets, puts, lists = FILES * 3 + HOURS * 12, HOURS * 3 + days * 6, days * 60
    yield Line(
        "S3 requests",
        (lists + puts) * S3_PUT_OR_LIST + gets * S3_GET,
        f"{puts:,.0f} objects written, {gets:,} read, {lists:,.0f} listings",
    )
    metrics = 4 + 5
    yield Line(
        "CloudWatch metrics",
        metrics * METRIC_MONTH,
        f"{metrics}: violations, rows, two of coverage, the five that moved most",
    )
    yield Line("Signals and alarms", 3 * METRIC_MONTH + 2 * ALARM_MONTH, "3 and 2: violations, failures, age")


def model_explainability(load: Load) -> Iterator[Line]:
    """What a daily attribution drift monitor adds: 2,000 rows a day, explained by a file of some hundred trees."""
    days = HOURS / 24
    rows, piece = 2_000, 500
    pieces = days * rows / piece
    # A window is evaluated twice: the first time it asks, and the hours' samples are kept for the second.
    seconds = HOURS * load.run_seconds + days * 5 + pieces * 2 * 1769 / 1024
    yield Line(
        "Lambda",
        seconds * LAMBDA_ARM_GB_SECOND + (pieces + 2 * days) * LAMBDA_REQUEST,
        f"{pieces:,.0f} pieces of {piece} rows, {2 * days:.0f} evaluations",
    )
    gets, puts, lists = FILES * 3 + HOURS * 12 + pieces * 4, HOURS * 3 + days * 8 + pieces * 3, days * 80
    yield Line(
        "S3 requests",
        (lists + puts) * S3_PUT_OR_LIST + gets * S3_GET,
        f"{puts:,.0f} objects written, {gets:,.0f} read, {lists:,.0f} listings",
    )
    metrics = 5 + 5 + 1
    yield Line(
        "CloudWatch metrics",
        metrics * METRIC_MONTH,
        f"{metrics}: violations, rows, explained rows, NDCG, AUC, expected value, five features",
    )
    yield Line("Signals and alarms", 3 * METRIC_MONTH + 2 * ALARM_MONTH, "3 and 2: violations, failures, age")


def run(_options: Options) -> Iterator[Row]:
    """The whole bill, without the metrics of single features, and without any endpoint."""
    everything, totals = list(bill(Load())), list(bill(Load(top_features=0)))
    idle = [line for line in everything if line.idle]
    for name, lines in (("one endpoint", everything), ("one endpoint, totals only", totals), ("no endpoint", idle)):
        detail = ", ".join(f"{line.what} {line.usd:.2f}" for line in lines)
        yield Row(f"{name}, {PRICES_OF}", LIMIT, sum(line.usd for line in lines), detail)


def main() -> None:
    lines = list(bill(Load()))
    for heading, idle in (("For each endpoint", False), ("For the stack, once", True)):
        some = [line for line in lines if line.idle is idle]
        print(heading)
        for line in some:
            print(f"  {line.what:22}{line.usd:8.2f}   {line.how}")
        print(f"  {'total':22}{sum(line.usd for line in some):8.2f}")
    print(f"{'USD a month':24}{sum(line.usd for line in lines):8.2f}   {PRICES_OF}")
    for kind, lines_of in (
        ("model quality", model_quality),
        ("bias", model_bias),
        ("attribution drift", model_explainability),
    ):
        more = list(lines_of(Load()))
        print(f"A daily {kind} monitor adds")
        for line in more:
            print(f"  {line.what:22}{line.usd:8.2f}   {line.how}")
        print(f"  {'total':22}{sum(line.usd for line in more):8.2f}")


if __name__ == "__main__":
    main()
