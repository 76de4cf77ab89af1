"""Renders the page of an execution and that of its endpoint: on its event, or by hand for any folder of files.

An incident of `watch` that begins or ends has the page of its endpoint rendered.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from aws_lambda_powertools import Logger

import driftline.adapters.aws.garbage  # noqa: F401, before the others
from driftline.adapters.aws.execution_events import RenderMessage, RenderRequest, WatchRequest
from driftline.adapters.aws.inbox import work_through
from driftline.adapters.aws.index_queue import IndexQueue
from driftline.adapters.aws.invocation import Remaining, is_backfill
from driftline.adapters.aws.once_in_a_turn import OnceInATurn
from driftline.adapters.aws.s3 import S3Store
from driftline.adapters.aws.settings import IndexSettings
from driftline.kinds.registry import KINDS
from driftline.usecases.pages.render_execution import RenderedExecution, render_execution
from driftline.usecases.pages.render_overview import render_pages

logger = Logger()
settings = IndexSettings.from_environment()
store = S3Store(settings.bucket)
index = IndexQueue(OnceInATurn(settings.index_queue, settings.index_delay))


def render(event: Mapping[str, Any]) -> RenderedExecution | None:
    watch = WatchRequest.of(event)
    if watch is not None:
        page = render_pages(store, watch.endpoint, kinds=KINDS, index=index) if watch.endpoint else None
        logger.info("watch", endpoint=watch.endpoint, executions=page.executions if page else 0)
        return None
    request = RenderRequest.of(event, store.uri(""))
    if request is None:
        logger.info("failed by hand: no page")
        return None
    rendered = render_execution(store, request.folder, kinds=KINDS, index=index, revision=request.revision)
    logger.info("rendered", key=rendered.key, size=rendered.size, failed=rendered.failed, past=rendered.past)
    if rendered.overview is not None:
        logger.info("overview", executions=rendered.overview.executions)
    return rendered


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: Remaining) -> dict[str, Any]:
    if is_backfill(event):
        from driftline.adapters.aws.backfill_in import work_on  # noqa: PLC0415, for backfills only
        from driftline.usecases.backfill.page_work import page_work  # noqa: PLC0415

        return work_on(event, context, store, partial(page_work, store=store, kinds=KINDS, index=index))
    if "Records" in event:
        return work_through(event, RenderMessage, lambda message: render(message.root), logger)
    rendered = render(event)
    return {"report": store.uri(rendered.key), "size": rendered.size} if rendered else {"report": None, "size": 0}
