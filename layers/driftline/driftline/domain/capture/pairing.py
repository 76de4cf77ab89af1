"""Pairs row i of the output with row i of the input, as one row of a layout.

A layout says how rows are shaped (docs/design/architecture.md): `csv:1+6` is one output and six input columns by
position, `json` is by name; where one side is CSV and the other JSON, `csv:1+json` and `json+csv:6`. An absent CSV side
counts 0. CSV with a header is `csv`, by name.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from driftline.domain.capture.columns import ColumnKey
from driftline.domain.capture.csv_rows import Cells, CsvCell
from driftline.domain.capture.json_rows import NamedRow
from driftline.domain.capture.payloads import CsvRows, NamedRows, Rows
from driftline.domain.capture.readings import matched

JSON_LAYOUT = "json"
NAMED_CSV_LAYOUT = "csv"
PREPROCESSED_LAYOUT = "preprocessed"


@dataclass(frozen=True, slots=True)
class CsvLayout:
    """Rows by position on both sides, with the number of columns of each."""

    outputs: int
    inputs: int

    @property
    def name(self) -> str:
        return f"csv:{self.outputs}+{self.inputs}"

    @property
    def width(self) -> int:
        return self.outputs + self.inputs

    @property
    def keys(self) -> list[ColumnKey]:
        """Output columns first, as in SageMaker."""
        outputs = [f"output[{i}]" for i in range(self.outputs)]
        return outputs + [f"input[{i}]" for i in range(self.inputs)]


type Row = tuple[CsvLayout, Cells] | tuple[str, dict[ColumnKey, object]]
"""A row by position with its layout, or a row by name with the name of its layout."""


def pair_rows(output: Rows | None, input_: Rows | None) -> list[Row]:
    """The rows of a record; a side that was not captured is None.

    A payload may be read in several ways: CSV with or without a header, lists as rows or as columns (`readings.py`).
    The first way that gives both sides the same number of rows counts.

    Raises:
        PayloadError: the two sides have different numbers of rows.
    """
    output, input_ = matched(output, input_)
    count = len((output or input_ or CsvRows([])).rows)
    if not isinstance(output, NamedRows) and not isinstance(input_, NamedRows):
        left: Sequence[Cells] = output.rows if output else [[]] * count
        right: Sequence[Cells] = input_.rows if input_ else [[]] * count
        return [(CsvLayout(len(o), len(i)), o + i) for o, i in zip(left, right, strict=True)]
    outputs = _named("output", output, count)
    inputs = _named("input", input_, count)
    return [(_join(o[0], i[0]), o[1] | i[1]) for o, i in zip(outputs, inputs, strict=True)]


def _named(prefix: str, side: Rows | None, count: int) -> list[tuple[str, dict[ColumnKey, object]]]:
    """(the side's part of the layout, column key -> value) of each row."""
    if side is None:
        return [("", {})] * count
    if isinstance(side, CsvRows):
        return [
            (f"csv:{len(cells)}", {f"{prefix}[{i}]": CsvCell(c) for i, c in enumerate(cells)}) for cells in side.rows
        ]
    layout = JSON_LAYOUT if side.typed else NAMED_CSV_LAYOUT
    return [(layout, _prefixed(prefix, row)) for row in side.rows]


def _prefixed(prefix: str, row: NamedRow) -> dict[ColumnKey, object]:
    return {prefix + suffix: value for suffix, value in row.items()}


def _join(output: str, input_: str) -> str:
    if not output or not input_:
        return output or input_
    return JSON_LAYOUT if output == input_ == JSON_LAYOUT else f"{output}+{input_}"


def has_types(layout: str, key: ColumnKey) -> bool:
    """Whether the values of a column have a type of their own: JSON's do, CSV's cells and what scripts split do not."""
    output, _, input_ = layout.partition("+")
    side = output if not input_ or key.startswith("output") else input_
    return side == JSON_LAYOUT
