"""The heavy half of a kind of monitor: it suggests baselines, evaluates windows and reads their files.

An engine knows no store. It gets what it needs of a data set or a window through the two ports below.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from pydantic import JsonValue

from driftline.domain.capture.columns import ColumnKey
from driftline.domain.capture.conditions import Condition
from driftline.domain.datasets import ProfiledDataset, RowBatch
from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.finding import Finding
from driftline.domain.executions.judgement import Judgement
from driftline.domain.explanations.tasks import Explained, ModelFile, Task
from driftline.domain.models.new_model import NewModel
from driftline.domain.monitors.document import MonitorDocument
from driftline.domain.monitors.monitor import ScheduledMonitor
from driftline.domain.predictions.questions import Question
from driftline.domain.profiles.declared import DeclaredColumns
from driftline.domain.profiles.resolve import DocumentColumns
from driftline.domain.profiles.window import WindowProfile
from driftline.domain.windows import Window


class Explanations(Protocol):
    """Explanations of rows, computed elsewhere and once."""

    def model_file(self, model: str) -> ModelFile:
        """The model in a file: an address, or a key of the stack's bucket.

        Raises:
            InvalidInputError: there is none, or it may not be read.
        """
        ...

    def of(self, task: Task, hours: Sequence[datetime] = ()) -> Explained:
        """Explanations of all rows of the task, in the order of their digests.

        Args:
            hours: Of each row, where it is one of a window; none: they are of a data set.

        Raises:
            PendingError: they are not there yet, and were requested.
            InvalidInputError: they cannot be had.
        """
        ...


class DataSet(Protocol):
    """The data set of a baseline. It is read in batches: memory does not grow with its size."""

    @property
    def where(self) -> str:
        """Its folder, for errors."""
        ...

    def profile(self, columns: DocumentColumns | None, optional: Collection[str] = ()) -> ProfiledDataset:
        """The profile of each column.

        Args:
            columns: The document's names of the output and input columns, to name, choose and order by.
            optional: Those that the data set may lack.

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

    def beside(self, name: str) -> bytes | None:
        """A file in the baseline's folder, one of `Kind.companions`; None if there is none."""
        ...

    @property
    def explanations(self) -> Explanations: ...

    @property
    def model(self) -> str:
        """The file of the model whose baseline it is, where it is not the one that the document names; else empty."""
        ...

    def with_answers(
        self, question: Question, features: Sequence[str], others: Collection[str], outputs: Sequence[str]
    ) -> "DataSet":
        """The same rows with the predictions of an endpoint.

        Args:
            features: The columns that it gets, in its order; none: all but `others`.
            outputs: Names of the values of an answer in CSV; otherwise they are called by their places.

        Raises:
            InvalidInputError: no endpoint can be asked here.
        """
        ...


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a data set suggests.

    Attributes:
        rows: Number of rows behind the files.
        files: The bytes of each file of the baseline, by name.
        unusable: Rows that were left out, by reason.
        left_out: Columns of the data set that the monitor document does not name.
        derived: Driftline's own files, derived from those: they are always written.
        warnings: What the data set leaves uncertain, one sentence each.
        sensitivity: How small a change the suggested limits find, one sentence each.
    """

    rows: int
    files: Mapping[str, bytes]
    unusable: Mapping[str, int] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    derived: Mapping[str, bytes] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    sensitivity: tuple[str, ...] = ()


class Coverage(Protocol):
    """How much of a window has a label; every inference counts once."""

    @property
    def rows(self) -> int: ...

    @property
    def labelled_rows(self) -> int: ...

    @property
    def share(self) -> float | None:
        """Share of the rows; None if nothing was captured."""
        ...


class HourRows(Protocol):
    """Rows of one variant and hour inside the window; they stay in the store until requested."""

    @property
    def start(self) -> datetime:
        """Of the hour, UTC."""
        ...

    def columns(self) -> list[str]:
        """Names of the columns: `label`, `attributes`, `inference_id`, `event_id`, `row` and the captured ones."""
        ...

    def batches(self, columns: Sequence[str]) -> Iterator[Mapping[str, Sequence[str | int | None]]]:
        """Column -> cells, in batches of rows."""
        ...

    def kept(self, made_with: str) -> bytes | None:
        """What was stored for the whole hour, by its inputs; None if nothing was.

        Args:
            made_with: Identifies the settings; the captures, labels and attributes of the hour count as well.
        """
        ...

    def keep(self, made_with: str, body: bytes) -> None:
        """Stores the result of the hour for later windows, if this window covers the whole hour."""
        ...


class WindowRows(Protocol):
    """Rows of a window."""

    @property
    def coverage(self) -> Coverage: ...

    @property
    def hours(self) -> Sequence[HourRows]:
        """Hours with labels, or captures, in the order of variant and time; some may have no row inside the window."""
        ...

    @property
    def misfits(self) -> int:
        """Labels that have another number of values than their inference has rows: they are of no row."""
        ...

    @property
    def problems(self) -> Sequence[str]:
        """What is wrong with files of attributes, one sentence each, with the file's key."""
        ...

    def why_none(self) -> str:
        """The probable reason why no row has a label, and what to do; empty if nothing is known."""
        ...


class WindowData(Protocol):
    """What an engine can get of a window and its baseline."""

    @property
    def baseline_folder(self) -> str:
        """Key of the baseline's folder, with a trailing slash."""
        ...

    def uri(self, key: str) -> str:
        """Its location for people."""
        ...

    def baseline(self, *names: str) -> Mapping[str, bytes]:
        """The existing files of the baseline with these names, read consistently."""
        ...

    def suggested(self, name: str) -> bool:
        """Whether a file of the baseline is Driftline's suggestion, or was before a person edited it."""
        ...

    @property
    def explanations(self) -> Explanations: ...

    def profile(self) -> WindowProfile:
        """The merged profile of everything that was captured."""
        ...

    def labelled(self) -> WindowRows:
        """Captures with their ground truth; missing or outdated merges are made."""
        ...

    def captured(self, since: datetime | None = None) -> WindowRows:
        """Everything that was captured, each inference once. Cells of `label` are None where there is none yet, and so
        are those of `attributes`: a JSON object of what is known of the inference from elsewhere. Rows of a record
        follow each other. The coverage is approximate, because no rows are read for it: count them instead.

        Args:
            since: An earlier start than the window's.
        """
        ...

    def inference_ids[Name](self, wanted: Mapping[Name, tuple[ColumnKey, Condition]]) -> Mapping[Name, tuple[str, ...]]:
        """InferenceIds, or eventIds, of a few rows that satisfy each condition; none if none was found."""
        ...


@dataclass(frozen=True, kw_only=True)
class Context:
    """The owner of the window.

    Attributes:
        schedule: Name of the monitoring schedule, a dimension of the metrics.
        alarmed: Names of the figures used by alarms.
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

    @property
    def declared(self) -> DeclaredColumns:
        """The columns that the document declares categorical, and those that it leaves out."""
        return DeclaredColumns.of(self.document)


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file of a baseline from elsewhere."""

    body: bytes
    where: str


def complete(given: Mapping[str, GivenFile], names: Sequence[str]) -> Mapping[str, GivenFile]:
    """The files, if all of these names exist.

    Raises:
        InvalidInputError: one is missing.
    """
    missing = [name for name in names if name not in given]
    if missing:
        raise InvalidInputError(
            f"the model package has no {missing[0]} among its drift-check baselines",
            where=next((file.where for file in given.values()), ""),
            expected=f"{' and '.join(name.removesuffix('.json') for name in names)}, both",
        )
    return given


class Engine(Protocol):
    """See `Kind.engine`."""

    def baseline_settings(self, document: MonitorDocument | None, where: str) -> Mapping[str, JsonValue]:
        """The fields of the monitor document that influence the suggestion.

        Args:
            document: None if the endpoint has none.
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

    def rehearse(
        self, document: MonitorDocument | None, suggested: Mapping[str, bytes], window: DataSet, where: str
    ) -> Sequence[Finding]:
        """What a suggestion's limits would have found in a part of a data set that is taken for a window.

        Args:
            suggested: The files of the suggestion, and those that are derived.

        Raises:
            InvalidInputError: the rows lack what the monitor needs.
        """
        ...

    def accept_baseline(self, settings: ScheduledMonitor, given: Mapping[str, GivenFile]) -> Mapping[str, bytes]:
        """The baseline's files from those of a model package.

        Args:
            given: Files of the package, by the names of `Kind.drift_check_baselines`.

        Raises:
            InvalidInputError: a file is missing, cannot be read, or is not one of this monitor's.
        """
        ...

    def evaluate(self, context: Context, data: WindowData) -> Judgement:
        """The verdict on a window; equal data gives equal bytes.

        Raises:
            InvalidInputError: no baseline, or a file of it cannot be read.
        """
        ...
