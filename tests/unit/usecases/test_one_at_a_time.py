"""Turns: one works, the others come again; a turn that was cut short is waited for no longer than it may last."""

from datetime import UTC, datetime, timedelta

import pytest

from driftline.domain.errors import RetryLaterError, StaleReadError
from driftline.domain.retraining.ledger import Ledger
from driftline.usecases.one_at_a_time import Busy, Turns
from tests.fakes import InjectedError, InMemoryTable

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LENGTH = timedelta(seconds=130)
SECOND = timedelta(seconds=1)


class Clock:
    now = NOON

    def __call__(self) -> datetime:
        return self.now


def ledger(name: str, body: str | None) -> Ledger:
    return Ledger.model_validate_json(body) if body is not None else Ledger(endpoint=name)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def turns(clock: Clock) -> Turns[Busy]:
    return Turns(InMemoryTable(), "adoption", Busy.read, LENGTH, clock)


@pytest.fixture
def ledgers(clock: Clock) -> Turns[Ledger]:
    """Turns on things of which something is kept."""
    return Turns(InMemoryTable(), "ledger", ledger, LENGTH, clock)


def kept(turns: Turns[Ledger], name: str = "churn") -> Ledger:
    item = turns.table.get("ledger", name)
    assert item is not None
    return ledger(name, item.body)


def test_one_at_a_time_for_each_name(turns: Turns[Busy], clock: Clock) -> None:
    with turns.on("churn"):
        clock.now += SECOND
        with pytest.raises(RetryLaterError) as raised, turns.on("churn"):
            pytest.fail("two at once")
        with turns.on("flights"):
            pass
    # Who was sent away knows from what, and comes again long before the longest turn is over.
    assert (raised.value.where, raised.value.after) == ("churn", 15)
    with turns.on("churn"):
        pass


def test_a_turn_that_was_cut_short_ends_by_the_clock(turns: Turns[Busy], clock: Clock) -> None:
    # Given a turn that nobody ended
    turns.table.put("adoption", "churn", Busy(until=NOON + LENGTH).model_dump_json(), version=0)
    # Then it is waited for to its end, and no longer
    clock.now = NOON + LENGTH - SECOND
    with pytest.raises(RetryLaterError) as raised, turns.on("churn"):
        pytest.fail("two at once")
    assert raised.value.after == 1
    clock.now = NOON + LENGTH
    with turns.on("churn"):
        pass


def test_an_error_ends_the_turn(turns: Turns[Busy]) -> None:
    with pytest.raises(InjectedError), turns.on("churn"):
        raise InjectedError
    with turns.on("churn"):
        pass


def test_a_turn_that_took_too_long_is_told(turns: Turns[Busy], clock: Clock) -> None:
    slow = turns.on("churn")
    slow.__enter__()
    clock.now += LENGTH
    with turns.on("churn"):
        pass
    with pytest.raises(StaleReadError):
        slow.__exit__(None, None, None)


@pytest.mark.parametrize("body", ["", "{", '{"until": 1.5}', '{"until": null}', "{}"])
def test_what_nobody_can_read_holds_up_nobody(turns: Turns[Busy], body: str) -> None:
    turns.table.put("adoption", "churn", body, version=0)
    with turns.on("churn"):
        pass


def test_the_item_says_until_when_as_earlier_versions_did(turns: Turns[Busy]) -> None:
    with turns.on("churn"):
        item = turns.table.get("adoption", "churn")
        assert item is not None
        assert item.body == '{"until":"2026-03-01T12:02:10Z"}'


def test_of_two_at_the_same_moment_one_has_it(turns: Turns[Busy]) -> None:
    class Overtaken(InMemoryTable):
        def put(self, kind: str, name: str, body: str, *, version: int, expires: datetime | None = None) -> int:
            super().put(kind, name, body, version=version, expires=expires)
            return super().put(kind, name, body, version=version, expires=expires)

    with pytest.raises(StaleReadError), Turns(Overtaken(), "adoption", Busy.read, LENGTH, turns.clock).on("churn"):
        pytest.fail("somebody else has it")


def test_what_is_changed_is_kept_at_once_and_the_rest_when_the_turn_ends(ledgers: Turns[Ledger]) -> None:
    with ledgers.on("churn") as turn:
        turn.change(turn.state.model_copy(update={"version": 7}))
        assert kept(ledgers) == turn.state == Ledger(endpoint="churn", version=7, busy_until=NOON + LENGTH)
        turn.state = turn.state.model_copy(update={"version": 8})
        assert kept(ledgers).version == 7
    assert kept(ledgers) == Ledger(endpoint="churn", version=8)


def test_an_error_keeps_what_was_changed_before_it(ledgers: Turns[Ledger]) -> None:
    with pytest.raises(InjectedError), ledgers.on("churn") as turn:  # noqa: PT012, both belong together
        turn.change(turn.state.model_copy(update={"version": 7}))
        raise InjectedError
    assert kept(ledgers) == Ledger(endpoint="churn", version=7)


def test_a_turn_that_somebody_else_has_by_now_writes_nothing_more(ledgers: Turns[Ledger], clock: Clock) -> None:
    # Given a turn that ran out, and somebody who took the next one
    with pytest.raises(StaleReadError), ledgers.on("churn") as slow:  # noqa: PT012, both belong together
        clock.now += LENGTH
        theirs = ledgers.on("churn")
        with theirs as turn:
            # When the first one goes on after all
            with pytest.raises(StaleReadError):
                slow.change(slow.state.model_copy(update={"version": 7}))
            # Then the other one's turn is as it was, and goes on
            assert kept(ledgers) == turn.state
            turn.change(turn.state.model_copy(update={"version": 8}))
        raise StaleReadError("the first one gives up")
    assert kept(ledgers) == Ledger(endpoint="churn", version=8)
