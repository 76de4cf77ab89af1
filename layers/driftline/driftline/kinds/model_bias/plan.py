"""What a bias analysis looks at, whether a monitor document says it or SageMaker's analysis_config.json does."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from driftline.domain.errors import InvalidInputError
from driftline.domain.predictions.attributes import THRESHOLD, Attributes
from driftline.domain.predictions.problem import ProblemType
from driftline.kinds.model_bias.rules.columns import DataType, Value
from driftline.kinds.model_bias.rules.config_fields import BiasConfig
from driftline.kinds.model_bias.rules.facets import values_text
from driftline.kinds.model_bias.rules.intersections import AND
from driftline.kinds.model_bias.rules.metrics import METRICS, POST_TRAINING, PRE_TRAINING
from driftline.kinds.model_bias.settings import CONDITIONAL, Facet, ModelBiasMonitor

LABEL = "label"
"""Name of the label in files, where nothing else names it."""


@dataclass(frozen=True, slots=True)
class Part:
    """A column, and the values or the one threshold that set rows apart.

    Attributes:
        data: Whether they are values or a threshold; None: the data set decides, by Clarify's rule.
    """

    column: str
    values: tuple[Value, ...] = ()
    data: DataType | None = None


@dataclass(frozen=True, slots=True)
class FacetPlan:
    """A facet: one part, or several whose groups intersect.

    Attributes:
        name: In files, unique in a plan: the column, or the columns.
        title: What people call the group; empty: nothing but its value.
    """

    name: str
    parts: tuple[Part, ...]
    title: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(part.column for part in self.parts)


@dataclass(frozen=True, slots=True)
class BiasPlan:
    """See the module.

    Attributes:
        positive: The label's name in files, and which of its values are positive.
        attributes: Where prediction, probability and label are.
        headers: Names of the columns of data set and captures, in their order; empty where nothing says them.
        excluded: Columns of the data set that are no features.
        watched: Metrics that are compared with the baseline.
        pre, post: Metrics that are computed.
    """

    facets: tuple[FacetPlan, ...]
    positive: Part
    attributes: Attributes
    group_variable: str | None = None
    headers: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    watched: tuple[str, ...] = ()
    pre: tuple[str, ...] = PRE_TRAINING
    post: tuple[str, ...] = POST_TRAINING

    @classmethod
    def of_settings(cls, settings: ModelBiasMonitor, outputs: Sequence[str] = ()) -> Self:
        """From the monitor document, which says everything.

        Args:
            outputs: Names of the output's columns.
        """
        continuous = settings.positive_threshold is not None
        positives = settings.positives
        truth = settings.ground_truth_attribute
        label = truth if truth is not None and not truth.isdecimal() else LABEL
        data = DataType.CONTINUOUS if continuous else DataType.CATEGORICAL
        return cls(
            facets=_named(settings.facets),
            positive=Part(label, positives, data),
            attributes=Attributes(
                problem=_problem(positives, settings.inference_attribute, continuous=continuous),
                inference=settings.inference_attribute,
                probability=settings.probability_attribute,
                threshold=settings.probability_threshold_attribute,
                ground_truth=truth,
                positive_label=str(positives[0]),
                columns=tuple(outputs),
            ),
            group_variable=settings.group_variable,
            watched=_watched(settings.watched, settings.group_variable),
        )

    @classmethod
    def of_config(
        cls, config: BiasConfig, settings: ModelBiasMonitor | None = None, outputs: Sequence[str] = ()
    ) -> Self:
        """From analysis_config.json; the document may say where predictions are, as SageMaker's EndpointInput does.

        Without either, the answer is one score, as SageMaker takes it.
        """
        inference, probability, threshold = config.predictor_label, config.predictor_probability, None
        if config.predicted_label is not None and not outputs:
            inference = inference or config.predicted_label
        watched: tuple[str, ...] = ()
        truth = config.label
        if settings is not None:
            inference = settings.inference_attribute or inference
            probability = settings.probability_attribute or probability
            threshold = settings.probability_threshold_attribute
            watched = settings.watched
            truth = settings.ground_truth_attribute or truth
        if config.probability_threshold is not None:
            threshold = config.probability_threshold
        if inference is None and probability is None:
            probability = "0"
        label = config.label if config.label in config.headers else (*config.headers, config.label or LABEL)[-1]
        named = {facet.column: facet for facet in config.facets}
        return cls(
            facets=tuple(FacetPlan(name, (Part(name, facet.values),)) for name, facet in named.items()),
            positive=Part(str(label), config.positives),
            attributes=Attributes(
                problem=_problem(config.positives, inference, continuous=False),
                inference=inference,
                probability=probability,
                threshold=THRESHOLD if threshold is None else threshold,
                ground_truth=truth,
                positive_label=str(config.positives[0]),
                columns=tuple(outputs),
            ),
            group_variable=config.group_variable,
            headers=config.headers,
            excluded=config.excluded,
            watched=_watched(watched, config.group_variable),
            pre=config.pre,
            post=config.post,
        )

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns besides label and prediction, each once."""
        of_facets = (column for facet in self.facets for column in facet.columns)
        group = () if self.group_variable is None else (self.group_variable,)
        return tuple(dict.fromkeys((*of_facets, *group)))


def plan_of(
    settings: ModelBiasMonitor, config: BiasConfig | None, outputs: Sequence[str] = (), *, where: str = ""
) -> BiasPlan:
    """The document's plan, or that of the file beside the baseline where the document names no facets.

    Raises:
        InvalidInputError: neither says what to compare.
    """
    if settings.facets:
        return BiasPlan.of_settings(settings, outputs)
    if config is not None:
        return BiasPlan.of_config(config, settings, outputs)
    raise InvalidInputError(
        "model_bias has no facets, and there is no analysis_config.json beside its baseline",
        where=where,
        expected="facets in the monitor document, or SageMaker's analysis_config.json in the baseline's folder",
        mend="Name the groups, for example facets: [{column: sex, values: [Female]}].",
    )


def _problem(positives: Sequence[Value], inference: str | None, *, continuous: bool) -> ProblemType:
    """How predictions are read: numbers, one positive label, or the likeliest of several."""
    if continuous and inference is not None:
        return ProblemType.REGRESSION
    return ProblemType.MULTICLASS if len(positives) > 1 and inference is None else ProblemType.BINARY


def _named(facets: Sequence[Facet]) -> tuple[FacetPlan, ...]:
    """Each with a unique name: two groups of one column have their values in it."""
    plans: list[FacetPlan] = []
    for facet in facets:
        parts = tuple(_part(each.column, each.values, each.threshold) for each in (facet, *facet.and_))
        plans.append(FacetPlan(AND.join(part.column for part in parts), parts, facet.name or ""))
    names = [plan.name for plan in plans]
    return tuple(
        plan
        if names.count(plan.name) == 1
        else FacetPlan(f"{plan.name} = {AND.join(map(_text, plan.parts))}", plan.parts, plan.title)
        for plan in plans
    )


def _part(column: str, values: tuple[Value, ...], threshold: float | None) -> Part:
    if threshold is not None:
        return Part(column, (threshold,), DataType.CONTINUOUS)
    return Part(column, values, DataType.CATEGORICAL)


def _text(part: Part) -> str:
    return f"above {part.values[0]}" if part.data is DataType.CONTINUOUS else values_text(part.values)


def _watched(given: Sequence[str], group_variable: str | None) -> tuple[str, ...]:
    """In the order of files; by default all that have what they need."""
    possible = [name for name in METRICS if group_variable is not None or name not in CONDITIONAL]
    return tuple(name for name in possible if not given or name in given)
