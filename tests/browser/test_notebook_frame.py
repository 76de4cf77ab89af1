"""A page in a notebook: in a frame that runs it and keeps it in."""

from pathlib import Path

from playwright.sync_api import Browser

import driftline
from driftline.reader import Page, open_reports
from tests.fakes import InMemoryStore
from tests.reporting import HOSTILE, made_store

NOTEBOOK = "<!doctype html><meta charset=utf-8><title>notebook</title><div id=secret>of the notebook</div>"


def folder_of(store: InMemoryStore, root: Path) -> Path:
    for key, body in store.objects.items():
        file = root / key
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body)
    return root


def test_pages_draw_their_charts_in_frames_and_reach_nothing(
    browser: Browser, taxi: InMemoryStore, tmp_path: Path
) -> None:
    reports = open_reports(folder_of(taxi, tmp_path / "taxi"))
    execution = reports.execution("taxi", "data_quality")
    trend = reports.executions("taxi", "model_quality").plot("rmse")
    cells = [execution.page(), execution.plot("history_72slots"), trend]
    page = browser.new_page(viewport={"width": 1200, "height": 3000})
    complaints: list[str] = []
    requests: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    notebook = tmp_path / "notebook.html"
    notebook.write_text(NOTEBOOK + "".join(cell._repr_html_() for cell in cells))

    page.goto(notebook.as_uri())

    frames = page.frames[1:]
    assert len(frames) == 3
    for frame in frames:
        canvas = frame.locator("figure canvas").first
        canvas.wait_for()
        assert canvas.get_attribute("aria-label")
        # Its origin is its own: the notebook is another site to it.
        assert frame.evaluate("self.origin") == "null"
    assert "; 101 more violations" in frames[0].locator("h1").inner_text()
    assert (
        frames[0].evaluate("(() => { try { return parent.document.title } catch { return 'refused' } })()") == "refused"
    )
    assert complaints == []
    assert [url for url in requests if not url.startswith(("file:", "about:"))] == []
    page.close()


def test_hostile_names_run_nothing_in_frames(browser: Browser, tmp_path: Path) -> None:
    reports = open_reports(folder_of(made_store(HOSTILE), tmp_path / "made"))
    execution = reports.execution("shop", "data_quality")
    cells: list[Page] = [execution.page(), *(execution.plot(name) for name in HOSTILE)]
    cells += [reports.executions("shop", "data_quality").plot(name) for name in HOSTILE]
    page = browser.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    notebook = tmp_path / "notebook.html"
    notebook.write_text(NOTEBOOK + "".join(cell._repr_html_() for cell in cells), encoding="utf-8")

    page.goto(notebook.as_uri())

    assert len(page.frames) == 1 + len(cells)
    page.frames[-1].locator("h1").wait_for()
    assert page.title() == "notebook"
    assert all("owned" not in frame.title() or "document.title" in frame.title() for frame in page.frames[1:])
    assert complaints == []
    page.close()


def test_a_comparison_shows_its_page_and_no_times(browser: Browser, tmp_path: Path) -> None:
    reference = {"<b>amount": [float(i % 97) for i in range(900)], "country": ["DE", "FR", "IT"] * 300}
    current = {"<b>amount": [float(i % 97) + 60 for i in range(900)], "country": ["DE", "FR", "<script>"] * 300}
    page = browser.new_page(viewport={"width": 1200, "height": 3000})
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    notebook = tmp_path / "notebook.html"
    notebook.write_text(NOTEBOOK + driftline.compare(reference, current)._repr_html_())

    page.goto(notebook.as_uri())

    [frame] = page.frames[1:]
    frame.locator("figure canvas").first.wait_for()
    frame.evaluate("document.querySelectorAll('.open[aria-expanded=false]').forEach(each => each.click())")
    text = frame.locator("body").inner_text()
    assert "<b>amount" in text
    assert "<script>" in text
    assert "reference data, 900 rows" in text
    assert "Since the last execution" not in text
    assert "1970" not in text
    assert complaints == []
    page.close()
