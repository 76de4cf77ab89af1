"""The last execution of each monitor that alarms heard of.

Messages and the checks of freshness look here: what was signalled last, whatever window it was about. It is written
before the signals are published, so that who is woken by an alarm finds the execution behind it.
"""

from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from driftline.domain.executions.execution import Execution, ExecutionRequest, ExecutionStatus, Trigger
from driftline.domain.keys import last_execution_key
from driftline.usecases.ports import ObjectStore


class LastExecution(BaseModel):
    """`state/executions/<endpoint>/<monitor>/last.json`.

    Attributes:
        scheduled_time: Of this execution; None when it failed before it had one.
        last_scheduled: The latest scheduled time of all executions so far; a rerun of an old window keeps it.
        last_judged: The same of all that had rows to judge.
        folder: Of the report, with a closing slash; of one that failed, where its page is. Empty where an older version
            wrote that it failed.
        revision: Of the report; 0 when the execution failed.
    """

    # An older version reads what a newer one wrote.
    model_config = ConfigDict(frozen=True, extra="ignore")

    status: ExecutionStatus
    reason: str
    trigger: Trigger
    scheduled_time: AwareDatetime | None = None
    last_scheduled: AwareDatetime | None = None
    last_judged: AwareDatetime | None = None
    folder: str = ""
    revision: int = 0
    window_start: AwareDatetime | None = None
    window_end: AwareDatetime | None = None
    rows: int = 0
    violations: int = 0
    coverage: float | None = None

    @property
    def failed(self) -> bool:
        return self.status is ExecutionStatus.FAILED


def last_execution(store: ObjectStore, endpoint: str, monitor: str) -> LastExecution | None:
    """None when the monitor never ran, or when the file is none that this version can read: it is made anew then."""
    found = store.find(last_execution_key(endpoint, monitor))
    try:
        return LastExecution.model_validate_json(found.body) if found else None
    except ValidationError:
        return None


def keep_last_execution(
    store: ObjectStore, request: ExecutionRequest, execution: Execution, *, judged: bool = False
) -> None:
    """Writes the execution as the monitor's last one.

    Args:
        judged: It had rows to judge.
    """
    before = last_execution(store, request.endpoint, request.monitor)
    window = execution.window
    last = LastExecution(
        status=execution.status,
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
    )
    key = last_execution_key(request.endpoint, request.monitor)
    store.put(key, last.model_dump_json().encode(), content_type="application/json")


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((moment for moment in (one, other) if moment is not None), default=None)
