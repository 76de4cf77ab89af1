"""Every kind of monitor keeps the contract of `kinds/`, from its document to every reader.

The same tests run over the registered kinds and over a toy kind, which counts labelled rows and lives in this file alone:
what works for it needs no other change for a new kind.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, override

import duckdb
import numpy as np
import pytest
import xgboost
from pydantic import BaseModel, JsonValue
from typer.testing import CliRunner

from driftline.cli import app
from driftline.domain.alarms.dashboard import dashboard_body
from driftline.domain.alarms.stack import Stack
from driftline.domain.alarms.wanted import wanted_alarms
from driftline.domain.documents.parse import parse_document
from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.envelope import Envelope, Headline
from driftline.domain.executions.execution import ExecutionRequest
from driftline.domain.executions.files import ExecutionFiles
from driftline.domain.executions.finding import Finding
from driftline.domain.executions.judgement import Judgement
from driftline.domain.executions.outcome import SAGEMAKERS, Outcome
from driftline.domain.executions.past import PastExecution, Point
from driftline.domain.executions.place import Place
from driftline.domain.keys import baseline_folder, hour_folder
from driftline.domain.metrics import Metric
from driftline.domain.monitors.document import MonitorDocument
from driftline.domain.monitors.monitor import Graph, Line, ScheduledMonitor
from driftline.domain.monitors.schema import monitor_schema
from driftline.domain.sagemaker_files.violations import Violation, Violations
from driftline.kinds.data import DataSet, WindowData
from driftline.kinds.engine import Context, Engine, GivenFile, Suggestion, complete
from driftline.kinds.kind import Kind, Kinds
from driftline.kinds.registry import KINDS
from driftline.presentation.charts import Series, points_of
from driftline.presentation.messages.findings import findings_of
from driftline.presentation.report import Report, Section
from driftline.presentation.reporting import report_of_outcome
from driftline.presentation.tables import Column, Holds, Row, Table
from driftline.reader import open_reports
from driftline.usecases.arrivals.take_arrivals import take_labels
from tests.captures import csv_capture, profile_file
from tests.executing import execute_in, suggest_in
from tests.fakes import InMemoryStore, RecordingMetrics, RecordingReruns
from tests.rendering import render_execution
from tests.tables import TABLES

ENDPOINT = "shop"
HOUR = datetime(2026, 3, 1, 14, tzinfo=UTC)
SCHEDULED = HOUR + timedelta(hours=1)
ROWS = 60
UNREADABLE = 10
MODEL = "models/shop.json"


# The toy kind: are there as many labelled rows as in the baseline's data set?


class ToyMonitor(ScheduledMonitor):
    """Are there enough labelled rows?"""

    metrics_namespace: ClassVar[str] = "Toys"

    least: float = 0.5
    """Share of the baseline's rows that a window needs."""

    @property
    @override
    def label_delay(self) -> timedelta:
        return timedelta(days=2)

    @override
    def figures(self) -> Sequence[str]:
        return (*super().figures(), "labelled_rows")

    @override
    def graphs(self, name: str) -> Iterator[Graph]:
        yield Graph(f"Labelled rows of {name}", (Line("labelled_rows", "rows"),), smallest=0)


class ToyBody(BaseModel):
    required: float


class ToyEngine(Engine):
    @override
    def baseline_settings(self, document: MonitorDocument | None, where: str) -> Mapping[str, JsonValue]:
        return {}

    @override
    def suggest(self, document: MonitorDocument | None, data: DataSet, where: str) -> Suggestion:
        rows = sum(len(batch.rows) for _, batch in data.batches())
        return Suggestion(rows, {"rows.json": json.dumps({"rows": rows}).encode()})

    @override
    def rehearse(
        self, document: MonitorDocument | None, suggested: Mapping[str, bytes], window: DataSet, where: str
    ) -> Sequence[Finding]:
        return []

    @override
    def accept_baseline(self, settings: ScheduledMonitor, given: Mapping[str, GivenFile]) -> Mapping[str, bytes]:
        return {name: file.body for name, file in complete(given, ("rows.json",)).items()}

    @override
    def evaluate(self, context: Context, data: WindowData) -> Judgement:
        files = data.baseline("rows.json")
        if "rows.json" not in files:
            raise InvalidInputError("there is no baseline", where=data.uri(f"{data.baseline_folder}rows.json"))
        settings = context.settings
        assert isinstance(settings, ToyMonitor)
        required = settings.least * json.loads(files["rows.json"])["rows"]
        coverage = data.labelled().coverage
        rows = coverage.labelled_rows
        findings = [_too_few(rows, required)] if 0 < rows < required else []
        published = [Metric("labelled_rows", float(rows), dimensions={"Endpoint": context.endpoint})]
        return Judgement(
            Envelope.of(
                context,
                kind="toys",
                why_empty="No labels.",
                rows=coverage.rows,
                evaluated_rows=rows,
                coverage=coverage.share,
                headline=Headline(figure="labelled_rows", value=float(rows), limit=required, side="at_least"),
                findings=tuple(findings),
                baseline={"rows.json": f"{data.baseline_folder}rows.json"},
                body=ToyBody(required=required),
            ),
            {
                "rows.json": json.dumps({"rows": rows}),
                "constraint_violations.json": Violations(
                    violations=tuple(
                        Violation(constraint_check_type=each.check, description=each.description) for each in findings
                    )
                ).to_json(),
            },
            published,
            [metric for metric in published if metric.name in context.alarmed],
        )


def _too_few(rows: int, required: float) -> Finding:
    return Finding(
        subject="rows",
        check="rows_check",
        description=f"Only {rows} labelled rows, {required:g} required",
        measure="count",
        figure="labelled rows",
        observed=float(rows),
        required=required,
        side="at_least",
        n=rows,
    )


@dataclass(frozen=True)
class ToyFacts:
    outcome: Outcome


class ToyReporter:
    own_files = ("rows.json",)
    past_files = ("rows.json",)
    previous_files = ()

    def recognises(self, _place: Place, files: ExecutionFiles) -> bool:
        return "rows.json" in files.own

    def read(self, place: Place, files: ExecutionFiles) -> ToyFacts:
        if files.summary is None:
            rows = json.loads(files.own["rows.json"])["rows"]
            return ToyFacts(Outcome(place=place, rows=rows, findings=(), source=SAGEMAKERS))
        head = TOYS.envelope(files.summary, place.folder)
        window = head.window.start, head.window.end
        return ToyFacts(
            Outcome(
                place=place,
                rows=head.rows,
                findings=head.findings,
                window=window,
                reason=head.reason,
                coverage=head.coverage,
                used=head.evaluated_rows,
                revision=files.revision,
            )
        )

    def past(self, place: Place, files: Mapping[str, bytes]) -> PastExecution:
        if "summary.json" not in files:
            return PastExecution(place=place, rows=json.loads(files["rows.json"])["rows"], violations=frozenset())
        head = TOYS.envelope(files["summary.json"], place.folder)
        violations = frozenset((each.subject, each.check) for each in head.violations)
        figures = {("", "labelled_rows"): Point(float(head.evaluated_rows))}
        return PastExecution(place=place, rows=head.rows, violations=violations, figures=figures)

    def baseline(self, files: Mapping[str, bytes], where: str) -> Table:
        column = Column(name="rows", title="Rows", holds=Holds.COUNT)
        rows = json.loads(files["rows.json"])["rows"]
        return Table(name="rows", title=where, columns=(column,), rows=(Row(cells=(rows,)),))

    def report(self, facts: ToyFacts, past: Sequence[PastExecution], revised: PastExecution | None = None) -> Report:
        return report_of_outcome(
            facts.outcome,
            past,
            revised,
            kind="toys",
            title="Toys",
            noun="row",
            main=Series(
                subject="",
                name="labelled_rows",
                title="Labelled rows",
                points=points_of(("", "labelled_rows"), past, Point(float(facts.outcome.judged))),
                measure="count",
            ),
            headline=f"{len(facts.outcome.violations)} of 1 counts is too small.",
            sections=(Section(name="rows", title="Rows", parts=(_rows_table(facts.outcome),)),),
            method=("Rows are counted.",),
        )


def _rows_table(outcome: Outcome) -> Table:
    columns = (
        Column(name="which", title="Which", holds=Holds.TEXT),
        Column(name="rows", title="Rows", holds=Holds.COUNT),
    )
    row = Row(subject="labelled", cells=("labelled", outcome.judged))
    return Table(name="rows", title="All rows", columns=columns, rows=(row,))


ENGINE = ToyEngine()
REPORTER = ToyReporter()
TOY = Kind(
    name="toys",
    title="Toys",
    settings=ToyMonitor,
    baseline_files=("rows.json",),
    verdict_files=("rows.json", "constraint_violations.json"),
    drift_check_baselines={"rows.json": ("Toys", "Rows")},
    engine_module=__name__,
    reporter_module=__name__,
)
TOYS = Kinds(*KINDS, TOY)


# What the tests need of each kind: how a document asks for it. A new kind adds its line here, and to nothing below.

SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "data_quality": {},
    "model_quality": {
        "problem_type": "Regression",
        "inference_attribute": "score",
        "ground_truth_attribute": "actual",
    },
    "model_bias": {
        "facets": [{"column": "country", "values": ["A"]}],
        "positive_threshold": 15,
        "inference_attribute": "score",
        "ground_truth_attribute": "actual",
    },
    "model_explainability": {"source": "model", "model": MODEL, "comparison": "sagemaker"},
    "toys": {},
}

SIGNALS = "Driftline/prod"

every_kind = pytest.mark.parametrize("kind", list(TOYS), ids=TOYS.names)


@dataclass
class World:
    """An endpoint with one monitor of a kind, a baseline, and an hour of captures with ground truth."""

    kind: Kind
    store: InMemoryStore
    metrics: RecordingMetrics

    @classmethod
    def of(cls, kind: Kind, *, labelled: int = ROWS, files: int = 1, **settings: Any) -> "World":
        world = cls(kind, InMemoryStore(), RecordingMetrics())
        world.store.put(f"monitors/{ENDPOINT}.yaml", world.document(**settings))
        world.store.put(MODEL, _model())
        world.store.put(f"{world.baseline}input/data.csv", _data_set())
        suggest_in(world.store, ENDPOINT, kind.name, kinds=TOYS)
        for number in range(files):
            world.capture(range(number * ROWS // files, (number + 1) * ROWS // files), f"{number}.jsonl")
        if labelled:
            world.label(range(labelled))
        return world

    @property
    def baseline(self) -> str:
        return baseline_folder(ENDPOINT, self.kind.name)

    @property
    def folder(self) -> str:
        return f"reports/{ENDPOINT}/{self.kind.name}/{hour_folder(SCHEDULED)}"

    def document(self, **settings: Any) -> bytes:
        monitors = {self.kind.name: {**SETTINGS[self.kind.name], **settings}}
        columns = {"output": ["score"], "input": ["amount", "country"]}
        return json.dumps({"endpoint": ENDPOINT, "columns": columns, "monitors": monitors}).encode()

    def capture(self, rows: Sequence[int], name: str) -> None:
        lines = (
            csv_capture(HOUR + timedelta(seconds=50 * i), f"{_score(i)}", f"{i % 7},{'AB'[i % 2]}", f"id-{i}")
            for i in rows
        )
        key = f"capture/{ENDPOINT}/AllTraffic/{hour_folder(HOUR)}{name}"
        self.store.put(key, b"".join(lines))
        profile_file(key, self.store, kinds=TOYS)

    def reject(self, lines: int) -> None:
        """Captures a file of lines that cannot be read."""
        key = f"capture/{ENDPOINT}/AllTraffic/{hour_folder(HOUR)}unreadable.jsonl"
        self.store.put(key, b"no record\n" * lines)
        with pytest.raises(InvalidInputError, match="is a capture record"):
            profile_file(key, self.store, kinds=TOYS)

    def label(self, rows: Sequence[int], name: str = "a.csv") -> RecordingReruns:
        reruns = RecordingReruns()
        key = f"ground-truth/{ENDPOINT}/{hour_folder(SCHEDULED)}{name}"
        lines = [f"id-{i},{_truth(i)}" for i in rows]
        self.store.put(key, "\n".join(["inference_id,label", *lines, ""]).encode())
        take_labels(
            key,
            store=self.store,
            tables=TABLES,
            reruns=reruns,
            metrics=RecordingMetrics(),
            arrived=SCHEDULED + timedelta(minutes=5),
            kinds=TOYS,
        )
        return reruns

    def run(self, at: datetime = SCHEDULED, signals: str | None = None) -> Mapping[str, bytes]:
        """The files of an execution by name. `signals`: the namespace of the signals for alarms; None: none."""
        request = ExecutionRequest(endpoint=ENDPOINT, monitor=self.kind.name, scheduled_time=at, trigger="schedule")
        execution = execute_in(self.store, request, metrics=self.metrics, kinds=TOYS, signals_namespace=signals)
        assert execution.files, execution.reason
        return {name: self.store.objects[key] for name, key in execution.files.items()}

    def envelope(self) -> Envelope:
        return TOYS.envelope(self.store.objects[f"{self.folder}summary.json"], self.folder)


def _truth(row: int) -> float:
    """Errors that are all the same would have no interval."""
    return _score(row) + 0.25 + (row % 5) / 100


def _score(row: int) -> float:
    return 10.0 + row % 11 + (row % 3) / 4


def _data_set() -> bytes:
    lines = [f"{_score(i)},{i % 7},{'AB'[i % 2]},{_truth(i)}" for i in range(ROWS)]
    return "\n".join(["score,amount,country,actual", *lines, ""]).encode()


@cache
def _model() -> bytes:
    """XGBoost's own file of a model that looks at the amount alone."""
    amount = np.array([[float(i % 7)] for i in range(ROWS)])
    data = xgboost.DMatrix(amount, label=[_score(i) for i in range(ROWS)], feature_names=["amount"])
    return bytes(xgboost.train({"max_depth": 2, "nthread": 1}, data, num_boost_round=3).save_raw("json"))


@every_kind
def test_the_document_and_its_schema_have_it(kind: Kind) -> None:
    world = World(kind, InMemoryStore(), RecordingMetrics())
    document = parse_document(world.document().decode(), where=f"monitors/{ENDPOINT}.yaml", model=TOYS.document)
    assert isinstance(document.monitors.by_name()[kind.name], kind.settings)
    assert kind.name in monitor_schema(TOYS.document)["$defs"]["Monitors"]["properties"]
    unknown = world.document(no_such_field=1).decode()
    with pytest.raises(InvalidInputError, match="no_such_field"):
        parse_document(unknown, where=f"monitors/{ENDPOINT}.yaml", model=TOYS.document)


@every_kind
def test_its_baseline_is_a_table(kind: Kind) -> None:
    world = World.of(kind, labelled=0)
    files = {name: world.store.objects[f"{world.baseline}{name}"] for name in kind.baseline_files}
    table = kind.reporter.baseline(files, world.baseline)
    assert table.rows
    assert all(len(row.cells) == len(table.columns) for row in table.rows)


@every_kind
def test_it_publishes_what_it_declares_and_alarms_can_be_on_it(kind: Kind) -> None:
    figure = kind.settings.model_validate(SETTINGS[kind.name]).figures()[-1]
    world = World.of(kind, alarms=[{"metric": figure, "threshold": 1, "name": "on it"}])
    world.run()
    document = TOYS.document.model_validate_json(world.document())
    settings = document.monitors.by_name()[kind.name]
    published = [metric for each in world.metrics.published for metric in each.metrics]
    assert published
    assert all(settings.has_figure(metric.name.strip()) for metric in published)
    stack = Stack("prod", "aws", "eu-west-1", "123456789012", "Driftline/prod")
    graphs = json.loads(dashboard_body(document, stack))["widgets"]
    drawn = {line[1] for each in graphs for line in each["properties"].get("metrics", ())}
    assert {line.figure for graph in settings.graphs(kind.name) for line in graph.lines} <= drawn
    assert [alarm.label for alarm in wanted_alarms(document) if alarm.subject == kind.name] == ["violations"]
    watched = TOYS.document.model_validate_json(world.document(alarms=[{"metric": figure, "threshold": 1}]))
    assert [alarm.metric for alarm in wanted_alarms(watched) if alarm.subject == kind.name] == [figure]


@every_kind
def test_the_same_input_gives_the_same_bytes_however_it_is_cut(kind: Kind) -> None:
    whole, again, cut = World.of(kind), World.of(kind), World.of(kind, files=4)
    files = whole.run()
    assert set(kind.verdict_files) < set(files)
    assert again.run() == files
    assert cut.run() == files
    # And a replay overwrites nothing and publishes nothing again.
    published = len(whole.metrics.published)
    assert whole.run() == files
    assert len(whole.metrics.published) == published


@every_kind
def test_its_results_are_rows_of_the_tables(kind: Kind, tmp_path: Path) -> None:
    world = World.of(kind)
    world.run()
    place = f"endpoint={ENDPOINT}/monitor={kind.name}/day=2026-03-01/20260301T1500Z.parquet"
    for table in ("verdict", "profile"):
        (tmp_path / table).write_bytes(world.store.objects.get(f"tables/{table}/{place}", b""))
    envelope = world.envelope()
    [row] = duckdb.execute(f"SELECT kind, verdict, evaluated_rows FROM read_parquet('{tmp_path}/verdict')").fetchall()
    assert row == (kind.name, envelope.verdict, envelope.evaluated_rows)
    if kind.name in KINDS.names:
        figures = duckdb.execute(f"SELECT figure, value FROM read_parquet('{tmp_path}/profile')").fetchall()
        # What stands for the execution is among them: `worst_drift` is the drift of one feature.
        assert envelope.headline is None or envelope.headline.value in {value for _, value in figures}
        assert all(name for name, _ in figures)
        assert any(value is not None for _, value in figures)


@every_kind
def test_an_empty_window_is_no_verdict_and_has_a_reason(kind: Kind) -> None:
    world = World.of(kind)
    world.run(SCHEDULED + timedelta(hours=3), SIGNALS)
    folder = f"reports/{ENDPOINT}/{kind.name}/{hour_folder(SCHEDULED + timedelta(hours=3))}"
    empty = TOYS.envelope(world.store.objects[f"{folder}summary.json"], folder)
    assert (empty.evaluated_rows, empty.violations, empty.status) == (0, (), "Completed")
    assert empty.verdict == "not_evaluated"
    assert empty.reason
    assert "violations" not in {metric.name for each in world.metrics.published for metric in each.metrics}


@every_kind
def test_captures_that_cannot_be_read_are_a_violation_and_ring_the_default_alarm(kind: Kind) -> None:
    world = World.of(kind)
    world.reject(UNREADABLE)
    world.run(signals=SIGNALS)

    [finding] = [each for each in world.envelope().violations if each.check == "unusable_rows_check"]
    assert (finding.figure, finding.observed, finding.required) == (
        "rejected_share",
        UNREADABLE / (ROWS + UNREADABLE),
        0.05,
    )
    assert world.envelope().verdict == "violations"
    published = {metric.name: metric.value for each in world.metrics.published for metric in each.metrics}
    assert published["violations"] == len(world.envelope().violations)
    assert published["rejected_share"] == finding.observed


@every_kind
def test_the_document_says_how_many_captures_may_be_unreadable(kind: Kind) -> None:
    world = World.of(kind, max_unusable=0.5, alarms=[{"metric": "rejected_share", "threshold": 0.2}])
    world.reject(UNREADABLE)
    world.run(signals=SIGNALS)

    assert "unusable_rows_check" not in {each.check for each in world.envelope().violations}
    signals = [each.metrics for each in world.metrics.published if each.namespace == SIGNALS]
    assert UNREADABLE / (ROWS + UNREADABLE) in [
        each.value for metrics in signals for each in metrics if each.name == "rejected_share"
    ]


@every_kind
def test_a_window_of_nothing_but_unreadable_captures_is_no_quiet_one(kind: Kind) -> None:
    world = World.of(kind)
    for key in [key for key in world.store.objects if key.startswith(("capture/", "state/profiles/"))]:
        del world.store.objects[key]
    world.reject(UNREADABLE)
    world.run()

    head = world.envelope()
    assert (head.evaluated_rows, head.verdict, head.status) == (0, "violations", "CompletedWithViolations")


@every_kind
def test_the_envelope_is_the_same_head(kind: Kind) -> None:
    world = World.of(kind)
    written = json.loads(world.run()["summary.json"])
    assert list(written) == list(Envelope.model_fields)
    head = world.envelope()
    assert (head.version, head.kind, head.endpoint, head.monitor) == (2, kind.name, ENDPOINT, kind.name)
    assert (head.rows, head.evaluated_rows) == (ROWS, ROWS)
    assert (head.window.start, head.window.end) == (HOUR, SCHEDULED)
    assert set(head.baseline) <= {*kind.baseline_files, *kind.derived_files}
    assert (head.coverage is None) == (TOYS.document.model_validate_json(world.document()).label_delay is None)


@every_kind
def test_a_late_label_opens_the_window_again_where_labels_count(kind: Kind) -> None:
    world = World.of(kind, labelled=ROWS // 2)
    before = world.run()
    reruns = world.label(range(ROWS // 2, ROWS), "b.csv")
    waits = TOYS.document.model_validate_json(world.document()).label_delay is not None
    assert [request.monitor for request in reruns.asked] == ([kind.name] if waits else [])
    assert (world.run() != before) == waits


@every_kind
def test_a_baseline_that_a_model_brings_is_accepted_and_nonsense_is_not(kind: Kind) -> None:
    world = World.of(kind)
    settings = TOYS.document.model_validate_json(world.document()).monitors.by_name()[kind.name]
    given = {
        name: GivenFile(world.store.objects[f"{world.baseline}{name.rpartition('/')[2]}"], f"s3://models/{name}")
        for name in kind.drift_check_baselines
    }
    accepted = kind.engine.accept_baseline(settings, given)
    assert {name: accepted[name] for name in kind.baseline_files} == {
        name: world.store.objects[f"{world.baseline}{name}"] for name in kind.baseline_files
    }
    with pytest.raises(InvalidInputError):
        kind.engine.accept_baseline(settings, {})


@every_kind
def test_page_and_message_render(kind: Kind) -> None:
    world = World.of(kind)
    world.run()
    rendered = render_execution(world.store, world.folder, kinds=TOYS)
    page = world.store.objects[rendered.key].decode()
    assert kind.title.lower() in page.lower()
    assert ENDPOINT in page
    assert kind.name in world.store.objects[f"reports/{ENDPOINT}/index.html"].decode()
    assert findings_of(world.envelope()).rows == ROWS


@every_kind
def test_the_index_has_a_column_for_it(kind: Kind) -> None:
    """With its figure, next to the columns of the other kinds."""
    store = InMemoryStore()
    for each in TOYS:
        world = World.of(each)
        world.run()
        store.objects.update(world.store.objects)
        render_execution(store, world.folder, kinds=TOYS)

    index = store.objects["reports/index.html"].decode()

    heads = re.findall(r'<th scope="col" data-key="kind-\d">([^<]*)</th>', index)
    assert heads == sorted(each.title for each in TOYS)
    [cell] = re.findall(rf'<td class="spark" data-of="{kind.name}".*?</td>', index)
    assert re.search(r'<span class="figure">[^<]+</span>', cell), cell


@every_kind
def test_files_without_a_summary_make_a_page(kind: Kind) -> None:
    """As SageMaker writes them, into a folder with its schedule's name."""
    world = World.of(kind)
    files = world.run()
    folder = f"reports/{ENDPOINT}/my-schedule/{hour_folder(SCHEDULED)}"
    for name in kind.verdict_files:
        world.store.put(f"{folder}{name}", files[name])
    rendered = render_execution(world.store, folder, kinds=TOYS)
    assert kind.title.lower() in world.store.objects[rendered.key].decode().lower()


@pytest.fixture
def with_toys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Composition roots have the toy kind, too, as if it were registered."""
    import sys  # noqa: PLC0415

    for name, module in list(sys.modules.items()):
        if name.startswith("driftline.") and getattr(module, "KINDS", None) is KINDS:
            monkeypatch.setattr(module, "KINDS", TOYS)


@every_kind
@pytest.mark.usefixtures("with_toys")
def test_command_line_and_notebook_show_it(kind: Kind, tmp_path: Path) -> None:
    world = World.of(kind)
    world.run()
    for key, body in world.store.objects.items():
        (tmp_path / key).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / key).write_bytes(body)
    where = ["--store", str(tmp_path), "--monitor", kind.name]
    shown = CliRunner().invoke(app, ["show", *where])
    assert shown.exit_code == 0, shown.output
    assert f"{ENDPOINT} {kind.name}" in shown.output
    again = CliRunner().invoke(app, ["run", *where, "--scheduled", "2026-03-01T15:00:00Z", "--json"])
    assert again.exit_code == 0, again.output
    assert json.loads(again.output)["rows"] == ROWS
    execution = open_reports(str(tmp_path)).execution(ENDPOINT, kind.name, SCHEDULED)
    assert execution.kind == kind.name
    assert execution.outcome()["rows"] == ROWS
    assert ENDPOINT in execution._repr_html_()
    table = execution.report.tables[0]
    together = open_reports(str(tmp_path)).executions(ENDPOINT, kind.name)
    assert len(together.table(table.name)) == len(execution.table(table.name)) == len(table.rows)
    subject = next(row.subject for row in table.rows)
    assert list(together.history(subject).index) == [SCHEDULED]
    assert subject in together.plot(subject).html


def test_two_kinds_do_not_share_a_name() -> None:
    with pytest.raises(ValueError, match="toys"):
        Kinds(TOY, replace(TOY, title="Others"))
