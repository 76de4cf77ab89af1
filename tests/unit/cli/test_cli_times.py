"""Times and ranges on the command line: out of bounds, or too long, is a usage error that says what is allowed."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from driftline.cli import app
from driftline.cli.exits import ExitCode
from driftline.cli.run import MOST_EXECUTIONS

DOCUMENT = "endpoint: shop\nmonitors:\n  data_quality: {schedule: cron(0 * ? * * *)}\n"


@pytest.mark.parametrize("time", ["0001-01-01T00:00+14:00", "9999-12-31T23:59-14:00", "0001-01-01", "2200-01-01"])
@pytest.mark.parametrize(
    "command",
    [
        ["run", "--end", "2026-03-01", "--start"],
        ["run", "--scheduled"],
        ["replay", "--to", "2026-03-01", "--from"],
        ["merge", "--as-of"],
        ["merge", "--collected"],
        ["report", "--scheduled"],
        ["show", "--scheduled"],
    ],
    ids=" ".join,
)
def test_times_out_of_bounds_are_usage_errors(command: list[str], time: str, tmp_path: Path) -> None:
    found = CliRunner().invoke(app, [*command, time, "--store", str(tmp_path)], env={"COLUMNS": "300"})
    assert found.exit_code == ExitCode.USAGE
    assert "is out of bounds" in found.stderr


def test_a_window_of_centuries_is_a_usage_error(tmp_path: Path) -> None:
    window = ["--start", "2026-03-01", "--end", "2199-03-01", "--store", str(tmp_path)]
    found = CliRunner().invoke(app, ["run", *window], env={"COLUMNS": "600"})
    assert found.exit_code == ExitCode.USAGE
    assert "at most 1,096 days" in found.stderr
    assert "the first part may end at 2029-03-01T00:00:00Z" in found.stderr


def test_a_replay_of_more_than_a_year_of_hours_says_where_to_cut(tmp_path: Path) -> None:
    (tmp_path / "monitors").mkdir()
    (tmp_path / "monitors/shop.yaml").write_text(DOCUMENT)
    (tmp_path / "state/profiles/shop/AllTraffic/2026/03/01/14").mkdir(parents=True)
    (tmp_path / "state/profiles/shop/AllTraffic/2026/03/01/14/a").touch()

    found = CliRunner().invoke(app, ["replay", "--from", "2000-01-01", "--to", "2199-01-01", "--store", str(tmp_path)])

    assert found.exit_code == ExitCode.FAILED
    assert f"has more than {MOST_EXECUTIONS:,} scheduled times" in found.stderr
    assert "--to 2001-02-20T16:00:00Z" in found.stderr  # 10,000 hours later
