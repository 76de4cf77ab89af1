"""The state machine of incidents: whatever order changes come in, however often."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from driftline.domain.alarms.alarm_state import AlarmState
from driftline.domain.alarms.severity import Severity
from driftline.domain.incidents.incident import (
    AlarmChange,
    Incident,
    Snapshot,
    Status,
    adopt,
    due,
    observe,
    regrade,
    reopen,
    settle,
)
from driftline.domain.incidents.message import Message, MessageKind
from driftline.domain.incidents.outbox import (
    MOST_CAUSES,
    MOST_WAITING,
    Sent,
    announce,
    mark_sent,
    next_message_id,
    sweep,
)
from driftline.domain.incidents.stored import dump_incident, parse_incident

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SETTLE = timedelta(minutes=30)
OPENED = MessageKind.OPENED

type Step = AlarmChange | datetime
"""A change of an alarm, or a tick."""


def apply(incident: Incident, step: Step) -> Incident:
    """One delivery; what is due is told at once."""
    changed = observe(incident, step) if isinstance(step, AlarmChange) else settle(incident, step, SETTLE)
    kind = due(changed)
    return announce(changed, message(changed, kind), str(step), snapshot(changed)) if kind else changed


def message(incident: Incident, kind: MessageKind) -> Message:
    return Message(next_message_id(incident), kind, incident.severity, "…", NOON, incident=incident.id)


def snapshot(incident: Incident) -> Snapshot:
    return Snapshot(incident.severity)


def play(steps: Sequence[Step]) -> Incident:
    """The outbox is never emptied, so it is all that was told."""
    incident = Incident("shop", "data_quality")
    for step in steps:
        incident = apply(incident, step)
    return incident


def told(incident: Incident) -> list[tuple[MessageKind, str | None]]:
    return [(entry.message.kind, entry.message.incident) for entry in incident.outbox]


@st.composite
def stories(draw: st.DrawFn) -> list[Step]:
    """Changes of some alarms and ticks, in the order of their times, all of which differ."""
    minutes = sorted(draw(st.sets(st.integers(0, 500), min_size=1, max_size=14)))
    steps: list[Step] = []
    for minute in minutes:
        at = NOON + minute * MINUTE
        label = draw(st.sampled_from(["tick", "a", "b", "c"]))
        if label == "tick":
            steps.append(at)
        else:
            state = draw(st.sampled_from(AlarmState))
            steps.append(AlarmChange(label, state, at, Severity.CRITICAL if label == "c" else Severity.WARNING))
    return steps


@st.composite
def disordered(draw: st.DrawFn) -> tuple[list[Step], list[Step]]:
    """A story, and the same with doubles and in any order."""
    story = draw(stories())
    return story, draw(st.permutations(story + draw(st.lists(st.sampled_from(story), max_size=6))))


@given(stories(), st.data())
def test_what_was_delivered_before_changes_nothing(story: list[Step], data: st.DataObject) -> None:
    """SQS delivers at least once: doubles of earlier steps anywhere later tell nothing new."""
    doubled: list[Step] = []
    for i, step in enumerate(story):
        doubled.append(step)
        doubled += data.draw(st.lists(st.sampled_from(story[: i + 1]), max_size=2))
    # A tick that comes again late says an earlier time, which is no news either.
    assert told(play(doubled)) == told(play(story))
    assert play(doubled).status is play(story).status


@given(disordered())
def test_in_any_order_the_newest_of_each_alarm_counts(stories: tuple[list[Step], list[Step]]) -> None:
    story, delivered = stories
    newest = {step.label: step for step in story if isinstance(step, AlarmChange)}
    end = play(delivered)
    assert dict(end.alarms) == newest
    ringing = {label for label, change in newest.items() if change.state is AlarmState.ALARM}
    assert set(end.ringing) == ringing
    assert (end.status is Status.OPEN) == bool(ringing)
    # Once everything is known, time brings both orders to the same rest.
    last = NOON + timedelta(days=2)
    rest = {apply(play(each), last).status for each in (story, delivered)} - {Status.QUIET, Status.CLOSED}
    assert rest == ({Status.OPEN} if ringing else set())


@given(disordered())
def test_in_any_order_people_hear_a_story_that_makes_sense(stories: tuple[list[Step], list[Step]]) -> None:
    """Opened, at most once escalated (there are two severities), recovered; one conversation after the other."""
    end = apply(play(stories[1]), NOON + timedelta(days=2))
    for (kind, incident), (following, other) in pairwise(told(end)):
        if kind is MessageKind.RECOVERED:
            assert following is MessageKind.OPENED
            assert other != incident
        else:
            assert following in {MessageKind.ESCALATED, MessageKind.RECOVERED}
            assert other == incident
            assert (kind, following) != (MessageKind.ESCALATED, MessageKind.ESCALATED)
    if end.outbox:
        assert told(end)[0][0] is MessageKind.OPENED
        assert (told(end)[-1][0] is MessageKind.RECOVERED) == (end.status is Status.CLOSED)


@given(stories(), st.datetimes(NOON.replace(tzinfo=None), NOON.replace(tzinfo=None) + timedelta(hours=9)))
def test_an_incident_is_the_same_after_it_was_stored(story: list[Step], at: datetime) -> None:
    incident = mark_sent(play(story), [Sent("m", "i", "slack", "1.2"), Sent("m", "i", "email", None)])
    incident = adopt(incident, "shop-7", at.replace(tzinfo=UTC))
    assert parse_incident(dump_incident(incident), "x") == incident


def change(state: AlarmState, minutes: int, label: str = "a") -> AlarmChange:
    return AlarmChange(label, state, NOON + minutes * MINUTE)


class TestTheSameSecond:
    def test_both_changes_count_and_their_doubles_do_not(self) -> None:
        alarm, ok = change(AlarmState.ALARM, 0), change(AlarmState.OK, 0)
        assert play([alarm, ok]).status is Status.RECOVERING
        assert play([alarm, ok, alarm]).status is Status.RECOVERING
        assert play([alarm, ok, alarm, ok]).status is Status.RECOVERING
        assert play([alarm, alarm]).status is Status.OPEN


class TestSettling:
    def test_it_is_over_when_all_were_quiet_for_long_enough(self) -> None:
        steps = [change(AlarmState.ALARM, 0), change(AlarmState.OK, 10)]
        assert play([*steps, NOON + 39 * MINUTE]).status is Status.RECOVERING
        assert play([*steps, NOON + 40 * MINUTE]).status is Status.CLOSED

    def test_the_last_alarm_that_became_quiet_counts(self) -> None:
        steps = [
            change(AlarmState.ALARM, 0),
            change(AlarmState.ALARM, 1, "b"),
            change(AlarmState.OK, 10),
            change(AlarmState.OK, 20, "b"),
        ]
        assert play([*steps, NOON + 49 * MINUTE]).status is Status.RECOVERING
        assert play([*steps, NOON + 50 * MINUTE]).status is Status.CLOSED

    def test_it_counts_even_if_it_is_heard_of_first(self) -> None:
        steps = [
            change(AlarmState.ALARM, 0),
            change(AlarmState.ALARM, 1, "b"),
            change(AlarmState.OK, 20, "b"),
            change(AlarmState.OK, 10),
        ]
        assert play(steps).quiet_since == NOON + 20 * MINUTE

    def test_ok_again_does_not_begin_anew(self) -> None:
        steps = [change(AlarmState.ALARM, 0), change(AlarmState.OK, 10), change(AlarmState.OK, 35)]
        assert play([*steps, NOON + 40 * MINUTE]).status is Status.CLOSED

    def test_a_model_that_came_before_the_incident_does_not_close_it(self) -> None:
        incident = play([change(AlarmState.ALARM, 10)])
        assert adopt(incident, "m", NOON) == incident
        assert adopt(incident, "m", NOON + 11 * MINUTE).closed_by == "m"

    def test_a_model_does_not_close_what_is_over(self) -> None:
        over = play([change(AlarmState.ALARM, 0), change(AlarmState.OK, 10), NOON + 40 * MINUTE])
        assert adopt(over, "m", NOON + 50 * MINUTE) == over


class TestGoingOnAndBeginningAnew:
    CRITICAL = AlarmChange("c", AlarmState.ALARM, NOON, Severity.CRITICAL)

    def test_an_incident_that_goes_on_is_as_bad_as_it_was(self) -> None:
        quiet = replace(self.CRITICAL, state=AlarmState.OK, changed_at=NOON + 5 * MINUTE)
        incident = play([self.CRITICAL, quiet, change(AlarmState.ALARM, 10)])
        assert (incident.severity, incident.flaps) == (Severity.CRITICAL, 1)

    def test_the_next_one_knows_nothing_of_the_last(self) -> None:
        # Given an incident that came back once and that a model closed
        first = play([change(AlarmState.ALARM, 0), change(AlarmState.OK, 5), change(AlarmState.ALARM, 10)])
        closed = adopt(first, "shop-7", NOON + 20 * MINUTE)
        told_of = replace(closed, recovery_told=True)
        # When another alarm rings
        second = observe(told_of, change(AlarmState.ALARM, 30, "b"))
        # Then it is an incident of its own, as if none had been before
        assert (second.flaps, second.closed_by, second.told, second.opened_at) == (0, "", None, NOON + 30 * MINUTE)
        assert second.id != first.id

    def test_incidents_that_begin_in_the_same_second_are_told_apart(self) -> None:
        places = [("shop", "data_quality"), ("shop", "model_quality"), ("taxi", "data_quality"), (None, "data_quality")]
        opened = [observe(Incident(*place), change(AlarmState.ALARM, 0)) for place in places]
        assert len({incident.id for incident in opened}) == len(places)
        assert all(re.fullmatch("[0-9a-f]{24}", incident.id) for incident in opened)


class TestWhatAModelDoesNotMend:
    def closed(self) -> Incident:
        return replace(adopt(play([change(AlarmState.ALARM, 0)]), "shop-7", NOON + MINUTE), recovery_told=True)

    def test_it_is_told_as_loud_as_the_document_says_by_then(self) -> None:
        louder = regrade(self.closed(), {"a": Severity.CRITICAL})
        assert louder.severity is Severity.WARNING  # as people received it
        assert reopen(louder, NOON + 3 * SETTLE, SETTLE).severity is Severity.CRITICAL

    def test_it_is_told_once_the_time_is_over_and_not_before(self) -> None:
        assert reopen(self.closed(), NOON + MINUTE + SETTLE - timedelta(seconds=1), SETTLE).status is Status.CLOSED
        assert reopen(self.closed(), NOON + MINUTE + SETTLE, SETTLE).status is Status.OPEN

    def test_what_it_did_mend_is_over(self) -> None:
        mended = observe(self.closed(), change(AlarmState.OK, 5))
        assert reopen(mended, NOON + 3 * SETTLE, SETTLE) == mended


class TestOutbox:
    def test_a_later_message_of_the_same_conversation_passes_an_earlier_one(self) -> None:
        incident = Incident("shop", "x", id="i")
        for _ in range(3):
            incident = announce(incident, message(incident, MessageKind.UPDATED), "cause")
        second = incident.outbox[1].message.id
        marked = mark_sent(incident, [Sent(second, "i", "slack", "1.2")])
        assert [entry.sent for entry in marked.outbox] == [("slack",), ("slack",), ()]
        assert marked.conversations == {"i": {"slack": "1.2"}}

    def test_what_a_channel_has_stays_known_when_another_takes_it(self) -> None:
        incident = announce(Incident("shop", "x", id="i"), message(Incident("shop", "x", id="i"), OPENED), "cause")
        marked = mark_sent(incident, [Sent("i/1", "i", "slack", "1.2")])
        marked = mark_sent(marked, [Sent("i/1", "i", "email", None), Sent("i/1", "i", "slack", None)])
        assert marked.outbox[0].sent == ("email", "slack")
        assert marked.conversations == {"i": {"slack": "1.2", "email": None}}

    def test_a_decision_after_the_recovery_does_not_make_it_be_told_again(self) -> None:
        incident = adopt(play([change(AlarmState.ALARM, 0)]), "shop-7", NOON + MINUTE)
        incident = announce(incident, message(incident, MessageKind.RECOVERED), "adopted")
        incident = announce(incident, message(incident, MessageKind.UPDATED), "decided")
        assert due(incident) is None

    def test_a_conversation_is_kept_while_a_message_of_it_waits(self) -> None:
        before = Incident("shop", "x", id="before")
        incident = announce(before, message(before, MessageKind.RECOVERED), "")
        marked = mark_sent(replace(incident, id="now"), [Sent("older", "before", "slack", "1.1")])
        assert sweep(marked, lambda _: False).conversations == {"before": {"slack": "1.1"}}

    def test_conversations_that_are_over_are_forgotten_when_nothing_of_them_waits(self) -> None:
        incident = announce(
            Incident("shop", "x", id="i"), message(Incident("shop", "x", id="i"), MessageKind.UPDATED), ""
        )
        marked = mark_sent(incident, [Sent("old", "before", "slack", "1.1"), Sent("i/1", "i", "slack", "1.2")])
        swept = sweep(marked, lambda entry: entry.sent == ("slack",))
        assert swept.outbox == ()
        assert swept.conversations == {"i": {"slack": "1.2"}}

    def test_it_has_an_end(self) -> None:
        incident = Incident("shop", "x", id="i")
        for _ in range(MOST_WAITING + 5):
            incident = announce(incident, message(incident, MessageKind.UPDATED), "cause")
        assert len(incident.outbox) == MOST_WAITING
        assert incident.outbox[-1].message.id == f"i/{MOST_WAITING + 5}"
        for i in range(MOST_CAUSES + 5):
            incident = announce(incident, message(incident, MessageKind.UPDATED), f"cause {i}")
        assert len(incident.causes) == MOST_CAUSES
        assert incident.causes[-1] == f"cause {MOST_CAUSES + 4}"
