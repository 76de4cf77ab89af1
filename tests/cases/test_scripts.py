"""Scripts that cannot run in AWS."""

from pathlib import Path

from typer.testing import CliRunner

from driftline.cli import app
from tests.cases.running import case


def test_43_a_script_that_imports_pandas_is_refused_by_validate(tmp_path: Path) -> None:
    folder = case("43-pre-pandas", tmp_path).folder

    result = CliRunner().invoke(app, ["validate", str(folder / "monitors" / "shop.yaml")])

    assert result.exit_code == 1
    assert (
        "line 3, column 30, monitors.data_quality.preprocess: scripts/pre.py, line 1: it imports pandas"
        in result.output
    )


def test_43_with_a_script_that_can_run_the_document_is_valid(tmp_path: Path) -> None:
    folder = case("43-pre-pandas", tmp_path).folder
    (folder / "scripts" / "pre.py").write_text("import numpy\ndef preprocess_handler(record): return {}\n")

    result = CliRunner().invoke(app, ["validate", str(folder / "monitors" / "shop.yaml")])

    assert result.exit_code == 0, result.output


def test_43_ingest_says_what_works_on_this_machine_alone(tmp_path: Path) -> None:
    """Given a script that runs here, with a module that AWS Lambda does not have."""
    copy = case("43-pre-pandas", tmp_path)
    script = "import typer\ndef preprocess_handler(record): return {'a': 1}\n"
    (copy.folder / "scripts" / "pre.py").write_text(script)

    ingested = copy.ingest()

    assert ingested.exit_code == 0
    assert "In AWS, this script cannot run: scripts/pre.py, line 1: it imports typer" in ingested.output
