"""What an engine gets of a data set, or of a window and its baseline: two ports, because an engine knows no store."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from driftline.domain.capture.columns import ColumnKey
from driftline.domain.capture.conditions import Condition
from driftline.domain.datasets import ProfiledDataset, RowBatch
from driftline.domain.explanations.results import Explained
from driftline.domain.explanations.tasks import ModelFile, Task
from driftline.domain.predictions.questions import Question
from driftline.domain.profiles.resolve import DocumentColumns
from driftline.domain.profiles.window import WindowProfile

type Naming = Callable[[bool, RowBatch], Sequence[str]]
"""(whether the columns have names of their own, rows) -> names of the columns."""


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
        self,
        question: Question,
        features: Sequence[str],
        others: Collection[str],
        outputs: Sequence[str],
        naming: Naming,
    ) -> "DataSet":
        """The same rows with the predictions of an endpoint.

        Args:
            features: The columns that it gets, in its order; none: all but `others`.
            others: By name, or by place where no column has that name.
            outputs: Names of the values of an answer in CSV; otherwise `answer_column` does.
            naming: Of the columns, before the answers join them.

        Raises:
            InvalidInputError: no endpoint can be asked here.
        """
        ...


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
