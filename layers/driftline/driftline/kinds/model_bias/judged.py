"""What is decided about each metric of each group."""

from collections.abc import Mapping
from dataclasses import dataclass

from driftline.domain.monitors.comparison import Compared as Rule
from driftline.kinds.model_bias.plan import BiasPlan
from driftline.kinds.model_bias.rules.comparison import Compared, Entry
from driftline.kinds.model_bias.rules.limits import MetricLimit, Standing
from driftline.kinds.model_bias.rules.report import Group
from driftline.kinds.model_bias.rules.subjects import subject_of
from driftline.kinds.model_bias.rules.tables import A, D

_NO_OUTCOMES = frozenset({"CI", "GE"})
"""CI compares the sizes of groups, and GE no groups: neither says that a group is treated as it was."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How the document wants a window to be judged.

    Attributes:
        limits: By metric.
        smallest: Groups with fewer rows are held to no limit.
    """

    rule: Rule
    watched: tuple[str, ...]
    tolerance: float
    limits: Mapping[str, MetricLimit]
    smallest: int


@dataclass(frozen=True, slots=True)
class JudgedMetric:
    """A metric of a group.

    Attributes:
        violated: By the rule that decides.
        standing: Towards its absolute limit; None if it has none.
    """

    compared: Compared
    violated: bool = False
    limit: MetricLimit | None = None
    standing: Standing | None = None

    @property
    def checked(self) -> bool:
        """Whether something was decided about outcomes, in either direction.

        A window of a few rows is not called fair because its groups are as large as before.
        """
        if self.violated or self.standing in {"held", "broken"}:
            return True
        tested = self.compared.p_value is not None and self.compared.metric not in _NO_OUTCOMES
        return tested and self.compared.result in {"improvement", "unchanged"}


@dataclass(frozen=True, slots=True)
class JudgedGroup:
    """A group of a facet, with its metrics in the order of files."""

    facet: str
    group: Group
    metrics: tuple[JudgedMetric, ...]
    entry: Entry


def title_of(group: JudgedGroup, plan: BiasPlan) -> str:
    """What the document calls the group, or its facet and value."""
    named = next((facet.title for facet in plan.facets if facet.name == group.facet), "")
    return named or (subject_of_group(group) if group.group.text else f"{group.facet} = (none)")


def subject_of_group(group: JudgedGroup) -> str:
    return subject_of(group.facet, group.group.text)


def is_small(group: JudgedGroup, smallest: int) -> bool:
    """Too small to be shown by value; so is one that is compared with a handful of others, of whom it says as much."""
    labels, predictions = group.entry.window.size("labels"), group.entry.window.size("predictions")
    return group_rows(group) < smallest or 0 < max(labels[A], predictions[A]) < smallest


def group_rows(group: JudgedGroup) -> int:
    """Of the group itself."""
    return max(group.entry.window.size("labels")[D], group.entry.window.size("predictions")[D])
