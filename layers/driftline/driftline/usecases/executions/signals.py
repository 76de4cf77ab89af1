"""Signals: the figures for alarms, published when they become known.

Report metrics have the time of their window, as in SageMaker. CloudWatch's alarms only look at the clock, so a verdict
on yesterday would raise no alarm: signals have the time of their publication.

Labels arrive for weeks, and each may cause a revision of an old window. If each were signalled, the windows of a
replaced model would keep the alarm up, or a good window would end an incident that continues. So alarms follow the
newest window with a verdict; an older window is signalled only if it is worse than known.
"""

from dataclasses import replace
from datetime import datetime

from driftline.domain.alarms.wanted import EXECUTIONS_FAILED
from driftline.domain.executions.judgement import Judgement
from driftline.domain.metrics import Metric
from driftline.domain.monitors.alarms import UNUSABLE_FIGURES, VIOLATIONS
from driftline.domain.monitors.monitor import ScheduledMonitor
from driftline.usecases.executions.last_execution import LastExecution
from driftline.usecases.executions.revisions import Announced

_WITHOUT_ROWS = frozenset({"rows", "coverage", *UNUSABLE_FIGURES})
"""Signals of a window that was not evaluated: that there were no rows, or none that could be used."""


def alarmed_names(monitor: ScheduledMonitor) -> frozenset[str]:
    """Names of the metrics used by the monitor's alarms."""
    return frozenset(alarm.metric for alarm in monitor.alarms)


def news(
    endpoint: str,
    monitor: str,
    judgement: Judgement,
    scheduled: datetime,
    earlier: Announced | None,
    last: LastExecution | None,
) -> list[Metric] | None:
    """What alarms do not know yet of a verdict that is new, or was only run by hand; None if it is nothing to them.

    Args:
        scheduled: The execution's scheduled time.
        earlier: What was announced for the same window.
        last: The monitor's last execution.
    """
    if last is None or last.last_judged is None or scheduled >= last.last_judged:
        return _verdict(endpoint, monitor, judgement, after_failure=last is not None and last.failing)
    signalled = earlier.told if earlier else None
    if (judgement.counted_violations or 0) > (signalled or 0):
        return [signal(endpoint, VIOLATIONS, judgement.violations, monitor)]
    return None


def _verdict(endpoint: str, monitor: str, judgement: Judgement, *, after_failure: bool) -> list[Metric]:
    """All figures of an execution.

    That it did not fail is said once, after one that did: the alarm keeps its state until then, and CloudWatch charges
    a metric for the hours in which it is published. A window that was not evaluated has no `violations`, so that the
    alarm's `missing` decides, and an empty hour does not end an incident.
    """
    signals = [failure_signal(endpoint, monitor, failed=False)] if after_failure else []
    if judgement.counted_violations is not None:
        signals.append(signal(endpoint, VIOLATIONS, judgement.violations, monitor))
    return signals + [
        replace(metric, dimensions=_dimensions(endpoint, monitor))
        for metric in judgement.alarmed
        if judgement.measured or metric.name in _WITHOUT_ROWS
    ]


def failure_signal(endpoint: str, monitor: str, *, failed: bool) -> Metric:
    return signal(endpoint, EXECUTIONS_FAILED, 1 if failed else 0, monitor)


def signal(endpoint: str, name: str, value: float, monitor: str | None = None, unit: str = "Count") -> Metric:
    """One signal of an endpoint, or of one of its monitors."""
    return Metric(name, float(value), unit, _dimensions(endpoint, monitor))


def _dimensions(endpoint: str, monitor: str | None) -> dict[str, str]:
    return {"Endpoint": endpoint} | ({"Monitor": monitor} if monitor else {})
