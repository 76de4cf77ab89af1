"""The ledger stays small, and what it forgets cannot start again."""

from datetime import datetime, timedelta

import pytest

from driftline.domain.retraining.audit import AuditRecord, Decision, TargetRecord
from driftline.domain.retraining.ledger import Ledger, Request, Run, RunStatus
from driftline.usecases.retraining.ledgers import KIND
from tests.retraining import DAY, ENDPOINT, HOUR, START, World, alarm, document

SECOND = timedelta(seconds=1)
LARGEST_ITEM = 400 * 1024  # bytes, DynamoDB's limit


def size(world: World) -> int:
    item = world.table.get(KIND, ENDPOINT)
    assert item is not None
    return len(item.body.encode())


def test_a_thousand_refusals_and_starts_stay_small() -> None:
    own = ", ".join(f"P{number}: '{'x' * 1000}'" for number in range(50))
    world = World(document(f"cooldown: PT0H, weekly_budget: 100, minimum_labelled_rows: 0, parameters: {{{own}}}"))
    for number in range(1000):
        answer = world.alarm(START + number * 6 * HOUR)
        assert answer.decision is (Decision.STARTED if number % 2 == 0 else Decision.REFUSED)
    assert size(world) < LARGEST_ITEM / 2
    # The first start is forgotten; should its alarm come again, the audit remembers, and stays as it is
    first = world.records()[0]
    assert world.ledger.run(first.request) is None
    again = world.alarm(START)
    assert (again.decision, again.repeated) == (Decision.STARTED, True)
    assert (world.records()[0], world.targets.starts) == (first, 500)


def test_alarms_of_any_size_fit() -> None:
    world = World(document("approval: manual, approval_expires: PT1H, minimum_labelled_rows: 0"))
    for number in range(100):
        huge = alarm(START + number * 2 * HOUR).model_copy(update={"reason": "é" * 2000})
        assert world.retrainer.answer_alarm(huge).decision is Decision.AWAITING_APPROVAL
    assert size(world) < LARGEST_ITEM / 2


def test_a_ledger_reads_back_as_it_was() -> None:
    world = World(document("approval: manual, approval_expires: P1D, minimum_labelled_rows: 0"))
    request = world.alarm().id
    world.alarm(START + timedelta(seconds=1))
    world.approve(request, START + HOUR)
    world.approve(request, START + 3 * DAY)
    before = world.ledger
    assert type(before).model_validate_json(before.model_dump_json()) == before
    assert (len(before.runs), len(before.requests), len(before.decided), before.untold) == (1, 1, 4, ())
    assert before.busy_until is None


@pytest.fixture
def draft() -> AuditRecord:
    world = World()
    world.alarm()
    return world.records()[0]


def run(draft: AuditRecord, id_: str = "r", status: RunStatus = RunStatus.RESERVED, at: datetime = START) -> Run:
    """A run of an hour whose start is not settled."""
    waiting = draft.model_copy(update={"id": f"d-{id_}"})
    target = TargetRecord(kind="pipeline", name="churn-retrain")
    return Run(
        id=id_, at=at, until=at + HOUR, monitor="model_quality", status=status, target=target, draft=waiting
    )  # fmt: skip


def request(id_: str, *, started: bool = False) -> Request:
    return Request(id=id_, alarm=alarm(), asked_at=START, expires_at=START + HOUR, started=started)


class TestTheLease:
    def test_it_is_held_from_the_start_until_the_end(self, draft: AuditRecord) -> None:
        ledger = Ledger(endpoint=ENDPOINT).with_run(run(draft))
        times = [START - SECOND, START, START + HOUR - SECOND, START + HOUR]
        assert [ledger.running(at) is not None for at in times] == [False, True, True, False]

    def test_an_end_that_is_told_after_its_time_does_not_make_it_longer(self, draft: AuditRecord) -> None:
        late = run(draft).model_copy(update={"ended_at": START + 2 * HOUR})
        early = run(draft).model_copy(update={"ended_at": START + HOUR / 2})
        assert not late.runs(START + HOUR)
        assert (early.runs(START + HOUR / 2 - SECOND), early.runs(START + HOUR / 2)) == (True, False)

    def test_a_start_that_is_tried_later_runs_as_long_and_never_earlier(self, draft: AuditRecord) -> None:
        one = run(draft)
        later = one.starting_at(START + DAY)
        assert (later.at, later.until) == (START + DAY, START + DAY + HOUR)
        assert one.starting_at(START - DAY) is one
        assert one.starting_at(START) is one


class TestRequests:
    def test_what_has_started_or_expired_waits_no_more(self) -> None:
        ledger = Ledger(endpoint=ENDPOINT).with_request(request("a", started=True)).with_request(request("b"))
        waiting = ledger.waiting(START + HOUR - SECOND)
        assert waiting is not None
        assert waiting.id == "b"
        assert ledger.waiting(START + HOUR) is None

    def test_a_start_is_of_its_own_request_and_so_is_its_release(self, draft: AuditRecord) -> None:
        ledger = Ledger(endpoint=ENDPOINT).with_request(request("a", started=True)).with_request(request("b"))
        ledger = ledger.with_request(request("c"))
        started = ledger.with_run(run(draft, "b"))
        assert [each.started for each in started.requests] == [True, True, False]
        assert [each.started for each in started.without_run("b").requests] == [True, False, False]
        assert started.without_run("b").runs == ()


class TestADecisionThatIsBeingMade:
    def test_it_is_reserved_while_nothing_was_sent_and_known_until_it_is_settled(self, draft: AuditRecord) -> None:
        reserved, starting = run(draft, "a"), run(draft, "b", RunStatus.STARTING)
        ledger = Ledger(endpoint=ENDPOINT).with_run(reserved).with_run(starting)
        assert [ledger.reserves(id_) for id_ in ("d-a", "d-b", "d-c")] == [True, False, False]
        assert [ledger.knows(id_) for id_ in ("d-a", "d-b", "d-c")] == [True, True, False]
        assert ledger.with_record(draft).knows(draft.id)

    def test_it_is_lost_when_its_time_is_over_unless_its_message_is_here(self, draft: AuditRecord) -> None:
        runs = [
            run(draft, "reserved"),
            run(draft, "starting", RunStatus.STARTING),
            run(draft, "settled", RunStatus.STARTED),
            run(draft, "going on", at=START + SECOND),
        ]
        ledger = Ledger(endpoint=ENDPOINT, runs=tuple(runs))
        for unless, lost in [
            ("", ["reserved", "starting"]),
            ("d-reserved", ["starting"]),
            ("d-starting", ["reserved", "starting"]),
        ]:
            assert [each.id for each in ledger.overdue(START + HOUR, unless)] == lost
        assert ledger.overdue(START + HOUR - SECOND, "") == []


def test_the_newest_decisions_and_runs_are_remembered(draft: AuditRecord) -> None:
    ledger = Ledger(endpoint=ENDPOINT)
    for number in range(301):
        ledger = ledger.with_record(draft.model_copy(update={"id": f"{number}"}))
        ledger = ledger.with_run(run(draft, f"{number}", RunStatus.STARTED, START + number * HOUR))
    assert [decided.id for decided in ledger.decided] == [f"{number}" for number in range(1, 301)]
    assert [each.id for each in ledger.runs] == [f"{number}" for number in range(151, 301)]


def test_runs_are_in_the_order_of_their_times_however_they_come(draft: AuditRecord) -> None:
    early, late = run(draft, "early"), run(draft, "late", at=START + DAY)
    ledger = Ledger(endpoint=ENDPOINT).with_run(late).with_run(early)
    assert ledger.runs == (early, late)
    assert ledger.last_run() == late
    assert Ledger(endpoint=ENDPOINT).last_run() is None
