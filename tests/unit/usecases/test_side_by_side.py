"""Calls side by side: in order, bounded, and with the errors that they would have one by one."""

from collections.abc import Iterator, Sequence
from itertools import count, islice
from threading import Barrier, Event, Lock, get_ident

import pytest

from driftline.kinds.registry import KINDS
from driftline.usecases.pages.overview_records import read_records
from driftline.usecases.pages.render_index import render_index_page
from driftline.usecases.pages.render_report import render_report
from driftline.usecases.ports import StoredObject
from driftline.usecases.side_by_side import AT_ONCE, side_by_side
from local.patience import PATIENCE_SECONDS
from tests.fakes import InMemoryStore
from tests.overviews import record
from tests.rendering import render_overview
from tests.reporting import MADE, made_store


def test_answers_come_in_the_order_of_the_items() -> None:
    """Given a first call that ends after the others, its answer is still the first."""
    others = Event()

    def call(item: int) -> int:
        if item == 0:
            assert others.wait(PATIENCE_SECONDS)
        if item == AT_ONCE - 1:
            others.set()
        return item * item

    assert list(side_by_side(call, range(100))) == [item * item for item in range(100)]


def test_so_many_calls_run_at_the_same_time_and_no_more() -> None:
    together, lock = Barrier(5), Lock()
    running = most = 0

    def call(item: int) -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        together.wait(PATIENCE_SECONDS)  # Breaks unless five are here.
        with lock:
            running -= 1

    list(side_by_side(call, range(50), 5))

    assert most == 5


def test_what_waits_to_be_looked_at_is_bounded() -> None:
    """Given an endless source, no more is read than a little ahead of what was taken."""
    asked: list[int] = []

    def source() -> Iterator[int]:
        for item in count():
            asked.append(item)
            yield item

    assert list(islice(side_by_side(lambda item: item, source(), 4), 10)) == list(range(10))
    assert len(asked) <= 10 + 2 * 4


def test_an_error_comes_in_its_items_place_and_nothing_more_is_asked_for() -> None:
    asked = []

    def call(item: int) -> int:
        asked.append(item)
        if item in {3, 4}:
            raise ValueError(item)
        return item

    answers = side_by_side(call, range(1000), 2)

    assert [next(answers) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match=r"^3$"):
        next(answers)
    assert len(asked) < 12


def test_no_items_are_no_answers() -> None:
    assert list(side_by_side(lambda item: item, [])) == []


class WatchedStore(InMemoryStore):
    """Notes which calls are made by the thread that renders: they wait for one another.

    Args:
        together: Reads of these keys wait until all of them are being read.
    """

    def __init__(self, objects: dict[str, bytes], together: Sequence[str] = ()) -> None:
        super().__init__(objects=objects)
        self.waiting: list[str] = []
        self._together = frozenset(together)
        self._barrier = Barrier(max(1, len(together)))
        self._thread = get_ident()

    def get(self, key: str) -> StoredObject:
        self._note(key)
        if key in self._together:
            self._barrier.wait(PATIENCE_SECONDS)
        return super().get(key)

    def folders(self, prefix: str) -> Sequence[str]:
        self._note(prefix)
        return super().folders(prefix)

    def _note(self, key: str) -> None:
        if get_ident() == self._thread:
            self.waiting.append(key)


def summaries(schedule: Sequence[str]) -> dict[str, bytes]:
    objects = made_store(["a"]).objects
    summary = objects[f"{MADE}summary.json"]
    return objects | {f"reports/shop/data_quality/{hour}/summary.json": summary for hour in schedule}


HOURLY = [f"2026/02/28/{hour:02}" for hour in range(24)] + [f"2026/03/01/{hour:02}" for hour in range(15)]
DAILY = [f"2026/{month:02}/{day:02}/15" for month in (1, 2) for day in range(1, 29)]


@pytest.mark.parametrize("schedule", [HOURLY, DAILY], ids=["hourly", "daily"])
def test_the_executions_of_a_trend_are_read_together(schedule: list[str]) -> None:
    """Given 20 reads of earlier executions that wait for each other, the page is made."""
    keys = [f"reports/shop/data_quality/{each}/summary.json" for each in schedule[-20:]]
    store = WatchedStore(summaries(schedule), keys)

    assert render_report(store, MADE, kinds=KINDS).past == 20
    assert len(store.waiting) <= 4  # The announcement of its revision and the like; not one for each execution.


def test_the_records_of_a_monitor_are_read_together() -> None:
    told = {}
    for day in range(90):
        key = f"state/overview/shop/data_quality/2026/01/202601{day // 4 + 1:02}T{day % 4:02}00Z.json"
        told[key] = record("good", day).to_json()
    store = WatchedStore(told, list(told)[:AT_ONCE])

    [read] = read_records(store, "shop")

    assert [each.rows for each in read.records] == [1000 + day for day in range(90)]
    assert len(store.waiting) <= 4  # of these there is only one at a time: endpoint, monitor, year, copy of the newest


def test_the_lines_of_the_index_are_read_together() -> None:
    objects = made_store(["a"]).objects
    plain = InMemoryStore(objects=objects)
    rendered = render_report(plain, MADE, kinds=KINDS)
    render_overview(plain, rendered.report, None, kinds=KINDS)
    line = plain.objects["state/overview/shop/now.json"]
    lines = [f"state/overview/endpoint-{i:02}/now.json" for i in range(AT_ONCE)]
    store = WatchedStore(plain.objects | dict.fromkeys(lines, line), lines)

    assert render_index_page(store, kinds=KINDS).endpoints == 17
