"""`methods.shap.baseline` of analysis_config.json: rows, where a file with rows is, or none.

Rows have the form of the data set: lists for CSV (`[[39, "Private"]]`); objects for JSON Lines
(`[{"features": [39, "Private"]}]`); a document for JSON (`{"instances": [{"features": [39, "Private"]}]}`), in which
the data set's `features` says where the rows are. A record of names and values is put into the order of the headers.
"""

from collections.abc import Mapping, Sequence

from driftline.domain.analysis_config.dataset import DatasetConfig
from driftline.domain.analysis_config.fields import Fields
from driftline.domain.analysis_config.problem import kind_of
from driftline.domain.capture.attribute import compiled
from driftline.domain.capture.csv_rows import rows_of_csv
from driftline.domain.capture.json_rows import PayloadError
from driftline.domain.errors import InvalidInputError
from driftline.domain.json_reading import load_json

type Cell = str | int | float | bool | None
type Row = tuple[Cell, ...]

_NAME = "baseline"
_EXPECTED = 'rows such as [[39, "Private"]], a document as the data set has, or where a file with rows is'
_CONTAINER = "features"


def read_baseline(shap: Fields, data: DatasetConfig) -> tuple[tuple[Row, ...], str | None]:
    """(the rows, where a file with rows is); neither if the baseline is to be chosen from the data."""
    given = shap.get(_NAME)
    if given is None:
        return (), None
    if isinstance(given, str):
        if not given:
            shap.problem(_NAME, "an empty text", _EXPECTED, "Leave it out to have rows chosen from the data.")
        return (), given or None
    if not isinstance(given, list | dict) or not given:
        shap.problem(_NAME, kind_of(given), _EXPECTED, "Leave it out to have rows chosen from the data.")
        return (), None
    return tuple(rows_in(given, shap, data)), None


def rows_of_file(body: bytes, data: DatasetConfig, where: str) -> tuple[Row, ...]:
    """The rows of a file of its own, which has the data set's form. Cells of CSV are texts; a header is left out.

    Raises:
        InvalidInputError: it cannot be read, has no row, or a row has another number of values than the data set.
    """
    fields = Fields({})
    try:
        rows = rows_in(_document(body.decode("utf-8-sig"), data), fields, data)
    except (PayloadError, ValueError) as error:
        expected = f"baseline rows in the form of the data set ({data.type or 'text/csv'})"
        fix = "Correct the file, or write the rows into analysis_config.json."
        raise InvalidInputError(f"it cannot be read ({error})", where=where, expected=expected, mend=fix) from None
    if fields.problems:
        raise fields.problems[0].error(where)
    if not rows:
        fix = "Add one, or leave baseline out to have rows chosen from the data."
        raise InvalidInputError("no baseline row", where=where, expected="at least one row", mend=fix)
    return tuple(rows)


def _document(text: str, data: DatasetConfig) -> object:
    if data.type == "application/json":
        return load_json(text)
    if data.type == "application/jsonlines":
        return [load_json(line) for line in text.splitlines() if line.strip()]
    rows = rows_of_csv(text)
    return rows[1:] if rows and tuple(rows[0]) == data.feature_names else rows


def rows_in(document: object, shap: Fields, data: DatasetConfig) -> list[Row]:
    """The rows of a baseline in the form of the data set; problems go to the fields."""
    found: list[Row] = []
    for number, record in enumerate(_records(document, shap, data)):
        where = f"{_NAME}[{number}]"
        row = _row(record, where, shap, data)
        if row is None:
            continue
        names = data.feature_names
        if names and len(row) != len(names):
            fix = "Give a value for each feature, without the label and the excluded columns."
            shap.problem(where, f"{_count(row, 'value')} for {_count(names, 'feature')}", ", ".join(names), fix)
        elif found and len(row) != len(found[0]):
            what = f"not as long as the first row: {len(row)}, not {len(found[0])}"
            shap.problem(where, what, "rows of one length", "Give a value for each feature in every row.")
        else:
            found.append(row)
    return found


def _records(document: object, shap: Fields, data: DatasetConfig) -> Sequence[object]:
    if isinstance(document, list):
        flat = bool(document) and not any(isinstance(each, list | dict) for each in document)
        return [document] if flat else document
    expression = compiled(data.features) if data.features else None
    found = expression.search(document) if expression is not None else None
    if isinstance(found, list) and found:
        return found
    what = "a document in which features of the data set finds no rows" if data.features else "a document"
    fix = "Give the baseline the form of the data set, and let features say where the rows are: instances[*].features."
    shap.problem(_NAME, what, _EXPECTED, fix)
    return ()


def _row(record: object, where: str, shap: Fields, data: DatasetConfig) -> Row | None:
    cells: object = record
    if isinstance(record, Mapping):
        cells = _inside(record, data)
        if isinstance(cells, Mapping):
            cells = _in_order(cells, data.feature_names)
    if not isinstance(cells, list) or not all(each is None or isinstance(each, str | int | float) for each in cells):
        fix = "Write numbers, texts, true, false or null for missing."
        shap.problem(where, kind_of(record), "a list with a value for each feature", fix)
        return None
    return tuple(cells)


def _inside(record: Mapping[str, object], data: DatasetConfig) -> object:
    """The features of a record: where the data set says, else in `features`, else the record itself."""
    expression = compiled(data.features) if data.features else None
    found = expression.search(record) if expression is not None else None
    return record.get(_CONTAINER, record) if found is None else found


def _in_order(record: Mapping[str, object], names: Sequence[str]) -> list[object]:
    return [record[name] for name in names] if names and set(names) <= set(record) else list(record.values())


def _count(items: Sequence[object], noun: str) -> str:
    return f"{len(items)} {noun}{'' if len(items) == 1 else 's'}"
