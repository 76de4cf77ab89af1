"""The demo, as `make demo` runs it, with few days."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from driftline.cli import app
from tests.browser.opening import Opened
from tests.places import REPOSITORY

pytestmark = pytest.mark.cloud

STORM, QUIET = "2013-03-08", "2013-03-09"
DAYS = 6


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess[str], Path]:
    """A storm, quiet days around it, and a month later a day whose first labels alarm: the first six of the default."""
    out = tmp_path_factory.mktemp("demo") / "output"
    arguments = [sys.executable, "-m", "local.demo", "--out", str(out), "--days", str(DAYS)]
    ran = subprocess.run(arguments, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    return ran, out


def summaries(out: Path, monitor: str) -> Mapping[str, Any]:
    """The newest summary of each day, by the date on which its window begins."""
    paths = (out / "reports" / "flight-delay" / monitor).rglob("summary.json")
    found = [json.loads(path.read_text()) for path in paths if "revision-" not in str(path)]
    return {summary["window"]["start"][:10]: summary for summary in found}


def lines_of(ran: subprocess.CompletedProcess[str], day: str) -> list[str]:
    """The line of a day in the table of days, and that in the table of revisions."""
    return [line for line in ran.stdout.splitlines() if re.match(rf"{day}  ", line)]


def test_ends_well(demo: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    ran, _ = demo
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr == ""
    assert "both on 1." in ran.stdout
    assert "Alarm on the first labels, quiet with all of them: 2013-04-05" in ran.stdout


def test_flags_the_storm_and_not_the_day_after(demo: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    found = summaries(demo[1], "data_quality")
    assert len(found) == DAYS
    storm = {(finding["subject"], finding["check"]) for finding in found[STORM]["findings"]}
    # Delays and rain drift, and a flight in five is cancelled.
    assert {("dep_delay", "baseline_drift_check"), ("precip", "baseline_drift_check")} <= storm
    assert ("dep_delay", "completeness_check") in storm
    assert found[QUIET]["findings"] == []
    assert (found[STORM]["rows"], found[QUIET]["rows"]) == (979, 765)


def test_late_labels_revise_the_verdict_on_the_predictions(
    demo: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    _, out = demo
    # Given what is known two days later: all but the 181 flights that never arrived where they should
    found = summaries(out, "model_quality")
    assert found[STORM]["body"]["labelled_rows"] == 798
    assert found[QUIET]["coverage"] > 0.95
    # Then the storm alarms and the day after it does not, on the whole interval
    assert (found[STORM]["status"], found[QUIET]["status"]) == ("CompletedWithViolations", "Completed")
    [mae] = (metric for metric in found[STORM]["body"]["metrics"] if metric["name"] == "mae")
    assert mae["interval"][0] > mae["baseline"] == 15.0
    # And the verdict of the morning after is kept beside it
    for scheduled in ("09", "10"):
        folder = out / "reports/flight-delay/model_quality/2013/03" / scheduled / "09"
        assert [path.name for path in folder.glob("revision-*")] == ["revision-1"]
        before = json.loads((folder / "revision-1" / "summary.json").read_text())
        assert 0.5 < before["coverage"] < 0.65


def test_the_screen_reads_well_in_a_file(demo: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    ran, out = demo
    assert "\u001b" not in ran.stdout
    assert "\r" not in ran.stdout
    [storm, storm_revised] = lines_of(ran, STORM)
    [quiet, quiet_revised] = lines_of(ran, QUIET)
    assert (storm.count("ALARM"), quiet.count("quiet")) == (2, 2)
    assert storm.startswith(f"{STORM}    979  ALARM 4  predicted_delay 0.430  ALARM 24.3 (22.3–27.1)")
    assert storm.endswith(" 55%")
    assert "55% → 82%" in storm_revised
    assert storm_revised.endswith("ALARM")
    assert quiet_revised.endswith("quiet")
    lines = ran.stdout.splitlines()
    assert any(str(out) in line for line in lines)
    # Links and commands are copied, so that they are never broken
    copied = ("://", "driftline silence", str(out))
    assert max(len(line) for line in lines if not any(part in line for part in copied)) <= 120


def test_the_output_is_a_store_for_the_command_line(demo: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    # Given the demo's files, without the cloud's state
    _, out = demo
    in_the_cloud = {path: path.read_bytes() for path in (out / "reports").rglob("*.json")}
    audits = [path for path in in_the_cloud if "retraining" in path.parts]
    assert len(in_the_cloud) - len(audits) == DAYS * 4 + DAYS * 2 * 4 + DAYS * 2 * 3
    # When the capture files are profiled, the labels joined and the days judged again, on this machine alone
    # (days since the new model's baselines are in use)
    days = ("--from", "2013-03-11T00:00Z", "--to", "2013-03-13T00:00Z")
    done = [
        CliRunner().invoke(app, [*command, "--store", str(out)])
        for command in (
            ("ingest",),
            ("merge",),
            ("replay", *days),
            ("replay", *days, "--monitor", "model_quality"),
        )
    ]
    # Then the reports are the same, to the byte
    assert [result.exit_code for result in done] == [0, 0, 0, 0]
    assert {path: path.read_bytes() for path in (out / "reports").rglob("*.json")} == in_the_cloud


def test_people_hear_of_it_once(demo: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    ran, _ = demo
    lines = [line.strip() for line in ran.stdout.splitlines()]
    begin = next(number for number, line in enumerate(lines) if "messages in #flight-delay" in line)
    messages = lines[begin + 1 : lines.index("", begin)]
    # The storm opens a conversation about the inputs and one about the predictions, the bad start of April another one
    assert [line[0] for line in messages if line.startswith(("🟠", "🔴"))] == ["🟠", "🔴", "🔴"]
    # What became of them is told in their threads: two decisions, and how the retraining ended; the new model closes
    # both conversations of March, and April's has no quiet day after it yet
    assert [line.split(":")[0] for line in messages if line.startswith("↳")].count("↳ 🔵 UPDATED") == 3
    recovered = [line for line in messages if line.startswith("↳ 🟢 RECOVERED")]
    assert len(recovered) == 2
    assert all("has the new model" in line for line in recovered)
    assert len(messages) == 8
    # And a message is shown as Slack shows it, and as a mail program does
    assert any(line.startswith("│ 🔴 flight-delay: Mean absolute error 24.34 (95 % interval 22.27") for line in lines)
    assert any(line.startswith("By email: [CRITICAL]") for line in lines)


def test_one_retraining_starts_and_the_cooldown_refuses_the_next(
    demo: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    ran, out = demo
    records = [json.loads(path.read_text()) for path in sorted((out / "reports").rglob("retraining/**/*.json"))]
    decisions = [record for record in records if record["record"] == "decision"]
    assert [(each["at"][:10], each["decision"], each["guard"]) for each in decisions] == [
        ("2013-03-09", "started", None),
        ("2013-04-06", "refused", "cooldown"),
    ]
    assert "requested twice, started once: SageMaker has 1 execution" in ran.stdout


def test_the_retraining_ran_and_its_model_answers_with_its_own_baselines(
    demo: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    ran, out = demo
    assert "Succeeded after 11 steps" in ran.stdout
    assert "the new model answers since 2013-03-09 09:" in ran.stdout
    # The storm was predicted by the first model; the next two windows are the first of the new one
    found = summaries(out, "model_quality")
    assert found["2013-03-07"].get("model") is None
    assert found["2013-03-09"]["model"]["name"].endswith("model-package/flight-delay/1")
    assert found["2013-03-10"]["model"]["windows_since"] == 1
    [ended] = (out / "reports").rglob("retraining/**/*.ended.json")
    assert json.loads(ended.read_text())["outcome"] == "Succeeded"
    for monitor, name in (
        ("data_quality", "statistics.json"),
        ("model_quality", "estimates.json"),
        ("model_bias", "groups.json"),
    ):
        folder = out / "baselines" / "flight-delay" / monitor
        [earlier] = folder.glob(f"earlier/*/{name}")
        assert earlier.read_bytes() != (folder / name).read_bytes()


def test_its_pages_open_in_a_browser(
    demo: tuple[subprocess.CompletedProcess[str], Path], opened_file: Callable[..., Opened]
) -> None:
    # Given the page of all endpoints; what a page complains of, or asks the network for, fails the test
    reports = demo[1] / "reports"
    assert len(list(reports.rglob("report.html"))) == DAYS * 3
    page = opened_file(reports / "index.html").page
    # When somebody goes from there to the endpoint, and on to the report of its last execution
    page.get_by_role("link", name="flight-delay").click()
    page.get_by_role("link", name="Report of the last execution").last.click()
    # Then it is the newest verdict on the predictions
    assert "No violations: Mean absolute error of 13." in page.locator("h1").inner_text()
    page.get_by_role("link", name="flight-delay").click()
    assert page.get_by_role("heading", name="Incidents").is_visible()
    # And the storm's page says what moved
    storm = opened_file(reports / "flight-delay/data_quality/2013/03/09/09/report.html").page
    assert "predicted_delay: " in storm.locator("h1").inner_text()
