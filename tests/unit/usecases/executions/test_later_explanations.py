"""Executions whose explanations come later: pending first, and the verdict when everything is there."""

from datetime import datetime, timedelta

import pytest

from driftline.adapters.scripts.processes import ScriptProcesses
from driftline.domain.documents.parse import parse_document
from driftline.domain.documents.status import MonitorStatus
from driftline.domain.executions.execution import Execution, ExecutionRequest, ExecutionStatus
from driftline.domain.explanations.keys import waiting_prefix
from driftline.domain.keys import hour_folder
from driftline.kinds.registry import KINDS
from driftline.usecases.arrivals.take_arrivals import take_capture
from tests.captures import csv_capture
from tests.executing import execute_in
from tests.explaining import ExplainModel, later
from tests.fakes import InMemoryStore, RecordingEvents, RecordingMetrics, RecordingReruns, only
from tests.freshness import Checks
from tests.scores import (
    ENDPOINT,
    FOLDER,
    HOUR,
    KIND,
    MODEL,
    SCHEDULED,
    SETTINGS,
    Scores,
    scores_of,
    trees,
    usual,
    without_income,
)
from tests.tables import TABLES

REQUEST = ExecutionRequest(endpoint=ENDPOINT, monitor=KIND, scheduled_time=SCHEDULED, trigger="schedule")
SIGNALS = "Driftline/prod"


class World:
    """The endpoint with a baseline, and what its executions publish."""

    def __init__(self) -> None:
        self.scores = Scores()
        self.scores.baseline(400)
        self.store: InMemoryStore = self.scores.store
        self.function = ExplainModel(self.store)
        self.events = RecordingEvents()
        self.metrics = RecordingMetrics()

    def execute(self, request: ExecutionRequest = REQUEST) -> Execution:
        return execute_in(
            self.store,
            request,
            metrics=self.metrics,
            events=self.events,
            signals_namespace=SIGNALS,
            explaining=later(self.store, self.function.resumes),
        )

    def resumed(self) -> list[ExecutionRequest]:
        """The requests that go on, which are taken."""
        resumed = [ExecutionRequest.model_validate_json(each.message) for each in self.function.resumes.resumed]
        self.function.resumes.resumed.clear()
        return resumed

    @property
    def waiting(self) -> list[str]:
        return [each.key for each in self.store.list(waiting_prefix(ENDPOINT))]

    def reports(self) -> dict[str, bytes]:
        return {key: body for key, body in self.store.objects.items() if key.startswith("reports/")}


def test_a_pending_window_is_not_announced_and_its_verdict_comes() -> None:
    world = World()
    world.scores.capture(300, of=without_income)

    pending = world.execute()

    assert pending.status is ExecutionStatus.PENDING
    assert "300 rows are being explained" in pending.reason
    assert (pending.files, pending.window is not None) == ({}, True)
    assert (world.reports(), world.events.published, world.metrics.published) == ({}, [], [])
    assert len(world.waiting) == 1
    # Asked again meanwhile, nothing is requested twice.
    assert world.execute().status is ExecutionStatus.PENDING
    assert (len(world.function.open), len(world.waiting)) == (1, 1)

    world.function.work()
    assert world.resumed() == [REQUEST]
    assert world.waiting == []

    verdict = world.execute()
    assert verdict.status is ExecutionStatus.COMPLETED_WITH_VIOLATIONS
    assert len(world.events.published) == 1
    assert {each.namespace for each in world.metrics.published} >= {SIGNALS}


def test_it_is_the_verdict_of_a_laptop() -> None:
    world, laptop = World(), Scores()
    laptop.baseline(400)
    for scores in (world.scores, laptop):
        scores.capture(300)
    world.execute()
    world.function.work()
    world.execute()
    laptop.run()
    assert world.scores.file("analysis.json") == laptop.file("analysis.json")
    folder = f"reports/{ENDPOINT}/{KIND}/{hour_folder(SCHEDULED)}"
    assert world.store.objects[f"{folder}summary.json"] == laptop.store.objects[f"{folder}summary.json"]


def test_a_request_by_hand_goes_on_as_one_by_hand() -> None:
    world = World()
    world.scores.capture(300)
    by_hand = ExecutionRequest(endpoint=ENDPOINT, monitor=KIND, start=HOUR, end=SCHEDULED)
    assert world.execute(by_hand).status is ExecutionStatus.PENDING
    assert world.execute().status is ExecutionStatus.PENDING
    assert len(world.waiting) == 2
    world.function.work()
    assert sorted(each.trigger for each in world.resumed()) == ["hand", "schedule"]


def send(world: World, rows: int, seed: int, name: str) -> RecordingReruns:
    """A capture file as its event brings it."""
    x = usual(rows, seed)
    lines = (
        csv_capture(HOUR + timedelta(seconds=number), repr(float(score)), ",".join(map(str, row)), f"{name}-{number}")
        for number, (score, row) in enumerate(zip(scores_of(trees(), x), x.tolist(), strict=True))
    )
    key = f"capture/{ENDPOINT}/AllTraffic/{hour_folder(HOUR)}{name}.jsonl"
    world.store.put(key, b"".join(lines))
    reruns = RecordingReruns()
    take_capture(
        key,
        capture=world.store,
        state=world.store,
        stores=only(world.store),
        scripts=ScriptProcesses(),
        tables=TABLES,
        reruns=reruns,
        arrived=SCHEDULED + timedelta(minutes=5),
        kinds=KINDS,
    )
    return reruns


def test_late_captures_open_the_window_and_only_their_rows_are_explained() -> None:
    world = World()
    world.scores.capture(300)
    world.execute()
    world.function.work()
    first = world.execute()
    assert first.evaluated_rows == 300
    world.function.rows.clear()

    reruns = send(world, 40, 9, "late")

    assert [each.monitor for each in reruns.asked] == [KIND]
    [again] = reruns.asked
    assert world.execute(again).status is ExecutionStatus.PENDING
    assert world.function.work() == 1
    assert len(world.function.rows) == 40
    # While it waits, the first verdict stays as it is; then a revision follows.
    second = world.execute(again)
    assert (second.rows, second.evaluated_rows, second.revision) == (340, 340, 2)


def test_captures_that_come_while_it_waits_are_in_the_verdict() -> None:
    world = World()
    world.scores.capture(300)
    world.execute()
    send(world, 40, 9, "late")
    world.function.work()
    for _ in range(4):
        execution = world.execute()
        if execution.status is not ExecutionStatus.PENDING:
            break
        world.function.work()
    assert (execution.rows, execution.evaluated_rows) == (340, 340)
    assert world.waiting == []


def test_a_failure_is_a_failed_execution_with_its_event_and_the_next_one_tries_again() -> None:
    world = World()
    world.scores.capture(300)
    world.store.put(MODEL, b"\x80\x04\x95no model")
    world.execute()
    world.function.work()

    failed = world.execute()

    assert failed.status is ExecutionStatus.FAILED
    assert "pickle" in failed.reason
    assert len(world.events.published) == 1
    assert any(key.endswith("failure.json") for key in world.reports())
    world.store.put(MODEL, trees())
    assert world.execute().status is ExecutionStatus.PENDING
    world.function.work()
    assert world.execute().status is ExecutionStatus.COMPLETED


def delays(world: World, at: datetime) -> list[object]:
    checks = Checks()
    checks.check(world.store, at)
    return [
        metric.value
        for each in checks.metrics.published
        for metric in each.metrics
        if metric.name == "schedule_delay_hours"
    ]


def test_a_window_whose_explanations_never_come_is_noticed() -> None:
    world = World()
    world.scores = Scores({**SETTINGS, "schedule": "cron(0 * ? * * *)"}, store=world.store)
    key = f"monitors/{ENDPOINT}.yaml"
    parsed = parse_document(world.store.objects[key].decode(), where=key, model=KINDS.document)
    status = MonitorStatus(endpoint=ENDPOINT, status="ok", key=key, etag="e", document=parsed.model_dump(mode="json"))
    world.store.put(f"monitors/{ENDPOINT}.status.json", status.to_bytes())
    world.scores.capture(300)
    world.execute()
    world.function.work()
    world.execute()
    assert delays(world, SCHEDULED + timedelta(minutes=30)) == [0.0]

    # The next window is pending, hour after hour.
    world.scores.capture(300, seed=5, hour=SCHEDULED)
    after = REQUEST.model_copy(update={"scheduled_time": SCHEDULED + timedelta(hours=1)})
    assert world.execute(after).status is ExecutionStatus.PENDING
    assert delays(world, SCHEDULED + timedelta(hours=6)) == [5.0]


@pytest.mark.parametrize("files", [("analysis.json", "attributions.bin")])
def test_a_baseline_waits_too(files: tuple[str, ...]) -> None:
    from driftline.domain.errors import PendingError  # noqa: PLC0415

    scores = Scores()
    function = ExplainModel(scores.store)
    explaining = later(scores.store, function.resumes)
    with pytest.raises(PendingError) as raised:
        scores.baseline(400, explaining=explaining)
    assert not any(scores.store.etag(f"{FOLDER}{name}") for name in files)
    explaining.wait_with_baseline(ENDPOINT, KIND, "the event", raised.value, scores.store)
    function.work()
    assert [(each.function, each.message) for each in function.resumes.resumed] == [("suggest_baseline", "the event")]
    # Then the partial dependence of the features that contribute most, which is known only now.
    with pytest.raises(PendingError) as raised:
        scores.baseline(400, explaining=explaining)
    explaining.wait_with_baseline(ENDPOINT, KIND, "the event", raised.value, scores.store)
    function.work()
    assert len(function.resumes.resumed) == 2
    assert scores.baseline(400, explaining=explaining).rows == 400
    laptop = Scores()
    laptop.baseline(400)
    assert {name: scores.store.objects[f"{FOLDER}{name}"] for name in files} == {
        name: laptop.store.objects[f"{FOLDER}{name}"] for name in files
    }
