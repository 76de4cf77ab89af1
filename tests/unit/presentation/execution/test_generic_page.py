"""The page of a report that no kind of monitor made: the renderer knows none."""

import json
import re
from html import unescape

import pytest

from driftline.presentation.pages.execution.html import render
from driftline.presentation.pages.execution.view import page_view
from driftline.presentation.report import Report
from tests.toy_report import toy_report


@pytest.fixture(scope="module")
def report() -> Report:
    return toy_report()


@pytest.fixture(scope="module")
def html(report: Report) -> str:
    return render(page_view(report, over_time="../index.html")).decode()


def words_in(html: str) -> str:
    text = re.sub(r"<(style|script)\b.*?</\1>", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", text)))


def data_in(html: str) -> dict[str, object]:
    match = re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL)
    assert match
    return dict(json.loads(match[1]))


def test_headline_facts_comparison_findings_and_notes(html: str) -> None:
    words = words_in(html)

    assert "canteen: sandwiches" in words
    assert "cheese: 20 % → 70 % above 10" in words
    assert "Sandwiches 3" in words
    assert "Compared with 1 Mar 2026, 11:00 UTC" in words
    assert "Oldest 2.5 times its limit, 0.75 before" in words
    assert "cheese staleness_check since at least 1 Mar 2026, 09:00 UTC, 3 executions" in words
    assert "Age was 30 minutes." in words  # not 30.000000000000004
    assert "Age 30 95 % interval 29 to 31 Threshold at most 12 Direction higher" in words
    assert "10 and more 20 % 70 %" in words
    assert "Remarks 1 Findings that break no constraint. tofu price_check new Cheaper than before." in words
    assert "Two trays fell." in words
    assert "Age is counted in minutes ." in words
    assert "<code>minutes</code>" in html


def test_every_type_of_cell(html: str) -> None:
    words = words_in(html)

    assert "cheese vegetarian new 30 of 12 < 0.1 % stale" in words
    assert "tofu vegan not compared 25 % –" in words
    assert 'title="it is a doughnut"' in html
    assert "Left one tray-1 1.5 to 2 at most 3 yes 1 Mar 2026, 12:00 UTC ann, bob" in words
    assert "Right one – – no –" in words
    assert "tea 3 75 %, baseline 50 % 0" in words
    assert "450.5" not in words  # a column of notebooks


def test_rows_are_in_the_order_of_people_and_findings_lead_to_them(html: str) -> None:
    rows = re.findall(r'<tbody id="(sandwich-\d)"[^>]*data-sandwich="(\w+)"[^>]*data-age="([^"]*)"', html)

    assert rows == [("sandwich-0", "cheese", "2.5"), ("sandwich-1", "tofu", ""), ("sandwich-2", "jam", "")]
    assert re.findall(r'href="#(sandwich-\d)"', html) == ["sandwich-0", "sandwich-1"]


def test_charts_are_data_for_the_script(html: str) -> None:
    data = data_in(html)

    assert data["times"] == [f"2026-03-01T{hour:02}:00:00Z" for hour in range(9, 13)]
    assert data["failed"] == [False, True, False, False]
    groups: dict[str, list[dict[str, object]]] = data["charts"]  # type: ignore[assignment]
    assert {name: [each["type"] for each in charts] for name, charts in groups.items()} == {
        "trend": ["time"],
        "hunger": ["lines", "scatter"],
        "crumbs": ["histogram"],
        "taste": ["amounts", "swarm", "waterfall", "dependence"],
    }
    assert [each["title"] for each in groups["trend"]] == ["Oldest, in limits"]
    cheese, tofu, _ = data["rows"]["sandwiches"]  # type: ignore[index]
    assert cheese["pictures"] == [0, 3]
    assert [each["type"] for each in cheese["charts"]] == ["histogram", "cumulative", "categories", "time"]
    assert tofu["pictures"] == [None, None]
    assert "Nothing yet." in words_in(html)


def test_the_first_execution_has_no_trend() -> None:
    html = render(page_view(toy_report(0))).decode()

    assert "trend" not in data_in(html)["charts"]  # type: ignore[operator]
    assert "This is the first execution that is kept." in words_in(html)
