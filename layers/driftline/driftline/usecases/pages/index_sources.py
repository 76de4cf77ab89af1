"""What pages over time show besides executions: which endpoints there are, and what did not happen."""

from collections.abc import Iterable, Sequence
from contextlib import suppress

from driftline.domain.errors import InvalidInputError
from driftline.domain.incidents.open_watch import OpenWatch, endpoint_of_open_watch, parse_open_watch
from driftline.domain.keys import MONITORS, OPEN_WATCH, endpoint_of_document
from driftline.presentation.pages.overview.now import Now
from driftline.usecases.executions.past_executions import body_or_none
from driftline.usecases.ports import ObjectStore


def listed(store: ObjectStore, lines: Iterable[Now]) -> list[Now]:
    """The endpoints that still exist: one that had a monitor document, and has none now, was deleted.

    Endpoints that never had one stay: pages are also made for files that SageMaker wrote.
    """
    documented = {endpoint_of_document(each.key) for each in store.list(MONITORS)}
    return [line for line in lines if not line.documented or line.endpoint in documented]


def open_watches(store: ObjectStore, of: str | None = None) -> dict[str, Sequence[OpenWatch]]:
    """Open incidents under `watch`, by endpoint, oldest first. Those that cannot be read are left out.

    Args:
        of: An endpoint; None for all.
    """
    found: dict[str, list[OpenWatch]] = {}
    for key in [each.key for each in store.list(f"{OPEN_WATCH}{of}/" if of else OPEN_WATCH)]:
        endpoint, body = endpoint_of_open_watch(key), body_or_none(store, key)
        if endpoint is not None and body is not None:
            with suppress(InvalidInputError):
                found.setdefault(endpoint, []).append(parse_open_watch(body, key))
    return {endpoint: sorted(each, key=lambda one: (one.since, one.label)) for endpoint, each in found.items()}
