"""The ledgers of retrainings in the state table, on each of which one at a time works."""

from datetime import timedelta

import pytest

from driftline.domain.errors import InvalidInputError, RetryLaterError
from driftline.domain.retraining.ledger import Ledger
from driftline.usecases.retraining.ledgers import KIND, TURN, all_ledgers, ledger_turns, load_ledger
from tests.fakes import InMemoryTable
from tests.retraining import ENDPOINT, WALL

SECOND = timedelta(seconds=1)


def test_nobody_else_works_on_a_ledger_meanwhile() -> None:
    table = InMemoryTable()
    with ledger_turns(table, lambda: WALL).on(ENDPOINT):
        with pytest.raises(RetryLaterError), ledger_turns(table, lambda: WALL + TURN - SECOND).on(ENDPOINT):
            pytest.fail("two at once")
        with ledger_turns(table, lambda: WALL).on("another"):
            pass


def test_what_was_changed_last_is_kept_in_the_ledger_that_nobody_works_on_any_more() -> None:
    table = InMemoryTable()
    assert load_ledger(ENDPOINT, table) == Ledger(endpoint=ENDPOINT)
    with ledger_turns(table, lambda: WALL).on(ENDPOINT) as turn:
        turn.change(turn.state.model_copy(update={"version": 7}))
        assert load_ledger(ENDPOINT, table) == turn.state
    assert load_ledger(ENDPOINT, table) == Ledger(endpoint=ENDPOINT, version=7)


def test_a_ledger_that_nobody_can_read_stops_its_endpoint_and_no_other() -> None:
    table = InMemoryTable()
    table.put(KIND, "broken", '{"endpoint": 5, "runs": 6}', version=0)
    table.put(KIND, ENDPOINT, Ledger(endpoint=ENDPOINT).model_dump_json(), version=0)
    with pytest.raises(InvalidInputError) as refused:
        load_ledger("broken", table)
    assert refused.value.where == "retraining/broken"
    assert refused.value.what.startswith("not a ledger of retrainings: endpoint: ")
    assert refused.value.mend.startswith("Check at the target whether a retraining is running, then delete the item")
    with pytest.raises(InvalidInputError), ledger_turns(table, lambda: WALL).on("broken"):
        pytest.fail("nothing starts: what runs is not known")
    assert [ledger.endpoint for ledger in all_ledgers(table)] == [ENDPOINT]
