"""The page of a model's quality."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.opening import until
from tests.browser.test_features import drawn
from tests.fakes import InMemoryStore


def test_metrics_stand_beside_threshold_and_baseline(model_quality: Page) -> None:
    expect(model_quality).to_have_title("shop: model quality")
    row = model_quality.locator("table.metrics").get_by_role("row", name="auc")
    expect(row).to_contain_text("at least")
    expect(row).to_contain_text(" to ")


def test_curves_and_confusion_matrix(model_quality: Page) -> None:
    curves = model_quality.locator("#curve-charts")
    expect(curves.locator("figcaption")).to_have_text(["ROC curve", "Precision-recall curve", "Calibration"])
    curves.scroll_into_view_if_needed()
    until(model_quality, "Chart.getChart(document.querySelector('#curve-charts canvas')) !== undefined")
    assert drawn(model_quality, "#curve-charts canvas")
    labels = model_quality.evaluate(
        "Chart.getChart(document.querySelector('#curve-charts canvas')).data.datasets.map(each => each.label)"
    )
    assert labels == ["Baseline", "Window", "Chance"]
    cells = model_quality.locator(".matrix tbody td")
    assert cells.count() == 4
    counts = [int(text.split()[0]) for text in cells.all_inner_texts()]
    assert sum(counts) == 160  # the rows with a label


def test_each_metric_over_time_with_a_table_behind_it(model_quality: Page) -> None:
    chart = model_quality.locator("#metric-charts figure").filter(has_text="auc").first
    chart.get_by_text("Table of auc").click()
    expect(chart.get_by_role("row")).to_have_count(4)  # a head and three executions


def test_sagemakers_regression(opened: Open, taxi: InMemoryStore) -> None:
    page = opened(taxi, "reports/taxi/model_quality/2020/03/16/00/").page

    expect(page.get_by_role("heading", level=1)).to_contain_text("mae of 101.9 is above its threshold of 38.3.")
    expect(page.locator("#metric-charts figcaption")).to_have_text(["mae", "mse", "rmse", "r2"])
    expect(page.locator("#curves")).to_be_hidden()
