"""docs/guide/own-data.md: following it leads from two CSV files to a page."""

import csv
import random
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from driftline.cli import app
from driftline.cli.exits import ExitCode
from tests.places import REPOSITORY

PAGE = (REPOSITORY / "docs" / "guide" / "own-data.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def write_rows(path: Path, rows: int, shift: float) -> None:
    """Two numbers and a text with a comma in it; the numbers lie `shift` higher."""
    draw = random.Random(1)
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["score", "minutes", "plan"])
        for _ in range(rows):
            plan = draw.choice(["basic", "pro, yearly"])
            table.writerow([f"{draw.random() + shift:.3f}", f"{draw.gauss(200, 30) + 100 * shift:.2f}", plan])


@pytest.mark.parametrize(("shift", "code"), [(0.0, ExitCode.COMPLETED), (0.5, ExitCode.COMPLETED_WITH_VIOLATIONS)])
def test_the_page_leads_from_two_csv_files_to_a_report(
    shift: float, code: ExitCode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_rows(tmp_path / "reference.csv", 1000, 0)
    write_rows(tmp_path / "recent.csv", 400, shift)
    (tmp_path / "monitors").mkdir()
    (document,) = blocks("yaml")
    (tmp_path / "monitors" / "my-model.yaml").write_text(document)
    (script,) = blocks("python")
    (tmp_path / "captures.py").write_text(script)

    exits = {}
    for line in "".join(blocks("sh")).splitlines():
        words = shlex.split(line)
        if words[0] == "python":
            *command, _, target = words[1:]
            done = subprocess.run([sys.executable, *command], capture_output=True, check=True)
            (tmp_path / target).write_bytes(done.stdout)
        elif words[0] == "driftline":
            arguments = [word for word in words[1:] if word != "--open"]
            exits[words[1]] = CliRunner().invoke(app, arguments).exit_code

    assert exits == {"validate": 0, "baseline": 0, "ingest": 0, "run": code, "report": 0}
    (page,) = tmp_path.rglob("report.html")
    assert "plan" in page.read_text()
