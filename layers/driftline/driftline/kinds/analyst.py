"""The part of a kind that analyses a data set once, by a configuration file of its own, without a monitor."""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Literal, Protocol, runtime_checkable

from driftline.domain.errors import InvalidInputError
from driftline.domain.monitors.document import MonitorDocument
from driftline.kinds.data import DataSet, WindowData
from driftline.kinds.engine import Context
from driftline.presentation.report import Report
from driftline.presentation.tables import Table


@dataclass(frozen=True, slots=True)
class GivenModel:
    """The model that an analysis is about, if it is not an endpoint that the configuration names.

    Attributes:
        source: A model's file, or the user's own function.
        name: Where the file is, or module:function.
        etag: Of the code of a function.
    """

    source: Literal["model", "predictor"]
    name: str
    etag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a caller asks of an analysis besides the configuration.

    Attributes:
        features: The model's features in its order; none: as the configuration says, or all other columns.
        most_rows: Of more rows an even sample is explained; None: the default of the source.
        most_requests: To an endpoint.
        read: Reads a file that the configuration names; None where only the configuration itself may be read.
    """

    model: GivenModel | None = None
    features: tuple[str, ...] = ()
    most_rows: int | None = None
    most_requests: int = 1_000
    read: Callable[[str], bytes] | None = None


@dataclass(frozen=True, slots=True)
class CheckedConfig:
    """What a configuration file says.

    Attributes:
        problems: All of them, in the order of the fields; with one the file cannot be used.
        sentences: What the file means, one sentence each; without problems.
    """

    problems: tuple[InvalidInputError, ...] = ()
    sentences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DataAnalysis:
    """The analysis of a data set.

    Attributes:
        rows: Number of rows.
        headline: What it says, in a sentence.
        files: The bytes of each file, by name.
        table: For people on a terminal.
        report: The same and more for a page.
        unusable: Values that could not be used, by reason.
        notes: What a reader should know, one sentence each.
    """

    rows: int
    headline: str
    files: Mapping[str, bytes]
    table: Table
    report: Report
    unusable: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


class Analyst(Protocol):
    """See `Kind.analyst`."""

    @property
    def name(self) -> str:
        """What it analyses: `bias`, `explanations`."""
        ...

    @property
    def config_file(self) -> str:
        """The usual name of the configuration file."""
        ...

    @property
    def config_fields(self) -> AbstractSet[str]:
        """Fields that only such a file has."""
        ...

    @property
    def files(self) -> Sequence[str]:
        """Names of the files that an analysis may make."""
        ...

    def wanted(self, config: bytes) -> bool:
        """Whether a configuration file asks for this analysis."""
        ...

    def check(self, config: bytes, where: str) -> CheckedConfig:
        """Checks all fields of a configuration file."""
        ...

    def analyse(
        self,
        config: bytes,
        document: MonitorDocument | None,
        data: DataSet,
        where: str,
        wishes: Wishes = Wishes(),
    ) -> DataAnalysis:
        """The analysis of a data set.

        Args:
            config: The configuration file; the document decides what it leaves open.
            where: The configuration file, for errors.

        Raises:
            PendingError: explanations were requested.
            InvalidInputError: a file cannot be read, or the data set lacks what the analysis needs.
        """
        ...


@runtime_checkable
class InferenceAnalyst(Protocol):
    """An analyst that also explains single inferences of a watched endpoint."""

    def explain_inference(self, context: Context, data: WindowData, inference: str) -> DataAnalysis:
        """One inference, by what the monitor explains its windows with.

        Args:
            data: A window in which nothing but the rows of this inference was captured.

        Raises:
            InvalidInputError: it cannot be explained.
        """
        ...
