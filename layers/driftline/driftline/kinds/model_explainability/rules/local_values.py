"""explanations_shap/out.csv and baseline.csv: the attributions of each row, and the baseline rows that were used.

out.csv has a header and a line for each explained row, in the order of the data set; the columns are
`<feature>_<label>`, all features of the first label, then those of the next. Clarify's files are like this for one
label (`age_label0`); for several, the order is ours, and the reader goes by names. baseline.csv has the features' names
as its header.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from driftline.domain.capture.csv_rows import csv_line, rows_of_csv
from driftline.domain.capture.json_rows import PayloadError
from driftline.domain.errors import InvalidInputError

type Floats = NDArray[np.float64]

OUT, BASELINE = "explanations_shap/out.csv", "explanations_shap/baseline.csv"


@dataclass(frozen=True, slots=True, eq=False)
class LocalValues:
    """Attributions of rows.

    Attributes:
        attributions: Shape (rows, features, outputs).
    """

    features: tuple[str, ...]
    labels: tuple[str, ...]
    attributions: Floats


def header_of(features: Sequence[str], labels: Sequence[str]) -> str:
    """The first line of out.csv, with its line end."""
    return csv_line([f"{feature}_{label}" for label in labels for feature in features]) + "\n"


def lines_of(attributions: Floats) -> str:
    """The lines of these rows, each with its line end; attributions of shape (rows, features, outputs)."""
    rows = attributions.transpose(0, 2, 1).reshape(len(attributions), -1).tolist()
    return "".join(",".join(map(repr, row)) + "\n" for row in rows)


def write_local_values(values: LocalValues) -> bytes:
    """The bytes of out.csv."""
    return (header_of(values.features, values.labels) + lines_of(values.attributions)).encode()


def write_baseline(features: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    """The bytes of baseline.csv; a missing value is an empty cell."""
    return "".join(csv_line([_text(cell) for cell in row]) + "\n" for row in (features, *rows)).encode()


def read_local_values(
    body: bytes, labels: Sequence[str] = ("label0",), features: Sequence[str] = (), where: str = OUT
) -> LocalValues:
    """Reads out.csv of Clarify or Driftline. A label whose columns are not there is left out.

    Args:
        labels: Names of the outputs, as in analysis.json.
        features: Names of the features; without them, what is left of a column's name before the longest label.

    Raises:
        InvalidInputError: no such file, or no columns of these labels.
    """
    header, rows = _table(body, where)
    known = {f"{feature}_{label}": (feature, label) for label in labels for feature in features}
    places: dict[str, dict[str, int]] = {}
    for place, name in enumerate(header):
        pair = known.get(name) if features else _parts(name, labels)
        if pair is not None:
            places.setdefault(pair[1], {})[pair[0]] = place
    found = tuple(label for label in labels if label in places)
    names = tuple(places[found[0]]) if found else ()
    if not found or any(set(places[label]) != set(names) for label in found):
        what = "columns of other features for each label" if found else f"no columns of {', '.join(labels)}"
        raise InvalidInputError(
            what,
            where=where,
            expected="a column <feature>_<label> for each feature and label",
            mend="Name the labels as in analysis.json, or explain the data again.",
        )
    order = [[places[label][name] for label in found] for name in names]
    return LocalValues(names, found, _numbers(rows, len(header), where)[:, order])


def read_baseline(body: bytes, where: str = BASELINE) -> tuple[tuple[str, ...], list[list[str]]]:
    """The features' names and the rows of baseline.csv, as texts.

    Raises:
        InvalidInputError: no such file.
    """
    header, rows = _table(body, where)
    return tuple(header), rows


def _parts(name: str, labels: Sequence[str]) -> tuple[str, str] | None:
    """(feature, label) of a column."""
    label = max((each for each in labels if name.endswith(f"_{each}")), key=len, default=None)
    return None if label is None else (name.removesuffix(f"_{label}"), label)


def _table(body: bytes, where: str) -> tuple[list[str], list[list[str]]]:
    try:
        lines = rows_of_csv(body.decode("utf-8-sig"))
    except (PayloadError, UnicodeDecodeError) as error:
        raise _unreadable(str(error), where) from None
    if not lines:
        raise _unreadable("an empty file", where)
    header, *rows = lines
    for number, row in enumerate(rows, start=2):
        if len(row) != len(header):
            raise _unreadable(f"line {number} is not as long as the header: {len(row)}, not {len(header)}", where)
    return header, rows


def _numbers(rows: Sequence[Sequence[str]], width: int, where: str) -> Floats:
    try:
        return np.array(rows, dtype=np.float64).reshape(len(rows), width)
    except ValueError as error:
        raise _unreadable(f"a value that is not a number ({error})", where) from None


def _unreadable(what: str, where: str) -> InvalidInputError:
    return InvalidInputError(
        what, where=where, expected="CSV with a header, as Clarify writes it", mend="Explain the data again."
    )


def _text(cell: object) -> str:
    if cell is None or (isinstance(cell, float | np.floating) and np.isnan(cell)):
        return ""
    return repr(float(cell)) if isinstance(cell, float | np.floating) else str(cell)
