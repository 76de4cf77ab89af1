"""Conditional demographic disparity: are rejections of the group out of proportion, compared within each stratum?

    CDD = sum n_i (D_i - A_i) / sum n_i

A_i is the group's share of the positive rows of stratum i, D_i its share of the negative ones; 0 without such rows.
Source: Wachter, Mittelstadt, Russell (2021), "Why fairness cannot be automated"; smclarify 0.5.
"""

from collections.abc import Callable
from typing import Literal

import numpy as np

from driftline.kinds.model_bias.rules.metrics.metric import NO_GROUP_VARIABLE, Metric, divided
from driftline.kinds.model_bias.rules.tables import NEGATIVE, POSITIVE, D, Figure, Floats, Tables

type Outcomes = Literal["labels", "predictions"]

MOST_IN_SMALL_STRATA = 0.05
"""Strata with small cells may be left out of the smallest cell while they have no more than this share of the rows."""


def _of(outcomes: Outcomes, tables: Tables) -> tuple[Floats, Floats | None]:
    return (tables.labels, tables.labels_by) if outcomes == "labels" else (tables.predictions, tables.predictions_by)


def conditional_disparity(outcomes: Outcomes) -> Callable[[Tables], Figure]:
    """CDD of the labels or of the predictions."""

    def compute(tables: Tables) -> Figure:
        _, strata = _of(outcomes, tables)
        assert strata is not None  # else it is refused
        shares = np.asarray(divided(strata[:, D], strata.sum(axis=1)))
        sizes = strata.sum(axis=(1, 2))
        return np.sum(sizes * (shares[:, NEGATIVE] - shares[:, POSITIVE]), axis=0) / np.sum(sizes, axis=0)

    return compute


def _refusal(outcomes: Outcomes) -> Callable[[Tables], str | None]:
    def refusal(tables: Tables) -> str | None:
        table, strata = _of(outcomes, tables)
        if strata is None or not len(strata):
            return NO_GROUP_VARIABLE
        negative, positive = table.sum(axis=0)
        if not positive:
            return "No positive labels in set"
        return None if negative else "No negative labels in set"

    return refusal


def _divisors(outcomes: Outcomes) -> Callable[[Tables], Floats]:
    """Both outcomes of each stratum, without the smallest strata."""

    def divisors(tables: Tables) -> Floats:
        table, strata = _of(outcomes, tables)
        if strata is None or not len(strata):
            return np.zeros(1)
        smallest, sizes = strata.sum(axis=1).min(axis=1), strata.sum(axis=(1, 2))
        order = np.argsort(smallest, kind="stable")
        ignored = np.cumsum(sizes[order]) <= MOST_IN_SMALL_STRATA * sizes.sum()
        return np.append(smallest[order][~ignored], table.sum(axis=1))

    return divisors


def _metric(name: str, title: str, outcomes: Outcomes, what: str) -> Metric:
    return Metric(
        name,
        "pre_training" if outcomes == "labels" else "post_training",
        title,
        "sum n_i (D_i - A_i) / sum n_i",
        "the group has a larger share of the rejected rows than of the accepted ones",
        (-1.0, 1.0),
        f"Whether the group has more than its share of {what}, when only similar cases are compared.",
        outcomes,
        conditional_disparity(outcomes),
        _refusal(outcomes),
        _divisors(outcomes),
        source="Wachter, Mittelstadt, Russell (2021); smclarify 0.5",
    )


METRICS = (
    _metric("CDDL", "Conditional Demographic Disparity in Labels (CDDL)", "labels", "bad outcomes in reality"),
    _metric(
        "CDDPL",
        "Conditional Demographic Disparity in Predicted Labels (CDDPL)",
        "predictions",
        "the model's rejections",
    ),
)
