"""A data set arrives: statistics.json and constraints.json appear, and nothing that others wrote is overwritten."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from pydantic import BaseModel, ConfigDict, ValidationError

from driftline.domain.data_quality.observed import statistics_of
from driftline.domain.data_quality.suggestion import suggest_constraints
from driftline.domain.errors import DriftlineError, InvalidInputError, ObjectNotFoundError
from driftline.domain.layout import baseline_folder
from driftline.domain.profiles.resolve import DocumentColumns
from driftline.usecases.datasets.format import FORMAT_FILE, DatasetFormat, parse_format
from driftline.usecases.datasets.reader import ProfiledDataset, profile_dataset
from driftline.usecases.ports import ObjectStore, Operators

GENERATION = 1
"""Grows when the same data set gives other files, so that they are written anew."""

_MEMORY_FILE = "suggestion.json"
_FILES = ("statistics.json", "constraints.json")


class NoDataSetError(InvalidInputError):
    """Nothing to read yet; a `_format.json` or a marker file may well come before the data."""


class Memory(BaseModel):
    """`suggestion.json`: what was read and written last.

    Attributes:
        inputs: Entity tag by key of the data set's files.
        written: SHA-256 by name of each file as we wrote it; a file that differs was made by somebody else.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    generation: int = GENERATION
    inputs: dict[str, str] = {}
    columns: tuple[tuple[str, ...], tuple[str, ...]] | None = None
    written: dict[str, str] = {}
    rows: int = 0


@dataclass(frozen=True, slots=True)
class BaselineSuggested:
    """What came out.

    Attributes:
        files: Key by name of the files as they were suggested: `constraints.json`, or `constraints.suggested.json`
            beside one that a person or SageMaker wrote.
        kept: Names of the files that were there before and were not touched.
        left_out: Columns of the data set that the monitor document does not name.
        unchanged: The same data set had been read before; nothing was written.
    """

    endpoint: str
    monitor: str
    rows: int
    files: Mapping[str, str]
    kept: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    unchanged: bool = False


def suggest_baseline(
    endpoint: str,
    monitor: str,
    *,
    store: ObjectStore,
    operators: Operators,
    columns: DocumentColumns | None = None,
) -> BaselineSuggested:
    """Reads everything under `baselines/<endpoint>/<monitor>/input/`, in the order of the keys.

    Files whose name begins with `_` or `.` are not data (`_SUCCESS`, `_format.json`).

    Args:
        columns: Names of the output and the input columns from the monitor document, if it has them.

    Raises:
        NoDataSetError: there is no file with data.
        InvalidInputError: data that cannot be read; it says where and how to mend it.
        DriftlineError: the files changed meanwhile; to be tried again.
    """
    folder = baseline_folder(endpoint, monitor)
    inputs, keys = _inputs(store, f"{folder}input/")
    if not keys:
        raise NoDataSetError(
            "there is no data set",
            where=store.uri(f"{folder}input/"),
            expected="CSV, JSON Lines or Parquet files",
            mend="Upload the data set there.",
        )
    memory = _recall(store, folder)
    wanted = (tuple(columns[0]), tuple(columns[1])) if columns else None
    if (memory.generation, memory.inputs, memory.columns) == (GENERATION, inputs, wanted):
        found = {name: _digest_of(store, folder + name) for name in memory.written}
        if all(found.values()) and all(_digest_of(store, folder + name) for name in _FILES):
            files = {name: folder + name for name in memory.written}
            kept = tuple(name for name in _FILES if name not in memory.written)
            return BaselineSuggested(endpoint, monitor, memory.rows, files, kept, unchanged=True)
    data = profile_dataset(store, keys, _format_of(store, f"{folder}input/{FORMAT_FILE}"), columns)
    if _inputs(store, f"{folder}input/")[0] != inputs:
        # Files arrive one by one, each with an event. An execution that saw fewer of them must not write last.
        raise DriftlineError(
            "the data set changed while it was read",
            where=store.uri(f"{folder}input/"),
            mend="It is read again with all of its files.",
        )
    written = _write(store, folder, _texts_of(data), memory)
    kept = tuple(name for name in _FILES if name not in written)
    latest = Memory(inputs=inputs, columns=wanted, written=written, rows=data.rows)
    store.put(folder + _MEMORY_FILE, latest.model_dump_json(indent=2).encode(), content_type="application/json")
    if kept:
        operators.tell(*_message(store, folder, endpoint, kept))
    return BaselineSuggested(
        endpoint, monitor, data.rows, {name: folder + name for name in written}, kept, data.left_out
    )


def _inputs(store: ObjectStore, prefix: str) -> tuple[dict[str, str], list[str]]:
    """(entity tag by key of all that decides the result, keys of the data)."""
    inputs: dict[str, str] = {}
    keys: list[str] = []
    for summary in store.list(prefix):
        file = summary.key.rsplit("/", 1)[-1]
        is_data = summary.size > 0 and not file.startswith(("_", "."))
        if is_data:
            keys.append(summary.key)
        if is_data or summary.key == prefix + FORMAT_FILE:
            inputs[summary.key] = summary.etag
    return inputs, keys


def _recall(store: ObjectStore, folder: str) -> Memory:
    """What was written last; nothing if there is no memory, or none that this version can read."""
    try:
        return Memory.model_validate_json(store.get(folder + _MEMORY_FILE).body)
    except (ObjectNotFoundError, ValidationError):
        return Memory(generation=0)


def _format_of(store: ObjectStore, key: str) -> DatasetFormat:
    try:
        body = store.get(key).body
    except ObjectNotFoundError:
        return DatasetFormat()
    return parse_format(body, store.uri(key))


def _texts_of(data: ProfiledDataset) -> dict[str, bytes]:
    statistics = statistics_of(data.rows, data.features)
    return {
        "statistics.json": statistics.to_json().encode(),
        "constraints.json": suggest_constraints(statistics).to_json().encode(),
    }


def _write(store: ObjectStore, folder: str, texts: Mapping[str, bytes], memory: Memory) -> dict[str, str]:
    """Writes each file in its place, or as a suggestion beside one that is not ours; gives digest by name."""
    written: dict[str, str] = {}
    for name, text in texts.items():
        beside = name.replace(".json", ".suggested.json")
        present = _digest_of(store, folder + name)
        digest = sha256(text).hexdigest()
        ours = present is None or present in (digest, *memory.written.values())
        target = name if ours else beside
        if present != digest or not ours:
            store.put(folder + target, text, content_type="application/json")
        if ours and beside in memory.written:
            store.delete(folder + beside)
        written[target] = digest
    return written


def _digest_of(store: ObjectStore, key: str) -> str | None:
    try:
        return sha256(store.get(key).body).hexdigest()
    except ObjectNotFoundError:
        return None


def _message(store: ObjectStore, folder: str, endpoint: str, kept: tuple[str, ...]) -> tuple[str, str]:
    """(subject, text) for the people who look after the baseline."""
    lines = [f"- {store.uri(folder + name)}" for name in kept]
    beside = [f"- {store.uri(folder + name.replace('.json', '.suggested.json'))}" for name in kept]
    text = "\n".join(
        [
            "A new baseline data set was read. These files were edited or made elsewhere and stay as they are:",
            *lines,
            "What the data set suggests lies beside them:",
            *beside,
            "To accept a suggestion, copy it over the file without `.suggested`.",
        ]
    )
    return f"Baseline of {endpoint}: suggestions beside your files", text
