"""Since when ground truth arrives without matching any capture."""

from datetime import datetime

from driftline.domain.ground_truth import keys
from driftline.domain.windows import HOUR
from driftline.usecases.ground_truth.open_labels import open_labels
from driftline.usecases.ports import ObjectStore

_FILES = 50
"""Maximum number of files to look at; each is one request."""


def unmatched_since(store: ObjectStore, endpoint: str, at: datetime) -> datetime | None:
    """The end of the hour of the first ground truth file since the last one with a match; None if the newest has one.

    Only files whose labels still wait for captures count: others are listed as unmatched, and are over.
    """
    files = sorted(((hour, digest) for _, hour, digest in open_labels(store, endpoint) if hour <= at), reverse=True)
    since: datetime | None = None
    for hour, digest in files[:_FILES]:
        if next(iter(store.list(keys.label_hours_prefix(endpoint, digest))), None) is not None:
            break
        since = hour + HOUR
    return since
