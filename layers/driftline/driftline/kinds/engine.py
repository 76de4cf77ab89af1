"""The heavy half of a kind of monitor: it suggests baselines, evaluates windows and reads their files.

An engine knows no store. It gets what it needs of a data set or a window through the two ports in `data`.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from pydantic import JsonValue

from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.finding import Finding
from driftline.domain.executions.judgement import Judgement
from driftline.domain.models.new_model import NewModel
from driftline.domain.monitors.defaults import SHIPPED, MetricsLevel, StackDefaults
from driftline.domain.monitors.document import MonitorDocument
from driftline.domain.monitors.monitor import ScheduledMonitor
from driftline.domain.profiles.declared import DeclaredColumns
from driftline.domain.profiles.resolve import DocumentColumns
from driftline.domain.windows import Window
from driftline.kinds.data import DataSet, WindowData


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


@dataclass(frozen=True, kw_only=True)
class Context:
    """The owner of the window.

    Attributes:
        schedule: Name of the monitoring schedule, a dimension of the metrics.
        alarmed: Names of the figures used by alarms.
        model: The model that the endpoint got shortly before the window, or within it.
        defaults: What holds where the document does not say.
    """

    document: MonitorDocument
    monitor: str
    schedule: str
    window: Window
    scheduled_time: datetime
    alarmed: AbstractSet[str] = frozenset()
    model: NewModel | None = None
    defaults: StackDefaults = SHIPPED

    @property
    def endpoint(self) -> str:
        return self.document.endpoint

    @property
    def settings(self) -> ScheduledMonitor:
        return self.document.monitors.by_name()[self.monitor]

    def metrics_level(self, stated: MetricsLevel | None) -> MetricsLevel:
        """What the monitor publishes.

        Args:
            stated: Its `metrics` in the document.
        """
        return self.defaults.metrics_of(self.document, stated)

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
