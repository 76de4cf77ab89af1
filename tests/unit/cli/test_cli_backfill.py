"""`driftline backfill` on a folder: with processes, forecasts, lists of keys, and ends."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from driftline.adapters.aws.backfill_machine import Ended
from driftline.adapters.folder.store import FolderStore
from driftline.cli import app, backfill_cloud
from driftline.cli.backfill_cloud import request
from driftline.cli.exits import ExitCode
from driftline.cli.output import Output
from driftline.domain.backfill.plan import Plan
from driftline.domain.instants import format_instant
from driftline.domain.windows import HOUR
from driftline.usecases.backfill.work_batch import work_batch
from tests.backfilling import END, HOURS, ROWS, START, differing, endpoint, live, planned, without_notes
from tests.captures import DOCUMENT, capture_key, csv_capture
from tests.fakes import InMemoryStore

PERIOD = ("--from", format_instant(START), "--to", format_instant(END))

BASELINE = "baselines/shop/data_quality/"
HOUR_OF_SCRIPTED = ("--from", format_instant(START), "--to", format_instant(START + HOUR))

SCRIPT = """
import os
import signal

def preprocess_handler(record):
    amount, country = record.endpoint_input.data.split(",")
    if country == "killer":
        os.kill(os.getppid(), signal.SIGKILL)
    if country == "interrupts":
        with open(f"/proc/{os.getppid()}/stat") as status:
            os.kill(int(status.read().rsplit(")", 1)[1].split()[1]), signal.SIGINT)
    return {"score": record.endpoint_output.data, "amount": amount, "country": country}
"""


def backfill(root: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["backfill", "--store", str(root), *arguments])


def folder(store: InMemoryStore, root: Path) -> FolderStore:
    written = FolderStore(root)
    for key, body in store.objects.items():
        written.put(key, body)
    return written


def scripted(root: Path, *countries: str) -> FolderStore:
    """An endpoint with a preprocessing script, and a capture file of each country."""
    store = FolderStore(root)
    store.put("monitors/shop.yaml", f"{DOCUMENT}    preprocess: script.py\n".encode())
    store.put("scripts/script.py", SCRIPT.encode())
    for number, country in enumerate(countries):
        store.put(capture_key(START, f"{number}.jsonl"), csv_capture(START, "0.5", f"10,{country}", str(number)))
    return store


def test_processes_side_by_side_leave_what_live_processing_leaves(tmp_path: Path) -> None:
    expected = endpoint()
    store = folder(expected, tmp_path)
    live(expected)
    done = backfill(tmp_path, *PERIOD, "--processes", "2", "--json")
    assert done.exit_code == ExitCode.NOT_EVALUATED, done.output  # model quality has no baseline
    result = json.loads(done.stdout)
    assert result["done"] == {
        "files": 0,
        "suggest": 0,
        "captures": 2 * HOURS,
        "labels": HOURS,
        "days": 0,
        "windows": 2 * HOURS,
        "pages": 2 * HOURS,
        "overview": 1,
    }
    assert result["numbers"]["rows"] == 2 * HOURS * ROWS
    # The command announces nothing, so pages know no revision; a profile in a folder says another place of its file.
    left_out = (
        "state/overview/",
        "state/recent/",
        "state/index/",
        "state/executions/",
        "state/profiles/",
        "state/rollups/",
        "state/indexes/",
        "state/merged/",
        "state/kinds/",
    )
    found = {each.key: store.get(each.key).body for each in store.list("")}
    one, other = (
        {
            key: b"" if key.endswith(".html") else body
            for key, body in without_notes(objects).items()
            if not key.startswith((*left_out, "merged/"))
        }
        for objects in (found, expected.objects)
    )
    assert differing(one, other) == []
    # And the same command again finds that all is done.
    again = backfill(tmp_path, *PERIOD, "--json")
    assert json.loads(again.stdout) == result


def test_windows_in_which_nothing_was_judged_are_not_said_to_be_evaluated(tmp_path: Path) -> None:
    whole = endpoint()
    for key in [key for key in whole.objects if key.startswith("ground-truth/")]:
        whole.delete(key)
    folder(whole, tmp_path)

    said = backfill(tmp_path, *PERIOD)

    assert f"{HOURS} windows evaluated" in said.stdout
    assert f"{HOURS} windows not evaluated: no row could be judged" in said.stdout
    assert said.exit_code == ExitCode.NOT_EVALUATED
    assert backfill(tmp_path, *PERIOD, "--monitor", "data_quality").exit_code == ExitCode.COMPLETED


def test_pages_are_made_unless_they_are_not_wanted(tmp_path: Path) -> None:
    store = folder(endpoint(), tmp_path)

    without = backfill(tmp_path, *PERIOD, "--no-pages", "--json")
    assert json.loads(without.stdout)["done"]["pages"] == 0
    assert not [each.key for each in store.list("reports/") if each.key.endswith(".html")]

    said = backfill(tmp_path, *PERIOD)
    assert f"{2 * HOURS} pages made; see {store.uri('reports/shop/index.html')}" in said.stdout
    assert b"shop" in store.get("reports/index.html").body


def test_a_forecast_counts_and_writes_nothing(tmp_path: Path) -> None:
    store = folder(endpoint(), tmp_path)
    before = list(store.list(""))
    said = backfill(tmp_path, *PERIOD, "--dry-run", "--json")
    assert said.exit_code == ExitCode.COMPLETED
    forecast = json.loads(said.stdout)
    captures = [each for each in before if each.key.startswith("capture/")]
    assert forecast["captures"] == {"items": len(captures), "bytes": sum(each.size for each in captures), "batches": 1}
    assert forecast["windows"]["items"] == 2 * HOURS
    assert forecast["usd"] is None
    assert list(store.list("")) == before
    text = backfill(tmp_path, *PERIOD, "--dry-run").stdout
    assert "6 capture files" in text
    assert "6 windows of data_quality and model_quality with their pages" in text
    assert f"Nothing was done. The run would be {forecast['id']}." in text


def test_a_baseline_of_many_files_is_suggested_with_processes(tmp_path: Path) -> None:
    # Given a data set of several files, and what one pass over it gives
    store, expected = FolderStore(tmp_path / "here"), FolderStore(tmp_path / "there")
    for each in (store, expected):
        each.put("monitors/shop.yaml", DOCUMENT.encode())
        for number in range(3):
            rows = "".join(f"{row / 7:.3f},{row},{'de' if row % 3 else 'fr'}\n" for row in range(number, 90))
            each.put(f"{BASELINE}input/{number}.csv", f"score,amount,country\n{rows}".encode())
    assert CliRunner().invoke(app, ["baseline", "--store", str(tmp_path / "there")]).exit_code == ExitCode.COMPLETED
    # When somebody asks what it takes, and then for the work
    forecast = json.loads(backfill(tmp_path / "here", "--baseline", "--dry-run", "--json").stdout)
    assert (forecast["files"]["items"], forecast["captures"]["items"]) == (3, 0)
    assert not list(store.list("state/"))
    said = backfill(tmp_path / "here", "--baseline", "--processes", "2")
    # Then the files are those of one pass
    assert said.exit_code == ExitCode.COMPLETED, said.output
    assert "3 files read: 267 rows" in said.stdout
    for name in ("statistics.json", "constraints.json", "suggestion.json"):
        assert store.get(BASELINE + name).body == expected.get(BASELINE + name).body


def test_a_baseline_takes_no_range(tmp_path: Path) -> None:
    said = backfill(tmp_path, "--baseline", *PERIOD)
    assert said.exit_code == ExitCode.USAGE
    assert "leave out --from" in said.stderr


def test_one_window_is_that_of_a_run_by_hand(tmp_path: Path) -> None:
    # Given a folder in which everything was read by commands, and another one
    here, there = tmp_path / "here", tmp_path / "there"
    stores = [folder(endpoint(), root) for root in (here, there)]
    start, end = format_instant(START), format_instant(END)
    for command in (
        ["ingest"],
        ["merge"],
        *(["run", "--start", start, "--end", end, "--monitor", name] for name in ("data_quality", "model_quality")),
    ):
        CliRunner().invoke(app, [*command, "--store", str(there)])
    # When it is asked what that takes, and for one window
    text = backfill(here, "--one-window", *PERIOD, "--dry-run").stdout
    assert "one window of 1 day of data_quality and model_quality" in text
    done = backfill(here, "--one-window", *PERIOD, "--processes", "2", "--json")
    # Then the files are the same
    assert done.exit_code == ExitCode.NOT_EVALUATED  # model quality has no baseline
    assert json.loads(done.stdout)["done"]["days"] == 2
    one, other = (
        {each.key: each.etag for each in store.list("reports/") if not each.key.endswith(".html")} for store in stores
    )
    assert len(one) == 8
    assert one == other


def test_a_list_of_keys_stands_for_the_listing(tmp_path: Path) -> None:
    store = folder(endpoint(), tmp_path / "store")
    keys = tmp_path / "keys.csv"
    keys.write_text(f"key\n{capture_key(START, 'a.jsonl')}\n{capture_key(END, 'late.jsonl')}\n")
    said = backfill(tmp_path / "store", *PERIOD, "--manifest", str(keys), "--dry-run", "--json")
    assert json.loads(said.stdout)["captures"]["items"] == 1
    missing = backfill(tmp_path / "store", *PERIOD, "--manifest", str(tmp_path / "none.csv"))
    assert missing.exit_code == ExitCode.FAILED
    assert "no such file" in missing.stderr
    assert not list(store.list("state/backfill/"))


@pytest.mark.long
def test_a_file_that_ends_its_process_is_named_and_takes_no_other_along(tmp_path: Path) -> None:
    scripted(tmp_path, "de", "killer", "fr")
    done = backfill(tmp_path, *HOUR_OF_SCRIPTED, "--processes", "1", "--json")
    assert done.exit_code == ExitCode.FAILED
    result = json.loads(done.stdout)
    [failure] = [each for each in result["failures"] if each["step"] == "captures"]
    assert failure["name"] == capture_key(START, "1.jsonl")
    assert "the process was ended while it worked on it" in failure["reason"]
    assert result["done"]["captures"] == 2
    lines = Path(result["file"]).read_text().splitlines()
    assert [json.loads(line) for line in lines] == result["failures"]


def test_an_interrupted_run_says_how_to_continue_and_can_be(tmp_path: Path) -> None:
    store = scripted(tmp_path, "de", "interrupts", "fr")
    program = str(Path(sys.executable).with_name("driftline"))
    command = [program, "backfill", "--store", str(tmp_path), *HOUR_OF_SCRIPTED, "--processes", "1"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == ExitCode.INTERRUPTED, ended.stderr
    [line] = [line for line in ended.stderr.splitlines() if line.startswith("Interrupted.")]
    store.put("scripts/script.py", SCRIPT.replace("interrupts", "nobody").encode())
    continued = backfill(tmp_path, *line.partition("driftline backfill ")[2].split()[:2], "--json")
    assert json.loads(continued.stdout)["done"]["captures"] == 3


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        ((), "pass --from and --to, --baseline, or --resume"),
        (("--from", "2026-03-01T06:30Z", "--to", "2026-03-01T08:00Z"), "whole hours"),
        (("--from", "2026-03-01", "--to", "2026-03-01"), "--from before --to"),
        ((*PERIOD, "--publish"), "--publish needs a stack"),
    ],
)
def test_options_that_do_not_fit_are_usage_errors(tmp_path: Path, arguments: tuple[str, ...], what: str) -> None:
    refused = backfill(tmp_path, *arguments)
    assert refused.exit_code == ExitCode.USAGE
    assert what in " ".join(refused.stderr.split())


@pytest.mark.parametrize(
    ("run", "what"),
    [
        ("../../monitors/shop", "is not the id of a backfill"),
        ("20260301T06-20260301T09-0123456789ab", "no such backfill"),
    ],
)
def test_a_run_that_is_not_there_is_named(tmp_path: Path, run: str, what: str) -> None:
    refused = backfill(tmp_path, "--resume", run)
    assert refused.exit_code == ExitCode.FAILED
    assert what in refused.stderr


def test_an_execution_is_asked_for_what_is_left() -> None:
    plan: Plan = planned(endpoint())
    left = [*plan.labels.batches, *plan.windows_of("model_quality")]
    assert json.loads(request(plan, left)) == {
        "backfill": plan.id,
        "files": False,
        "suggest": False,
        "captures": False,
        "labels": True,
        "days": False,
        "pages": False,
        "overview": False,
        "items": {
            step: f"state/backfill/{plan.id}/{step}.csv" for step in ("files", "captures", "labels", "days", "pages")
        },
        "monitors": ["model_quality"],
    }


def test_an_inventory_stands_for_the_listing(tmp_path: Path) -> None:
    root = tmp_path / "captures"
    store = folder(endpoint(), root)
    keys = [each for each in store.list("capture/") if "a.jsonl" in each.key]
    rows = "".join(f'"captures","{each.key}","{each.size}","{each.etag}"\n' for each in keys)
    store.put("inventory/one.csv", rows.encode())
    inventory = {
        "sourceBucket": "captures",
        "destinationBucket": "arn:aws:s3:::inventories",
        "fileFormat": "CSV",
        "fileSchema": "Bucket, Key, Size, ETag",
        "files": [{"key": "inventory/one.csv"}],
    }
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps(inventory))
    said = backfill(root, *PERIOD, "--manifest", str(manifest), "--dry-run", "--json")
    size = sum(each.size for each in keys)
    assert json.loads(said.stdout)["captures"] == {"items": HOURS, "bytes": size, "batches": 1}
    manifest.write_text(json.dumps(inventory | {"sourceBucket": "others"}))
    refused = backfill(root, *PERIOD, "--manifest", str(manifest), "--dry-run")
    assert "the inventory is of the bucket others" in refused.stderr


class Machine:
    """A state machine whose executions are in these states, one after the other."""

    at_once = 2

    def __init__(self, *states: Ended) -> None:
        self.states = list(states)
        self.started: list[str] = []

    def start(self, run: str, number: int, _request: str) -> str:
        self.started.append(f"arn:{run}-{number}")
        return self.started[-1]

    def state(self, _execution: str) -> Ended:
        return self.states.pop(0)


def test_an_execution_is_followed_to_its_end_and_started_once(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backfill_cloud, "_FIRST_POLL", 0)
    store = endpoint()
    plan = planned(store)

    def follow(machine: Machine, *, resume: bool = False) -> None:
        backfill_cloud.follow_machine(Output(as_json=False), store, plan, machine, resume=resume)

    # An execution that fails is said to; nothing is raised, for there may be results.
    first = Machine(Ended("RUNNING"), Ended("FAILED", "left to do: 3 of labels"))
    follow(first)
    assert first.started == [f"arn:{plan.id}-1"]
    assert "it ended with FAILED: left to do: 3 of labels" in " ".join(capsys.readouterr().err.split())
    assert store.objects[f"state/backfill/{plan.id}/captures.csv"] == b"batch\ncaptures-00001\n"
    # One that runs is looked at again, not started.
    second = Machine(Ended("RUNNING"), Ended("RUNNING"), Ended("SUCCEEDED"))
    follow(second)
    assert second.started == []
    # What is left afterwards is a new execution, and only what is left.
    [batch] = plan.captures.batches
    work_batch(plan.id, batch, lambda _: {}, store=store, time_is_short=lambda: False)
    third = Machine(Ended("SUCCEEDED"), Ended("SUCCEEDED"))
    follow(third, resume=True)
    assert third.started == [f"arn:{plan.id}-2"]
    assert store.objects[f"state/backfill/{plan.id}/captures.csv"] == b"batch\n"
