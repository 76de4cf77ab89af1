"""Charts of what each feature contributes to a model's answers, as data: numbers and titles, no colours, no markup.

Each says in a sentence what it shows (`about`), for those who do not see it, and has the figures behind it as a table.
"""

from dataclasses import dataclass

from driftline.presentation.chart_parts import Behind


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """A bar for each name, of the window next to the baseline's.

    Attributes:
        x: What the bars measure.
        baseline: Empty where there is none. A name may lack either bar.
    """

    title: str
    about: str
    x: str
    names: tuple[str, ...]
    current: tuple[float | None, ...]
    baseline: tuple[float | None, ...] = ()
    behind: Behind


@dataclass(frozen=True, slots=True, kw_only=True)
class SwarmPoint:
    """Attributes: offset: From the middle of its line, −1 to 1; level: From 0, low, to 1, high; None of categories."""

    x: float
    offset: float
    level: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Swarm:
    """A line of points for each name, a point for each row.

    Attributes:
        level: What the points' levels are.
        lines: (name, points), the first one on top.
    """

    title: str
    about: str
    x: str
    level: str
    lines: tuple[tuple[str, tuple[SwarmPoint, ...]], ...]
    behind: Behind


@dataclass(frozen=True, slots=True)
class Step:
    """Attributes: note: Follows the name, and is never cut: ` = 45`; begin, end: On the axis."""

    name: str
    note: str
    begin: float
    end: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Waterfall:
    """From one figure to another by steps.

    Attributes:
        x: What the axis measures.
        steps: The first one on top.
        start, end: (name, figure) of both ends.
    """

    title: str
    about: str
    x: str
    start: tuple[str, float]
    steps: tuple[Step, ...]
    end: tuple[str, float]
    behind: Behind


@dataclass(frozen=True, slots=True, kw_only=True)
class DependenceCurve:
    """A curve above the distribution of the data that it is over.

    Attributes:
        x, y: What is across and up.
        places: Numbers, or names of categories.
        curve: A figure for each place.
        shares: Of the rows at each place; empty where they are not known.
    """

    title: str
    about: str
    x: str
    y: str
    places: tuple[float, ...] | tuple[str, ...]
    curve: tuple[float, ...]
    shares: tuple[float, ...] = ()
    behind: Behind
