"""Metrics of observed labels. P_a and P_d are the shares of negative and positive labels in both groups.

The divergences use only outcomes that both groups have, without scaling the rest up to 1, as smclarify does: so KL may
be negative, and JS, LP and TVD count the common outcomes alone. With two outcomes they are all functions of the same
two shares as DPL, which has a sign, and is compared in their place.
"""

from collections.abc import Callable
from functools import partial
from math import fma, sqrt

import numpy as np

from driftline.kinds.model_bias.rules.metrics.metric import Metric, group_sizes, needs_groups
from driftline.kinds.model_bias.rules.tables import POSITIVE, A, D, Figure, Floats, Tables

NO_COMMON = "No instance of common facet found, dataset may be too small"


def class_imbalance(tables: Tables) -> Figure:
    """(n_a - n_d) / (n_a + n_d)."""
    sizes: Floats = tables.labels.sum(axis=1)
    found: Figure = (sizes[A] - sizes[D]) / (sizes[A] + sizes[D])
    return found


def positive_shares(tables: Tables) -> tuple[Figure, Figure]:
    """n_a1 / n_a and n_d1 / n_d."""
    sizes = tables.labels.sum(axis=1)
    return tables.labels[A, POSITIVE] / sizes[A], tables.labels[D, POSITIVE] / sizes[D]


def difference_in_proportions(tables: Tables) -> Figure:
    """n_a1 / n_a - n_d1 / n_d."""
    a, d = positive_shares(tables)
    return a - d


def _distributions(tables: Tables) -> tuple[Floats, Floats]:
    """P_a and P_d of the common outcomes; of draws all outcomes are common."""
    common = (tables.labels > 0).all(axis=0)
    if common.ndim > 1:
        common = np.ones(len(common), dtype=np.bool_)
    sizes = tables.labels.sum(axis=1)
    return tables.labels[A][common] / sizes[A], tables.labels[D][common] / sizes[D]


def _kl(one: Floats, other: Floats) -> Figure:
    return np.sum(one * np.log(one / other), axis=0)


def kullback_leibler(tables: Tables) -> Figure:
    """Sum of P_a ln(P_a / P_d)."""
    return _kl(*_distributions(tables))


def jensen_shannon(tables: Tables) -> Figure:
    """(KL(P_a, P) + KL(P_d, P)) / 2 with P = (P_a + P_d) / 2."""
    a, d = _distributions(tables)
    middle = 1 / 2 * (a + d)
    return 0.5 * (_kl(a, middle) + _kl(d, middle))


def _norm(order: float, factor: float, tables: Tables) -> Figure:
    a, d = _distributions(tables)
    return factor * np.linalg.norm(a - d, order, axis=0)


def _length(tables: Tables) -> Figure:
    """Square root of the sum of squares; of draws, of each.

    For one vector numpy, and thus Clarify, asks BLAS, which on most processors does not round a square before it is
    added, and on some does. Here it is never rounded, so that the last bit does not depend on the processor.
    """
    a, d = _distributions(tables)
    if a.ndim > 1:
        return np.linalg.norm(a - d, axis=0)
    total = 0.0
    for each in (a - d).tolist():
        total = fma(each, each, total)
    return sqrt(total)


def _no_common(tables: Tables) -> str | None:
    return None if (tables.labels > 0).all(axis=0).any() else NO_COMMON


def _divergence(name: str, title: str, formula: str, most: float, compute: Callable[[Tables], Figure]) -> Metric:
    return Metric(
        name,
        "pre_training",
        title,
        formula,
        "the groups' labels differ, in either direction",
        (0.0 if name != "KL" else -np.inf, most),
        "How differently good outcomes are spread over the two groups in reality, whichever is better off.",
        "labels",
        compute,
        _no_common,
        group_sizes("labels"),
        fact="DPL",
    )


METRICS = (
    Metric(
        "CI",
        "pre_training",
        "Class Imbalance (CI)",
        "(n_a - n_d) / (n_a + n_d)",
        "the group has fewer rows than the others",
        (-1.0, 1.0),
        "How much smaller the group is than all others together.",
        "labels",
        class_imbalance,
        needs_groups(
            "labels",
            "CI: facet set is empty. Check that x[facet] has non-zero length.",
            "CI: negated facet set is empty. Check that x[~facet] has non-zero length.",
            others_first=True,
        ),
        group_sizes("labels"),
    ),
    Metric(
        "DPL",
        "pre_training",
        "Difference in Positive Proportions in Labels (DPL)",
        "n_a1 / n_a - n_d1 / n_d",
        "good outcomes are rarer in the group",
        (-1.0, 1.0),
        "How much rarer good outcomes really are in the group than among the others.",
        "labels",
        difference_in_proportions,
        needs_groups("labels", "Facet set is empty.", "Negative facet set is empty.", others_first=True),
        group_sizes("labels"),
        sides=positive_shares,
    ),
    _divergence(
        "JS",
        "Jensen-Shannon Divergence (JS)",
        "(KL(P_a, P) + KL(P_d, P)) / 2, P = (P_a + P_d) / 2",
        float(np.log(2)),
        jensen_shannon,
    ),
    _divergence("KL", "Kullback-Liebler Divergence (KL)", "sum P_a ln(P_a / P_d)", np.inf, kullback_leibler),
    _divergence("KS", "Kolmogorov-Smirnov Distance (KS)", "max |P_a - P_d|", 1.0, partial(_norm, np.inf, 1.0)),
    _divergence("LP", "L-p Norm (LP)", "||P_a - P_d||_2", float(np.sqrt(2)), _length),
    _divergence("TVD", "Total Variation Distance (TVD)", "||P_a - P_d||_1 / 2", 1.0, partial(_norm, 1, 0.5)),
)
