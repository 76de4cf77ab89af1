"""Windows that the state machine of backfills asks for, and the steps around them."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from driftline.adapters.aws.backfill_in import ENOUGH_MILLISECONDS, time_is_short, work_on
from driftline.adapters.aws.invocation import Remaining
from driftline.domain.backfill.keys import checked_id
from driftline.domain.executions.execution import Execution
from driftline.usecases.backfill.day_work import ReadWindow, day_work
from driftline.usecases.backfill.outcome import check_read, conclude
from driftline.usecases.backfill.window_work import replay_windows
from driftline.usecases.backfill.work_batch import load_plan
from driftline.usecases.executions.unpublished import NoEvents, NoMetrics
from driftline.usecases.ports import ObjectStore


class WindowsRequest(BaseModel):
    """Evaluate the windows of a monitor; or check that all files were read, or say what came of the run."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    backfill: str
    monitor: str = ""
    step: Literal["", "check", "conclude"] = ""


def replay(
    event: Mapping[str, Any],
    context: Remaining,
    store: ObjectStore,
    execute: Callable[..., Execution],
    read: ReadWindow,
) -> dict[str, Any]:
    """Evaluates windows of a monitor, or reads days of a long one, until all are done or the function's time is nearly
    over; or one of the other steps.

    Args:
        execute: Runs a monitor on a request, with other `metrics` and `events` if given.
        read: Reads a day of a long window.

    Raises:
        StaleReadError: the step is to check, or to conclude, and something is left to do.
    """
    if "batch" in event:
        return work_on(event, context, store, partial(day_work, read=read))
    request = WindowsRequest.model_validate(event)
    plan = load_plan(store, checked_id(request.backfill))
    match request.step:
        case "check":
            check_read(plan, store)
            return {}
        case "conclude":
            return conclude(plan, store).checked(plan).document()
    evaluate = execute if plan.publish else partial(execute, metrics=NoMetrics(), events=NoEvents())
    short = time_is_short(context, ENOUGH_MILLISECONDS)
    return {"finished": replay_windows(plan, request.monitor, evaluate, store=store, time_is_short=short)}
