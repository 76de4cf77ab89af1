"""`driftline overview` over a folder."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from driftline.cli.commands import app
from tests.fakes import InMemoryStore
from tests.overviews import rendered, season
from tests.reporting import shop_store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A shop of three hours, whose pages were never made."""
    return written(shop_store(), tmp_path)


def written(store: InMemoryStore, folder: Path) -> Path:
    for key, body in store.objects.items():
        (folder / key).parent.mkdir(parents=True, exist_ok=True)
        (folder / key).write_bytes(body)
    return folder


def overview(folder: Path, *more: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["overview", "--store", str(folder), *more])
    return result.exit_code, result.stdout


def test_every_page_of_a_folder(folder: Path) -> None:
    code, said = overview(folder, "--json")

    assert code == 0
    [shop] = json.loads(said)["endpoints"]
    assert (shop["endpoint"], shop["executions"], shop["reports"], shop["left_out"]) == ("shop", 6, 6, [])
    assert json.loads(said)["index"] == str(folder / "reports" / "index.html")
    page = Path(shop["page"]).read_text(encoding="utf-8")
    for link in ("data_quality/2026/03/01/15/report.html", "model_quality/2026/03/01/13/report.html"):
        assert f'href="{link}"' in page
        assert (Path(shop["page"]).parent / link).exists()


def test_again_it_makes_the_same_pages_and_no_reports(folder: Path) -> None:
    overview(folder)
    before = {path: path.read_bytes() for path in folder.glob("reports/**/*.html")}

    code, said = overview(folder)

    assert code == 0
    assert "shop: 6 executions, 0 reports written" in said
    assert {path: path.read_bytes() for path in folder.glob("reports/**/*.html")} == before


def test_without_the_pages_of_executions(folder: Path) -> None:
    code, _ = overview(folder, "--no-reports", "--endpoint", "shop")

    assert code == 0
    assert {path.name for path in folder.glob("reports/**/*.html")} == {"index.html"}


def test_what_cannot_be_read_is_named_and_left_out(folder: Path) -> None:
    (folder / "reports/shop/data_quality/2026/03/01/14/summary.json").write_text("{}")

    code, said = overview(folder, "--json")

    assert code == 0
    [shop] = json.loads(said)["endpoints"]
    assert shop["executions"] == 5
    assert shop["left_out"] == ["reports/shop/data_quality/2026/03/01/14/"]


def test_other_folders_of_an_endpoint_are_no_monitors(folder: Path) -> None:
    audit = folder / "reports/shop/retraining/2026/03/01/1.json"
    audit.parent.mkdir(parents=True)
    audit.write_text("{}")

    code, said = overview(folder, "--json")

    assert code == 0
    assert json.loads(said)["endpoints"][0]["left_out"] == []


def test_nothing_to_show(tmp_path: Path) -> None:
    code, said = overview(tmp_path, "--json")

    assert code == 1
    assert json.loads(said)["error"]["what"] == "no execution found"
    assert not (tmp_path / "reports").exists()


def test_other_endpoints_stay_on_the_index(folder: Path) -> None:
    written(rendered(season(3, 3, endpoint="other")), folder)

    overview(folder, "--endpoint", "shop")

    index = (folder / "reports" / "index.html").read_text()
    assert 'href="other/index.html"' in index
    assert 'href="shop/index.html"' in index
