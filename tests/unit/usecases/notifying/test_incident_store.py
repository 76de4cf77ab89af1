"""Incidents are changed by conditional writes, and nothing else happens on the way."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from driftline.domain.alarms.alarm_state import AlarmState
from driftline.domain.errors import RetryLaterError
from driftline.domain.incidents.incident import AlarmChange, Incident, observe, settle
from driftline.usecases.notifying.incident_store import KEPT, KIND, UNREADABLE, IncidentStore, address
from driftline.usecases.ports import StateItem
from tests.fakes import InMemoryTable
from tests.notifying import HOUR, NOON


@dataclass
class Table(InMemoryTable):
    """Notes what is written until when, and lets somebody else write before the first few writes."""

    others: int = 0
    expiries: list[datetime | None] = field(default_factory=list)

    def put(self, kind: str, name: str, body: str, *, version: int, expires: datetime | None = None) -> int:
        if self.others:
            self.others -= 1
            self.items[kind, name] = StateItem(name, body, version + 1)
        written = super().put(kind, name, body, version=version, expires=expires)
        self.expiries.append(expires)
        return written


def rings(incident: Incident, label: str = "violations", state: str = "ALARM", at: datetime = NOON) -> Incident:
    return observe(incident, AlarmChange(label, AlarmState(state), at))


def test_what_is_not_there_is_an_incident_in_which_nothing_happened() -> None:
    store = IncidentStore(InMemoryTable())
    assert store.get("shop", "data_quality") == Incident("shop", "data_quality")
    assert list(store.all()) == []


def test_a_change_is_written_and_read_back() -> None:
    store = IncidentStore(InMemoryTable())
    written = store.change("shop", "data_quality", rings, at=NOON)
    assert written.ringing == ("violations",)
    assert store.get("shop", "data_quality") == written
    assert list(store.all()) == [written]


def test_a_change_that_changes_nothing_writes_nothing() -> None:
    table = Table()
    store = IncidentStore(table)
    first = store.change("shop", "data_quality", rings, at=NOON)
    assert store.change("shop", "data_quality", rings, at=NOON + HOUR) == first
    assert store.change("taxi", "data_quality", lambda incident: incident, at=NOON) == Incident("taxi", "data_quality")
    assert len(table.expiries) == 1
    assert [item.name for item in table.list(KIND)] == ["shop/data_quality"]


def test_when_somebody_else_wrote_meanwhile_it_is_changed_as_it_is_then() -> None:
    table = InMemoryTable()
    store = IncidentStore(table)
    seen: list[Incident] = []

    def change(incident: Incident) -> Incident:
        seen.append(incident)
        if len(seen) == 1:
            IncidentStore(table).change("shop", "data_quality", lambda now: rings(now, "worst drift"), at=NOON)
        return rings(incident)

    written = store.change("shop", "data_quality", change, at=NOON)
    assert [each.ringing for each in seen] == [(), ("worst drift",)]
    assert store.get("shop", "data_quality").ringing == written.ringing == ("violations", "worst drift")


@pytest.mark.parametrize("others", [1, 5])
def test_a_write_is_tried_a_few_times(others: int) -> None:
    table = Table(others=others)
    count = iter(range(100))
    IncidentStore(table).change("shop", "x", lambda now: rings(now, str(next(count))), at=NOON)
    assert len(table.expiries) == 1


def test_and_then_it_is_for_later() -> None:
    count = iter(range(100))
    with pytest.raises(RetryLaterError, match="incident/shop/x: other processes keep writing"):
        IncidentStore(Table(others=9)).change("shop", "x", lambda now: rings(now, str(next(count))), at=NOON)


def test_one_that_is_over_is_kept_for_some_time_and_one_that_goes_on_for_good() -> None:
    table = Table()
    store = IncidentStore(table)
    store.change("shop", "x", rings, at=NOON)
    over = NOON + 9 * HOUR
    quiet = store.change("shop", "x", lambda now: rings(now, state="OK", at=NOON + HOUR), at=NOON + HOUR)
    store.change("shop", "x", lambda now: settle(now, over, timedelta()), at=over)
    assert quiet.ongoing
    assert table.expiries == [None, None, over + KEPT]


def test_one_that_cannot_be_read_is_kept_aside_and_begins_again(caplog: pytest.LogCaptureFixture) -> None:
    table = InMemoryTable()
    store = IncidentStore(table)
    fine = store.change("shop", "fine", rings, at=NOON)
    table.put(KIND, "shop/broken", "{}", version=0)
    assert list(store.all()) == [fine]
    assert store.get("shop", "broken") == Incident("shop", "broken")
    assert "incident/shop/broken: not an incident" in caplog.text
    again = store.change("shop", "broken", rings, at=NOON)
    assert again.ongoing
    assert list(store.all()) == [fine, again]
    kept = table.get(UNREADABLE, "incident/shop/broken")
    assert kept is not None
    assert kept.body == "{}"


def test_an_error_in_the_change_writes_nothing() -> None:
    table = Table()

    def change(_: Incident) -> Incident:
        raise RetryLaterError("not now")

    with pytest.raises(RetryLaterError, match="not now"):
        IncidentStore(table).change("shop", "x", change, at=NOON)
    assert table.items == {}


def test_alarms_of_the_stack_and_of_endpoints_never_share_a_name() -> None:
    of_stack, of_endpoint = Incident(None, "shop/data_quality"), Incident("shop", "data_quality")
    assert address(of_stack) == "incident//shop/data_quality"
    assert address(replace(of_endpoint, id="i")) == "incident/shop/data_quality"
