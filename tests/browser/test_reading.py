"""Everybody can read it: axe's rules, dark and light, on paper, on a small screen, without scripts."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from driftline.kinds.registry import KINDS
from driftline.usecases.pages.render_report import render_report
from tests.browser.conftest import Open
from tests.browser.opening import NARROW, narrow, unfold, until
from tests.fakes import InMemoryStore
from tests.reporting import folder_of

EVERYTHING = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}


def findings(page: Page) -> list[str]:
    response = Axe().run(page, options=EVERYTHING).response
    return [
        f"{each['id']} ({each['impact']}): {node['html'][:200]}"
        for each in response["violations"]
        for node in each["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("monitor", ["data_quality", "model_quality"])
def test_axe_finds_nothing(opened: Open, shop: InMemoryStore, monitor: str, scheme: str) -> None:
    page = opened(shop, folder_of(monitor), scheme=scheme).page
    unfold(page)

    assert findings(page) == []


def test_axe_finds_nothing_on_the_page_of_sagemakers_files(opened: Open, taxi: InMemoryStore) -> None:
    page = opened(taxi, "reports/taxi/data_quality/2020/03/16/00/").page
    page.locator(".open").first.click()

    assert findings(page) == []


@pytest.mark.parametrize("monitor", ["data_quality", "model_quality"])
def test_axe_finds_nothing_on_a_narrow_screen(opened: Open, shop: InMemoryStore, monitor: str) -> None:
    page = opened(shop, folder_of(monitor)).page
    page.set_viewport_size({"width": 360, "height": 740})
    unfold(page)

    assert findings(page) == []


def test_every_chart_has_a_label_and_a_table(opened: Open, shop: InMemoryStore) -> None:
    page = opened(shop, folder_of("data_quality")).page
    page.locator(".open").first.click()

    for figure in page.locator("figure").all():
        label = figure.get_by_role("img").get_attribute("aria-label")
        assert label is not None
        assert len(label) > 20
        assert figure.locator("details table tbody tr").count() > 1


def test_colours_follow_the_reader(opened: Open, shop: InMemoryStore) -> None:
    page = opened(shop, folder_of("data_quality"), scheme="dark").page
    first = "Chart.getChart(document.querySelector('[data-charts=trend] canvas'))"
    until(page, f"{first} !== undefined")
    background, drawn = (
        "getComputedStyle(document.body).backgroundColor",
        f"String({first}.data.datasets[0].borderColor)",
    )
    dark = page.evaluate(background), page.evaluate(drawn)

    page.emulate_media(color_scheme="light")

    until(page, f"{drawn} !== '{dark[1]}'")
    assert page.evaluate(background) != dark[0]


def test_paper_is_light_and_leaves_out_the_controls(opened: Open, shop: InMemoryStore) -> None:
    page = opened(shop, folder_of("data_quality"), scheme="dark").page
    page.emulate_media(media="print")

    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    expect(page.get_by_label("Search")).to_be_hidden()
    expect(page.locator("[data-charts=trend] canvas").first).to_be_visible()
    assert len(page.pdf()) > 20_000


@pytest.mark.parametrize("monitor", ["data_quality", "model_quality"])
def test_a_narrow_screen_does_not_scroll_sideways(opened: Open, shop: InMemoryStore, monitor: str) -> None:
    assert narrow(opened(shop, folder_of(monitor)).page) <= NARROW


def test_verdict_and_violations_need_no_script(browser: Browser, shop: InMemoryStore) -> None:
    body = shop.get(render_report(shop, folder_of("data_quality"), kinds=KINDS).key).body
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.set_content(body.decode())

    expect(page.get_by_role("heading", level=1)).to_contain_text("amount: 22.7 % → 6.7 %")
    expect(page.locator(".violation").first).to_contain_text("exceeds threshold")
    expect(page.locator("table.opening tbody")).to_have_count(3)
    context.close()
