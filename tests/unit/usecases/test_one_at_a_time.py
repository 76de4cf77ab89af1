"""Turns: one works, the others come again; whoever died, or left something odd behind, is waited for no longer."""

from datetime import UTC, datetime, timedelta

import pytest

from driftline.domain.errors import RetryLaterError, StaleReadError
from driftline.usecases.one_at_a_time import Turns
from tests.fakes import InjectedError, InMemoryTable

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Clock:
    now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def turns(clock: Clock) -> Turns:
    return Turns(InMemoryTable(), "adoption", timedelta(seconds=130), clock)


def test_one_at_a_time_for_each_name(turns: Turns, clock: Clock) -> None:
    with turns.on("churn"):
        clock.now += timedelta(seconds=30)
        with pytest.raises(RetryLaterError) as raised, turns.on("churn"):
            pytest.fail("two at once")
        assert raised.value.after == 100
        with turns.on("flights"):
            pass
    with turns.on("churn"):
        pass


def test_an_error_ends_the_turn(turns: Turns) -> None:
    with pytest.raises(InjectedError), turns.on("churn"):
        raise InjectedError
    with turns.on("churn"):
        pass


def test_whoever_worked_too_long_is_told(turns: Turns, clock: Clock) -> None:
    slow = turns.on("churn")
    slow.__enter__()
    clock.now += turns.length
    with turns.on("churn"):
        pass
    with pytest.raises(StaleReadError):
        slow.__exit__(None, None, None)


@pytest.mark.parametrize("body", ["", "{", '{"until": 1.5}', '{"until": null}', "{}"])
def test_what_nobody_can_read_holds_up_nobody(turns: Turns, body: str) -> None:
    turns.table.put("adoption", "churn", body, version=0)
    with turns.on("churn"):
        pass
