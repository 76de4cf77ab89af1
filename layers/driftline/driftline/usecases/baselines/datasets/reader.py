"""A data set as one profile with named features, whatever its files."""

from collections.abc import Collection, Sequence

from driftline.domain.capture.columns import Table
from driftline.domain.datasets import ProfiledDataset, refuse_many_columns
from driftline.domain.errors import InvalidInputError
from driftline.domain.profiles.column import ColumnProfile
from driftline.domain.profiles.resolve import DocumentColumns
from driftline.domain.profiles.table import TableProfile
from driftline.usecases.baselines.datasets.files import Warn, column_readers, read_files
from driftline.usecases.baselines.datasets.format import DatasetFormat
from driftline.usecases.baselines.datasets.look_alikes import LookAlikes
from driftline.usecases.ports import ObjectStore
from driftline.usecases.ports.tables import DataSetTables

_MERGE_AFTER = 16  # profiles of batches; merging many at once sorts each column once


def profile_dataset(
    store: ObjectStore,
    keys: Sequence[str],
    *,
    options: DatasetFormat,
    tables: DataSetTables,
    warn: Warn,
    columns: DocumentColumns | None = None,
    optional: Collection[str] = (),
) -> ProfiledDataset:
    """Reads the files in this order, in blocks; memory does not grow with their size.

    Args:
        options: From `_format.json`; what it leaves open is detected.
        warn: Called with what had to be assumed.
        columns: The monitor document's names of the output and input columns, to name, choose and order by.
        optional: Names of columns that the data set may lack.

    Raises:
        InvalidInputError: a file cannot be read (with file and line), there are no rows, or columns are missing.
    """
    merged, waiting = TableProfile.empty(), list[TableProfile]()
    order: dict[str, None] = {}  # a set that keeps the order of first occurrence
    positional, look_alikes = False, LookAlikes()
    for named, batch in read_files(store, keys, options, column_readers(tables), warn):
        positional = not named
        order |= dict.fromkeys(batch.columns)
        refuse_many_columns(len(order), store.uri(keys[0]))
        look_alikes.see(batch.rows, batch.columns)
        waiting.append(TableProfile.of(Table(batch.rows, batch.columns)))
        if len(waiting) == _MERGE_AFTER:
            merged, waiting = TableProfile.merge_all([merged, *waiting]), []
    table = TableProfile.merge_all([merged, *waiting])
    if not table.rows:
        raise InvalidInputError(
            "the data set has no rows", where=store.uri(keys[0]), expected="at least one row of data"
        )
    if not any(map(_has_values, table.columns.values())):
        raise InvalidInputError(
            f"none of the {table.rows:,} rows has a value",
            where=store.uri(keys[0]),
            expected="at least one row of data",
        )
    found = list(order)
    if options.csv and options.csv.output_columns_position == "END":
        outputs = len(columns[0]) if columns and any(columns) else 1
        found = found[-outputs:] + found[:-outputs]
    chosen, left_out = _choose(found, positional, columns, optional, store.uri(keys[0]))
    features = tuple((name, table.columns.get(source) or ColumnProfile.empty()) for source, name in chosen.items())
    kept = [source for source, name in chosen.items() if source in table.columns and name not in optional]
    alike = look_alikes.warnings({source: table.columns[source] for source in kept})
    return ProfiledDataset(table.rows, features, left_out, tuple(alike))


def _has_values(column: ColumnProfile) -> bool:
    """Blanks are none: a file of blank lines is a column of them."""
    values = column.categories.counts
    return column.present > 0 and (values is None or any(map(str.strip, values)))


def _choose(
    found: Sequence[str],
    positional: bool,
    columns: DocumentColumns | None,
    optional: Collection[str],
    where: str,
) -> tuple[dict[str, str], tuple[str, ...]]:
    """(column → name of the feature, in the order of the report; columns left out).

    Columns without names of their own take the document's, which must be as many. Columns with names are chosen and
    ordered by the document.
    """
    wanted = [*columns[0], *columns[1]] if columns else []
    if not wanted:
        return {column: column for column in found}, ()
    if positional:
        if len(found) != len(wanted):
            raise InvalidInputError(
                f"the data set has {len(found)} columns, the monitor document {len(wanted)}",
                where=where,
                expected=", ".join(wanted),
                mend="Add a header, or correct `columns` of the monitor document.",
            )
        return dict(zip(found, wanted, strict=True)), ()
    wanted = [name for name in wanted if name in set(found) or name not in optional]
    lacking = [name for name in wanted if name not in set(found)]
    if lacking:
        raise InvalidInputError(
            f"the data set has no column {', '.join(lacking)}; it has {', '.join(found)}",
            where=where,
            expected=f"the columns of the monitor document: {', '.join(wanted)}",
            mend="Add the columns (predictions among them), or correct `columns` of the monitor document.",
        )
    return {name: name for name in wanted}, tuple(name for name in found if name not in set(wanted))
