"""What one capture record may have, and the columns of one capture file: beyond that, memory would not be enough.

A record beyond a bound is a reject; the others of its file are read. The bounds are in
docs/reference/capture-files.md.
"""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from driftline.domain.capture.columns import MOST_COLUMNS, ColumnKey
from driftline.domain.capture.json_rows import PayloadError
from driftline.domain.capture.pairing import CsvLayout, Row
from driftline.domain.capture.records import AnyMetadata

LONGEST_ROW = 2 << 20
"""Characters of the cells of a row together."""

TOO_MANY_COLUMNS = "too many columns"
"""Begins the reason of rejects for their columns."""

_MEND = "A preprocessing script can choose columns, or make few numbers of a long list."


@dataclass
class FileColumns:
    """The columns of one capture file so far.

    Attributes:
        exceeded: Whether there were too many once.
    """

    exceeded: bool = False
    _keys: set[ColumnKey] = field(default_factory=set)
    _outputs: int = 0
    _inputs: int = 0

    def take(self, rows: Iterable[Row]) -> None:
        """Adds the columns of a record's rows; none of them if they are too many.

        Raises:
            PayloadError: a row, or the file with this record, has more than MOST_COLUMNS.
        """
        new: set[ColumnKey] = set()
        outputs, inputs = self._outputs, self._inputs
        for layout, cells in rows:
            if len(cells) > MOST_COLUMNS:
                self.exceeded = True
                raise PayloadError(
                    f"{TOO_MANY_COLUMNS}: a row has {len(cells):,}, expected: at most {MOST_COLUMNS:,}. {_MEND}"
                )
            if isinstance(layout, CsvLayout):
                outputs, inputs = max(outputs, layout.outputs), max(inputs, layout.inputs)
            elif isinstance(cells, dict):
                new |= cells.keys() - self._keys
        new |= self._beyond(CsvLayout(outputs, inputs))
        if len(self._keys) + len(new) > MOST_COLUMNS:
            self.exceeded = True
            raise PayloadError(
                f"{TOO_MANY_COLUMNS}: the file has {len(self._keys):,}, and {len(new):,} more with this record, "
                f"expected: at most {MOST_COLUMNS:,} in a capture file. {_MEND}"
            )
        self._keys |= new
        self._outputs, self._inputs = outputs, inputs

    def take_layouts(self, layouts: Sequence[CsvLayout]) -> bool:
        """Adds the columns of these layouts, or says that they are too many, together with those of the file."""
        widest = CsvLayout(
            max([self._outputs, *(layout.outputs for layout in layouts)]),
            max([self._inputs, *(layout.inputs for layout in layouts)]),
        )
        new = self._beyond(widest)
        if len(self._keys) + len(new) > MOST_COLUMNS:
            return False
        self._keys |= new
        self._outputs, self._inputs = widest.outputs, widest.inputs
        return True

    def take_keys(self, keys: AbstractSet[ColumnKey]) -> bool:
        """Adds the columns of rows by name, or says that they are too many."""
        if len(self._keys | keys) > MOST_COLUMNS:
            return False
        self._keys |= keys
        return True

    def _beyond(self, layout: CsvLayout) -> set[ColumnKey]:
        """The keys of a layout by position that are new: those of the widest one so far are known."""
        outputs = {f"output[{at}]" for at in range(self._outputs, layout.outputs)}
        return (outputs | {f"input[{at}]" for at in range(self._inputs, layout.inputs)}) - self._keys


def check_lengths(rows: Sequence[Row], event: AnyMetadata) -> None:
    """Of the rows of a record, each with the record's ids.

    Raises:
        PayloadError: a row has more than LONGEST_ROW characters.
    """
    ids = len(event.eventId) + len(event.inferenceId or "")
    for _, cells in rows:
        values = cells.values() if isinstance(cells, dict) else cells
        length = ids + sum(len(value) if isinstance(value, str) else len(str(value)) for value in values)
        if length > LONGEST_ROW:
            raise PayloadError(
                f"a row of {length:,} characters, expected: at most {LONGEST_ROW:,}. "
                "A preprocessing script can leave long texts out."
            )
