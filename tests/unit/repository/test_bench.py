"""The benchmarks' own parts: what a figure means, the synthetic files, the command line."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from samtranslator.yaml_helper import yaml_parse

from bench import __main__ as command
from bench import against_peers, layers
from bench.data import COLUMNS, capture_files
from bench.results import Limit, Options, Row, Verdict, skipped

AT_MOST = Limit(4, 2, "x")
AT_LEAST = Limit(5, 10, "x faster", more_is_better=True)


@pytest.mark.parametrize(
    ("limit", "measured", "verdict"),
    [
        (AT_MOST, 2.0, Verdict.AIM),
        (AT_MOST, 2.1, Verdict.BAR),
        (AT_MOST, 4.1, Verdict.BELOW),
        (AT_LEAST, 10.0, Verdict.AIM),
        (AT_LEAST, 9.9, Verdict.BAR),
        (AT_LEAST, 4.9, Verdict.BELOW),
    ],
)
def test_a_figure_is_judged_by_bar_and_aim(limit: Limit, measured: float, verdict: Verdict) -> None:
    assert Row("r", limit, measured).verdict is verdict


def test_a_figure_without_a_bar_is_only_told() -> None:
    told = Limit(float("inf"), float("inf"), "x")

    assert Row("r", told, 9.0).verdict is Verdict.NO_BAR
    assert told.text(told.bar) == "–"


def test_a_skipped_row_says_why_and_is_not_below_the_bar() -> None:
    row = skipped("r", AT_MOST, "java is not installed")

    assert row.verdict is Verdict.SKIPPED
    assert row.detail == "skipped: java is not installed"


def test_synthetic_lines_are_capture_records_of_one_output_and_29_inputs(tmp_path: Path) -> None:
    [path] = capture_files(tmp_path, 400)

    records = [json.loads(line) for line in path.read_text().splitlines()]

    inputs = [record["captureData"]["endpointInput"]["data"].split(",") for record in records]
    assert len(records) == 400
    assert {len(cells) for cells in inputs} == {COLUMNS - 1}
    assert all(0 < float(record["captureData"]["endpointOutput"]["data"]) < 1 for record in records)
    missing = sum(cell == "" for cells in inputs for cell in cells) / (400 * (COLUMNS - 1))
    assert 0.04 < missing < 0.06
    assert len({record["eventMetadata"]["inferenceId"] for record in records}) == 400
    times = [record["eventMetadata"]["inferenceTime"] for record in records]
    assert times == sorted(times)
    assert times[0] == "2026-03-01T00:00:00Z"


def test_synthetic_rows_do_not_depend_on_how_they_are_cut_into_files(tmp_path: Path) -> None:
    whole = capture_files(tmp_path / "whole", 300)
    cut = capture_files(tmp_path / "cut", 300, rows_per_file=128)

    assert [path.read_bytes().count(b"\n") for path in cut] == [128, 128, 44]
    assert b"".join(path.read_bytes() for path in cut) == whole[0].read_bytes()


def test_a_peer_that_is_not_there_is_skipped_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    peer = replace(against_peers.PEERS[0], program="no-such-program")
    monkeypatch.setattr(against_peers, "PEERS", (peer,))

    [row] = against_peers.run(Options(rows=10))

    assert row.verdict is Verdict.SKIPPED
    assert row.detail == "skipped: no-such-program is not installed"


def test_the_command_lists_benchmarks_without_running_any(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--list"]) == 0

    assert {line.split()[0] for line in capsys.readouterr().out.splitlines()} == set(command.BENCHMARKS)


def test_an_unknown_name_is_refused_with_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        command.main(["peer"])

    assert "unknown benchmark peer; known are profile_capture, whole_capture" in capsys.readouterr().err


def test_the_exit_code_says_that_a_bar_was_missed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "_run", lambda name, options, show: [Row("slow", AT_MOST, 9.0)])

    assert command.main(["size", "--json"]) == 1
    printed = json.loads(capsys.readouterr().out)
    assert printed["benchmarks"]["size"][0]["verdict"] == "BELOW THE BAR"


def test_a_benchmark_that_fails_stops_no_other_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran: list[str] = []

    def run(name: str, _options: Options, *, show: bool) -> list[Row]:
        assert show
        if name == "size":
            raise ValueError("no layers")
        ran.append(name)
        return [Row("fast", AT_MOST, 0.0)]

    monkeypatch.setattr(command, "_run", run)

    assert command.main(["size", "memory"]) == 1
    assert ran == ["memory"]
    assert "size failed: ValueError: no layers" in capsys.readouterr().err


def test_json_has_null_for_no_bar(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    told = Row("told", Limit(float("inf"), float("inf"), "x"), 9.0)
    monkeypatch.setattr(command, "_run", lambda name, options, show: [told])

    assert command.main(["size", "--json"]) == 0
    [row] = json.loads(capsys.readouterr().out)["benchmarks"]["size"]
    assert (row["limit"]["bar"], row["verdict"]) == (None, "for information")


def test_the_layers_are_those_that_sam_makes() -> None:
    # A lock that is not there would be a row that says `skipped`, as for a machine without network
    template = yaml_parse((layers.ROOT / "template.yaml").read_text("utf-8"))["Resources"]
    of_template = {
        name: Path(resource["Properties"]["ContentUri"]).name
        for name, resource in template.items()
        if resource["Type"] == "AWS::Serverless::LayerVersion" and name != "DriftlineLayer"
    }
    assert of_template == layers.LOCKS
    assert all((layers.ROOT / "layers" / lock / "requirements.txt").is_file() for lock in layers.LOCKS.values())
    assert layers.layers_by_function()["run_monitor"] == ["DriftlineLayer", "DependenciesLayer", "TablesLayer"]
