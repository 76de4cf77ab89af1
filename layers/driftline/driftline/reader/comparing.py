"""`driftline.compare`: a DataFrame in, a verdict out."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from os import PathLike, fspath
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from driftline.adapters.folder.data_files import baseline_files, data_files
from driftline.domain.documents.parse import decode_document, parse_document
from driftline.domain.errors import DriftlineError, InvalidInputError
from driftline.domain.monitors.document import MonitorDocument
from driftline.kinds.registry import KINDS
from driftline.reader.comparison import Comparison
from driftline.reader.data_frames import EXPECTED, write_frame
from driftline.usecases.baselines.data_set import StoredDataSet
from driftline.usecases.comparing import compare as comparing
from driftline.usecases.comparing.compare import Reference, comparing_kind
from driftline.usecases.comparing.settings import document_of

type File = str | PathLike[str]

_REFERENCE, _CURRENT = "reference data", "current data"


def compare(
    reference: object,
    current: object,
    *,
    monitor: str = "data_quality",
    constraints: "Mapping[str, Any] | File | None" = None,
    categorical: Sequence[str] = (),
    exclude: Sequence[str] = (),
    strict: Sequence[str] = (),
    document: "File | None" = None,
    **settings: object,
) -> Comparison:
    """Compares data with a reference, by the rules by which a monitor compares a window with its baseline.

    The numbers are those of `driftline baseline` and `driftline run` for the same rows. Nothing is stored or sent.

    Args:
        reference: A pandas, polars or pyarrow table, a dict of columns, the path of a CSV, JSON Lines or Parquet file,
            several paths, or the folder with statistics.json and constraints.json of a baseline.
        current: The same, but for the folder. The index of a pandas DataFrame is no column.
        monitor: `data_quality`, or `model_quality` where both have predictions and labels.
        constraints: Held against the current data in place of those that the reference suggests: a changed
            `Comparison.constraints`, or the path of a constraints.json.
        categorical: Columns whose values are categories though they look like numbers.
        exclude: Columns to leave out: ids, times.
        strict: Columns in which one missing or unseen value is a violation.
        document: Path of a monitor document, which then says all of this.
        settings: Fields of the monitor, as in its document: `comparison="sagemaker"`, `drift="psi"`,
            `problem_type="Regression"` …

    Raises:
        InvalidInputError: data that cannot be read, or a setting that there is not; with what was expected.

    Example:
        >>> result = driftline.compare(january, february, exclude=["customer_id"])
        >>> result.passed
        False
    """
    kind = comparing_kind(KINDS, monitor)
    columns = {"categorical": categorical, "exclude": exclude, "strict": strict}
    how, where = _how(document, monitor, settings, columns)
    with TemporaryDirectory(prefix="driftline-compare-") as folder:
        scratch = Path(folder)
        with _named(scratch):
            files = baseline_files(paths, kind) if (paths := _paths(reference)) else None
            if files is not None:
                base = Reference.of_files(_name(paths, _REFERENCE), files)
            else:
                data = _data(reference, scratch, _REFERENCE)
                base = Reference.of_data(_name(paths, _REFERENCE), data, kind, how, where)
            if constraints is not None:
                base = base.with_constraints(_constraints(constraints))
            data = _data(current, scratch, _CURRENT)
            return Comparison(comparing.compare(kind, how, base, data, _name(_paths(current), _CURRENT)))


def _how(
    document: "File | None", monitor: str, settings: Mapping[str, object], columns: Mapping[str, Sequence[str]]
) -> tuple[MonitorDocument, str]:
    """The document, and where it is for errors."""
    if document is None:
        for name, names in columns.items():
            if isinstance(names, str):
                raise InvalidInputError(f"{name} is a text", where="compare", expected=f"a list: {name}=[{names!r}]")
        return document_of(KINDS, monitor, settings, columns, "compare"), "compare"
    stated = sorted([*settings, *(name for name, names in columns.items() if names)])
    path = Path(document).expanduser()
    if stated:
        raise InvalidInputError(
            f"a document, and {', '.join(stated)}", where="compare", expected="one of both", mend=f"Say it in {path}."
        )
    try:
        body = path.read_bytes()
    except OSError as error:
        raise InvalidInputError(f"cannot be read: {error.strerror}", where=str(path)) from None
    where = str(path)
    found = parse_document(decode_document(body, where=where), where=where, model=KINDS.document)
    if monitor not in found.monitors.by_name():
        raise InvalidInputError(
            f"the monitor document has no monitor {monitor}",
            where=where,
            expected=f"one of {', '.join(found.monitors.by_name())}",
            mend="Name it with monitor=….",
        )
    return found, where


def _paths(data: object) -> list[Path]:
    """Empty if it is no file."""
    if isinstance(data, str | PathLike):
        return [Path(fspath(data))]
    if isinstance(data, list | tuple) and data and all(isinstance(each, str | PathLike) for each in data):
        return [Path(fspath(each)) for each in data]
    return []


def _data(data: object, scratch: Path, name: str) -> StoredDataSet:
    if isinstance(data, list | tuple) and not _paths(data):
        raise InvalidInputError(f"a {type(data).__name__}", where=name, expected=EXPECTED)
    return data_files(_paths(data) or [write_frame(data, scratch, name)])


def _name(paths: Sequence[Path], otherwise: str) -> str:
    return ", ".join(path.name or str(path) for path in paths) or otherwise


def _constraints(given: "Mapping[str, Any] | File") -> bytes:
    if isinstance(given, Mapping):
        return json.dumps(given).encode()
    try:
        return Path(given).expanduser().read_bytes()
    except OSError as error:
        raise InvalidInputError(f"cannot be read: {error.strerror}", where=str(given)) from None


@contextmanager
def _named(scratch: Path) -> Iterator[None]:
    """Errors name the data instead of a file that is gone."""
    names = {"reference-data": _REFERENCE, "current-data": _CURRENT}
    try:
        yield
    except DriftlineError as error:
        for stem, name in names.items():
            for suffix in (".parquet", ".jsonl"):
                path = str((scratch / f"{stem}{suffix}").resolve())
                error.what, error.where = error.what.replace(path, name), error.where.replace(path, name)
        folder = str(scratch.resolve())
        error.where = error.where.replace(f"{folder}/", "the data").replace(folder, "the data")
        raise
