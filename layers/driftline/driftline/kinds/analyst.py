"""The part of a kind that analyses a data set once, by a configuration file of its own, without a monitor."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Protocol

from driftline.domain.errors import InvalidInputError
from driftline.domain.monitors.document import MonitorDocument
from driftline.kinds.engine import DataSet
from driftline.presentation.report import Report
from driftline.presentation.tables import Table


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
    def config_file(self) -> str:
        """The usual name of the configuration file."""
        ...

    @property
    def config_fields(self) -> AbstractSet[str]:
        """Fields that only such a file has."""
        ...

    @property
    def files(self) -> Sequence[str]:
        """Names of the files that an analysis makes."""
        ...

    def check(self, config: bytes, where: str) -> CheckedConfig:
        """Checks all fields of a configuration file."""
        ...

    def analyse(self, config: bytes, document: MonitorDocument | None, data: DataSet, where: str) -> DataAnalysis:
        """The analysis of a data set.

        Args:
            config: The configuration file; the document decides what it leaves open.
            where: The configuration file, for errors.

        Raises:
            InvalidInputError: a file cannot be read, or the data set lacks what the analysis needs.
        """
        ...
