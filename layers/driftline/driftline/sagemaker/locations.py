"""Files that a notebook names: a path, or an s3:// URI."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from driftline.adapters.by_hand.files import read_file
from driftline.adapters.folder.store import FolderStore
from driftline.domain.errors import InvalidInputError
from driftline.sagemaker.session import Session, session_of
from driftline.usecases.ports import EditableStore, ObjectStore

_S3 = "s3://"


def read(location: str, session: object) -> bytes:
    """Raises InvalidInputError: the file cannot be read. ObjectNotFoundError: no such object."""
    if not location.startswith(_S3):
        return read_file(Path(location).expanduser())
    store, key = _object(location, session)
    return store.get(key).body


def write(location: str, body: bytes, session: object) -> None:
    """JSON, to a path or an s3:// URI."""
    if location.startswith(_S3):
        store, key = _object(location, session)
        store.put(key, body, content_type="application/json")
        return
    path = Path(location).expanduser().absolute()
    FolderStore(path.parent).put(path.name, body)


@contextmanager
def local_files(location: str, session: Session) -> Iterator[dict[str, Path]]:
    """Name → file on local disk: one file, all of a folder, one object, or all objects below a prefix.

    Raises:
        InvalidInputError: there is nothing, or two files have one name.
    """
    if not location.startswith(_S3):
        path = Path(location).expanduser()
        found = sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]
        yield _by_name(location, {str(each): each for each in found})
        return
    store, key = _object(location, session)
    keys = [key] if key and store.etag(key) is not None else _below(store, f"{key.rstrip('/')}/" if key else "")
    with ExitStack() as copies:
        yield _by_name(location, {each: copies.enter_context(store.local_copy(each)) for each in keys})


def _below(store: ObjectStore, prefix: str) -> list[str]:
    return [summary.key for summary in store.list(prefix) if summary.size]


def _by_name(location: str, files: dict[str, Path]) -> dict[str, Path]:
    named = {key.rsplit("/", 1)[-1]: path for key, path in files.items()}
    if not named:
        raise InvalidInputError("no data set", where=location, expected="a file, or a folder or prefix with files")
    if len(named) < len(files):
        raise InvalidInputError("two files have one name", where=location, expected="files with different names")
    return named


def _object(location: str, session: object) -> tuple[EditableStore, str]:
    """(store, key). An object can be read without a place: its URI says where it is."""
    bucket, _, key = location.removeprefix(_S3).partition("/")
    if not bucket:
        raise InvalidInputError("no bucket", where=location, expected="s3://<bucket>/<key>")
    with suppress(InvalidInputError):
        return session_of(session).bucket(bucket), key
    return Session(f"{_S3}{bucket}", boto_session=getattr(session, "boto_session", None)).bucket(bucket), key
