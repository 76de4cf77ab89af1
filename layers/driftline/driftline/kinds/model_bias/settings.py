"""The settings of a bias monitor, and what it publishes."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, ClassVar, Literal, Self, override

from pydantic import Field, model_validator

from driftline.domain.monitors.alarms import VIOLATIONS
from driftline.domain.monitors.comparison import ComparisonField
from driftline.domain.monitors.defaults import MetricsLevel
from driftline.domain.monitors.fields import Age, Part, refuse
from driftline.domain.monitors.monitor import Graph, Line
from driftline.domain.monitors.prediction_fields import Tolerance
from driftline.domain.monitors.predictions_monitor import PredictionsMonitor
from driftline.domain.monitors.predictor_settings import PredictorSettings
from driftline.domain.spelling import did_you_mean

NAMESPACE = "aws/sagemaker/Endpoints/bias-metrics"
"""SageMaker's CloudWatch namespace of bias metrics of endpoints; without a leading slash."""

PRE_TRAINING = ("CDDL", "CI", "DPL", "JS", "KL", "KS", "LP", "TVD")
"""Metrics of observed labels."""

POST_TRAINING = ("AD", "CDDPL", "DAR", "DCA", "DCR", "DI", "DPPL", "DRR", "FT", "GE", "RD", "SD", "TE")
"""Metrics of predictions."""

METRICS = (*PRE_TRAINING, *POST_TRAINING)
CONDITIONAL = ("CDDL", "CDDPL")
"""Metrics that need a group variable."""

_FIGURE = re.compile(r"bias_metric_(?P<metric>[A-Z]+)(_(?P<facet>.+))?", re.DOTALL)

Value = str | int | float | bool
ColumnText = Annotated[str, Field(min_length=1, max_length=255)]
Metric = Literal[
    "CDDL", "CI", "DPL", "JS", "KL", "KS", "LP", "TVD",
    "AD", "CDDPL", "DAR", "DCA", "DCR", "DI", "DPPL", "DRR", "FT", "GE", "RD", "SD", "TE",
]  # fmt: skip


class Condition(Part):
    """A column, and which of its values are meant."""

    column: ColumnText
    """A column of the input or the output, of ground truth that is a JSON object, or of the attributes."""

    values: Annotated[tuple[Value, ...], Field(max_length=100)] = ()
    """The values of the group. Without values and threshold, each value of the column is a group against the others."""

    threshold: Annotated[float, Field(strict=True, allow_inf_nan=False)] | None = None
    """For a number: the group is what lies above it."""

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.values and self.threshold is not None:
            raise refuse("both values and a threshold", "values of a category, or a threshold of a number")
        return self


class Facet(Condition):
    """A group of rows that the model should treat as it treats the others."""

    and_: Annotated[tuple[Condition, ...], Field(max_length=5)] = Field(default=(), alias="and")
    """Further conditions: only rows that meet all of them are in the group, such as women above 60."""

    name: ColumnText | None = None
    """What people call the group. Default: its column and values."""

    @model_validator(mode="after")
    def _an_intersection_is_one_group(self) -> Self:
        conditions: tuple[Condition, ...] = (self, *self.and_)
        if self.and_ and not all(each.values or each.threshold is not None for each in conditions):
            raise refuse("a facet with `and` and without values", "values or a threshold in each of its conditions")
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.column, *(each.column for each in self.and_))


class Limit(Part):
    """The range in which a metric must be, whatever the baseline is; a violation when the whole interval is outside."""

    min: Annotated[float, Field(strict=True, allow_inf_nan=False)] | None = None
    """The smallest value."""

    max: Annotated[float, Field(strict=True, allow_inf_nan=False)] | None = None
    """The largest value."""

    @model_validator(mode="after")
    def _a_range(self) -> Self:
        if self.min is None and self.max is None:
            raise refuse("neither min nor max", "one of them, or both")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise refuse(f"min {self.min:g} is above max {self.max:g}", "a min that is at most max")
        return self


class ModelBiasMonitor(PredictionsMonitor):
    """Compares how the model, and the world that it sees, treat groups of people."""

    metrics_namespace: ClassVar[str] = NAMESPACE
    figure_families: ClassVar[tuple[str, ...]] = ("bias_metric_<metric>_<group>",)

    facets: Annotated[tuple[Facet, ...], Field(max_length=50)] = ()
    """The groups that are watched. Default: those of SageMaker's analysis_config.json in the folder of the
    baseline, which then says what is positive, too."""

    positive_label: Annotated[tuple[Value, ...], Field(min_length=1, max_length=100)] | Value | None = None
    """The label, or labels, of the outcome that people want."""

    positive_threshold: Annotated[float, Field(strict=True, allow_inf_nan=False)] | None = None
    """For a label that is a number, instead of positive_label: outcomes above it are positive."""

    group_variable: ColumnText | None = None
    """The column by whose values CDDL and CDDPL are averaged."""

    watched: Annotated[tuple[Metric, ...], Field(max_length=len(METRICS))] = ()
    """Metrics that are compared with the baseline. Default: all that have what they need."""

    limits: Mapping[Metric, Limit] = {}
    """Absolute limits by metric, such as {DI: {min: 0.8}}."""

    comparison: ComparisonField | None = None
    """What counts as a violation. driftline: a change away from fairness that chance does not explain, in the window
    and in the baseline, by more than tolerance. sagemaker: a metric further from 0 than the baseline's, by however
    little. Default: driftline, or sagemaker for an analysis.json that Clarify made."""

    tolerance: Tolerance = 0.02
    """The smallest change that matters, in the metric's own unit; of DI as a share."""

    predictor: PredictorSettings | None = None
    """The endpoint that answers for a data set without predictions."""

    accumulate: Age | None = None
    """Judge this long a time before the window's end together with it, where one window has too few rows."""

    smallest_group: Annotated[int, Field(strict=True, ge=1, le=10_000)] = 10
    """Groups with fewer rows are not shown by value."""

    metrics: MetricsLevel | None = None
    """What is published to CloudWatch; each metric costs money. none: nothing. totals: violations, rows, coverage.
    top: the metrics that moved most, too. all: every metric of every group. Default: the stack's parameter
    DefaultMetrics."""

    @model_validator(mode="after")
    def _says_what_it_needs(self) -> Self:
        if not self.facets:
            return self._as_the_config_says()
        self._with_a_prediction()
        if (self.positive_label is None) == (self.positive_threshold is None):
            raise refuse("not one of positive_label and positive_threshold", "the label that people want, or a number")
        without = [name for name in self.watched if name in CONDITIONAL and self.group_variable is None]
        if without:
            raise refuse(f"{without[0]} without a group_variable", "group_variable, the column to average over")
        names = [facet.name for facet in self.facets if facet.name]
        if len(set(names)) < len(names):
            raise refuse("two facets have one name", "a name of its own for each")
        return self

    def _as_the_config_says(self) -> Self:
        """Without facets, analysis_config.json decides: what would be ignored is refused."""
        given = {
            "positive_label": self.positive_label,
            "positive_threshold": self.positive_threshold,
            "group_variable": self.group_variable,
        }
        for name, value in given.items():
            if value is not None:
                raise refuse(
                    f"{name} without facets",
                    "facets, or none of these fields, which analysis_config.json then says",
                    "Name the groups, for example facets: [{column: sex, values: [Female]}].",
                )
        return self

    @property
    def positives(self) -> tuple[Value, ...]:
        """The positive labels, or the one threshold above which a label is positive."""
        if self.positive_threshold is not None:
            return (self.positive_threshold,)
        assert self.positive_label is not None  # one of both is there
        return self.positive_label if isinstance(self.positive_label, tuple) else (self.positive_label,)

    @property
    @override
    def reads_attributes(self) -> bool:
        return True

    @property
    @override
    def as_sagemaker(self) -> bool:
        return self.comparison == "sagemaker"

    @override
    def figures(self) -> Sequence[str]:
        return (VIOLATIONS, "total_number_of_violations", "rows", "coverage", "facet_coverage", "smallest_coverage")

    @override
    def has_figure(self, name: str) -> bool:
        found = _FIGURE.fullmatch(name)
        return super().has_figure(name) or (found is not None and found["metric"] in METRICS)

    @override
    def figure_hint(self, name: str) -> str:
        found = _FIGURE.fullmatch(name)
        if found is None:
            return ""
        return did_you_mean(found["metric"], METRICS) or f"The metric is one of {', '.join(METRICS)}."

    @override
    def graphs(self, name: str) -> Iterable[Graph]:
        covered = f"Labels of {name}: share of inferences with ground truth, and of the group with the fewest"
        lines = (Line("coverage", "coverage"), Line("smallest_coverage", "group with the fewest"))
        yield Graph(covered, lines, smallest=0, largest=1)
