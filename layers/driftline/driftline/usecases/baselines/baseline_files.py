"""The files of a baseline change together: readers never see new statistics with old constraints.

S3 changes one object at a time. So `swap.json` is written first, with all new files in it, and from then on readers
take the files from there. Then each file is written, and `swap.json` is deleted. If this stops halfway, readers see
either the old files or the new ones, and the next writer completes it. A file that another writer has changed in the
meantime is left as it is.
"""

from collections.abc import Iterable, Mapping
from hashlib import sha256

import msgspec

from driftline.domain.errors import InvalidInputError, StaleReadError
from driftline.domain.json_reading import JsonDecoder
from driftline.usecases.ports import ObjectStore, StoredObject

STATISTICS = "statistics.json"
CONSTRAINTS = "constraints.json"
SWAP_FILE = "swap.json"

_JSON = "application/json"
_ATTEMPTS = 5
"""A swap takes a second or two; each attempt of a reader takes three requests at least."""


class _Swap(msgspec.Struct, frozen=True):
    """What a swap is about, by file name.

    Attributes:
        before: SHA-256 of the previous files; None for files that did not exist.
        files: The new files.
    """

    before: dict[str, str | None]
    files: dict[str, bytes]

    def replaces(self, name: str, there: bytes | None) -> bool:
        return name in self.files and self.before.get(name) == _digest(there)


_SWAP = JsonDecoder(_Swap)


def read_files(store: ObjectStore, folder: str, names: Iterable[str]) -> Mapping[str, bytes]:
    """The files of these names that there are, as they were at one moment.

    Args:
        folder: Of the baseline, with a closing slash.

    Raises:
        StaleReadError: they change all the time; read again later.
    """
    wanted = tuple(names)
    for _ in range(_ATTEMPTS):
        swap_before = store.find(folder + SWAP_FILE)
        found = {name: each for name in wanted if (each := store.find(folder + name)) is not None}
        swap_after = store.find(folder + SWAP_FILE)
        if swap_before != swap_after:
            continue
        if swap_before is not None:
            swap = _parsed(swap_before, store, folder)
            bodies = {name: each.body for name, each in found.items()}
            return bodies | {name: swap.files[name] for name in wanted if swap.replaces(name, bodies.get(name))}
        if all(_is_still(store, folder + name, found.get(name)) for name in wanted):
            return {name: each.body for name, each in found.items()}
    raise StaleReadError("the baseline changed while it was read", where=store.uri(folder))


def replace_files(store: ObjectStore, folder: str, files: Mapping[str, bytes]) -> None:
    """Replaces JSON files; for readers all of them change at once."""
    finish_swap(store, folder)
    there = read_files(store, folder, files)
    before = {name: _digest(there.get(name)) for name in files}
    changed = {name: body for name, body in files.items() if before[name] != _digest(body)}
    if len(changed) > 1:
        swap = _Swap({name: before[name] for name in changed}, changed)
        store.put(folder + SWAP_FILE, msgspec.json.encode(swap), content_type=_JSON)
        finish_swap(store, folder)
    else:
        for name, body in changed.items():
            store.put(folder + name, body, content_type=_JSON)


def finish_swap(store: ObjectStore, folder: str) -> None:
    """Does what a swap that was cut short left undone; nothing if there is none.

    Raises:
        InvalidInputError: what it says cannot be read.
    """
    found = store.find(folder + SWAP_FILE)
    if found is None:
        return
    swap = _parsed(found, store, folder)
    for name, body in sorted(swap.files.items()):
        there = store.find(folder + name)
        if swap.replaces(name, there.body if there else None):
            store.put(folder + name, body, content_type=_JSON)
    if store.find(folder + SWAP_FILE) == found:  # not that of another writer, who has finished this one
        store.delete(folder + SWAP_FILE)


def digest_of(store: ObjectStore, key: str) -> str | None:
    """The SHA-256 of an object; None if there is none."""
    found = store.find(key)
    return _digest(found.body) if found else None


def _digest(body: bytes | None) -> str | None:
    return None if body is None else sha256(body).hexdigest()


def _is_still(store: ObjectStore, key: str, read: StoredObject | None) -> bool:
    """Whether the object is the one that was read."""
    return store.version(key) == (read.version if read else None)


def _parsed(found: StoredObject, store: ObjectStore, folder: str) -> _Swap:
    try:
        return _SWAP.decode(found.body)
    except msgspec.DecodeError as error:
        raise InvalidInputError(
            f"the pending replacement of the baseline cannot be read: {error}",
            where=store.uri(folder + SWAP_FILE),
            mend="Delete the file, then upload both files of the baseline.",
        ) from None
