"""An earlier execution of a monitor, for comparison with a later one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from driftline.domain.executions.place import Place

type FigureName = tuple[str, str]
"""(subject, figure), named by the kind of monitor; the subject is empty for the whole execution."""


@dataclass(frozen=True, slots=True)
class Point:
    """A figure of one execution, with the ends of its interval if it has one."""

    value: float | None
    lower: float | None = None
    upper: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastExecution:
    """For trends and for what changed.

    Attributes:
        rows: None if the files do not have them.
        violations: (subject, check) of each.
        figures: What the kind of monitor draws over time.
        failed: No verdict and therefore no figures: a gap in the trend.
    """

    place: Place
    rows: int | None
    violations: frozenset[tuple[str, str]]
    coverage: float | None = None
    figures: Mapping[FigureName, Point] = field(default_factory=dict)
    failed: bool = False

    @classmethod
    def without_verdict(cls, place: Place) -> Self:
        return cls(place=place, rows=None, violations=frozenset(), failed=True)
