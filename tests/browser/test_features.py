"""The table of features: what it says, sorting, search and filters, the panel of each, all by mouse and by keyboard."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.opening import until
from tests.fakes import InMemoryStore
from tests.reporting import LAST, folder_of

TAXI = "reports/taxi/data_quality/2020/03/16/00/"


def names(page: Page) -> list[str]:
    return [each for each in page.locator("table.opening tbody:visible .open").all_inner_texts() if each]


def drawn(page: Page, selector: str) -> bool:
    """Whether anything is painted on a canvas."""
    painted = """canvas => {
      const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
      return data.some((value, i) => i % 4 === 3 && value > 0);
    }"""
    return bool(page.locator(selector).first.evaluate(painted))


def test_the_page_tells_at_a_glance_what_moved(data_quality: Page) -> None:
    expect(data_quality).to_have_title("shop: data quality")
    expect(data_quality.get_by_role("heading", level=1)).to_contain_text("amount: 22.7 % → 6.7 % from 97.75 to")
    assert names(data_quality) == ["amount", "country", "score"]
    row = data_quality.locator("#feature-0")
    expect(row).to_contain_text("of 0.1")
    expect(row.locator(".badge")).to_have_text(["drift"])


def test_columns_sort_both_ways(data_quality: Page) -> None:
    completeness = data_quality.get_by_role("columnheader", name="Completeness")

    completeness.get_by_role("button").click()
    expect(completeness).to_have_attribute("aria-sort", "ascending")
    assert names(data_quality)[0] == "country"  # the only incomplete one

    name = data_quality.get_by_role("columnheader", name="Feature")
    name.get_by_role("button").click()
    assert names(data_quality) == ["amount", "country", "score"]
    name.get_by_role("button").click()
    assert names(data_quality) == ["score", "country", "amount"]
    expect(name).to_have_attribute("aria-sort", "descending")
    assert data_quality.locator("[aria-sort]").count() == 1


def test_search_and_filters_narrow_the_table(opened: Open, taxi: InMemoryStore) -> None:
    page = opened(taxi, TAXI).page
    status = page.get_by_role("status")
    expect(status).to_have_text("143 of 143 features")

    page.get_by_label("Search").fill("TOLLS_amount")
    expect(status).to_have_text("9 of 143 features")
    page.get_by_label("Search").fill("")
    page.get_by_label("Show").select_option(label="drifted")
    expect(status).to_have_text("92 of 143 features")
    page.get_by_label("Show").select_option("")
    page.get_by_label("Type").select_option(label="Integral")
    expect(status).to_have_text("1 of 143 features")


def test_a_feature_opens_with_charts_tables_and_figures(data_quality: Page) -> None:
    button = data_quality.get_by_role("button", name="amount")
    expect(button).to_have_attribute("aria-expanded", "false")

    button.click()

    expect(button).to_have_attribute("aria-expanded", "true")
    panel = data_quality.locator("#feature-0 .panel")
    expect(panel.locator("figcaption")).to_have_text(["Distribution", "Distribution function", "Over the last windows"])
    assert drawn(data_quality, "#feature-0 .panel canvas")
    expect(panel.get_by_role("img").first).to_have_attribute(
        "aria-label",
        re.compile(r"Histogram of amount: baseline with a median of \d+\.?\d*, window with a median of \d+"),
    )
    expect(panel).to_contain_text("Robust")
    expect(panel).to_contain_text("95 % interval of the statistic")
    panel.get_by_text("Table of Distribution function").click()
    expect(panel.get_by_role("table", name="Percentiles")).to_contain_text("50 %")

    button.click()
    expect(panel).to_have_count(0)


def test_new_categories_are_named(data_quality: Page) -> None:
    data_quality.get_by_role("button", name="country").click()

    panel = data_quality.locator(".panel")
    expect(panel).to_contain_text("New values")
    expect(panel.locator("code")).to_have_text(["es"])
    panel.get_by_text("Table of Distribution").first.click()
    expect(panel.get_by_role("table", name="Shares by value").get_by_role("row", name="es 0 %")).to_be_visible()


def test_everything_can_be_done_by_keyboard(data_quality: Page) -> None:
    data_quality.keyboard.press("Tab")
    expect(data_quality.locator(":focus")).to_have_text("Skip to the content")

    data_quality.get_by_label("Search").focus()
    data_quality.keyboard.type("count")
    assert names(data_quality) == ["country"]
    reached = []
    for _ in range(9):
        data_quality.keyboard.press("Tab")
        reached.append(data_quality.locator(":focus").inner_text().splitlines()[0])
    assert reached[2:8] == ["Feature", "Type", "Drift", "Completeness", "State", "country"]
    data_quality.get_by_role("button", name="country").focus()
    data_quality.keyboard.press("Enter")
    expect(data_quality.locator(".panel")).to_have_count(1)
    data_quality.keyboard.press("Tab")
    expect(data_quality.locator(":focus")).to_contain_text("Table")
    data_quality.keyboard.press("Enter")
    expect(data_quality.get_by_role("table", name="Shares by value")).to_be_visible()


def test_a_violation_leads_to_its_feature(data_quality: Page) -> None:
    data_quality.locator(".violation").filter(has_text="amount").get_by_role("link").first.click()

    expect(data_quality.get_by_role("button", name="amount")).to_be_focused()
    expect(data_quality.locator("#feature-0 .panel")).to_have_count(1)


def test_a_link_opens_a_feature_that_a_filter_hides(data_quality: Page) -> None:
    data_quality.get_by_label("Search").fill("score")

    data_quality.evaluate("location.hash = '#feature-0'")

    expect(data_quality.locator("#feature-0 .panel")).to_be_visible()
    expect(data_quality.get_by_label("Search")).to_have_value("")


def test_a_link_by_name_opens_the_feature(opened: Open, shop: InMemoryStore) -> None:
    page = opened(shop, folder_of("data_quality"), fragment="#feature=country").page

    expect(page.get_by_role("button", name="country")).to_have_attribute("aria-expanded", "true")
    expect(page.locator(".panel figcaption").last).to_have_text("Completeness over the last windows")


def test_violations_have_evidence_samples_and_links_to_the_files(data_quality: Page) -> None:
    violation = data_quality.locator(".violation").filter(has_text="completeness_check")
    expect(violation).to_contain_text("Data completeness requirement is not met")
    expect(violation.locator(".samples code").first).to_contain_text("h2-")
    links = data_quality.locator("#files a").evaluate_all("links => links.map(each => each.getAttribute('href'))")
    assert links == ["summary.json", "constraint_violations.json", "statistics.json", "constraints.json"]


def test_sagemakers_files_make_a_page_of_all_features(opened: Open, taxi: InMemoryStore) -> None:
    page = opened(taxi, TAXI).page

    expect(page.get_by_role("heading", level=1)).to_contain_text(
        "history_72slots: drift 0.5777, at most 0.1 allowed; 101 more violations"
    )
    expect(page.locator("[data-charts=trend] figcaption")).to_have_text(["Worst drift, in thresholds"])
    page.get_by_role("button", name="history_72slots").click()
    panel = page.locator("#feature-0 .panel")
    expect(panel).to_contain_text("0.5777")
    panel.get_by_text("Table of Over the last windows").click()
    expect(panel.get_by_role("row", name="17 Feb 2020")).to_be_visible()


def test_charts_far_away_are_not_drawn(opened: Open, taxi: InMemoryStore) -> None:
    page = opened(taxi, TAXI).page
    live = "() => [...document.querySelectorAll('canvas')].filter(each => Chart.getChart(each)).length"
    until(page, f"({live})() > 0")

    assert page.evaluate(live) < 40  # of 143 features with two charts each
    page.locator("#feature-142").scroll_into_view_if_needed()
    until(page, "Chart.getChart(document.querySelector('#feature-142 canvas')) !== undefined")
    assert page.evaluate(live) < 60


def test_the_first_execution_has_no_trend(opened: Open, shop: InMemoryStore) -> None:
    page = opened(shop, folder_of("data_quality", LAST.replace(hour=13))).page

    expect(page.locator("#since")).to_contain_text("This is the first execution that is kept.")
    expect(page.locator("[data-charts=trend] figure")).to_have_count(0)


def test_features_without_a_figure_come_last_either_way(opened: Open, taxi: InMemoryStore) -> None:
    """SageMaker tells the distance of 92 of 143 features."""
    page = opened(taxi, TAXI).page
    drift = page.get_by_role("columnheader", name="Drift").get_by_role("button")

    for expected in ("ascending", "descending"):
        drift.click()
        expect(page.locator("th[data-key=gauge]")).to_have_attribute("aria-sort", expected)
        figures = page.locator("table.opening tbody").evaluate_all("all => all.map(body => body.dataset.gauge)")
        assert [bool(each) for each in figures] == [True] * 92 + [False] * 51
        known = [float(each) for each in figures[:92]]
        assert known == sorted(known, reverse=expected == "descending")
