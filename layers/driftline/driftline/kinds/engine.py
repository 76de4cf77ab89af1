"""The heavy half of a kind of monitor: what suggests baselines, evaluates windows and reads their files.

An engine knows no store. What it needs of a data set or of a window it asks for through the two ports below.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from pydantic import JsonValue

from driftline.domain.capture.columns import ColumnKey
from driftline.domain.capture.conditions import Condition
from driftline.domain.datasets import ProfiledDataset, RowBatch
from driftline.domain.executions.judgement import Judgement
from driftline.domain.models.new_model import NewModel
from driftline.domain.monitors.document import MonitorDocument
from driftline.domain.monitors.monitor import ScheduledMonitor
from driftline.domain.profiles.resolve import DocumentColumns
from driftline.domain.profiles.window import WindowProfile
from driftline.domain.windows import Window


class DataSet(Protocol):
    """The data set of a baseline. It is read in batches: memory does not grow with its size."""

    @property
    def where(self) -> str:
        """Its folder, for errors."""
        ...

    def profile(self, columns: DocumentColumns | None) -> ProfiledDataset:
        """The profile of each column.

        Args:
            columns: The document's names of the output and input columns, to name, choose and order by.

        Raises:
            InvalidInputError: a file cannot be read, there are no rows, or columns are missing.
        """
        ...

    def batches(self) -> Iterator[tuple[bool, RowBatch]]:
        """(whether the columns have names of their own, rows), file by file.

        Raises:
            InvalidInputError: a file cannot be read.
        """
        ...


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a data set suggests.

    Attributes:
        rows: Those that the files are of.
        files: The bytes of each file of the baseline, by name.
        unusable: Rows that are left out, by reason.
        left_out: Columns of the data set that the monitor document does not name.
        derived: Files that are Driftline's alone and follow from those: they are written whatever is there.
    """

    rows: int
    files: Mapping[str, bytes]
    unusable: Mapping[str, int] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    derived: Mapping[str, bytes] = field(default_factory=dict)


class Coverage(Protocol):
    """How much of what was captured in a window has a label; every inference counts once."""

    @property
    def rows(self) -> int: ...

    @property
    def labelled_rows(self) -> int: ...

    @property
    def share(self) -> float | None:
        """Of the rows; None if nothing was captured."""
        ...


class LabelledHour(Protocol):
    """Merged records of one variant and hour."""

    @property
    def hour(self) -> datetime: ...


class LabelledRows[Hour: LabelledHour](Protocol):
    """The rows of a window that have a label; they stay in the store until they are asked for."""

    @property
    def coverage(self) -> Coverage: ...

    @property
    def hours(self) -> Sequence[Hour]:
        """With at least one label, in the order of variant and time."""
        ...

    def columns(self, hour: Hour) -> list[str]:
        """Names of the columns of an hour: `label`, `inference_id`, `event_id`, `row` and the captured ones."""
        ...

    def batches(self, columns: Sequence[str], hour: Hour) -> Iterator[Mapping[str, Sequence[str | int | None]]]:
        """Column -> cells of the hour's rows inside the window, some at a time."""
        ...

    def kept(self, hour: Hour, made_with: str, make: Callable[[], bytes]) -> tuple[bytes, bool]:
        """(what `make` gives for an hour, whether it was kept from an earlier time).

        It is kept if the window covers the whole hour, under everything that it follows from: the merged records and
        `made_with`, which names the settings.
        """
        ...


class WindowData(Protocol):
    """What an engine may ask of a window and of the baseline that it is evaluated against."""

    @property
    def baseline_folder(self) -> str:
        """Key of the baseline's folder, with a closing slash."""
        ...

    def uri(self, key: str) -> str:
        """What a person would open."""
        ...

    def baseline(self, *names: str) -> Mapping[str, bytes]:
        """The baseline's files of these names that there are, as they were at one moment."""
        ...

    def suggested(self, name: str) -> bool:
        """Whether a file of the baseline is Driftline's suggestion, or was before a person edited it."""
        ...

    def profile(self) -> WindowProfile:
        """The merged profile of everything that was captured."""
        ...

    def labelled(self) -> "LabelledRows[LabelledHour]":
        """Captures with their ground truth; what is missing or out of date is merged."""
        ...

    def inference_ids[Name](self, wanted: Mapping[Name, tuple[ColumnKey, Condition]]) -> Mapping[Name, tuple[str, ...]]:
        """InferenceIds, else eventIds, of a few rows for which each condition holds; none where none was found."""
        ...


@dataclass(frozen=True, kw_only=True)
class Context:
    """Whose window is evaluated.

    Attributes:
        schedule: Name of the monitoring schedule, a dimension of the metrics.
        alarmed: Names of the figures that alarms look at.
        model: The model that the endpoint got shortly before the window, or within it.
    """

    document: MonitorDocument
    monitor: str
    schedule: str
    window: Window
    scheduled_time: datetime
    alarmed: AbstractSet[str] = frozenset()
    model: NewModel | None = None

    @property
    def endpoint(self) -> str:
        return self.document.endpoint

    @property
    def settings(self) -> ScheduledMonitor:
        return self.document.monitors.by_name()[self.monitor]

    @property
    def columns(self) -> DocumentColumns | None:
        """The document's names of the output and the input columns."""
        columns = self.document.columns
        return (columns.output, columns.input) if columns else None


class Engine(Protocol):
    """See `Kind.engine`."""

    def baseline_settings(self, document: MonitorDocument | None, where: str) -> Mapping[str, JsonValue]:
        """What the monitor document says that decides what a data set suggests.

        Args:
            document: None where the endpoint has none.
            where: The document, for errors.

        Raises:
            InvalidInputError: the document does not say enough.
        """
        ...

    def suggest(self, document: MonitorDocument | None, data: DataSet, where: str) -> Suggestion:
        """A baseline from a data set.

        Raises:
            InvalidInputError: a file cannot be read, or the data set lacks what the monitor needs.
        """
        ...

    def check_baseline(self, settings: ScheduledMonitor, files: Mapping[str, tuple[bytes, str]]) -> None:
        """Checks the files of a baseline that comes from elsewhere.

        Args:
            files: (bytes, where they come from) by name.

        Raises:
            InvalidInputError: a file cannot be read, or is not one of this monitor's.
        """
        ...

    def evaluate(self, context: Context, data: WindowData) -> Judgement:
        """The verdict on a window; equal data gives equal bytes.

        Raises:
            InvalidInputError: there is no baseline, or a file of it cannot be read.
        """
        ...
