"""What explanations of a month cost: requests to an endpoint, and the time of explain_model."""

from collections.abc import Sequence
from dataclasses import dataclass

from driftline.domain.explanations.tasks import Kernel

_PIECE_ROWS = 500
_PIECE_SECONDS = 3.0
"""Of 500 rows by a hundred trees, with reading and writing; measured: 0.6 s (docs/reference/cost.md)."""

_REQUEST_SECONDS = 0.5
_GIGABYTES = 1.769
_USD_OF_SECOND = 0.0000166667 * _GIGABYTES
"""Lambda's price of x86 in us-east-1, November 2026."""


@dataclass(frozen=True, slots=True)
class Requests:
    """How an endpoint is asked.

    Attributes:
        baseline: Number of rows that stand for a feature's absence.
        explained: Names of the features that are explained; none: all.
    """

    endpoint: str
    rows_per_request: int
    most_requests: int
    baseline: int = 1
    samples: int | None = None
    explained: tuple[str, ...] = ()

    def of_row(self, features: int) -> int:
        """To explain one row of so many features, at most."""
        kernel = Kernel(((),) * self.baseline, self.samples, features=self.explained)
        return -(-kernel.questions_of_row(features) // self.rows_per_request)


def cost_of_file(rows: int, executions: int) -> str:
    """Of explaining so many rows of each window by a model's file."""
    pieces = -(-rows // _PIECE_ROWS) * executions
    said = f"explain_model explains at most {rows:,} rows of a window: {pieces:,} invocations a month"
    return f"{said}, about {_usd(pieces * _PIECE_SECONDS)} of Lambda."


def costs_of_endpoint(asked: Requests, features: int, rows: int, baseline_rows: int, executions: int) -> Sequence[str]:
    """Of explaining so many rows of each window, and of the baseline.

    Args:
        features: Their number; 0 if it is not known.
    """
    if not features:
        unknown = f"The requests to {asked.endpoint} depend on the number of features"
        return (f"{unknown}: name them under columns.input, and they are counted here.",)
    of_row = asked.of_row(features)
    window, baseline = of_row * rows, of_row * baseline_rows
    month = window * executions
    hours = month * _REQUEST_SECONDS / 3600
    sent = f"Each window sends at most {window:,} requests to {asked.endpoint}"
    time = f"At {_REQUEST_SECONDS} s each they take {hours:,.1f} h, {_usd(month * _REQUEST_SECONDS)} of explain_model"
    billed = "the endpoint itself is billed by the hour, or by these requests if it is serverless"
    said = [f"{sent} ({rows:,} rows, {of_row:,} each), {month:,} a month. {time}; {billed}."]
    if max(window, baseline) > asked.most_requests:
        which = "a window" if window > asked.most_requests else "the baseline"
        said.append(
            f"That is more than most_requests allows: {which} takes up to {max(window, baseline):,}, and "
            f"{asked.most_requests:,} are allowed, so that it is refused. Lower rows, baseline_rows or "
            "kernel.num_samples, or raise endpoint.most_requests."
        )
    return said


def _usd(seconds: float) -> str:
    price = seconds * _USD_OF_SECOND
    return "less than 0.01 USD" if price < 0.01 else f"{price:,.2f} USD"  # noqa: PLR2004, a cent
