"""Files of the user's that are compared: a data set, or the files of a baseline."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from driftline.adapters.folder.store import FolderStore
from driftline.adapters.tables.duck import DuckTables
from driftline.domain.errors import InvalidInputError
from driftline.kinds.data import Explanations
from driftline.kinds.kind import Kind
from driftline.usecases.baselines.baseline_files import read_files
from driftline.usecases.baselines.baseline_memory import MEMORY_FILE
from driftline.usecases.baselines.data_set import StoredDataSet
from driftline.usecases.baselines.datasets.format import CsvFormat, DatasetFormat
from driftline.usecases.ports.predictions import Predictor


def data_files(
    paths: Sequence[Path],
    header: bool | None = None,
    predictor: Predictor | None = None,
    explained: Explanations | None = None,
) -> StoredDataSet:
    """The files as one data set, in this order; at least one.

    Args:
        header: Whether CSV files have one; None to detect it.

    Raises:
        InvalidInputError: a file does not exist.
    """
    found = [path.expanduser().resolve() for path in paths]
    for path in found:
        if not path.is_file():
            raise InvalidInputError("no such file", where=str(path), expected="CSV, JSON Lines or Parquet")
    store = FolderStore(found[0].anchor, "files")
    keys = [path.relative_to(path.anchor).as_posix() for path in found]
    options = DatasetFormat() if header is None else DatasetFormat(csv=CsvFormat(header=header))
    return StoredDataSet(store, keys, options, DuckTables(), predictor=predictor, explained=explained)


def baseline_files(paths: Sequence[Path], kind: Kind) -> Mapping[str, bytes] | None:
    """The files of a baseline in a folder, or those that are named; None: the paths are a data set.

    Raises:
        InvalidInputError: a folder without a baseline, or files of a baseline among others.
    """
    paths = [path.expanduser() for path in paths]
    names = (*kind.baseline_files, *kind.derived_files, MEMORY_FILE)
    if len(paths) == 1 and paths[0].is_dir():
        found = read_files(FolderStore(paths[0]), "", names)
        if not found:
            raise InvalidInputError(
                "no baseline",
                where=str(paths[0].resolve()),
                expected=f"{' and '.join(kind.baseline_files)}, or the files of a data set",
            )
        return found
    given = [path for path in paths if path.name in names]
    if not given:
        return None
    if len(given) < len(paths):
        other = next(path for path in paths if path not in given)
        raise InvalidInputError(
            "a data set among the files of a baseline",
            where=str(other),
            expected=f"{' and '.join(kind.baseline_files)} alone, or a data set alone",
        )
    for path in given:
        if not path.is_file():
            raise InvalidInputError("no such file", where=str(path), expected="a file of a baseline")
    return {path.name: path.read_bytes() for path in given}
