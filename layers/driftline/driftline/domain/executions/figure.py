"""One figure that a kind of monitor computed of a window, whether anything is wrong with it or not."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a window, for the table `profile` (docs/reference/tables.md).

    Attributes:
        subject: What it is of: a feature, or a group; empty for the window as a whole.
        name: `mean`, `completeness`, `rmse`, `DPPL`.
        value: None if it is not defined.
        interval: Its 95 % confidence interval.
        baseline: The same figure of the baseline; None if it is unknown.
        required: The limit that it was compared with; None if there was none.
        n: Number of rows behind it; None if it is unknown.
    """

    subject: str
    name: str
    value: float | None
    interval: tuple[float, float] | None = None
    baseline: float | None = None
    required: float | None = None
    n: float | None = None
