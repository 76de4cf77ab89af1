"""What windows of a bias monitor find by the default rule: how often without a change, and from how many rows on."""

from collections.abc import Iterator
from math import ceil

from driftline.domain.inference.families import LEVEL
from driftline.kinds.model_bias.rules.counts import Counts
from driftline.kinds.model_bias.rules.intervals import SMALLEST_CELL
from driftline.kinds.model_bias.rules.metrics import METRICS
from driftline.kinds.model_bias.rules.metrics.metric import Metric
from driftline.kinds.model_bias.rules.report import Group, groups_of
from driftline.kinds.model_bias.typed import TypedPlan
from driftline.presentation.limits import quiet_rates_said


def sensitivity(counts: Counts, typed: TypedPlan) -> tuple[str, ...]:
    """One sentence on quiet windows, and one on the rows that the watched metric takes which needs most of them."""
    needs = [
        (rows, metric.name, f"{name} = {group.text}")
        for name, group in _groups(counts, typed)
        for metric in map(METRICS.__getitem__, typed.plan.watched)
        if (rows := _needed(metric, group)) is not None
    ]
    said = tuple(quiet_rates_said({0: LEVEL}))
    if not needs:
        return said
    rows, metric_name, subject = max(needs)
    kind = {"labels": "with a label", "predictions": "with a prediction"}.get(
        METRICS[metric_name].basis, "with a label and a prediction"
    )
    most = f"{metric_name} of {subject} is judged from about {rows:,} rows {kind} on"
    return (*said, f"{most}, all other watched metrics from fewer.")


def _groups(counts: Counts, typed: TypedPlan) -> Iterator[tuple[str, Group]]:
    for name, facet in typed.facets.items():
        try:
            groups = groups_of(facet, counts.facets[name], typed.label.texts)
        except ValueError:  # too many values, which is said elsewhere
            continue
        yield from ((name, group) for group in groups)


def _needed(metric: Metric, group: Group) -> int | None:
    """The rows from which on the smallest count that it divides by is probably large enough; None: no number is."""
    if metric.compute is None or metric.refusal(group.tables) is not None:
        return None
    smallest = float(metric.divides_by(group.tables).min())
    rows = sum(group.tables.size(metric.basis))
    return ceil(SMALLEST_CELL * rows / smallest) if smallest else None
