"""Where the middle of a feature's numbers lies, in each window: what a line over time can show of a distribution."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from driftline.presentation.shapes import PROBABILITIES, Categories, Masses, Shape, short

_QUARTERS = (0.25, 0.5, 0.75)


@dataclass(frozen=True, slots=True)
class Course:
    """Quartiles of each window, oldest first; None where it has no numbers. `baseline`: its median."""

    lower: tuple[float | None, ...]
    median: tuple[float | None, ...]
    upper: tuple[float | None, ...]
    baseline: float | None


def course_of(windows: Sequence[Shape | None], baseline: Shape | None) -> Course | None:
    """None where no window has numbers."""
    found = [quartiles(shape) for shape in windows]
    if not any(found):
        return None
    lower, median, upper = zip(*(each or (None, None, None) for each in found), strict=True)
    then = quartiles(baseline)
    return Course(lower, median, upper, then[1] if then else None)


def quartiles(shape: Shape | None) -> tuple[float, float, float] | None:
    """Between two kept quantiles the rows are spread evenly; of few distinct values each quartile is one of them."""
    if shape is None or isinstance(shape, Categories):
        return None
    if isinstance(shape, Masses):
        last = len(shape.values) - 1
        places = np.searchsorted(np.cumsum(shape.shares), _QUARTERS, side="left")
        found = [shape.values[min(last, place)] for place in places.tolist()]
    else:
        found = np.interp(_QUARTERS, PROBABILITIES, shape.values).tolist()
    lower, median, upper = map(short, found)
    return lower, median, upper
