"""Limits that are the baseline's own values: is a window worse than chance explains, and by more than matters?

A metric of a window and that of the baseline are two samples. For each fact (groups.py) the p-value says how often
chance alone would make the window so much worse, or more (estimates.worse_by_chance). All p-values of the window are
adjusted together (Benjamini and Hochberg 1995, without the tests that cannot reach the level, Tarone 1990), so that the
limits of a monitor, all together, find something in at most LEVEL of the windows in which nothing changed. With many
rows the smallest loss is more than chance; so the value itself must be worse by more than a tolerance, too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from driftline.domain.executions.finding import Side
from driftline.domain.inference.families import LEVEL, adjusted
from driftline.kinds.model_quality.rules.estimates import Estimate, Share, worse_by_chance

RELATIVE = frozenset({"mae", "mse", "rmse"})
"""Metrics in the unit of the label: their losses are relative to the baseline's value."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A metric of the window, and of the baseline.

    Attributes:
        name: Of the metric.
        side: Where it should be.
        value, before: In the window and in the baseline.
    """

    name: str
    side: Side
    value: float
    window: Estimate
    before: float
    baseline: Estimate

    @property
    def p_value(self) -> float:
        return worse_by_chance(self.window, self.baseline, self.side)

    @property
    def smallest_p_value(self) -> float:
        """The smallest that could have been found with so many rows, if as many of both samples had been wrong."""
        match self.window, self.baseline:
            case Share() as window, Share() as baseline:
                return min(self.p_value, _smallest(window, baseline, self.side))
        return 0.0

    @property
    def loss(self) -> float:
        """How much worse the window is: relative for an error in the unit of the label, else the difference."""
        worse = self.before - self.value if self.side == "at_least" else self.value - self.before
        return worse / self.before if self.name in RELATIVE and self.before > 0 else worse


def found(compared: Sequence[Comparison], tolerance: float, level: float = LEVEL) -> Mapping[str, float]:
    """The adjusted p-values of those that are worse than chance explains, and by more than the tolerance.

    Args:
        compared: One for each fact.
    """
    p_values = adjusted([each.p_value for each in compared], [each.smallest_p_value for each in compared], level)
    return {
        each.name: p_value
        for each, p_value in zip(compared, p_values, strict=True)
        if p_value <= level and each.loss > tolerance
    }


def _smallest(window: Share, baseline: Share, side: Side) -> float:
    """All that is wrong in both samples together, in the window."""
    if side == "at_least":
        wrong = window.trials - window.hits + baseline.trials - baseline.hits
        here = min(window.trials, wrong)
        return worse_by_chance(
            Share(window.trials - here, window.trials), Share(baseline.trials - (wrong - here), baseline.trials), side
        )
    wrong = window.hits + baseline.hits
    here = min(window.trials, wrong)
    return worse_by_chance(Share(here, window.trials), Share(wrong - here, baseline.trials), side)
