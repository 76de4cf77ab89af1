"""A backfill that is killed at any call to the store, and continued: nothing is lost, nothing is there twice."""

from collections.abc import Mapping, Sequence
from functools import cache
from threading import Lock

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from driftline.domain.backfill.results import MOST_TROUBLES
from driftline.domain.json_reading import load_json
from driftline.usecases.backfill.outcome import again, read_outcome
from tests.backfilling import HOURS, ROWS, differing, endpoint, live, planned, without_notes, work_once
from tests.fakes import FailingStore, InjectedError, InMemoryStore
from tests.fuzz import examples

MOST_CONTINUATIONS = 12
STEP = 16


class Killed(BaseException):
    """The end of the process: no code may catch it, and nothing is tidied up."""


class MortalStore(FailingStore):
    """The process is killed at the n-th call, before or after it took effect, and at every call that follows."""

    def __init__(self, inner: InMemoryStore, fail_on: int) -> None:
        super().__init__(inner, fail_on)
        self._dying = Lock()

    def _count(self, operation: str) -> None:
        with self._dying:
            self.calls += 1
            if self.calls >= self.fail_on:
                raise Killed(operation)


@cache
def undisturbed() -> tuple[dict[str, bytes], int]:
    """What live processing leaves, and the calls of a backfill that nobody disturbs."""
    store = endpoint()
    live(store)
    counted = MortalStore(endpoint(), 10**9)
    work_once(planned(counted), counted)
    return dict(store.objects), counted.calls


def continued(kills: Sequence[int], error: type[BaseException] = Killed) -> InMemoryStore:
    """Killed at each of these calls, counted from its start, and continued until it ends."""
    store = endpoint()
    deaths = iter(kills)
    for _ in range(MOST_CONTINUATIONS):
        at = next(deaths, None)
        kind = MortalStore if error is Killed else FailingStore
        failing = store if at is None else kind(store, at)
        try:
            work_once(planned(failing), failing)
        except error:
            continue
        return store
    pytest.fail(f"it does not end in {MOST_CONTINUATIONS} continuations")


def check(store: InMemoryStore, disturbances: int = 0) -> None:
    """The same bytes; or, where an item was disturbed so often that it was given up, the same results once it is tried
    again as `--resume` does: its windows were evaluated without it, so that they have an earlier revision."""
    expected, _ = undisturbed()
    plan = planned(store)
    if read_outcome(plan, store).failures:
        assert disturbances >= MOST_TROUBLES
        again(plan, store)
        work_once(plan, store)
        assert results(store.objects) == results(expected)
    else:
        assert differing(without_notes(store.objects), without_notes(expected)) == []
    [key] = [key for key in store.objects if key.endswith("/result.json")]
    outcome = load_json(store.objects[key])
    assert outcome["complete"]
    assert outcome["failed"] == 0
    # Work that was done twice is counted once.
    assert outcome["numbers"]["rows"] == 2 * HOURS * ROWS
    assert outcome["numbers"]["windows"] == 2 * HOURS


def results(objects: Mapping[str, bytes]) -> tuple[dict[str, bytes], list[bytes]]:
    """Of each window the latest statistics and violations, and all merged rows."""
    files = ("/statistics.json", "/constraint_violations.json")
    latest = {key: objects[key] for key in objects if key.endswith(files) and "/revision-" not in key}
    assert len(latest) > 2 * HOURS
    return latest, sorted(body for key, body in objects.items() if key.startswith("merged/"))


def test_a_backfill_leaves_what_live_processing_leaves() -> None:
    check(continued([]))


@settings(max_examples=examples(5))
@given(st.lists(st.integers(1, 550), min_size=1, max_size=4))
def test_killed_at_any_calls_and_continued_it_is_byte_identical(kills: list[int]) -> None:
    check(continued(kills), len(kills))


@settings(max_examples=examples(3))
@example(fails=[18, 20])
@example(fails=[31, 20])
@given(st.lists(st.integers(1, 550), min_size=1, max_size=2))
def test_calls_that_fail_are_tried_again(fails: list[int]) -> None:
    check(continued(fails, InjectedError), len(fails))


@pytest.mark.long
@pytest.mark.parametrize("first", range(1, STEP + 1, 2))
def test_killed_at_calls_all_along(first: int) -> None:
    for call in range(first, undisturbed()[1] + 1, STEP):
        check(continued([call]))


def test_the_calls_above_reach_the_end() -> None:
    """A kill beyond the last call tests nothing."""
    assert 550 < undisturbed()[1] < 700
