"""The ledger stays small, and what it forgets cannot start again."""

from datetime import timedelta

from driftline.domain.retraining.audit import Decision
from driftline.usecases.retraining_turn import KIND
from tests.retraining import DAY, ENDPOINT, HOUR, START, World, alarm, document

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
