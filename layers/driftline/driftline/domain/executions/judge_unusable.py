"""What a kind of monitor judged, with the rows that could not be used: a metric, and past a limit a violation."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from driftline.domain.executions.finding import Finding
from driftline.domain.executions.judgement import Judgement
from driftline.domain.executions.unusable import Unusable
from driftline.domain.metrics import Metric
from driftline.domain.monitors.monitor import ScheduledMonitor

TOTAL_VIOLATIONS = "total_number_of_violations"
"""SageMaker's name of the metric."""

_VIOLATIONS_FILE = "constraint_violations.json"


def judge_unusable(
    judgement: Judgement, captured: Unusable, monitor: ScheduledMonitor, schedule: str, alarmed: Iterable[str]
) -> Judgement:
    """Adds the findings and metrics of unusable rows to what the kind of monitor judged.

    Args:
        captured: The capture lines of the window; the kind's own rows are in its envelope.
        schedule: The value of the dimension MonitoringSchedule.
        alarmed: Names of the figures used by alarms.
    """
    counted = (captured, *judgement.envelope.unusable)
    found = [finding for each in counted if (finding := each.finding(monitor.max_unusable))]
    envelope = judgement.envelope.with_unusable(counted, found)
    dimensions = {"Endpoint": envelope.endpoint, "MonitoringSchedule": schedule}
    shares = [Metric(each.figure, each.share, dimensions=dimensions) for each in counted if each.share is not None]
    published = [share for share in shares if share.value]  # Each metric costs money: only those that say something.
    total = envelope.counted_violations
    return Judgement(
        envelope,
        judgement.sagemaker_files if monitor.as_sagemaker else _with_violations(judgement, found),
        (*_counted(judgement.metrics, total), *(published if judgement.metrics else ())),
        (*_counted(judgement.alarmed, total), *(share for share in shares if share.name in set(alarmed))),
        figures=judgement.figures,
    )


def _counted(metrics: Sequence[Metric], violations: int | None) -> list[Metric]:
    """The number of violations includes those of unusable rows, and a window that was not evaluated has none."""
    others = [metric for metric in metrics if metric.name != TOTAL_VIOLATIONS]
    if violations is None:
        return others
    return [
        replace(metric, value=float(violations)) if metric.name == TOTAL_VIOLATIONS else metric for metric in metrics
    ]


def _with_violations(judgement: Judgement, found: Sequence[Finding]) -> dict[str, str]:
    files = dict(judgement.sagemaker_files)
    if found and _VIOLATIONS_FILE in files:
        files[_VIOLATIONS_FILE] = judgement.add_violations(files[_VIOLATIONS_FILE], found)
    return files
