"""What further kinds of monitors add for an endpoint: estimates, where `bill` counts.

Both are daily. They read the records of a day, which `bill` does not have in its store.
"""

from collections.abc import Iterator

from bench.cost import prices
from bench.cost.bill import Line, Load, metric_months
from bench.cost.prices import HOURS

RUN_SECONDS = Load().run_seconds
_FILES = HOURS * 60


def model_bias() -> Iterator[Line]:
    """What a daily bias monitor adds for an endpoint that has a model quality monitor, and so its labels, already."""
    days = HOURS / 24
    seconds = HOURS * RUN_SECONDS + days * 10
    yield Line(
        "Lambda",
        seconds * prices.LAMBDA_ARM_GB_SECOND,
        f"{days:.0f} executions over the records of {HOURS} hours",
    )
    # The records of an hour are read twice, for its columns and for its rows; what is kept of it is read once.
    gets, puts, lists = _FILES * 3 + HOURS * 12, HOURS * 3 + days * 6, days * 60
    yield Line(
        "S3 requests",
        (lists + puts) * prices.S3_PUT_OR_LIST + gets * prices.S3_GET,
        f"{puts:,.0f} objects written, {gets:,} read, {lists:,.0f} listings",
    )
    yield _alarms()


def model_explainability() -> Iterator[Line]:
    """What a daily attribution drift monitor adds: 2,000 rows a day, explained by a file of some hundred trees."""
    days = HOURS / 24
    rows, piece = 2_000, 500
    pieces = days * rows / piece
    # A window is evaluated twice: the first time it asks, and the hours' samples are kept for the second.
    seconds = HOURS * RUN_SECONDS + days * 5 + pieces * 2 * 1769 / 1024
    yield Line(
        "Lambda",
        seconds * prices.LAMBDA_ARM_GB_SECOND + (pieces + 2 * days) * prices.LAMBDA_REQUEST,
        f"{pieces:,.0f} pieces of {piece} rows, {2 * days:.0f} evaluations",
    )
    gets, puts, lists = _FILES * 3 + HOURS * 12 + pieces * 4, HOURS * 3 + days * 8 + pieces * 3, days * 80
    yield Line(
        "S3 requests",
        (lists + puts) * prices.S3_PUT_OR_LIST + gets * prices.S3_GET,
        f"{puts:,.0f} objects written, {gets:,.0f} read, {lists:,.0f} listings",
    )
    yield _alarms()


def _alarms() -> Line:
    """A metric of a daily monitor is published in one hour of a day, and billed for that."""
    usd = metric_months(1 / 24) + 2 * prices.ALARM_MONTH
    return Line("Signals and alarms", usd, "1 and 2: violations, failures")
