"""Many alike incidents within minutes: one message for each channel of people, none lost, each incident its own."""

from datetime import datetime, timedelta

import pytest

from driftline.domain.errors import RetryLaterError
from driftline.domain.incidents.digest import HELD, LEAST, WITHIN
from driftline.domain.incidents.message import Message, MessageKind
from driftline.domain.incidents.received import RawAlarm, Tick
from tests.fakes import InjectedError, InMemoryStore, RecordingChannel
from tests.faults.test_notifications import Fuse, FusedChannel, FusedTable
from tests.notifying import DOCUMENT, HOUR, NOON, STACK, Office

MANY = [f"shop-{i:02}" for i in range(12)]


def people(name: str = "people") -> RecordingChannel:
    return RecordingChannel(name, digests=True)


def office_of(*channels: RecordingChannel, **more: object) -> Office:
    documents = {f"monitors/{name}.yaml": DOCUMENT.replace("shop", name).encode() for name in MANY}
    return Office(*channels, store=InMemoryStore(objects=documents), now=NOON, **more)  # type: ignore[arg-type]


def rang(name: str, at: datetime = NOON, state: str = "ALARM", subject: str = "data_quality/violations") -> RawAlarm:
    return RawAlarm(f"{STACK}/{name}/{subject}", state, at)


def deliver(office: Office, *alarms: RawAlarm, at: datetime = NOON) -> list[RawAlarm]:
    """Those that are to be delivered again."""
    office.now = at
    later = []
    for each in alarms:
        try:
            office.hear(each)
        except (RetryLaterError, InjectedError):
            later.append(each)
    return later


def sent(channel: RecordingChannel) -> list[Message]:
    return [message for message, _ in channel.sent]


def stories(channel: RecordingChannel, kind: MessageKind = MessageKind.OPENED) -> list[str]:
    """The headlines that people have read, alone or in digests."""
    found = [message for message in sent(channel) if message.kind is kind]
    return sorted(text for each in found for text in ([one.headline for one in each.listed] or [each.headline]))


def test_the_first_few_come_at_once_and_the_others_together() -> None:
    channel = people()
    office = office_of(channel)
    later = deliver(office, *map(rang, MANY))
    assert len(channel.sent) == LEAST - 1
    assert len(later) == len(MANY) - LEAST + 1
    # When they are delivered again, two minutes after the first of them began
    assert deliver(office, *later, at=NOON + HELD) == []
    *_, digest = sent(channel)
    assert len(channel.sent) == LEAST
    assert digest.headline == f"{len(later)} endpoints: data_quality is in alarm"
    assert [each.headline.split(":")[0].split(" of ")[-1] for each in digest.listed] == MANY[LEAST - 1 :]
    assert len(stories(channel)) == len(MANY)


def test_those_that_come_later_are_in_the_next_digest() -> None:
    channel = people()
    office = office_of(channel)
    later = deliver(office, *map(rang, MANY[:8]))
    deliver(office, *later, at=NOON + HELD)
    after = [rang(name, NOON + HELD + timedelta(seconds=1)) for name in MANY[8:]]
    later = deliver(office, *after, at=NOON + HELD + timedelta(seconds=1))
    assert later == after
    assert deliver(office, *later, at=NOON + 2 * HELD + timedelta(seconds=1)) == []
    assert len(channel.sent) == LEAST - 1 + 2
    assert len(set(stories(channel))) == len(MANY)


@pytest.mark.parametrize(
    "alarms",
    [
        [rang(name) for name in MANY[: LEAST - 1]],
        [rang(name, NOON + i * WITHIN) for i, name in enumerate(MANY)],
        [rang(name, subject=f"{('data_quality', 'watch')[i % 2]}/{('violations', 'captures')[i % 2]}") for i, name in
         enumerate(MANY[: 2 * LEAST - 2])],
    ],
    ids=["too few", "too far apart", "not alike"],
)  # fmt: skip
def test_what_is_not_many_alike_within_minutes_is_not_held(alarms: list[RawAlarm]) -> None:
    channel = people()
    assert deliver(office_of(channel), *alarms, at=NOON + 9 * HOUR) == []
    assert len(channel.sent) == len(alarms)
    assert not any(message.listed for message in sent(channel))


def test_a_channel_where_each_incident_has_its_alert_gets_each() -> None:
    pager, channel = RecordingChannel("pager"), people()
    office = office_of(pager, channel)
    later = deliver(office, *map(rang, MANY))
    assert len(pager.sent) == len(MANY)
    deliver(office, *later, at=NOON + HELD)
    assert len(pager.sent) == len(MANY)
    assert len(channel.sent) == LEAST


def test_recoveries_come_in_the_same_way_and_each_incident_ends() -> None:
    channel = people()
    office = office_of(channel)
    deliver(office, *deliver(office, *map(rang, MANY)), at=NOON + HELD)
    deliver(office, *(rang(name, NOON + HOUR, "OK") for name in MANY), at=NOON + HOUR)
    office.hear(Tick(NOON + 4 * HOUR))
    *alone, digest = [message for message in sent(channel) if message.kind is MessageKind.RECOVERED]
    assert len(alone) == LEAST - 1
    assert digest.headline == f"{len(MANY) - LEAST + 1} endpoints recovered: data_quality"
    assert len(digest.listed) == len(MANY) - LEAST + 1
    # And the next alarm begins a new incident
    assert deliver(office, rang(MANY[0], NOON + 9 * HOUR), at=NOON + 9 * HOUR) == []
    assert sent(channel)[-1].kind is MessageKind.OPENED


def test_a_tick_hides_nothing_any_longer() -> None:
    channel = people()
    office = office_of(channel)
    assert deliver(office, *map(rang, MANY))
    office.hear(Tick(NOON + timedelta(seconds=30)))
    assert len(set(stories(channel))) == len(MANY)


def test_a_channel_that_is_down_gets_the_digest_when_it_is_back() -> None:
    class Down(RecordingChannel):
        down = False

        def send(self, message: Message, conversation: str | None) -> str | None:
            if self.down:
                raise RetryLaterError("it does not answer", after=10)
            return super().send(message, conversation)

    channel = Down("people", digests=True)
    office = office_of(channel)
    later = deliver(office, *map(rang, MANY))
    channel.down = True
    later = deliver(office, *later, at=NOON + HELD)
    assert later
    channel.down = False
    assert deliver(office, *later, at=NOON + 2 * HELD) == []
    assert len(channel.sent) == LEAST
    assert len(set(stories(channel))) == len(MANY)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_crash_around_any_side_effect_loses_no_message(after: bool) -> None:
    """Between a channel and Once the digest may come twice, as any message; never not at all, and always the same."""
    names, crashes = MANY[: LEAST + 2], 0
    for effect in range(1, 200):
        fuse = Fuse(effect, after=after)
        channel = FusedChannel("people", digests=True, fuse=fuse)
        office = office_of(channel, table=FusedTable(fuse=fuse))
        later = deliver(office, *map(rang, names))
        for again in range(1, 4):
            later = deliver(office, *later, at=NOON + again * HELD)
        assert later == [], f"effect {effect}"
        assert len(set(stories(channel))) == len(names), f"effect {effect}"
        assert len(stories(channel)) == len(names) or (after and fuse.effects >= effect), f"effect {effect}"
        if fuse.effects < effect:
            break
        crashes += 1
    else:
        pytest.fail("more side effects than expected")
    assert crashes > 2 * LEAST
