"""An earlier execution of a monitor, for comparison with a later one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import isfinite
from typing import Self

from driftline.domain.executions.place import Place
from driftline.domain.executions.verdict import Verdict, verdict_of

type Number = float | str | None
"""A number in a summary; infinities are texts."""

type FigureName = tuple[str, str]
"""(subject, figure), named by the kind of monitor; the subject is empty for the whole execution."""


@dataclass(frozen=True, slots=True)
class Point:
    """A figure of one execution, with the ends of its interval if it has one."""

    value: float | None
    lower: float | None = None
    upper: float | None = None

    @classmethod
    def drawn(cls, value: Number, interval: tuple[Number, Number] | None = None) -> Self:
        """What of a figure in a file can be drawn: finite numbers."""
        lower, upper = interval or (None, None)
        return cls(_finite(value), _finite(lower), _finite(upper))


@dataclass(frozen=True, slots=True, kw_only=True)
class PastExecution:
    """For trends and for what changed.

    Attributes:
        window: Its start and end; None if it is not known.
        rows: None if the files do not have them.
        evaluated: Rows behind the verdict; None if the files do not have them, which are then SageMaker's.
        violations: (subject, check) of each.
        figures: What the kind of monitor draws over time.
        failed: No verdict and therefore no figures: a gap in the trend.
    """

    place: Place
    rows: int | None
    violations: frozenset[tuple[str, str]]
    evaluated: int | None = None
    window: tuple[datetime, datetime] | None = None
    coverage: float | None = None
    figures: Mapping[FigureName, Point] = field(default_factory=dict)
    failed: bool = False

    @classmethod
    def without_verdict(cls, place: Place, window: tuple[datetime, datetime] | None = None) -> Self:
        return cls(place=place, rows=None, violations=frozenset(), window=window, failed=True)

    @property
    def verdict(self) -> Verdict | None:
        """None for a failed execution. SageMaker's files without a number of rows count as evaluated."""
        if self.failed:
            return None
        known = self.rows if self.evaluated is None else self.evaluated
        return verdict_of(len(self.violations), 1 if known is None else known)


def _finite(value: Number) -> float | None:
    return float(value) if isinstance(value, int | float) and isfinite(value) else None
