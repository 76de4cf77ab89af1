"""The page of all endpoints as a fleet grows: whose they are, which are gone, and what did not happen."""

import json
import re
from datetime import timedelta

import pytest

from driftline.domain.incidents.open_watch import OpenWatch, open_watch_key
from driftline.domain.keys import OPEN_WATCH, document_key, overview_now_key
from driftline.domain.monitors.ownership import Ownership
from driftline.kinds.registry import KINDS
from driftline.presentation.pages.overview.index_states import OVERDUE
from driftline.presentation.pages.overview.now import now_of, parse_now
from driftline.presentation.pages.overview.record import SubjectRecord
from driftline.presentation.pages.overview.view_endpoint import endpoint_view
from driftline.presentation.pages.overview.view_index import EndpointRow, index_view
from driftline.usecases.pages.render_index import render_index_page
from driftline.usecases.pages.render_overview import render_endpoint_page
from tests.fakes import InMemoryStore, RecordingChannel
from tests.notifying import HOUR, NOON, Office, alarm, endpoint
from tests.overviews import DAY, FIRST, auc_of, drift, fleet, put, record, rendered, scheduled_daily

INDEX = "reports/index.html"


def row(index: str, name: str) -> str:
    """The row of an endpoint."""
    found = re.search(rf'<tr [^>]*data-name="{name}".*?</tr>', index, re.DOTALL)
    assert found, f"no row of {name}"
    return found[0]


def index_of(store: InMemoryStore) -> str:
    render_index_page(store, kinds=KINDS)
    return store.objects[INDEX].decode()


def shop_of(ownership: Ownership, **more: object) -> EndpointRow:
    worst = SubjectRecord(name="Amount", note="", completeness=1.0, gauge=drift(0.3))
    records = [[record("violated", features=[worst], violated=["Amount", "Country"])]]
    records.append([record("good", monitor="model_quality", metrics=[auc_of(0.9, 0.8)])])
    (found,) = index_view([now_of("shop", records, of=ownership)], **more).rows  # type: ignore[arg-type]
    return found


def test_a_search_finds_monitors_metrics_subjects_team_owner_and_tags() -> None:
    found = shop_of(Ownership("Risk", "Ada <ada@example.com>", {"tier": "Gold"}))
    assert found.team == "Risk"
    assert found.whose == "Ada <ada@example.com> · tier=Gold"
    wanted = {"data_quality", "model_quality", "auc", "amount", "country", "risk", "<ada@example.com>", "tier=gold"}
    assert wanted <= set(found.sought.split())


def test_whose_it_is_comes_from_the_document_and_is_text_whatever_it_holds() -> None:
    store = scheduled_daily(InMemoryStore())
    store.objects[document_key("shop")] += b"team: risk\nowner: '<img src=x onerror=alert(1)>'\ntags: {a: '\"><b>'}\n"
    put(store, record("good"))
    rendered(store)
    for page in (INDEX, "reports/shop/index.html"):
        text = store.objects[page].decode()
        assert "<img" not in text
        assert "<b>" not in text
        assert "&lt;img src=x onerror=alert(1)&gt;" in text
        assert "risk" in text


class TestADeletedEndpoint:
    def test_is_gone_also_if_a_page_of_it_is_still_written(self) -> None:
        store = scheduled_daily(InMemoryStore())
        put(store, record("good"), record("good", endpoint="taxi"))
        assert 'data-name="shop"' in rendered(store).objects[INDEX].decode()
        del store.objects[document_key("shop")]
        assert 'data-name="shop"' not in index_of(store)
        render_endpoint_page(store, "shop", kinds=KINDS)
        assert 'data-name="shop"' not in index_of(store)

    def test_comes_back_with_its_document(self) -> None:
        store = scheduled_daily(InMemoryStore())
        put(store, record("good"))
        rendered(store)
        body = store.objects.pop(document_key("shop"))
        index_of(store)
        store.objects[document_key("shop")] = body
        assert row(index_of(store), "shop")

    def test_one_that_never_had_a_document_stays(self) -> None:
        store = InMemoryStore()
        put(store, record("good"))
        assert row(rendered(store).objects[INDEX].decode(), "shop")


class TestAnEndpointThatStopped:
    def test_is_overdue_once_others_went_on_without_any_clock(self) -> None:
        store = scheduled_daily(InMemoryStore())
        put(store, record("good"), record("good", monitor="model_quality"), record("good", 3, endpoint="taxi"))
        text = rendered(store).objects[INDEX].decode()
        assert f'data-only="{OVERDUE}"' in row(text, "shop")
        assert 'data-only="good"' in row(text, "taxi")
        assert "shop: the next execution is overdue." in text

    def test_is_good_as_long_as_its_next_execution_may_be_under_way(self) -> None:
        store = scheduled_daily(InMemoryStore())
        put(store, record("good"), record("good", 1, endpoint="taxi"))
        assert 'data-only="good"' in row(rendered(store).objects[INDEX].decode(), "shop")

    def test_one_in_alarm_stays_in_alarm(self) -> None:
        store = scheduled_daily(InMemoryStore())
        put(store, record("violated"), record("good", 9, endpoint="taxi"))
        assert 'data-only="violated"' in row(rendered(store).objects[INDEX].decode(), "shop")


class TestWhatDidNotHappen:
    STOPPED = OpenWatch(label="captures", headline="captures have stopped arriving", since=FIRST + DAY)

    def test_makes_its_endpoint_one_in_alarm(self) -> None:
        line = now_of("shop", [[record("good")]])
        (found,) = index_view([line], {"shop": [self.STOPPED]}).rows
        assert (found.state, found.moved) == ("violated", "Captures have stopped arriving.")
        assert found.since == "2 Jan 2026, 00:00 UTC"
        assert [each.text for each in found.watch] == ["captures have stopped arriving, since 2 Jan 2026, 00:00 UTC"]

    def test_stands_next_to_what_was_found(self) -> None:
        found = shop_of(Ownership(), watch={"shop": [self.STOPPED]})
        assert found.moved == "Something was found."
        assert [each.said for each in found.watch] == [False]

    def test_an_endpoint_that_never_executed_has_a_row_and_no_page(self) -> None:
        (found,) = index_view([], {"new": [self.STOPPED]}).rows
        assert (found.name, found.link, found.last, found.state) == ("new", "", "never executed", "violated")

    def test_what_stopped_is_on_the_index_next_to_one_that_cannot_be_read(self) -> None:
        store = InMemoryStore()
        put(store, record("good"), record("good", endpoint="taxi"))
        store.put(open_watch_key("shop", "captures"), self.STOPPED.model_dump_json().encode())
        store.put(open_watch_key("taxi", "captures"), b"{")
        store.put(f"{OPEN_WATCH}stray", b"{}")
        text = rendered(store).objects[INDEX].decode()
        assert "Captures have stopped arriving." in row(text, "shop")
        assert "stopped" not in row(text, "taxi")

    def test_the_page_of_the_endpoint_says_the_same(self) -> None:
        view = endpoint_view("shop", [([record("good")], None)], watch=[self.STOPPED])
        (found,) = index_view([now_of("shop", [[record("good")]])], {"shop": [self.STOPPED]}).rows
        assert (view.state, view.verdict) == (found.state, found.moved)
        assert view.since == (f"captures since {found.since}",)
        (incident,) = view.incidents
        assert (incident.monitor, incident.start, incident.subjects) == (
            "captures",
            found.since,
            "captures have stopped arriving",
        )
        assert (incident.open, incident.executions, incident.worst) == (True, None, None)

    def test_is_next_to_what_the_page_of_the_endpoint_found(self) -> None:
        view = endpoint_view("shop", [([record("violated")], None)], watch=[self.STOPPED])
        assert view.verdict == "Something was found. Captures have stopped arriving."
        assert [each.open for each in view.incidents] == [True, True]

    def test_that_ends_while_the_page_is_written_is_not_on_it(self) -> None:
        """Given a page that another function writes at the same time, then what is written last has seen the end."""
        key = open_watch_key("shop", "captures")
        store = _EndsMeanwhile(key)
        put(store, record("good"))
        store.put(key, self.STOPPED.model_dump_json().encode())
        render_endpoint_page(store, "shop", kinds=KINDS)
        page = store.objects["reports/shop/index.html"].decode()
        assert store.ended
        assert "stopped arriving" not in page

    def test_names_are_text_whatever_they_hold(self) -> None:
        store = InMemoryStore()
        put(store, record("good"))
        hostile = OpenWatch(label="<img src=x>", headline="<b>stopped</b>", since=FIRST)
        store.put(open_watch_key("shop", hostile.label), hostile.model_dump_json().encode())
        render_endpoint_page(store, "shop", kinds=KINDS)
        page = store.objects["reports/shop/index.html"].decode()
        assert "&lt;b&gt;stopped" in page
        assert "<b>stopped" not in page
        assert "<img src=x" not in page


class _EndsMeanwhile(InMemoryStore):
    """The incident ends after the first page is written."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self.key, self.ended = key, False

    def put(self, key: str, body: bytes, *, content_type: str = "application/octet-stream") -> None:
        super().put(key, body, content_type=content_type)
        if key == "reports/shop/index.html" and not self.ended:
            self.delete(self.key)
            self.ended = True


class TestTheIncidentsUnderWatch:
    KEY = open_watch_key("shop", "captures")

    def test_are_left_in_the_bucket_while_they_are_open(self) -> None:
        office = Office(RecordingChannel(), store=endpoint())
        office.hear(alarm(subject="watch", label="captures"), alarm())
        assert [key for key in office.store.objects if key.startswith(OPEN_WATCH)] == [self.KEY]  # type: ignore[attr-defined]
        found = json.loads(office.store.get(self.KEY).body)
        assert (found["label"], found["since"]) == ("captures", "2026-03-01T12:00:00Z")
        office.hear(alarm("OK", NOON + HOUR, subject="watch", label="captures"))
        assert office.store.find(self.KEY) is not None
        office.tick(NOON + 9 * HOUR)
        assert office.store.find(self.KEY) is None

    def test_a_tick_makes_up_for_what_a_crash_left_behind(self) -> None:
        office = Office(RecordingChannel(), store=endpoint())
        office.hear(alarm(subject="watch", label="captures"))
        office.store.delete(self.KEY)
        office.store.put(open_watch_key("shop", "schedules"), b"{}")
        office.tick(NOON + timedelta(minutes=30))
        assert office.store.find(self.KEY) is not None
        assert office.store.find(open_watch_key("shop", "schedules")) is None


def test_three_hundred_endpoints_of_two_monitors_are_less_than_a_megabyte() -> None:
    page = rendered(fleet(300)).objects[INDEX]
    assert page.count(b"<tr data-index") == 300
    assert len(page) < 1_000_000


@pytest.mark.parametrize("field", ["team", "owner", "tags", "documented"])
def test_a_line_of_the_last_release_is_read(field: str) -> None:
    store = scheduled_daily(InMemoryStore())
    put(store, record("good"))
    rendered(store)
    key = overview_now_key("shop")
    line = json.loads(store.objects[key])
    assert field in line
    old = {name: value for name, value in line.items() if name not in {"team", "owner", "tags", "documented"}}
    old["monitors"] = [
        {name: value for name, value in each.items() if name not in {"scheduled", "violated"}}
        for each in old["monitors"]
    ]
    assert parse_now(json.dumps(old).encode(), key).monitors[0].scheduled == ""
    store.objects[key] = json.dumps(old).encode()
    assert row(index_of(store), "shop")
