"""Executions without a verdict: what they leave, their page, their field on the pages over time, and what replaces it."""

import json
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from itertools import permutations
from posixpath import join, normpath
from typing import Any, override

import pytest

from driftline.domain.errors import InvalidInputError, ObjectNotFoundError
from driftline.domain.executions.execution import ExecutionRequest
from driftline.domain.executions.failure import FAILURE, Failure, parse_failure
from driftline.domain.executions.place import parse_place
from driftline.domain.windows import Window
from driftline.kinds.registry import KINDS
from driftline.presentation.pages.overview.now import now_of, parse_now
from driftline.presentation.pages.overview.record_files import parse_record
from driftline.presentation.pages.overview.view_endpoint import endpoint_view
from driftline.presentation.pages.overview.view_index import index_view
from driftline.usecases.executions.announcing import FAILED_EVENT
from driftline.usecases.executions.failures import keep_failure
from driftline.usecases.executions.last_execution import last_execution
from driftline.usecases.executions.past_executions import folders_before
from driftline.usecases.pages.rebuild_overview import rebuild_overview
from driftline.usecases.pages.render_index import render_index_page
from driftline.usecases.pages.render_overview import render_endpoint_page
from tests.failing import fail, run
from tests.fakes import InMemoryStore, RecordingEvents
from tests.overviews import auc_of, put, record
from tests.rendering import render_execution
from tests.reporting import HOSTILE, LAST, folder_of, shop_store

HOUR = timedelta(hours=1)
FOLDER = folder_of("data_quality")
PAGE, RECORD = f"{FOLDER}report.html", "state/overview/shop/data_quality/2026/03/20260301T1500Z.json"
SHOP_PAGE, INDEX = "reports/shop/index.html", "reports/index.html"


@pytest.fixture(scope="module")
def executed() -> InMemoryStore:
    return shop_store()


@pytest.fixture
def shop(executed: InMemoryStore) -> InMemoryStore:
    """Three windows, of which the newest was not judged for data quality yet."""
    judged = {key: body for key, body in executed.objects.items() if "data_quality/2026/03/01/15/" not in key}
    return InMemoryStore(objects=judged)


def text_of(body: bytes) -> str:
    """What a person reads, without tags."""
    plain = re.sub(rb"<(script|style).*?</\1>", b"", body, flags=re.DOTALL).decode()
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", plain)).split())


def links_of(store: InMemoryStore, key: str) -> list[str]:
    found = re.findall(r'<a [^>]*href="([^"#]+)"', store.objects[key].decode())
    return [normpath(join(key.rpartition("/")[0], link)) for link in found]


def data_of(store: InMemoryStore, key: str) -> Any:
    match = re.search(rb'<script type="application/json" id="data">(.*?)</script>', store.objects[key], re.DOTALL)
    assert match is not None
    return json.loads(match[1])


class TestWhatItLeaves:
    def test_the_event_says_what_failed_and_where_its_page_will_be(self, shop: InMemoryStore) -> None:
        events = RecordingEvents()
        fail(shop, events=events)

        [event] = events.published
        assert event.detail_type == FAILED_EVENT
        told = {key: value for key, value in event.detail.items() if value not in (None, 0, {})}
        assert told.pop("FailureReason") == told.pop("Reason")
        assert told == {
            "EndpointName": "shop",
            "MonitoringType": "data_quality",
            "MonitoringExecutionStatus": "Failed",
            "ScheduledTime": "2026-03-01T15:00:00Z",
            "WindowStart": "2026-03-01T14:00:00Z",
            "WindowEnd": "2026-03-01T15:00:00Z",
            "ReportUri": f"memory://bucket/{FOLDER}",
        }

    def test_the_reason_lies_where_the_verdict_would_be(self, shop: InMemoryStore) -> None:
        execution = fail(shop)

        failure = parse_failure(shop.objects[FOLDER + FAILURE], FOLDER)
        assert failure.reason == execution.reason
        assert f"{failure.where}: {failure.what}" in failure.reason
        assert failure.window == Window(LAST - HOUR, LAST)
        last = last_execution(shop, "shop", "data_quality")
        assert last is not None
        assert (last.folder, last.failed) == (FOLDER, True)

    def test_again_it_leaves_the_same_bytes(self, shop: InMemoryStore) -> None:
        fail(shop)
        before = dict(shop.objects)
        fail(shop)
        assert shop.objects == before

    def test_without_a_document_there_is_no_window_but_a_page(self) -> None:
        store = InMemoryStore()
        run(store, LAST + timedelta(minutes=2))

        render_execution(store, FOLDER, kinds=KINDS)

        assert parse_failure(store.objects[FOLDER + FAILURE], FOLDER).window is None
        page = text_of(store.objects[PAGE])
        assert "Was due 1 Mar 2026, 15:00 UTC" in page
        assert "Window" not in page
        assert "There is no verdict before it." in page

    @pytest.mark.parametrize(
        "by_hand",
        [
            {"trigger": "hand"},
            {"scheduled_time": None, "start": LAST - HOUR, "end": LAST},
            {"start": LAST - 2 * HOUR, "end": LAST},
        ],
        ids=["by hand", "no scheduled time", "another window"],
    )
    def test_what_no_schedule_asked_for_leaves_nothing(self, shop: InMemoryStore, by_hand: dict[str, Any]) -> None:
        events = RecordingEvents()
        execution = fail(shop, events=events, **by_hand)

        assert execution.folder == ""
        assert events.published[0].detail["ReportUri"] == ""
        assert not [key for key in shop.objects if key.endswith(FAILURE)]

    def test_where_a_verdict_stands_it_leaves_nothing(self, executed: InMemoryStore) -> None:
        store = InMemoryStore(objects=executed.objects)
        fail(store, trigger="rerun")
        assert FOLDER + FAILURE not in store.objects

    def test_texts_that_no_file_can_hold_do_no_harm(self, shop: InMemoryStore) -> None:
        keep_failure(shop, FOLDER, None, InvalidInputError("half a \ud83d", mend="\udc00"), kinds=KINDS)
        assert parse_failure(shop.objects[FOLDER + FAILURE], "").what == "half a ?"

    @pytest.mark.parametrize("body", [b"", b"{}", b'{"endpoint": 1}', b"\xff"])
    def test_what_is_no_record_of_a_failure_is_told(self, shop: InMemoryStore, body: bytes) -> None:
        shop.put(FOLDER + FAILURE, body)
        with pytest.raises(InvalidInputError, match=re.escape(FOLDER + FAILURE)):
            render_execution(shop, FOLDER, kinds=KINDS)


class TestItsPage:
    def test_it_says_why_there_is_no_verdict_and_what_to_do(self, shop: InMemoryStore) -> None:
        fail(shop)

        rendered = render_execution(shop, FOLDER, kinds=KINDS)

        assert (rendered.key, rendered.failed, rendered.size) == (PAGE, True, len(shop.objects[PAGE]))
        assert shop.content_types[PAGE] == "text/html; charset=utf-8"
        failure = parse_failure(shop.objects[FOLDER + FAILURE], FOLDER)
        page = text_of(shop.objects[PAGE])
        for told in (
            f"Failed No verdict: {failure.what}.",
            "Window 1 Mar 2026, 14:00 to 15:00 UTC",
            f"In {failure.where}",
            failure.mend,
            "“An execution that failed”",
            "The last verdict before it , of 1 Mar 2026, 14:00 UTC",
        ):
            assert told in page
        request = re.search(r"\{.*?\}", page)
        assert request is not None
        assert ExecutionRequest.model_validate_json(request[0]) == ExecutionRequest(
            endpoint="shop", monitor="data_quality", scheduled_time=LAST, trigger="schedule"
        )

    def test_its_links_lead_somewhere(self, shop: InMemoryStore) -> None:
        fail(shop)
        for hour in (2, 1, 0):
            render_execution(shop, folder_of("data_quality", LAST - hour * HOUR), kinds=KINDS)

        links = links_of(shop, PAGE)

        assert set(links) <= shop.objects.keys()
        assert {SHOP_PAGE, f"{folder_of('data_quality', LAST - HOUR)}report.html", FOLDER + FAILURE} <= set(links)

    def test_the_last_verdict_is_found_behind_other_failures(self, shop: InMemoryStore) -> None:
        later = LAST + 2 * HOUR
        for scheduled in (LAST, LAST + HOUR, later):
            fail(shop, scheduled)
        render_execution(shop, folder_of("data_quality", later), kinds=KINDS)

        page = folder_of("data_quality", later) + "report.html"
        assert folder_of("data_quality", LAST - HOUR) + "report.html" in links_of(shop, page)

    def test_nothing_runs_on_it(self, shop: InMemoryStore) -> None:
        fail(shop)
        render_execution(shop, FOLDER, kinds=KINDS)
        body = shop.objects[PAGE].decode()
        assert "<script" not in body
        policy = re.search(r'Content-Security-Policy" content="([^"]*)"', body)
        assert policy is not None
        assert unescape(policy[1]).startswith("default-src 'none'; style-src 'sha256-")

    @pytest.mark.parametrize("hostile", HOSTILE)
    def test_a_hostile_reason_is_text(self, shop: InMemoryStore, hostile: str) -> None:
        error = InvalidInputError(hostile, where=hostile, expected=hostile, mend=hostile)
        keep_failure(shop, FOLDER, None, error, kinds=KINDS)
        before = len(HARMLESS.findall(self._page(InMemoryStore(objects=shop.objects), "harmless")))

        render_execution(shop, FOLDER, kinds=KINDS)

        for key in (PAGE, SHOP_PAGE, INDEX):
            body = shop.objects[key].decode()
            assert len(body) < 1_000_000
            assert "\u202e" not in body
        assert len(HARMLESS.findall(shop.objects[PAGE].decode())) == before

    @staticmethod
    def _page(store: InMemoryStore, text: str) -> str:
        keep_failure(store, FOLDER, None, InvalidInputError(text, where=text, expected=text, mend=text), kinds=KINDS)
        render_execution(store, FOLDER, kinds=KINDS)
        return store.objects[PAGE].decode()


HARMLESS = re.compile(r"<[a-z]+")
"""Beginnings of tags: a hostile text must not make one more."""


class TestWhatComesWhen:
    def test_a_verdict_takes_the_place_of_the_failure(self, shop: InMemoryStore, executed: InMemoryStore) -> None:
        fail(shop)
        render_execution(shop, FOLDER, kinds=KINDS)
        assert parse_record(shop.objects[RECORD], RECORD).state == "failed"

        run(shop)
        assert not render_execution(shop, FOLDER, kinds=KINDS).failed

        assert parse_record(shop.objects[RECORD], RECORD).state == "violated"
        fresh = InMemoryStore(objects=executed.objects)
        render_execution(fresh, FOLDER, kinds=KINDS)
        assert shop.objects[PAGE] == fresh.objects[PAGE]

    def test_a_late_failed_event_makes_the_page_of_the_verdict(self, shop: InMemoryStore) -> None:
        fail(shop)
        run(shop)
        render_execution(shop, FOLDER, revision=1, kinds=KINDS)
        before = dict(shop.objects)

        render_execution(shop, FOLDER, kinds=KINDS)

        assert shop.objects == before

    def test_any_order_of_events_gives_the_same_pages(self, shop: InMemoryStore) -> None:
        fail(shop, LAST)
        fail(shop, LAST + HOUR)
        run(shop, LAST + 2 * HOUR)
        folders = [folder_of("data_quality", LAST + hour * HOUR) for hour in (-1, 0, 1, 2)]
        made = []
        for order in permutations(folders):
            store = InMemoryStore(objects=shop.objects)
            for folder in (*order, order[0]):
                render_execution(store, folder, kinds=KINDS)
            made.append({key: body for key, body in store.objects.items() if key.endswith((".html", "now.json"))})

        assert all(each == made[0] for each in made)

    def test_a_verdict_that_comes_while_the_failure_is_drawn_stands(self, shop: InMemoryStore) -> None:
        fail(shop)

        class Overtaken(InMemoryStore):
            """The verdict is reached, and its event worked off, just before the page of the failure is written."""

            judged = False

            @override
            def put(self, key: str, body: bytes, *, content_type: str = "application/octet-stream") -> None:
                if key == PAGE and not self.judged:
                    self.judged = True
                    run(self)
                    render_execution(self, FOLDER, revision=1, kinds=KINDS)
                super().put(key, body, content_type=content_type)

        store = Overtaken(objects=shop.objects)
        assert not render_execution(store, FOLDER, kinds=KINDS).failed

        assert b"No verdict" not in store.objects[PAGE]
        assert parse_record(store.objects[RECORD], RECORD).state == "violated"

    def test_where_nothing_is_known_there_is_no_page(self, shop: InMemoryStore) -> None:
        with pytest.raises(ObjectNotFoundError):
            render_execution(shop, FOLDER, kinds=KINDS)
        assert PAGE not in shop.objects


class TestOverTime:
    def test_it_is_a_field_that_leads_to_its_page(self, shop: InMemoryStore) -> None:
        fail(shop)
        for hour in (2, 1, 0):
            render_execution(shop, folder_of("data_quality", LAST - hour * HOUR), kinds=KINDS)

        page = shop.objects[SHOP_PAGE].decode()
        link = PAGE.removeprefix("reports/shop/")
        assert (
            f'<a class="cell failed" href="{link}" title="1 Mar 2026, 14:00 to 15:00 UTC: failed, no verdict">' in page
        )
        assert "The last execution of data_quality failed: there is no verdict on its window." in text_of(page.encode())
        [drawn] = data_of(shop, SHOP_PAGE)["monitors"]
        assert drawn["states"] == ["good", "good", "failed"]
        for gap in ("rows", "coverage"):
            assert drawn[gap][-1] is None
        assert drawn["features"]
        assert all(each["drift"][-1] is None and each["heat"]["columns"][-1] is None for each in drawn["features"])
        assert all(each["heat"]["baseline"] for each in drawn["features"])
        index = shop.objects[INDEX].decode()
        assert f'<a class="failed" href="shop/{link}"' in index
        assert "Failed shop: No verdict: " in text_of(index.encode())

    def test_it_neither_ends_nor_begins_an_incident(self) -> None:
        records = [record("violated", 0), failed_record_of(1)]
        view = endpoint_view("shop", [(records, None)])
        row = index_view([now_of("shop", [records])]).rows[0]

        assert view.state == row.state == "violated"
        assert view.verdict.endswith("The last execution of data_quality failed: there is no verdict on its window.")
        assert row.badges[0].state == "failed"
        assert index_view([now_of("shop", [[failed_record_of(0)]])]).rows[0].since == ""

    def test_endpoints_that_failed_come_after_those_in_alarm(self) -> None:
        lines = [now_of(state, [[record(state)]]) for state in ("good", "not_evaluated", "violated")]
        lines.append(now_of("failed", [[failed_record_of(0)]]))

        view = index_view(lines)

        assert [row.name for row in view.rows] == ["violated", "failed", "not_evaluated", "good"]
        assert index_view(lines[:2] + lines[3:]).state == "failed"

    def test_an_endpoint_that_never_had_a_verdict_has_pages(self) -> None:
        store = InMemoryStore()
        run(store)
        render_execution(store, FOLDER, kinds=KINDS)

        assert "Last verdict none of those shown" in text_of(store.objects[SHOP_PAGE])
        assert parse_now(store.objects["state/overview/shop/now.json"], "").monitors[0].state == "failed"

    def test_what_earlier_versions_recorded_stays(self, shop: InMemoryStore) -> None:
        old = (
            b'{"version":1,"endpoint":"shop","monitor":"data_quality","kind":"data_quality",'
            b'"scheduled":"2026-03-01T13:00:00Z","folder":"reports/shop/data_quality/2026/03/01/13/","state":"good",'
            b'"verdict":"No violations.","rows":240,"violations":0,"source":"Driftline","revision":1,'
            b'"features":[{"name":"amount","type":"Fractional","completeness":1.0,"drift":{"value":0.02,"threshold":0.1,'
            b'"excess":0.2},"shape":{"type":"values","values":[1.0,2.0],"shares":[0.5,0.5]}}],'
            b'"metrics":[{"name":"mae","value":3.0},{"name":"f1","value":0.5,"threshold":0.4,'
            b'"operator":"LessThanThreshold","interval":[0.4,0.6]}]}'
        )
        shop.put("state/overview/shop/data_quality/2026/03/20260301T1300Z.json", old)
        fail(shop)
        render_execution(shop, FOLDER, kinds=KINDS)

        [drawn] = data_of(shop, SHOP_PAGE)["monitors"]
        assert drawn["states"] == ["good", "failed"]
        assert drawn["times"][0] == "2026-03-01T13:00:00Z"  # its window is unknown
        [trend] = drawn["trends"]
        assert (trend["name"], trend["values"], trend["limit"]) == ("F1", [0.5, None], 0.4)
        assert [each["name"] for each in drawn["folded"]] == ["Mean absolute error"]
        [feature] = drawn["features"]
        assert (feature["drift"], feature["threshold"]) == ([0.02, None], 0.1)
        assert feature["heat"]["rows"] == ["1", "2"]
        assert "amount 0.02 of 0.1" not in text_of(shop.objects[INDEX])  # the last window has no verdict

    def test_the_index_has_endpoints_that_an_earlier_version_wrote_last(self, shop: InMemoryStore) -> None:
        for endpoint in ("other", "shop"):
            shop.put(f"state/overview/{endpoint}/now.json", b'{"version":1,"endpoint":"x","monitors":[]}')
        put(shop, record("good", endpoint="other"))
        fail(shop)
        render_execution(shop, FOLDER, kinds=KINDS)

        assert "other" in text_of(shop.objects[INDEX])
        # And they are not made again for the next index.
        record_of_other = next(key for key in shop.objects if key.startswith("state/overview/other/data_quality/"))
        shop.delete(record_of_other)
        render_index_page(shop, kinds=KINDS)
        assert "other" in text_of(shop.objects[INDEX])

    def test_a_record_that_comes_while_the_index_is_made_is_on_it(self) -> None:
        key = "state/index/lines/shop.json"

        class Overtaken(InMemoryStore):
            late = True

            @override
            def put(self, key_: str, body: bytes, *, content_type: str = "application/octet-stream") -> None:
                if key_ == INDEX and self.late:
                    self.late = False
                    put(self, record("violated", 1))
                    render_endpoint_page(self, "shop", kinds=KINDS)
                super().put(key_, body, content_type=content_type)

        store = Overtaken(objects={"state/overview/shop/now.json": b'{"version":1,"endpoint":"shop","monitors":[]}'})
        put(store, record("good", 0))

        render_index_page(store, kinds=KINDS)

        assert parse_now(store.objects[key], key).monitors[0].state == "violated"
        assert "In alarm" in text_of(store.objects[INDEX])

    def test_a_line_of_the_index_with_more_fields_is_readable(self) -> None:
        """As an earlier version wrote it."""
        line = now_of("shop", [[record("violated", metrics=[auc_of(0.8, 0.85)])]])
        more = json.loads(line.to_json())
        more["monitors"][0] |= {"noun": "feature", "scheduled": "2026-01-02T00:00:00Z", "rows": 1000, "revision": None}
        more["monitors"][0]["line"] |= {"side": "at_least"}

        assert parse_now(json.dumps(more).encode(), "") == line


class TestRebuilding:
    def test_failed_executions_come_back_from_their_folders(self, shop: InMemoryStore) -> None:
        fail(shop)
        for hour in (2, 1, 0):
            render_execution(shop, folder_of("data_quality", LAST - hour * HOUR), kinds=KINDS)
        before = shop.objects[SHOP_PAGE], shop.objects[PAGE]
        kept = {key: body for key, body in shop.objects.items() if "overview/" not in key and "html" not in key}
        kept = {key: body for key, body in kept.items() if "reports/shop/model_quality" not in key}
        store = InMemoryStore(objects=kept)

        rebuilt = rebuild_overview(store, "shop", reports=True, step=lambda _: None, kinds=KINDS)

        assert rebuilt is not None
        assert (rebuilt.executions, rebuilt.reports, rebuilt.left_out) == (3, 3, ())
        assert (store.objects[SHOP_PAGE], store.objects[PAGE]) == before

    def test_a_verdict_that_came_since_is_what_counts(self, shop: InMemoryStore) -> None:
        fail(shop)
        run(shop)

        rebuilt = rebuild_overview(shop, "shop", reports=True, step=lambda _: None, kinds=KINDS)

        assert rebuilt is not None
        assert parse_record(shop.objects[RECORD], RECORD).state == "violated"
        assert b"No verdict" not in shop.objects[PAGE]

    def test_without_reports_only_the_field_does(self, shop: InMemoryStore) -> None:
        fail(shop)
        rebuilt = rebuild_overview(shop, "shop", reports=False, step=lambda _: None, kinds=KINDS)
        assert rebuilt is not None
        assert rebuilt.reports == 0
        assert parse_record(shop.objects[RECORD], RECORD).state == "failed"
        assert PAGE not in shop.objects

    def test_one_that_cannot_be_read_is_left_out(self, shop: InMemoryStore) -> None:
        shop.put(FOLDER + FAILURE, b"?")
        rebuilt = rebuild_overview(shop, "shop", reports=True, step=lambda _: None, kinds=KINDS)
        assert rebuilt is not None
        assert [folder for folder, _ in rebuilt.left_out] == [FOLDER]


class TestLaterReports:
    def test_the_next_verdict_has_a_gap_and_says_so(self, shop: InMemoryStore) -> None:
        fail(shop)
        later = folder_of("data_quality", LAST + HOUR)
        run(shop, LAST + HOUR)
        render_execution(shop, later, kinds=KINDS)

        data = data_of(shop, later + "report.html")
        assert (data["times"][-2], data["failed"]) == ("2026-03-01T14:00:00Z", [False, False, True, False])
        assert {each["title"]: each["values"][-2] for each in data["charts"]["trend"]} == {
            "Worst drift, in thresholds": None,
        }
        page = text_of(shop.objects[later + "report.html"])
        assert "Compared with 1 Mar 2026, 13:00 to 14:00 UTC" in page
        assert "Failed since 1 execution, that of 1 Mar 2026, 14:00 to 15:00 UTC" in page

    def test_after_failures_alone_nothing_is_compared(self, shop: InMemoryStore) -> None:
        for earlier in list(folders_before(shop, parse_place(FOLDER))):
            for name in [key for key in shop.objects if key.startswith(earlier.folder)]:
                shop.delete(name)
        fail(shop, LAST - HOUR)
        run(shop)
        render_execution(shop, FOLDER, kinds=KINDS)

        page = text_of(shop.objects[PAGE])
        assert "No verdict before this one is in reach. Failed since 1 execution, that of" in page


def failed_record_of(day: int) -> Any:
    scheduled = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day)
    store = InMemoryStore()
    folder = folder_of("data_quality", scheduled)
    place = parse_place(folder)
    store.put(folder + FAILURE, Failure.of(place, None, InvalidInputError("broken")).to_json())
    render_execution(store, folder, kinds=KINDS)
    key = f"state/overview/shop/data_quality/{scheduled:%Y/%m/%Y%m%dT%H%MZ}.json"
    return parse_record(store.objects[key], key)
