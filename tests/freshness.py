"""check_freshness over in-memory ports, shared by tests."""

from dataclasses import dataclass, field
from datetime import datetime

from driftline.domain.monitors.defaults import StackDefaults
from driftline.kinds.registry import KINDS
from driftline.usecases.freshness.check_freshness import FreshnessChecked, check_freshness
from driftline.usecases.ports import ObjectStore
from tests.fakes import RecordingAgeAlarms, RecordingConfigurations, RecordingMetrics

NAMESPACE = "Driftline/test"
WITH_DASHBOARDS = StackDefaults(dashboard=True)
"""Under which ages are published, too."""


@dataclass
class Checks:
    """What checks said, one after the other."""

    metrics: RecordingMetrics = field(default_factory=RecordingMetrics)
    alarms: RecordingAgeAlarms = field(default_factory=RecordingAgeAlarms)
    configurations: RecordingConfigurations = field(default_factory=RecordingConfigurations)

    def check(self, store: ObjectStore, at: datetime, *, defaults: StackDefaults = WITH_DASHBOARDS) -> FreshnessChecked:
        return check_freshness(
            at,
            store=store,
            metrics=self.metrics,
            alarms=self.alarms,
            configurations=self.configurations,
            namespace=NAMESPACE,
            kinds=KINDS,
            defaults=defaults,
        )

    @property
    def changes(self) -> list[tuple[str, str, str]]:
        """(endpoint, label, state) of every change."""
        return [(each.endpoint, each.alarm.label, str(each.state)) for each in self.alarms.transitions]
