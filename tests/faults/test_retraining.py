"""A retraining cannot run away: whatever dies, comes twice, comes late or comes at once, it starts at most once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from threading import Lock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.domain.errors import RetryLaterError, StaleReadError
from driftline.domain.retraining import guards
from driftline.domain.retraining.audit import Decision
from driftline.domain.retraining.request import Approval, request_id
from driftline.kinds.registry import KINDS
from driftline.usecases.ports import StateItem, StateTable
from driftline.usecases.retraining.ledgers import TURN
from driftline.usecases.retraining.retraining_ends import RunEnd
from driftline.usecases.retraining.start_retraining import Retrainer
from tests.fakes import InMemoryTable, only
from tests.fuzz import examples
from tests.retraining import (
    DAY,
    ENDPOINT,
    HOUR,
    STACK,
    START,
    MortalProcess,
    ProcessDiedError,
    ScriptedTarget,
    World,
    alarm,
    document,
)

MOST_CALLS = 40
"""No message makes so many calls; a bound for the loops below."""

MANUAL = "approval: manual, minimum_labelled_rows: 0"


def mortal(world: World, process: MortalProcess) -> Retrainer:
    return Retrainer(
        process.wrap(world.store, ["get", "find", "put", "list", "folders"]),
        process.wrap(world.table, ["get", "put", "list"]),
        process.wrap(world.targets, ["start"]),
        process.wrap(world.events, ["publish"]),
        STACK,
        lambda: world.wall,
        KINDS,
        only(world.store),
    )


def asked(world: World) -> Callable[[Retrainer], object]:
    return lambda retrainer: retrainer.answer_alarm(alarm())


def approved(world: World) -> Callable[[Retrainer], object]:
    world.put_document(document(MANUAL))
    request = world.alarm().id
    return lambda retrainer: retrainer.answer_approval(Approval(ENDPOINT, request, START + HOUR))


def ended(world: World) -> Callable[[Retrainer], object]:
    run = world.alarm().id
    return lambda retrainer: retrainer.note_end(RunEnd("Succeeded", START + HOUR, id=run))


def dies_at(
    call: int, *, after: bool, tokens: bool, given: Callable[[World], Callable[[Retrainer], object]]
) -> World | None:
    """The world after a process died at a call and the message came again; None if it has fewer calls."""
    world = World(tokens=tokens)
    message = given(world)
    process = MortalProcess(call, after=after)
    with suppress(ProcessDiedError):
        message(mortal(world, process))
    if not process.dead:
        return None
    # At once it is too early: the process might still live
    try:
        message(world.retrainer)
    except RetryLaterError:
        world.wall += TURN
        message(world.retrainer)
    return world


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("tokens", [True, False], ids=["tokens", "no tokens"])
@pytest.mark.parametrize("given", [asked, approved])
def test_a_process_that_dies_anywhere_starts_at_most_one(
    given: Callable[[World], Callable[[Retrainer], object]], tokens: bool, after: bool
) -> None:
    unknown = died = 0
    for call in range(1, MOST_CALLS):
        world = dies_at(call, after=after, tokens=tokens, given=given)
        if world is None:
            break
        died += 1
        # At most one, and exactly one where it can be known
        record = next(each for each in world.records() if each.decision in {Decision.STARTED, Decision.UNKNOWN})
        unknown += record.decision is Decision.UNKNOWN
        assert world.targets.starts <= 1, call
        assert world.targets.starts == 1 or record.decision is Decision.UNKNOWN, call
        # It is written and told, and the lease is held
        assert ("Retraining Decision", record.decision.value) in world.decisions_told(), call
        assert world.alarm(START + 2 * HOUR).guard == "lease", call
    assert died > 8
    # Only a target without tokens can leave it open: before the call, or after it and before that was noted
    assert unknown == (0 if tokens else 2)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_process_that_dies_while_it_notes_an_end_notes_it_all_the_same(after: bool) -> None:
    died = 0
    for call in range(1, MOST_CALLS):
        world = dies_at(call, after=after, tokens=True, given=ended)
        if world is None:
            break
        died += 1
        assert [end.outcome for end in world.ends()] == ["Succeeded"], call
        assert "Retraining Ended" in {event.detail_type for event in world.events.published}, call
        assert world.alarm(START + 2 * HOUR).decision is Decision.STARTED, call
    assert died > 4


@dataclass
class InterruptedTable:
    """Runs something else before its n-th call."""

    inner: StateTable
    at: int
    meanwhile: Callable[[], None]
    calls: int = 0

    def _count(self) -> None:
        self.calls += 1
        if self.calls == self.at:
            self.meanwhile()

    def get(self, kind: str, name: str) -> StateItem | None:
        self._count()
        return self.inner.get(kind, name)

    def put(self, kind: str, name: str, body: str, *, version: int, expires: datetime | None = None) -> int:
        self._count()
        return self.inner.put(kind, name, body, version=version, expires=expires)

    def list(self, kind: str) -> list[StateItem]:
        self._count()
        return list(self.inner.list(kind))


def delivered(world: World, retrainer: Retrainer, at: datetime) -> None:
    """A delivery that may have to come again."""
    with suppress(RetryLaterError, StaleReadError):
        retrainer.answer_alarm(alarm(at))


@pytest.mark.parametrize("slow", [timedelta(0), TURN], ids=["at once", "after its turn ran out"])
@pytest.mark.parametrize("tokens", [True, False], ids=["tokens", "no tokens"])
@pytest.mark.parametrize("later", [timedelta(0), timedelta(seconds=1)], ids=["same alarm", "another alarm"])
def test_two_deliveries_at_once_start_one(later: timedelta, tokens: bool, slow: timedelta) -> None:
    interrupted = 0
    for call in range(1, MOST_CALLS):
        world = World(tokens=tokens)

        def other(world: World = world) -> None:
            world.wall += slow
            delivered(world, world.retrainer, START + later)

        table = InterruptedTable(world.table, call, other)
        retrainer = Retrainer(
            world.store,
            table,
            world.targets,
            world.events,
            STACK,
            partial(getattr, world, "wall"),
            KINDS,
            only(world.store),
        )
        delivered(world, retrainer, START)
        if table.calls < call:
            break
        interrupted += 1
        world.wall += TURN
        for moment in (START, START + later):
            world.alarm(moment)
        # Then one runs, no matter which came first
        assert world.targets.starts <= 1, call
        assert len(world.ledger.runs) == 1, call
        settled = {record.decision for record in world.records()}
        assert settled & {Decision.STARTED, Decision.UNKNOWN}, call
        assert world.targets.starts == 1 or Decision.UNKNOWN in settled, call
    assert interrupted >= 4


class LockedTable(InMemoryTable):
    """One call at a time, as a database does."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = Lock()

    def put(self, kind: str, name: str, body: str, *, version: int, expires: datetime | None = None) -> int:
        with self._lock:
            return super().put(kind, name, body, version=version, expires=expires)


def test_ten_deliveries_side_by_side_start_one_and_tell_once() -> None:
    world = World(tokens=False)
    world.table = LockedTable()
    gave_up: list[int] = []

    def deliver(number: int) -> None:
        for _ in range(2000):
            try:
                world.alarm()
            except (RetryLaterError, StaleReadError):
                continue
            return
        gave_up.append(number)

    with ThreadPoolExecutor(10) as threads:
        list(threads.map(deliver, range(10)))
    assert gave_up == []
    assert world.targets.starts == len(world.targets.orders) == 1
    assert world.decisions_told() == [("Retraining Decision", "started")]
    assert len(world.records()) == 1


def test_ten_duplicates_while_sagemaker_throttles_start_one() -> None:
    world = World()
    world.targets.errors = [RetryLaterError("ThrottlingException: slow down", after=20)] * 4
    for _ in range(10):
        delivered(world, world.retrainer, START)
    assert len(world.targets.orders) == 5
    assert world.targets.starts == 1
    assert world.decisions_told() == [("Retraining Decision", "started")]


@pytest.mark.parametrize("times", [1, 2, 3, 4])
def test_a_table_that_says_stale_makes_the_message_come_again(times: int) -> None:
    world = World(tokens=False)
    real, puts = world.table.put, [0]

    def put(kind: str, name: str, body: str, *, version: int, expires: datetime | None = None) -> int:
        puts[0] += 1
        if puts[0] == times:
            raise StaleReadError("another process wrote the item")
        return real(kind, name, body, version=version, expires=expires)

    world.table.put = put  # type: ignore[method-assign]
    delivered(world, world.retrainer, START)
    world.wall += TURN
    world.alarm()
    assert world.targets.starts == 1
    assert len(world.ledger.runs) == 1


COOLDOWN, LONGEST, BUDGET, WEEK = timedelta(hours=30), timedelta(hours=12), 3, timedelta(days=7)
GUARDED = document("cooldown: P1DT6H, longest_run: PT12H, weekly_budget: 3, minimum_labelled_rows: 0")


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["alarm", "alarm", "alarm", "end", "again"]), st.integers(0, 24 * 21), st.integers(0, 30)
    ),
    max_size=40,
)
SCRIPTS = st.lists(st.sampled_from(["ok", "ok", "later", "never", "lost", "nothing"]), max_size=20)


@settings(max_examples=examples(150))
@given(steps=STEPS, script=SCRIPTS, tokens=st.booleans(), in_order=st.booleans())
def test_no_order_of_alarms_and_ends_breaks_a_guard(
    steps: list[tuple[str, int, int]], script: list[str], tokens: bool, in_order: bool
) -> None:
    # Given alarms, ends and repetitions at any times, told in any order, and a target with any faults
    world = World(GUARDED)
    target = ScriptedTarget(lambda: world.wall, tokens, script)
    world.targets = target  # type: ignore[assignment]
    alarms: list[datetime] = []
    for what, hour, pick in sorted(steps, key=lambda step: step[1]) if in_order else steps:
        at = START + timedelta(hours=hour)
        if what == "again" and alarms:
            at = alarms[pick % len(alarms)]
        elif what == "alarm":
            alarms.append(at)
        if what == "end":
            runs = world.ledger.runs
            id_ = runs[pick % len(runs)].id if runs else "none"
            world.retrainer.note_end(RunEnd("done", at, id=id_))
        else:
            delivered(world, world.retrainer, at)
    # Then each started at most once
    started = [run.id for run in target.runs]
    assert len(started) == len(set(started))
    known = {run.id: run for run in world.ledger.runs}
    assert set(started) <= set(known)
    # And never two ran, nor came too soon after each other, nor too many in any week
    ordered = sorted(known.values(), key=lambda run: run.at)
    for before, after in pairwise(ordered):
        assert after.at - before.at >= COOLDOWN
        over = min(before.ended_at or before.until, before.until)
        assert after.at >= over
    for run in ordered:
        assert sum(run.at - WEEK < other.at <= run.at for other in ordered) <= BUDGET
    # And every message that was not to come again has its record
    told = {record.id for record in world.records()}
    settled = {request_id(alarm(at)) for at in alarms} - {run.id for run in ordered if run.unsettled}
    assert settled <= told


def test_the_property_would_see_a_guard_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted faults: without one guard, some simple sequence breaks what the guard keeps."""
    sequences = {
        "cooldown": [0, 13],
        "lease": [0, 1],
        "weekly_budget": [0, 31, 62, 93],
        "in_order": [40, 0],
    }
    for name, hours in sequences.items():
        world = World(GUARDED if name != "lease" else document("cooldown: PT0H, minimum_labelled_rows: 0"))
        decided = [world.alarm(START + hour * HOUR) for hour in hours]
        assert (decided[-1].decision, decided[-1].guard) == (Decision.REFUSED, name)
        with monkeypatch.context() as patched:
            patched.setattr(guards, "_IN_ORDER", tuple(each for each in guards._IN_ORDER if each.__name__ != name))
            world = World(GUARDED if name != "lease" else document("cooldown: PT0H, minimum_labelled_rows: 0"))
            decided = [world.alarm(START + hour * HOUR) for hour in hours]
        assert decided[-1].decision is Decision.STARTED or decided[-1].guard != name


@pytest.mark.parametrize("lost_first", [True, False])
def test_a_refusal_after_an_answer_that_was_lost_releases_nothing(lost_first: bool) -> None:
    # Given a pipeline whose start got through without an answer, or was throttled, and that refuses from then on
    world = World()
    target = ScriptedTarget(lambda: world.wall, True, ["lost" if lost_first else "later", "later", "never"])
    world.targets = target  # type: ignore[assignment]
    for _ in range(3):
        delivered(world, world.retrainer, START)
    # Then the reservation is given back only if nothing can have started
    [record] = world.records()
    assert record.decision is (Decision.UNKNOWN if lost_first else Decision.FAILED)
    assert len(target.runs) == lost_first
    again = world.alarm(START + HOUR)
    assert (again.guard == "lease") is lost_first


def test_a_lease_outlives_days_of_silence_by_its_length_only() -> None:
    world = World()
    world.alarm()
    assert world.alarm(START + 12 * HOUR - timedelta(seconds=1)).guard == "lease"
    assert world.alarm(START + 2 * DAY).decision is Decision.STARTED
