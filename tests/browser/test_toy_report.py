"""A report that no kind of monitor made, in a browser: every type of chart, table and cell."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from driftline.presentation.pages.execution.html import render
from driftline.presentation.pages.execution.view import page_view
from tests.browser.opening import Opened, unfold, until
from tests.browser.test_reading import findings
from tests.toy_report import toy_report


@pytest.fixture
def page(opened_file: Callable[..., Opened], tmp_path: Path) -> Page:
    file = tmp_path / "toy.html"
    file.write_bytes(render(page_view(toy_report())))
    return opened_file(file).page


def test_everything_is_drawn_and_said(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 6000})
    unfold(page)

    until(page, "[...document.querySelectorAll('canvas')].every(each => Chart.getChart(each))")
    figures = page.locator("figure")
    assert figures.count() == 1 + 4 + 7  # the trend, what the first row opens, the sections'
    for figure in figures.all():
        label = figure.get_by_role("img").get_attribute("aria-label")
        assert label is not None
        assert len(label) > 20
        assert figure.locator("details table tbody tr").count() > 1
    expect(page.locator(".panel").first).to_contain_text("ann bob and 3 more")
    expect(page.get_by_role("table", name="Oldest, in limits")).to_contain_text("failed")


def test_the_table_is_searched_filtered_and_sorted(page: Page) -> None:
    names = page.locator("table.opening tbody:visible .open")
    status = page.get_by_role("status")
    expect(status).to_have_text("3 of 3 sandwiches")

    page.get_by_label("Sort").select_option(label="vegan")
    expect(status).to_have_text("2 of 3 sandwiches")
    page.get_by_role("columnheader", name="Sandwich").get_by_role("button").click()
    expect(names).to_have_text(["jam", "tofu"])
    page.get_by_label("Sort").select_option("")
    page.get_by_role("columnheader", name="Age").get_by_role("button").click()
    expect(names).to_have_text(["cheese", "tofu", "jam"])  # what has no figure comes last


def test_a_finding_leads_to_its_row_whatever_hides_it(page: Page) -> None:
    page.get_by_label("Search").fill("tofu")
    page.evaluate("location.hash = '#sandwich=cheese'")

    expect(page.get_by_role("button", name="cheese")).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_label("Search")).to_have_value("")


def test_axe_finds_nothing(page: Page) -> None:
    unfold(page)

    assert findings(page) == []
