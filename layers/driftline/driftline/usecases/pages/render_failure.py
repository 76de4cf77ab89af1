"""The page of an execution that ended without a verdict: report.html where the verdict's page would be.

It follows from `failure.json`, which run_monitor left, and from the executions before it. A verdict that comes later
writes its own page over it; one that is there already, or that comes meanwhile, stands.
"""

from dataclasses import dataclass
from itertools import islice

from driftline.domain.executions.failure import Failure
from driftline.domain.executions.place import Place, parse_place
from driftline.kinds.kind import Kinds
from driftline.presentation.pages.overview.html import render_failed
from driftline.presentation.pages.overview.view_failed import failed_view
from driftline.usecases.executions.failures import failure_in, is_judged
from driftline.usecases.executions.past_executions import folders_before
from driftline.usecases.pages.overview_records import keep_failed_record
from driftline.usecases.ports import ObjectStore

_PAGE = "report.html"
_LOOKED_AT = 100
"""So many earlier executions at most are asked for a verdict; after as many failures in a row it is of little use."""


@dataclass(frozen=True, slots=True)
class RenderedFailure:
    """Attributes: key: of the page; size: bytes; overtaken: a verdict came while it was written."""

    place: Place
    key: str
    size: int
    overtaken: bool


def render_failure(store: ObjectStore, folder: str, *, kinds: Kinds) -> RenderedFailure | None:
    """Writes the page and the overview's record of a failed execution.

    Returns:
        None if no execution is known to have failed there, or a verdict stands.

    Raises:
        InvalidInputError: the folder is not that of an execution, or failure.json cannot be read.
    """
    failure = failure_in(store, folder, kinds=kinds)
    if failure is None:
        return None
    place = parse_place(folder)
    size = write_failed_page(store, place, failure, kinds=kinds)
    keep_failed_record(store, place, failure)
    # Its event may have been worked off before these lines were written: then it brings nobody back here.
    return RenderedFailure(place, f"{folder}{_PAGE}", size, is_judged(store, folder, kinds=kinds))


def write_failed_page(store: ObjectStore, place: Place, failure: Failure, *, kinds: Kinds) -> int:
    """Returns the size in bytes."""
    body = render_failed(failed_view(place, failure, _last_verdict(store, place, kinds=kinds)))
    store.put(f"{place.folder}{_PAGE}", body, content_type="text/html; charset=utf-8")
    return len(body)


def _last_verdict(store: ObjectStore, place: Place, *, kinds: Kinds) -> Place | None:
    earlier = islice(folders_before(store, place), _LOOKED_AT)
    return next((each for each in earlier if is_judged(store, each.folder, kinds=kinds)), None)
