"""What a monitored endpoint costs a month on AWS: list prices times what the stack does. No free tier is counted.

One endpoint with ten features, one capture file a minute, an hourly data quality monitor, all parameters at their
defaults. Run by itself it prints every line: `python -m bench.cost`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from bench.results import Limit, Options, Row

LIMIT = Limit(15, 10, "USD/month")
"""An hour of the smallest machine that Model Monitor ran on costs more than a day of this."""

# List prices in USD, us-east-1, as the services' pricing pages had them in November 2026.
PRICES_OF = "us-east-1, November 2026"
LAMBDA_ARM_GB_SECOND = 0.0000133334  # aws.amazon.com/lambda/pricing
LAMBDA_REQUEST = 0.20e-6
S3_GB_MONTH = 0.023  # aws.amazon.com/s3/pricing, Standard
S3_PUT_OR_LIST = 0.005e-3
S3_GET = 0.0004e-3
SQS_REQUEST = 0.40e-6  # aws.amazon.com/sqs/pricing, standard queue
EVENTBRIDGE_EVENT = 1.00e-6  # aws.amazon.com/eventbridge/pricing: custom events, and S3's that one opts in to
SCHEDULER_INVOCATION = 1.00e-6
METRIC_MONTH = 0.30  # aws.amazon.com/cloudwatch/pricing, first 10,000 metrics
ALARM_MONTH = 0.10
LOGS_GB = 0.50
KMS_KEY_MONTH = 1.00  # aws.amazon.com/kms/pricing

HOURS = 730  # of a month, as AWS counts
FILES = HOURS * 60


@dataclass(frozen=True, slots=True)
class Load:
    """What is watched, and what one piece of work takes.

    Attributes:
        features: Of which each has two metrics, up to `top_features` of them.
        top_features: The monitor document's default.
        file_seconds: Billed time of profile_capture for a file of some hundred lines.
        run_seconds: Billed time of run_monitor for an hour of such files.
        profile_kilobytes: Size of a file's profile.
        file_objects: Objects written for a capture file.
        log_kilobytes: Of one invocation.
    """

    features: int = 10
    top_features: int = 10
    file_seconds: float = 0.3
    run_seconds: float = 1.5
    profile_kilobytes: float = 60
    file_objects: int = 2
    log_kilobytes: float = 1.5


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the bill."""

    what: str
    usd: float
    how: str


def bill(load: Load) -> Iterator[Line]:
    """Every line, in USD a month."""
    profile_gb, run_gb = 1024 / 1024, 1769 / 1024
    seconds = FILES * load.file_seconds * profile_gb + HOURS * load.run_seconds * run_gb
    yield Line(
        "Lambda",
        seconds * LAMBDA_ARM_GB_SECOND + (FILES + HOURS) * LAMBDA_REQUEST,
        f"{FILES:,} files and {HOURS} executions, {seconds:,.0f} GB-s on arm64",
    )
    puts = FILES * load.file_objects + HOURS * 5
    lists = HOURS * 4 + FILES
    gets = FILES * 3 + HOURS * (60 + 10)
    yield Line(
        "S3 requests",
        (puts + lists) * S3_PUT_OR_LIST + gets * S3_GET,
        f"{puts:,} objects written, {gets:,} read, {lists:,} listings",
    )
    stored = FILES * load.profile_kilobytes * load.file_objects / 2**20
    yield Line("S3 storage of state", stored * S3_GB_MONTH, f"{stored:.1f} GB, one month kept")
    # A queue's event source mapping asks with five long polls of 20 s each, whether anything comes or not.
    polls = 4 * 5 * 3 * 60 * HOURS
    yield Line(
        "SQS", (polls + 3 * (FILES + HOURS)) * SQS_REQUEST, f"{polls:,} long polls of four queues, day and night"
    )
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
    yield Line("CloudWatch alarms", 4 * ALARM_MONTH, "one for each dead-letter queue")
    yield Line("KMS key", KMS_KEY_MONTH, "of the operator topic; parameter EncryptOperatorTopic")


def run(_options: Options) -> Iterator[Row]:
    """The whole bill, and the bill without the metrics of single features."""
    for name, load in (("one endpoint", Load()), ("one endpoint, totals only", Load(top_features=0))):
        lines = list(bill(load))
        detail = ", ".join(f"{line.what} {line.usd:.2f}" for line in lines)
        yield Row(f"{name}, {PRICES_OF}", LIMIT, sum(line.usd for line in lines), detail)


def main() -> None:
    lines = list(bill(Load()))
    for line in lines:
        print(f"{line.what:22}{line.usd:8.2f}   {line.how}")
    print(f"{'USD a month':22}{sum(line.usd for line in lines):8.2f}   {PRICES_OF}")


if __name__ == "__main__":
    main()
