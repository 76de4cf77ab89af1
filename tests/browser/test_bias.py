"""The page of bias: hostile names, small screens, what a metric opens to."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from driftline.kinds.model_bias.reporter import REPORTER
from driftline.presentation.pages.execution.html import render
from driftline.presentation.pages.execution.view import page_view
from tests.bias_summaries import LOST_RECALL, RECALL_LOST, files_of, group, place, summary
from tests.browser.opening import NARROW, Opened, narrow

HOSTILE = "<script>document.title='taken'</script>\n\u202e<img src=x onerror=alert(1)>"


@pytest.fixture
def page(opened_file: Callable[..., Opened], tmp_path: Path) -> Opened:
    groups = [group(metrics=LOST_RECALL), *(group(f"{HOSTILE}{i}", 900 - i, title=f"{HOSTILE}{i}") for i in range(40))]
    past = [REPORTER.past(place(-i), {"summary.json": summary(hour=-i).to_json().encode()}) for i in (3, 2, 1)]
    execution = REPORTER.read(place(), files_of(summary(groups, [RECALL_LOST])))
    file = tmp_path / "bias.html"
    file.write_bytes(render(page_view(REPORTER.report(execution, past), over_time=None)))
    return opened_file(file)


def test_names_from_data_are_only_text(page: Opened) -> None:
    expect(page.page.get_by_role("heading", level=1)).to_contain_text("Recall for Sex = Female is 9.1 points below")
    assert "taken" not in page.page.title()
    assert page.page.locator("img").count() == 0
    assert not page.complaints


def test_a_finding_leads_to_its_metric_which_says_what_it_means(page: Opened) -> None:
    page.page.get_by_role("link", name="All its figures and its history").click()

    expect(page.page.get_by_text("The model misses more good cases in the group.")).to_be_visible()


def test_it_fits_a_small_screen(page: Opened) -> None:
    assert narrow(page.page) <= NARROW
