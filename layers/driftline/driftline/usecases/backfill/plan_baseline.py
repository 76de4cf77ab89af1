"""Plans a run that profiles the files of a baseline's data set side by side, and then suggests the baseline."""

from collections.abc import Sequence
from typing import Literal, cast

from driftline.domain.backfill.plan import BASELINE, DataSetPlan, Item, Part, Plan, into_batches, run_id
from driftline.domain.errors import InvalidInputError
from driftline.domain.keys import baseline_folder
from driftline.kinds.kind import Kinds
from driftline.usecases.backfill.make_plan import Planned, part_of
from driftline.usecases.baselines.datasets.files import DataSetReading, column_readers, read_file, refuse_too_large
from driftline.usecases.baselines.datasets.format import FORMAT_FILE
from driftline.usecases.baselines.suggest_baseline import NoDataSetError, data_files, stored_data_set
from driftline.usecases.ports import ObjectStore
from driftline.usecases.ports.tables import DataSetTables


def plan_baseline(
    endpoint: str, monitor: str, *, store: ObjectStore, tables: DataSetTables, kinds: Kinds, release: str
) -> Planned:
    """Reads the beginning of the data set: the first file with rows settles the columns of all.

    Args:
        release: Of Driftline. Another one may read files in another way, so its run is another one.

    Raises:
        NoDataSetError: no file with data.
        InvalidInputError: the baseline of this kind of monitor needs the rows, the data set is too large, or its first
            file cannot be read.
    """
    folder = baseline_folder(endpoint, monitor)
    prefix, where = f"{folder}input/", store.uri(f"{folder}input/")
    _refuse_rows(monitor, kinds, where)
    found = data_files(store, prefix)
    if not found:
        raise NoDataSetError("no data set", where=where, expected="CSV, JSON Lines or Parquet files")
    files = [Item(each.key, each.size, each.etag) for each in found]
    data_set = _begun(store, endpoint, monitor, tables, release)
    batches: dict[str, Sequence[Item]] = {}
    of_files = part_of("files", into_batches(files), batches)
    of_suggest = part_of("suggest", [[Item(folder)]], batches)
    made_of = [endpoint, store.uri(""), data_set.digest, *(f"{each.key} {each.etag}" for each in files)]
    nothing = Part()
    plan = Plan(
        run_id(BASELINE, made_of),
        endpoint,
        None,
        None,
        None,
        nothing,
        nothing,
        nothing,
        (),
        publish=False,
        release=release,
        files=of_files,
        suggest=of_suggest,
        data_set=data_set,
    )
    return Planned(plan, batches)


def _refuse_rows(monitor: str, kinds: Kinds, where: str) -> None:
    if not kinds.named(monitor, where).profiled_baseline:
        profiled = ", ".join(kind.name for kind in kinds if kind.profiled_baseline)
        raise InvalidInputError(
            f"a baseline of {monitor} needs the rows of its data set, which are read by one process",
            where=where,
            expected=f"the baseline of {profiled}",
            mend="Run `driftline baseline`, whose memory does not grow with the rows; or take a sample of them.",
        )


def _begun(store: ObjectStore, endpoint: str, monitor: str, tables: DataSetTables, release: str) -> DataSetPlan:
    """What the first file with rows settles."""
    data = stored_data_set(store, endpoint, monitor, tables)
    prefix = f"{data.folder}input/"
    assumed: list[str] = []
    reading = DataSetReading(data.options)
    for key in data.keys:
        if next(read_file(store, key, column_readers(tables), reading, assumed.append), None) is not None:
            break
    if reading.kind != "parquet":  # before anything is paid; gzip may still be more than it looks
        sizes = sum(each.size for each in data_files(store, prefix))
        refuse_too_large(sizes, data.options, data.where)
    return DataSetPlan(
        monitor,
        cast("Literal['csv', 'json', 'parquet']", reading.kind),
        reading.shape.names if reading.shape else None,
        reading.shape.header if reading.shape else False,
        "".join(assumed),
        store.etag(prefix + FORMAT_FILE),
        release,
    )
