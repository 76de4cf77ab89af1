"""Faults between an alarm and its messages: crashes, conflicts, duplicates, channels that are down."""

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.domain.errors import RetryLaterError, StaleReadError
from driftline.domain.incidents.message import Message, MessageKind
from driftline.domain.incidents.received import Received, Tick
from driftline.usecases.ports import StateItem
from local.patience import PATIENCE_SECONDS
from tests.fakes import InjectedError, InMemoryOnce, InMemoryTable, RecordingChannel
from tests.notifying import HOUR, NOON, Office, adopted, alarm

MOST_EFFECTS = 120
"""No story below has so many side effects; a bound for the loops."""

STORY: Sequence[Received] = (
    alarm(),
    alarm(label="worst drift", at=NOON + HOUR),
    alarm("OK", NOON + 2 * HOUR),
    alarm("OK", NOON + 3 * HOUR, "worst drift"),
    Tick(NOON + 6 * HOUR),
    alarm(at=NOON + 7 * HOUR),
    adopted(NOON + 8 * HOUR),
)
TOLD = [
    MessageKind.OPENED,
    MessageKind.ESCALATED,
    MessageKind.RECOVERED,
    MessageKind.OPENED,
    MessageKind.RECOVERED,
]


@dataclass
class Fuse:
    """Fails before or after the n-th side effect, of whatever kind."""

    blows_at: int
    after: bool
    effects: int = 0

    def around[T](self, effect: Callable[[], T]) -> T:
        self.effects += 1
        if self.effects == self.blows_at and not self.after:
            raise InjectedError(f"before effect {self.effects}")
        result = effect()
        if self.effects == self.blows_at:
            raise InjectedError(f"after effect {self.effects}")
        return result


@dataclass
class FusedTable(InMemoryTable):
    fuse: Fuse = field(default_factory=lambda: Fuse(0, after=False))

    def put(self, kind: str, name: str, body: str, *, version: int, expires: datetime | None = None) -> int:
        return self.fuse.around(lambda: InMemoryTable.put(self, kind, name, body, version=version, expires=expires))


@dataclass
class FusedChannel(RecordingChannel):
    fuse: Fuse = field(default_factory=lambda: Fuse(0, after=False))

    def send(self, message: Message, conversation: str | None) -> str | None:
        return self.fuse.around(lambda: RecordingChannel.send(self, message, conversation))


def kinds(channel: RecordingChannel) -> list[MessageKind]:
    return [message.kind for message, _ in channel.sent]


def delivered(office: Office, received: Received) -> bool:
    try:
        office.hear(received)
    except (InjectedError, RetryLaterError):
        return False
    return True


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_crash_around_any_side_effect_loses_no_message(after: bool) -> None:
    """After a crash between a channel and Once the message comes twice, which nobody can prevent; never not at all."""
    crashes = 0
    for effect in range(1, MOST_EFFECTS):
        fuse = Fuse(effect, after=after)
        one, two = FusedChannel("one", fuse=fuse), FusedChannel("two", fuse=fuse)
        office = Office(one, two, table=FusedTable(fuse=fuse))
        failed = [received for received in STORY if not delivered(office, received) and not delivered(office, received)]
        assert failed == [], f"effect {effect}"
        if fuse.effects < effect:
            break
        crashes += 1
        for channel in (one, two):
            told = list(dict.fromkeys(message.id for message, _ in channel.sent))
            assert len(told) == len(TOLD), f"effect {effect}"
            assert len(channel.sent) <= len(TOLD) + 1
            # A message that comes twice comes twice in a row: the order stays.
            assert [kind for i, kind in enumerate(kinds(channel)) if channel.sent[i][0].id not in
                    {message.id for message, _ in channel.sent[:i]}] == TOLD  # fmt: skip
    else:
        pytest.fail(f"more than {MOST_EFFECTS} side effects")
    assert crashes >= 2 * len(TOLD)


def test_a_message_that_was_sent_and_noted_is_never_sent_again() -> None:
    """Crashes at writes of the table alone: what a channel has is known from Once."""
    for effect in range(1, MOST_EFFECTS):
        fuse = Fuse(effect, after=True)
        channel = RecordingChannel()
        office = Office(channel, table=FusedTable(fuse=fuse))
        for received in STORY:
            assert delivered(office, received) or delivered(office, received)
        assert kinds(channel) == TOLD, f"effect {effect}"
        if fuse.effects < effect:
            return
    pytest.fail(f"more than {MOST_EFFECTS} side effects")


class TableInTraffic(InMemoryTable):
    """Somebody else writes each item once before every second write."""

    def __init__(self) -> None:
        super().__init__()
        self.writes = 0

    def put(self, kind: str, name: str, body: str, *, version: int, expires: datetime | None = None) -> int:
        self.writes += 1
        there = self.items.get((kind, name))
        if self.writes % 2 and there is not None:
            self.items[kind, name] = StateItem(name, there.body, there.version + 1)
        return super().put(kind, name, body, version=version, expires=expires)


def test_conditional_failures_are_read_again() -> None:
    channel = RecordingChannel()
    Office(channel, table=TableInTraffic()).hear(*STORY)
    assert kinds(channel) == TOLD


def test_a_table_that_never_gives_way_is_for_later_and_nothing_was_sent() -> None:
    class Contended(InMemoryTable):
        def put(self, kind: str, name: str, body: str, *, version: int, expires: datetime | None = None) -> int:
            raise StaleReadError("another process wrote the item")

    channel = RecordingChannel()
    with pytest.raises(RetryLaterError, match="other processes keep writing"):
        Office(channel, table=Contended()).hear(alarm())
    assert channel.sent == []


class LockedTable(InMemoryTable):
    """Atomic between threads, as DynamoDB's conditional writes are."""

    def __init__(self) -> None:
        super().__init__()
        self.lock = threading.Lock()

    def put(self, kind: str, name: str, body: str, *, version: int, expires: datetime | None = None) -> int:
        with self.lock:
            return super().put(kind, name, body, version=version, expires=expires)


@dataclass
class LockedOnce(InMemoryOnce):
    """As Powertools': who comes while it runs is told to come again."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    running: set[str] = field(default_factory=set)

    def __call__(self, key: str, action: Callable[[], Mapping[str, object]]) -> Mapping[str, object]:
        with self.lock:
            if key in self.done:
                return self.done[key]
            if key in self.running:
                raise RetryLaterError("another process is doing it right now", after=1)
            self.running.add(key)
        try:
            result = action()
            self.done[key] = result
        finally:
            with self.lock:
                self.running.discard(key)
        return result


@dataclass
class SlowChannel(RecordingChannel):
    """Sends once somebody else was told to come again."""

    met: threading.Event = field(default_factory=threading.Event)

    def send(self, message: Message, conversation: str | None) -> str | None:
        assert self.met.wait(PATIENCE_SECONDS)
        return super().send(message, conversation)


def test_ten_duplicates_at_the_same_time_give_one_message_for_each_channel() -> None:
    met = threading.Event()
    channels = [SlowChannel(name, met=met) for name in ("slack", "teams", "pagerduty")]
    office = Office(*channels, table=LockedTable(), once=LockedOnce())

    def deliver(_: int) -> None:
        while not delivered(office, alarm()):
            met.set()

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(deliver, range(10)))
    assert [kinds(channel) for channel in channels] == [[MessageKind.OPENED]] * 3


@dataclass
class DownUntil(RecordingChannel):
    """Down for so many tries, which say when to come again."""

    tries: int = 0

    def send(self, message: Message, conversation: str | None) -> str | None:
        self.tries -= 1
        if self.tries >= 0:
            raise RetryLaterError("429 Too Many Requests", after=30)
        return super().send(message, conversation)


@pytest.mark.parametrize("tries", [1, 2, 3, 7])
def test_a_channel_that_comes_back_gets_everything_in_order(tries: int) -> None:
    well, down = RecordingChannel("well"), DownUntil("down", tries=tries)
    office = Office(well, down)
    queue = list(STORY)
    for _ in range(MOST_EFFECTS):
        if not queue:
            break
        # What fails goes to the end of the queue, behind what happened later.
        queue = [received for received in queue if not delivered(office, received)]
    assert queue == []
    assert kinds(well) == kinds(down) == TOLD


def test_what_a_channel_missed_for_longer_than_the_queue_retries_comes_with_the_next_tick() -> None:
    down = DownUntil("down", tries=5)
    office = Office(down)
    for _ in range(5):
        with pytest.raises(RetryLaterError):
            office.hear(alarm())
    # Here the message goes to the dead-letter queue.
    office.tick(NOON + HOUR)
    assert kinds(down) == [MessageKind.OPENED]
    # Redriven, it has nothing left to do.
    office.hear(alarm())
    assert kinds(down) == [MessageKind.OPENED]


@dataclass
class Fickle(RecordingChannel):
    """Takes a message or does not, as it was drawn; then it is up for good."""

    moods: list[bool] = field(default_factory=list)

    def send(self, message: Message, conversation: str | None) -> str | None:
        if self.moods and not self.moods.pop(0):
            raise RetryLaterError("503")
        return super().send(message, conversation)


@given(st.data())
def test_in_any_order_and_with_any_outages_each_channel_hears_the_same_story_once(data: st.DataObject) -> None:
    queue = list(data.draw(st.permutations(STORY)))
    queue += data.draw(st.lists(st.sampled_from(STORY), max_size=4))
    moods = st.lists(st.booleans(), max_size=12)
    well = RecordingChannel("well")
    fickle = [Fickle(name, moods=data.draw(moods)) for name in ("one", "two")]
    office = Office(well, *fickle)
    for _ in range(MOST_EFFECTS):
        if not queue:
            break
        queue = [received for received in queue if not delivered(office, received)]
    assert queue == []
    told = [message.id for message, _ in well.sent]
    assert len(told) == len(set(told))
    for channel in fickle:
        assert conversations(channel) == conversations(well)
        # The new model is a notice, or closes an incident that was received of meanwhile; everybody hears one of both.
        assert any("shop-7" in message.headline for message, _ in channel.sent)
        # Each in the conversation of its incident
        first = {message.incident: message.id for message, _ in reversed(channel.sent)}
        assert all(given in (None, first[message.incident]) for message, given in channel.sent)


def conversations(channel: RecordingChannel) -> list[str]:
    """Notices belong to none, and may come at any time."""
    return [message.id for message, _ in channel.sent if message.incident is not None]
