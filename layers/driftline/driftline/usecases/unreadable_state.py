"""Objects below `state/` that cannot be read: moved aside with their bytes, named, and made again.

Everything in `state/` follows from objects of the user, so nothing there is worth a stop. What is damaged, or has a
name that nobody here gives, goes to `state/unreadable/`, where it harms nothing and a person can look at it;
`check_freshness` counts what is there. What another version wrote is left alone (`UnreadableStateError` says which is
which).

How each kind is made again:

| below `state/` | made again |
|---|---|
| `profiles/`, `records/`, `rejects/` | from the capture file, by the function that finds them (`profile_again`) |
| `open-labels/`, `labels/`, `label-hours/` | from the ground truth file, at once or by the next sweep |
| `merged/` | from records and labels, at the next evaluation |
| `indexes/`, `rollups/`, `kinds/` | from profiles, or rows, in the place where they are read |
| `executions/` | nothing is known of the execution: it is announced again |
| `freshness/`, `overview/`, `explanations/` | as if it had never been there |
"""

import logging
from collections.abc import Callable
from pathlib import Path

from driftline.domain.errors import InvalidInputError, UnreadableStateError
from driftline.domain.keys import STATE
from driftline.usecases.ports import ObjectStore

UNREADABLE = f"{STATE}unreadable/"
UNREADABLE_LABELS = f"{UNREADABLE}labels/"
_REASON = ".reason.txt"
_PARQUET = b"PAR1"

_log = logging.getLogger(__name__)


def with_state_made_again[Result](
    work: Callable[[], Result], store: ObjectStore, make_again: Callable[[str], object] | None = None
) -> Result:
    """The result of some work; state that it cannot read is moved aside and made again, and the work is done again.

    Args:
        work: May be done again from the start.
        make_again: Takes the key of an object that was moved aside.

    Raises:
        UnreadableStateError: an object that was made again cannot be read, either.
    """
    moved: set[str] = set()
    while True:
        try:
            return work()
        except UnreadableStateError as error:
            if error.key in moved or not error.key.startswith(STATE):
                raise
            moved.add(error.key)
            move_aside(store, error)
            if make_again is not None:
                make_again(error.key)


def move_aside(store: ObjectStore, error: UnreadableStateError) -> None:
    """Keeps the bytes, and why they are there, below `state/unreadable/`; then the object itself is removed."""
    key = error.key
    found = store.find(key)
    if found is None:
        return  # somebody else was faster
    aside = aside_key(key)
    store.put(aside, found.body)
    store.put(f"{aside}{_REASON}", f"{error.what}\n".encode(), content_type="text/plain; charset=utf-8")
    store.delete(key)
    _log.error("%s cannot be read (%s): it is now %s.", key, error.what, store.uri(aside))


def name_unreadable(error: InvalidInputError) -> None:
    """For readers that may not move it; others will find it, too. What another version wrote stays where it is."""
    _log.error("%s cannot be read (%s), and is left out.", error.where, error.what)


def aside_key(key: str) -> str:
    """Where an object of `state/` is moved. A name that ends in a slash, as consoles give to folders, gets another."""
    below = key.removeprefix(STATE)
    return f"{UNREADABLE}{below}folder" if below.endswith("/") else f"{UNREADABLE}{below}"


def original_key(aside: str) -> str | None:
    """Where an object below `state/unreadable/` was; None for the notes next to it."""
    return None if aside.endswith(_REASON) else f"{STATE}{aside.removeprefix(UNREADABLE)}"


def count_unreadable(store: ObjectStore) -> int:
    """How many objects were moved aside, and are there still."""
    return sum(original_key(each.key) is not None for each in store.list(UNREADABLE))


def checked_parquet(body: bytes, key: str) -> bytes:
    """A table of ours. Raises UnreadableStateError: no Parquet file, or a part of one."""
    if not (body.startswith(_PARQUET) and body.endswith(_PARQUET) and len(body) > 2 * len(_PARQUET)):
        raise UnreadableStateError("not a Parquet file, or a part of one", key)
    return body


def check_parquet(path: Path, key: str) -> None:
    """As `checked_parquet`, without reading it all."""
    with path.open("rb") as file:
        head = file.read(len(_PARQUET))
        file.seek(0, 2)
        size = file.tell()
        file.seek(max(0, size - len(_PARQUET)))
        checked_parquet(head + b"\0" + file.read(), key)
