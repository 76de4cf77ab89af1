"""Profiles a capture file again whose profile, records or rejects could not be read."""

import logging
import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from driftline.domain.errors import InvalidInputError
from driftline.domain.instants import within_bounds
from driftline.domain.keys import CAPTURE, hour_folder, hour_of_folders, source_digest
from driftline.domain.windows import HOUR
from driftline.kinds.kind import Kinds
from driftline.usecases.capture.profile_capture import profile_capture
from driftline.usecases.monitors.monitor_documents import captures_of, find_document
from driftline.usecases.ports import ObjectStore, Stores
from driftline.usecases.ports.scripts import Scripts
from driftline.usecases.ports.tables import CaptureTables

_OF_CAPTURE = re.compile(
    r"state/(?:profiles|records|rejects)/(?P<endpoint>[^/]+)/(?P<variant>[^/]+)/"
    r"(?P<y>\d{4})/(?P<m>\d{2})/(?P<d>\d{2})/(?P<h>\d{2})/(?P<digest>[0-9a-f]{32})\.\w+",
    re.ASCII,
)
_NEAR = (0, -1, 1)
"""Hours: a capture file's folder is mostly that of its records, or the one next to it."""

_log = logging.getLogger(__name__)


def profile_again(
    key: str, *, store: ObjectStore, stores: Stores, scripts: Scripts, tables: CaptureTables, kinds: Kinds
) -> bool:
    """Profiles the capture file again whose profile, records or rejects were moved aside.

    Args:
        key: Where the object was. Nothing happens for other keys.

    Returns:
        Whether that was done: the capture file may be gone.
    """
    match = _OF_CAPTURE.fullmatch(key)
    if match is None:
        return False
    endpoint = match["endpoint"]
    document = find_document(store, endpoint, kinds=kinds)
    captures = captures_of(document, store, stores) if document else store
    folder = f"{document.capture.prefix if document else CAPTURE}{endpoint}/{match['variant']}/"
    bucket = None if captures.name == store.name else captures.name
    near = [f"{folder}{hour_folder(hour)}" for hour in _hours_near(match, key)]
    for source in _listed(captures, [*near, folder]):
        if source_digest(bucket, source) == match["digest"]:
            profile_capture(
                source,
                capture=captures,
                state=store,
                stores=stores,
                scripts=scripts,
                tables=tables,
                on_lost=lambda _: None,
                kinds=kinds,
            )
            return True
    _log.error("The capture file of %s is gone, and with it the rows in it.", key)
    return False


def _hours_near(match: re.Match[str], key: str) -> Iterator[datetime]:
    try:
        hour = hour_of_folders(match, key)
        yield from (within_bounds(hour + step * HOUR) for step in _NEAR)
    except InvalidInputError:
        return


def _listed(store: ObjectStore, prefixes: Iterable[str]) -> Iterator[str]:
    for prefix in prefixes:
        yield from (each.key for each in store.list(prefix))
