"""Reads a ground truth file again whose labels could not be read."""

import logging
import re
from datetime import timedelta

from driftline.domain.ground_truth.keys import GROUND_TRUTH, VariantHour
from driftline.domain.keys import source_digest
from driftline.domain.unpacking import UNPACKED_BYTES
from driftline.usecases.ground_truth.merge_ground_truth import merge_labels
from driftline.usecases.ports import ObjectStore
from driftline.usecases.ports.tables import LabelTables
from driftline.usecases.unreadable_state import UNREADABLE_LABELS, original_key

_OF_LABELS = re.compile(
    r"state/(?:open-labels/(?P<open>[^/]+)/\d{8}T\d{2}-(?P<of_open>[0-9a-f]{32})\.labels"
    r"|labels/(?P<hour>[^/]+)/[^/]+/\d{4}/\d{2}/\d{2}/\d{2}/(?P<of_hour>[0-9a-f]{32})-.*)",
    re.ASCII,
)

_log = logging.getLogger(__name__)


def labels_again(
    key: str,
    *,
    store: ObjectStore,
    tables: LabelTables,
    max_label_delay: timedelta,
    unpacked_bytes: int = UNPACKED_BYTES,
) -> tuple[VariantHour, ...]:
    """Reads the ground truth file again whose labels were moved aside; returns the hours with its labels.

    Args:
        key: Where the object was. Nothing happens for other keys, nor if the ground truth file is gone.
        store, tables, max_label_delay, unpacked_bytes: As in `merge_labels`.
    """
    match = _OF_LABELS.fullmatch(key)
    if match is None:
        return ()
    endpoint, digest = match["open"] or match["hour"], match["of_open"] or match["of_hour"]
    for source in [each.key for each in store.list(f"{GROUND_TRUTH}{endpoint}/")]:
        if source_digest(None, source) == digest:
            merged = merge_labels(
                source,
                store=store,
                tables=tables,
                max_label_delay=max_label_delay,
                unpacked_bytes=unpacked_bytes,
            )
            return merged.hours
    _log.error("The ground truth file of %s is gone, and with it the labels in it.", key)
    return ()


def labels_waiting_to_be_made(store: ObjectStore, endpoint: str) -> list[str]:
    """Keys of labels that were moved aside by functions that may not write new ones."""
    prefix = f"{UNREADABLE_LABELS}{endpoint}/"
    found = filter(None, (original_key(each.key) for each in store.list(prefix)))
    return [key for key in found if _OF_LABELS.fullmatch(key) and store.etag(key) is None]
