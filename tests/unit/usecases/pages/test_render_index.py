"""The page of all endpoints: what is read and written for it, and that no line is lost, whatever runs at once."""

from collections.abc import Callable

import pytest

from driftline.domain.keys import INDEX_READ, index_line_key, overview_now_key, recent_records_key
from driftline.kinds.registry import KINDS
from driftline.usecases.pages.overview_records import NEWEST, read_records
from driftline.usecases.pages.render_index import RenderedIndex, render_index_page
from driftline.usecases.pages.render_overview import render_endpoint_page, render_pages
from tests.counting import CountingStore
from tests.fakes import FailingStore, InjectedError, InMemoryStore
from tests.merging import InterruptedStore
from tests.overviews import put, record

INDEX = "reports/index.html"


def execution(store: InMemoryStore, endpoint: str, state: str = "good", day: int = 0) -> None:
    """Its record and its endpoint's page, with the line."""
    put(store, record(state, day, endpoint=endpoint))
    render_endpoint_page(store, endpoint, kinds=KINDS)


def index(store: InMemoryStore) -> RenderedIndex:
    return render_index_page(store, kinds=KINDS)


@pytest.fixture
def fleet() -> CountingStore:
    """Ten endpoints and their index."""
    store = CountingStore()
    for number in range(10):
        execution(store, f"shop-{number}")
    index(store)
    return store


def test_only_lines_that_changed_are_read(fleet: CountingStore) -> None:
    execution(fleet, "shop-3", "violated", 1)

    with fleet.counted() as calls:
        rendered = index(fleet)

    assert (rendered.endpoints, rendered.read, rendered.written) == (10, 1, True)
    assert calls == {"get": 3, "list": 5, "put": 2}  # what was read, the line and the page; the page, what was read
    assert b"In alarm" in fleet.objects[INDEX]


def test_nothing_is_written_if_nothing_changed(fleet: CountingStore) -> None:
    render_endpoint_page(fleet, "shop-3", kinds=KINDS)

    with fleet.counted() as calls:
        rendered = index(fleet)

    assert not rendered.written
    assert calls == {"get": 2, "list": 5}
    with fleet.counted() as calls:
        render_endpoint_page(fleet, "shop-3", kinds=KINDS)
    assert not calls["put"]


@pytest.mark.parametrize(
    "damage", [b"", b"{}", b"junk", b'{"version":9,"lines":{}}', b'{"version":1,"lines":{"shop-1":["a","b","c"]}}']
)
def test_damaged_notes_of_what_was_read_do_no_harm(fleet: CountingStore, damage: bytes) -> None:
    before = fleet.objects[INDEX]
    good = fleet.objects[INDEX_READ]
    fleet.put(INDEX_READ, damage)

    assert index(fleet).endpoints == 10

    assert (fleet.objects[INDEX], fleet.objects[INDEX_READ]) == (before, good)


def test_the_line_of_an_earlier_release_is_used_until_the_next_execution(fleet: CountingStore) -> None:
    before = fleet.objects[INDEX]
    for number in range(10):
        fleet.delete(index_line_key(f"shop-{number}"))
    fleet.delete(INDEX_READ)

    assert index(fleet).endpoints == 10
    assert fleet.objects[INDEX] == before

    execution(fleet, "shop-3", "violated", 1)
    assert index(fleet).endpoints == 10
    assert b"In alarm" in fleet.objects[INDEX]


def test_an_earlier_release_finds_each_line_where_it_was(fleet: CountingStore) -> None:
    execution(fleet, "shop-3", "violated", 1)

    assert fleet.objects[overview_now_key("shop-3")] == fleet.objects[index_line_key("shop-3")]


def test_an_endpoint_whose_records_were_removed_goes(fleet: CountingStore) -> None:
    for key in [key for key in fleet.objects if key.startswith("state/overview/shop-3/")]:
        fleet.delete(key)

    assert index(fleet).endpoints == 9


class Requests:
    """The queue: a request while none waits is a message; SQS drops the others of its turn."""

    def __init__(self) -> None:
        self.waiting = False

    def request(self) -> None:
        self.waiting = True

    def deliver(self, store: InMemoryStore | InterruptedStore) -> None:
        """Taken before the page is made: a request from now on is another message."""
        while self.waiting:
            self.waiting = False
            render_index_page(store, kinds=KINDS)


def alone(states: dict[str, str]) -> bytes:
    store = InMemoryStore()
    for endpoint, state in states.items():
        execution(store, endpoint)
        execution(store, endpoint, state, 1)
    index(store)
    return store.objects[INDEX]


def test_the_index_has_the_last_state_whatever_runs_in_the_middle_of_what() -> None:
    """An execution of another endpoint, and the page itself, before every single call of either."""
    expected = alone({"a": "violated", "b": "violated"})

    def run(call: int, *, in_index: bool) -> bool:
        """Whether there was such a call."""
        store, requests, happened = InMemoryStore(), Requests(), False
        for endpoint in "ab":
            execution(store, endpoint)
        index(store)

        def executed(endpoint: str, on: InMemoryStore | InterruptedStore) -> None:
            put(store, record("violated", 1, endpoint=endpoint))
            render_pages(on, endpoint, kinds=KINDS, index=requests)

        def meanwhile() -> None:
            nonlocal happened
            happened = True
            if in_index:
                executed("b", store)
            else:
                requests.request()
                requests.deliver(store)

        interrupted = InterruptedStore(store, call, meanwhile)
        if in_index:
            executed("a", store)
            requests.deliver(interrupted)
        else:
            executed("b", store)
            executed("a", interrupted)
        if not happened:
            executed("b", store)
        requests.deliver(store)
        assert store.objects[INDEX] == expected, (call, in_index)
        return happened

    for in_index in (False, True):
        calls = 0
        while run(calls + 1, in_index=in_index):
            calls += 1
        assert calls > 5


def test_two_that_make_the_index_at_once_leave_the_newer_one() -> None:
    """A message that took longer than its visibility is delivered again, and the command line makes it, too."""
    expected, calls = alone({"a": "violated"}), 0
    for call in range(1, 20):
        store = InMemoryStore()
        execution(store, "a")
        index(store)
        happened: list[int] = []

        def meanwhile(store: InMemoryStore = store, happened: list[int] = happened) -> None:
            happened.append(1)
            execution(store, "a", "violated", 1)
            index(store)

        render_index_page(InterruptedStore(store, call, meanwhile), kinds=KINDS)
        assert not happened or store.objects[INDEX] == expected, call
        calls += len(happened)
    assert calls >= 5


def test_an_attempt_that_ended_before_its_request_is_made_up_for_by_the_next() -> None:
    for call in range(1, 40):
        store, requests = InMemoryStore(), Requests()
        execution(store, "a")
        index(store)
        put(store, record("violated", 1, endpoint="a"))
        try:
            render_pages(FailingStore(store, call), "a", kinds=KINDS, index=requests)
        except InjectedError:
            requests.deliver(store)
            render_pages(store, "a", kinds=KINDS, index=requests)  # delivered again
        requests.deliver(store)
        assert store.objects[INDEX] == alone({"a": "violated"}), call


# ------------------------------------------------------------------------------- the newest records in one object


@pytest.fixture
def season() -> CountingStore:
    store = CountingStore()
    put(store, *(record("good", day) for day in range(120)))
    read_records(store, "shop")
    return store


def test_ninety_records_are_one_read(season: CountingStore) -> None:
    put(season, record("violated", 120))

    with season.counted() as calls:
        [found] = read_records(season, "shop")

    assert [each.state for each in found.records] == ["good"] * (NEWEST - 1) + ["violated"]
    assert (calls["get"], calls["put"]) == (2, 1)  # and the new one
    with season.counted() as calls:
        read_records(season, "shop")
    assert (calls["get"], calls["put"]) == (1, 0)


@pytest.mark.parametrize(
    "change",
    [
        lambda store: put(store, record("violated", 60)),
        lambda store: store.delete(sorted(key for key in store.objects if "/2026/04/" in key)[3]),
        lambda store: store.put(recent_records_key("shop", "data_quality"), b"junk"),
        lambda store: store.put(recent_records_key("shop", "data_quality"), b""),
        lambda store: store.delete(recent_records_key("shop", "data_quality")),
    ],
)
def test_the_records_are_what_they_are_without_the_copy(
    season: CountingStore, change: Callable[[CountingStore], None]
) -> None:
    change(season)
    without = InMemoryStore(objects=season.objects)
    without.delete(recent_records_key("shop", "data_quality"))

    assert read_records(season, "shop") == read_records(without, "shop")
    assert read_records(season, "shop") == read_records(without, "shop")
