"""Renders the page of all endpoints, at most once in a while however many executions there are; or by hand, with {}."""

from typing import Any

from aws_lambda_powertools import Logger

import driftline.adapters.aws.garbage  # noqa: F401, before the others
from driftline.adapters.aws.events_in import IndexRequest
from driftline.adapters.aws.inbox import Postponing, work_through
from driftline.adapters.aws.s3 import S3Store
from driftline.adapters.aws.settings import IndexSettings
from driftline.kinds.registry import KINDS
from driftline.usecases.pages.render_index import RenderedIndex, render_index_page

logger = Logger()
settings = IndexSettings.from_environment()
store = S3Store(settings.bucket)
postponing = Postponing(settings.index_queue)


def render() -> RenderedIndex:
    rendered = render_index_page(store, kinds=KINDS)
    logger.info("index", endpoints=rendered.endpoints, read=rendered.read, written=rendered.written)
    return rendered


@logger.inject_lambda_context
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    if "Records" in event:
        return work_through(event, IndexRequest, lambda _: render(), logger, postponing)
    rendered = render()
    return {"index": store.uri(rendered.key), "endpoints": rendered.endpoints}
