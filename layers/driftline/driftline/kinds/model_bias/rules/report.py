"""The analysis of a data set or a window, as Clarify reports it: entries of facets, values, errors, texts.

Report-level rules are Clarify's: a metric without a value has its error in its place; and if no row at all is predicted
positive, no post-training metric has one.
"""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from driftline.kinds.model_bias.rules.analysis import Analysis, Entry, MetricValue, Section
from driftline.kinds.model_bias.rules.counts import OTHERS, Counts, FacetCounts
from driftline.kinds.model_bias.rules.facets import NO_POSITIVES, Criterion
from driftline.kinds.model_bias.rules.metrics import METRICS, POST_TRAINING, PRE_TRAINING
from driftline.kinds.model_bias.rules.metrics.metric import Metric
from driftline.kinds.model_bias.rules.tables import POSITIVE, Tables, Tabulated

NO_POSITIVE_PREDICTION = (
    "No Label values are present in the predicted Label Column,"
    "Positive Predicted Index Series contains all False values"
)
NO_FACET = "Facet column {} is not present in the dataset"
NO_PREDICTIONS = "predicted_label_column has to be provided for Post training metrics"
TOO_MANY_VALUES = "the facet has more than {} values: name the values of the group, or a threshold"

type FlipTests = Mapping[tuple[str, str], float | str]
"""By facet and entry: the value of the flip test, or why there is none."""


@dataclass(frozen=True, slots=True)
class Group:
    """An entry of a facet.

    Attributes:
        text: `value_or_threshold`.
        tables: The counts of the group and of all other rows.
    """

    text: str
    tables: Tables


def groups_of(
    facet: Criterion, counts: FacetCounts, positives: AbstractSet[str], order: Sequence[str] = ()
) -> list[Group]:
    """The entries of a facet: one for what is configured, or one for each value against the rest.

    Rows without a value make no entry. (Clarify has one named `nan`, all of whose metrics are errors.)

    Args:
        order: The values in the order of the data set, as Clarify has them; otherwise they are sorted.

    Raises:
        ValueError: too many values for an entry each, or no threshold.
    """
    values = [each for each in counts.groups() if each is not None]
    if OTHERS in values and not facet.values:
        raise ValueError(TOO_MANY_VALUES.format(len(values) - 1))
    place = {value: number for number, value in enumerate(order)}
    values.sort(key=lambda value: (place.get(value, len(place)), value))
    tabulated = Tabulated.of(counts, positives)
    return [Group(text, tabulated.tables(members)) for text, members in members_of(facet, values, counts.highest)]


def members_of(facet: Criterion, values: Sequence[str], highest: float | None) -> list[tuple[str, AbstractSet[str]]]:
    """The entries of a facet as (`value_or_threshold`, its values), for rows that have these values.

    Raises:
        ValueError: no threshold for a continuous facet.
    """
    if facet.continuous:
        _ = facet.threshold  # or there is an error
    if facet.values:
        text = facet.text(highest)
        return [(text, facet.texts if text else frozenset())]  # Without an interval nothing is in the group.
    return [(value, frozenset({value})) for value in values]


@dataclass(frozen=True, slots=True)
class Report:
    """An analysis, and why parts of it are missing.

    Attributes:
        problems: One text for each section or facet that could not be analysed.
    """

    analysis: Analysis
    problems: tuple[str, ...] = ()


def report(
    counts: Counts,
    facets: Mapping[str, Criterion],
    label: Criterion,
    *,
    flips: FlipTests | None = None,
    orders: Mapping[str, Sequence[str]] | None = None,
    pre: Sequence[str] = PRE_TRAINING,
    post: Sequence[str] = POST_TRAINING,
) -> Report:
    """The analysis of these counts. What cannot be analysed stops nothing else.

    Args:
        flips: Results of the flip test; without one FT has an error.
        orders: Values of facets in the order of the data set.
        pre, post: Metrics, in any order; a stage without any has no section.
    """
    if not label.values:
        return Report(Analysis(), (NO_POSITIVES,))
    problems: list[str] = []
    found: dict[str, list[Group]] = {}
    for name, facet in facets.items():
        if name not in counts.facets:
            problems.append(NO_FACET.format(name))
            continue
        try:
            found[name] = groups_of(facet, counts.facets[name], label.texts, (orders or {}).get(name, ()))
        except ValueError as error:
            problems.append(f"{name}: {error}")
    text = label.text(counts.highest_label)
    tables = [group.tables for groups in found.values() for group in groups]
    labelled = any(each.labels.any() for each in tables)
    predicted = any(each.predictions.any() for each in tables)
    before: Section | None = None
    after: Section | None = None
    if pre and labelled:
        before = _section(found, label.column, text, pre, flips or {})
    if post and not predicted:
        problems.append(NO_PREDICTIONS)
    elif post and not any(each.predictions[:, POSITIVE].any() for each in tables):
        problems.append(NO_POSITIVE_PREDICTION)
    elif post:
        after = _section(found, label.column, text, post, flips or {})
    return Report(Analysis(post_training_bias_metrics=after, pre_training_bias_metrics=before), tuple(problems))


def _section(
    found: Mapping[str, Sequence[Group]], label: str, text: str, names: Sequence[str], flips: FlipTests
) -> Section:
    facets = {
        name: tuple(
            Entry(value_or_threshold=group.text, metrics=tuple(_values(name, group, names, flips))) for group in groups
        )
        for name, groups in found.items()
    }
    return Section(label=label, facets=facets, label_value_or_threshold=text)


def _values(facet: str, group: Group, names: Sequence[str], flips: FlipTests) -> Iterator[MetricValue]:
    for name in sorted(names):
        metric = METRICS[name]
        try:
            value = _flip(facet, group, metric, flips) if metric.compute is None else metric.value(group.tables)
        except ValueError as error:
            yield MetricValue(name=name, description=metric.title, value=None, error=str(error))
        else:
            yield MetricValue(name=name, description=metric.title, value=value)


def _flip(facet: str, group: Group, metric: Metric, flips: FlipTests) -> float:
    refused = metric.refusal(group.tables)
    found = flips.get((facet, group.text), "the flip test needs rows, which are not at hand")
    if refused is not None or isinstance(found, str):
        raise ValueError(refused or found)
    return found
