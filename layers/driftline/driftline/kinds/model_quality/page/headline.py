"""The verdict on a model's quality without violations, in one sentence."""

from collections.abc import Sequence

from driftline.kinds.model_quality.facts import Metric, ModelQuality
from driftline.presentation.text import IN_A_SENTENCE, interval, metric_name, names, number, shown


def without_violations(execution: ModelQuality) -> str:
    return _nothing_violated([metric for metric in execution.metrics if metric.threshold is not None])


def _nothing_violated(watched: Sequence[Metric]) -> str:
    """A watched metric may be undefined, or beyond its threshold by less than chance may give."""
    if not watched:
        return "No constraints: the metrics are computed, and nothing is evaluated."
    undefined = [metric for metric in watched if metric.value is None]
    known = [metric for metric in watched if metric.value is not None]
    beyond = [metric for metric in known if metric.beyond]
    said = []
    if not known:
        said.append("No violations: no watched metric is defined")
    elif beyond:
        why = (
            "but may be so by chance, or by too little to matter"
            if beyond[0].interval
            else "but is no violation in the files"
        )
        side = _side(beyond[0])
        said.append(f"No violations: {_figure(beyond[0])} is {side} {number(beyond[0].threshold)}, {why}")
        if len(beyond) > 1:
            said.append(f"so are {_named(beyond[1:])}")
    elif len(known) == 1:
        said.append(f"No violations: {_figure(known[0])} is on the right side of {number(known[0].threshold)}")
    else:
        said.append(f"No violations: all {len(known)} watched metrics are on the right side of their thresholds")
    if undefined and known:
        said.append(f"{_named(undefined)} could not be computed")
    return "; ".join(said) + "."


def _side(metric: Metric) -> str:
    """The side of its threshold that is a violation."""
    return "above" if metric.operator == "GreaterThanThreshold" else "below"


def _named(metrics: Sequence[Metric]) -> str:
    return names([metric_name(metric.name) for metric in metrics])


def _figure(metric: Metric) -> str:
    between = f" (95 % interval {interval(metric.interval)})" if metric.interval else ""
    return f"{shown(metric_name(metric.name), IN_A_SENTENCE)} of {number(metric.value)}{between}"
