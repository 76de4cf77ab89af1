"""`driftline silence` over a folder."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from driftline.adapters.folder.store import FolderStore
from driftline.cli import app
from driftline.cli.exits import ExitCode
from driftline.domain.incidents.silence import parse_silence
from tests.captures import DOCUMENT
from tests.fakes import RecordingChannel
from tests.notifying import Office, alarm


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "monitors").mkdir()
    (tmp_path / "monitors" / "shop.yaml").write_text(DOCUMENT)
    return tmp_path


def silence(root: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["silence", *arguments, "--store", str(root)])


def test_an_end_does_not_go_with_a_silence(root: Path) -> None:
    for more in (("--for", "P1D"), ("--why", "x")):
        result = silence(root, "shop", "data_quality", "--off", *more)
        assert result.exit_code == ExitCode.USAGE


def test_what_the_command_writes_keeps_people_from_being_told(root: Path) -> None:
    channel = RecordingChannel()
    office = Office(channel, store=FolderStore(root))
    before = datetime.now(UTC)
    result = silence(root, "shop", "data_quality", "--for", "P1D", "--why", "known", "--json")
    assert result.exit_code == ExitCode.COMPLETED
    written = parse_silence((root / "silences/shop/data_quality.json").read_bytes(), "x")
    assert json.loads(result.stdout)["why"] == written.why == "known"
    assert written.by
    assert timedelta(hours=23, minutes=59) < written.until - before < timedelta(days=1, minutes=1)
    office.hear(alarm(at=before + timedelta(hours=1)))
    assert channel.sent == []
    # When it is ended, the next tick tells
    assert silence(root, "shop", "data_quality", "--off").exit_code == ExitCode.COMPLETED
    office.tick(before + timedelta(hours=2))
    assert len(channel.sent) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("shop", "model_quality", "--for", "P1D", "--why", "x"), "one of data_quality, watch"),
        (("nowhere", "data_quality", "--for", "P1D", "--why", "x"), "no monitor document for the endpoint nowhere"),
        (("../x", "data_quality", "--off"), "not the names of an endpoint and a monitor"),
    ],
)
def test_what_is_wrong_is_said(root: Path, arguments: tuple[str, ...], said: str) -> None:
    result = silence(root, *arguments)
    assert result.exit_code == ExitCode.FAILED
    assert said in result.stderr
    assert not (root / "silences").exists()


@pytest.mark.parametrize("arguments", [(), ("--why", "x"), ("--for", "P1D"), ("--for", "P1D", "--why", " ")])
def test_a_silence_without_end_or_reason_is_bad_usage(root: Path, arguments: tuple[str, ...]) -> None:
    result = silence(root, "shop", "data_quality", *arguments)
    assert result.exit_code == ExitCode.USAGE
    assert "needs a duration and a reason" in result.stderr
    assert not (root / "silences").exists()


@pytest.mark.parametrize("duration", ["1 day", "d", "0d", "PT0H", "-P1D", "P2Y", "400d", ""])
def test_a_duration_that_is_none_is_bad_usage(root: Path, duration: str) -> None:
    assert silence(root, "shop", "data_quality", "--for", duration, "--why", "x").exit_code == ExitCode.USAGE


@pytest.mark.parametrize(
    ("duration", "minutes"),
    [("1d", 1440), ("P1D", 1440), ("p1d", 1440), ("6h", 360), ("PT6H", 360), ("90m", 90), ("2W", 20160)],
)
def test_durations_are_iso_8601_or_a_number_with_its_unit(root: Path, duration: str, minutes: int) -> None:
    before = datetime.now(UTC)
    result = silence(root, "shop", "data_quality", "--for", duration, "--why", "x", "--json")
    until = datetime.fromisoformat(json.loads(result.stdout)["until"])
    assert timedelta(minutes=minutes - 1) < until - before < timedelta(minutes=minutes + 60)


@pytest.mark.parametrize("group", [("--team", "risk"), ("--tag", "tier=gold"), ("--tag", "note=a/b & c")])
def test_a_group_is_silenced_until_it_is_lifted(root: Path, group: tuple[str, str]) -> None:
    document = root / "monitors" / "shop.yaml"
    document.write_text(f"{DOCUMENT}\nteam: risk\ntags: {{tier: gold, note: a/b & c}}\n")
    (root / "monitors" / "broken.yaml").write_text("endpoint: [")
    (root / "monitors" / "taxi.yaml").write_text(DOCUMENT.replace("shop", "taxi"))
    channel = RecordingChannel()
    office = Office(channel, store=FolderStore(root))
    before = datetime.now(UTC)
    result = silence(root, *group, "--for", "P1D", "--why", "migration", "--json")
    assert result.exit_code == ExitCode.COMPLETED
    assert json.loads(result.stdout)["endpoints"] == ["shop"]
    office.hear(alarm(at=before + timedelta(hours=1)))
    assert channel.sent == []
    assert silence(root, *group, "--off").exit_code == ExitCode.COMPLETED
    office.tick(before + timedelta(hours=2))
    assert len(channel.sent) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--team", "risk"), "no monitor document has the team risk"),
        (("--tag", "tier=gold"), "no monitor document has the tag tier=gold"),
        (("--team", "../../monitors"), "not a team or a tag"),
        (("--tag", "a/b=c"), "not a team or a tag"),
        (("--tag", "gold"), "not a tag such as tier=gold"),
        (("--team", "risk", "--tag", "tier=gold"), "name an endpoint and a monitor"),
        (("shop", "--team", "risk"), "name an endpoint and a monitor"),
        (("shop",), "name an endpoint and a monitor"),
        ((), "name an endpoint and a monitor"),
    ],
)
def test_a_group_that_does_not_exist_is_an_error(root: Path, arguments: tuple[str, ...], said: str) -> None:
    result = silence(root, *arguments, "--for", "P1D", "--why", "x")
    assert result.exit_code != ExitCode.COMPLETED
    assert said in " ".join(result.output.replace("│", " ").split())
    assert not (root / "silences").exists()
