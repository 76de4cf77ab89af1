"""A data set as one profile with named features, whatever its files."""

from collections.abc import Collection, Iterable, Sequence

from driftline.domain.datasets import ProfiledDataset
from driftline.domain.errors import InvalidInputError
from driftline.domain.profiles.column import ColumnProfile
from driftline.domain.profiles.resolve import DocumentColumns
from driftline.usecases.baselines.datasets.file_profile import FileProfile
from driftline.usecases.baselines.datasets.format import DatasetFormat


def profile_dataset(
    files: Iterable[FileProfile],
    *,
    options: DatasetFormat,
    where: str,
    columns: DocumentColumns | None = None,
    optional: Collection[str] = (),
) -> ProfiledDataset:
    """Merges the profiles of the files, in this order; memory does not grow with their number.

    Args:
        options: From `_format.json`.
        where: The first file, for errors.
        columns: The monitor document's names of the output and input columns, to name, choose and order by.
        optional: Names of columns that the data set may lack.

    Raises:
        InvalidInputError: the files are too large together, there are no rows, or columns are missing; and whatever
            `files` raises.
    """
    whole = FileProfile.merge_all(files, options, where)
    table = whole.table
    if not table.rows:
        raise InvalidInputError("the data set has no rows", where=where, expected="at least one row of data")
    if not any(map(_has_values, table.columns.values())):
        raise InvalidInputError(
            f"none of the {table.rows:,} rows has a value",
            where=where,
            expected="at least one row of data",
        )
    found = list(whole.order)
    if options.csv and options.csv.output_columns_position == "END":
        outputs = len(columns[0]) if columns and any(columns) else 1
        found = found[-outputs:] + found[:-outputs]
    chosen, left_out = _choose(found, whole.named is False, columns, optional, where)
    features = tuple((name, table.columns.get(source) or ColumnProfile.empty()) for source, name in chosen.items())
    kept = [source for source, name in chosen.items() if source in table.columns and name not in optional]
    alike = whole.look_alikes.warnings({source: table.columns[source] for source in kept})
    by_place = whole.named is False and not (columns and any(columns))
    return ProfiledDataset(table.rows, features, left_out, tuple(alike), by_place)


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
