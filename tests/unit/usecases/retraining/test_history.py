"""What was decided on retrainings is read back, and only what waits for an approval can be approved."""

from datetime import datetime

import pytest

from driftline.domain.errors import InvalidInputError
from driftline.domain.retraining.audit import Decision
from driftline.usecases.retraining.retraining_ends import RunEnd
from driftline.usecases.retraining.retraining_history import approve, retrainings
from tests.retraining import ENDPOINT, HOUR, START, World, document

MANUAL = document("approval: manual, approval_expires: PT6H, minimum_labelled_rows: 0")


def put_approval(world: World, request: str, at: datetime) -> str:
    return approve(world.store, ENDPOINT, request, "ana", "a new tariff", at)


def refusal(world: World, request: str, at: datetime = START) -> InvalidInputError:
    with pytest.raises(InvalidInputError) as refused:
        put_approval(world, request, at)
    return refused.value


def test_requests_and_approvals_of_a_day_are_in_the_order_of_their_times() -> None:
    # Given a request at two o'clock, its approval at three, and a request at four
    world = World(MANUAL)
    first = world.alarm().id
    world.approve(first, START + HOUR)
    second = world.alarm(START + 2 * HOUR).id
    # Then the newest is first, and the end of the run is with the start, and with nothing else
    world.retrainer.note_end(RunEnd("Succeeded", START + 3 * HOUR, id=first))
    found = retrainings(world.store, ENDPOINT, 9)
    assert [(each.record.request, each.record.decision) for each in found] == [
        (second, Decision.REFUSED),
        (first, Decision.STARTED),
        (first, Decision.AWAITING_APPROVAL),
    ]
    assert [each.end.outcome if each.end else None for each in found] == [None, "Succeeded", None]
    assert [each.record.at for each in retrainings(world.store, ENDPOINT, 1)] == [START + 2 * HOUR]


def test_ends_take_no_place_among_the_newest_decisions() -> None:
    world = World(document())
    for hours in (0, 2):
        request = world.alarm(START + hours * HOUR).id
        world.retrainer.note_end(RunEnd("Succeeded", START + (hours + 1) * HOUR, id=request))
    found = retrainings(world.store, ENDPOINT, 2)
    assert [each.record.at for each in found] == [START + 2 * HOUR, START]
    assert all(each.end for each in found)


def test_an_approval_counts_until_the_request_expires_and_not_a_moment_longer() -> None:
    world = World(MANUAL)
    request = world.alarm().id
    late = refusal(world, request, START + 6 * HOUR)
    assert late.what == "the request expired at 2026-03-02T20:00:00Z"
    assert (late.where, late.mend) == (world.store.uri(world.records()[0].key), "The next alarm requests it again.")
    in_time = START.replace(hour=19, minute=59, second=59)
    assert put_approval(world, request, in_time) == f"approvals/{ENDPOINT}/{request}.json"
    assert world.store.content_types[f"approvals/{ENDPOINT}/{request}.json"] == "application/json"


@pytest.mark.parametrize("request_id", ["r20260302-140000-3f2a9c1b7d20", "hello"])
def test_who_approves_what_nobody_asked_for_is_told_where_to_look(request_id: str) -> None:
    error = refusal(World(MANUAL), request_id)
    assert error.what == f"unknown request {request_id} of {ENDPOINT}"
    assert "reports/churn/retraining/" in error.where
    assert error.expected == "an id such as r20260302-140000-3f2a9c1b7d20"
    assert error.mend == "`driftline retrainings churn` lists the requests that wait for approval."


def test_what_waits_for_no_approval_is_told_with_what_was_decided() -> None:
    world = World(document())
    error = refusal(world, world.alarm().id)
    assert error.what == "the request does not wait for approval: its decision is started"
    assert error.where == world.store.uri(world.records()[0].key)
