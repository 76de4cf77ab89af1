"""The windows of a backfill: evaluated in the order of time, one monitor's after the other.

They are evaluated as by hand: their files are those of the schedule, and no alarm, metric, event or message follows,
unless the run was asked to publish. They count as known afterwards, so that a label that is still to come opens them
again.
"""

from collections.abc import Callable, Mapping

from driftline.domain.backfill.plan import Item, Plan
from driftline.domain.backfill.requests import request_of
from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.execution import Execution, ExecutionRequest, ExecutionStatus
from driftline.usecases.backfill.work_batch import Work, load_result, work_batch
from driftline.usecases.ports import ObjectStore

type Execute = Callable[[ExecutionRequest], Execution]
"""Runs the monitor; publishes or not, as the run was asked to."""


def window_work(plan: Plan, batch: str, execute: Execute) -> Work:
    """Evaluates a window."""

    def evaluate(item: Item) -> Mapping[str, int]:
        execution = execute(request_of(plan, batch, item))
        if execution.status is ExecutionStatus.FAILED:
            raise InvalidInputError(execution.reason)
        counts = {"windows": 1, "evaluated rows": execution.evaluated_rows, "violations": execution.violations}
        return {**counts, f"windows {execution.verdict or 'pending'}": 1}

    return evaluate


def replay_windows(
    plan: Plan, monitor: str, execute: Execute, *, store: ObjectStore, time_is_short: Callable[[], bool]
) -> bool:
    """Evaluates what is left of a monitor's windows; returns whether that is all. See work_batch."""
    for batch in plan.windows_of(monitor):
        if load_result(store, plan.id, batch).finished:
            continue
        if not work_batch(plan.id, batch, window_work(plan, batch, execute), store=store, time_is_short=time_is_short):
            return False
    return True
