"""What a benchmark says: a figure against its bar and its aim."""

import math
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    AIM = "pass, aim met"
    BAR = "pass"
    BELOW = "BELOW THE BAR"
    SKIPPED = "skipped"
    NO_BAR = "for information"


@dataclass(frozen=True, slots=True)
class Limit:
    """The bar that has to hold and the aim beyond it, in one unit.

    Attributes:
        bar: Has to hold; infinite where a figure is only told.
        aim: Is wished for; equal to the bar where there is none beyond it.
        unit: `x` for ratios, `s`, `MB` and the like.
        more_is_better: Whether the figure has to be at least the bar, not at most.
    """

    bar: float
    aim: float
    unit: str
    more_is_better: bool = False

    def text(self, value: float) -> str:
        if math.isinf(value):
            return "–"
        return f"{'≥' if self.more_is_better else '≤'} {value:g} {self.unit}"

    def verdict(self, measured: float) -> Verdict:
        if math.isinf(self.bar):
            return Verdict.NO_BAR
        if self.more_is_better:
            return self._verdict(-measured, -self.bar, -self.aim)
        return self._verdict(measured, self.bar, self.aim)

    @staticmethod
    def _verdict(measured: float, bar: float, aim: float) -> Verdict:
        if measured <= aim:
            return Verdict.AIM
        return Verdict.BAR if measured <= bar else Verdict.BELOW


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    Attributes:
        name: What was measured, with its size.
        limit: Bar and aim.
        measured: The figure in the limit's unit; None when it was skipped.
        detail: What the figure is made of, or why it was skipped.
    """

    name: str
    limit: Limit
    measured: float | None
    detail: str = ""

    @property
    def verdict(self) -> Verdict:
        return Verdict.SKIPPED if self.measured is None else self.limit.verdict(self.measured)


def skipped(name: str, limit: Limit, reason: str) -> Row:
    """A row that could not be measured here, and why."""
    return Row(name, limit, None, f"skipped: {reason}")


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asks of every benchmark.

    Attributes:
        rows: Rows of synthetic data; None for the benchmark's own default.
        large: Also run what takes many minutes (10 million rows).
        seed: Of simulations; None for a fresh one, which they print.
    """

    rows: int | None = None
    large: bool = False
    seed: int | None = None
