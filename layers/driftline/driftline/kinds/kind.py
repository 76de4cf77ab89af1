"""The contract of a kind of monitor, in two halves, and the set of kinds that an installation has.

The light half is what functions need that only set alarms or notify: names, settings, files. It imports
the standard library and pydantic. The heavy half, the engine, evaluates windows and reads their files; it is imported
on first use, because it brings numpy.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, cast

from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.envelope import Envelope, Upgrade, parse_envelope
from driftline.domain.monitors.document import MonitorDocument, document_model
from driftline.domain.monitors.monitor import ScheduledMonitor

if TYPE_CHECKING:
    from driftline.kinds.analyst import Analyst, InferenceAnalyst
    from driftline.kinds.engine import Engine
    from driftline.kinds.parity import Parity
    from driftline.kinds.reporter import Facts, Reporter


@dataclass(frozen=True, kw_only=True, eq=False)
class Kind:
    """One kind of monitor.

    Attributes:
        name: In the document, in keys of the bucket, in `summary.json`.
        title: For people: "Data quality".
        settings: The document's settings, with the figures that alarms can be on and the dashboard's graphs.
        baseline_files: The files of a baseline, as named by SageMaker.
        derived_files: Driftline's own files, derived from those and stored next to them.
        companions: Files that users may put beside a baseline, which say how its data set is read.
        verdict_files: Files of an execution for SageMaker's readers. The first one marks a verdict.
        drift_check_baselines: Where a model package's DriftCheckBaselines has the files of a baseline: part and field,
            by the name that the engine gets.
        old_summary: Converts a summary.json of version 1 to version 2, for kinds that wrote it.
        analyst_module: Where `ANALYST` is, for a kind that analyses a data set without a monitor; empty for others.
        profiled_baseline: A baseline follows from the profile of its data set, without its rows, so that files can be
            profiled side by side.
        baseline_needs_document: A data set cannot be read without the monitor document.
        compares_data_sets: A data set can stand in the place of a window.
        monitoring_type: SageMaker's type of monitoring schedules of this kind; empty if it has none.
        parity_module: Where `PARITY` is, for a kind whose verdicts of SageMaker can be checked; empty for others.
        engine_module: Where `ENGINE` is, the heavy half.
        reporter_module: Where `REPORTER` is, the heavy half that faces people.
    """

    name: str
    title: str
    settings: type[ScheduledMonitor]
    baseline_files: tuple[str, ...]
    derived_files: tuple[str, ...] = ()
    companions: tuple[str, ...] = ()
    verdict_files: tuple[str, ...]
    drift_check_baselines: Mapping[str, tuple[str, str]]
    engine_module: str
    reporter_module: str
    old_summary: Upgrade | None = None
    analyst_module: str = ""
    baseline_needs_document: bool = False
    profiled_baseline: bool = False
    compares_data_sets: bool = False
    monitoring_type: str = ""
    parity_module: str = ""

    @property
    def engine(self) -> "Engine":
        """The heavy half, imported on first use."""
        return cast("Engine", import_module(self.engine_module).ENGINE)

    @property
    def reporter(self) -> "Reporter[Facts]":
        """Reads an execution's files and explains them; imported on first use."""
        return cast("Reporter[Facts]", import_module(self.reporter_module).REPORTER)

    @property
    def analyst(self) -> "Analyst | None":
        """Analyses a data set without a monitor; imported on first use."""
        return cast("Analyst", import_module(self.analyst_module).ANALYST) if self.analyst_module else None

    @property
    def parity(self) -> "Parity | None":
        """Checks verdicts of SageMaker; imported on first use."""
        return cast("Parity", import_module(self.parity_module).PARITY) if self.parity_module else None

    @property
    def marker(self) -> str:
        """The file that an execution's folder has as soon as there is a verdict."""
        return self.verdict_files[0]


class Kinds:
    """The registered kinds of monitors, in the order in which people see them."""

    def __init__(self, *kinds: Kind) -> None:
        self._kinds = {kind.name: kind for kind in kinds}
        if len(self._kinds) < len(kinds):
            raise ValueError(f"two kinds with one name: {', '.join(kind.name for kind in kinds)}")

    def __iter__(self) -> Iterator[Kind]:
        return iter(self._kinds.values())

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._kinds)

    @property
    def markers(self) -> tuple[str, ...]:
        """Files that mark a verdict in an execution's folder, one per kind."""
        return tuple(dict.fromkeys(kind.marker for kind in self))

    def named(self, name: str, where: str = "") -> Kind:
        """The kind of this name.

        Raises:
            InvalidInputError: there is none.
        """
        if name not in self._kinds:
            raise InvalidInputError(
                f"there is no kind of monitor {name}", where=where, expected=f"one of {', '.join(self.names)}"
            )
        return self._kinds[name]

    def analysts(self) -> "Iterator[Analyst]":
        """Of the kinds that analyse a data set without a monitor."""
        for kind in self:
            if kind.analyst is not None:
                yield kind.analyst

    def analyst(self, name: str) -> "Analyst":
        """The one of this name, which is registered."""
        return next(each for each in self.analysts() if each.name == name)

    def explaining_inferences(self) -> "Iterator[tuple[Kind, InferenceAnalyst]]":
        """Kinds that explain single inferences."""
        from driftline.kinds.analyst import InferenceAnalyst  # noqa: PLC0415, part of the heavy half

        for kind in self:
            if isinstance(kind.analyst, InferenceAnalyst):
                yield kind, kind.analyst

    def envelope(self, body: bytes, where: str) -> Envelope:
        """The contents of a summary.json, for any kind; see parse_envelope for the errors."""
        return parse_envelope(body, where, Envelope, [kind.old_summary for kind in self if kind.old_summary])

    @cached_property
    def document(self) -> type[MonitorDocument]:
        """The model of monitor documents that may have monitors of these kinds."""
        return document_model({kind.name: kind.settings for kind in self})
