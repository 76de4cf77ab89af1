"""The last execution of each monitor that was signalled to alarms.

Messages and freshness checks use it: what was signalled last, whatever its window. It is written before the signals are
published, so that a person who is woken by an alarm finds the execution behind it.
"""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, ValidationError

from driftline.domain.executions.execution import Execution, ExecutionRequest, ExecutionStatus, Trigger
from driftline.domain.executions.verdict import Verdict
from driftline.domain.instants import Instant
from driftline.domain.keys import last_execution_key
from driftline.usecases.ports import ObjectStore


class LastExecution(BaseModel):
    """`state/executions/<endpoint>/<monitor>/last.json`.

    Attributes:
        scheduled_time: Scheduled time of this execution; None if it failed before it had one.
        last_scheduled: The latest scheduled time of all executions so far; a rerun of an old window keeps it.
        last_judged: The same for executions with rows to evaluate.
        folder: Folder of the report, or of a failed execution's page, with a trailing slash. Empty if an older version
            recorded a failure.
        verdict: None if it failed, or an older version recorded it.
        revision: Revision of the report; 0 if the execution failed.
        failures_signalled: A failure was signalled, and not yet that executions succeed again.
    """

    # An older version reads what a newer one wrote.
    model_config = ConfigDict(frozen=True, extra="ignore")

    status: ExecutionStatus
    verdict: Verdict | None = None
    reason: str
    trigger: Trigger
    scheduled_time: Instant | None = None
    last_scheduled: Instant | None = None
    last_judged: Instant | None = None
    folder: str = ""
    revision: int = 0
    window_start: Instant | None = None
    window_end: Instant | None = None
    rows: int = 0
    violations: int = 0
    coverage: float | None = None
    failures_signalled: bool = False

    @property
    def failing(self) -> bool:
        """Whether the alarm on failed executions may be on. Earlier releases signalled every success."""
        return self.failed or self.failures_signalled

    @property
    def failed(self) -> bool:
        return self.status is ExecutionStatus.FAILED


def last_execution(store: ObjectStore, endpoint: str, monitor: str) -> LastExecution | None:
    """None if the monitor never ran, or this version cannot read the file, which is then written again."""
    found = store.find(last_execution_key(endpoint, monitor))
    try:
        return LastExecution.model_validate_json(found.body) if found else None
    except ValidationError:
        return None


def keep_last_execution(
    store: ObjectStore,
    request: ExecutionRequest,
    execution: Execution,
    *,
    judged: bool = False,
    recovered: bool = False,
) -> None:
    """Writes the execution as the monitor's last one.

    Args:
        judged: It had rows to evaluate.
        recovered: That executions succeed again is signalled, or need not be.
    """
    before = last_execution(store, request.endpoint, request.monitor)
    window = execution.window
    last = LastExecution(
        status=execution.status,
        verdict=execution.verdict,
        reason=execution.reason,
        trigger=request.trigger,
        scheduled_time=execution.scheduled_time,
        last_scheduled=_later(execution.scheduled_time, before.last_scheduled if before else None),
        last_judged=_later(execution.scheduled_time if judged else None, before.last_judged if before else None),
        folder=execution.folder,
        revision=execution.revision,
        window_start=window.start if window else None,
        window_end=window.end if window else None,
        rows=execution.rows,
        violations=execution.violations,
        coverage=execution.coverage,
        failures_signalled=not recovered and (execution.status is ExecutionStatus.FAILED or _failing(before)),
    )
    key = last_execution_key(request.endpoint, request.monitor)
    store.put(key, last.model_dump_json().encode(), content_type="application/json")


def _failing(before: LastExecution | None) -> bool:
    return before is not None and before.failing


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((moment for moment in (one, other) if moment is not None), default=None)
