"""What a command was reading when its process was ended: the next run reads it last, so that it stops no other file.

Lack of memory, a script or `kill` end a process without a word. So the key is written before a file is read, and taken
back after it, whatever came of it.
"""

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Self

from driftline.domain.json_reading import load_json
from driftline.domain.keys import STATE
from driftline.usecases.ports import ObjectStore


def unfinished_key(command: str, endpoint: str) -> str:
    return f"{STATE}unfinished/{command}/{endpoint}.json"


class Unfinished:
    """The files of one run of a command; a context that ends with it.

    Args:
        command: Its name.
        keys: Of the files that it reads, in their order.
        note: Called with a line for people for each file that an earlier run did not finish.
    """

    def __init__(
        self, store: ObjectStore, command: str, endpoint: str, keys: Sequence[str], note: Callable[[str], None]
    ) -> None:
        self._store = store
        self._key = unfinished_key(command, endpoint)
        there = set(keys)
        self._before = [key for key in self._written() if key in there]
        self.keys = (*(key for key in keys if key not in self._before), *self._before)
        """All of them, those that an earlier run did not finish at the end."""
        for key in self._before:
            note(f"The process was ended while it read {store.uri(key)}. This time it is read last.")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._before:
            self._write(self._before)  # they were not reached
        else:
            self._store.delete(self._key)

    @contextmanager
    def reading(self, key: str) -> Iterator[None]:
        """While it is read."""
        self._write([*(each for each in self._before if each != key), key])
        try:
            yield
        finally:
            self._before = [each for each in self._before if each != key]

    def _write(self, keys: Collection[str]) -> None:
        self._store.put(self._key, json.dumps(list(keys)).encode(), content_type="application/json")

    def _written(self) -> list[str]:
        """Nothing if it cannot be read: it is a hint."""
        found = self._store.find(self._key)
        try:
            keys = load_json(found.body) if found else []
        except ValueError:
            return []
        return [key for key in keys if isinstance(key, str)] if isinstance(keys, list) else []
