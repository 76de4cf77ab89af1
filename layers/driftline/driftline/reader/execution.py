"""One execution, read once and then kept."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.files import ExecutionFiles
from driftline.domain.executions.place import Place
from driftline.domain.json_reading import load_json
from driftline.domain.keys import baseline_folder
from driftline.kinds.kind import Kind
from driftline.kinds.registry import KINDS
from driftline.kinds.reporter import Facts
from driftline.presentation.pages.execution.html import render
from driftline.presentation.pages.execution.view import PageView, page_view
from driftline.presentation.report import Report
from driftline.presentation.since import Comparison
from driftline.presentation.tables import Table
from driftline.presentation.text import instant
from driftline.reader import records
from driftline.reader.charts import chart_of
from driftline.reader.frames import frame
from driftline.reader.page import Page
from driftline.reader.places import Spot
from driftline.reader.records import Record
from driftline.usecases.executions.past_executions import body_or_none, present
from driftline.usecases.executions.revisions import last_announced
from driftline.usecases.pages.report_inputs import ReportInputs, execution_files, report_inputs
from driftline.usecases.ports import ObjectStore

if TYPE_CHECKING:
    from pandas import DataFrame

CONSTRAINTS = "constraints.json"


@dataclass(frozen=True, slots=True)
class Source:
    """Where an execution is read.

    Attributes:
        dated: Whether the folder has the scheduled time.
        baseline: A folder with the baseline's files; by default as the execution, or the layout, says.
    """

    store: ObjectStore
    place: Place
    dated: bool = True
    baseline: Spot | None = None
    revision: int | None = None

    def inputs(self) -> ReportInputs:
        """The execution's own files, and its baseline's."""
        place = self.place
        folder = baseline_folder(place.endpoint, place.monitor) if place.endpoint else place.folder
        files, kind = execution_files(self.store, place, folder, kinds=KINDS)
        if not place.endpoint and self.baseline is None:
            # Files next to a lone execution are not its baseline.
            files = replace(files, baseline={})
        revision = self.revision
        if revision is None and files.summary is not None and self.dated:
            announced = last_announced(self.store, place.folder)
            revision = announced.revision if announced else None
        return ReportInputs(place, kind, self._beside_baseline(kind, replace(files, revision=revision)))

    def inputs_with_past(self) -> ReportInputs:
        """The executions before it, too."""
        if not self.dated:
            return self.inputs()
        inputs = report_inputs(self.store, self.place, kinds=KINDS, revision=self.revision)
        return replace(inputs, files=self._beside_baseline(inputs.kind, inputs.files))

    def _beside_baseline(self, kind: Kind, files: ExecutionFiles) -> ExecutionFiles:
        if self.baseline is None:
            return files
        store, prefix = self.baseline.store, self.baseline.prefix
        found = present(store, prefix, (*kind.baseline_files, *kind.derived_files))
        if not any(name in found for name in kind.baseline_files):
            expected = f"{', '.join(kind.baseline_files)}, or both"
            raise InvalidInputError("no baseline", where=store.uri(prefix), expected=expected)
        return replace(files, baseline=found)


class Execution:
    """One execution of a monitor. Files are read on first use, and kept.

    Times are timezone-aware and UTC. In a notebook it shows itself as its report page.
    """

    def __init__(self, source: Source) -> None:
        self._source = source

    def __repr__(self) -> str:
        who = f"{self.endpoint}/{self.monitor}" if self.endpoint else self.folder
        when = f" scheduled {instant(self.scheduled_time)}" if self.scheduled_time else ""
        return f"<Execution {who}{when}>"

    @property
    def endpoint(self) -> str:
        """Empty if the folder does not say."""
        return self._source.place.endpoint

    @property
    def monitor(self) -> str:
        """Its name, or the schedule's name for SageMaker's files; empty if the folder does not say."""
        return self._source.place.monitor

    @property
    def scheduled_time(self) -> datetime | None:
        """None if the folder does not say."""
        return self._source.place.scheduled if self._source.dated else None

    @property
    def folder(self) -> str:
        """Where its files are: a path, or s3://…"""
        return self._source.store.uri(self._source.place.folder)

    @property
    def kind(self) -> str:
        """The kind of the monitor, for example `data_quality`; its name may differ."""
        return self._inputs.kind.name

    @property
    def facts(self) -> Facts:
        """Everything that the page shows of this execution, as dataclasses."""
        return self._facts

    @property
    def violated(self) -> bool:
        """Whether there is any violation."""
        return bool(self._facts.outcome.violations)

    @property
    def statistics(self) -> dict[str, Any]:
        """statistics.json as it is."""
        return _parsed(self._inputs.files.own["statistics.json"])

    @property
    def constraints(self) -> dict[str, Any] | None:
        """constraints.json as it is: suggested from the window, not those in effect. None if there is none."""
        body = body_or_none(self._source.store, f"{self._source.place.folder}{CONSTRAINTS}")
        return _parsed(body) if body is not None else None

    @property
    def constraint_violations(self) -> dict[str, Any] | None:
        """constraint_violations.json as it is; None if there is none."""
        body = self._inputs.files.own.get("constraint_violations.json")
        return _parsed(body) if body is not None else None

    @property
    def summary(self) -> dict[str, Any] | None:
        """summary.json as it is; None with SageMaker's files."""
        body = self._inputs.files.summary
        return _parsed(body) if body is not None else None

    def to_dict(self) -> dict[str, object]:
        """All of the tables below as plain dictionaries and lists; needs no pandas."""
        return {
            "endpoint": self.endpoint,
            "monitor": self.monitor,
            "kind": self.kind,
            "folder": self.folder,
            **self.outcome(),
            "violations": records.violation_records(self._alone),
            **{each.name: records.table_records(self._alone, each.name) for each in self._alone.tables},
        }

    def outcome(self) -> Record:
        """Window, rows, coverage, the number of violations, the worst drift."""
        return records.outcome_record(self._alone) | {"scheduled_time": self.scheduled_time}

    def features(self) -> "DataFrame":
        """A row for each feature, by name: drift, completeness, types. Raises InvalidInputError: its kind has none."""
        return self.table("features")

    def violations(self) -> "DataFrame":
        """A row for each violation with its evidence."""
        return frame(records.violation_records(self._alone), records.VIOLATION, [])

    def metrics(self) -> "DataFrame":
        """A row for each metric, by name. Raises InvalidInputError: its kind has none."""
        return self.table("metrics")

    def table(self, name: str) -> "DataFrame":
        """A table of the report, by its first column; which ones there are follows from the kind of the monitor.

        Raises:
            InvalidInputError: there is no such table.
        """
        table = records.table_named(self._alone, name)
        if table is None:
            raise no_table(name, self._alone.tables, self.folder)
        columns = records.columns_of(table)
        return frame(records.table_records(self._alone, name), columns, [next(iter(columns))])

    def page(self) -> Page:
        """The report page, as an operator sees it, with the executions before in its trends."""
        view = self._view()
        return Page(render(view).decode(), view.title)

    def plot(self, name: str) -> Page:
        """The page's charts of one feature, or of one metric over the last executions.

        Raises:
            InvalidInputError: no such feature or metric.
        """
        when = f", {instant(self.scheduled_time)}" if self.scheduled_time else ""
        who = f"{self.endpoint}/{self.monitor}" if self.endpoint else self.folder
        return chart_of(self._report(), name, f"{who}{when}")

    def save_html(self, path: "str | PathLike[str]") -> Path:
        """Writes the report page to a file; returns its path."""
        return self.page().save_html(path)

    def _repr_html_(self) -> str:
        return self.page()._repr_html_()

    @property
    def report(self) -> Report:
        """What the execution says, apart from what came before it: findings, tables, figures."""
        return self._alone

    def _report(self) -> Report:
        """Without links to other files and pages, which would not work here."""
        report = self._source.inputs_with_past().report()
        if self._source.dated:
            return replace(
                report, files=(), comparisons=tuple(replace(each, with_=None) for each in report.comparisons)
            )
        unknown = Comparison("What came before it is not known here.", None, ())
        facts = tuple(fact for fact in report.facts if fact.label != "Scheduled")
        return replace(report, files=(), comparisons=(unknown,), facts=facts)

    def _view(self) -> PageView:
        report = self._report()
        view = page_view(report)
        if self._source.dated:
            return view
        what = report.title.lower()
        data = {**view.data, "times": [""]}
        return replace(view, title=f"{self.folder}: {what}", endpoint=self.folder, monitor=what, data=data)

    @cached_property
    def _inputs(self) -> ReportInputs:
        return self._source.inputs()

    @cached_property
    def _facts(self) -> Facts:
        return self._inputs.facts()

    @cached_property
    def _alone(self) -> Report:
        return self._inputs.report()


def no_table(name: str, tables: Iterable[Table], where: str) -> InvalidInputError:
    """Names the tables that there are; those with a method of their own by that."""
    ways = {"features": ".features()", "metrics": ".metrics()"}
    there = [ways.get(each.name, f".table({each.name!r})") for each in tables]
    mend = f"Ask for {' or '.join([*there, '.violations()'])}."
    return InvalidInputError(f"this monitor has no {name}", where=where, mend=mend)


def _parsed(body: bytes) -> dict[str, Any]:
    return dict(load_json(body))
