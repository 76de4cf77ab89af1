"""Everything that was captured in an hour, each inference once, with its label and attributes where they are known."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from driftline.adapters.tables.hour_join import HourJoin, joined_hour
from driftline.adapters.tables.sql import quoted_name
from driftline.domain.ground_truth.labels import Label
from driftline.domain.windows import Window, format_instant
from driftline.usecases.ports.tables import Cells

_JOINED = ("label", "attributes")
_ORDER = "inference_time, join_id, event_id, ordinal, file_row_number"
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
        chosen = ", ".join(quoted_name(name) if name in known else f"NULL AS {quoted_name(name)}" for name in columns)
        once = "ANTI JOIN dropped USING (ordinal, file_row_number)" if self._repeated else ""
        found = self._join.query(
            f"""SELECT {chosen} FROM records {once}
            LEFT JOIN (SELECT ordinal, file_row_number, label FROM chosen) USING (ordinal, file_row_number)
            LEFT JOIN attributed USING (join_id)
            WHERE slot >= ? AND slot < ? ORDER BY {_ORDER}""",  # noqa: S608 - names are quoted
            [format_instant(window.start), format_instant(window.end)],
        )
        while cells := found.fetchmany(rows):
            yield dict(zip(columns, zip(*cells, strict=True), strict=True))
