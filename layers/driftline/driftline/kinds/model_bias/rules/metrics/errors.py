"""Metrics of predictions against labels: which group the model errs on, and how.

TP, FP, FN, TN are counted for each group. Each metric is the difference of one figure between the groups, here as
(figure of a, figure of d).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from driftline.kinds.model_bias.rules.metrics.metric import Metric, difference, divided, needs_groups
from driftline.kinds.model_bias.rules.tables import NEGATIVE, POSITIVE, Figure, Floats, Tables

type Sides = tuple[Figure, Figure]


def _outcomes(tables: Tables) -> tuple[Floats, Floats, Floats, Floats]:
    """TP, FP, FN, TN, each with the group first."""
    both = tables.both
    return (
        both[:, POSITIVE, POSITIVE],
        both[:, NEGATIVE, POSITIVE],
        both[:, POSITIVE, NEGATIVE],
        both[:, NEGATIVE, NEGATIVE],
    )


def _ratio(above: Floats, below: Floats) -> Sides:
    found = np.asarray(divided(above, below))
    return found[0], found[1]


def accuracies(tables: Tables) -> Sides:
    """(TP + TN) / (TP + TN + FP + FN)."""
    tp, fp, fn, tn = _outcomes(tables)
    return _ratio(tp + tn, tp + tn + fp + fn)


def acceptance_rates(tables: Tables) -> Sides:
    """TP / (TP + FP), the precision."""
    tp, fp, _, _ = _outcomes(tables)
    return _ratio(tp, tp + fp)


def conditional_acceptances(tables: Tables) -> Sides:
    """n_1 / n̂_1: observed positives for each predicted one."""
    tp, fp, fn, _ = _outcomes(tables)
    return _ratio(tp + fn, tp + fp)


def conditional_rejections(tables: Tables) -> Sides:
    """n_0 / n̂_0: observed negatives for each predicted one."""
    _, fp, fn, tn = _outcomes(tables)
    return _ratio(tn + fp, tn + fn)


def rejection_rates(tables: Tables) -> Sides:
    """TN / (TN + FN), the negative predictive value."""
    _, _, fn, tn = _outcomes(tables)
    return _ratio(tn, tn + fn)


def recalls(tables: Tables) -> Sides:
    """TP / (TP + FN)."""
    tp, _, fn, _ = _outcomes(tables)
    return _ratio(tp, tp + fn)


def specificities(tables: Tables) -> Sides:
    """TN / (TN + FP)."""
    _, fp, _, tn = _outcomes(tables)
    return _ratio(tn, tn + fp)


def error_ratios(tables: Tables) -> Sides:
    """FN / FP."""
    _, fp, fn, _ = _outcomes(tables)
    return _ratio(fn, fp)


def _all(tables: Tables) -> Floats:
    return tables.both.sum(axis=(1, 2))


def _predicted(outcome: int) -> Callable[[Tables], Floats]:
    return lambda tables: tables.both[:, :, outcome].sum(axis=1)


def _observed(outcome: int) -> Callable[[Tables], Floats]:
    return lambda tables: tables.both[:, outcome].sum(axis=1)


def _false_positives(tables: Tables) -> Floats:
    return tables.both[:, NEGATIVE, POSITIVE]


@dataclass(frozen=True, slots=True)
class _Kind:
    """How a difference is named and refused.

    Attributes:
        d_first: The sign: figure of d less that of a.
        prefix: Of Clarify's error texts.
    """

    prefix: str
    d_first: bool
    span: tuple[float, float] = (-1.0, 1.0)


def _metric(
    name: str,
    title: str,
    formula: str,
    positive: str,
    meaning: str,
    kind: _Kind,
    sides: Callable[[Tables], Sides],
    divides_by: Callable[[Tables], Floats],
) -> Metric:
    def compute(tables: Tables) -> Figure:
        a, d = sides(tables)
        return difference(d, a) if kind.d_first else difference(a, d)

    return Metric(
        name,
        "post_training",
        title,
        formula,
        positive,
        kind.span,
        meaning,
        "both",
        compute,
        needs_groups("both", f"{kind.prefix}Facet set is empty", f"{kind.prefix}Negated Facet set is empty"),
        divides_by,
        sides=sides,
    )


_UNBOUNDED = (float("-inf"), float("inf"))

METRICS = (
    _metric(
        "AD",
        "Accuracy Difference (AD)",
        "acc_a - acc_d, acc = (TP + TN) / n",
        "the model is right less often for the group",
        "How much less often the model is right for the group than for the others.",
        _Kind("", d_first=False),
        accuracies,
        _all,
    ),
    _metric(
        "DAR",
        "Difference in Acceptance Rates (DAR)",
        "TP_a / (TP_a + FP_a) - TP_d / (TP_d + FP_d)",
        "accepted members of the group turn out well less often",
        "How much less often an accepted case turns out well in the group than among the others.",
        _Kind("DLR: ", d_first=False),
        acceptance_rates,
        _predicted(POSITIVE),
    ),
    _metric(
        "DCA",
        "Difference in Conditional Acceptance (DCA)",
        "n_a1 / n̂_a1 - n_d1 / n̂_d1",
        "the model accepts the group more generously, compared with its real outcomes",
        "Whether the model accepts too few of the others, compared with how many deserve it, or of the group.",
        _Kind("DCO: ", d_first=False, span=_UNBOUNDED),
        conditional_acceptances,
        _predicted(POSITIVE),
    ),
    _metric(
        "DCR",
        "Difference in Conditional Rejection (DCR)",
        "n_d0 / n̂_d0 - n_a0 / n̂_a0",
        "the model rejects the group more sparingly, compared with its real outcomes",
        "Whether the model rejects too many of the others, compared with how many deserve it, or of the group.",
        _Kind("DCO: ", d_first=True, span=_UNBOUNDED),
        conditional_rejections,
        _predicted(NEGATIVE),
    ),
    _metric(
        "DRR",
        "Difference in Rejection Rates (DRR)",
        "TN_d / (TN_d + FN_d) - TN_a / (TN_a + FN_a)",
        "rejections of the group are right more often",
        "How much more often a rejection is right in the group than among the others.",
        _Kind("DLR: ", d_first=True),
        rejection_rates,
        _predicted(NEGATIVE),
    ),
    _metric(
        "RD",
        "Recall Difference (RD)",
        "TP_a / (TP_a + FN_a) - TP_d / (TP_d + FN_d)",
        "the model misses more good cases in the group",
        "How many more of the group's good cases the model misses, compared with the others.",
        _Kind("DLA: ", d_first=False),
        recalls,
        _observed(POSITIVE),
    ),
    _metric(
        "SD",
        "Specificity Difference (SD)",
        "TN_d / (TN_d + FP_d) - TN_a / (TN_a + FP_a)",
        "the model rejects more bad cases in the group",
        "How many more of the group's bad cases the model rejects, compared with the others.",
        _Kind("DLA: ", d_first=True),
        specificities,
        _observed(NEGATIVE),
    ),
    _metric(
        "TE",
        "Treatment Equality (TE)",
        "FN_d / FP_d - FN_a / FP_a",
        "errors about the group are wrong rejections more than wrong acceptances",
        "Whether the model's errors about the group are more often to its harm than its errors about the others.",
        _Kind("", d_first=True, span=_UNBOUNDED),
        error_ratios,
        _false_positives,
    ),
)
