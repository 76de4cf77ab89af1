"""Ground truth files whose labels still wait. Imports nothing heavy: what looks at the ages of files uses it, too."""

from datetime import datetime

from driftline.domain.errors import UnreadableStateError
from driftline.domain.ground_truth import keys
from driftline.usecases.ports import ObjectStore, ObjectSummary
from driftline.usecases.unreadable_state import name_unreadable


def open_labels(store: ObjectStore, endpoint: str) -> list[tuple[ObjectSummary, datetime, str]]:
    """(stored labels that still wait, hour of their ground truth file, digest of its key); others there are named."""
    found = []
    for summary in store.list(keys.open_labels_prefix(endpoint)):
        try:
            found.append((summary, *keys.parse_open_labels_key(summary.key)))
        except UnreadableStateError as error:
            name_unreadable(error)
    return found
