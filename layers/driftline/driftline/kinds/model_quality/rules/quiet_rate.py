"""How often limits of model quality ring in windows in which nothing has changed.

The baseline's metrics are taken for the truth. Limits that are its own values are judged by tests, all together at a
level; those that are taken as given ring as often as chance carries the metric, or its whole interval, beyond them.
"""

import math
from collections.abc import Iterator, Mapping

from driftline.domain.executions.finding import Side
from driftline.domain.inference.distributions import normal_quantile, normal_tail
from driftline.domain.inference.families import LEVEL
from driftline.domain.monitors.comparison import Compared
from driftline.kinds.model_quality.rules.check import side_of
from driftline.kinds.model_quality.rules.constraints import Constraint, QualityConstraints
from driftline.kinds.model_quality.rules.estimates import Estimate, interval
from driftline.kinds.model_quality.rules.groups import groups_of
from driftline.kinds.model_quality.rules.reference import Reference

_HALF_WIDTH = normal_quantile(0.975)
_INDEPENDENT = 2
"""Metrics of one window move together: those of a confusion matrix follow from two of them."""


def quiet_rate(
    estimates: Mapping[str, Estimate], constraints: QualityConstraints, comparison: Compared, reference: Reference
) -> float | None:
    """The share of windows like this one that ring; None if the baseline's metrics are not known.

    Args:
        estimates: Of the window's metrics, which say how much chance moves them.
    """
    given = constraints.constraints
    if not any(name in reference.values for name in given):
        return None
    own = {name for name, each in given.items() if comparison == "driftline" and reference.has(name, each.threshold)}
    strict = {name: each for name, each in given.items() if name not in own}
    calm = 1.0 - LEVEL if own else 1.0
    rates = sorted(_of_facts(estimates, strict, constraints, comparison, reference), reverse=True)
    for rate in rates[:_INDEPENDENT]:
        calm *= 1.0 - rate
    return 1.0 - calm


def _of_facts(
    estimates: Mapping[str, Estimate],
    strict: Mapping[str, Constraint],
    constraints: QualityConstraints,
    comparison: Compared,
    reference: Reference,
) -> Iterator[float]:
    """Of each fact that has a limit which is taken as given, and a spread."""
    for names in groups_of(constraints.problem, strict):
        known = [name for name in names if name in estimates and name in reference.values]
        limits = [(estimates[name], reference.values[name], strict[name]) for name in known]
        yield max(
            (_beyond(spread, truth, each.threshold, side_of(each), comparison) for spread, truth, each in limits),
            default=0.0,
        )


def _beyond(estimate: Estimate, truth: float, threshold: float, side: Side, comparison: Compared) -> float:
    """By the normal distribution around the truth, with the spread that the window's interval has."""
    lower, upper = interval(estimate)
    spread = (upper - lower) / 2 / _HALF_WIDTH
    slack = truth - threshold if side == "at_least" else threshold - truth
    if not spread > 0 or math.isnan(threshold):
        return 0.0
    return normal_tail(slack / spread + (0.0 if comparison == "sagemaker" else _HALF_WIDTH))
