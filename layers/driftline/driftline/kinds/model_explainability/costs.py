"""What explanations of a month cost: requests to an endpoint, and the time of explain_model."""

from collections.abc import Sequence

from driftline.domain.explanations.tasks import Kernel
from driftline.kinds.model_explainability.settings import ExplainingEndpoint, ModelExplainabilityMonitor

_PIECE_ROWS = 500
_PIECE_SECONDS = 3.0
"""Of 500 rows by a hundred trees, with reading and writing; measured: 0.6 s (docs/reference/cost.md)."""

_REQUEST_SECONDS = 0.5
_GIGABYTES = 1.769
_USD_OF_SECOND = 0.0000166667 * _GIGABYTES
"""Lambda's price of x86 in us-east-1, November 2026."""


def costs(settings: ModelExplainabilityMonitor, inputs: Sequence[str], executions: int) -> Sequence[str]:
    """One sentence for each; see `ScheduledMonitor.costs`."""
    if settings.endpoint is not None:
        return _of_endpoint(settings, settings.endpoint, inputs, executions)
    if settings.source != "model":
        return ()
    pieces = -(-settings.most_rows // _PIECE_ROWS) * executions
    said = f"explain_model explains at most {settings.most_rows:,} rows of a window: {pieces:,} invocations a month"
    return (f"{said}, about {_usd(pieces * _PIECE_SECONDS)} of Lambda.",)


def _of_endpoint(
    settings: ModelExplainabilityMonitor, endpoint: ExplainingEndpoint, inputs: Sequence[str], executions: int
) -> Sequence[str]:
    features = len(settings.features or inputs)
    if not features:
        unknown = f"The requests to {endpoint.endpoint} depend on the number of features"
        return (f"{unknown}: name them under columns.input, and they are counted here.",)
    kernel = settings.kernel
    rows = len(kernel.baseline) or kernel.num_clusters or 1
    stands_for = Kernel(((),) * rows, kernel.num_samples, features=kernel.features_to_explain)
    of_row = -(-stands_for.questions_of_row(features) // endpoint.rows_per_request)
    window = of_row * settings.most_rows
    month = window * executions
    hours = month * _REQUEST_SECONDS / 3600
    sent = f"Each window sends at most {window:,} requests to {endpoint.endpoint}"
    price = _usd(month * _REQUEST_SECONDS)
    time = f"At {_REQUEST_SECONDS} s each they take {hours:,.1f} h, {price} of explain_model"
    billed = "the endpoint itself is billed by the hour, or by these requests if it is serverless"
    said = [
        f"{sent} ({settings.most_rows:,} rows, {of_row:,} each), {month:,} a month. {time}; {billed}.",
    ]
    baseline = of_row * settings.most_baseline_rows
    if max(window, baseline) > endpoint.most_requests:
        which = "a window" if window > endpoint.most_requests else "the baseline"
        said.append(
            f"That is more than most_requests allows: {which} takes up to {max(window, baseline):,}, and "
            f"{endpoint.most_requests:,} are allowed, so that it is refused. Lower rows, baseline_rows or "
            "kernel.num_samples, or raise endpoint.most_requests."
        )
    return said


def _usd(seconds: float) -> str:
    price = seconds * _USD_OF_SECOND
    return "less than 0.01 USD" if price < 0.01 else f"{price:,.2f} USD"  # noqa: PLR2004, a cent
