"""What an analysis_config.json means, in sentences."""

from collections.abc import Iterator, Sequence

from driftline.kinds.model_bias.rules.columns import Value, threshold_of
from driftline.kinds.model_bias.rules.config_fields import BiasConfig, FacetConfig
from driftline.kinds.model_bias.rules.metrics import METRICS
from driftline.kinds.model_bias.settings import CONDITIONAL
from driftline.presentation.text import count, joined


def explained(config: BiasConfig) -> Iterator[str]:
    """One sentence each: the groups, what is positive, which metrics there are, and which there cannot be."""
    yield "A processing job's configuration." if config.processing else "A monitor's configuration."
    for facet in config.facets:
        yield _facet(facet)
    label = config.label or "the ground truth"
    yield f"An outcome is positive if {_matches(label, config.positives)}."
    known = (*config.pre, *config.post)
    for title, names in (("labels", config.pre), ("predictions", config.post)):
        if names:
            yield f"{count(len(names), 'metric')} of {title}: {', '.join(names)}."
    conditional = [name for name in CONDITIONAL if name in known]
    if conditional and config.group_variable is not None:
        verb = "is" if len(conditional) == 1 else "are"
        yield f"{joined(conditional)} {verb} averaged over the values of {config.group_variable}."
    elif conditional:
        yield f"{joined(conditional)} cannot be computed: group_variable is missing, the column to average over."
    yield from _predictions(config)
    if not config.processing and config.label is None:
        yield "label is missing: ground truth is the label itself, or ground_truth_attribute says where it is."


def _facet(facet: FacetConfig) -> str:
    if not facet.values:
        return f"Each value of {facet.column} is a group, compared with all other rows."
    return f"Rows are in the group if {_matches(facet.column, facet.values)}; they are compared with all other rows."


def _matches(column: str, values: Sequence[Value]) -> str:
    """One number may be a value or a threshold: the data set decides."""
    texts = [str(value) for value in values]
    if len(values) == 1 and not isinstance(values[0], bool) and threshold_of(values) is not None:
        return f"{column} is {texts[0]}, or above {texts[0]} where {column} is a number with many values"
    return f"{column} is {' or '.join(texts)}"


def _predictions(config: BiasConfig) -> Iterator[str]:
    needing = [name for name in config.post if METRICS[name].stage == "post_training"]
    if not needing:
        return
    threshold = 0.5 if config.probability_threshold is None else config.probability_threshold
    if config.predicted_label is not None:
        yield f"Predictions of a data set are in {config.predicted_label}; a probability above {threshold} is positive."
    else:
        yield (
            "predicted_label is missing: the metrics of predictions of a data set can be computed only if a monitor "
            "document says where they are (inference_attribute or probability_attribute)."
        )
    place = config.predictor_label or config.predictor_probability
    if place is not None:
        yield f"In the answers of an endpoint, predictions are at {place}."
