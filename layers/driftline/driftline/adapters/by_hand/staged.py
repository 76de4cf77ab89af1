"""Files of the user that are used before they are copied: one that is refused leaves nothing behind."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from hashlib import file_digest, md5
from pathlib import Path
from typing import override

from driftline.adapters.by_hand.files import read_file
from driftline.adapters.by_hand.forwarding import ForwardingStore
from driftline.domain.errors import DriftlineError, InvalidInputError
from driftline.usecases.ports import ObjectStore, ObjectSummary, StoredObject


class StagedStore(ForwardingStore):
    """A store in which files of the user are already where `copy` will put them.

    What is written in the meantime goes to the real store.

    Args:
        inner: The real store.
        files: Key -> file of the user.
        hidden: Keys of objects that count as gone.

    Raises:
        InvalidInputError: a file cannot be read.
    """

    def __init__(self, inner: ObjectStore, files: Mapping[str, Path], hidden: Collection[str] = ()) -> None:
        super().__init__(inner)
        self._staged = {key: (path, _summary(key, path)) for key, path in files.items()}
        self._hidden = frozenset(hidden)

    @override
    def get(self, key: str) -> StoredObject:
        if key not in self._staged:
            return self._inner.get(key)
        path, summary = self._staged[key]
        return StoredObject(read_file(path), summary.etag)

    @override
    def find(self, key: str) -> StoredObject | None:
        return self.get(key) if key in self._staged else self._inner.find(key)

    @override
    def etag(self, key: str) -> str | None:
        return self._staged[key][1].etag if key in self._staged else self._inner.etag(key)

    @override
    def version(self, key: str) -> str | None:
        return self._staged[key][1].etag if key in self._staged else self._inner.version(key)

    @override
    def get_range(self, key: str, start: int, length: int) -> bytes:
        if key in self._staged:
            return self.get(key).body[start : start + length]
        return self._inner.get_range(key, start, length)

    @override
    def list(self, prefix: str) -> Iterable[ObjectSummary]:
        found = {summary.key: summary for summary in self._inner.list(prefix) if summary.key not in self._hidden}
        found |= {key: summary for key, (_, summary) in self._staged.items() if key.startswith(prefix)}
        return [found[key] for key in sorted(found, key=str.encode)]

    @override
    def local_copy(self, key: str) -> AbstractContextManager[Path]:
        return nullcontext(self._staged[key][0]) if key in self._staged else self._inner.local_copy(key)

    def place_of(self, key: str) -> str:
        """Where the object is now: the user's own file, or in the store."""
        return str(self._staged[key][0]) if key in self._staged else self._inner.uri(key)

    @contextmanager
    def naming_files(self) -> Iterator[None]:
        """Errors name the user's own files instead of objects that do not exist."""
        try:
            yield
        except DriftlineError as error:
            for key, (path, _) in self._staged.items():
                for name in (self._inner.uri(key), key):
                    error.what = error.what.replace(name, str(path))
                    error.where = error.where.replace(name, str(path))
            raise

    def copy(self) -> None:
        """Copies the files to the real store."""
        for key, (path, _) in self._staged.items():
            self._inner.put(key, read_file(path))


def _summary(key: str, path: Path) -> ObjectSummary:
    """The entity tag is the MD5, which the store gives the copy, too."""
    try:
        with path.open("rb") as file:
            etag = file_digest(file, lambda: md5(usedforsecurity=False)).hexdigest()
        return ObjectSummary(key, path.stat().st_size, etag)
    except OSError as error:
        raise InvalidInputError(
            f"cannot be read: {error.strerror}", where=str(path), mend="Check the path and its permissions."
        ) from None


def by_name(files: Iterable[Path], folder: str, before: Mapping[str, Path] | None = None) -> dict[str, Path]:
    """Key in the folder -> file.

    Args:
        before: Others that go with them.

    Raises:
        InvalidInputError: two files would have the same key.
    """
    found = dict(before or {})
    for path in files:
        key = f"{folder}{path.name}"
        if key in found and found[key].resolve() != path.resolve():
            raise InvalidInputError(
                f"{found[key]} has the same name", where=str(path), expected="files with different names"
            )
        found[key] = path
    return found
