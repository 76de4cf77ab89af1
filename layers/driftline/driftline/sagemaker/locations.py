"""Files that a notebook names: a path, or an s3:// URI."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from driftline.adapters.by_hand.files import read_file
from driftline.adapters.folder.store import FolderStore
from driftline.domain.attributes.keys import ATTRIBUTES
from driftline.domain.errors import DriftlineError, InvalidInputError
from driftline.domain.ground_truth.keys import GROUND_TRUTH, MERGED, UNMATCHED
from driftline.domain.incidents.silence import SILENCES
from driftline.domain.keys import (
    ANALYSES,
    BASELINES,
    CAPTURE,
    MODELS,
    MONITORS,
    REPORTS,
    RESULT_TABLES,
    ROUTES,
    SCRIPTS,
    STATE,
)
from driftline.domain.retraining.approvals import APPROVALS
from driftline.sagemaker.session import Session, boto_session_of, session_of
from driftline.usecases.ports import EditableStore, ObjectStore

_S3 = "s3://"

_CONTENT_TYPES = {".json": "application/json", ".html": "text/html; charset=utf-8", ".csv": "text/csv"}

_STACKS = (
    ANALYSES,
    APPROVALS,
    ATTRIBUTES,
    BASELINES,
    CAPTURE,
    GROUND_TRUTH,
    MERGED,
    MODELS,
    MONITORS,
    REPORTS,
    RESULT_TABLES,
    ROUTES,
    SCRIPTS,
    SILENCES,
    STATE,
    UNMATCHED,
)
_LAYOUT = {prefix.partition("/")[0] for prefix in _STACKS}


def read(location: str, session: object) -> bytes:
    """Raises InvalidInputError: the file cannot be read. ObjectNotFoundError: no such object."""
    if not location.startswith(_S3):
        return read_file(Path(location).expanduser())
    store, key = _object(location, session)
    return store.get(key).body


def write(location: str, body: bytes, session: object) -> None:
    """To a path or an s3:// URI; the end of the name says what it is."""
    if location.startswith(_S3):
        store, key = _object(location, session)
        store.put(key, body, content_type=_CONTENT_TYPES.get(Path(key).suffix, "application/octet-stream"))
        return
    path = Path(location).expanduser().absolute()
    FolderStore(path.parent).put(path.name, body)


def whole(location: str) -> str:
    """A path with the folder that it is relative to, as stores name it; an s3:// URI as it is."""
    return location if location.startswith(_S3) else str(Path(location).expanduser().absolute())


def below(location: str, name: str) -> str:
    """The place of a file in a folder, or below a prefix."""
    return f"{location.rstrip('/')}/{name}"


def check_output(location: str, session: object, where: str) -> None:
    """Raises InvalidInputError: files there are read by the stack, or written by it."""
    try:
        root = session_of(session).store.uri("").rstrip("/")
    except InvalidInputError:  # no place is stated: this is none of its files
        return
    place = whole(location)
    folder = place.removeprefix(f"{root}/").partition("/")[0]
    if place.startswith(f"{root}/") and folder in _LAYOUT:
        raise InvalidInputError(
            f"{folder}/ has files of the stack",
            where=f"{where}={location!r}",
            expected=f"another folder or prefix, such as {root}/clarify",
        )


@contextmanager
def local_files(location: str, session: object) -> Iterator[dict[str, Path]]:
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
        local = {each: copies.enter_context(store.local_copy(each)) for each in keys}
        named = _by_name(location, local)
        with _naming({str(path): store.uri(each) for each, path in local.items()}):
            yield named


@contextmanager
def _naming(objects: Mapping[str, str]) -> Iterator[None]:
    """Errors name the objects instead of their copies. Args: objects: By the copy's path."""
    try:
        yield
    except DriftlineError as error:
        for path, uri in objects.items():
            error.what, error.where = error.what.replace(path, uri), error.where.replace(path, uri)
        raise


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
    return Session(f"{_S3}{bucket}", boto_session=boto_session_of(session)).bucket(bucket), key
