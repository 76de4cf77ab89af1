"""What the demo's screen looks like in a terminal of 80 columns, and in a file."""

from datetime import date
from pathlib import Path

import pytest
from rich.console import Console
from rich.text import Text

from local.demo.screen import DayVerdict, InputVerdict, QualityVerdict, Screen

COLUMNS = 80
LONG = "verdicts on inputs and predictions at nine in the morning, and again when late labels have come " * 2


def console(*, terminal: bool) -> Console:
    return Console(force_terminal=terminal, width=COLUMNS, highlight=False, color_system=None)


def quality(error: float, *, violated: bool, coverage: float = 0.55) -> QualityVerdict:
    return QualityVerdict(2, coverage, error, (error - 2, error + 2), violated)


def day(number: int, violations: int, predictions: QualityVerdict) -> DayVerdict:
    return DayVerdict(date(2013, 3, number), InputVerdict(1000, violations, 0.43, "predicted_delay"), predictions)


@pytest.fixture
def terminal(capsys: pytest.CaptureFixture[str]) -> tuple[Screen, pytest.CaptureFixture[str]]:
    return Screen(console(terminal=True)), capsys


def test_tables_fit_into_80_columns(terminal: tuple[Screen, pytest.CaptureFixture[str]]) -> None:
    # Given the widest figures that a day has
    screen, capsys = terminal
    widest = day(8, 4, quality(24.3, violated=True))
    newest = {widest.day: quality(23.1, violated=False, coverage=1.0)}
    # When
    screen.verdict(widest)
    screen.revisions([widest], newest)
    # Then
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "2013-03-08  1,000  ALARM 4  predicted_delay 0.430  ALARM 24.3 (22.3–26.3)   55%"
    assert lines[-2] == "2013-03-08         2  55% → 100%   24.3 → 23.1 (21.1–25.1)  quiet, was ALARM"
    assert max(map(len, lines)) <= COLUMNS


def test_a_long_step_is_indented_in_a_terminal(terminal: tuple[Screen, pytest.CaptureFixture[str]]) -> None:
    screen, capsys = terminal
    screen.step("replay", LONG)
    first, *more = capsys.readouterr().out.splitlines()
    assert first.startswith(" 1 replay    verdicts on inputs")
    assert more
    assert all(line.startswith(" " * 13 + line.strip()[0]) and len(line) <= COLUMNS for line in more)


def test_a_long_step_is_one_line_in_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    screen = Screen(console(terminal=False))
    screen.step("replay", LONG)
    screen.note(LONG)
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_the_tenth_step_stands_below_the_ninth(terminal: tuple[Screen, pytest.CaptureFixture[str]]) -> None:
    screen, capsys = terminal
    for _ in range(10):
        screen.step("data", "flights")
    assert {line.index("data") for line in capsys.readouterr().out.splitlines()} == {3}


def test_the_end_names_what_is_to_be_learnt(terminal: tuple[Screen, pytest.CaptureFixture[str]]) -> None:
    # Given a storm, a day that only labels tell, one of odd inputs alone, and one that late labels acquitted
    screen, capsys = terminal
    verdicts = [
        day(1, 4, quality(24, violated=True)),
        day(2, 0, quality(18, violated=True)),
        day(3, 1, quality(13, violated=False)),
        day(4, 0, quality(16, violated=True)),
    ]
    newest = {verdict.day: verdict.quality for verdict in verdicts} | {date(2013, 3, 4): quality(14, violated=False)}
    # When
    screen.finish(verdicts, newest, Path("out"), [("driftline show", "a verdict")], 70.2)
    # Then
    told = capsys.readouterr().out
    assert "4 days in 70 s: the inputs alarm on 2, the predictions on 2, both on 1." in told
    assert "  Visible in the labels only: 2013-03-02\n" in told
    assert "  Unusual inputs, but good predictions: 2013-03-03\n" in told
    assert "  Alarm on the first labels, quiet with all of them: 2013-03-04\n" in told


def test_the_end_of_a_long_replay_is_short(terminal: tuple[Screen, pytest.CaptureFixture[str]]) -> None:
    screen, capsys = terminal
    verdicts = [day(1 + n, 0, quality(18, violated=True)) for n in range(6)]
    screen.finish(verdicts, {verdict.day: verdict.quality for verdict in verdicts}, Path("out"), [], 1)
    told = capsys.readouterr().out
    assert "Visible in the labels only: 2013-03-01, 2013-03-02, 2013-03-03, 2013-03-04 and 2 more" in told
    assert "Unusual inputs" not in told


def test_data_is_no_markup(terminal: tuple[Screen, pytest.CaptureFixture[str]]) -> None:
    screen, capsys = terminal
    screen.note("[bold]x[/bold] [link=y]")
    assert "[bold]x[/bold] [link=y]" in capsys.readouterr().out


def test_a_day_without_labels_or_drift(terminal: tuple[Screen, pytest.CaptureFixture[str]]) -> None:
    screen, capsys = terminal
    nothing = QualityVerdict(1, 0.0, None, None, violated=False)
    screen.verdict(DayVerdict(date(2013, 3, 1), InputVerdict(0, 0, None, None), nothing))
    assert Text(capsys.readouterr().out).plain.split() == ["2013-03-01", "0", "quiet", "-", "quiet", "-", "0%"]
