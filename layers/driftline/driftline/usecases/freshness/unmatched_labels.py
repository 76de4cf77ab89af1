"""Since when ground truth arrives without matching any capture."""

from datetime import datetime

from driftline.domain.ground_truth import keys
from driftline.domain.windows import HOUR
from driftline.usecases.ports import ObjectStore

_FILES = 50
"""Maximum number of files to look at; each is one request."""


def unmatched_since(store: ObjectStore, endpoint: str, at: datetime) -> datetime | None:
    """The end of the hour of the first ground truth file since the last one with a match; None if the newest has one.

    Only files whose labels still wait for captures count: others are listed as unmatched, and are over.
    """
    listed = (keys.parse_open_labels_key(found.key) for found in store.list(keys.open_labels_prefix(endpoint)))
    files = sorted((found for found in listed if found[0] <= at), reverse=True)
    since: datetime | None = None
    for hour, digest in files[:_FILES]:
        if next(iter(store.list(keys.label_hours_prefix(endpoint, digest))), None) is not None:
            break
        since = hour + HOUR
    return since
