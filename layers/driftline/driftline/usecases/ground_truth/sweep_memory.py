"""What a sweep of an endpoint's waiting labels found, so that the next one reads only what has changed since.

A note says: these labels (the entity tag of their file's open labels), with these label sets (their names and tags),
left so many waiting after a search of these hours (the names of their indexes, which follow from their profiles). All
of it follows from keys and tags and stays true. So a note never has to be taken back: where
a tag, a name or an hour is another one, the note is of something else, and is not used. Without the notes, or with
damaged ones, a sweep looks at everything.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta

import msgspec

from driftline.domain.ground_truth.keys import VariantHour, sweep_memory_key
from driftline.domain.json_reading import JsonDecoder
from driftline.usecases.ground_truth.inference_index import CapturedHour
from driftline.usecases.ports import ObjectStore

_VERSION = 1


class FileNote(msgspec.Struct, frozen=True, array_like=True):
    """Attributes: etag: of the open labels; sets: digest of the label sets' names and tags; waiting: labels left."""

    etag: str
    sets: str
    waiting: int


class SweepMemory(msgspec.Struct, frozen=True):
    """The notes of an endpoint.

    Attributes:
        delay: `max_label_delay` in seconds: another one leads to other hours.
        hours: Name of each hour that every file below was looked for in → digest of its profiles.
        files: Key of open labels → its note.
    """

    delay: float = 0.0
    hours: Mapping[str, str] = {}
    files: Mapping[str, FileNote] = {}
    version: int = _VERSION


_MEMORY = JsonDecoder(SweepMemory)


def load_memory(store: ObjectStore, endpoint: str, max_label_delay: timedelta) -> SweepMemory:
    """Empty if there is none that can be used."""
    nothing = SweepMemory(max_label_delay.total_seconds())
    found = store.find(sweep_memory_key(endpoint))
    if found is None:
        return nothing
    try:
        memory = _MEMORY.decode(found.body)
    except msgspec.DecodeError:
        return nothing  # damaged, or of another version: it is written again
    return memory if (memory.version, memory.delay) == (_VERSION, nothing.delay) else nothing


def save_memory(
    store: ObjectStore,
    endpoint: str,
    before: SweepMemory,
    hours: Iterable[CapturedHour],
    files: Mapping[str, FileNote],
) -> None:
    """Writes the notes if they are others than before."""
    memory = SweepMemory(before.delay, {hour_name(each.at): each.digest for each in hours}, files)
    if memory != before:
        store.put(sweep_memory_key(endpoint), msgspec.json.encode(memory), content_type="application/json")


def hour_name(at: VariantHour) -> str:
    return f"{at.variant}/{at.hour:%Y%m%dT%H}"
