"""Metrics of predictions alone: they need no label, so they are there at once."""

from driftline.kinds.model_bias.rules.metrics.metric import Metric, divided, group_sizes, needs_groups
from driftline.kinds.model_bias.rules.tables import POSITIVE, A, D, Figure, Floats, Tables


def predicted_shares(tables: Tables) -> tuple[Figure, Figure]:
    """n̂_a1 / n_a and n̂_d1 / n_d."""
    sizes = tables.predictions.sum(axis=1)
    return tables.predictions[A, POSITIVE] / sizes[A], tables.predictions[D, POSITIVE] / sizes[D]


def difference_in_predicted_proportions(tables: Tables) -> Figure:
    """n̂_a1 / n_a - n̂_d1 / n_d."""
    a, d = predicted_shares(tables)
    return a - d


def disparate_impact(tables: Tables) -> Figure:
    """(n̂_d1 / n_d) / (n̂_a1 / n_a)."""
    a, d = predicted_shares(tables)
    return divided(d, a)


def _positive_predictions(tables: Tables) -> Floats:
    return tables.predictions[:, POSITIVE]


METRICS = (
    Metric(
        "DI",
        "post_training",
        "Disparate Impact (DI)",
        "(n̂_d1 / n_d) / (n̂_a1 / n_a)",
        "always; below 1 the model accepts the group less often",
        (0.0, float("inf")),
        "How often the model accepts the group, as a share of how often it accepts the others.",
        "predictions",
        disparate_impact,
        needs_groups("predictions", "Facet set is empty", "Negated facet set is empty", others_first=True),
        _positive_predictions,
        source="the four-fifths rule, 29 CFR 1607.4 D; smclarify 0.5",
        neutral=1.0,
        sides=predicted_shares,
    ),
    Metric(
        "DPPL",
        "post_training",
        "Difference in Positive Proportions in Predicted Labels (DPPL)",
        "n̂_a1 / n_a - n̂_d1 / n_d",
        "the model accepts the group less often",
        (-1.0, 1.0),
        "How much less often the model accepts the group than the others.",
        "predictions",
        difference_in_predicted_proportions,
        needs_groups("predictions", "Facet set is empty.", "Negative facet set is empty.", others_first=True),
        group_sizes("predictions"),
        sides=predicted_shares,
    ),
)
