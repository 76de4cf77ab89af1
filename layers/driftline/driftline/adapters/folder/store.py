"""Objects in a folder with the structure of the bucket."""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import file_digest, md5
from pathlib import Path
from uuid import uuid4

from driftline.domain.errors import InvalidInputError, ObjectNotFoundError
from driftline.usecases.ports import ObjectSummary, StoredObject

_UNFINISHED = ".driftline-unfinished-"
"""Prefix of files that are being written; such names are not keys."""

_NOT_THERE = (FileNotFoundError, IsADirectoryError, NotADirectoryError)


class FolderStore:
    """An ObjectStore over a folder: a key is a path below it.

    Entity tags are the MD5 of the content, as in S3 for a single put (unless the bucket encrypts with KMS), so that
    names made from entity tags are the same in both.

    Args:
        root: The folder; created at the first put.
        name: Name of the bucket that the folder stands for; by default the folder's own.
    """

    def __init__(self, root: Path | str, name: str | None = None) -> None:
        self._root = Path(root).absolute()
        self._name = name or self._root.name
        self._etags: dict[tuple[str, int, int, int], str] = {}

    @property
    def name(self) -> str:
        return self._name

    def get(self, key: str) -> StoredObject:
        try:
            body = self._path(key).read_bytes()
        except _NOT_THERE:
            raise self._not_found(key) from None
        return StoredObject(body, md5(body, usedforsecurity=False).hexdigest())

    def find(self, key: str) -> StoredObject | None:
        try:
            return self.get(key)
        except ObjectNotFoundError:
            return None

    def etag(self, key: str) -> str | None:
        path = self._path(key)
        try:
            status = path.stat()
            return self._etag(path, status) if path.is_file() else None
        except _NOT_THERE:
            return None

    def get_range(self, key: str, start: int, length: int) -> bytes:
        try:
            with self._path(key).open("rb") as file:
                file.seek(start)
                return file.read(length)
        except _NOT_THERE:
            raise self._not_found(key) from None

    def put(self, key: str, body: bytes, *, content_type: str = "application/octet-stream") -> None:  # noqa: ARG002
        """Readers see the old bytes or the new ones, never a part: the file is renamed into place."""
        path = self._path(key)
        unfinished = path.with_name(f"{_UNFINISHED}{uuid4().hex}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                unfinished.write_bytes(body)
                unfinished.replace(path)
            finally:
                unfinished.unlink(missing_ok=True)
        except (FileExistsError, IsADirectoryError, NotADirectoryError):
            raise InvalidInputError(
                "a folder cannot have an object and objects below it with the same name",
                where=str(path),
                mend="Rename one of the two.",
            ) from None

    def delete(self, key: str) -> None:
        path = self._path(key)
        if path.is_file():
            path.unlink(missing_ok=True)

    def list(self, prefix: str) -> Iterable[ObjectSummary]:
        for key, path in self._files(prefix):
            status = path.stat()
            yield ObjectSummary(key, status.st_size, self._etag(path, status))

    def folders(self, prefix: str) -> Sequence[str]:
        base = prefix.rstrip("/")
        folder = self._path(base) if base else self._root
        if not folder.is_dir():
            return []
        names = (entry.name for entry in os.scandir(folder) if entry.is_dir())
        # A bucket has no empty folders.
        filled = (name for name in names if next(iter(self._files(f"{prefix}{name}/")), None) is not None)
        return sorted(filled, key=str.encode)

    @contextmanager
    def local_copy(self, key: str) -> Iterator[Path]:
        """The file itself: it is already on local disk."""
        path = self._path(key)
        if not path.is_file():
            raise self._not_found(key)
        yield path

    def uri(self, key: str) -> str:
        return str(self._root / key)

    def _path(self, key: str) -> Path:
        parts = key.split("/")
        unsafe = any(part in {"", ".", ".."} or part.startswith(_UNFINISHED) for part in parts)
        if unsafe or "\0" in key or "\\" in key:
            raise InvalidInputError(
                f"{key!r} is not a valid key in a folder",
                where=str(self._root),
                expected="names separated by single slashes, none of them empty, . or ..",
            )
        return self._root.joinpath(*parts)

    def _not_found(self, key: str) -> ObjectNotFoundError:
        return ObjectNotFoundError("no such object", where=self.uri(key))

    def _files(self, prefix: str) -> Iterator[tuple[str, Path]]:
        """Keys and paths under a prefix, in the order of the keys' UTF-8 bytes."""
        base = prefix.rpartition("/")[0]
        folder = self._path(base) if base else self._root
        for key, path in _walk(folder, f"{base}/" if base else "", prefix, frozenset()):
            if key.startswith(prefix):
                yield key, path

    def _etag(self, path: Path, status: os.stat_result) -> str:
        """The MD5 of a file; cached while the file is unchanged, because replays list the same folders often."""
        version = (str(path), status.st_ino, status.st_mtime_ns, status.st_size)
        if version not in self._etags:
            with path.open("rb") as file:
                self._etags[version] = file_digest(file, lambda: md5(usedforsecurity=False)).hexdigest()
        return self._etags[version]


class FolderStores:
    """Stores: a folder stands for the stack's bucket and for every capture bucket."""

    def __init__(self, root: Path | str) -> None:
        self._root = root

    def __call__(self, bucket: str) -> FolderStore:
        return FolderStore(self._root, bucket)


def _walk(folder: Path, base: str, prefix: str, above: frozenset[tuple[int, int]]) -> Iterator[tuple[str, Path]]:
    """Files below a folder; symbolic links are followed, but never into one of their own parents."""
    try:
        status = folder.stat()
        entries = [(entry.name + ("/" if entry.is_dir() else ""), entry) for entry in os.scandir(folder)]
    except _NOT_THERE:
        return
    identity = (status.st_dev, status.st_ino)
    if identity in above:
        return
    # A folder sorts with its slash, as its keys do: `a-b` comes before `a/…`.
    for name, entry in sorted(entries, key=lambda pair: os.fsencode(pair[0])):
        key = base + name
        if name.endswith("/"):
            if key.startswith(prefix) or prefix.startswith(key):
                yield from _walk(Path(entry.path), key, prefix, above | {identity})
        elif not name.startswith(_UNFINISHED) and entry.is_file():
            yield key, Path(entry.path)
