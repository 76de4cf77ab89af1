"""What a monitor says of a window."""

from collections.abc import Sequence
from dataclasses import dataclass

from driftline.domain.metrics import Metric


@dataclass(frozen=True, slots=True)
class Judgement:
    """A monitor's files by name, its metrics, and the figures for the event.

    Attributes:
        namespace: Of CloudWatch, SageMaker's for this kind of monitor.
        coverage: Share of the rows that have a label; None for monitors that need none.
    """

    files: dict[str, bytes]
    metrics: Sequence[Metric]
    namespace: str
    rows: int
    violations: int
    reason: str
    worst_drift: float | None = None
    worst_feature: str | None = None
    coverage: float | None = None
