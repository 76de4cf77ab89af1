"""The page of a model's quality."""

import json

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Open
from tests.browser.opening import until
from tests.browser.test_features import drawn
from tests.fakes import InMemoryStore
from tests.reporting import LAST, folder_of, regression_store


def test_metrics_stand_beside_threshold_and_baseline(model_quality: Page) -> None:
    expect(model_quality).to_have_title("shop: model quality")
    row = model_quality.locator("#metrics table").get_by_role("row", name="AUC", exact=False).first
    expect(row).to_contain_text("at least")
    expect(row).to_contain_text(" to ")


def test_curves_and_confusion_matrix(model_quality: Page) -> None:
    curves = model_quality.locator("[data-charts=curve-charts]")
    expect(curves.locator("figcaption")).to_have_text(["ROC curve", "Precision-recall curve", "Calibration"])
    curves.scroll_into_view_if_needed()
    until(model_quality, "Chart.getChart(document.querySelector('[data-charts=curve-charts] canvas')) !== undefined")
    assert drawn(model_quality, "[data-charts=curve-charts] canvas")
    labels = model_quality.evaluate(
        "Chart.getChart(document.querySelector('[data-charts=curve-charts] canvas')).data.datasets.map(each => each.label)"
    )
    assert labels == ["Baseline", "Window", "Chance"]
    cells = model_quality.locator(".matrix tbody td")
    assert cells.count() == 4
    counts = [int(text.split()[0]) for text in cells.all_inner_texts()]
    assert sum(counts) == 160  # the rows with a label


def test_calibration_beside_the_baselines(model_quality: Page) -> None:
    calibration = model_quality.locator("[data-charts=curve-charts] figure").filter(has_text="Calibration")
    assert labels(calibration) == ["Baseline", "Window", "_lower", "95 % interval", "Calibrated"]
    calibration.get_by_text("Table of Calibration").click()
    sides = calibration.locator("tbody th").all_inner_texts()
    assert sides == sorted(sides, reverse=True)  # the window's bins, then the baseline's
    assert set(sides) == {"Window", "Baseline"}


@pytest.mark.parametrize("baseline", [True, False])
def test_predictions_against_ground_truth(opened: Open, baseline: bool) -> None:
    """Beside the baseline's, where its rows are known; else alone, as nothing was said of a baseline."""
    page = opened(regression_store(baseline=baseline), folder_of("model_quality", LAST)).page
    curves = page.locator("[data-charts=curve-charts] figure")
    expect(curves.locator("figcaption")).to_have_text(
        ["Predicted against actual", "Residuals", "Distribution of the residuals"]
    )
    sides = {"Window", "Baseline"} if baseline else {"Window"}
    for place in range(3):
        figure = curves.nth(place)
        assert set(labels(figure)) - {"No error"} == sides
    tables = curves.locator("details.behind")
    tables.first.evaluate("each => each.open = true")
    expect(tables.first.locator("tbody tr")).to_have_count(420 if baseline else 120)
    tables.last.evaluate("each => each.open = true")
    heads = tables.last.locator("thead th").all_inner_texts()
    assert heads == (["Residual", "Baseline", "Window"] if baseline else ["Residual", "Share of the rows"])


def labels(figure: Locator) -> list[str]:
    """Names of what a chart draws, once it is drawn."""
    figure.scroll_into_view_if_needed()
    canvas = figure.locator("canvas[role=img]")
    title = figure.locator("figcaption").inner_text()
    found = f"[...document.querySelectorAll('figure')].find(each => each.innerText.startsWith({title!r}))"
    until(figure.page, f"Chart.getChart({found}.querySelector('canvas')) !== undefined")
    return list(canvas.evaluate("each => Chart.getChart(each).data.datasets.map(side => side.label)"))


def test_each_metric_over_time_with_a_table_behind_it(model_quality: Page) -> None:
    chart = model_quality.locator("[data-charts=metric-charts] figure").filter(has_text="AUC").first
    chart.get_by_text("Table of AUC").click()
    expect(chart.get_by_role("row")).to_have_count(4)  # a head and three executions


def test_sagemakers_regression(opened: Open, taxi: InMemoryStore) -> None:
    page = opened(taxi, "reports/taxi/model_quality/2020/03/16/00/").page

    expect(page.get_by_role("heading", level=1)).to_contain_text(
        "Mean absolute error 101.9, at most 38.3 allowed; 3 more violations"
    )
    # All four are violated: each is drawn next to its violation, and nowhere else
    violations = page.locator(".violation")
    expect(violations.locator("summary .subject")).to_have_text(
        ["Mean absolute error", "Mean squared error", "Root mean squared error", "R²"]
    )
    expect(violations.first.locator("figcaption")).to_have_text("Mean absolute error")
    expect(page.locator("[data-charts=metric-charts]")).to_have_count(0)
    expect(page.locator("#curves")).to_have_count(0)


def test_each_class_of_fifty(opened: Open) -> None:
    """Class 7 is taken for class 8 half of the time; of the matrix the rare classes are added up, here all have rows."""
    classes = [str(i) for i in range(50)]
    confusion = {each: dict.fromkeys(classes, 0) | {each: 100 - int(each)} for each in classes}
    confusion["7"] |= {"7": 46, "8": 47}
    metrics = {"confusion_matrix": confusion, "accuracy": {"value": 0.98, "standard_deviation": 0.01}}
    body = {"version": 0.0, "dataset": {"item_count": 3775}, "multiclass_classification_metrics": metrics}
    store = InMemoryStore()
    folder = "reports/shop/model_quality/2026/03/01/15/"
    store.put(f"{folder}statistics.json", json.dumps(body).encode())

    page = opened(store, folder).page

    rows = page.locator("#classes tbody tr")
    expect(rows).to_have_count(50)
    assert rows.first.locator("th, td").all_inner_texts()[:3] == ["7", "93", "49.5 %"]
    expect(page.locator(".matrix thead th")).to_have_count(26)
    assert page.locator(".matrix thead th").all_inner_texts()[:3] == ["0", "1", "2"]
    widths = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert widths[0] <= widths[1]
    label = page.locator(".matrix tbody th").last
    assert label.evaluate("each => each.getBoundingClientRect().width") > 100  # `all other labels` on two lines at most
    smalls = page.locator(".matrix tbody tr").first.locator("td small")
    assert smalls.all_inner_texts() == ["100 %"]  # a cell without rows says 0 and nothing else
