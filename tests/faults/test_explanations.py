"""Explanations that come later, with a crash after any call to the store and redelivery: nobody waits for ever, and the
verdict is as if nothing had happened."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from driftline.domain.errors import PendingError
from driftline.domain.executions.execution import ExecutionRequest, ExecutionStatus
from driftline.domain.explanations.keys import EXPLANATIONS, is_task, result_of
from driftline.domain.explanations.waiting import Resume
from driftline.usecases.explanations.explain_task import explain_task
from driftline.usecases.explanations.explaining import Explaining
from driftline.usecases.explanations.solve import Solver
from driftline.usecases.ports import ObjectStore
from tests.executing import execute_in, suggest_in
from tests.explaining import StoredModels
from tests.fakes import FailingStore, InjectedError, InMemoryStore, RecordingEvents, RecordingMetrics
from tests.scores import ENDPOINT, FOLDER, HOUR, KIND, MODEL, SCHEDULED, Scores

REQUEST = ExecutionRequest(endpoint=ENDPOINT, monitor=KIND, scheduled_time=SCHEDULED, trigger="schedule")
WAITING = f"{EXPLANATIONS}{ENDPOINT}/waiting/"
BASELINE_MESSAGE = "the baseline's event"
MOST_CALLS = 400
"""No use case makes so many calls for inputs this small; a bound for the loops below."""

MOST_DELIVERIES = 60


@dataclass
class Cloud:
    """Queues and functions. A message stays until its function ends without an error, as in SQS.

    Attributes:
        store: What functions work on; it may fail.
        solid: The same objects, for those who look at them.
    """

    store: ObjectStore
    solid: InMemoryStore
    messages: list[str] = field(default_factory=list)
    """`run`, `baseline`, or the key of a task."""

    seen: set[str] = field(default_factory=set)
    executions: list[ExecutionStatus] = field(default_factory=list)
    baselines: int = 0
    events: RecordingEvents = field(default_factory=RecordingEvents)
    newest_first: bool = False

    def resume(self, resume: Resume) -> None:
        self.messages.append("baseline" if resume.function == "suggest_baseline" else "run")

    def work(self) -> None:
        """Delivers until nothing is left."""
        for _ in range(MOST_DELIVERIES):
            self._announce_tasks()
            if not self.messages:
                return
            message = self.messages[-1 if self.newest_first else 0]
            try:
                self._deliver(message)
            except InjectedError:
                continue  # The message comes again.
            self.messages.remove(message)
        pytest.fail(f"still {self.messages} after {MOST_DELIVERIES} deliveries")

    def _announce_tasks(self) -> None:
        """An event for each task that was stored; of one that was removed and stored again, too."""
        there = {each.key for each in self.solid.list(EXPLANATIONS) if is_task(each.key)}
        self.messages += sorted(there - self.seen)
        self.seen = there

    def _deliver(self, message: str) -> None:
        explaining = Explaining(StoredModels(self.store), self)
        if message == "run":
            execution = execute_in(self.store, REQUEST, events=self.events, explaining=explaining)
            self.executions.append(execution.status)
        elif message == "baseline":
            try:
                suggest_in(self.store, ENDPOINT, KIND, explaining=explaining)
                self.baselines += 1
            except PendingError as pending:
                explaining.wait_with_baseline(ENDPOINT, KIND, BASELINE_MESSAGE, pending, self.store)
        else:
            solve = Solver(StoredModels(self.store), None)
            explain_task(message, store=self.store, solve=solve, resumes=self, last_try=False)


def uploads(*, model: bytes | None = None) -> InMemoryStore:
    scores = Scores(settings={"source": "model", "model": MODEL, "partial_dependence": {"top_k_features": 1}})
    scores.store.put(f"{FOLDER}input/data.csv", scores.data_set(220))
    scores.capture(210)
    if model is not None:
        scores.store.put(MODEL, model)
    return scores.store


def done(message: str, given: dict[str, bytes], store: Callable[[InMemoryStore], ObjectStore]) -> Cloud:
    solid = InMemoryStore(objects=given)
    cloud = Cloud(store(solid), solid, [message])
    cloud.seen = {key for key in given if is_task(key)}
    cloud.work()
    return cloud


@pytest.fixture(scope="module")
def given() -> dict[str, bytes]:
    return dict(uploads().objects)


@pytest.fixture(scope="module")
def with_baseline(given: dict[str, bytes]) -> dict[str, bytes]:
    return dict(done("baseline", given, lambda solid: solid).solid.objects)


@pytest.mark.parametrize("operation", ["put", "get", "etag", "delete", "list"])
@pytest.mark.parametrize("message", ["baseline", "run"])
def test_a_crash_at_any_call_leaves_no_trace_after_redelivery(
    message: str, operation: str, given: dict[str, bytes], with_baseline: dict[str, bytes]
) -> None:
    before = given if message == "baseline" else with_baseline
    calm = done(message, before, lambda solid: solid)
    if message == "run":
        assert calm.executions == [ExecutionStatus.PENDING, ExecutionStatus.COMPLETED]
    for call in range(1, MOST_CALLS):
        failing: list[FailingStore] = []

        def crashing(solid: InMemoryStore, call: int = call, failing: list[FailingStore] = failing) -> FailingStore:
            failing.append(FailingStore(solid, call, [operation]))
            return failing[0]

        cloud = done(message, before, crashing)

        assert [key for key in cloud.solid.objects if key.startswith(WAITING)] == [], f"{operation}, call {call}"
        assert cloud.solid.objects == calm.solid.objects, f"{operation}, call {call}"
        if message == "run":
            assert cloud.executions[-1] is ExecutionStatus.COMPLETED
            assert cloud.events.published
        else:
            assert cloud.baselines
        if failing[0].calls < call:
            break
    else:
        pytest.fail(f"more than {MOST_CALLS} calls of {operation}")
    assert call > 1


@pytest.mark.parametrize("operation", ["put", "delete"])
def test_a_crash_while_a_failure_is_reported_leaves_nobody_waiting(
    operation: str, with_baseline: dict[str, bytes]
) -> None:
    before = {**with_baseline, MODEL: b"\x80\x04\x95no model"}
    for call in range(1, MOST_CALLS):
        failing: list[FailingStore] = []

        def crashing(solid: InMemoryStore, call: int = call, failing: list[FailingStore] = failing) -> FailingStore:
            failing.append(FailingStore(solid, call, [operation]))
            return failing[0]

        cloud = done("run", before, crashing)

        assert cloud.executions[-1] is ExecutionStatus.FAILED
        assert [key for key in cloud.solid.objects if key.startswith(WAITING)] == [], f"{operation}, call {call}"
        assert not [key for key in cloud.seen if cloud.solid.etag(result_of(key)) is None]
        if failing[0].calls < call:
            break
    assert call > 1


def test_tasks_that_end_at_once_and_deliveries_in_any_order(
    given: dict[str, bytes], with_baseline: dict[str, bytes]
) -> None:
    """Both see both results, and the function that waits goes on twice."""
    calm = done("run", with_baseline, lambda solid: solid)
    solid = InMemoryStore(objects=given)
    cloud = Cloud(solid, solid, ["run", "baseline", "run", "baseline"], newest_first=True)
    cloud.work()
    again = Cloud(solid, solid, ["run", *sorted(cloud.seen), "run", "baseline"], seen=set(cloud.seen))
    again.work()
    assert again.executions == [ExecutionStatus.COMPLETED] * 2
    summary = [key for key in calm.solid.objects if key.endswith(f"{KIND}/2026/03/01/15/analysis.json")]
    assert len(summary) == 1
    assert solid.objects[summary[0]] == calm.solid.objects[summary[0]]
    assert [key for key in solid.objects if key.startswith(WAITING)] == []


class SlowResumes:
    """Who goes on is so fast that it waits for something else before the record of its first wait is removed."""

    def __init__(self, on: Callable[[], None]) -> None:
        self.on = on
        self.resumed = 0

    def resume(self, _resume: Resume) -> None:
        self.resumed += 1
        if self.resumed == 1:
            self.on()


def test_who_waits_again_before_the_first_record_is_removed_is_not_lost(with_baseline: dict[str, bytes]) -> None:
    store = InMemoryStore(objects=with_baseline)
    scores = Scores(store=store, settings={"source": "model", "model": MODEL})

    def goes_on() -> None:
        scores.capture(30, seed=9, name="late.jsonl", hour=HOUR)
        assert execute_in(store, REQUEST, explaining=explaining).status is ExecutionStatus.PENDING

    resumes = SlowResumes(goes_on)
    explaining = Explaining(StoredModels(store), resumes)
    solve = Solver(StoredModels(store), None)
    before = {key for key in store.objects if is_task(key)}
    assert execute_in(store, REQUEST, explaining=explaining).status is ExecutionStatus.PENDING
    [first] = [key for key in store.objects if is_task(key) and key not in before]
    explain_task(first, store=store, solve=solve, resumes=resumes, last_try=False)

    [second] = [key for key in store.objects if is_task(key) and store.etag(result_of(key)) is None]
    explain_task(second, store=store, solve=solve, resumes=resumes, last_try=False)

    assert resumes.resumed >= 2
    execution = execute_in(store, REQUEST, metrics=RecordingMetrics(), explaining=explaining)
    assert (execution.status, execution.rows) == (ExecutionStatus.COMPLETED, 240)


def test_of_two_who_wait_for_a_failure_the_second_one_goes_on_after_the_first_one_forgot_it(
    with_baseline: dict[str, bytes],
) -> None:
    """The function crashed between both messages, and was delivered again when the task was gone."""
    store = InMemoryStore(objects={**with_baseline, MODEL: b"\x80\x04\x95no model"})
    by_hand = REQUEST.model_copy(update={"trigger": "hand"})
    resumed: list[Resume] = []

    class OnlyOnce:
        def resume(self, resume: Resume) -> None:
            if len(resumed) == 1:
                resumed.append(resume)
                raise InjectedError("the function is gone")
            resumed.append(resume)

    explaining = Explaining(StoredModels(store), OnlyOnce())
    before = {key for key in store.objects if is_task(key)}
    for request in (REQUEST, by_hand):
        assert execute_in(store, request, explaining=explaining).status is ExecutionStatus.PENDING
    [task] = [key for key in store.objects if is_task(key) and key not in before]
    solve = Solver(StoredModels(store), None)
    with pytest.raises(InjectedError):
        explain_task(task, store=store, solve=solve, resumes=OnlyOnce(), last_try=False)
    first = ExecutionRequest.model_validate_json(resumed[0].message)
    assert execute_in(store, first, explaining=explaining).status is ExecutionStatus.FAILED
    assert store.etag(task) is None

    explain_task(task, store=store, solve=solve, resumes=OnlyOnce(), last_try=False)

    second = {ExecutionRequest.model_validate_json(each.message).trigger for each in resumed[1:]}
    assert second == {"schedule", "hand"} - {first.trigger}
    assert [key for key in store.objects if key.startswith(WAITING)] == []
