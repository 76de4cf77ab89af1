"""Compares a data set with a reference, by the rules by which a monitor compares a window with its baseline.

The reference is a data set, of which a baseline is suggested, or the files of a baseline. Nothing is stored.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.envelope import Envelope
from driftline.domain.executions.files import ExecutionFiles
from driftline.domain.executions.judge_unusable import judge_unusable
from driftline.domain.executions.judgement import Judgement
from driftline.domain.executions.place import Place
from driftline.domain.executions.unusable import captured_lines
from driftline.domain.monitors.document import MonitorDocument
from driftline.domain.monitors.naming import metric_schedule
from driftline.domain.windows import SLOT, Window
from driftline.kinds.engine import Context
from driftline.kinds.kind import Kind, Kinds
from driftline.presentation.findings import Fact
from driftline.presentation.report import Report
from driftline.usecases.baselines.baseline_memory import MEMORY_FILE, Memory
from driftline.usecases.baselines.data_set import StoredDataSet
from driftline.usecases.comparing.data_set_window import BASELINE, DataSetWindow

__all__ = ["BASELINE", "DataComparison", "Reference", "compare", "comparing_kind"]

CONSTRAINTS = "constraints.json"

_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)
"""Data sets have none; nothing shows it."""

_WINDOW = Window(_NO_TIME, _NO_TIME + SLOT)


@dataclass(frozen=True, slots=True)
class Reference:
    """What a data set is compared with.

    Attributes:
        name: For people.
        files: Of the baseline, by name.
        rows: Behind the files; None where they are not of a data set.
        notes: What the reference leaves uncertain, one sentence each.
    """

    name: str
    files: Mapping[str, bytes]
    rows: int | None = None
    notes: tuple[str, ...] = ()

    @classmethod
    def of_data(cls, name: str, data: StoredDataSet, kind: Kind, document: MonitorDocument, where: str) -> "Reference":
        """The baseline that the data set suggests.

        Args:
            where: The document, for errors.

        Raises:
            InvalidInputError: a file cannot be read, or the data set lacks what the monitor needs.
        """
        suggestion = kind.engine.suggest(document, data, where)
        files = {**suggestion.files, **suggestion.derived}
        # The files count as suggested, also where a person changes them later.
        memory = Memory(edited=tuple(files)).model_dump_json().encode()
        notes = (*data.assumed, *suggestion.warnings)
        return cls(name, {**files, MEMORY_FILE: memory}, suggestion.rows, notes)

    @classmethod
    def of_files(cls, name: str, files: Mapping[str, bytes]) -> "Reference":
        """A baseline that is there already, Driftline's or SageMaker's.

        Raises:
            InvalidInputError: without constraints there is nothing to hold a data set against.
        """
        if CONSTRAINTS not in files:
            raise InvalidInputError(
                f"no {CONSTRAINTS}",
                where=name,
                expected="statistics.json and constraints.json",
                mend="Name both files, their folder, or the data set itself.",
            )
        return cls(name, files)

    def with_constraints(self, constraints: bytes) -> "Reference":
        """With other constraints than those of the baseline."""
        return replace(self, files={**self.files, CONSTRAINTS: constraints})


@dataclass(frozen=True, slots=True)
class DataComparison:
    """The verdict.

    Attributes:
        kind: Of the monitor whose rules they are.
        current: Name of the data set, for people.
        judgement: Its envelope has a window that means nothing.
        report: Without times.
    """

    kind: Kind
    reference: Reference
    current: str
    judgement: Judgement
    report: Report

    @property
    def envelope(self) -> Envelope:
        return self.judgement.envelope

    @property
    def files(self) -> Mapping[str, bytes]:
        """Statistics of the data set, constraints that it suggests, and violations, as SageMaker writes them."""
        return {name: text.encode() for name, text in self.judgement.sagemaker_files.items()}

    @property
    def baseline(self) -> Mapping[str, bytes]:
        """The files that it was compared with, by name."""
        names = (*self.kind.baseline_files, *self.kind.derived_files)
        return {name: self.reference.files[name] for name in names if name in self.reference.files}


def compare(
    kind: Kind, document: MonitorDocument, reference: Reference, current: StoredDataSet, name: str
) -> DataComparison:
    """Evaluates the data set as the monitor would evaluate a window with the same rows.

    Args:
        kind: One that compares data sets.
        document: Its monitor of this kind says how.
        name: Of the data set, for people.

    Raises:
        InvalidInputError: a file cannot be read, or the data set lacks what the monitor needs.
    """
    monitor = document.monitors.by_name()[kind.name]
    data = DataSetWindow(current, reference.files, document, monitor, _WINDOW)
    schedule = metric_schedule(document, kind.name)
    context = Context(document=document, monitor=kind.name, schedule=schedule, window=_WINDOW, scheduled_time=_NO_TIME)
    judged = kind.engine.evaluate(context, data)
    judgement = judge_unusable(judged, captured_lines(judged.envelope.rows, 0, {}), monitor, schedule, ())
    notes = tuple(dict.fromkeys((*reference.notes, *current.assumed)))
    return DataComparison(kind, reference, name, judgement, _report(kind, reference, name, judgement, notes))


def comparing_kind(kinds: Kinds, name: str) -> Kind:
    """The kind of this name, which compares data sets.

    Raises:
        InvalidInputError: there is none, or it needs more than a data set.
    """
    kind = kinds.named(name)
    if not kind.compares_data_sets:
        raise InvalidInputError(
            f"the monitor {name} does not compare two data sets",
            expected=f"one of {', '.join(each.name for each in kinds if each.compares_data_sets)}",
            mend="Evaluate a window of captures: driftline run.",
        )
    return kind


def _report(kind: Kind, reference: Reference, name: str, judgement: Judgement, notes: tuple[str, ...]) -> Report:
    place = Place("", name, kind.name, _NO_TIME)
    facts = kind.reporter.read(place, ExecutionFiles(judgement.files, reference.files))
    report = kind.reporter.report(facts, past=())
    rows = f", {reference.rows:,} rows" if reference.rows is not None else ""
    return replace(
        report,
        outcome=replace(report.outcome, window=None),
        facts=(
            Fact("Compared with", f"{reference.name}{rows}"),
            *(fact for fact in report.facts if fact.label != "Window"),
        ),
        comparisons=(),
        notes=(*report.notes, *notes),
        times=(),
        failed=(),
        ends=(),
        labels=(),
        files=(),
    )
