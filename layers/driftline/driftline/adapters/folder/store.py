"""Objects in a folder with the structure of the bucket."""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import file_digest, md5
from pathlib import Path
from typing import override
from uuid import uuid4

from driftline.domain.errors import InvalidInputError, ObjectNotFoundError
from driftline.usecases.ports import ObjectSummary, StoredObject

_UNFINISHED = ".driftline-unfinished-"
"""Prefix of files that are being written; such names are not keys."""

_NOT_THERE = (FileNotFoundError, IsADirectoryError, NotADirectoryError)


class _FileRead(StoredObject):
    """An object whose entity tag is computed when it is asked for: few ask, and it takes longer than reading."""

    __slots__ = ("_known", "_path", "_version")
    _known: dict[tuple[str, str], str]
    _path: str
    _version: str

    def __init__(self, body: bytes, path: str, version: str, known: dict[tuple[str, str], str]) -> None:
        object.__setattr__(self, "body", body)
        object.__setattr__(self, "_path", path)
        object.__setattr__(self, "_version", version)
        object.__setattr__(self, "_known", known)

    @property
    def etag(self) -> str:
        file = (self._path, self._version)
        if file not in self._known:
            self._known[file] = md5(self.body, usedforsecurity=False).hexdigest()
        return self._known[file]

    @property
    @override
    def version(self) -> str:
        return self._version


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
        self._etags: dict[tuple[str, str], str] = {}

    @property
    def name(self) -> str:
        return self._name

    @property
    def at_once(self) -> int:
        return 1

    def get(self, key: str) -> StoredObject:
        try:
            path = str(self._path(key))
            with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - see _walk
                version = _version(os.fstat(file.fileno()))  # before the bytes: a change while they are read is one
                return _FileRead(file.read(), path, version, self._etags)
        except _NOT_THERE:
            raise self._not_found(key) from None

    def find(self, key: str) -> StoredObject | None:
        try:
            return self.get(key)
        except ObjectNotFoundError:
            return None

    def etag(self, key: str) -> str | None:
        path = self._path(key)
        try:
            status = path.stat()
            return self._etag(str(path), status) if path.is_file() else None
        except _NOT_THERE:
            return None

    def version(self, key: str) -> str | None:
        """From the file's status: what is asked after every capture file need not read it again."""
        path = self._path(key)
        try:
            return _version(path.stat()) if path.is_file() else None
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

    def put_if_unchanged(
        self, key: str, body: bytes, since: str | None, *, content_type: str = "application/octet-stream"
    ) -> bool:
        """Writers of Driftline take turns; an editor that saves in the same instant does not."""
        with self._turn(key):
            if self.etag(key) != since:
                return False
            self.put(key, body, content_type=content_type)
            return True

    def delete_if_unchanged(self, key: str, since: str) -> bool:
        with self._turn(key):
            if self.etag(key) != since:
                return False
            self.delete(key)
            return True

    @contextmanager
    def _turn(self, key: str) -> Iterator[None]:
        """The lock is on the folder: it needs no file, and the system releases that of a process that ends."""
        import fcntl  # noqa: PLC0415, Windows has none, and reads all the same

        folder = self._path(key).parent
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def list(self, prefix: str) -> Iterable[ObjectSummary]:
        for key, path in self._files(prefix):
            status = os.stat(path)  # noqa: PTH116 - see _walk
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

    def _files(self, prefix: str) -> Iterator[tuple[str, str]]:
        """Keys and paths under a prefix, in the order of the keys' UTF-8 bytes."""
        base = prefix.rpartition("/")[0]
        folder = self._path(base) if base else self._root
        for key, path in _walk(str(folder), f"{base}/" if base else "", prefix, frozenset()):
            if key.startswith(prefix):
                yield key, path

    def _etag(self, path: str, status: os.stat_result) -> str:
        """The MD5 of a file; cached while the file is unchanged, because replays list the same folders often."""
        version = (path, _version(status))
        if version not in self._etags:
            with open(path, "rb") as file:  # noqa: PTH123 - see _walk
                self._etags[version] = file_digest(file, lambda: md5(usedforsecurity=False)).hexdigest()
        return self._etags[version]


class FolderStores:
    """Stores: a folder stands for the stack's bucket and for every capture bucket."""

    def __init__(self, root: Path | str) -> None:
        self._root = root

    def __call__(self, bucket: str) -> FolderStore:
        return FolderStore(self._root, bucket)


def _version(status: os.stat_result) -> str:
    """Changes with every write of a file, and with its replacement by another one."""
    return f"{status.st_ino}-{status.st_mtime_ns}-{status.st_size}"


def _walk(folder: str, base: str, prefix: str, above: frozenset[tuple[int, int]]) -> Iterator[tuple[str, str]]:
    """Files below a folder; symbolic links are followed, but never into one of their own parents.

    Paths are texts: hours have thousands of files, and a Path takes longer than asking the system for its status.
    """
    try:
        status = os.stat(folder)  # noqa: PTH116
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
                yield from _walk(entry.path, key, prefix, above | {identity})
        elif not name.startswith(_UNFINISHED) and entry.is_file():
            yield key, entry.path
