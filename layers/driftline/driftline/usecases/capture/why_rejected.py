"""Why captured lines of a window could not be read: the reasons in the files of rejected lines."""

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import islice

import msgspec

from driftline.domain.errors import UnreadableStateError
from driftline.domain.ground_truth.keys import day_prefix
from driftline.domain.json_reading import JsonDecoder
from driftline.domain.keys import variants_prefix
from driftline.domain.windows import Window
from driftline.usecases.listed_hours import listed_days
from driftline.usecases.ports import ObjectStore

_REASONS = 5
_FILES = 4
"""Maximum number of files to read: the reasons of lines that fail alike are in the first."""


class _Reject(msgspec.Struct):
    """A line of such a file; the last one has no `line` if it counts those that are not listed."""

    line: int | None
    reason: str


_REJECT = JsonDecoder(_Reject)


def why_rejected(store: ObjectStore, endpoint: str, window: Window, variant: str | None = None) -> Mapping[str, int]:
    """The most frequent reasons -> lines in the first files of the window's hours."""
    reasons: Counter[str] = Counter()
    for key in islice(_files(store, endpoint, window, variant), _FILES):
        found = store.find(key)
        for line in found.body.splitlines() if found else ():
            try:
                reject = _REJECT.decode(line)
            except ValueError:
                raise UnreadableStateError("not a list of rejected lines", key) from None
            if reject.line is not None:
                reasons[reject.reason] += 1
    return dict(reasons.most_common(_REASONS))


def _files(store: ObjectStore, endpoint: str, window: Window, variant: str | None) -> Iterator[str]:
    for name in [variant] if variant else store.folders(variants_prefix(endpoint)):
        for _, hours in listed_days(store, window, partial(day_prefix, "rejects", endpoint, name)):
            yield from (summary.key for summaries in hours.values() for summary in summaries)
