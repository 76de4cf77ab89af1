"""Explanations that are requested through the store: each row once, in pieces, and failures that are reported once."""

from datetime import datetime, timedelta

import msgspec
import numpy as np
import pytest
import xgboost

from driftline.domain.errors import InvalidInputError, PendingError
from driftline.domain.explanations.keys import result_of
from driftline.domain.explanations.results import Explained
from driftline.domain.explanations.tasks import Dependence, ModelFile, Task
from driftline.usecases.explanations.requested import ROWS_AT_ONCE, RequestedExplanations
from driftline.usecases.explanations.solve import Solver
from tests.explaining import ExplainModel, StoredModels
from tests.fakes import InMemoryStore
from tests.scores import FEATURES, HOUR, MODEL, booster, trees, usual


def store_with_model(body: bytes | None = None) -> InMemoryStore:
    return InMemoryStore(objects={MODEL: trees() if body is None else body})


def requested(store: InMemoryStore) -> RequestedExplanations:
    return RequestedExplanations(store, "risk", StoredModels(store))


def task_of(rows: int, seed: int, explanations: RequestedExplanations) -> Task:
    cells = tuple(tuple(row) for row in usual(rows, seed).tolist())
    return Task(source=explanations.model_file(MODEL), features=FEATURES, rows=cells)


def hours_of(task: Task, hour: datetime = HOUR) -> list[datetime]:
    return [hour] * len(task.rows)


def test_what_is_not_there_is_requested_and_comes() -> None:
    store = store_with_model()
    explanations, function = requested(store), ExplainModel(store)
    task = task_of(30, 1, explanations)
    with pytest.raises(PendingError) as raised:
        explanations.of(task, hours_of(task))
    assert [result_of(key) for key in function.open] == list(raised.value.needs)

    function.work()
    found = explanations.of(task, hours_of(task))

    place = {row: number for number, row in enumerate(found.rows)}
    order = [place[row] for row in task.row_digests()]
    data = xgboost.DMatrix(np.array(task.rows), feature_names=list(FEATURES))
    theirs = booster(trees()).predict(data, pred_contribs=True)
    assert np.allclose(found.attributions[order, :, 0], theirs[:, :-1], atol=1e-6)
    assert np.allclose(found.expected, theirs[0, -1], atol=1e-6)


def test_overlapping_windows_explain_each_row_once() -> None:
    store = store_with_model()
    explanations, function = requested(store), ExplainModel(store)
    first, second = task_of(30, 1, explanations), task_of(40, 2, explanations)
    both = msgspec.structs.replace(first, rows=(*first.rows, *second.rows, first.rows[0]))
    hours = [*hours_of(first), *hours_of(second, HOUR + timedelta(hours=1)), HOUR]
    for task, of in ((first, hours_of(first)), (both, hours)):
        with pytest.raises(PendingError):
            explanations.of(task, of)
        function.work()
    found = explanations.of(both, hours)
    assert len(function.rows) == len(set(function.rows)) == 70
    assert set(found.rows) == set(both.row_digests())
    # The first hour alone has only its own rows, whatever else is known of its day.
    assert set(explanations.of(first, hours_of(first)).rows) == set(first.row_digests())
    assert function.open == []


def test_a_day_s_end_cuts_a_window_in_two_pieces() -> None:
    store = store_with_model()
    explanations, function = requested(store), ExplainModel(store)
    task = task_of(20, 1, explanations)
    midnight = HOUR.replace(hour=0) + timedelta(days=1)
    hours = [midnight - timedelta(hours=1)] * 12 + [midnight] * 8
    with pytest.raises(PendingError, match="20 rows are being explained, in 2 parts"):
        explanations.of(task, hours)
    assert {key.split("/")[4] for key in function.open} == {"20260301", "20260302"}
    function.work()
    assert len(explanations.of(task, hours).rows) == 20


def test_many_rows_are_cut_into_pieces_that_merge() -> None:
    store = store_with_model()
    explanations, function = requested(store), ExplainModel(store)
    task = task_of(2 * ROWS_AT_ONCE + 1, 1, explanations)
    with pytest.raises(PendingError) as raised:
        explanations.of(task, hours_of(task))
    assert len(raised.value.needs) == 3
    function.work()
    found = explanations.of(task, hours_of(task))
    whole = Solver(StoredModels(store), None)(task)
    order = {row: number for number, row in enumerate(whole.rows)}
    assert np.array_equal(found.attributions, whole.attributions[[order[row] for row in found.rows]])


def test_another_model_at_the_same_place_is_another_question() -> None:
    store = store_with_model()
    explanations, function = requested(store), ExplainModel(store)
    before = task_of(5, 1, explanations)
    store.put(MODEL, trees(8))
    after = task_of(5, 1, explanations)
    assert before.question != after.question
    for task in (before, after):
        with pytest.raises(PendingError):
            explanations.of(task)
    # The first file is gone: what is computed now would be of the second one.
    function.work()
    with pytest.raises(InvalidInputError, match="was replaced"):
        explanations.of(before)
    assert len(explanations.of(after).rows) == 5


def test_a_failure_is_reported_once_and_then_forgotten() -> None:
    store = store_with_model(b"\x80\x04\x95no model")
    explanations, function = requested(store), ExplainModel(store)
    task = task_of(2 * ROWS_AT_ONCE, 1, explanations)
    with pytest.raises(PendingError):
        explanations.of(task, hours_of(task))
    function.work()
    with pytest.raises(InvalidInputError, match="pickle") as raised:
        explanations.of(task, hours_of(task))
    assert raised.value.where.endswith(MODEL)
    assert raised.value.mend
    # All pieces failed, and the next request asks for all of them again.
    assert function.tasks == []
    with pytest.raises(PendingError) as again:
        explanations.of(task, hours_of(task))
    assert len(again.value.needs) == 2


def test_a_model_that_does_not_exist_is_no_request() -> None:
    store = InMemoryStore()
    with pytest.raises(InvalidInputError, match="does not exist"):
        requested(store).model_file(MODEL)


def test_no_rows_are_no_task() -> None:
    store = store_with_model()
    explanations = requested(store)
    with pytest.raises(InvalidInputError, match="no rows to explain"):
        explanations.of(Task(source=explanations.model_file(MODEL), features=FEATURES, rows=()))


@pytest.mark.parametrize("damage", [b"", b"nonsense", b"\xc1"], ids=["empty", "text", "no MessagePack"])
def test_a_damaged_result_is_computed_again(damage: bytes) -> None:
    store = store_with_model()
    explanations, function = requested(store), ExplainModel(store)
    task = task_of(5, 1, explanations)
    with pytest.raises(PendingError):
        explanations.of(task, hours_of(task))
    function.work()
    whole = explanations.of(task, hours_of(task))
    [result] = [key for key in store.objects if key.endswith(".result")]
    store.put(result, damage)

    with pytest.raises(PendingError):
        explanations.of(task, hours_of(task))
    assert function.work() == 1
    assert explanations.of(task, hours_of(task)).to_bytes() == whole.to_bytes()


def test_every_cut_of_a_result_is_noticed() -> None:
    """A cut is no MessagePack, or arrays that do not fit their shape."""
    store = store_with_model()
    explanations, function = requested(store), ExplainModel(store)
    task = task_of(3, 1, explanations)
    with pytest.raises(PendingError):
        explanations.of(task, hours_of(task))
    function.work()
    [result] = [key for key in store.objects if key.endswith(".result")]
    body = store.objects[result]
    for length in range(0, len(body), 7):
        store.put(result, body[:length])
        with pytest.raises(PendingError):
            explanations.of(task, hours_of(task))
        assert function.work() == 1
        assert store.objects[result] == body


def test_curves_of_all_rows_are_one_task() -> None:
    store = store_with_model()
    explanations, function = requested(store), ExplainModel(store)
    rows = task_of(2 * ROWS_AT_ONCE, 1, explanations)
    task = msgspec.structs.replace(rows, dependence=Dependence(("income", "visits")))
    with pytest.raises(PendingError) as raised:
        explanations.of(task)
    assert len(raised.value.needs) == 1
    function.work()
    found = explanations.of(task)
    assert [entry["feature_name"] for entry in found.dependence] == ["income", "visits"]


def test_on_a_laptop_nobody_waits_and_nothing_is_computed_twice() -> None:
    store = store_with_model()
    solved: list[Task] = []

    def solve(task: Task) -> Explained:
        solved.append(task)
        return Solver(StoredModels(store), None)(task)

    explanations = RequestedExplanations(store, "risk", StoredModels(store), solve)
    task = task_of(20, 1, explanations)
    first = explanations.of(task, hours_of(task))
    again = explanations.of(task, hours_of(task))
    assert len(solved) == 1
    assert first.to_bytes() == again.to_bytes()


def test_the_digest_is_of_the_contents() -> None:
    """Held, so that what was explained by an earlier release is found by a later one, or its version is raised."""
    task = Task(source=ModelFile("s3://b/m.json", "abc"), features=("a", "b"), rows=((1.0, None), ("x", True)))
    assert task.digest == msgspec.structs.replace(task).digest
    assert task.question == msgspec.structs.replace(task, rows=((2.0, None),)).question
    others = [
        msgspec.structs.replace(task, features=("b", "a")),
        msgspec.structs.replace(task, source=ModelFile("s3://b/m.json", "abd")),
        msgspec.structs.replace(task, dependence=Dependence(("a",))),
        msgspec.structs.replace(task, version=task.version + 1),
    ]
    assert len({task.question, *(other.question for other in others)}) == 1 + len(others)
    with pytest.raises(InvalidInputError, match="version 2"):
        Task.from_bytes(others[-1].to_bytes(), "key")
    with pytest.raises(InvalidInputError, match="not a task"):
        Task.from_bytes(b"x", "key")
