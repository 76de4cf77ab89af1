"""From executions to pages: records of Driftline's and SageMaker's files, concurrency, hostile names, size and time."""

import json
import re
from base64 import b64encode
from datetime import timedelta
from hashlib import sha256
from html import unescape
from pathlib import Path
from posixpath import join, normpath
from typing import Any, override

import pytest

from driftline.domain.executions.place import parse_place
from driftline.domain.keys import OVERVIEW, document_key, overview_now_key, overview_record_key
from driftline.kinds.registry import KINDS
from driftline.presentation.pages.overview.now import now_of, parse_now
from driftline.presentation.pages.overview.record import FigureRecord, GaugeRecord, SubjectRecord
from driftline.presentation.pages.overview.record_files import parse_record
from driftline.presentation.pages.overview.view_features import features_view
from driftline.presentation.pages.overview.view_index import index_view
from driftline.usecases.pages.overview_records import NEWEST, keep_record, read_records
from driftline.usecases.pages.rebuild_overview import rebuild_overview
from driftline.usecases.pages.render_index import render_index_page
from driftline.usecases.pages.render_overview import render_endpoint_page
from driftline.usecases.pages.render_report import render_report
from driftline.usecases.pages.report_inputs import report_inputs
from tests.effort import calls
from tests.fakes import InMemoryStore
from tests.overviews import FIRST, auc_of, many, put, record, rendered, scheduled_daily, season
from tests.rendering import render_overview
from tests.reporting import HOSTILE, LAST, MADE, folder_of, made_store, shop_store, taxi_store

SHOP_PAGE, INDEX = "reports/shop/index.html", "reports/index.html"


@pytest.fixture(scope="module")
def executed() -> InMemoryStore:
    return shop_store()


@pytest.fixture
def shop(executed: InMemoryStore) -> InMemoryStore:
    return InMemoryStore(objects=executed.objects)


@pytest.fixture(scope="module")
def taxi(shared_data: Path) -> InMemoryStore:
    store = taxi_store(shared_data)
    rebuild_overview(store, "taxi", reports=False, step=lambda _: None, kinds=KINDS)
    render_index_page(store, kinds=KINDS)
    return store


def run(store: InMemoryStore, folder: str) -> None:
    """What the function does after an execution."""
    made = render_report(store, folder, kinds=KINDS)
    assert render_overview(store, made.report, made.inputs.baseline, kinds=KINDS) is not None


def run_all(store: InMemoryStore) -> None:
    for hour in (2, 1, 0):
        for monitor in ("data_quality", "model_quality"):
            run(store, folder_of(monitor, LAST - timedelta(hours=hour)))


def data_of(store: InMemoryStore, key: str) -> Any:
    match = re.search(rb'<script type="application/json" id="data">(.*?)</script>', store.objects[key], re.DOTALL)
    assert match is not None
    return json.loads(match[1])


def text_of(store: InMemoryStore, key: str) -> str:
    """What is outside of scripts and styles, without tags."""
    body = re.sub(rb"<(script|style).*?</\1>", b"", store.objects[key], flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", body.decode())).split())


def test_an_execution_brings_its_endpoint_onto_both_pages(shop: InMemoryStore) -> None:
    run_all(shop)

    page, index = text_of(shop, SHOP_PAGE), text_of(shop, INDEX)
    assert "In alarm: data_quality since 1 Mar 2026, 14:00 UTC (1 window); model_quality since" in page
    assert "amount: 22.7 % → 6.7 % from 97.75 to 103.5" in page
    assert "In alarm shop: " in index
    assert "amount" in index
    [quality, performance] = data_of(shop, SHOP_PAGE)["monitors"]
    assert quality["times"] == [f"2026-03-01T{hour}:00:00Z" for hour in (12, 13, 14)]
    assert quality["ends"][-1] == "2026-03-01T15:00:00Z"
    assert quality["labels"][-1] == "1 Mar 2026, 14:00 to 15:00 UTC"
    assert quality["links"][-1] == "data_quality/2026/03/01/15/report.html"
    assert quality["states"] == ["good", "good", "violated"]
    assert performance["coverage"][-1] == pytest.approx(2 / 3, abs=0.01)
    assert performance["trends"][0].keys() >= {"name", "values", "lower", "upper", "limit"}
    assert len(performance["trends"]) <= 4
    folded = {each["name"] for each in performance["folded"]}
    assert {"True positive rate", "False negative rate"} <= folded  # recall, and what is left of it


def test_the_heat_map_is_that_of_the_statistics(shop: InMemoryStore) -> None:
    run_all(shop)

    [quality, _] = data_of(shop, SHOP_PAGE)["monitors"]
    by_name = {feature["name"]: feature for feature in quality["features"]}
    country = by_name["country"]["heat"]
    newest = dict(zip(country["rows"], thousandths(country["columns"][-1]), strict=True))
    statistics = json.loads(shop.objects[f"{folder_of('data_quality')}statistics.json"])
    feature = next(each for each in statistics["features"] if each["name"] == "country")
    buckets = feature["string_statistics"]["distribution"]["categorical"]["buckets"]
    total = sum(bucket["count"] for bucket in buckets)
    assert newest == {bucket["value"]: pytest.approx(bucket["count"] / total, abs=6e-4) for bucket in buckets}
    assert thousandths(country["baseline"])[country["rows"].index("es")] == 0.0
    assert by_name["amount"]["drifted"] == [2]


def thousandths(text: str) -> list[float]:
    return [int(text[i : i + 2], 36) / 1000 for i in range(0, len(text), 2)]


def test_the_same_executions_give_the_same_bytes_in_any_order(shop: InMemoryStore) -> None:
    other = InMemoryStore(objects=shop.objects)
    run_all(shop)
    for monitor in ("model_quality", "data_quality"):
        for hour in (0, 2, 1, 1):
            run(other, folder_of(monitor, LAST - timedelta(hours=hour)))

    for key in (SHOP_PAGE, INDEX):
        assert other.objects[key] == shop.objects[key]


def test_a_revision_takes_the_place_of_what_it_revises(shop: InMemoryStore) -> None:
    run_all(shop)
    key = overview_record_key("shop", "data_quality", LAST)
    before = parse_record(shop.get(key).body, key)
    folder = folder_of("data_quality")
    summary = json.loads(shop.objects[f"{folder}summary.json"]) | {"findings": [], "status": "Completed"}
    shop.put(f"{folder}summary.json", json.dumps(summary).encode())
    made = render_report(shop, folder, revision=2, kinds=KINDS)

    render_overview(shop, made.report, made.inputs.baseline, kinds=KINDS)

    after = parse_record(shop.get(key).body, key)
    assert (before.state, after.state, after.revision) == ("violated", "good", 2)
    assert data_of(shop, SHOP_PAGE)["monitors"][0]["states"] == ["good", "good", "good"]


@pytest.mark.parametrize("below", ["", "30/", "from-20260301T1400Z/"])
def test_an_executions_page_leads_to_its_endpoints(shop: InMemoryStore, below: str) -> None:
    folder = f"{folder_of('data_quality')}{below}"
    for name in ("statistics", "constraint_violations", "summary"):
        shop.put(f"{folder}{name}.json", shop.objects[f"{folder_of('data_quality')}{name}.json"])

    page = shop.objects[render_report(shop, folder, kinds=KINDS).key].decode()

    [link] = re.findall(r'href="([^"]*index[.]html)"', page)
    assert normpath(join(folder, link)) == SHOP_PAGE


def test_a_page_that_lies_elsewhere_leads_nowhere(shop: InMemoryStore) -> None:
    folder = "sagemaker/shop/schedule/2026/03/01/15/"
    shop.put(f"{folder}statistics.json", shop.objects[f"{folder_of('data_quality')}statistics.json"])

    assert b"index.html" not in shop.objects[render_report(shop, folder, kinds=KINDS).key]


def test_windows_by_hand_are_on_no_page(shop: InMemoryStore) -> None:
    folder = folder_of("data_quality")
    for name in ("statistics", "constraint_violations", "summary"):
        shop.put(f"{folder}from-20260301T1400Z/{name}.json", shop.objects[f"{folder}{name}.json"])
    made = render_report(shop, f"{folder}from-20260301T1400Z/", kinds=KINDS)

    assert render_overview(shop, made.report, None, kinds=KINDS) is None

    assert SHOP_PAGE not in shop.objects
    assert not list(shop.list(OVERVIEW))


def test_sagemakers_mondays(taxi: InMemoryStore) -> None:
    [quality, performance] = data_of(taxi, "reports/taxi/index.html")["monitors"]

    assert quality["states"] == ["violated"] * 7
    [records, _] = [each.records for each in read_records(taxi, "taxi")]
    assert [each.violations for each in records] == [31, 38, 59, 45, 40, 50, 102]
    pickups = next(each for each in quality["features"] if each["name"] == "pickup_count")
    assert all(sum(thousandths(column)) == pytest.approx(1.0, abs=0.02) for column in pickups["heat"]["columns"])
    mae = next(each for each in performance["trends"] if each["name"] == "Mean absolute error")
    assert mae["values"][-1] == pytest.approx(101.9, abs=0.1)
    assert mae["limit"] == pytest.approx(38.3, abs=0.1)
    assert "In alarm taxi: " in text_of(taxi, INDEX)


def test_an_executions_record_is_small(taxi: InMemoryStore) -> None:
    sizes = {key: len(body) for key, body in taxi.objects.items() if key.startswith(OVERVIEW)}

    assert max(sizes.values()) < 600 * 145  # bytes a feature


def test_only_the_newest_executions_are_read() -> None:
    store = InMemoryStore()
    for day in range(-250, 0):
        put(store, record("good", day))
    reads: list[str] = []

    class Counting(InMemoryStore):
        @override
        def get(self, key: str) -> Any:
            reads.append(key)
            return super().get(key)

    [found] = read_records(Counting(objects=store.objects), "shop")

    assert len(found.records) == NEWEST
    assert found.records[-1].time == "2025-12-31T00:00:00Z"
    assert [each.scheduled for each in found.records] == sorted(each.scheduled for each in found.records)
    assert len(reads) == NEWEST + 1  # and once in vain, what an earlier page may have kept of them


def test_records_of_another_version_are_left_out() -> None:
    store = InMemoryStore()
    put(store, record("good", 0), record("good", 1), record("good", 2))
    key = overview_record_key("shop", "data_quality", FIRST + timedelta(days=1))
    store.put(key, store.objects[key].replace(b'"version":2', b'"version":3'))
    other = overview_record_key("shop", "data_quality", FIRST + timedelta(days=2))
    store.put(other, b'{"version": 1, "nonsense": true}')

    assert render_endpoint_page(store, "shop", kinds=KINDS) == 1


def test_who_was_overtaken_makes_the_page_again() -> None:
    """Given two executions at once: while the first makes its page, the record and the page of the second appear."""

    class Overtaken(InMemoryStore):
        late = True

        @override
        def put(self, key: str, body: bytes, *, content_type: str = "application/octet-stream") -> None:
            if key == SHOP_PAGE and self.late:
                self.late = False
                put(self, record("violated", 1))
                render_endpoint_page(self, "shop", kinds=KINDS)
            super().put(key, body, content_type=content_type)

    store = Overtaken()
    put(store, record("good", 0))

    render_endpoint_page(store, "shop", kinds=KINDS)

    assert data_of(store, SHOP_PAGE)["monitors"][0]["states"] == ["good", "violated"]
    key = overview_now_key("shop")
    assert parse_now(store.get(key).body, key).monitors[0].opened == "2026-01-02T00:00:00Z"


def test_incidents_are_on_the_time_line_and_in_the_table() -> None:
    store = InMemoryStore()
    states = ["good", "violated", "violated", "good", "not_evaluated", "violated"]
    put(store, *(record(state, day) for day, state in enumerate(states)))

    page = text_of(rendered(store), SHOP_PAGE)

    assert "In alarm: data_quality since 6 Jan 2026 (1 window). As of 6 Jan 2026." in page
    assert "2 Jan 2026 4 Jan 2026 2 1 amount" in page
    assert "5 Jan 2026: not evaluated" in page


def test_an_incident_stays_open_without_rows_and_the_index_says_so() -> None:
    store = InMemoryStore()
    put(store, record("good", 0), record("violated", 1), record("not_evaluated", 2))

    index = text_of(rendered(store), INDEX)

    assert "since 2 Jan 2026" in index
    assert "not evaluated: data_quality" in index


def test_a_window_that_was_not_evaluated_is_never_good() -> None:
    """One monitor that found nothing does not make up for another that saw nothing."""
    store = InMemoryStore()
    blind = record("not_evaluated", monitor="model_quality", reason="No labels.", coverage=0.0)
    put(store, record("good"), blind)
    rendered(store)

    for page in (text_of(store, SHOP_PAGE), text_of(store, INDEX)):
        assert "Not evaluated" in page
    assert "No labels." in text_of(store, SHOP_PAGE)
    assert "Not evaluated shop: " in text_of(store, INDEX)
    assert b'class="verdict not_evaluated"' in store.objects[INDEX]


def test_pages_say_as_of_when_and_carry_what_is_due_next() -> None:
    store = scheduled_daily(InMemoryStore())
    put(store, record("good", 0), record("good", 1))

    page = text_of(rendered(store), SHOP_PAGE)

    assert "As of 2 Jan 2026." in page
    assert "Next due 4 Jan 2026, 00:00 UTC" in page
    assert b'data-due="2026-01-04T00:00:00Z"' in store.objects[INDEX]


def test_nothing_is_due_before_its_schedule_was_first_seen() -> None:
    """A stack that replays the past is not late with it."""
    store = scheduled_daily(InMemoryStore(), since=FIRST + timedelta(days=99, hours=12))
    put(store, record("good", 0), record("good", 1))

    assert "Next due 11 Apr 2026, 00:00 UTC" in text_of(rendered(store), SHOP_PAGE)


def test_a_changed_schedule_is_waited_for_anew() -> None:
    store = scheduled_daily(InMemoryStore())
    document = store.get(document_key("shop")).body.replace(b"cron(0 0 ?", b"cron(0 6 ?")
    store.put(document_key("shop"), document)
    put(store, record("good", 0), record("good", 1))

    assert "Next due" not in text_of(rendered(store), SHOP_PAGE)


def test_nothing_is_due_where_nobody_runs_schedules(shop: InMemoryStore) -> None:
    run(shop, folder_of("data_quality"))

    assert "Next due" not in text_of(shop, SHOP_PAGE)


def test_an_index_without_endpoints() -> None:
    store = InMemoryStore()

    assert render_index_page(store, kinds=KINDS).endpoints == 0

    assert "No execution of any endpoint was rendered yet." in text_of(store, INDEX)


def test_a_hundred_endpoints_those_in_alarm_first() -> None:
    store = rendered(many())

    names = re.findall(r'data-name="([^"]*)"', store.objects[INDEX].decode())
    assert len(names) == 100
    assert names[:10] == [f"endpoint-{i:03}" for i in range(3, 100, 10)]
    assert names[10:15] == [f"endpoint-{i:03}" for i in range(6, 100, 20)]
    assert names[15:] == sorted(names[15:])
    assert len(store.objects[INDEX]) < 600_000


def test_figures_are_in_the_order_of_their_numbers() -> None:
    """0.9 is more than 0.85, and a metric that is undefined has no place."""
    lines = [
        now_of(name, [[record("good", endpoint=name, monitor="model_quality", metrics=[FigureRecord(name=metric, title=metric, value=value)])]])
        for name, metric, value in (
            ("a", "auc", 0.9), ("b", "auc", 0.85), ("c", "r2", -0.5), ("d", "r2", -2.0), ("e", "auc", None)
        )
    ]  # fmt: skip

    assert [row.kinds[0][2] for row in index_view(lines).rows] == [1, 0, 3, 2, None]


def test_what_is_violated_stands_for_an_execution_whose_main_figure_holds() -> None:
    held, beyond = auc_of(0.9, 0.85), FigureRecord(name="recall", title="Recall", value=0.2, limit=0.4, violated=True)
    executions = [record("violated", monitor="model_quality", metrics=[held, beyond])]

    [(_, spark, _)] = index_view([now_of("shop", [executions])]).rows[0].kinds

    assert spark is not None
    assert (spark.name, spark.now, spark.violated) == ("Recall", "0.2", True)


def test_each_kind_of_monitor_has_a_column() -> None:
    a = now_of("a", [[record("good", endpoint="a")], [record("good", endpoint="a", monitor="thirds", kind="third")]])
    b = now_of("b", [[record("good", endpoint="b", monitor="another", kind="data_quality")]])

    view = index_view([a, b])

    assert [column.title for column in view.columns] == ["Data quality", "Third"]
    assert [[spark is not None for _, spark, _ in row.kinds] for row in view.rows] == [[True, True], [True, False]]


def test_a_p_value_is_told_as_one() -> None:
    gauge = GaugeRecord(value=0.0, limit=0.05, side="at_least", measure="p_value", beyond=True, excess=1e12)
    executions = [
        record("violated", features=[SubjectRecord(name="country", note="String", completeness=1.0, gauge=gauge)])
    ]

    (row,) = index_view([now_of("shop", [executions])]).rows
    (feature,) = features_view(executions, None).rows

    [(_, spark, _)] = row.kinds
    assert spark is not None
    assert spark.beside == "p = 0, at least 0.05"
    assert (feature.drift, feature.threshold) == ("p = 0", "at least 0.05")


@pytest.mark.parametrize(
    ("gauge", "beside", "bar"),
    [
        (GaugeRecord(value=0.0512, limit=0.1, excess=0.512), "0.0512 of 0.1", 25),
        (GaugeRecord(value=0.1, limit=0.1, excess=1.0), "0.1 of 0.1", 50),
        (GaugeRecord(value=0.7, limit=0.1, excess=7.0, beyond=True), "0.7 of 0.1", 100),
        (GaugeRecord(value=0.051, measure="share"), "5.1 %", 0),
    ],
)
def test_a_figure_and_its_limit_are_told_alike_on_both_pages(gauge: GaugeRecord, beside: str, bar: int) -> None:
    executions = [record("good", features=[SubjectRecord(name="amount", gauge=gauge)])]

    (row,) = index_view([now_of("shop", [executions])]).rows
    (feature,) = features_view(executions, None).rows

    [(_, spark, _)] = row.kinds
    assert spark is not None
    assert spark.beside == beside
    assert f"{feature.drift} {feature.threshold}".rstrip() == beside
    assert feature.fill == bar


def test_hostile_names_are_text() -> None:
    store = season(12, 12, names=HOSTILE)
    made = report_inputs(made_store(HOSTILE), parse_place(MADE), kinds=KINDS)
    keep_record(store, made.report(), made.baseline)

    rendered(store)

    for key in (SHOP_PAGE, INDEX):
        page = store.objects[key].decode()
        assert page.count("<script") == 2
        assert "<img" not in page
        assert "<svg" not in page
        assert "\u202e" not in page
        assert "x" * 300 not in page
        script = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)[0]
        digest = b64encode(sha256(script.encode()).digest()).decode()
        assert f"script-src &#39;sha256-{digest}&#39;" in page


def test_pages_stay_small_and_their_effort_grows_no_faster_than_the_features() -> None:
    def effort(features: int) -> int:
        store = season(NEWEST, features)
        found = calls(lambda: rendered(store))
        assert len(store.objects[SHOP_PAGE]) < 1_500_000
        return found

    effort(1)  # what is read once a process
    few, many = effort(50), effort(500)

    assert many < 10 * few


def test_of_many_features_those_that_moved_most_are_shown() -> None:
    store = rendered(season(5, 500))

    page = text_of(store, SHOP_PAGE)

    assert "The 150 features that moved most" in page
    assert "Features 500" in page
