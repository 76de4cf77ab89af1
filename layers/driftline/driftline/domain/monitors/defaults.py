"""What holds for documents that do not say: parameters of the stack, because they cost money on every endpoint."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from driftline.domain.monitors.document import MonitorDocument

type MetricsLevel = Literal["none", "totals", "top", "all"]
"""What a monitor publishes to CloudWatch, each a part of the next."""


@dataclass(frozen=True, slots=True)
class StackDefaults:
    """The defaults of the stack's parameters of the same names.

    Attributes:
        dashboard: Whether endpoints have a dashboard: 3 USD a month for each beyond the account's first three.
        metrics: What monitors publish to CloudWatch: 0.30 USD a month for each metric that is published every hour.
        top_features: How many features `top` publishes.
        spread_minutes: Within which time after the scheduled one schedules are delivered. Documents cannot say.
    """

    dashboard: bool = False
    metrics: MetricsLevel = "none"
    top_features: int = 5
    spread_minutes: int = 5

    def dashboard_of(self, document: "MonitorDocument") -> bool:
        """Whether the endpoint has a dashboard."""
        return self.dashboard if document.dashboard is None else document.dashboard

    def metrics_of(self, document: "MonitorDocument", stated: MetricsLevel | None) -> MetricsLevel:
        """What a monitor publishes. A dashboard without figures would be of no use, so it has the totals.

        Args:
            stated: What the document says of the monitor.
        """
        if stated is None and self.metrics == "none" and self.dashboard_of(document):
            return "totals"
        return stated or self.metrics


SHIPPED = StackDefaults()
"""The parameters as they are unless someone sets them."""
