"""The command line over a folder and the functions in the cloud: the same input gives the same bytes."""

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from driftline.cli import app
from driftline.cli.exits import ExitCode
from driftline.domain.keys import hour_folder
from local.cloud import EmbeddedCloud
from tests.captures import csv_capture
from tests.end_to_end.endpoint import HOUR, Bucket, baseline_csv, capture_file, document, reports_folder, rows

pytestmark = pytest.mark.cloud

ENDPOINT = "alike"
SCHEDULED = HOUR + timedelta(hours=1)


def driftline(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def inputs() -> Mapping[str, bytes]:
    """Keys and bytes: two variants, files that share their slots, lines that are no records, another hour's record."""
    today = rows(900, seed=7, years_older=6)
    folder = f"{HOUR:%Y/%m/%d/%H}"
    late = HOUR - timedelta(minutes=30)
    return {
        f"monitors/{ENDPOINT}.yaml": document(ENDPOINT).encode(),
        f"baselines/{ENDPOINT}/data_quality/input/people.csv": baseline_csv(rows(4000, seed=1)),
        f"capture/{ENDPOINT}/blue/{folder}/one.jsonl": capture_file(today[:300]),
        f"capture/{ENDPOINT}/blue/{folder}/two.jsonl": b"{broken\n" + capture_file(today[300:600]),
        f"capture/{ENDPOINT}/blue/{folder}/three.jsonl": capture_file(rows(50, seed=8), late),
        f"capture/{ENDPOINT}/green/{folder}/one.jsonl": capture_file(today[600:]),
    }


@pytest.fixture(scope="module")
def bucket(cloud: EmbeddedCloud, inputs: Mapping[str, bytes]) -> Bucket:
    """What the functions made of the inputs."""
    found = Bucket(cloud)
    for key, body in inputs.items():
        found.put(key, body)
    cloud.drain()
    cloud.fire_schedule(f"{ENDPOINT}-data_quality", SCHEDULED)
    cloud.drain()
    return found


@pytest.fixture(scope="module")
def folder(inputs: Mapping[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the command line made of them."""
    root = tmp_path_factory.mktemp("laid-out-like-the-bucket")
    for key, body in inputs.items():
        path = root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    assert driftline("baseline", "--store", root).exit_code == ExitCode.COMPLETED
    assert driftline("ingest", "--store", root).exit_code == ExitCode.COMPLETED
    ran = driftline("run", "--store", root, "--scheduled", SCHEDULED.isoformat())
    assert ran.exit_code == ExitCode.COMPLETED_WITH_VIOLATIONS, ran.output
    assert driftline("report", "--store", root).exit_code == ExitCode.COMPLETED
    return root


def below(root: Path, prefix: str) -> dict[str, bytes]:
    paths = (path for path in (root / prefix).rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}


def differing(one: Mapping[str, bytes], other: Mapping[str, bytes]) -> list[str]:
    """The keys whose bytes differ, or that only one has; to show where pages differ takes minutes."""
    return sorted(key for key in one.keys() | other.keys() if one.get(key) != other.get(key))


def test_reports_are_byte_identical(bucket: Bucket, folder: Path) -> None:
    reports = reports_folder(ENDPOINT)
    in_the_cloud = bucket.everything(reports)
    assert {key.removeprefix(reports) for key in in_the_cloud} == {
        "statistics.json",
        "constraints.json",
        "constraint_violations.json",
        "summary.json",
        "report.html",
    }
    assert json.loads(in_the_cloud[f"{reports}summary.json"])["rows"] == 900
    # Only the cloud counts revisions, and its page says which one it shows.
    page = f"{reports}report.html"
    in_the_cloud[page] = in_the_cloud[page].replace(b"<div><dt>Revision</dt><dd>1</dd></div>\n", b"")
    assert differing(below(folder, reports), in_the_cloud) == []


def test_baselines_are_byte_identical(bucket: Bucket, folder: Path) -> None:
    prefix = f"baselines/{ENDPOINT}/"
    assert len(below(folder, prefix)) > 3
    assert differing(below(folder, prefix), bucket.everything(prefix)) == []


def test_tables_of_results_are_byte_identical(bucket: Bucket, folder: Path) -> None:
    in_the_cloud = {key: body for key, body in bucket.everything("tables/").items() if f"endpoint={ENDPOINT}/" in key}
    assert {key.split("/")[1] for key in in_the_cloud} == {"verdict", "finding", "profile"}
    assert differing(below(folder, "tables/"), in_the_cloud) == []


def test_what_is_derived_has_the_same_names(bucket: Bucket, folder: Path) -> None:
    assert len(below(folder, "state/profiles")) >= 4
    for kind in ("profiles", "records", "rejects"):
        prefix = f"state/{kind}/{ENDPOINT}/"
        assert set(below(folder, prefix)) == set(bucket.everything(prefix))


def test_the_command_line_on_the_bucket_itself_gives_them_too(
    bucket: Bucket, cloud: EmbeddedCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given the credentials of a user, in the environment
    for name, value in cloud.environment.items():
        monkeypatch.setenv(name, value)
    announced, reports = bucket.everything("state/executions/"), bucket.everything("reports/")
    # When
    store = f"s3://{cloud.bucket}"
    profiled = driftline("ingest", "--store", store, "--endpoint", ENDPOINT, "--json")
    ran = driftline(
        "replay", "--store", store, "--endpoint", ENDPOINT, "--from", SCHEDULED.isoformat(),
        "--to", (SCHEDULED + timedelta(minutes=1)).isoformat(), "--json",
    )  # fmt: skip
    # Then
    assert sum(file["rows"] for file in json.loads(profiled.stdout)["files"]) == 950
    assert json.loads(ran.stdout)["executions"][0]["files"]["summary.json"].startswith(store)
    assert ran.exit_code == ExitCode.COMPLETED_WITH_VIOLATIONS
    assert differing(bucket.everything("reports/"), reports) == []
    assert bucket.everything("state/executions/") == announced


def test_a_bucket_that_is_not_there(cloud: EmbeddedCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in cloud.environment.items():
        monkeypatch.setenv(name, value)
    result = driftline("show", "--store", "s3://no-such-bucket-at-all", "--endpoint", ENDPOINT)
    assert result.exit_code == ExitCode.FAILED
    assert "no such bucket" in result.stderr


class TestModelQuality:
    """Labels before and after their captures, corrected, and some that belong to nothing."""

    ENDPOINT = "judged-alike"
    REPORTS = f"reports/{ENDPOINT}/model_quality/{hour_folder(SCHEDULED)}"

    @staticmethod
    def labels(numbers: range, error: int) -> bytes:
        lines = (
            {
                "groundTruthData": {"data": str(number % 23 + error * (-1) ** number), "encoding": "CSV"},
                "eventMetadata": {"eventId": f"loan-{number}"},
                "eventVersion": "0",
            }
            for number in numbers
        )
        return b"".join(json.dumps(line).encode() + b"\n" for line in lines)

    @pytest.fixture(scope="class")
    @classmethod
    def steps(cls) -> tuple[Mapping[str, bytes], Mapping[str, bytes]]:
        """What is uploaded before the window is judged, and what comes after."""
        name = cls.ENDPOINT
        captures = [csv_capture(HOUR + timedelta(seconds=20 * n), str(n % 23), "1", f"loan-{n}") for n in range(170)]
        truth = f"ground-truth/{name}/"
        before = {
            f"monitors/{name}.yaml": (
                f"endpoint: {name}\ncolumns: {{output: [predicted], input: [amount]}}\n"
                "monitors:\n  model_quality: {problem_type: Regression, inference_attribute: predicted, "
                "ground_truth_attribute: actual}\n"
            ).encode(),
            f"baselines/{name}/model_quality/input/loans.csv": b"predicted,actual\n"
            + b"".join(b"%d,%d\n" % (n % 31, n % 31 + n % 3) for n in range(900)),
            f"{truth}{hour_folder(HOUR)}first.jsonl": cls.labels(range(60), 1),
            f"capture/{name}/blue/{hour_folder(HOUR)}one.jsonl": b"".join(captures[:100]),
            f"capture/{name}/green/{hour_folder(HOUR)}one.jsonl": b"".join(captures[100:]),
        }
        after = {
            f"{truth}{hour_folder(HOUR + timedelta(hours=1))}second.csv": b"inference_id,label\nloan-150,4\nnone-1,2\n",
            f"{truth}{hour_folder(HOUR + timedelta(hours=2))}correction.jsonl": cls.labels(range(20, 120), 4),
        }
        return before, after

    @pytest.fixture(scope="class")
    @classmethod
    def judged(cls, cloud: EmbeddedCloud, steps: tuple[Mapping[str, bytes], Mapping[str, bytes]]) -> Bucket:
        """What the functions made of it, the revision included."""
        found = Bucket(cloud)
        before, after = steps
        for key, body in before.items():
            found.put(key, body)
        cloud.drain()
        cloud.fire_schedule(f"{cls.ENDPOINT}-model_quality", SCHEDULED)
        cloud.drain()
        for key, body in after.items():
            found.put(key, body)
        cloud.drain()
        return found

    @pytest.fixture(scope="class")
    @classmethod
    def laptop(
        cls,
        steps: tuple[Mapping[str, bytes], Mapping[str, bytes]],
        tmp_path_factory: pytest.TempPathFactory,
    ) -> Path:
        """What the command line made of all of it at once."""
        root = tmp_path_factory.mktemp("laptop")
        for key, body in {**steps[0], **steps[1]}.items():
            path = root / key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)
        for command in ("baseline", "ingest", "merge"):
            done = driftline(command, "--store", root)
            assert done.exit_code == ExitCode.COMPLETED, done.output
        ran = driftline("run", "--store", root, "--scheduled", SCHEDULED.isoformat())
        assert ran.exit_code == ExitCode.COMPLETED_WITH_VIOLATIONS, ran.output
        return root

    def test_the_newest_revision_is_byte_identical(self, judged: Bucket, laptop: Path) -> None:
        in_the_cloud = judged.everything(self.REPORTS)
        newest = {key: body for key, body in in_the_cloud.items() if "/revision-" not in key}
        # Both files that came late make one revision, or two on a machine where they come far apart.
        page = newest.pop(f"{self.REPORTS}report.html")
        told = re.search(rb"<dt>Revision</dt><dd>([23])</dd>", page)
        assert told is not None
        earlier = [f"{self.REPORTS}revision-{number}/summary.json" for number in range(1, int(told[1]))]
        assert [key for key in in_the_cloud if "/revision-" in key and key.endswith("/summary.json")] == earlier
        assert len(newest) == 4
        assert json.loads(newest[f"{self.REPORTS}summary.json"])["body"]["labelled_rows"] == 121
        assert differing(below(laptop, self.REPORTS), newest) == []

    def test_baselines_are_byte_identical(self, judged: Bucket, laptop: Path) -> None:
        prefix = f"baselines/{self.ENDPOINT}/"
        assert len(below(laptop, prefix)) >= 4
        assert differing(below(laptop, prefix), judged.everything(prefix)) == []

    def test_the_page_shows_rows_of_the_baseline_beside_the_windows(self, judged: Bucket) -> None:
        """What one function wrote beside the statistics, the other may read."""
        assert f"baselines/{self.ENDPOINT}/model_quality/predictions.json" in judged.everything("baselines/")
        page = judged.get(f"{self.REPORTS}report.html")
        sides = rb'"y":"Prediction","current":(\[\[.*?\]\]),"baseline":(\[\[.*?\]\])'
        [(current, baseline)] = re.findall(sides, page)
        assert len(json.loads(current)) == 121
        assert len(json.loads(baseline)) == 300

    def test_merged_records_are_byte_identical(self, judged: Bucket, laptop: Path) -> None:
        # Their names are of what they were made from, and a profile knows the place of its capture file.
        prefix = f"merged/{self.ENDPOINT}/"
        of_laptop, of_cloud = (
            {key.rsplit("/", 1)[0]: body for key, body in found.items()}
            for found in (below(laptop, prefix), judged.everything(prefix))
        )
        assert sum(body.count(b"\n") for body in of_laptop.values()) == 121
        assert differing(of_laptop, of_cloud) == []

    @pytest.mark.parametrize("kind", ["labels", "open-labels", "label-hours"])
    def test_what_is_known_of_labels_is_byte_identical(self, judged: Bucket, laptop: Path, kind: str) -> None:
        prefix = f"state/{kind}/{self.ENDPOINT}/"
        assert below(laptop, prefix)
        assert differing(below(laptop, prefix), judged.everything(prefix)) == []
