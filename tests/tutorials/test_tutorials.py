"""docs/tutorials: every notebook is its page's, runs, prints what the page says, and is shown without errors."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.opening import Opened
from tests.tutorials.data import DATA
from tests.tutorials.running import complaints, html, printed, run, stated
from tools.notebooks import TUTORIALS, pages, text_of

FAST = {"batch-transform"}
"""Those that run in `make test`. The others take up to a minute: they start the command line many times, and fit models."""

RUNS = [pytest.param(page, id=page.stem, marks=() if page.stem in FAST else pytest.mark.long) for page in pages()]


def test_every_page_has_its_notebook() -> None:
    stems = {page.stem for page in pages()}
    assert stems
    assert {path.stem for path in TUTORIALS.glob("*.ipynb")} == stems == set(DATA)


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.stem)
def test_a_notebook_is_what_its_page_says(page: Path) -> None:
    assert page.with_suffix(".ipynb").read_text("utf-8") == text_of(page), "run `make notebooks`"


@pytest.mark.parametrize("page", RUNS)
def test_a_tutorial_runs_and_shows_what_comes_out(
    page: Path, shared_data: Path, tmp_path: Path, opened_file: Callable[..., Opened]
) -> None:
    folder, data = tmp_path / "reader", tmp_path / "data"
    folder.mkdir()
    data.mkdir()
    DATA[page.stem](shared_data, data)

    notebook = run(page, folder, data)

    assert complaints(notebook) == ""
    assert printed(notebook) == stated(page)
    shown = tmp_path / f"{page.stem}.html"
    shown.write_text(html(notebook), "utf-8")
    opened = opened_file(shown)
    frames = [frame for frame in opened.page.frames if frame != opened.page.main_frame]
    results = [each.get("data", {}).get("text/html", "") for cell in notebook.cells for each in cell.get("outputs", ())]
    assert len(frames) == sum(each.startswith("<iframe") for each in results)
    opened.page.locator("h1").first.wait_for()
    for frame in frames:
        frame.locator("h1, h2").first.wait_for()
