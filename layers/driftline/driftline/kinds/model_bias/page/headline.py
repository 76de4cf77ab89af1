"""The verdict on bias without violations, in one sentence."""

from collections.abc import Iterator
from math import isfinite, isinf, log

from driftline.kinds.model_bias.facts import Bias, Group
from driftline.kinds.model_bias.rules.metrics import METRICS
from driftline.kinds.model_bias.rules.sentences import Said, metric_sentence
from driftline.kinds.model_bias.rules.summary import BiasMetricSummary
from driftline.presentation.text import count

_OF_OUTCOMES = ("DPPL", "RD", "AD", "SD", "DAR", "DRR", "DPL")
"""Differences of two rates, whose sizes compare with each other; a quiet sentence has the largest."""


def without_violations(execution: Bias) -> str:
    """The largest gap, with its interval; or why there is none."""
    shown = [group for group in execution.groups if not group.hidden]
    if not execution.groups:
        return "No violations: no group could be analysed."
    if not shown:
        few = f"fewer than {execution.smallest:,} rows"
        return f"No violations: every group, or what it is compared with, has {few} and is not shown by value."
    largest = largest_gap(execution)
    if largest is None:
        return "No violations: no watched metric has a value."
    return f"No violations. The largest gap: {in_words(*largest)}"


def largest_gap(execution: Bias) -> tuple[Group, BiasMetricSummary] | None:
    """Of the watched differences of rates; of all watched metrics where none of those has a value."""
    known = [each for each in _known(execution) if execution.watches(each[1].name)]
    gaps = [each for each in known if each[1].name in _OF_OUTCOMES]
    return max(gaps or known, key=lambda each: distance(each[1]), default=None)


def in_words(group: Group, metric: BiasMetricSummary) -> str:
    said = Said(
        value=metric.value if metric.value is not None else 0.0, interval=metric.interval, baseline=metric.baseline
    )
    return metric_sentence(metric.name, group.title, said)


def distance(metric: BiasMetricSummary) -> float:
    """From the value without bias; of a ratio the size of its logarithm."""
    value = metric.value or 0.0
    known = METRICS.get(metric.name)
    if known is None or known.neutral == 0.0 or isinf(value):
        return abs(value)
    return abs(log(value)) if value > 0 else float("inf")


def not_compared(execution: Bias) -> str:
    """How many watched metrics had too few rows; empty if all had enough."""
    found = [
        each.result == "not_enough_data"
        for group in execution.groups
        for each in group.metrics
        if execution.watches(each.name)
    ]
    if not any(found):
        return ""
    return f"{sum(found):,} of {count(len(found), 'watched metric')} had too few rows to be compared."


def _known(execution: Bias) -> Iterator[tuple[Group, BiasMetricSummary]]:
    """Infinite ones only where there are no others."""
    found = [(group, each) for group in execution.groups for each in group.metrics if each.value is not None]
    finite = [each for each in found if each[1].value is not None and isfinite(each[1].value)]
    yield from finite or found
