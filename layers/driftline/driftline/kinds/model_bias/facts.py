"""A bias execution, from files of Driftline, with a summary.json, or of SageMaker, without one."""

from dataclasses import dataclass

from driftline.domain.executions.envelope import WindowSpan
from driftline.domain.executions.outcome import Outcome
from driftline.kinds.model_bias.rules.subjects import subject_of
from driftline.kinds.model_bias.rules.summary import BiasMetricSummary, FacetSummary, GroupSummary


@dataclass(frozen=True, slots=True)
class Group:
    """A group of a facet against all other rows.

    Attributes:
        hidden: It, or what it is compared with, has so few rows that nothing of it is shown by value.
    """

    facet: str
    summary: GroupSummary
    hidden: bool = False

    @property
    def subject(self) -> str:
        return subject_of(self.facet, self.summary.group)

    @property
    def title(self) -> str:
        return self.summary.title

    @property
    def metrics(self) -> tuple[BiasMetricSummary, ...]:
        """None of a hidden group."""
        return () if self.hidden else self.summary.metrics

    @property
    def violated(self) -> bool:
        return any(each.violated for each in self.metrics)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bias:
    """A bias execution.

    Attributes:
        label: Its column; `positive`: its positive values.
        groups: As in the files.
        facets: With coverage by value; empty without a summary.
        compared: The metrics that are watched; None where nobody chose.
        comparison: None for SageMaker's files.
        smallest: Groups with fewer rows are not shown by value.
        judged: The rows' time range, if it begins before the window.
        sampled: The flip test looked at a sample.
    """

    outcome: Outcome
    label: str
    positive: str
    groups: tuple[Group, ...]
    facets: tuple[FacetSummary, ...] = ()
    compared: tuple[str, ...] | None = None
    comparison: str | None = None
    tolerance: float | None = None
    group_variable: str | None = None
    smallest: int = 0
    judged: WindowSpan | None = None
    sampled: bool = False

    @property
    def amount(self) -> int:
        """Of groups, with those that the summary leaves out."""
        return len(self.groups) + sum(facet.left_out for facet in self.facets)

    def watches(self, metric: str) -> bool:
        return self.compared is None or metric in self.compared
