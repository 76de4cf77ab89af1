"""One bad object costs itself alone: it is named, and everything before and after it is processed.

Every loop over keys, endpoints, executions or messages is in LOOPS, with the test that puts a bad item into it, or with
the reason why nothing can be bad there. A new `.list(` or `.folders(` that is not in the list fails the last test.
"""

import ast
import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import driftline
from driftline.cli import app
from driftline.domain.errors import DriftlineError, InvalidInputError, StaleReadError
from driftline.domain.explanations.keys import waiting_prefix
from driftline.domain.explanations.waiting import Resume, Waiting
from driftline.domain.ground_truth.keys import VariantHour, open_labels_key, open_labels_prefix
from driftline.domain.keys import hour_folder, profiles_prefix, source_digest
from driftline.domain.monitors.defaults import StackDefaults
from driftline.kinds.registry import KINDS
from driftline.presentation.pages.overview.record_files import parse_record
from driftline.usecases.arrivals.take_arrivals import take_labels
from driftline.usecases.arrivals.take_sweep import request_sweeps, take_sweep
from driftline.usecases.each_alone import each_alone, raise_for
from driftline.usecases.executions.last_execution import last_execution
from driftline.usecases.executions.revisions import last_announced
from driftline.usecases.explanations.explain_task import resume_those_who_wait
from driftline.usecases.freshness.freshness_record import waited_for
from driftline.usecases.ground_truth.merge_ground_truth import merge_capture
from driftline.usecases.ground_truth.sweep_labels import Swept
from driftline.usecases.models.model_log import ModelEntry, load_model_log, log_model
from driftline.usecases.monitors.monitor_documents import load_status
from driftline.usecases.pages.overview_records import read_records
from driftline.usecases.pages.render_index import render_index_page
from driftline.usecases.pages.render_overview import render_endpoint_page
from driftline.usecases.unreadable_state import UNREADABLE, count_unreadable
from tests.captures import capture_key, csv_capture, profile_file
from tests.fakes import InMemoryStore, RecordingMetrics, RecordingReruns, RecordingSweeps
from tests.freshness import Checks
from tests.overviews import put as put_record
from tests.overviews import record
from tests.tables import TABLES

HOUR = datetime(2026, 3, 1, 14, tzinfo=UTC)
LATER = HOUR + timedelta(hours=5)
DOCUMENT = """\
endpoint: {}
columns: {{output: [predicted], input: [amount]}}
monitors:
  data_quality: {{}}
  model_quality: {{problem_type: Regression, inference_attribute: predicted}}
"""
PLACES = ["first", "middle", "last"]


def label(inference: str) -> bytes:
    line = {"groundTruthData": {"data": "1", "encoding": "CSV"}, "eventMetadata": {"eventId": inference}}
    return json.dumps(line).encode() + b"\n"


def truth_key(name: str, endpoint: str = "shop") -> str:
    return f"ground-truth/{endpoint}/{hour_folder(HOUR)}{name}.jsonl"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments])


def put(root: Path, key: str, body: bytes) -> None:
    path = root / key
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)


def labelled(store: InMemoryStore, names: str = "ace", endpoint: str = "shop") -> None:
    """Labels that wait, a file for each name."""
    store.put(f"monitors/{endpoint}.yaml", DOCUMENT.format(endpoint).encode())
    for name in names:
        store.put(truth_key(name, endpoint), label(name))
        take_labels(
            truth_key(name, endpoint),
            store=store,
            tables=TABLES,
            reruns=RecordingReruns(),
            metrics=RecordingMetrics(),
            arrived=HOUR,
            kinds=KINDS,
        )


def swept(store: InMemoryStore, at: datetime = LATER) -> dict[str, tuple[int, int]]:
    """As the queue delivers them: a message that fails keeps no other from its turn."""
    sweeps = RecordingSweeps()
    request_sweeps(at, store=store, sweeps=sweeps)
    done = each_alone(
        (endpoint for endpoint, _ in sweeps.asked), lambda endpoint: swept_alone(store, endpoint, at)
    ).done
    return {endpoint: (each.files, each.waiting) for endpoint, each in done.items()}


def swept_alone(
    store: InMemoryStore, endpoint: str = "shop", at: datetime = LATER, metrics: RecordingMetrics | None = None
) -> Swept:
    return take_sweep(
        endpoint,
        at,
        store=store,
        tables=TABLES,
        reruns=RecordingReruns(),
        metrics=metrics or RecordingMetrics(),
        kinds=KINDS,
        defaults=StackDefaults(metrics="top"),
    ).swept


@pytest.mark.parametrize(
    "stray",
    [
        "capture/shop/{}DS_Store",
        "capture/shop/AllTraffic/2026/03/01/14/{}.DS_Store",
        "capture/shop/AllTraffic/{}0001/01/01/00/a.jsonl",
        "capture/shop/AllTraffic/{}9999/12/31/23/a.jsonl",
        "capture/shop/{}notes.txt",
    ],
)
def test_ingest_skips_what_is_no_capture_file(stray: str, tmp_path: Path) -> None:
    put(tmp_path, "monitors/shop.yaml", DOCUMENT.format("shop").encode())
    put(tmp_path, "state/open-labels/shop/.DS_Store", b"junk")
    put(tmp_path, stray.format(""), b"junk")
    for name in "abc":
        put(tmp_path, capture_key(HOUR, f"{name}.jsonl"), csv_capture(HOUR, "1", "2", name))

    found = run("ingest", "--store", tmp_path, "--json")

    assert found.exit_code == 0, found.stderr
    result = json.loads(found.stdout)
    assert [each["key"] for each in result["files"]] == [capture_key(HOUR, f"{name}.jsonl") for name in "abc"]
    assert [each["key"] for each in result["skipped"]] == [stray.format("")]
    assert repr(stray.format("")) in found.stderr


@pytest.mark.parametrize("name", ["a", "m", "z"], ids=PLACES)
def test_ingest_reads_the_neighbours_of_a_file_that_it_cannot_read(name: str, tmp_path: Path) -> None:
    put(tmp_path, "monitors/shop.yaml", DOCUMENT.format("shop").encode())
    for each in "amz":
        body = b"\x1f\x8bdamaged" if each == name else csv_capture(HOUR, "1", "2", each)
        put(tmp_path, capture_key(HOUR, f"{each}.jsonl"), body)

    found = run("ingest", "--store", tmp_path, "--json")

    assert found.exit_code == 1
    result = json.loads(found.stdout)
    assert [each["key"] for each in result["failed"]] == [capture_key(HOUR, f"{name}.jsonl")]
    assert len(result["files"]) == 2


@pytest.mark.parametrize(
    "stray",
    [
        "ground-truth/.DS_Store",
        "ground-truth/shop/.DS_Store",
        "ground-truth/shop/0001/01/01/00/a.jsonl",
        "ground-truth/shop/9999/12/31/23/a.jsonl",
        "ground-truth/zebra",
        "ground-truth/shop/2026/03/01/14/_SUCCESS",
    ],
)
def test_merge_skips_what_is_no_ground_truth(stray: str, tmp_path: Path) -> None:
    put(tmp_path, "monitors/shop.yaml", DOCUMENT.format("shop").encode())
    put(tmp_path, stray, label("a"))
    for name in ("a", "b", "a\nb"):
        put(tmp_path, truth_key(name), label(name[0]))

    found = run("merge", "--store", tmp_path, "--json", "--as-of", "2026-03-01T20:00Z")

    assert found.exit_code == 0, found.stderr
    result = json.loads(found.stdout)
    keys = {each["key"] for endpoint in result["endpoints"] for each in endpoint["files"]}
    assert keys == {truth_key("a"), truth_key("b"), truth_key("a\nb")}
    assert [each["key"] for each in result["skipped"]] == [stray]
    assert repr(stray) in found.stderr


@pytest.mark.parametrize(
    ("command", "stray", "missing"),
    [
        ("ingest", "capture/shop/elsewhere/a.jsonl", "no capture files found"),
        ("merge", "ground-truth/shop/elsewhere/a.jsonl", "no ground truth found"),
    ],
)
def test_strays_alone_are_nothing_to_be_content_with(command: str, stray: str, missing: str, tmp_path: Path) -> None:
    put(tmp_path, "monitors/shop.yaml", DOCUMENT.format("shop").encode())
    put(tmp_path, stray, label("a"))

    found = run(command, "--store", tmp_path)

    assert found.exit_code == 1
    assert repr(stray) in found.stderr
    assert missing in found.stderr


STRAYS = {
    "0-stray": b"junk",
    "10101T00-0123456789abcdef.labels": b"junk",
    "99991231T23-0123456789abcdef.labels": b"junk",
    ".DS_Store": b"",
    "": b"",
    "20260301T14-": b"junk",
}


@pytest.mark.parametrize("name", STRAYS)
def test_a_stray_among_waiting_labels_is_moved_aside_and_the_others_are_swept(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    store = InMemoryStore()
    labelled(store)
    stray = f"{open_labels_prefix('shop')}{name}"
    store.put(stray, STRAYS[name])

    assert swept(store) == {"shop": (3, 3)}

    assert stray not in store.objects
    assert count_unreadable(store) == 1
    assert store.objects[f"{UNREADABLE}open-labels/shop/{name or 'folder'}"] == STRAYS[name]
    assert stray in caplog.text


@pytest.mark.parametrize("name", "ace", ids=PLACES)
@pytest.mark.parametrize("damage", [lambda _: b"", lambda body: body[:-3], lambda body: body[:30] + b"x" + body[31:]])
def test_damaged_labels_are_made_again_from_their_file(name: str, damage: Callable[[bytes], bytes]) -> None:
    store = InMemoryStore()
    labelled(store)
    key = open_labels_key("shop", HOUR, source_digest(None, truth_key(name)))
    whole = store.objects[key]
    store.put(key, damage(whole))

    assert swept(store) == {"shop": (3, 3)}

    assert store.objects[key] == whole
    assert store.objects[f"{UNREADABLE}{key.removeprefix('state/')}"] == damage(whole)


@pytest.mark.parametrize("bad", "abc", ids=PLACES)
def test_windows_of_labels_next_to_damaged_ones_are_evaluated_again(bad: str) -> None:
    """Labels that a sweep matched before, and after, it came across damaged ones."""
    store = InMemoryStore()
    labelled(store, "abc")
    store.put(capture_key(HOUR), b"".join(csv_capture(HOUR, "1", "2", name) for name in "abc"))
    profile_file(capture_key(HOUR), store)
    store.put(open_labels_key("shop", HOUR, source_digest(None, truth_key(bad))), b"junk")

    found = swept_alone(store)

    assert (found.files, found.waiting, found.hours) == (3, 0, (VariantHour("AllTraffic", HOUR),))
    assert found.matched >= 2  # those of the damaged file match while it is read again


@pytest.mark.parametrize("name", "ace", ids=PLACES)
def test_labels_of_another_version_are_left_alone(name: str, caplog: pytest.LogCaptureFixture) -> None:
    store = InMemoryStore()
    labelled(store)
    key = open_labels_key("shop", HOUR, source_digest(None, truth_key(name)))
    newer = store.objects[key].replace(b"driftline labels 1", b"driftline labels 9", 1)
    store.put(key, newer)

    assert swept(store) == {"shop": (2, 2)}

    assert store.objects[key] == newer
    assert key in caplog.text
    assert count_unreadable(store) == 0


def test_an_ingest_names_damaged_labels_and_finds_those_next_to_them(caplog: pytest.LogCaptureFixture) -> None:
    store = InMemoryStore()
    labelled(store)
    store.put(open_labels_key("shop", HOUR, source_digest(None, truth_key("c"))), b"junk")
    store.put(f"{open_labels_prefix('shop')}10101T00-0123.labels", b"junk")
    body = b"".join(csv_capture(HOUR, "1", "2", name) for name in "ace")
    store.put(capture_key(HOUR), body)
    profile = next(key for key in profile_file(capture_key(HOUR), store).written if key.endswith(".profile"))

    assert merge_capture(profile, store=store) == 2
    assert "10101T00-0123.labels" in caplog.text

    # And the sweep makes them again, and finds the capture
    swept(store)
    assert sum(key.startswith("state/labels/shop/") for key in store.objects) == 3


@pytest.mark.parametrize("bad", ["a", "m", "z"], ids=PLACES)
def test_each_endpoint_is_swept_alone(bad: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store = InMemoryStore()
    for endpoint in "amz":
        labelled(store, "a", endpoint)
    whole = InMemoryStore.list

    def listed(self: InMemoryStore, prefix: str) -> object:
        if prefix == open_labels_prefix(bad):
            raise OSError("no route")
        return whole(self, prefix)

    monkeypatch.setattr(InMemoryStore, "list", listed)

    assert swept(store) == {endpoint: (1, 1) for endpoint in "amz" if endpoint != bad}
    with pytest.raises(OSError, match="no route"):
        swept_alone(store, bad)


@pytest.mark.parametrize("bad", "ace", ids=PLACES)
def test_labels_that_cannot_be_reached_are_said_when_all_others_were_looked_at(
    bad: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = InMemoryStore()
    labelled(store)
    key = open_labels_key("shop", HOUR, source_digest(None, truth_key(bad)))
    store.put(capture_key(HOUR), b"".join(csv_capture(HOUR, "1", "2", name) for name in "ace"))
    profile_file(capture_key(HOUR), store)
    whole = InMemoryStore.get

    def get(self: InMemoryStore, wanted: str) -> object:
        if wanted == key:
            raise OSError("no route")
        return whole(self, wanted)

    metrics = RecordingMetrics()
    with monkeypatch.context() as patch:
        patch.setattr(InMemoryStore, "get", get)
        with pytest.raises(StaleReadError, match=r"labels of 1 ground truth files of shop could not be .*no route"):
            swept_alone(store, metrics=metrics)

    assert sum(each.startswith("state/labels/") for each in store.objects) == 2
    assert len(metrics.published) == 1  # and windows were requested before
    assert swept_alone(store).matched == 1


@pytest.mark.parametrize("bad", "ace", ids=PLACES)
def test_a_ground_truth_file_that_cannot_be_read_again_leaves_the_others_alone(bad: str) -> None:
    """Its labels were moved aside by somebody who may not write new ones."""
    store = InMemoryStore()
    labelled(store)
    digest = source_digest(None, truth_key(bad))
    store.put(f"{UNREADABLE}labels/shop/AllTraffic/{hour_folder(HOUR)}{digest}-1-2.labels", b"")
    store.put(truth_key(bad), b"junk")

    assert swept(store) == {"shop": (3, 3)}


@pytest.mark.parametrize("bad", "amz", ids=PLACES)
@pytest.mark.parametrize("line", [b"", b"junk", b"{}", b'{"version":9}', b"\xff", b"[" * 100_000])
def test_a_bad_line_costs_its_endpoint_nothing_and_no_other_its_place(bad: str, line: bytes) -> None:
    store = InMemoryStore()
    for endpoint in "amz":
        put_record(store, record("good", endpoint=endpoint))
        render_endpoint_page(store, endpoint, kinds=KINDS)
    render_index_page(store, kinds=KINDS)
    before = store.objects["reports/index.html"]
    store.put(f"state/index/lines/{bad}.json", line)
    store.put("state/index/lines/.DS_Store", b"junk")
    store.put("state/index/lines/folder/", b"")

    assert render_index_page(store, kinds=KINDS).endpoints == 3

    assert store.objects["reports/index.html"] == before


def test_what_was_moved_aside_is_a_metric_until_somebody_removes_it() -> None:
    store = InMemoryStore()
    checks = Checks()
    store.put(f"{open_labels_prefix('shop')}stray", b"junk")
    swept(store)

    checks.check(store, LATER)
    for key in [key for key in store.objects if key.startswith(UNREADABLE)]:
        store.delete(key)
    checks.check(store, LATER)

    assert [(metric.name, metric.value) for each in checks.metrics.published for metric in each.metrics] == [
        ("unreadable_state", 1.0)
    ]


def judged(root: Path) -> dict[str, object]:
    found = run("run", "--store", root, "--monitor", "model_quality", "--scheduled", "2026-03-01T15:00Z", "--json")
    assert found.exit_code == 0, found.output
    result: dict[str, object] = json.loads(found.stdout)
    return {name: result[name] for name in ("rows", "evaluated_rows", "coverage", "verdict")}


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A judged hour in a folder, of three capture files with labels, and its verdict."""
    root = tmp_path_factory.mktemp("store")
    put(root, "monitors/shop.yaml", DOCUMENT.format("shop").encode())
    limits = {"mae": {"threshold": 100.0, "comparison_operator": "GreaterThanThreshold"}}
    constraints = json.dumps({"regression_constraints": limits}).encode()
    put(root, "baselines/shop/model_quality/constraints.json", constraints)
    for name in "abc":
        rows = (csv_capture(HOUR, str(number), str(number), f"{name}{number}") for number in range(20))
        put(root, capture_key(HOUR, f"{name}.jsonl"), b"".join(rows))
        put(root, truth_key(name), b"".join(label(f"{name}{number}") for number in range(20)))
    for command in ("ingest", "merge"):
        assert run(command, "--store", root).exit_code == 0
    judged(root)
    return root


STATE = ["profiles", "records", "merged", "kinds", "rollups", "indexes", "labels", "open-labels"]


@pytest.mark.parametrize("kind", STATE)
@pytest.mark.parametrize("damage", [b"", b"junk", None], ids=["empty", "junk", "cut off"])
def test_damaged_state_is_made_again_and_the_verdict_is_the_same(
    kind: str, damage: bytes | None, endpoint: Path, caplog: pytest.LogCaptureFixture
) -> None:
    expected = judged(endpoint)
    files = [path for path in (endpoint / "state" / kind).rglob("*") if path.is_file()]
    assert files
    for path in files[:: 1 if kind in {"merged", "kinds"} else 2]:
        path.write_bytes(path.read_bytes()[:-5] if damage is None else damage)
    if kind not in {"labels", "open-labels"}:  # an evaluation leaves these to the next merge or sweep
        assert judged(endpoint) == expected
    with caplog.at_level(logging.ERROR):
        for command in (["merge", "--as-of", "2026-03-02"], ["ingest"], ["merge", "--as-of", "2026-03-02"]):
            found = run(*command, "--store", endpoint)
            assert found.exit_code == 0, found.output

    assert judged(endpoint) == expected


@pytest.mark.parametrize(
    "kind", ["profiles", "labels", "records", "rejects", "merged", "rollups", "kinds", "executions"]
)
def test_a_stray_next_to_state_changes_no_verdict(kind: str, endpoint: Path) -> None:
    expected = judged(endpoint)
    for name in (".DS_Store", "0", "zzz.tmp"):
        variant = "model_quality" if kind == "executions" else "AllTraffic"
        put(endpoint, f"state/{kind}/shop/{variant}/2026/03/01/14/{name}", b"junk")

    for command in (["ingest"], ["merge", "--as-of", "2026-03-02"], ["show", "--monitor", "model_quality"]):
        found = run(*command, "--store", endpoint)
        assert found.exit_code == 0, found.output
    assert judged(endpoint) == expected


SMALL: dict[str, Callable[[InMemoryStore], object]] = {
    "state/executions/shop/model_quality/last.json": lambda store: last_execution(store, "shop", "model_quality"),
    "state/executions/shop/model_quality/2026/03/01/15/announced.json": lambda store: last_announced(
        store, "reports/shop/model_quality/2026/03/01/15/"
    ),
    "state/freshness/shop.json": lambda store: waited_for(store, "shop"),
    "monitors/shop.status.json": lambda store: load_status(store, "shop"),
    "state/overview/shop/model_quality/2026/03/20260301T1500Z.json": lambda store: read_records(store, "shop") or None,
    "state/models/shop.json": lambda store: load_model_log(store, "shop").entries or None,
}


@pytest.mark.parametrize("key", SMALL)
@pytest.mark.parametrize("body", [b"", b"junk", b"[1]", b'{"since": "0001-01-01T00:00:00Z"}', b"\xff", b"[" * 100_000])
def test_small_files_of_the_state_that_cannot_be_read_are_as_if_they_were_not_there(key: str, body: bytes) -> None:
    assert SMALL[key](InMemoryStore(objects={key: body})) is None


def test_a_log_of_models_that_cannot_be_read_is_moved_aside_by_the_next_model() -> None:
    store = InMemoryStore(objects={"state/models/shop.json": b"junk"})
    entry = ModelEntry(at=HOUR, model="m", source="s")

    assert log_model(store, "shop", entry).entries == (entry,)
    assert load_model_log(store, "shop").entries == (entry,)
    assert store.objects[f"{UNREADABLE}models/shop.json"] == b"junk"


@pytest.mark.parametrize("bad", [f"{name}.json" for name in "0mz"], ids=PLACES)
def test_who_waits_goes_on_next_to_a_record_that_is_none(bad: str, caplog: pytest.LogCaptureFixture) -> None:
    store, resumed = InMemoryStore(), RecordingResumes()
    resume = Resume("run_monitor", "{}")
    for name in "amy":
        store.put(f"{waiting_prefix('shop')}{name}.json", Waiting(resume, ()).to_json())
    store.put(f"{waiting_prefix('shop')}{bad}", b"junk")

    resume_those_who_wait(store, "shop", resumed)

    assert len(resumed.resumed) == (2 if bad == "m.json" else 3)
    assert bad in caplog.text


class RecordingResumes:
    def __init__(self) -> None:
        self.resumed: list[Resume] = []

    def resume(self, resume: Resume) -> None:
        self.resumed.append(resume)


def test_a_profile_that_cannot_be_read_is_made_again_before_the_verdict(endpoint: Path) -> None:
    expected = judged(endpoint)
    profile = next((endpoint / profiles_prefix("shop", "AllTraffic", HOUR)).glob("*.profile"))
    whole = profile.read_bytes()
    profile.write_bytes(whole[:-1])

    assert judged(endpoint) == expected

    assert profile.read_bytes() == whole
    aside = endpoint / UNREADABLE / profile.relative_to(endpoint / "state")
    assert aside.read_bytes() == whole[:-1]
    assert "checksum" in aside.with_name(f"{aside.name}.reason.txt").read_text()


def test_names_below_merged_do_not_depend_on_where_the_folder_is(tmp_path: Path) -> None:
    names: list[set[str]] = []
    for root in (tmp_path / "one", tmp_path / "another" / "place"):
        put(root, "monitors/shop.yaml", DOCUMENT.format("shop").encode())
        put(root, capture_key(HOUR, "a.jsonl"), csv_capture(HOUR, "1", "2", "a"))
        put(root, truth_key("a"), label("a"))
        for command in ("ingest", "merge"):
            assert run(command, "--store", root).exit_code == 0
        names.append({path.relative_to(root).as_posix() for path in (root / "merged").rglob("*.jsonl")})
        assert not [path for path in (root / "state").rglob("*.profile") if str(root).encode() in path.read_bytes()]
    assert names[0] == names[1]
    assert len(names[0]) == 1


@pytest.mark.parametrize("bad", [0, 1, 2], ids=PLACES)
def test_each_alone_does_all_others_and_says_which_failed(bad: int, caplog: pytest.LogCaptureFixture) -> None:
    def work(item: str) -> str:
        if item == f"item-{bad}":
            raise InvalidInputError("broken")
        return item.upper()

    each = each_alone([f"item-{number}" for number in range(3)], work)

    assert list(each.done.values()) == [f"ITEM-{number}" for number in range(3) if number != bad]
    assert f"item-{bad}: broken" in caplog.text
    with pytest.raises(DriftlineError, match=f"1 of 3 failed: item-{bad}: broken"):
        raise_for(each.failed, "1 of 3 failed")


NAMES_ONLY = "takes names apart; others are ignored"
EXISTS = "asks whether anything is there"
MATCHED = "only keys of one's own shape are read"
DELETES = "deletes what it finds"
COMPARES = "compares listings, reads nothing"
COUNTS = "counts keys"
STATE_READER = "test_damaged_state_is_made_again_and_the_verdict_is_the_same"
STRAY = "test_a_stray_next_to_state_changes_no_verdict"
ONE_DATA_SET = "the files of one data set belong together: one that cannot be read is its error"

LOOPS = {
    "cli/baseline.py": ONE_DATA_SET,
    "cli/ingest.py": "test_ingest_skips_what_is_no_capture_file",
    "cli/merge.py": "test_merge_skips_what_is_no_ground_truth",
    "cli/overview.py": NAMES_ONLY,
    "cli/places.py": NAMES_ONLY,
    "cli/run.py": EXISTS,
    "reader/opened.py": NAMES_ONLY,
    "reader/places.py": NAMES_ONLY,
    "sagemaker/baselining.py": EXISTS,
    "sagemaker/locations.py": ONE_DATA_SET,
    "sagemaker/replay.py": "test_a_file_that_cannot_be_read_costs_itself_alone",
    "sagemaker/schedules.py": "a document that cannot be read has no schedule of this name",
    "usecases/analyses/explain_inference.py": NAMES_ONLY,
    "usecases/analyses/request_budget.py": MATCHED,
    "usecases/analyses/stored_analysis.py": ONE_DATA_SET,
    "usecases/arrivals/reopen_windows.py": MATCHED,
    "usecases/arrivals/take_arrivals.py": EXISTS,
    "usecases/arrivals/take_sweep.py": "test_each_endpoint_is_swept_alone",
    "usecases/backfill/find_files.py": NAMES_ONLY,
    "usecases/backfill/outcome.py": MATCHED,
    "usecases/backfill/progress.py": MATCHED,
    "usecases/baselines/candidate_baseline.py": ONE_DATA_SET,
    "usecases/baselines/new_baseline.py": ONE_DATA_SET,
    "usecases/baselines/refusals.py": NAMES_ONLY,
    "usecases/baselines/suggest_baseline.py": ONE_DATA_SET,
    "usecases/capture/profile_again.py": COMPARES,
    "usecases/capture/profile_capture.py": MATCHED,
    "usecases/capture/why_rejected.py": STRAY,
    "usecases/capture/window_profile.py": STATE_READER,
    "usecases/coverage/stored_watches.py": "test_a_document_that_cannot_be_used_costs_itself_alone",
    "usecases/executions/past_executions.py": MATCHED,
    "usecases/executions/revisions.py": COMPARES,
    "usecases/doctor/watched.py": "a status that cannot be read is none, which is what the check says",
    "usecases/executions/scheduled_executions.py": MATCHED,
    "usecases/explanations/explain_task.py": "test_who_waits_goes_on_next_to_a_record_that_is_none",
    "usecases/explanations/requested.py": MATCHED,
    "usecases/freshness/check_freshness.py": "test_one_endpoint_that_cannot_be_read_does_not_stop_the_others",
    "usecases/freshness/freshness_record.py": DELETES,
    "usecases/freshness/unmatched_labels.py": EXISTS,
    "usecases/ground_truth/captured_window.py": STATE_READER,
    "usecases/ground_truth/hour_labels.py": STATE_READER,
    "usecases/ground_truth/inference_index.py": STRAY,
    "usecases/ground_truth/labelled_rows.py": STATE_READER,
    "usecases/ground_truth/labels_again.py": COMPARES,
    "usecases/ground_truth/merge_ground_truth.py": "test_an_ingest_names_damaged_labels_and_finds_those_next_to_them",
    "usecases/ground_truth/merged_hours.py": STATE_READER,
    "usecases/ground_truth/merged_window.py": NAMES_ONLY,
    "usecases/ground_truth/open_labels.py": "test_a_stray_among_waiting_labels_is_moved_aside_and_the_others_are_swept",
    "usecases/ground_truth/sweep_labels.py": "test_damaged_labels_are_made_again_from_their_file",
    "usecases/ground_truth/sweep_listing.py": STATE_READER,
    "usecases/listed_hours.py": STATE_READER,
    "usecases/migration/captured_verdict.py": "test_a_capture_that_cannot_be_read_costs_itself_alone",
    "usecases/models/adopt_model.py": ONE_DATA_SET,
    "usecases/monitors/configure_monitor.py": NAMES_ONLY,
    "usecases/monitors/configuring_uploads.py": "test_each_alone_does_all_others_and_says_which_failed",
    "usecases/notifying/incident_store.py": "test_notifications.py",
    "usecases/notifying/open_watches.py": DELETES,
    "usecases/notifying/silences.py": "a document that cannot be read is of no team: test_a_group_is_silenced_until_it_is_lifted",
    "usecases/pages/index_sources.py": "test_what_stopped_is_on_the_index_next_to_one_that_cannot_be_read",
    "usecases/pages/overview_records.py": MATCHED,
    "usecases/pages/rebuild_overview.py": MATCHED,
    "usecases/pages/render_index.py": "test_a_bad_line_costs_its_endpoint_nothing_and_no_other_its_place",
    "usecases/retraining/ledgers.py": "each ledger is an error for its own endpoint only",
    "usecases/retraining/retraining_history.py": "unreadable records are left out",
    "usecases/time_folders.py": MATCHED,
    "usecases/unreadable_state.py": COUNTS,
}
"""Module → the test of its loops over what a store lists, or why nothing in them can be bad."""


def test_every_loop_over_what_a_store_lists_is_argued_for() -> None:
    package = Path(driftline.__file__).parent
    found = set()
    for path in package.rglob("*.py"):
        module = path.relative_to(package).as_posix()
        if module.startswith("adapters/") or "/ports/" in module:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and node.attr in {"list", "folders"}:
                found.add(module)
    assert found == set(LOOPS)


@pytest.mark.parametrize("field", ["scheduled", "start", "end"])
def test_a_record_with_a_time_out_of_bounds_is_left_out_of_the_pages(field: str) -> None:
    whole = json.loads(record("good").to_json())
    assert parse_record(json.dumps(whole).encode(), "key").to_json() == record("good").to_json()
    with pytest.raises(InvalidInputError, match="out of bounds"):
        parse_record(json.dumps({**whole, field: "0001-01-01T00:00:00Z"}).encode(), "key")
