"""The pages of a backfill: of each execution, as after its event, and at the end the endpoint's page, once for all."""

from collections.abc import Mapping

from driftline.domain.backfill.plan import Item, Plan, monitor_of, step_of
from driftline.domain.backfill.requests import request_of
from driftline.domain.errors import ObjectNotFoundError
from driftline.kinds.kind import Kinds
from driftline.usecases.backfill.work_batch import Work
from driftline.usecases.executions.requested_window import requested_window
from driftline.usecases.monitors.monitor_documents import find_document
from driftline.usecases.pages.render_execution import render_page
from driftline.usecases.pages.render_overview import render_pages
from driftline.usecases.ports import IndexRequests, ObjectStore


def page_work(plan: Plan, batch: str, *, store: ObjectStore, kinds: Kinds, index: IndexRequests) -> Work:
    """Makes the page of a scheduled time, or that of the endpoint, by the batch's step.

    Args:
        index: Has the page of all endpoints made.
    """

    document = find_document(store, plan.endpoint, kinds=kinds)
    monitors = document.monitors.by_name() if document else {}

    def page(item: Item) -> Mapping[str, int]:
        _, _, folder = requested_window(request_of(plan, batch, item), monitors[monitor_of(batch)])
        try:
            render_page(store, folder, kinds=kinds)
        except ObjectNotFoundError:
            return {"windows without a page": 1}  # it failed, and has its line; or it waits for explanations
        return {"pages": 1}

    def overview(_: Item) -> Mapping[str, int]:
        return {"executions listed": render_pages(store, plan.endpoint, kinds=kinds, index=index).executions}

    return page if step_of(batch) == "pages" else overview
