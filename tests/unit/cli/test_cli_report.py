"""`driftline report`: a page from a folder, no matter which program wrote the files."""

import json
import webbrowser
from pathlib import Path

import pytest
from typer.testing import CliRunner

from driftline.cli import app
from driftline.cli.exits import ExitCode
from tests.failing import failed_shop
from tests.fakes import InMemoryStore
from tests.reporting import shop_store, taxi_store

FOLDER = "reports/shop/data_quality/2026/03/01/"


def written(store: InMemoryStore, root: Path) -> Path:
    for key, body in store.objects.items():
        file = root / key
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body)
    return root


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(shop_store(), tmp_path_factory.mktemp("shop"))


def test_the_newest_execution_gets_its_page(shop: Path) -> None:
    result = CliRunner().invoke(app, ["report", "--store", str(shop)])

    assert result.exit_code == ExitCode.COMPLETED, result.output
    page = shop / FOLDER / "15" / "report.html"
    assert str(page) in result.output
    assert "amount" in page.read_text()


def test_that_of_a_scheduled_time_for_machines_and_for_the_browser(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    arguments = ["report", "--store", str(shop), "--monitor", "model_quality", "--json", "--open"]

    result = CliRunner().invoke(app, [*arguments, "--scheduled", "2026-03-01T13:00:00Z"])

    page = shop / "reports/shop/model_quality/2026/03/01/13/report.html"
    assert json.loads(result.stdout) == {"report": str(page), "size": page.stat().st_size}
    assert opened == [page.as_uri()]


def test_a_failed_execution_gets_the_page_that_says_why(tmp_path: Path) -> None:
    store = failed_shop()
    store.delete(f"{FOLDER}15/report.html")
    root = written(store, tmp_path)

    result = CliRunner().invoke(app, ["report", "--store", str(root), "--scheduled", "2026-03-01T15:00:00Z"])
    newest = CliRunner().invoke(app, ["report", "--store", str(root)])

    assert result.exit_code == ExitCode.COMPLETED, result.output
    assert "No verdict: there is no baseline" in (root / FOLDER / "15" / "report.html").read_text()
    assert str(root / FOLDER / "14" / "report.html") in newest.output  # the newest verdict


def test_sagemakers_files_get_pages(shared_data: Path, tmp_path: Path) -> None:
    written(taxi_store(shared_data), tmp_path)

    result = CliRunner().invoke(app, ["report", "--store", str(tmp_path), "--endpoint", "taxi"])

    assert result.exit_code == ExitCode.COMPLETED, result.output
    assert "; 101 more violations" in (tmp_path / "reports/taxi/data_quality/2020/03/16/00/report.html").read_text()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--scheduled", "2026-03-02T13:00:00Z"], "no execution scheduled for 2026-03-02T13:00:00Z found"),
        (["--monitor", "model_bias"], "no execution found"),
        (["--endpoint", "other"], "no execution found"),
    ],
)
def test_what_is_not_there_is_told(shop: Path, arguments: list[str], said: str) -> None:
    result = CliRunner().invoke(app, ["report", "--store", str(shop), *arguments])
    assert result.exit_code == ExitCode.FAILED
    assert said in result.stderr
