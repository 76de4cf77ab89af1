"""What the pages over time say about the small inputs: never good where nothing was evaluated, and labelled by the window."""

import re
from html import unescape
from pathlib import Path

from tests.cases.running import END, Case, case


def _pages(shop: Case) -> tuple[str, str]:
    """The texts of the page of all endpoints and of the endpoint's, after the scheduled execution of the window."""
    for command in ("baseline", "ingest", "merge", "run"):
        if command == "merge" and not (shop.folder / "ground-truth").is_dir():
            continue
        more = {"baseline": ["--monitor", shop.monitor], "run": ["--monitor", shop.monitor, "--scheduled", END]}
        shop.call(command, *more.get(command, []))
    written = shop.call("overview")
    assert written.exit_code == 0, written.output
    index, endpoint = (shop.folder / "reports" / name for name in ("index.html", "shop/index.html"))
    return _text(index), _text(endpoint)


def _text(page: Path) -> str:
    plain = re.sub(r"<(script|style).*?</\1>", "", page.read_text(), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", plain)).split())


def test_labels_that_match_nothing_are_not_evaluated_with_the_reason(tmp_path: Path) -> None:
    index, endpoint = _pages(case("28-gt-by-eventid", tmp_path, "model_quality"))

    for page in (index, endpoint):
        assert "Not evaluated" in page
        assert "none of the 60 rows of the window has a ground truth yet" in page
    assert re.search(r"All endpoints Not evaluated shop: ", index)
    assert "not evaluated: model_quality" in index
    assert "2 Mar 2026, 10:00 to 11:00 UTC: not evaluated" in endpoint


def test_captures_that_cannot_be_read_are_not_good(tmp_path: Path) -> None:
    index, endpoint = _pages(case("09-all-rejected", tmp_path))

    for page in (index, endpoint):
        assert not re.search(r"\bGood\b", page)
    assert re.search(r"(not evaluated|in alarm): data_quality", index)


def test_drift_is_named_with_its_window(tmp_path: Path) -> None:
    index, endpoint = _pages(case("50-names-by-place-missed-drift", tmp_path))

    assert index.startswith("Endpoints Skip to the content All endpoints In alarm shop: rate")
    assert "since at least 2 Mar 2026, 10:00 UTC" in index
    assert "In alarm: data_quality since at least 2 Mar 2026, 10:00 UTC (1 window)." in endpoint
    assert "As of 2 Mar 2026, 10:00 to 11:00 UTC." in endpoint
    assert "Next due" not in endpoint  # nobody runs the schedules of a folder
