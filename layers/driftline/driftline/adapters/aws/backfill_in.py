"""Batches that the state machine of backfills asks functions for; imported when it asks."""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from driftline.adapters.aws.invocation import Remaining
from driftline.domain.backfill.keys import checked_id
from driftline.domain.backfill.plan import Plan, Step, step_of
from driftline.usecases.backfill.work_batch import Work, load_plan, work_batch
from driftline.usecases.ports import ObjectStore

ENOUGH_MILLISECONDS = 150_000
"""What is left of a function's five minutes when it begins with another item: the longest takes two."""

_ENOUGH: Mapping[Step, int] = {"files": 600_000, "suggest": 600_000, "pages": 60_000, "overview": 60_000}
"""The same for functions with other limits: `suggest_baseline` has fifteen minutes, `render_report` two."""


class BatchRequest(BaseModel):
    """Work on a batch of files, or of pages."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    backfill: str
    batch: str = Field(min_length=1)


def work_on(
    event: Mapping[str, Any], context: Remaining, store: ObjectStore, work: Callable[[Plan, str], Work]
) -> dict[str, Any]:
    """Works on a batch of files, or pages, until it is finished, or the function's time is nearly over.

    Args:
        work: Makes the work on an item of a batch of the plan.
    """
    request = BatchRequest.model_validate(event)
    plan = load_plan(store, checked_id(request.backfill))
    short = time_is_short(context, _ENOUGH.get(step_of(request.batch), ENOUGH_MILLISECONDS))
    return {"finished": work_batch(plan.id, request.batch, work(plan, request.batch), store=store, time_is_short=short)}


def time_is_short(context: Remaining, enough: int) -> Callable[[], bool]:
    return lambda: context.get_remaining_time_in_millis() < enough
