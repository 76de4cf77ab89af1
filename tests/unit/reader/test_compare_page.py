"""docs/guide/compare.md: what it shows is what comes out."""

import csv
import doctest
import random
import re
import shlex
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from driftline.cli import app
from driftline.cli.exits import ExitCode
from tests.places import REPOSITORY

PAGE = REPOSITORY / "docs" / "guide" / "compare.md"


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """January and February, in both formats; in February there is another country, and predictions are worse."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BROWSER", "/bin/true")
    draw = random.Random(7)
    for name, countries, rows, error in (
        ("january", ("DE", "FR", "IT"), 1000, 1.0),
        ("february", ("DE", "FR", "IT", "CH"), 800, 1.6),
    ):
        with (tmp_path / f"{name}.csv").open("w", newline="") as file:
            table = csv.writer(file)
            table.writerow(["customer", "amount", "country", "predicted", "actual"])
            for i in range(rows):
                amount, actual = round(draw.gauss(40, 9), 2), draw.gauss(10, 3)
                predicted = actual + draw.gauss(0, error)
                table.writerow([1000 + i, amount, draw.choice(countries), f"{predicted:.3f}", f"{actual:.3f}"])
        duckdb.read_csv(str(tmp_path / f"{name}.csv")).write_parquet(str(tmp_path / f"{name}.parquet"))
    return tmp_path


def test_the_tour_says_what_comes_out() -> None:
    test = doctest.DocTestParser().get_doctest(PAGE.read_text("utf-8"), {}, PAGE.name, str(PAGE), 0)
    said: list[str] = []
    result = doctest.DocTestRunner().run(test, out=said.append)
    assert result.failed == 0, "".join(said)
    assert result.attempted > 8


def test_its_commands_compare() -> None:
    codes = []
    for block in re.findall(r"^```sh\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            name, *arguments = shlex.split(line, comments=True)
            if name == "driftline":
                done = CliRunner().invoke(app, arguments)
                codes.append((arguments[0], done.exit_code))
    assert [code for name, code in codes if name in {"init", "baseline"}] == [ExitCode.COMPLETED] * 2
    checks = [code for name, code in codes if name == "check"]
    assert checks == [ExitCode.COMPLETED_WITH_VIOLATIONS, ExitCode.COMPLETED, *[ExitCode.COMPLETED_WITH_VIOLATIONS] * 3]
