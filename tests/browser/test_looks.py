"""What an operator sees without doing anything: axes, labels, colours, small screens, paper, settings of the system."""

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from driftline.kinds.registry import KINDS
from driftline.usecases.pages.render_report import render_report
from tests.browser.conftest import Open
from tests.browser.opening import Opened, until
from tests.fakes import InMemoryStore
from tests.overviews import rendered, season, written
from tests.reporting import HOSTILE, LAST, MADE, folder_of, made_store

CHART = "Chart.getChart([...document.querySelectorAll('figure')].find(each => each.innerText.startsWith({!r}))?.querySelector('canvas'))"


def of_chart(page: Page, title: str, what: str) -> Any:
    """Of the first chart whose title begins so, once it is drawn."""
    chart = CHART.format(title)
    until(page, f"{chart} !== undefined")
    return page.evaluate(f"{chart}.{what}")


@pytest.fixture
def over_time(opened_file: Callable[..., Opened], tmp_path: Path) -> Page:
    """An endpoint's page with its executions' pages around it."""
    return opened_file(written(rendered(season(12, 6)), tmp_path) / "reports/shop/index.html").page


def test_no_axis_of_shares_goes_beyond_all_rows(opened: Open, shop: InMemoryStore, over_time: Page) -> None:
    report = opened(shop, folder_of("model_quality")).page

    for page in (report, over_time):
        assert of_chart(page, "Rows with a label", "scales.y.max") == 1
        assert of_chart(page, "Rows with a label", "data.datasets[0].clip") > 5  # a point at 100 % is a whole one


def test_the_worst_drift_is_drawn_in_multiples_of_its_threshold(data_quality: Page) -> None:
    assert of_chart(data_quality, "Worst drift", "data.datasets.map(each => each.label)") == [
        "Worst drift, in thresholds",
        "Threshold",
    ]
    threshold, last = of_chart(data_quality, "Worst drift", "data.datasets.map(each => each.data.at(-1)).reverse()")
    assert threshold == 1
    assert last > 1


def test_axes_are_true_to_time_and_carry_the_year(data_quality: Page, over_time: Page) -> None:
    ticks = "scales.x.ticks.map(each => each.label.join(' '))"

    hourly = of_chart(data_quality, "Worst drift", ticks)
    assert hourly[0].endswith("1 Mar 2026")
    assert {each.split()[0] for each in hourly} <= {
        f"{hour}:{minute}" for hour in (12, 13, 14, 15) for minute in ("00", "30")
    }
    daily = of_chart(over_time, "Worst drift", ticks)
    assert daily[0].endswith("Jan 2026")
    assert all(each.endswith("Jan") for each in daily[1:])
    # Lines and bars have the same axis, from the first window to the end of the last.
    spans = {
        of_chart(over_time, title, "scales.x.max") - of_chart(over_time, title, "scales.x.min")
        for title in ("Worst drift", "Rows")
    }
    assert spans == {12 * 86_400_000}
    places = [
        of_chart(over_time, title, "getDatasetMeta(0).data.map(each => each.x)") for title in ("Worst drift", "Rows")
    ]
    steps = [{round(later - earlier) for earlier, later in pairwise(xs)} for xs in places]
    assert all(max(each) - min(each) <= 1 for each in steps)


def test_a_minus_is_a_minus_everywhere(opened: Open) -> None:
    store = made_store(["a"])
    page = opened(store, MADE).page
    page.locator(".open").first.click()

    assert "\N{MINUS SIGN}" in "".join(of_chart(page, "Distribution", "scales.x.ticks.map(each => each.label)"))
    figures = "".join(page.locator("#feature-0 .panel .behind").all_text_contents())
    assert "\N{MINUS SIGN}" in figures
    assert "-" not in figures


def test_thousands_are_apart_everywhere(over_time: Page) -> None:
    rows = over_time.locator("caption").get_by_text("Rows", exact=True).first.locator("xpath=..")
    figures = rows.locator("tbody td").all_text_contents()

    assert figures
    assert all(each[1] == "," for each in figures)
    expect(over_time.locator(".card .facts").first).to_contain_text(figures[0])


def test_a_page_of_few_charts_is_whole_without_scrolling(data_quality: Page, over_time: Page) -> None:
    for page in (data_quality, over_time):
        canvases = "[...document.querySelectorAll('canvas')].filter(each => each.checkVisibility())"
        until(page, f"{canvases}.every(each => Chart.getChart(each))")
        lowest = f"Math.max(...{canvases}.map(each => each.getBoundingClientRect().top))"
        assert page.evaluate(f"{lowest} > innerHeight + 400")  # some are far below what is in view


def test_each_violation_says_since_when_it_is_there(data_quality: Page) -> None:
    drift = data_quality.locator(".violation").filter(has_text="baseline_drift_check").first

    expect(drift.locator("summary .badge")).to_have_text("new")
    expect(drift.locator("dl")).to_contain_text("Raw statistic")  # what the drift was before its correction
    gap = data_quality.locator(".violation").filter(has_text="completeness_check")
    expect(gap.locator("dl")).to_contain_text("In the baseline")


def test_what_changed_leads_to_what_it_is_compared_with(
    opened_file: Callable[..., Opened], tmp_path: Path, shop: InMemoryStore
) -> None:
    folders = [folder_of("data_quality", LAST - timedelta(hours=1)), folder_of("data_quality")]
    for folder in folders:
        render_report(shop, folder, kinds=KINDS)
    page = opened_file(written(shop, tmp_path) / folders[1] / "report.html").page
    expect(page.locator(".changes dt").first).to_have_text("New")

    page.get_by_role("link", name="Compared with 1 Mar 2026, 13:00 to 14:00 UTC").click()

    expect(page.locator("header .facts")).to_contain_text("Window\n1 Mar 2026, 13:00 to 14:00 UTC", use_inner_text=True)


def test_sections_that_are_not_there_are_not_in_the_navigation(opened: Open, shop: InMemoryStore) -> None:
    page = opened(shop, folder_of("model_quality")).page

    links = page.get_by_role("navigation").get_by_role("link")
    expect(links.filter(has_text="Confusion matrix")).to_be_visible()
    expect(links.filter(has_text="Classes")).to_have_count(0)
    for link in links.evaluate_all("all => all.map(each => each.getAttribute('href'))"):
        expect(page.locator(link)).to_be_visible()


def test_colours_that_tell_something_stay_where_the_system_forces_others(over_time: Page) -> None:
    colour = "each => getComputedStyle(each).backgroundColor"
    places = [over_time.locator(each).first for each in (".cells .violated, .cells .good", ".heat .median", ".bar")]
    before = [place.evaluate(colour) for place in places]

    over_time.emulate_media(forced_colors="active")

    assert [place.evaluate(colour) for place in places] == before


def test_the_verdict_has_the_whole_width_of_a_phone(data_quality: Page) -> None:
    data_quality.set_viewport_size({"width": 390, "height": 800})

    edges = data_quality.locator(".verdict bdi").evaluate(
        "each => [...each.getClientRects()].map(line => Math.round(line.left))"
    )
    assert len(edges) > 1
    assert min(edges) == data_quality.locator(".verdict .state").evaluate(
        "each => Math.round(each.getBoundingClientRect().left)"
    )


def test_small_pictures_keep_their_size_beside_long_names(opened: Open) -> None:
    page = opened(made_store(HOSTILE), MADE).page
    until(page, "Chart.getChart(document.querySelector('.mini canvas')) !== undefined")

    assert page.evaluate("document.querySelector('table.opening tbody tr').clientHeight") > 100
    heights = "[...new Set([...document.querySelectorAll('.mini canvas')].map(each => each.clientHeight))]"
    until(page, f"{heights}.length === 1")


def test_paper_shows_violations_that_are_folded(opened: Open) -> None:
    page = opened(made_store([f"feature_{i}" for i in range(5)]), MADE).page
    folded = page.locator(".violation:not([open]) .said").first
    expect(folded).to_be_hidden()

    page.emulate_media(media="print")

    assert folded.evaluate("each => each.checkVisibility({ contentVisibilityAuto: true })")
    assert folded.evaluate("each => each.getBoundingClientRect().height") > 0


def test_without_scripts_nothing_is_offered_that_needs_them(browser: Browser, shop: InMemoryStore) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.set_content(shop.get(render_report(shop, folder_of("data_quality"), kinds=KINDS).key).body.decode())

    expect(page.get_by_label("Search")).to_be_hidden()
    expect(page.locator(".changes").first).to_contain_text("New")
    context.close()
