"""The page of an endpoint over time and the page of all endpoints, in a browser."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from driftline.domain.monitors.overdue import GRACE
from driftline.kinds.registry import KINDS
from driftline.usecases.pages.rebuild_overview import rebuild_overview
from tests.browser.opening import NARROW, Opened, layouts, narrow, until
from tests.browser.test_features import drawn
from tests.browser.test_reading import findings
from tests.fakes import InMemoryStore
from tests.overviews import DAY, FIRST, fleet, many, rendered, scheduled_daily, season, written
from tests.reporting import HOSTILE, taxi_store

SHOP, INDEX = "reports/shop/index.html", "reports/index.html"

SOON = FIRST + timedelta(hours=1)
"""Before anything is due."""

type OpenKey = Callable[..., Page]


@pytest.fixture
def open_key(opened_file: Callable[..., Opened], tmp_path: Path) -> OpenKey:
    """Opens an object of a store, among all its pages, so that links lead somewhere."""

    def open_page(store: InMemoryStore, key: str, *, at: datetime = SOON, **more: str) -> Page:
        return opened_file(written(store, tmp_path) / key, at=at, **more).page

    return open_page


@pytest.fixture(scope="module")
def shop() -> InMemoryStore:
    return rendered(scheduled_daily(season()))


@pytest.fixture(scope="module")
def hundred() -> InMemoryStore:
    return rendered(many())


@pytest.fixture(scope="module")
def teams() -> InMemoryStore:
    return rendered(fleet(40))


def names(page: Page, table: str) -> list[str]:
    return page.locator(f"{table} tbody tr:visible th bdi").all_inner_texts()


def test_the_endpoint_at_a_glance(open_key: OpenKey, shop: InMemoryStore) -> None:
    page = open_key(shop, SHOP)

    expect(page).to_have_title("shop: over time")
    expect(page.get_by_role("heading", level=1)).to_contain_text("No violations in the last window of each monitor.")
    expect(page.locator(".standing-now")).to_have_text("As of 31 Mar 2026.")
    expect(page.locator(".card")).to_have_count(2)
    expect(page.get_by_role("list", name="data_quality").get_by_role("link")).to_have_count(90)
    incidents = page.get_by_role("table", name="Incidents")
    expect(incidents.get_by_role("row")).to_have_count(3)
    expect(incidents).to_contain_text("feature_0")
    captions = page.locator("#monitor-1 .over-time figcaption")
    expect(captions).to_have_text(["AUC", "Rows with a label"])
    expect(page.locator("#incidents figcaption")).to_have_text(["Rows"])
    until(page, "Chart.getChart(document.querySelector('#monitor-0 canvas')) !== undefined")
    assert drawn(page, "#monitor-0 canvas")


def test_the_heat_map_follows_the_chosen_feature(open_key: OpenKey, shop: InMemoryStore) -> None:
    page = open_key(shop, SHOP)
    heat = page.locator("table.heat")
    expect(heat).to_have_attribute("aria-label", "Distribution of feature_0 in the last 90 windows")
    expect(heat.locator("thead th")).to_have_count(91)  # and the baseline's
    assert page.evaluate(APART) < 2
    rows = heat.locator("tbody tr").count()
    assert rows > 15
    expect(heat.locator("tfoot td.over")).to_have_count(25)
    # The distribution goes up and comes back: the median's row of a quiet day and of the worst.
    median = "day => [...document.querySelectorAll(`.heat td.median[data-column='${day}']`)].map(td => td.dataset.row)"
    [quiet], [worst] = page.evaluate(median, 10), page.evaluate(median, 75)
    assert int(worst) > int(quiet) + 5

    page.get_by_label("Feature", exact=True).select_option("feature_1")

    expect(heat.locator("tbody th")).to_have_text(["card", "cash", "other", "transfer"])
    page.get_by_role("button", name="Show the distribution of feature_2", exact=True).click()
    expect(heat).to_have_attribute("aria-label", "Distribution of feature_2 in the last 90 windows")
    expect(page.get_by_label("Feature", exact=True)).to_be_focused()


APART = """() => {
  const left = (each) => each.getBoundingClientRect().left;
  const cells = [...document.querySelectorAll(".cells")[0].querySelectorAll("li")];
  const columns = document.querySelectorAll(".heat tbody tr:first-child td[data-column]:not([data-column='-1'])");
  return Math.max(...cells.map((cell, i) => Math.abs(left(cell) - left(columns[i]))));
}"""
"""Pixels between the fields of a strip and the columns of the map at most: they share an axis."""


def test_drift_and_completeness_of_the_chosen_feature(open_key: OpenKey, shop: InMemoryStore) -> None:
    page = open_key(shop, SHOP)
    course = page.locator(".course")
    expect(course.locator("figcaption")).to_have_text(["Values", "Drift", "Completeness"])
    course.scroll_into_view_if_needed()
    chart = "Chart.getChart(document.querySelectorAll('.course canvas')[{}])"
    until(page, f"{chart.format(1)} !== undefined")
    labels = chart + ".data.datasets.map(each => each.label).filter(each => each[0] !== '_')"
    assert page.evaluate(labels.format(0)) == ["Median", "Middle half", "Baseline"]
    assert page.evaluate(labels.format(1)) == ["Drift", "Threshold"]
    assert page.evaluate(labels.format(2)) == ["Completeness", "Threshold"]
    lower, median, upper = (page.evaluate(f"{chart.format(0)}.data.datasets[{i}].data[75]") for i in (1, 0, 2))
    assert lower < median < upper

    page.get_by_label("Feature", exact=True).select_option("feature_1")

    expect(course.locator("figcaption")).to_have_text(["Drift", "Completeness"])  # categories have no middle
    course.get_by_text("Table of Drift").click()
    table = course.get_by_role("table", name="Drift of feature_1")
    expect(table.get_by_role("row")).to_have_count(91)
    expect(table.get_by_role("row").nth(1)).to_contain_text("31 Mar 2026")


def test_every_chart_has_a_label_and_a_table(open_key: OpenKey, shop: InMemoryStore) -> None:
    page = open_key(shop, SHOP)

    figures = page.locator("figure:not(.heat-figure)")
    assert figures.count() == 7
    for figure in figures.all():
        label = figure.locator("canvas").get_attribute("aria-label")
        assert label is not None
        assert len(label) > 20
        assert figure.locator("details table tbody tr").count() == 90


def test_a_cell_tells_what_it_is(open_key: OpenKey, shop: InMemoryStore) -> None:
    page = open_key(shop, SHOP)
    page.locator(".heat td[data-column='75'][data-row='2']").hover()

    readout = page.locator(".readout")
    expect(readout).to_contain_text("17 Mar 2026")
    expect(readout).to_contain_text("of the rows · baseline")
    expect(readout.get_by_role("link")).to_have_attribute("href", "data_quality/2026/03/18/00/report.html")
    shares = page.locator(".heat tbody td[data-column='75']").all_text_contents()
    assert sum(float(each.removesuffix(" %")) for each in shares) == pytest.approx(100, abs=1.5)


def test_features_are_sorted_searched_and_folded(open_key: OpenKey, shop: InMemoryStore) -> None:
    page = open_key(shop, SHOP)
    status = page.locator(".shown")
    expect(status).to_have_text("30 of 30 features, the first 20 shown")
    assert len(names(page, ".features")) == 20

    page.get_by_label("Search").fill("feature_1")
    expect(status).to_have_text("11 of 30 features")
    page.get_by_label("Search").fill("")
    page.get_by_role("columnheader", name="Feature").get_by_role("button").click()
    assert names(page, ".features")[:3] == ["feature_0", "feature_1", "feature_2"]
    page.get_by_role("columnheader", name="Feature").get_by_role("button").click()
    assert names(page, ".features")[0] == "feature_29"
    drifts = page.get_by_role("columnheader", name="Windows drifted")
    drifts.get_by_role("button").click()
    expect(drifts).to_have_attribute("aria-sort", "descending")
    assert names(page, ".features")[:2] == ["feature_0", "feature_1"]
    page.get_by_role("button", name="Show all 30 features").click()
    expect(status).to_have_text("30 of 30 features")
    assert len(names(page, ".features")) == 30


def test_keyboard_alone(open_key: OpenKey, shop: InMemoryStore) -> None:
    page = open_key(shop, SHOP)
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to the content")

    last = page.get_by_role("list", name="data_quality").get_by_role("link").last
    last.focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(":focus")).to_have_text("30 Mar 2026: no violations")
    page.keyboard.press("Home")
    expect(page.locator(":focus")).to_have_text("1 Jan 2026: no violations")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("31 Mar 2026: no violations")  # the next monitor's strip

    page.get_by_label("Feature", exact=True).focus()
    page.keyboard.press("Tab")
    # Scrolling regions take the focus in some browsers.
    if page.evaluate("!document.activeElement.matches('td')"):
        page.keyboard.press("Tab")
    expect(page.locator(".readout")).to_contain_text("31 Mar 2026")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".readout")).to_contain_text("30 Mar 2026")
    for _ in range(40):
        page.keyboard.press("ArrowDown")
    expect(page.locator(".readout")).to_contain_text("drift 0.")
    assert page.locator(".heat td[tabindex='0']").count() == 1


def test_a_hundred_endpoints_are_usable(open_key: OpenKey, hundred: InMemoryStore) -> None:
    page = open_key(hundred, INDEX)
    expect(page.get_by_role("heading", level=1)).to_contain_text("10 of 100 endpoints have an open incident.")
    status = page.get_by_role("status")
    expect(status).to_have_text("100 of 100 endpoints")
    assert names(page, ".index")[0] == "endpoint-003"
    page.get_by_label("State").select_option("not_evaluated")
    expect(status).to_have_text("5 of 100 endpoints")

    page.get_by_label("State").select_option("violated")
    expect(status).to_have_text("10 of 100 endpoints")
    page.get_by_label("Search").fill("-09")
    assert names(page, ".index") == ["endpoint-093"]
    page.get_by_label("State").select_option("")
    expect(status).to_have_text("10 of 100 endpoints")
    page.get_by_label("Search").fill("")
    page.get_by_role("button", name="Model quality").click()
    aucs = [float(each) for each in page.locator(".index [data-of='model_quality'] .figure").all_inner_texts()]
    assert len(aucs) == 95
    assert aucs == sorted(aucs)
    ranks = page.locator(".index tbody tr").evaluate_all(
        "all => all.map(row => row.dataset['kind-1'] ?? row.getAttribute('data-kind-1'))"
    )
    assert ranks[95:] == [""] * 5  # endpoints without rows come last
    page.get_by_role("button", name="Endpoint").click()
    page.get_by_role("button", name="Endpoint").click()
    assert names(page, ".index")[0] == "endpoint-099"
    live = "[...document.querySelectorAll('canvas')].filter(each => Chart.getChart(each)).length"
    until(page, f"{live} > 10")
    assert page.evaluate(live) < 120


def test_what_did_not_come_is_not_good(open_key: OpenKey, shop: InMemoryStore) -> None:
    """Given a page that was written when all was well, and read when two more executions should have come."""
    late = FIRST + 92 * DAY
    page = open_key(shop, SHOP, at=late)

    expect(page.get_by_role("heading", level=1)).to_contain_text("Overdue")
    expect(page.locator(".card .state")).to_have_text(["Overdue", "Overdue"])
    expect(page.locator(".due").first).to_have_text("Overdue since2 Apr 2026, 00:00 UTC")
    expect(page.locator(".standing-now")).to_contain_text("data_quality and of model_quality did not come.")

    page = open_key(shop, INDEX, at=late)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Overdue: shop.")
    expect(page.locator(".badges a")).to_have_text(["overdue: data_quality", "overdue: model_quality"])
    expect(page.locator(".index .moment")).to_contain_text("overdue since 2 Apr 2026, 00:00 UTC")
    page.get_by_label("State").select_option("good")
    expect(page.get_by_role("status")).to_have_text("0 of 1 endpoints")


def test_it_is_overdue_when_the_alarm_on_schedules_says_so(open_key: OpenKey, shop: InMemoryStore) -> None:
    missing = FIRST + 91 * DAY + GRACE
    for key in (SHOP, INDEX):
        expect(open_key(shop, key, at=missing - timedelta(seconds=1)).locator(".verdict")).not_to_contain_text(
            "Overdue"
        )
        expect(open_key(shop, key, at=missing).locator(".verdict")).to_contain_text("Overdue")


def test_what_is_chosen_is_in_the_address_and_the_address_chooses(open_key: OpenKey, teams: InMemoryStore) -> None:
    page = open_key(teams, INDEX, at=FIRST + 100 * DAY)
    status = page.get_by_role("status")
    page.get_by_label("Search").fill("tier=gold AUC")
    page.locator("select.team").select_option("team-3")
    expect(status).to_have_text("2 of 40 endpoints")
    assert names(page, ".index")[0] == "endpoint-024"
    page.get_by_label("Group by team").check()
    expect(page.locator(".index .group:visible th[scope=rowgroup]")).to_have_text("team-3 2 of 5")
    assert page.evaluate("location.hash") == "#/q=tier%3Dgold+AUC&team=team-3&group=team"
    page.reload()
    expect(status).to_have_text("2 of 40 endpoints")
    expect(page.get_by_label("Group by team")).to_be_checked()
    page.evaluate("location.hash = '#/state=violated'")
    expect(status).to_have_text("4 of 40 endpoints")
    expect(page.get_by_label("Search")).to_have_value("")
    expect(page.locator(".index .group")).to_have_count(0)


def test_groups_keep_the_order_and_axe_finds_nothing(open_key: OpenKey, teams: InMemoryStore) -> None:
    page = open_key(teams, f"{INDEX}", at=FIRST + 100 * DAY)
    page.evaluate("location.hash = '#/group=team'")
    titles = page.locator(".index .group th[scope=rowgroup] bdi")
    expect(titles).to_have_count(8)
    assert titles.all_inner_texts()[-1] == "no team"
    page.get_by_role("button", name="Endpoint").click()
    assert titles.all_inner_texts()[0] == "team-1"
    expect(page.locator(".index .age").first).to_have_text("94 d ago")
    assert findings(page) == []


def test_without_scripts_all_rows_are_there(browser: Browser, teams: InMemoryStore) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.set_content(teams.objects[INDEX].decode())
    expect(page.locator(".index tbody tr")).to_have_count(40)
    expect(page.get_by_label("Search")).to_be_hidden()
    context.close()


def test_from_the_index_to_the_endpoint_and_back(open_key: OpenKey, hundred: InMemoryStore) -> None:
    page = open_key(hundred, INDEX)

    page.get_by_role("link", name="endpoint-003").click()
    expect(page).to_have_title("endpoint-003: over time")
    page.get_by_role("link", name="All endpoints").click()
    expect(page).to_have_title("Endpoints")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("key", [SHOP, INDEX])
def test_axe_finds_nothing(open_key: OpenKey, shop: InMemoryStore, key: str, scheme: str) -> None:
    page = open_key(shop, key, scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")

    assert findings(page) == []


def test_axe_finds_nothing_on_a_hundred_endpoints(open_key: OpenKey, hundred: InMemoryStore) -> None:
    assert findings(open_key(hundred, INDEX)) == []


def test_the_mondays_of_new_york(open_key: OpenKey, shared_data: Path) -> None:
    store = taxi_store(shared_data)
    rebuild_overview(store, "taxi", reports=False, step=lambda _: None, kinds=KINDS)
    page = open_key(store, "reports/taxi/index.html")

    expect(page.locator(".standing-now")).to_contain_text("data_quality since at least 3 Feb 2020, 00:00 UTC")
    page.get_by_label("Feature", exact=True).select_option("pickup_count")
    expect(page.locator(".heat thead th")).to_have_text(
        [f"{day} 2020, 00:00 UTC" for day in ("3 Feb", "10 Feb", "17 Feb", "24 Feb", "2 Mar", "9 Mar", "16 Mar")]
    )
    median = "day => Number(document.querySelector(`.heat td.median[data-column='${day}']`).dataset.row)"
    assert page.evaluate(median, 6) < page.evaluate(median, 5)  # nobody takes a taxi any more
    assert findings(page) == []


def test_hostile_names_run_nothing(open_key: OpenKey) -> None:
    store = rendered(season(12, 12, names=HOSTILE))
    page = open_key(store, SHOP)

    expect(page).to_have_title("shop: over time")
    page.get_by_label("Feature", exact=True).select_option(index=1)
    for select in range(page.locator(".choose option").count()):
        page.get_by_label("Feature", exact=True).select_option(index=select)
        page.locator(".heat tbody td").last.hover()
    assert page.evaluate("document.querySelectorAll('img, svg, iframe, script').length") == 2
    assert "</script><script>document.title='owned'</script>" in names(page, ".features")
    assert any(each.startswith("[U+202E]gnp.elif") for each in names(page, ".features"))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(open_key(store, INDEX)).to_have_title("Endpoints")


@pytest.mark.parametrize("key", [SHOP, INDEX])
def test_a_phone_shows_rows_whole(open_key: OpenKey, shop: InMemoryStore, key: str) -> None:
    """Nothing of the tables is out of sight to the right, and the first thing is what was found."""
    page = open_key(shop, key)
    page.set_viewport_size({"width": 390, "height": 800})

    hidden = "all => all.filter(each => each.scrollWidth > each.clientWidth + 1).map(each => each.className)"
    assert page.locator(".wide").evaluate_all(hidden) == []
    wide = "all => all.filter(each => each.getBoundingClientRect().right > innerWidth).length"
    cells = page.locator(".index :is(th, td), .features :is(th, td), .incidents :is(th, td), .heat :is(th, td)")
    assert cells.count() > 5
    assert cells.evaluate_all(wide) == 0


def test_on_a_phone_what_was_found_comes_before_its_figures(open_key: OpenKey, hundred: InMemoryStore) -> None:
    page = open_key(hundred, INDEX)
    page.set_viewport_size({"width": 390, "height": 800})

    tops = "row => [...row.cells].map(cell => [cell.getBoundingClientRect().top, cell.className || 'name'])"
    order = [name for _, name in sorted(page.locator(".index tbody tr").first.evaluate(tops))]
    assert order == ["name", "moved", "states", "spark", "spark", "moment"]


@pytest.mark.parametrize("key", [SHOP, INDEX])
def test_a_narrow_screen_does_not_scroll_sideways(open_key: OpenKey, shop: InMemoryStore, key: str) -> None:
    assert narrow(open_key(shop, key)) <= NARROW


def test_paper_is_light_and_keeps_the_colours_of_the_map(open_key: OpenKey, shop: InMemoryStore) -> None:
    page = open_key(shop, SHOP, scheme="dark")
    page.emulate_media(media="print")

    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.querySelector('.heat')).printColorAdjust") == "exact"
    expect(page.get_by_label("Search")).to_be_hidden()
    assert len(page.pdf()) > 20_000


def test_states_and_incidents_need_no_script(browser: Browser, shop: InMemoryStore) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.set_content(shop.objects[SHOP].decode())
    expect(page.get_by_role("table", name="Incidents").get_by_role("row")).to_have_count(3)
    expect(page.locator(".features tbody tr")).to_have_count(30)
    page = context.new_page()
    page.set_content(shop.objects[INDEX].decode())
    expect(page.locator(".index tbody tr")).to_contain_text("data_quality")
    context.close()


def test_of_many_features_only_the_chosen_one_is_drawn(open_key: OpenKey) -> None:
    """A few layouts for each chart in view, none for each of the 500 features."""
    page = open_key(rendered(season(90, 500)), SHOP)

    choose = """() => {
      const choose = document.querySelector(".choose");
      choose.value = choose.options[choose.options.length - 1].value;
      choose.dispatchEvent(new Event("input"));
    }"""
    assert layouts(page, choose) < 250
    assert page.evaluate("[...document.querySelectorAll('canvas')].filter(each => Chart.getChart(each)).length") <= 60
