"""Generalized entropy: how unevenly the model's benefits are spread over all rows, whatever their group.

The benefit of a row is b = ŷ - y + 1: 0 for a false negative, 2 for a false positive, 1 for all others.
Source: Speicher et al. (2018), "A unified approach to quantifying algorithmic unfairness"; smclarify 0.5.
"""

from driftline.kinds.model_bias.rules.metrics.metric import Metric
from driftline.kinds.model_bias.rules.tables import NEGATIVE, POSITIVE, Figure, Floats, Tables

ALL_FALSE_NEGATIVES = (
    "All predicted labels are false negatives. There should be at least one prediction that is not false negative."
)


def generalized_entropy(tables: Tables) -> Figure:
    """Sum of (b / mean b)^2 - 1, over 2 N."""
    counts = tables.both.sum(axis=0)
    rows = counts.sum(axis=(0, 1))
    doubled, none = counts[NEGATIVE, POSITIVE], counts[POSITIVE, NEGATIVE]
    mean = (rows - none + doubled) / rows
    single = rows - none - doubled
    total = single * ((1.0 / mean) ** 2 - 1.0) + doubled * ((2.0 / mean) ** 2 - 1.0) - none
    found: Figure = total / (rows * 2.0)
    return found


def _refusal(tables: Tables) -> str | None:
    rows = tables.both.sum()
    if not rows:
        return "dataset must be non-empty"
    return ALL_FALSE_NEGATIVES if tables.both[:, POSITIVE, NEGATIVE].sum() == rows else None


def _rows(tables: Tables) -> Floats:
    return tables.both.sum(axis=(0, 1, 2), keepdims=True).ravel()


METRICS = (
    Metric(
        "GE",
        "post_training",
        "Generalized Entropy (GE)",
        "sum ((b / mean b)^2 - 1) / (2 N), b = ŷ - y + 1",
        "always; larger is more uneven",
        (0.0, float("inf")),
        "How unevenly the model's mistakes favour some people and harm others, over all groups together.",
        "both",
        generalized_entropy,
        _refusal,
        _rows,
        source="Speicher et al. (2018); smclarify 0.5",
    ),
)
