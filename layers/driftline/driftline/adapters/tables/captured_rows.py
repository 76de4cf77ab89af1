"""Everything that was captured in an hour, each inference once, with its label and attributes where they are known."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from driftline.adapters.tables.hour_join import HourJoin, joined_hour
from driftline.adapters.tables.sql import quoted_name, quoted_text
from driftline.domain.ground_truth.labels import Label
from driftline.domain.instants import format_instant
from driftline.domain.windows import Window
from driftline.usecases.ports.tables import Cells

_JOINED = ("label", "attributes")
_ORDER = [f"{name} AS place_{name}" for name in ("inference_time", "join_id", "event_id", "ordinal", "file_row_number")]
"""Independent of how inferences with ids were cut into files. Rows of one record have one time and place in a file."""


@contextmanager
def captured_hour(
    records: Sequence[Callable[[], bytes]],
    hour: datetime,
    labels: Mapping[str, Label],
    attributes: Iterable[tuple[str, str]],
    *,
    repeated: bool,
) -> Iterator["CapturedRows"]:
    """See `LabelTables.captured_hour`."""
    with joined_hour(records, hour) as join:
        yield CapturedRows(join, labels, attributes, repeated=repeated)


class CapturedRows:
    """`CapturedHour`; labels and attributes are joined when they are first needed."""

    def __init__(
        self, join: HourJoin, labels: Mapping[str, Label], attributes: Iterable[tuple[str, str]], *, repeated: bool
    ) -> None:
        self._join = join
        self._labels = labels
        self._attributes = attributes
        self._repeated = repeated
        self._misfits: int | None = None

    @property
    def columns(self) -> list[str]:
        return [*self._join.columns(), *_JOINED]

    @property
    def misfits(self) -> int:
        return self._joined()

    def _joined(self) -> int:
        """Makes the tables, once; returns the number of misfits."""
        if self._misfits is None:
            self._misfits = len(self._join.choose(self._labels, repeated=self._repeated).rejected)
            if self._repeated:
                self._join.drop_repeated()
            self._join.take_attributes(self._attributes)
        return self._misfits

    def batches(self, columns: Sequence[str], window: Window, rows: int) -> Iterator[Mapping[str, Cells]]:
        self._joined()
        known = set(self.columns)
        cells = {name: f"cell_{at}" for at, name in enumerate(columns) if name in known}
        kept = [*(f"{quoted_name(name)} AS {cell}" for name, cell in cells.items()), *_ORDER]
        once = "ANTI JOIN dropped USING (ordinal, file_row_number)" if self._repeated else ""
        start, end = (quoted_text(format_instant(moment)) for moment in (window.start, window.end))
        # To disk first: the tables to join with and the rows to sort do not fit into memory together.
        joined = self._join.written(
            f"""SELECT {", ".join(kept)} FROM records {once}
            LEFT JOIN (SELECT ordinal, file_row_number, label FROM chosen) USING (ordinal, file_row_number)
            LEFT JOIN attributed USING (join_id) WHERE slot >= {start} AND slot < {end}""",  # noqa: S608 - names are quoted
            len(kept),
        )
        wanted = ", ".join(cells.get(name, "NULL") for name in columns)
        places = ", ".join(name for _, _, name in (each.rpartition(" ") for each in _ORDER))
        found = self._join.read(f"SELECT {wanted} FROM {joined} ORDER BY {places}")  # noqa: S608
        while batch := found.fetchmany(rows):
            yield dict(zip(columns, zip(*batch, strict=True), strict=True))
