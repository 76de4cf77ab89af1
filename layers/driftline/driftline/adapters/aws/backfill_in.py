"""What the state machine of backfills asks functions for."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from driftline.domain.backfill.keys import checked_id
from driftline.domain.backfill.plan import SHOWING, Plan, step_of
from driftline.domain.executions.execution import Execution
from driftline.usecases.backfill.outcome import check_read, conclude
from driftline.usecases.backfill.window_work import replay_windows
from driftline.usecases.backfill.work_batch import Work, load_plan, work_batch
from driftline.usecases.executions.unpublished import NoEvents, NoMetrics
from driftline.usecases.ports import ObjectStore

ENOUGH_MILLISECONDS = 150_000
"""What is left of a function's five minutes when it begins with another item: the longest takes two."""

ENOUGH_FOR_A_PAGE = 60_000
"""The same of the two minutes of `render_report`."""


class Remaining(Protocol):
    """Lambda's context."""

    def get_remaining_time_in_millis(self) -> int: ...


class BatchRequest(BaseModel):
    """Work on a batch of files, or pages."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    backfill: str
    batch: str = Field(min_length=1)


class WindowsRequest(BaseModel):
    """Evaluate the windows of a monitor; or check that all files were read, or say what came of the run."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    backfill: str
    monitor: str = ""
    step: Literal["", "check", "conclude"] = ""


def is_backfill(event: Mapping[str, Any]) -> bool:
    """Whether an event is of the state machine: all others have messages."""
    return "backfill" in event


def work_on(
    event: Mapping[str, Any], context: Remaining, store: ObjectStore, work: Callable[[Plan, str], Work]
) -> dict[str, Any]:
    """Works on a batch of files, or pages, until it is finished, or the function's time is nearly over.

    Args:
        work: Makes the work on an item of a batch of the plan.
    """
    request = BatchRequest.model_validate(event)
    plan = load_plan(store, checked_id(request.backfill))
    enough = ENOUGH_FOR_A_PAGE if step_of(request.batch) in SHOWING else ENOUGH_MILLISECONDS
    short = time_is_short(context, enough)
    return {"finished": work_batch(plan.id, request.batch, work(plan, request.batch), store=store, time_is_short=short)}


def replay(
    event: Mapping[str, Any], context: Remaining, store: ObjectStore, execute: Callable[..., Execution]
) -> dict[str, Any]:
    """Evaluates windows of a monitor until all are, or the function's time is nearly over; or one of the other steps.

    Args:
        execute: Runs a monitor on a request, with other `metrics` and `events` if given.

    Raises:
        StaleReadError: the step is to check, or to conclude, and something is left to do.
    """
    request = WindowsRequest.model_validate(event)
    plan = load_plan(store, checked_id(request.backfill))
    match request.step:
        case "check":
            check_read(plan, store)
            return {}
        case "conclude":
            return conclude(plan, store).checked(plan).document()
    evaluate = execute if plan.publish else partial(execute, metrics=NoMetrics(), events=NoEvents())
    short = time_is_short(context)
    return {"finished": replay_windows(plan, request.monitor, evaluate, store=store, time_is_short=short)}


def time_is_short(context: Remaining, enough: int = ENOUGH_MILLISECONDS) -> Callable[[], bool]:
    return lambda: context.get_remaining_time_in_millis() < enough
