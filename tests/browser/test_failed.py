"""The page of an execution without a verdict, and its field on the pages over time, in a browser."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from driftline.kinds.registry import KINDS
from tests.browser.opening import NARROW, Opened, narrow, until
from tests.browser.test_reading import findings
from tests.failing import fail, failed_shop, run
from tests.fakes import InMemoryStore
from tests.overviews import written
from tests.rendering import render_execution
from tests.reporting import HOSTILE, LAST, folder_of

PAGE, SHOP, INDEX = f"{folder_of('data_quality')}report.html", "reports/shop/index.html", "reports/index.html"

type OpenKey = Callable[..., Page]


@pytest.fixture(scope="module")
def shop() -> InMemoryStore:
    return failed_shop()


@pytest.fixture
def open_key(opened_file: Callable[..., Opened], tmp_path: Path) -> OpenKey:
    return lambda store, key, **more: opened_file(written(store, tmp_path) / key, **more).page


def test_from_the_index_to_the_reason_and_on_to_the_last_verdict(open_key: OpenKey, shop: InMemoryStore) -> None:
    page = open_key(shop, INDEX)
    page.get_by_role("link", name="failed: data_quality").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("Failed No verdict:")
    expect(page.locator(".reason")).to_contain_text("baselines/shop/data_quality/")
    page.get_by_role("link", name="The last verdict before it").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Good")
    page.go_back()
    page.get_by_role("link", name="shop over time").click()
    expect(page).to_have_title("shop: over time")


def test_the_field_is_told_from_others_without_its_colour(open_key: OpenKey, shop: InMemoryStore) -> None:
    page = open_key(shop, SHOP)

    fields = page.get_by_role("list", name="data_quality").get_by_role("link")
    expect(fields).to_have_text([re.compile("no violations")] * 2 + [re.compile("failed, no verdict")])
    backgrounds = fields.evaluate_all("all => all.map(each => getComputedStyle(each).backgroundImage)")
    assert [background != "none" for background in backgrounds] == [False, False, True]
    page.locator("#monitor-0").get_by_text("Table of Worst drift").click()
    newest = (
        page.locator("#monitor-0").get_by_role("table", name="Worst drift, in thresholds").get_by_role("row").nth(1)
    )
    expect(newest).to_have_text(re.compile(r"15:00 UTC\s*failed"))


def test_a_line_over_the_gap_is_dotted(open_key: OpenKey) -> None:
    # Given three windows, of which the second failed
    store = failed_shop()
    run(store)
    between = folder_of("data_quality", LAST - timedelta(hours=1))
    for name in [key for key in store.objects if key.startswith(between)]:
        store.delete(name)
    fail(store, LAST - timedelta(hours=1))
    for folder in (between, folder_of("data_quality")):
        render_execution(store, folder, kinds=KINDS)

    page = open_key(store, SHOP)
    worst = "Chart.getChart(document.querySelectorAll('#monitor-0 .over-time canvas')[0])"
    until(page, f"{worst} !== undefined")

    dashes = f"{worst}.getDatasetMeta(0).dataset.segments.map(each => each.style?.borderDash ?? [])"

    assert page.evaluate(dashes) == [[2, 4]]


def test_keyboard_alone(open_key: OpenKey, shop: InMemoryStore) -> None:
    page = open_key(shop, PAGE)

    focused = []
    for _ in range(9):
        page.keyboard.press("Tab")
        focused.append(page.evaluate("document.activeElement.textContent.trim().split('\\n')[0]"))

    assert focused[0] == "Skip to the content"
    assert focused[2:5] == ["Why", "What to do", "Elsewhere"]
    assert focused[5].startswith('{"endpoint": "shop"')  # may be wider than the screen
    assert focused[6:] == ["The last verdict before it", "shop over time", "failure.json"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("key", [PAGE, SHOP, INDEX])
def test_axe_finds_nothing(open_key: OpenKey, shop: InMemoryStore, key: str, scheme: str) -> None:
    assert findings(open_key(shop, key, scheme=scheme)) == []


@pytest.mark.parametrize("key", [PAGE, SHOP])
def test_a_narrow_screen_does_not_scroll_sideways(open_key: OpenKey, shop: InMemoryStore, key: str) -> None:
    assert narrow(open_key(shop, key)) <= NARROW


def test_paper_is_light_and_keeps_the_reason(open_key: OpenKey, shop: InMemoryStore) -> None:
    page = open_key(shop, PAGE, scheme="dark")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    expect(page.locator(".reason")).to_be_visible()


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_reason_runs_nothing(open_key: OpenKey, hostile: str) -> None:
    store = failed_shop(hostile)
    for key, title in ((PAGE, "shop / data_quality: no verdict"), (SHOP, "shop: over time"), (INDEX, "Endpoints")):
        page = open_key(store, key)
        expect(page).to_have_title(title)
        assert page.evaluate("document.querySelectorAll('img, svg, iframe').length") == 0
        widths = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert widths[0] <= widths[1]
