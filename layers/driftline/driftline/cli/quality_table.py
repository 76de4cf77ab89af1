"""Executions of model quality as a person reads them."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from driftline.cli.columns import table_of
from driftline.cli.text import safe
from driftline.kinds.model_quality.rules.summary import MetricSummary, QualitySummary
from driftline.presentation.text import interval as interval_text
from driftline.presentation.text import number, percent

_SIDES = {"GreaterThanThreshold": "at most", "LessThanThreshold": "at least"}


def show_quality(console: Console, summary: QualitySummary) -> None:
    """Coverage, every metric with its interval and limit, and what violates."""
    coverage = "" if summary.coverage is None else f", {percent(summary.coverage)} of them labelled"
    console.print(f"{summary.rows:,} rows{coverage}; metrics of {summary.evaluated_rows:,}", soft_wrap=True)
    for reason, count in summary.body.unusable_rows.items():
        console.print(f"{count:,} rows left out: {safe(reason)}", soft_wrap=True)
    for note in summary.notes:
        console.print(f"Note: {safe(note)}", soft_wrap=True)
    if summary.evaluated_rows:
        console.print(_metrics(summary))


def _metrics(summary: QualitySummary) -> Table:
    figures = ("value", "95 % interval", "limit")
    table = table_of("metric", *figures, numbers=figures)
    for metric in summary.body.metrics:
        interval = metric.interval
        table.add_row(
            safe(metric.name),
            "" if metric.value is None else Text(number(metric.value), style="red" if metric.violated else ""),
            "" if interval is None else interval_text(interval),
            _limit(metric) + (", violated" if metric.violated else ""),
        )
    return table


def _limit(metric: MetricSummary) -> str:
    if metric.baseline is None or metric.operator is None:
        return ""
    return f"{_SIDES.get(metric.operator, metric.operator)} {number(metric.baseline)}"
