"""Suggests a baseline from a data set: writes statistics.json and constraints.json, and overwrites no file of others.

What is in the files depends on the kind of monitor; everything else is the same for all.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Protocol

from driftline.domain.errors import InvalidInputError, StaleReadError
from driftline.domain.keys import (
    baseline_folder,
    document_key,
    endpoint_of_document,
    parse_baseline_input_key,
    parse_baseline_key,
)
from driftline.domain.monitors.document import MonitorDocument
from driftline.kinds.kind import Kind, Kinds
from driftline.usecases.baselines.baseline_files import digest_of, finish_swap, replace_files
from driftline.usecases.baselines.baseline_memory import GENERATION, MEMORY_FILE, Memory, recall
from driftline.usecases.baselines.data_set import StoredDataSet
from driftline.usecases.baselines.datasets.file_profile import FileProfile
from driftline.usecases.baselines.datasets.format import FORMAT_FILE, DatasetFormat, parse_format
from driftline.usecases.explanations.explaining import Explaining
from driftline.usecases.monitors.monitor_documents import find_document, load_document
from driftline.usecases.ports import ObjectStore, ObjectSummary, Operators
from driftline.usecases.ports.predictions import Predictor
from driftline.usecases.ports.tables import DataSetTables


class NoDataSetError(InvalidInputError):
    """Nothing to read yet: a `_format.json`, a marker file, a companion or the document may come before the data."""


class Profiled(Protocol):
    """Profiles of a data set's files that were made before, side by side."""

    @property
    def assumed(self) -> Sequence[str]:
        """What had to be assumed in reading."""
        ...

    def of(self, files: Sequence[ObjectSummary], stated: str | None) -> Iterable[FileProfile]:
        """The profiles of exactly these versions of the files, in this order.

        Args:
            stated: The entity tag of `_format.json`; None if there is none.

        Raises:
            InvalidInputError: other files were profiled, or under another format.
        """
        ...


@dataclass(frozen=True, slots=True)
class BaselineSuggested:
    """The result.

    Attributes:
        rows: Number of rows behind the files.
        files: Keys of the suggested files by name: `constraints.json`, or `constraints.suggested.json` next to a file
            that a person or SageMaker wrote.
        kept: Names of existing files that were left as they are.
        left_out: Columns of the data set that the monitor document does not name.
        unusable: Rows that were left out, by reason.
        unchanged: The same data set had been read before, so nothing was written.
        warnings: What was assumed of the data set, and what looks wrong in it.
        sensitivity: How small a change the suggested limits find, one sentence each.
        read: Keys of the files with data.
    """

    endpoint: str
    monitor: str
    rows: int
    files: Mapping[str, str]
    kept: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    unusable: Mapping[str, int] = field(default_factory=dict)
    unchanged: bool = False
    warnings: tuple[str, ...] = ()
    sensitivity: tuple[str, ...] = ()
    read: tuple[str, ...] = ()


def baselines_of(store: ObjectStore, key: str, *, kinds: Kinds) -> list[tuple[str, str]]:
    """(endpoint, monitor) of the baselines that the object of this key takes part in; none for other keys.

    A file under `baselines/<endpoint>/<monitor>/input/` takes part in its own, and so does a file next to input/ that
    says how the data set is read. A monitor document takes part in those of all its monitors: it may say what is where
    in a data set that came before it.
    """
    place = parse_baseline_input_key(key)
    if place is not None:
        return [place]
    beside = parse_baseline_key(key)
    if beside is not None:
        endpoint, monitor, name = beside
        companions = next((kind.companions for kind in kinds if kind.name == monitor), ())
        return [(endpoint, monitor)] if name in companions else []
    named = endpoint_of_document(key)
    if named is None or key != document_key(named):
        return []
    document = find_document(store, named, kinds=kinds)
    return [(named, monitor) for monitor in (document.monitors.by_name() if document else ())]


def suggest_baseline(
    endpoint: str,
    monitor: str,
    *,
    store: ObjectStore,
    tables: DataSetTables,
    operators: Operators,
    kinds: Kinds,
    predictor: Predictor | None,
    explaining: Explaining,
    profiled: Profiled | None = None,
    most_bytes: int | None = None,
) -> BaselineSuggested:
    """Reads everything under `baselines/<endpoint>/<monitor>/input/`, in the order of the keys.

    Files whose name begins with `_` or `.` are not data (`_SUCCESS`, `_format.json`). The monitor document, and the
    kind's companions in the baseline's folder, are read where they say what is where in the data set.

    Args:
        predictor: Asks endpoints for predictions that the data set lacks; None: none is asked.
        explaining: Where explanations come from.
        profiled: Profiles of the files that were made before; None: the files are read.
        most_bytes: Maximum size of the files to read, as they are stored; None: any.

    Raises:
        PendingError: explanations of its rows are not there yet; the caller repeats the call when they are.
        NoDataSetError: no file with data.
        InvalidInputError: data that cannot be read, or a monitor document that does not say enough; it says where and
            how to fix it.
        StaleReadError: the files changed meanwhile; to be tried again.
    """
    folder = baseline_folder(endpoint, monitor)
    kind = kinds.named(monitor, where=store.uri(folder))
    beside = [f"{folder}{name}" for name in kind.companions]
    inputs, files = _inputs(store, f"{folder}input/", beside)
    keys = [each.key for each in files]
    if not keys:
        raise NoDataSetError(
            "no data set",
            where=store.uri(f"{folder}input/"),
            expected="CSV, JSON Lines or Parquet files",
            mend="Upload the data set there.",
        )
    document, document_uri = _document(store, endpoint, kind, kinds), store.uri(document_key(endpoint))
    settings = dict(kind.engine.baseline_settings(document, document_uri))
    finish_swap(store, folder)
    memory = recall(store, folder)
    if (memory.generation, memory.inputs, memory.settings) == (GENERATION, inputs, settings):
        found = {name: digest_of(store, folder + name) for name in memory.written}
        if all(found.values()) and all(digest_of(store, folder + name) for name in kind.baseline_files):
            written_before = {name: folder + name for name in memory.written}
            kept = tuple(name for name in kind.baseline_files if name not in memory.written)
            return BaselineSuggested(
                endpoint,
                monitor,
                memory.rows,
                written_before,
                kept,
                unusable=memory.unusable,
                unchanged=True,
                warnings=memory.warnings,
                sensitivity=memory.sensitivity,
                read=tuple(keys),
            )
    data = stored_data_set(store, endpoint, monitor, tables, predictor, explaining)
    if profiled is not None:
        data = replace(data, profiled=profiled.of(files, inputs.get(f"{folder}input/{FORMAT_FILE}")))
        data.assumed.update(dict.fromkeys(profiled.assumed))
    elif most_bytes is not None:
        _refuse_large(files, most_bytes, kind, data.where)
    suggestion = kind.engine.suggest(document, data, document_uri)
    _check_unchanged(store, folder, beside, inputs)
    placed, edited = _placed(store, folder, suggestion.files, memory)
    placed |= suggestion.derived
    written = {name: sha256(body).hexdigest() for name, body in placed.items()}
    kept = tuple(name for name in kind.baseline_files if name not in written)
    warnings = (*data.assumed, *suggestion.warnings)
    latest = Memory(
        inputs=inputs,
        settings=settings,
        written=written,
        edited=edited,
        rows=suggestion.rows,
        unusable=dict(suggestion.unusable),
        warnings=warnings,
        sensitivity=suggestion.sensitivity,
    )
    replace_files(store, folder, {**placed, MEMORY_FILE: latest.model_dump_json(indent=2).encode()})
    _check_unchanged(store, folder, beside, inputs)  # another execution may have written between check and write
    if kept:
        operators.notify(*_message(store, folder, endpoint, monitor, kept))
    if data.assumed and warnings != memory.warnings:
        operators.notify(
            f"Baseline of {endpoint}, {monitor}: please check", "\n".join(f"- {each}" for each in warnings)
        )
    return BaselineSuggested(
        endpoint,
        monitor,
        suggestion.rows,
        {name: folder + name for name in written},
        kept,
        suggestion.left_out,
        suggestion.unusable,
        warnings=warnings,
        sensitivity=suggestion.sensitivity,
        read=tuple(keys),
    )


def _check_unchanged(store: ObjectStore, folder: str, beside: Sequence[str], inputs: Mapping[str, str]) -> None:
    """Files arrive one by one, each with an event: an execution that saw fewer of them must not write last.

    Raises:
        StaleReadError: there are other files than those that were read.
    """
    if _inputs(store, f"{folder}input/", beside)[0] != inputs:
        raise StaleReadError(
            "the data set changed while it was read",
            where=store.uri(f"{folder}input/"),
            mend="It is read again with all of its files.",
        )


def stored_data_set(
    store: ObjectStore,
    endpoint: str,
    monitor: str,
    tables: DataSetTables,
    predictor: Predictor | None = None,
    explaining: Explaining | None = None,
) -> StoredDataSet:
    """What is under `input/` of the baseline; there is something."""
    folder = baseline_folder(endpoint, monitor)
    prefix = f"{folder}input/"
    options = _format_of(store, prefix + FORMAT_FILE)
    explained = explaining.of(endpoint, store) if explaining else None
    keys = [each.key for each in data_files(store, prefix)]
    return StoredDataSet(store, keys, options, tables, folder, predictor, explained)


def is_no_data(name: str) -> bool:
    """Whether a file of this name is about the data, or a marker: `_SUCCESS`, `_format.json`."""
    return name.startswith(("_", "."))


def _document(store: ObjectStore, endpoint: str, kind: Kind, kinds: Kinds) -> MonitorDocument | None:
    """None where there is none, or none that can be used if the kind does not need it."""
    if not kind.baseline_needs_document or store.etag(document_key(endpoint)) is None:
        return find_document(store, endpoint, kinds=kinds)
    return load_document(store, endpoint, kinds=kinds)


def data_files(store: ObjectStore, prefix: str) -> list[ObjectSummary]:
    """The files with data below `input/`, in reading order."""
    return [each for each in store.list(prefix) if _is_data(each)]


def _is_data(file: ObjectSummary) -> bool:
    return file.size > 0 and not is_no_data(file.key.rsplit("/", 1)[-1])


def _inputs(store: ObjectStore, prefix: str, beside: Sequence[str] = ()) -> tuple[dict[str, str], list[ObjectSummary]]:
    """(entity tag by key of all that decides the result, files with data).

    Args:
        beside: Keys of further files that decide the result, if they are there.
    """
    inputs = {key: etag for key in beside if (etag := store.etag(key)) is not None}
    there = [each for each in store.list(prefix) if _is_data(each) or each.key == prefix + FORMAT_FILE]
    inputs |= {each.key: each.etag for each in there}
    return inputs, [each for each in there if _is_data(each)]


def _refuse_large(files: Sequence[ObjectSummary], most_bytes: int, kind: Kind, where: str) -> None:
    size = sum(each.size for each in files)
    if size > most_bytes:
        side_by_side = "profile its files side by side with `driftline backfill --baseline`"
        raise InvalidInputError(
            f"the data set has {size / 1e9:,.1f} GB, too much for one function",
            where=where,
            expected=f"at most {most_bytes / 1e9:,.1f} GB",
            mend=f"Take a sample of the rows, or {side_by_side}." if kind.profiled_baseline else "Take a sample.",
        )


def _format_of(store: ObjectStore, key: str) -> DatasetFormat:
    found = store.find(key)
    return parse_format(found.body, store.uri(key)) if found else DatasetFormat()


def _placed(
    store: ObjectStore, folder: str, texts: Mapping[str, bytes], memory: Memory
) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """Each file under its name, or as a suggestion next to one that is not ours.

    Returns:
        The files to write, and the names of those that were edited after Driftline wrote them.
    """
    placed: dict[str, bytes] = {}
    edited: list[str] = []
    for name, text in texts.items():
        suggestion = name.replace(".json", ".suggested.json")
        present = digest_of(store, folder + name)
        ours = present is None or present == sha256(text).hexdigest() or memory.made(present)
        placed[name if ours else suggestion] = text
        if ours and suggestion in memory.written:
            store.delete(folder + suggestion)
        if not ours and memory.was_ours(name):
            edited.append(name)
    return placed, tuple(edited)


def _message(store: ObjectStore, folder: str, endpoint: str, monitor: str, kept: tuple[str, ...]) -> tuple[str, str]:
    """(subject, text) for the people who look after the baseline."""
    lines = [f"- {store.uri(folder + name)}" for name in kept]
    suggestions = [f"- {store.uri(folder + name.replace('.json', '.suggested.json'))}" for name in kept]
    text = "\n".join(
        [
            "A new baseline data set was read. These files were edited or made elsewhere and stay as they are:",
            *lines,
            "The new suggestions are next to them:",
            *suggestions,
            "To accept a suggestion, copy it over the file without `.suggested`.",
        ]
    )
    return f"Baseline of {endpoint}, {monitor}: suggestions next to your files", text
