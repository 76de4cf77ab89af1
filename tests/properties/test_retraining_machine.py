"""Alarms, approvals and ends in any order, twice, days late and cut short: retrainings never run away, none is lost."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from driftline.adapters.aws.retraining_in import under_way
from driftline.domain.errors import RetryLaterError, StaleReadError
from driftline.domain.retraining import guards
from driftline.domain.retraining.audit import Decision, decision_key
from driftline.domain.retraining.ledger import Ledger
from driftline.domain.retraining.request import Approval, approval_id, request_id
from driftline.kinds.registry import KINDS
from driftline.usecases.retraining.retraining_ends import RunEnd
from driftline.usecases.retraining.start_retraining import Retrainer
from tests.fakes import InMemoryStore, only
from tests.fuzz import examples
from tests.retraining import (
    DAY,
    ENDPOINT,
    HOUR,
    STACK,
    START,
    MortalProcess,
    ProcessDiedError,
    ScriptedRun,
    ScriptedTarget,
    World,
    alarm,
    document,
)

MINUTE = timedelta(minutes=1)
COOLDOWN, LONGEST, BUDGET, WEEK = 6 * HOUR, 4 * HOUR, 3, 7 * DAY
GUARDED = "cooldown: PT6H, longest_run: PT4H, weekly_budget: 3, minimum_labelled_rows: 0, approval_expires: P1D"

SEARCH = settings(
    derandomize=True,
    deadline=None,
    max_examples=examples(100),
    stateful_step_count=40,
    suppress_health_check=list(HealthCheck),
)
MOST_DELIVERIES = 400


def over(run: ScriptedRun) -> datetime:
    """`longest_run` is the operator's word that none takes longer."""
    return min(run.ended_at or run.at + LONGEST, run.at + LONGEST)


class AuditedStore(InMemoryStore):
    """Remembers everything that was ever written below a key."""

    def __init__(self) -> None:
        super().__init__()
        self.written: dict[str, set[bytes]] = {}

    def put(self, key: str, body: bytes, *, content_type: str = "application/octet-stream") -> None:
        super().put(key, body, content_type=content_type)
        self.written.setdefault(key, set()).add(body)


@dataclass(frozen=True)
class Message:
    """What waits in the queue, or in the dead-letter queue; its body knows when it was published."""

    what: datetime | Approval | RunEnd
    published: datetime


class Retraining(RuleBasedStateMachine):
    """Time passes in minutes; deliveries are at least once, in any order, and as late as anybody likes."""

    @initialize(tokens=st.booleans(), manual=st.sampled_from([False, False, True]))
    def begin(self, tokens: bool, manual: bool) -> None:
        self.manual = manual
        self.now = START
        self.world = World()
        self.world.store = AuditedStore()
        self.configure(dry_run=False)
        self.target = ScriptedTarget(lambda: self.now, tokens)
        self.world.targets = self.target  # type: ignore[assignment]
        self.queue: list[Message] = []
        self.sent: list[Message] = []

    def configure(self, *, dry_run: bool) -> None:
        approval = "manual" if self.manual else "automatic"
        self.world.put_document(document(f"{GUARDED}, approval: {approval}, dry_run: {str(dry_run).lower()}"))

    def send(self, what: datetime | Approval | RunEnd) -> None:
        message = Message(what, self.now)
        self.queue.append(message)
        self.sent.append(message)
        self.now += MINUTE  # what comes next is another change

    def retrainer(self, process: MortalProcess | None) -> Retrainer:
        world = self.world
        if process is None:
            return Retrainer(
                world.store, world.table, world.targets, world.events, STACK, lambda: self.now, KINDS, only(world.store)
            )
        return Retrainer(
            process.wrap(world.store, ["get", "find", "put", "list", "folders"]),
            process.wrap(world.table, ["get", "put", "list"]),
            process.wrap(world.targets, ["start"]),
            process.wrap(world.events, ["publish"]),
            STACK,
            lambda: self.now,
            KINDS,
            only(world.store),
        )

    def deliver(self, at: int, process: MortalProcess | None = None) -> None:
        """A message that was not handled wholly stays."""
        message = self.queue.pop(at % len(self.queue))
        late = under_way(message.published, self.now)
        retrainer = self.retrainer(process)
        try:
            match message.what:
                case datetime() as moment:
                    retrainer.answer_alarm(alarm(moment), late)
                case Approval() as approval:
                    retrainer.answer_approval(approval, late)
                case RunEnd() as end:
                    retrainer.note_end(end)
        except (RetryLaterError, StaleReadError, ProcessDiedError):
            self.queue.append(message)

    @rule(length=st.sampled_from([MINUTE, HOUR, LONGEST - MINUTE, LONGEST, COOLDOWN, COOLDOWN + HOUR, DAY, 3 * DAY]))
    def time_passes(self, length: timedelta) -> None:
        self.now += length

    @rule()
    def alarm_goes_off(self) -> None:
        self.send(self.now)

    @rule()
    def alarm_goes_off_and_is_heard(self) -> None:
        self.send(self.now)
        self.deliver(len(self.queue) - 1)

    @rule(length=st.sampled_from([LONGEST, COOLDOWN, DAY]))
    def alarm_is_heard_and_time_passes(self, length: timedelta) -> None:
        self.alarm_goes_off_and_is_heard()
        self.now += length

    @precondition(lambda self: self.queue)
    @rule(at=st.integers(0, 9))
    def delivery(self, at: int) -> None:
        self.deliver(at)

    @precondition(lambda self: self.queue)
    @rule(at=st.integers(0, 9), call=st.integers(1, 14), after=st.booleans())
    def delivery_that_is_cut_short(self, at: int, call: int, after: bool) -> None:
        self.deliver(at, MortalProcess(call, after=after))
        self.now += 3 * MINUTE  # its turn runs out

    @precondition(lambda self: self.sent)
    @rule(at=st.integers(0, 40))
    def duplicate(self, at: int) -> None:
        self.queue.append(self.sent[at % len(self.sent)])

    @rule(script=st.lists(st.sampled_from(["ok", "later", "never", "lost", "nothing"]), min_size=1, max_size=3))
    def target_is_in_trouble(self, script: list[str]) -> None:
        self.target.script = script

    @precondition(lambda self: self.manual and self.asked())
    @rule(at=st.integers(0, 9))
    def person_approves(self, at: int) -> None:
        asked = self.asked()
        self.send(Approval(ENDPOINT, asked[at % len(asked)], self.now))

    @precondition(lambda self: self.running())
    @rule(named=st.booleans())
    def run_ends(self, named: bool) -> None:
        run = self.running()[-1]
        run.ended_at = self.now
        self.send(RunEnd("done", self.now, ENDPOINT, run.id if named else None))

    @rule(dry_run=st.sampled_from([False, False, False, True]))
    def document_changes(self, dry_run: bool) -> None:
        self.configure(dry_run=dry_run)

    def asked(self) -> list[str]:
        return [record.id for record in self.world.records() if record.decision is Decision.AWAITING_APPROVAL]

    def running(self) -> list[ScriptedRun]:
        return [run for run in self.target.runs if run.ended_at is None and self.now < run.at + LONGEST]

    @invariant()
    def nothing_runs_away(self) -> None:
        runs = self.target.runs
        assert len({run.id for run in runs}) == len(runs), "started twice"
        for before, after in pairwise(runs):
            assert after.at >= over(before), "two at once"
            assert after.at - before.at >= COOLDOWN, "too soon"
        for run in runs:
            assert sum(run.at - WEEK < other.at <= run.at for other in runs) <= BUDGET, "too many in a week"

    @invariant()
    def what_was_audited_stays(self) -> None:
        store = self.world.store
        assert isinstance(store, AuditedStore)
        changed = [key for key, bodies in store.written.items() if "/retraining/" in key and len(bodies) > 1]
        assert changed == [], "an audit record changed"

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        self.target.script = []
        for _ in range(MOST_DELIVERIES):
            if not self.queue:
                break
            self.now += 3 * MINUTE
            self.deliver(0)
        assert self.queue == [], "messages keep coming back"
        self.nothing_runs_away()
        self.what_was_audited_stays()
        # Everything that was asked is answered in the audit, everything that started is in it, and all of it was told
        wanted = {_audit_key(message) for message in self.sent} - {None}
        assert wanted <= self.world.store.objects.keys(), "lost"
        records = self.world.records()
        settled = {record.request for record in records if record.decision in {Decision.STARTED, Decision.UNKNOWN}}
        assert {run.id for run in self.target.runs} <= settled
        told = {event.detail["Id"] for event in self.world.events.published}
        assert {record.id for record in records} <= told
        assert self.world.ledger.untold == ()


def _audit_key(message: Message) -> str | None:
    match message.what:
        case datetime() as moment:
            return decision_key(ENDPOINT, request_id(alarm(moment)), moment)
        case Approval() as approval:
            return decision_key(ENDPOINT, approval_id(approval), approval.at)
        case _:
            return None


def test_nothing_runs_away_and_nothing_is_lost() -> None:
    run_state_machine_as_test(Retraining, settings=SEARCH)


def _without(guard: str) -> tuple[object, str, object]:
    return guards, "_IN_ORDER", tuple(each for each in guards._IN_ORDER if each.__name__ != guard)


def _heard_late(machine: Retraining) -> None:
    machine.alarm_goes_off()
    machine.time_passes(COOLDOWN)
    machine.delivery(0)
    machine.alarm_goes_off_and_is_heard()


def _started_without_an_answer(machine: Retraining) -> None:
    machine.alarm_is_heard_and_time_passes(LONGEST)
    machine.alarm_is_heard_and_time_passes(LONGEST)
    machine.target_is_in_trouble(["lost"])
    machine.alarm_is_heard_and_time_passes(LONGEST)


def _heard_each(length: timedelta, times: int) -> Callable[[Retraining], None]:
    def history(machine: Retraining) -> None:
        for _ in range(times):
            machine.alarm_is_heard_and_time_passes(length)

    return history


PLANTED = {
    "a lease that begins with the alarm": (
        (sys.modules[__name__], "under_way", lambda _since, _now: timedelta(0)),
        _heard_late,
        "two at once",
    ),
    "no cooldown": (_without("cooldown"), _heard_each(LONGEST, 2), "too soon"),
    "no budget": (_without("weekly_budget"), _heard_each(DAY, BUDGET + 1), "too many in a week"),
    "an audit that is written over": (
        (Ledger, "decision", lambda _ledger, _id: None),
        _started_without_an_answer,
        "an audit record changed",
    ),
}


@pytest.mark.parametrize("planted", PLANTED)
def test_the_invariants_see_a_planted_fault(monkeypatch: pytest.MonkeyPatch, planted: str) -> None:
    """What a search finds depends on chance; these are the shortest histories that it found."""
    fault, history, seen = PLANTED[planted]

    def lived() -> None:
        machine = Retraining()
        machine.begin(tokens=True, manual=False)
        history(machine)
        machine.nothing_runs_away()
        machine.what_was_audited_stays()
        machine.teardown()

    lived()
    monkeypatch.setattr(*fault)
    with pytest.raises(AssertionError, match=seen):
        lived()
