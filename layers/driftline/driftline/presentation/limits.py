"""What a monitor's limits do when nothing has changed, and what they find, in words."""

from collections.abc import Iterator, Mapping

from driftline.domain.executions.limits import Limits
from driftline.domain.inference.families import LEVEL
from driftline.presentation.text import count, percent

_ROUNDING = 1e-9


def limits_said(limits: Limits | None, rows: int) -> tuple[str, ...]:
    """One sentence each: the rate first, then what is found; none where nothing is known.

    Args:
        rows: Of the window.
    """
    return tuple(_said(limits, rows)) if limits else ()


def _said(limits: Limits, rows: int) -> Iterator[str]:
    rate = limits.quiet_rate
    if rate is not None:
        yield quiet_rate_said(rate, rows)
    yield from (f"{each[:1].upper()}{each[1:]}" for each in limits.finds)


def quiet_rates_said(rates: Mapping[int, float]) -> Iterator[str]:
    """The rates of windows of several sizes, by their rows: one sentence if all keep the rule."""
    if all(rate <= LEVEL + _ROUNDING for rate in rates.values()):
        yield f"at most {percent(LEVEL)} of windows have a violation when nothing has changed."
    else:
        yield from (quiet_rate_said(rate, rows) for rows, rate in rates.items())


def quiet_rate_said(rate: float, rows: int) -> str:
    """How often windows of this size ring when nothing has changed."""
    of = f"of windows of {count(rows, 'row')} have a violation when nothing has changed"
    if rate <= LEVEL + _ROUNDING:
        return f"At most {percent(LEVEL)} {of}."
    return (
        f"About {percent(rate)} {of}: some limits allow for no chance, because a person wrote them, a column is "
        "strict, or the comparison is SageMaker's."
    )
