"""The flip test as a metric; `flip_test.py` computes it, because it needs rows."""

from driftline.kinds.model_bias.rules.metrics.metric import Metric, group_sizes, needs_groups

METRICS = (
    Metric(
        "FT",
        "post_training",
        "Flip Test (FT)",
        "(#{d: ŷ = 1, neighbours = 0} - #{d: ŷ = 0, neighbours = 1}) / n_d",
        "the model accepts members of the group whose nearest others it rejects",
        (-1.0, 1.0),
        "How many members of the group the model accepts, or rejects if negative, though it does the opposite for the "
        "most similar others.",
        "predictions",
        None,
        needs_groups("predictions", "Facet set is empty", "Negated Facet set is empty"),
        group_sizes("predictions"),
        source="Black, Yeom, Fredrikson (2020), FlipTest; smclarify 0.5 (the sign is that of the code)",
    ),
)
