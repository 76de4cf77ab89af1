"""One task of explanations: its result, deliveries that come again, and trouble that may pass."""

import pytest

from driftline.domain.errors import InvalidInputError, PendingError, RetryLaterError
from driftline.domain.explanations.keys import EXPLANATIONS, endpoint_of, is_task, result_of, task_of, waiting_prefix
from driftline.domain.explanations.results import Explained, Failure, parse_result
from driftline.domain.explanations.tasks import AskedEndpoint, Kernel, Task
from driftline.domain.explanations.waiting import Resume, Waiting
from driftline.usecases.explanations.explain_task import explain_task, wait
from driftline.usecases.explanations.requested import RequestedExplanations
from driftline.usecases.explanations.solve import Solver
from tests.explaining import ExplainModel, RecordingResumes, StoredModels
from tests.fakes import InMemoryStore
from tests.scores import ENDPOINT, FEATURES, HOUR, MODEL, Served, trees, usual

RESUME = Resume("run_monitor", '{"endpoint": "risk"}')


class Busy:
    """An endpoint that is throttled."""

    def answer(self, endpoint: str, body: bytes, content_type: str, accept: str) -> bytes:
        raise RetryLaterError("the endpoint cannot answer now: ThrottlingException", where=endpoint)


def store_with_model() -> InMemoryStore:
    return InMemoryStore(objects={MODEL: trees()})


def request(store: InMemoryStore, task: Task, explanations: RequestedExplanations) -> tuple[str, ...]:
    """Keys of the requested tasks."""
    with pytest.raises(PendingError) as raised:
        explanations.of(task, [HOUR] * len(task.rows))
    return tuple(task_of(need) for need in raised.value.needs)


def of_model(store: InMemoryStore, rows: int = 5, seed: int = 1) -> str:
    explanations = RequestedExplanations(store, ENDPOINT, StoredModels(store))
    cells = tuple(tuple(row) for row in usual(rows, seed).tolist())
    task = Task(source=explanations.model_file(MODEL), features=FEATURES, rows=cells)
    [key] = request(store, task, explanations)
    return key


def of_endpoint(store: InMemoryStore) -> str:
    explanations = RequestedExplanations(store, ENDPOINT, StoredModels(store))
    cells = tuple(tuple(row) for row in usual(3, 1).tolist())
    source = AskedEndpoint(name=f"{ENDPOINT}-shadow", kernel=Kernel(((0.0, 0.0, 0.0, 0.0),)))
    [key] = request(store, Task(source=source, features=FEATURES, rows=cells), explanations)
    return key


def test_the_result_is_beside_the_task_and_a_second_delivery_computes_nothing() -> None:
    store = store_with_model()
    function = ExplainModel(store)
    key = of_model(store)
    found = function.deliver(key)
    assert isinstance(found, Explained)
    stored = store.objects[result_of(key)]
    assert stored == found.to_bytes()
    assert function.deliver(key) is None
    assert (len(function.rows), store.objects[result_of(key)]) == (5, stored)


def test_other_objects_are_none_of_its_business() -> None:
    store = store_with_model()
    function = ExplainModel(store)
    key = of_model(store)
    for other in (result_of(key), "state/profiles/x.task", f"{EXPLANATIONS}x", "monitors/risk.yaml"):
        assert not is_task(other) or other == key
        assert function.deliver(other) is None
    assert function.rows == []


def test_the_endpoint_is_in_the_key() -> None:
    assert endpoint_of(of_model(store_with_model())) == ENDPOINT
    with pytest.raises(InvalidInputError, match="not the key of a task"):
        endpoint_of("state/explanations/x.txt")


def test_a_task_that_is_gone_lets_those_who_wait_ask_again() -> None:
    store = store_with_model()
    function = ExplainModel(store)
    key = of_model(store)
    wait(store, ENDPOINT, "an execution", (result_of(key),), RESUME, function.resumes)
    store.delete(key)
    assert function.deliver(key) is None
    assert function.resumes.resumed == [RESUME]
    assert list(store.list(waiting_prefix(ENDPOINT))) == []


def test_a_damaged_task_is_a_failure() -> None:
    store = store_with_model()
    key = of_model(store)
    store.put(key, b"damaged")
    found = ExplainModel(store).deliver(key)
    assert isinstance(found, Failure)
    assert "not a task" in found.what
    assert found.where == key
    assert parse_result(store.objects[result_of(key)], "") == found


def test_a_throttled_endpoint_is_asked_again_until_the_last_try() -> None:
    store = store_with_model()
    key = of_endpoint(store)
    busy = ExplainModel(store, predictor=Busy())
    with pytest.raises(RetryLaterError):
        busy.deliver(key)
    assert store.etag(result_of(key)) is None
    found = busy.deliver(key, last_try=True)
    assert isinstance(found, Failure)
    assert "ThrottlingException" in found.what
    assert found.mend == "The next execution asks again."


def test_an_endpoint_that_answers_after_a_failure_is_not_held_to_it() -> None:
    store = store_with_model()
    key = of_endpoint(store)
    ExplainModel(store, predictor=Busy()).deliver(key, last_try=True)
    explanations = RequestedExplanations(store, ENDPOINT, StoredModels(store))
    task = Task.from_bytes(store.objects[key], key)
    with pytest.raises(InvalidInputError, match="ThrottlingException"):
        explanations.of(task, [HOUR] * 3)
    assert request(store, task, explanations) == (key,)
    assert isinstance(ExplainModel(store, predictor=Served()).deliver(key), Explained)
    assert len(explanations.of(task, [HOUR] * 3).rows) == 3


def test_an_endpoint_that_cannot_be_asked_here() -> None:
    store = store_with_model()
    found = ExplainModel(store).deliver(of_endpoint(store))
    assert isinstance(found, Failure)
    assert "cannot be asked here" in found.what


def test_a_function_that_waits_for_several_goes_on_with_the_last_of_them() -> None:
    store = store_with_model()
    function = ExplainModel(store)
    keys = [of_model(store, seed=seed) for seed in (1, 2, 3)]
    wait(store, ENDPOINT, "an execution", tuple(map(result_of, keys)), RESUME, function.resumes)
    for key in keys[:-1]:
        function.deliver(key)
        assert function.resumes.resumed == []
    function.deliver(keys[-1])
    assert function.resumes.resumed == [RESUME]
    function.deliver(keys[0])
    assert function.resumes.resumed == [RESUME]


def test_what_came_before_the_wait_was_recorded_is_noticed() -> None:
    store = store_with_model()
    function = ExplainModel(store)
    key = of_model(store)
    function.deliver(key)
    wait(store, ENDPOINT, "an execution", (result_of(key),), RESUME, function.resumes)
    assert function.resumes.resumed == [RESUME]


def test_other_endpoints_do_not_go_on() -> None:
    store = store_with_model()
    function = ExplainModel(store)
    key = of_model(store)
    wait(store, "other", "an execution", (result_of(key),), RESUME, RecordingResumes())
    function.deliver(key)
    assert function.resumes.resumed == []


def test_a_task_that_is_done_at_the_same_time_has_the_same_bytes() -> None:
    store = store_with_model()
    key = of_model(store)
    solve = Solver(StoredModels(store), None)
    once, twice = RecordingResumes(), RecordingResumes()
    explain_task(key, store=store, solve=solve, resumes=once, last_try=False)
    body = store.objects[result_of(key)]
    store.delete(result_of(key))
    explain_task(key, store=store, solve=solve, resumes=twice, last_try=False)
    assert store.objects[result_of(key)] == body


def test_a_record_of_who_waits_is_read_again() -> None:
    record = Waiting(RESUME, ("a", "b"))
    assert Waiting.from_json(record.to_json(), "key") == record
    for damaged in (b"", b"{}", b'{"resume": {"function": "others", "message": ""}, "needs": []}'):
        with pytest.raises(InvalidInputError, match="not a record of who waits"):
            Waiting.from_json(damaged, "key")
