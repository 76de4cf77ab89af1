"""Which messages are due, given an incident and what is known besides it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from driftline.domain.alarms.alarm_state import AlarmState
from driftline.domain.alarms.severity import Severity
from driftline.domain.incidents.incident import (
    AlarmChange,
    Entry,
    Incident,
    Snapshot,
    adopt,
    observe,
    settle,
)
from driftline.domain.incidents.message import Message, MessageKind
from driftline.domain.incidents.outbox import announce, may_become_due
from driftline.presentation.messages.due import Due, messages_due
from driftline.presentation.messages.incident_messages import Facts

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
NOTHING_KNOWN = Facts()
NEWS = Message("event/e-1", MessageKind.UPDATED, Severity.WARNING, "Retraining of shop: started", NOON)


def changed(
    incident: Incident, state: str, hours: int, severity: Severity = Severity.WARNING, label: str = "violations"
) -> Incident:
    return observe(incident, AlarmChange(label, AlarmState(state), NOON + hours * HOUR, severity))


def ringing() -> Incident:
    return changed(Incident("shop", "data_quality"), "ALARM", 0)


def told(incident: Incident) -> Incident:
    """After people have read all that is due."""
    for each in messages_due(incident, NOTHING_KNOWN, cause="told", at=NOON):
        incident = announce(incident, each.message, "told", each.snapshot)
    return replace(incident, outbox=())


def due(incident: Incident, facts: Facts | None = NOTHING_KNOWN, news: Message | None = None) -> tuple[Due, ...]:
    return messages_due(incident, facts, cause="e-1", at=NOON + 9 * HOUR, news=news)


def kinds(found: tuple[Due, ...]) -> list[MessageKind]:
    return [each.message.kind for each in found]


def over(incident: Incident) -> Incident:
    return settle(changed(incident, "OK", 1), NOON + 3 * HOUR, HOUR)


class TestAboutTheAlarms:
    def test_nothing_of_an_incident_in_which_nothing_happened(self) -> None:
        assert due(Incident("shop", "data_quality")) == ()

    def test_an_alarm_that_nobody_knows_of(self) -> None:
        (found,) = due(ringing())
        assert (found.message.kind, found.message.at) == (MessageKind.OPENED, NOON)
        assert found.snapshot == Snapshot(Severity.WARNING)

    def test_nothing_while_people_know_what_is(self) -> None:
        assert due(told(ringing())) == ()
        assert due(changed(told(ringing()), "ALARM", 1, label="another")) == ()

    def test_one_that_got_worse_since_with_the_time_of_what_made_it_worse(self) -> None:
        (found,) = due(changed(told(ringing()), "ALARM", 1, Severity.CRITICAL, "worst drift"))
        assert (found.message.kind, found.message.at) == (MessageKind.ESCALATED, NOON + 9 * HOUR)
        assert found.snapshot == Snapshot(Severity.CRITICAL)

    def test_that_it_is_over_with_the_time_when_it_was(self) -> None:
        (found,) = due(over(told(ringing())))
        assert (found.message.kind, found.message.at) == (MessageKind.RECOVERED, NOON + 3 * HOUR)

    def test_nothing_of_what_came_and_went_unheard(self) -> None:
        assert due(over(ringing())) == ()

    def test_what_people_read_is_due_no_more(self) -> None:
        assert due(told(over(told(ringing())))) == ()

    def test_nothing_in_a_silence_and_all_of_it_afterwards(self) -> None:
        assert due(ringing(), Facts(silenced=True)) == ()
        assert kinds(due(ringing(), Facts())) == [MessageKind.OPENED]

    def test_nothing_is_said_when_nobody_looked(self) -> None:
        assert due(ringing(), None) == ()

    def test_it_goes_where_the_facts_say(self) -> None:
        (found,) = due(ringing(), Facts(channels=("pager",), link="https://reports/1"))
        assert (found.message.channels, found.message.link) == (("pager",), "https://reports/1")


class TestNews:
    def test_it_is_due_though_people_know_all_about_the_alarms(self) -> None:
        assert due(told(ringing()), news=NEWS) == (Due(NEWS),)

    def test_also_in_a_silence_and_when_nobody_looked(self) -> None:
        assert due(ringing(), Facts(silenced=True), NEWS) == (Due(NEWS),)
        assert due(ringing(), None, NEWS) == (Due(NEWS),)

    def test_what_is_due_about_the_alarms_comes_before_it(self) -> None:
        louder = changed(told(ringing()), "ALARM", 1, Severity.CRITICAL, "worst drift")
        assert kinds(due(louder, news=NEWS)) == [MessageKind.ESCALATED, MessageKind.UPDATED]

    def test_delivered_again_it_is_due_no_more_though_the_alarms_may_be(self) -> None:
        has_it = announce(told(ringing()), NEWS, "e-1")
        assert due(has_it, news=NEWS) == ()
        louder = changed(has_it, "ALARM", 1, Severity.CRITICAL, "worst drift")
        assert kinds(due(louder, news=NEWS)) == [MessageKind.ESCALATED]


class TestWhatTimeMayChange:
    @pytest.mark.parametrize(
        "incident",
        [
            ringing(),
            changed(told(ringing()), "OK", 1),
            over(told(ringing())),
            replace(told(over(told(ringing()))), outbox=(Entry(NEWS, "e-1"),)),
            told(adopt(told(ringing()), "shop-7", NOON + HOUR)),
        ],
        ids=["it rings", "it is quiet for now", "nobody knows that it is over", "a message waits", "it rings on"],
    )
    def test_an_incident_that_is_not_done(self, incident: Incident) -> None:
        assert may_become_due(incident)

    @pytest.mark.parametrize(
        "incident",
        [
            Incident("shop", "data_quality"),
            told(over(told(ringing()))),
            over(ringing()),
            changed(told(adopt(told(ringing()), "shop-7", NOON + HOUR)), "OK", 2),
        ],
        ids=["nothing happened", "people know that it is over", "nobody ever knew", "the new model stopped it"],
    )
    def test_one_that_is(self, incident: Incident) -> None:
        assert not may_become_due(incident)
