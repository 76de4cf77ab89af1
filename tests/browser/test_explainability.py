"""The page of attribution drift: charts as they are drawn, hostile names, small screens, without scripts."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from driftline.kinds.model_explainability.reporter import REPORTER
from driftline.presentation.pages.execution.html import render
from driftline.presentation.pages.execution.view import page_view
from driftline.reader.charts import chart_of
from tests.browser.opening import NARROW, Opened, narrow, unfold, until
from tests.browser.test_reading import findings
from tests.explainability_summaries import EXPECTED, WEIGHTS, files_of, place, summary

HOSTILE = "<script>document.title='taken'</script>\n\u202e<img src=x onerror=alert(1)>"

type OpenPage = Callable[..., Opened]


def html(names: tuple[str, ...] = tuple(WEIGHTS)) -> bytes:
    past = [REPORTER.past(place(-i), {"summary.json": summary(hour=-i).to_json().encode()}) for i in (3, 2, 1)]
    execution = REPORTER.read(place(), files_of(summary(drifted=True, names=names)))
    return render(page_view(REPORTER.report(execution, past), over_time=None))


@pytest.fixture
def drifted(opened_file: OpenPage, tmp_path: Path) -> Callable[..., Page]:
    """Opens the page of a window whose attributions have drifted."""

    def open_page(names: tuple[str, ...] = tuple(WEIGHTS), **more: str) -> Page:
        file = tmp_path / "explainability.html"
        file.write_bytes(html(names))
        return opened_file(file, **more).page

    return open_page


def drawn(page: Page, title: str, what: str) -> Any:
    """Of the first chart whose title begins so, once it is drawn."""
    canvas = f"[...document.querySelectorAll('figure')].find(each => each.innerText.startsWith({title!r}))"
    until(page, f"Chart.getChart({canvas}?.querySelector('canvas')) !== undefined")
    return page.evaluate(f"Chart.getChart({canvas}.querySelector('canvas')).{what}")


def test_the_charts_show_the_figures(drifted: Callable[..., Page]) -> None:
    page = drifted()

    bars = drawn(page, "Mean |attribution| by feature", "data.datasets.map(each => [each.label, each.data.length])")
    assert bars == [["Baseline", 10], ["Window", 10]]
    swarm = "What each feature contributes, row by row"
    assert drawn(page, swarm, "data.datasets[0].data.length") == 3_000
    assert drawn(page, swarm, "scales.y.ticks.map(each => each.label)")[:2] == ["duration", "job"]
    # Ticks stand where their figures are: the line at 0 is at the tick of 0.
    zero = drawn(page, swarm, "scales.x.ticks.filter(each => each.label === '0').map(each => each.value)")
    assert zero == pytest.approx([0.0], abs=1e-12)
    ends = drawn(page, "An inference behind the violation: id-17", "data.datasets[2].data.filter(Boolean)")
    assert ends[0] == [EXPECTED, EXPECTED]
    curve = "Partial dependence on age"
    assert drawn(page, curve, "data.datasets.map(each => each.yAxisID)") == ["y", "shares"]
    # The curve is above its data.
    assert drawn(page, curve, "scales.y.bottom") <= drawn(page, curve, "scales.shares.top")
    assert drawn(page, "Share of income", "scales.y.max") < 0.5


def test_every_chart_has_a_sentence_and_a_table(drifted: Callable[..., Page]) -> None:
    page = drifted()
    unfold(page)

    figures = page.locator("figure").all()
    assert len(figures) > 40
    for figure in figures:
        label = figure.get_by_role("img").get_attribute("aria-label")
        assert label is not None
        assert len(label) > 40
        assert figure.locator("table.plain tbody tr").count() >= 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(drifted: Callable[..., Page], scheme: str) -> None:
    page = drifted(scheme=scheme)
    unfold(page)

    assert findings(page) == []


def test_names_and_values_from_data_are_only_text(drifted: Callable[..., Page]) -> None:
    page = drifted(tuple(f"{HOSTILE}{i}" for i in range(len(WEIGHTS))))
    unfold(page)

    expect(page).to_have_title("loans: attribution drift")
    assert page.locator("img").count() == 0
    assert page.evaluate("document.querySelectorAll('script').length") == 2
    assert "\u202e" not in page.locator("body").inner_text()
    widths = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert widths[0] <= widths[1]


def test_a_link_leads_to_an_inference(opened_file: OpenPage, tmp_path: Path) -> None:
    file = tmp_path / "explainability.html"
    file.write_bytes(html())
    page = opened_file(file, fragment="#inference=id-17").page

    expect(page.locator("#inferences .panel figcaption")).to_have_text(
        "From the expected value to the prediction: id-17"
    )


def test_it_fits_small_screens(drifted: Callable[..., Page]) -> None:
    page = drifted()
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    # Names of features leave half of the chart to the chart.
    area = drawn(page, "What each feature contributes, row by row", "chartArea.width")
    assert area > 150

    assert narrow(page) <= NARROW


def test_without_scripts_there_are_tables(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "explainability.html"
    file.write_bytes(html())
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(file.as_uri())

    for caption in ("What each feature contributes, row by row", "Partial dependence on age"):
        expect(page.locator("caption").get_by_text(caption, exact=True)).to_be_visible()
    expect(page.locator("#inferences noscript tr, #inferences table").first).to_be_visible()
    context.close()


def test_paper_is_light(drifted: Callable[..., Page]) -> None:
    page = drifted(scheme="dark")
    bars = "An inference behind the violation: id-17"
    assert drawn(page, bars, "data.datasets.map(each => each.backgroundColor)")[0] == "#ff9a5c"

    page.evaluate("dispatchEvent(new Event('beforeprint'))")

    assert drawn(page, bars, "data.datasets.map(each => each.backgroundColor)") == ["#c2410c", "#1668c7", "#1a1f27"]


def test_the_notebook_draws_the_same_charts(opened_file: OpenPage, tmp_path: Path) -> None:
    report = REPORTER.report(REPORTER.read(place(), files_of(summary(drifted=True))), ())
    for name, amount in (("attributions", 2), ("id-17", 1), ("income", 1), ("curves", 2)):
        file = tmp_path / f"{name}.html"
        file.write_text(chart_of(report, name, "loans").html)
        page = opened_file(file).page
        until(page, "[...document.querySelectorAll('canvas')].every(each => Chart.getChart(each))")
        assert page.locator("figure").count() == amount
