"""The rows of a data set with predictions and labels, as rows of a window."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from math import isnan

from driftline.domain.capture.attribute import pick
from driftline.domain.capture.cells import value_text
from driftline.domain.datasets import RowBatch
from driftline.domain.errors import InvalidInputError
from driftline.domain.listing import first_of
from driftline.domain.monitors.prediction_fields import plain_attribute
from driftline.domain.monitors.predictions_monitor import PredictionsMonitor
from driftline.domain.predictions.values import label_text
from driftline.domain.windows import Window
from driftline.kinds.data import HourRows, WindowRows
from driftline.usecases.baselines.data_set import StoredDataSet

_OUTPUT = "output."
_SHOWN = 20

type _Cell = str | int | None


@dataclass(frozen=True, slots=True)
class RowCoverage:
    """`Coverage` of a data set."""

    rows: int
    labelled_rows: int

    @property
    def share(self) -> float | None:
        return self.labelled_rows / self.rows if self.rows else None


@dataclass(frozen=True)
class DataSetRows(WindowRows):
    """`WindowRows` of a data set: all rows count as one hour, and each row as an inference of its own.

    Attributes:
        settings: Say where predictions and labels are.
        names: Of the columns where they have none of their own.
        window: Stands for the time of the rows.
    """

    data: StoredDataSet
    settings: PredictionsMonitor
    names: tuple[str, ...]
    window: Window

    @cached_property
    def coverage(self) -> RowCoverage:
        rows = labelled = 0
        for batch in self.batches(["label"]):
            rows += len(batch["label"])
            labelled += sum(label_text(label) is not None for label in batch["label"])
        return RowCoverage(rows, labelled)

    @property
    def hours(self) -> Sequence[HourRows]:
        return (DataSetHour(self),)

    @property
    def misfits(self) -> int:
        return 0

    @property
    def problems(self) -> Sequence[str]:
        return ()

    def why_none(self) -> str:
        return f"No row has a label in {self.settings.ground_truth_attribute}."

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Raises InvalidInputError: an attribute is none of them."""
        named, batch = next(self.data.batches())
        columns = self._names(batch, named=named)
        if not isinstance(batch.rows[0], Mapping):
            self._refuse_unknown(columns)
        return columns

    def batches(self, columns: Sequence[str]) -> Iterator[Mapping[str, Sequence[_Cell]]]:
        """See `HourRows.batches`."""
        truth, names, number = self.settings.ground_truth_attribute or "", self.columns, 0
        for _, batch in self.data.batches():
            rows = [_named(row, names) for row in batch.rows]
            places = range(number, number + len(rows))
            number += len(rows)
            known: dict[str, Sequence[_Cell]] = {
                "label": [_text(pick(truth, row)) for row in rows],
                "event_id": [str(place) for place in places],
                "row": [0] * len(rows),
            }
            yield {
                column: known[column]
                if column in known
                else [_text(row.get(column.removeprefix(_OUTPUT))) for row in rows]
                for column in columns
            }

    def _names(self, batch: RowBatch, *, named: bool) -> tuple[str, ...]:
        """As a baseline's data set gets them."""
        if not named and len(self.names) == len(batch.names):
            return self.names
        return tuple(map(plain_attribute, batch.names))

    def _refuse_unknown(self, columns: Sequence[str]) -> None:
        for setting, attribute in self.settings.attributes.items():
            if attribute not in columns:
                raise InvalidInputError(
                    f"no column {attribute}, the {setting}",
                    where=self.data.where,
                    expected=f"one of {first_of(columns, _SHOWN)}",
                    mend=f"Name the column in {setting}.",
                )


@dataclass(frozen=True, slots=True)
class DataSetHour(HourRows):
    """`HourRows` of a data set. Nothing of it is kept for later."""

    of: DataSetRows

    @property
    def start(self) -> datetime:
        return self.of.window.start

    def columns(self) -> list[str]:
        return [*(f"{_OUTPUT}{name}" for name in self.of.columns), "label", "inference_id", "event_id", "row"]

    def batches(self, columns: Sequence[str]) -> Iterator[Mapping[str, Sequence[_Cell]]]:
        return self.of.batches(columns)

    def kept(self, made_with: str) -> None:
        """Nothing."""

    def keep(self, made_with: str, body: bytes) -> None:
        """Nobody asks for it again."""


def _named(row: Sequence[object] | Mapping[str, object], names: Sequence[str]) -> Mapping[str, object]:
    if isinstance(row, Mapping):
        return {plain_attribute(name): value for name, value in row.items()}
    return dict(zip(names, row, strict=True))


def _text(value: object) -> str | None:
    """As captured cells are; pandas writes NaN where there is no value."""
    return None if isinstance(value, float) and isnan(value) else value_text(value)
