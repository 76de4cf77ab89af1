"""Absolute limits of metrics: a value that must not be left, whatever the baseline is.

A limit is broken if the whole 95 % interval is beyond it, and held if the whole interval is within it. Between the two
there is not enough data to say.
"""

from dataclasses import dataclass
from typing import Literal

from driftline.kinds.model_bias.rules.intervals import Interval

type Standing = Literal["held", "broken", "undecided"]


@dataclass(frozen=True, slots=True)
class MetricLimit:
    """The range in which a metric must be; None: open."""

    min: float | None = None
    max: float | None = None

    def standing(self, interval: Interval) -> Standing:
        """Where an interval lies."""
        lower, upper = interval
        if (self.min is not None and upper < self.min) or (self.max is not None and lower > self.max):
            return "broken"
        within = (self.min is None or lower >= self.min) and (self.max is None or upper <= self.max)
        return "held" if within else "undecided"
