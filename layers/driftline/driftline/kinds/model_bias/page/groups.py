"""Groups next to all others: rates with intervals, the confusion matrix, Clarify's other statistics."""

from collections.abc import Sequence

from driftline.kinds.model_bias.facts import Group
from driftline.kinds.model_bias.page.names import RATES
from driftline.kinds.model_bias.rules.summary import OutcomesSummary, RateSummary
from driftline.presentation.findings import row_name
from driftline.presentation.tables import Column, Holds, Matrix, MatrixCell, Medium, Row, Table
from driftline.presentation.text import IN_A_SENTENCE, shown

_RATES = (
    Column(name="subject", title="Subject", holds=Holds.TEXT, on=Medium.NOTEBOOK),
    Column(name="facet", title="Facet", holds=Holds.TEXT, on=Medium.NOTEBOOK),
    Column(name="group", title="Group", holds=Holds.TEXT, on=Medium.NOTEBOOK),
    Column(name="title", title="Group", holds=Holds.TEXT, on=Medium.PEOPLE),
    Column(name="rate", title="Rate", holds=Holds.TEXT),
    Column(name="value", title="The group", holds=Holds.SHARE),
    Column(name="interval", title="95 % interval", holds=Holds.FIGURE, on=Medium.PEOPLE),
    Column(name="lower", title="Lower", holds=Holds.SHARE, on=Medium.NOTEBOOK),
    Column(name="upper", title="Upper", holds=Holds.SHARE, on=Medium.NOTEBOOK),
    Column(name="baseline", title="Its baseline", holds=Holds.SHARE),
    Column(name="others", title="All others", holds=Holds.SHARE),
    Column(name="others_interval", title="95 % interval", holds=Holds.FIGURE, on=Medium.PEOPLE),
    Column(name="others_lower", title="Others: lower", holds=Holds.SHARE, on=Medium.NOTEBOOK),
    Column(name="others_upper", title="Others: upper", holds=Holds.SHARE, on=Medium.NOTEBOOK),
    Column(name="others_baseline", title="Their baseline", holds=Holds.SHARE),
)
_STATISTICS = (
    Column(name="subject", title="Subject", holds=Holds.TEXT, on=Medium.NOTEBOOK),
    Column(name="title", title="Group", holds=Holds.TEXT),
    Column(name="statistic", title="Statistic", holds=Holds.TEXT),
    Column(name="value", title="The group", holds=Holds.NUMBER),
    Column(name="others", title="All others", holds=Holds.NUMBER),
)
_UNKNOWN: tuple[None, None] = (None, None)
CONFUSION = "Rows by label (down) and prediction (across), with the share of the rows with this label."
_ACROSS = ("predicted positive", "predicted negative")


def rates_table(groups: Sequence[Group], note: str) -> Table:
    """A row for each rate of each group."""
    explained = " ".join(f"{name}: {of}." for name, of in RATES.values())
    return Table(
        name="rates",
        title="Rates of each group next to all others, in the window and in the baseline",
        noun="rate",
        note=" ".join(filter(None, (explained, note))),
        columns=_RATES,
        rows=tuple(_rate(group, rate) for group in groups for rate in group.summary.rates),
    )


def _rate(group: Group, rate: RateSummary) -> Row:
    lower, upper = rate.group_interval or (None, None)
    others_lower, others_upper = rate.others_interval or (None, None)
    return Row(
        subject=row_name(group.subject, rate.name),
        cells=(
            row_name(group.subject, rate.name),
            group.facet,
            group.summary.group,
            group.title,
            RATES[rate.name][0],
            rate.group,
            _interval(rate.group_interval),
            lower,
            upper,
            rate.baseline_group,
            rate.others,
            _interval(rate.others_interval),
            others_lower,
            others_upper,
            rate.baseline_others,
        ),
    )


def _interval(bounds: tuple[float, float] | None) -> str | None:
    """`41.2 to 52.9 %`."""
    return None if bounds is None else f"{100 * bounds[0]:.1f} to {100 * bounds[1]:.1f} %"


def confusion(group: Group) -> Matrix | None:
    """The group's rows, and below them all others'; None without rows that have both label and prediction."""
    own, others = group.summary.outcomes, group.summary.other_outcomes
    if not _rows(own) + _rows(others):
        return None
    rates = {each.name: (each.baseline_group, each.baseline_others) for each in group.summary.rates}
    recall, specificity = rates.get("recall", _UNKNOWN), rates.get("specificity", _UNKNOWN)
    name = shown(group.title, IN_A_SENTENCE)
    return Matrix(
        title=f"Confusion matrix: {name} and all others",
        note="",
        across=_ACROSS,
        rows=(
            (f"{name}: label positive", _cells(own.tp, own.fn, recall[0])),
            (f"{name}: label negative", _cells(own.fp, own.tn, _rest(specificity[0]))),
            ("All others: label positive", _cells(others.tp, others.fn, recall[1])),
            ("All others: label negative", _cells(others.fp, others.tn, _rest(specificity[1]))),
        ),
    )


def _rows(outcomes: OutcomesSummary) -> int:
    return outcomes.tp + outcomes.fp + outcomes.fn + outcomes.tn


def _rest(share: float | None) -> float | None:
    return None if share is None else 1.0 - share


def _cells(accepted: int, rejected: int, baseline: float | None) -> tuple[MatrixCell, MatrixCell]:
    """Args: baseline: share of the accepted."""
    rows = accepted + rejected
    share = accepted / rows if rows else None
    return (
        MatrixCell(rows=accepted, share=share, baseline=baseline),
        MatrixCell(rows=rejected, share=_rest(share), baseline=_rest(baseline)),
    )


def statistics_table(groups: Sequence[Group]) -> Table:
    """What Clarify's report has beside the metrics."""
    rows = tuple(
        Row(
            subject=row_name(group.subject, name),
            cells=(
                row_name(group.subject, name),
                group.title,
                name,
                value,
                group.summary.other_statistics.get(name),
            ),
        )
        for group in groups
        for name, value in group.summary.statistics.items()
    )
    return Table(
        name="statistics",
        title="Clarify’s statistics of each group and of all others",
        noun="statistic",
        columns=_STATISTICS,
        rows=rows,
    )
