"""The page of an execution that ended without a verdict: report.html where the verdict's page would be.

It is made from `failure.json`, which run_monitor wrote, and from earlier executions. A later verdict replaces it with
its own page; an existing one, or one that arrives meanwhile, stays.
"""

from dataclasses import dataclass
from itertools import islice

from driftline.domain.executions.failure import Failure
from driftline.domain.executions.place import Place, parse_place
from driftline.kinds.kind import Kinds
from driftline.presentation.pages.overview.html import render_failed
from driftline.presentation.pages.overview.view_failed import failed_view
from driftline.usecases.executions.failures import failure_in, has_verdict
from driftline.usecases.executions.past_executions import folders_before
from driftline.usecases.pages.overview_records import keep_failed_record
from driftline.usecases.ports import ObjectStore

_PAGE = "report.html"
_LOOKED_AT = 100
"""Maximum number of earlier executions to search for a verdict; after that many failures it is of little use."""


@dataclass(frozen=True, slots=True)
class RenderedFailure:
    """Attributes: key: of the page; size: bytes; overtaken: a verdict arrived while it was written."""

    place: Place
    key: str
    size: int
    overtaken: bool


def render_failure(store: ObjectStore, folder: str, *, kinds: Kinds) -> RenderedFailure | None:
    """Writes the page and the overview's record of a failed execution.

    Returns:
        None if no failure is known there, or there is a verdict.

    Raises:
        InvalidInputError: the folder is not that of an execution, or failure.json cannot be read.
    """
    failure = failure_in(store, folder, kinds=kinds)
    if failure is None:
        return None
    place = parse_place(folder)
    size = write_failed_page(store, place, failure, kinds=kinds)
    keep_failed_record(store, place, failure)
    # Its event may have been handled before these lines were written: then nothing triggers this again.
    return RenderedFailure(place, f"{folder}{_PAGE}", size, has_verdict(store, folder, kinds=kinds))


def write_failed_page(store: ObjectStore, place: Place, failure: Failure, *, kinds: Kinds) -> int:
    """Returns the size in bytes."""
    body = render_failed(failed_view(place, failure, _last_verdict(store, place, kinds=kinds)))
    store.put(f"{place.folder}{_PAGE}", body, content_type="text/html; charset=utf-8")
    return len(body)


def _last_verdict(store: ObjectStore, place: Place, *, kinds: Kinds) -> Place | None:
    earlier = islice(folders_before(store, place), _LOOKED_AT)
    return next((each for each in earlier if has_verdict(store, each.folder, kinds=kinds)), None)
