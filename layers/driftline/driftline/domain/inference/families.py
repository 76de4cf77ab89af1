"""Many tests of one window, judged together: how small a p-value has to be so that the monitor as a whole is quiet."""

from collections.abc import Sequence

LEVEL = 0.01
"""The share of quiet windows in which the tests of a monitor, all together, may find anything."""


def adjusted(p_values: Sequence[float], smallest: Sequence[float] | None = None, level: float = LEVEL) -> list[float]:
    """Each p-value, adjusted for the others (Benjamini and Hochberg 1995): at most `level` is a discovery.

    If nothing has changed, the share of windows with a discovery is at most `level`, for independent tests and for
    those that move together.

    Args:
        smallest: The smallest p-value that each test could have given. A test of counts with few of them cannot reach
            the level, so it need not count (Tarone 1990; Gilbert 2005 for this procedure); its result is then 1.
    """
    counted = _testable(smallest, level) if smallest is not None else list(range(len(p_values)))
    found = [1.0] * len(p_values)
    ceiling = 1.0
    ranked = sorted(counted, key=lambda place: p_values[place], reverse=True)
    for worse, place in enumerate(ranked):
        ceiling = min(ceiling, p_values[place] * len(ranked) / (len(ranked) - worse))
        found[place] = ceiling
    return found


def _testable(smallest: Sequence[float], level: float) -> list[int]:
    """The tests that can reach the level when as many tests count as there are of them."""
    ordered = sorted(smallest)
    for count in range(1, len(ordered) + 1):
        can = sum(each <= level / count for each in ordered)
        if can <= count:
            return [place for place, each in enumerate(smallest) if each <= level / count]
    return list(range(len(smallest)))
