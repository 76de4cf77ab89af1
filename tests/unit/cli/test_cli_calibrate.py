"""`driftline baseline --calibrate`: the data set in windows, against what the whole of it suggests."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from driftline.cli import app

DOCUMENT = """\
endpoint: shop
columns: {output: [p], input: [amount, kind]}
monitors:
  data_quality: {}
  model_quality: {problem_type: BinaryClassification, inference_attribute: p, ground_truth_attribute: y}
"""
START = datetime(2026, 3, 1, tzinfo=UTC)
DAYS, ROWS = 6, 300


def rows(worse: int) -> list[dict[str, object]]:
    """Six days of predictions; on one of them the model guesses, and a feature is missing."""
    generator = np.random.default_rng(5)
    found: list[dict[str, object]] = []
    for number in range(DAYS * ROWS):
        day = number // ROWS
        label = int(generator.random() < 0.4)
        guessed = int(generator.random() < 0.5)
        right = generator.random() < 0.9
        found.append(
            {
                "at": (START + timedelta(days=day, minutes=number % ROWS)).isoformat(),
                "p": str(guessed if day == worse else label if right else 1 - label),
                "amount": None if day == worse and number % 3 else f"{generator.normal():.3f}",
                "kind": str(generator.choice(["a", "b"])),
                "y": str(label),
            }
        )
    return found


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "monitors").mkdir()
    (tmp_path / "monitors" / "shop.yaml").write_text(DOCUMENT)
    return tmp_path


def write(place: Path, lines: list[dict[str, object]], name: str = "data.csv") -> Path:
    path = place / name
    if name.endswith(".jsonl"):
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    else:
        cells = [",".join("" if cell is None else str(cell) for cell in line.values()) for line in lines]
        path.write_text("\n".join([",".join(lines[0]), *cells]) + "\n")
    return path


def call(place: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["baseline", *arguments, "--store", str(place)])


@pytest.mark.parametrize("name", ["data.csv", "data.jsonl"])
@pytest.mark.parametrize(
    ("monitor", "limit"), [("model_quality", "recall < "), ("data_quality", "amount: completeness < ")]
)
def test_the_day_that_differs_rings(place: Path, name: str, monitor: str, limit: str) -> None:
    data = write(place, rows(worse=4), name)

    said = call(place, str(data), "--monitor", monitor, "--calibrate", "P1D", "--json")

    found = json.loads(said.stdout)["calibration"]
    assert (found["time_column"], found["windows"], found["ringing"]) == ("at", DAYS, 1)
    assert [times for name, times in found["limits"].items() if name.startswith(limit)] == [1]


def test_for_people(place: Path) -> None:
    data = write(place, rows(worse=4))

    said = call(place, str(data), "--monitor", "model_quality", "--calibrate", "P1D", "--time-column", "at")

    assert "recall: with 200 rows a window, a loss of" in said.stdout
    assert "any limit: 1 of 6 windows" in said.stdout


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("--calibrate", "P1D", "--time-column", "when"), "no column when with the times"),
        (("--calibrate", "P300D"), "in one window of this length"),
        (("--calibrate", "P1D", "--time-column", "kind"), "is not a time"),
    ],
)
def test_what_cannot_be_cut(place: Path, arguments: tuple[str, ...], error: str) -> None:
    said = call(place, str(write(place, rows(worse=-1))), *arguments)
    assert said.exit_code == 1
    assert error in said.stderr.replace("\n", " ")


def test_without_a_time_column(place: Path) -> None:
    lines = [{name: value for name, value in row.items() if name != "at"} for row in rows(worse=-1)]
    said = call(place, str(write(place, lines)), "--calibrate", "P1D")
    assert said.exit_code == 1
    assert "no column has times" in said.stderr


@pytest.mark.parametrize("arguments", [("--calibrate", "1x"), ("--calibrate", "PT0H"), ("--time-column", "at")])
def test_usage(place: Path, arguments: tuple[str, ...]) -> None:
    assert call(place, str(write(place, rows(worse=-1))), *arguments).exit_code == 64
