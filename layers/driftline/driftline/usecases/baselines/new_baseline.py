"""A new model's baseline replaces the earlier one, which is kept.

Everything that was there goes to `baselines/<endpoint>/<monitor>/earlier/<time of the new model>/` first, and then
`kept.json`, which lists it. If it is interrupted and repeated, the result is the same: nothing is replaced before
everything is kept, and after that, the files in place are the new baseline's and are not kept again. The files change
together (usecases/baselines/baseline_files.py).
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256

from driftline.domain.errors import InvalidInputError
from driftline.domain.keys import baseline_folder
from driftline.domain.monitors.monitor import ScheduledMonitor
from driftline.kinds.engine import GivenFile
from driftline.kinds.kind import Kind
from driftline.usecases.baselines.baseline_files import digest_of, finish_swap, replace_files
from driftline.usecases.baselines.baseline_memory import MEMORY_FILE, Memory, memory_of, recall
from driftline.usecases.ports import ObjectStore
from driftline.usecases.ports.models import DataFile, ModelFiles
from driftline.usecases.side_by_side import side_by_side

KEPT_FILE = "kept.json"
TAKEN_FILE = "taken.json"
"""Which files a data set was copied from: another one may have the same names and sizes."""

ARRIVING = "arriving/"
"""Folder of a data set that is being copied into the bucket. Nobody reads it, and no rule notices it."""

_JSON = "application/json"


def has_baseline(store: ObjectStore, endpoint: str, kind: Kind) -> bool:
    """Whether any of the baseline's files exists."""
    folder = baseline_folder(endpoint, kind.name)
    return any(digest_of(store, folder + name) for name in kind.baseline_files)


def take_files(
    given: Mapping[str, str],
    kind: Kind,
    settings: ScheduledMonitor,
    *,
    endpoint: str,
    at: datetime,
    store: ObjectStore,
    files: ModelFiles,
) -> bool:
    """Puts the files of a model package into use: all of them, or none.

    Args:
        given: Their URIs, by the names of `Kind.drift_check_baselines`.
        settings: The monitor in the document.

    Returns:
        Whether anything changed.

    Raises:
        InvalidInputError: a file is missing, cannot be read, or is not a baseline of this monitor; nothing is changed.
    """
    folder = baseline_folder(endpoint, kind.name)
    read = {name: GivenFile(files.read(uri), uri) for name, uri in given.items()}
    texts = dict(kind.engine.accept_baseline(settings, read))
    finish_swap(store, folder)
    if all(digest_of(store, folder + file) == sha256(text).hexdigest() for file, text in texts.items()):
        return False
    earlier = earlier_folder(endpoint, kind.name, at)
    _keep(store, folder, earlier, kind, files)
    derived, ours = _made_by_driftline(given, texts, kind, files)
    texts |= derived
    if ours or digest_of(store, folder + MEMORY_FILE):
        # The data set counts as read: the document's next event changes nothing. Files of Driftline's are known as
        # such, and count as edited: a suggestion from the old data set must not replace them.
        memory = recall(store, folder) if digest_of(store, folder + MEMORY_FILE) else Memory()
        update = {"written": {}, "edited": kind.baseline_files if ours else ()}
        texts[MEMORY_FILE] = memory.model_copy(update=update).model_dump_json(indent=2).encode()
    replace_files(store, folder, texts)
    return True


def _made_by_driftline(
    given: Mapping[str, str], texts: Mapping[str, bytes], kind: Kind, files: ModelFiles
) -> tuple[dict[str, bytes], bool]:
    """(the files that are derived from a package's files, whether Driftline made them).

    suggest_baseline leaves suggestion.json next to the files that it makes for a new model. It lists them with their
    digests, and so shows that a file is Driftline's own and unchanged.
    """
    folder = next(iter(given.values())).rpartition("/")[0] + "/"
    try:
        memory = memory_of(files.read(folder + MEMORY_FILE))
        if any(memory.written.get(name) != sha256(text).hexdigest() for name, text in texts.items()):
            return {}, False
        derived = {name: files.read(folder + name) for name in kind.derived_files if name in memory.written}
    except InvalidInputError:
        return {}, False
    if any(memory.written[name] != sha256(body).hexdigest() for name, body in derived.items()):
        return {}, False
    return derived, True


def take_data_set(
    given: Sequence[DataFile], kind: Kind, *, endpoint: str, at: datetime, store: ObjectStore, files: ModelFiles
) -> bool:
    """Replaces the earlier data set; suggest_baseline then creates the files from it.

    The earlier files stay in effect until then, or if the data set cannot be read.

    Returns:
        Whether anything changed.

    Raises:
        InvalidInputError: a file cannot be read or copied; the earlier data set is still there.
    """
    folder = baseline_folder(endpoint, kind.name)
    inputs = f"{folder}input/"
    finish_swap(store, folder)
    there = {summary.key.removeprefix(inputs): summary.size for summary in store.list(inputs)}
    taken = json.dumps({file.name: {"from": file.uri, "etag": file.etag} for file in given}, indent=2).encode()
    if there == {file.name: file.size for file in given} and _holds(store, folder + TAKEN_FILE, taken):
        return False
    own = next((file.uri for file in given if file.uri.startswith(store.uri(inputs))), None)
    if own is not None:
        raise InvalidInputError("a data set cannot replace itself", where=own)
    list(side_by_side(files.check, (file.uri for file in given)))
    with _arrived(given, folder, store, files) as arrived:
        earlier = earlier_folder(endpoint, kind.name, at)
        _keep(store, folder, earlier, kind, files, tuple(there))
        memory = recall(store, folder)
        # They are kept, so suggest_baseline may overwrite them, even if a person had edited them.
        present = {file: digest for file in kind.baseline_files if (digest := digest_of(store, folder + file))}
        _remember(store, folder, memory.model_copy(update={"written": present, "edited": ()}))
        try:
            _swap_inputs(inputs, {file.name: arrived + file.name for file in given}, store, files)
        except InvalidInputError:
            kept = {each.key.removeprefix(f"{earlier}input/"): each.key for each in store.list(f"{earlier}input/")}
            _remember(store, folder, memory)
            _swap_inputs(inputs, kept, store, files)
            raise
    store.put(folder + TAKEN_FILE, taken, content_type=_JSON)
    return True


@contextmanager
def _arrived(given: Sequence[DataFile], folder: str, store: ObjectStore, files: ModelFiles) -> Iterator[str]:
    """The folder with copies of a data set, so that nothing old is deleted before everything new is in the bucket.

    S3 may refuse to copy what it lets us read: an annotated object, for example. After an interruption the copies stay,
    and the next attempt replaces and removes them.
    """
    arriving = f"{folder}{ARRIVING}"
    try:
        list(side_by_side(lambda file: files.copy(file.uri, arriving + file.name), given))
        yield arriving
    except InvalidInputError:
        _clear(arriving, store)
        raise
    _clear(arriving, store)


def _swap_inputs(inputs: str, copies: Mapping[str, str], store: ObjectStore, files: ModelFiles) -> None:
    """Replaces a data set with copies, whose keys are given by name.

    The old files are deleted first, so that the event of the last new file finds the new ones only.
    """
    _clear(inputs, store)
    list(side_by_side(lambda name: files.copy(store.uri(copies[name]), inputs + name), copies))


def _clear(folder: str, store: ObjectStore) -> None:
    list(side_by_side(store.delete, [summary.key for summary in store.list(folder)]))


def _remember(store: ObjectStore, folder: str, memory: Memory) -> None:
    store.put(folder + MEMORY_FILE, memory.model_dump_json(indent=2).encode(), content_type=_JSON)


def _holds(store: ObjectStore, key: str, body: bytes) -> bool:
    return digest_of(store, key) == sha256(body).hexdigest()


def kept_in(store: ObjectStore, endpoint: str, monitor: str, at: datetime) -> str | None:
    """The folder of the earlier baseline; None if there was none."""
    earlier = earlier_folder(endpoint, monitor, at)
    there = any(summary.key != earlier + KEPT_FILE for summary in store.list(earlier))
    return earlier if there else None


def earlier_folder(endpoint: str, monitor: str, at: datetime) -> str:
    """The folder of the baseline that was in effect before this model; with a trailing slash."""
    return f"{baseline_folder(endpoint, monitor)}earlier/{at.astimezone(UTC):%Y%m%dT%H%M%SZ}/"


def _keep(
    store: ObjectStore, folder: str, earlier: str, kind: Kind, files: ModelFiles, inputs: Sequence[str] = ()
) -> None:
    """Keeps the baseline's files, and the data set's files of these names."""
    if digest_of(store, earlier + KEPT_FILE):
        return
    list(side_by_side(lambda name: files.copy(store.uri(f"{folder}input/{name}"), f"{earlier}input/{name}"), inputs))
    kept = [f"input/{name}" for name in inputs]
    for name in (*kind.baseline_files, *kind.derived_files, MEMORY_FILE):
        if found := store.find(folder + name):
            store.put(earlier + name, found.body, content_type=_JSON)
            kept.append(name)
    store.put(earlier + KEPT_FILE, json.dumps({"files": kept}, indent=2).encode(), content_type=_JSON)
