"""What a monitor says of a window."""

from collections.abc import Sequence
from dataclasses import dataclass

from driftline.domain.metrics import Metric


@dataclass(frozen=True, slots=True)
class Judgement:
    """A monitor's files by name, its metrics, and the figures for the event.

    Attributes:
        metrics: What goes to CloudWatch for people.
        alarmed: The metrics that alarms of the monitor name, also those that are not in `metrics`.
        judged_rows: Rows that the verdict rests on; with none there is no verdict.
        coverage: Share of the rows that have a label; None for monitors that need none.
    """

    files: dict[str, bytes]
    metrics: Sequence[Metric]
    alarmed: Sequence[Metric]
    rows: int
    judged_rows: int
    violations: int
    reason: str
    worst_drift: float | None = None
    worst_feature: str | None = None
    coverage: float | None = None

    @property
    def verdict(self) -> int | None:
        """Violations; None without rows to judge, for no data is no verdict."""
        return self.violations if self.judged_rows else None
