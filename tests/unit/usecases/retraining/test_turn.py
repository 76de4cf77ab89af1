"""One at a time works on an endpoint's ledger, and a turn that is over lets the next one in."""

from datetime import timedelta

import pytest

from driftline.domain.errors import InvalidInputError, RetryLaterError, StaleReadError
from driftline.domain.retraining.ledger import Ledger
from driftline.usecases.retraining.retraining_turn import KIND, TURN, all_ledgers, load_ledger, turn_of
from tests.fakes import InMemoryTable
from tests.retraining import ENDPOINT, WALL

SECOND = timedelta(seconds=1)


def test_nobody_else_works_on_an_endpoint_meanwhile_and_everybody_afterwards() -> None:
    table = InMemoryTable()
    with turn_of(ENDPOINT, table, lambda: WALL):
        with pytest.raises(RetryLaterError) as refused, turn_of(ENDPOINT, table, lambda: WALL + SECOND):
            pass
        with turn_of("another", table, lambda: WALL + SECOND):
            pass
    with turn_of(ENDPOINT, table, lambda: WALL + SECOND):
        pass
    # Then who was sent away knows of which endpoint, and comes again soon
    assert refused.value.where == ENDPOINT
    assert refused.value.after == 15.0


def test_a_turn_that_was_cut_short_ends_by_the_clock() -> None:
    # Given a turn that nobody ended
    table = InMemoryTable()
    table.put(KIND, ENDPOINT, Ledger(endpoint=ENDPOINT, busy_until=WALL + TURN).model_dump_json(), version=0)
    # Then it is waited for to its end, and no longer
    with pytest.raises(RetryLaterError) as refused, turn_of(ENDPOINT, table, lambda: WALL + TURN - SECOND):
        pass
    assert refused.value.after == 1.0
    with turn_of(ENDPOINT, table, lambda: WALL + TURN):
        pass


def test_a_turn_that_ends_keeps_what_was_changed_last() -> None:
    table = InMemoryTable()
    with turn_of(ENDPOINT, table, lambda: WALL) as turn:
        changed = turn.ledger.model_copy(update={"version": 7})
        turn.change(changed)
        assert turn.ledger == changed
    ledger, _ = load_ledger(ENDPOINT, table)
    assert (ledger.version, ledger.busy_until) == (7, None)


def test_a_turn_that_somebody_else_has_by_now_writes_nothing_more() -> None:
    # Given a turn that ran out, and somebody who took the next one
    table = InMemoryTable()
    theirs = Ledger(endpoint=ENDPOINT, busy_until=WALL + 2 * TURN)
    with pytest.raises(StaleReadError), turn_of(ENDPOINT, table, lambda: WALL) as turn:  # noqa: PT012
        item = table.get(KIND, ENDPOINT)
        assert item is not None
        table.put(KIND, ENDPOINT, theirs.model_dump_json(), version=item.version)
        # When the first one goes on after all
        turn.change(turn.ledger.model_copy(update={"version": 7}))
    # Then the other one's turn is as it was
    assert load_ledger(ENDPOINT, table)[0] == theirs


def test_a_ledger_that_nobody_can_read_stops_its_endpoint_and_no_other() -> None:
    table = InMemoryTable()
    table.put(KIND, "broken", '{"endpoint": 5, "runs": 6}', version=0)
    table.put(KIND, ENDPOINT, Ledger(endpoint=ENDPOINT).model_dump_json(), version=0)
    with pytest.raises(InvalidInputError) as refused:
        load_ledger("broken", table)
    assert refused.value.where == "retraining/broken"
    assert refused.value.what.startswith("not a ledger of retrainings: endpoint: ")
    assert refused.value.mend.startswith("Look at the target whether one runs, then delete the item")
    assert [ledger.endpoint for ledger in all_ledgers(table)] == [ENDPOINT]
