"""Incidents in the state table, whose items end at 400 KB: what gives way, and what a broken one is called."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from driftline.domain.alarms.alarm_state import AlarmState
from driftline.domain.errors import InvalidInputError
from driftline.domain.incidents.incident import AlarmChange, Entry, Incident
from driftline.domain.incidents.stored import LARGEST, dump_incident, fitted, parse_incident
from tests.messages import BEGIN, OPENED


def incident(*, messages: Sequence[int] = (), words: Sequence[int] = ()) -> Incident:
    """An incident with messages that wait and with alarms, each about so many bytes long. The last alarm is the oldest."""
    outbox = tuple(
        Entry(replace(OPENED, id=f"m-{i}", headline="x" * long), f"e-{i}") for i, long in enumerate(messages)
    )
    alarms = {
        f"a-{i}": AlarmChange(
            f"a-{i}",
            AlarmState.ALARM,
            BEGIN - i * timedelta(hours=1),
            reason="r" * (long // 2),
            description="d" * (long // 2),
        )
        for i, long in enumerate(words)
    }
    return Incident("shop", "data_quality", "shop/data_quality/1", alarms=alarms, outbox=outbox)


def size(incident: Incident) -> int:
    return len(dump_incident(incident).encode())


def waiting(incident: Incident) -> list[str]:
    return [entry.message.id for entry in incident.outbox]


def worded(incident: Incident) -> set[str]:
    """Labels of the alarms that have their words; of no alarm one of both is left."""
    assert all(bool(alarm.reason) == bool(alarm.description) for alarm in incident.alarms.values())
    return {label for label, alarm in incident.alarms.items() if alarm.reason}


class TestWhatFits:
    def test_an_incident_that_the_table_takes_stays_whole(self) -> None:
        whole = incident(messages=[1000, 1000], words=[1000, 1000])
        assert fitted(whole) is whole

    @pytest.mark.parametrize("more", [0, 1])
    def test_the_limit_itself_fits(self, more: int) -> None:
        room = LARGEST - size(incident(messages=[0, 1000]))
        found = fitted(incident(messages=[room + more, 1000]))
        assert waiting(found) == (["m-1"] if more else ["m-0", "m-1"])

    def test_the_oldest_messages_give_way_first_and_no_more_than_have_to(self) -> None:
        found = fitted(incident(messages=[150_000] * 4, words=[1000]))
        assert waiting(found) == ["m-2", "m-3"]
        assert worded(found) == {"a-0"}

    def test_the_newest_message_waits_whatever_it_costs(self) -> None:
        found = fitted(incident(messages=[1000, 340_000], words=[20_000, 20_000]))
        assert waiting(found) == ["m-1"]
        assert size(found) <= LARGEST

    def test_then_the_words_of_the_oldest_alarms_give_way_and_no_more_than_have_to(self) -> None:
        found = fitted(incident(words=[100_000] * 5))
        assert worded(found) == {"a-0", "a-1", "a-2"}
        assert size(found) <= LARGEST

    @pytest.mark.parametrize("more", [0, 1])
    def test_words_that_just_fit_are_kept(self, more: int) -> None:
        room = LARGEST - size(incident(words=[0, 0]))
        odd = incident(words=[room // 2 * 2, 0])
        found = fitted(replace(odd, subject=f"{odd.subject}{'s' * (room % 2 + more)}"))
        assert worded(found) == (set() if more else {"a-0"})

    def test_alarms_keep_their_state_when_they_lose_their_words(self) -> None:
        before = incident(words=[300_000, 300_000])
        (kept, cut) = fitted(before).alarms.values()
        assert kept == before.alarms["a-0"]
        assert cut == replace(before.alarms["a-1"], reason="", description="")


class TestWhatCannotBeRead:
    def test_the_item_the_field_and_what_to_do_are_named(self) -> None:
        body = {**json.loads(dump_incident(incident())), "opened_at": "yesterday"}
        with pytest.raises(InvalidInputError, match="not an incident: opened_at: ") as raised:
            parse_incident(json.dumps(body), "incident/shop/data_quality")
        assert raised.value.where == "incident/shop/data_quality"
        assert raised.value.mend == "The next alarm replaces it."

    def test_what_is_no_json_at_all(self) -> None:
        with pytest.raises(InvalidInputError, match="not an incident"):
            parse_incident("{", "x")

    def test_a_field_of_another_version_is_left_out(self) -> None:
        body = {**json.loads(dump_incident(incident(words=[10]))), "of another version": 1}
        assert parse_incident(json.dumps(body), "x") == incident(words=[10])
