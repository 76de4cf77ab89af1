"""`driftline check`: what it says is what baseline, ingest and run say of the same rows."""

import csv
import json
import random
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from typer.testing import CliRunner, Result

from driftline.cli import app
from driftline.cli.exits import ExitCode
from driftline.domain.instants import format_instant

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
NAMES = ("score", "amount", "visits", "country", "member", "zip")

type Row = dict[str, Any]


def driftline(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def rows(count: int, seed: int, shift: float = 0.0) -> list[Row]:
    """Numbers, texts, truth values, missing values, and codes that look like numbers."""
    draw = random.Random(seed)
    return [
        {
            "score": round(min(1.0, draw.random() + shift), 3),
            "amount": None if draw.random() < 0.05 + shift / 4 else round(draw.gauss(40 + 30 * shift, 9), 2),
            "visits": draw.randrange(9),
            "country": draw.choice(["DE", "FR", "IT", *(["<b>&|`"] if shift else [])]),
            "member": draw.random() < 0.5 + shift,
            "zip": f"{draw.randrange(12):05}",
        }
        for _ in range(count)
    ]


def write(path: Path, found: Sequence[Row]) -> Path:
    if path.suffix == ".jsonl":
        path.write_text("".join(f"{json.dumps(row)}\n" for row in found))
        return path
    with path.open("w", newline="") as file:
        table = csv.DictWriter(file, list(found[0]))
        table.writeheader()
        table.writerows(found)
    return path


def capture(path: Path, found: Sequence[Row], outputs: Sequence[str]) -> Path:
    """The rows as an endpoint captures them, in the format of the path's name; ids are their numbers."""
    typed = path.stem == "jsonl"
    lines = []
    for number, row in enumerate(found):
        sides = {}
        for side, mode, names in (
            ("endpointInput", "INPUT", [name for name in row if name not in outputs]),
            ("endpointOutput", "OUTPUT", outputs),
        ):
            cells = {name: row[name] for name in names}
            data = (
                json.dumps(cells) if typed else ",".join("" if each is None else str(each) for each in cells.values())
            )
            kind = ("application/json", "JSON") if typed else ("text/csv", "CSV")
            sides[side] = {"observedContentType": kind[0], "mode": mode, "data": data, "encoding": kind[1]}
        time = format_instant(NOON + timedelta(milliseconds=100 * number))
        event = {"eventId": f"e{number}", "inferenceId": str(number), "inferenceTime": time}
        lines.append(json.dumps({"captureData": sides, "eventMetadata": event, "eventVersion": "0"}) + "\n")
    path.write_text("".join(lines))
    return path


def without_ids(findings: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows of a data set have no inferenceIds."""
    return [{name: value for name, value in each.items() if name != "inference_ids"} for each in findings]


def monitored(store: Path, document: str, reference: Path, captured: Path, *labels: object) -> Path:
    """The report folder of baseline, ingest, merge and run."""
    (store / "monitors").mkdir(parents=True)
    (store / "monitors" / "shop.yaml").write_text(document)
    ran = [
        driftline("baseline", reference, "--store", store),
        driftline("ingest", captured, "--store", store, "-e", "shop"),
    ]
    if labels:
        ran.append(driftline("merge", *labels, "--store", store, "-e", "shop"))
    assert [each.exit_code for each in ran] == [0] * len(ran), ran[0].output + ran[-1].output
    window = ("--start", format_instant(NOON), "--end", format_instant(NOON + timedelta(hours=1)))
    assert driftline("run", *window, "--store", store).exit_code == ExitCode.COMPLETED_WITH_VIOLATIONS
    [summary] = (store / "reports").rglob("summary.json")
    return summary.parent


@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
@pytest.mark.parametrize("settings", ["{}", "{comparison: sagemaker}", "{drift: psi}"])
def test_the_verdict_is_that_of_a_monitor_over_the_same_rows(tmp_path: Path, suffix: str, settings: str) -> None:
    # Given
    document = (
        "endpoint: shop\n"
        "columns: {output: [score], input: [amount, visits, country, member, zip], categorical: [visits], exclude: [zip]}\n"
        f"monitors: {{data_quality: {settings}}}\n"
    )
    reference = write(tmp_path / f"reference.{suffix}", rows(1500, seed=1))
    recent = rows(1200, seed=2, shift=0.3)
    current = write(tmp_path / f"current.{suffix}", recent)
    store = tmp_path / "store"
    folder = monitored(store, document, reference, capture(tmp_path / f"{suffix}.jsonl", recent, ["score"]))

    # When
    how = tmp_path / "shop.yaml"
    how.write_text(document)
    done = driftline(
        "check", current, "--baseline", reference, "--document", how, "--out", tmp_path / "out", "--json"
    )  # fmt: skip

    # Then
    assert done.exit_code == ExitCode.COMPLETED_WITH_VIOLATIONS, done.output
    found, summary = json.loads(done.stdout), json.loads((folder / "summary.json").read_text())
    assert without_ids(found["findings"]) == without_ids(summary["findings"])
    assert (found["violations"], found["rows"], found["headline"]) == (
        len(summary["findings"]), 1200, summary["headline"]
    )  # fmt: skip
    for name in ("statistics.json", "constraints.json", "constraint_violations.json"):
        assert (tmp_path / "out" / name).read_bytes() == (folder / name).read_bytes(), name
    for path in (store / "baselines" / "shop" / "data_quality").glob("[sc]*s.json"):
        assert (tmp_path / "out" / "baseline" / path.name).read_bytes() == path.read_bytes(), path.name


def test_a_verdict_on_predictions_is_that_of_a_monitor_too(tmp_path: Path) -> None:
    # Given a model whose predictions have become worse
    def predicted(count: int, seed: int, error: float) -> list[Row]:
        draw = random.Random(seed)
        truths = [draw.gauss(100, 20) for _ in range(count)]
        return [
            {"guess": round(truth + draw.gauss(0, error), 2), "size": draw.randrange(5), "truth": round(truth, 2)}
            for truth in truths
        ]

    settings = {"problem_type": "Regression", "inference_attribute": "guess", "ground_truth_attribute": "truth"}
    document = (
        "endpoint: shop\ncolumns: {output: [guess], input: [size]}\n"
        f"monitors: {{model_quality: {json.dumps(settings)}}}\n"
    )
    reference = write(tmp_path / "reference.csv", predicted(900, 1, 5))
    recent = predicted(700, 2, 9)
    current = write(tmp_path / "current.csv", recent)
    captured = [{"guess": row["guess"], "size": row["size"]} for row in recent]
    labels = write(
        tmp_path / "labels.csv", [{"inference_id": i, "label": row["truth"]} for i, row in enumerate(recent)]
    )
    store = tmp_path / "store"
    collected = format_instant(NOON + timedelta(hours=2))
    captures = capture(tmp_path / "csv.jsonl", captured, ["guess"])
    folder = monitored(store, document, reference, captures, labels, "--collected", collected)

    # When
    stated = [part for field, value in settings.items() for part in ("--set", f"{field}={value}")]
    done = driftline(
        "check", current, "--baseline", reference, "--monitor", "model_quality", *stated, "--out", tmp_path / "out",
        "--json",
    )  # fmt: skip

    # Then
    assert done.exit_code == ExitCode.COMPLETED_WITH_VIOLATIONS, done.output
    found, summary = json.loads(done.stdout), json.loads((folder / "summary.json").read_text())
    assert (found["rows"], found["coverage"]) == (700, 1.0)
    assert [(each["subject"], each["check"]) for each in found["findings"]] == [
        (each["subject"], each["check"]) for each in summary["findings"]
    ]
    assert [each["observed"] for each in found["findings"]] == pytest.approx(
        [each["observed"] for each in summary["findings"]], rel=1e-12
    )
    assert "truth" not in (tmp_path / "out" / "constraint_violations.json").read_text()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    write(tmp_path / "reference.csv", rows(1000, seed=1))
    write(tmp_path / "alike.csv", rows(800, seed=3))
    write(tmp_path / "other.csv", rows(800, seed=2, shift=0.3))
    return tmp_path


class TestExitCodes:
    """As those of run."""

    def test_nothing_changed(self, data: Path) -> None:
        done = driftline("check", data / "alike.csv", "-b", data / "reference.csv")
        assert done.exit_code == ExitCode.COMPLETED, done.output
        assert "No violations" in done.stdout
        assert "reference.csv, 1,000 rows" in done.stdout
        assert "1970" not in done.stdout

    def test_violations(self, data: Path) -> None:
        done = driftline("check", data / "other.csv", "-b", data / "reference.csv")
        assert done.exit_code == ExitCode.COMPLETED_WITH_VIOLATIONS, done.output
        assert "unseen value" in done.stdout

    def test_not_evaluated(self, data: Path) -> None:
        """Predictions whose labels are not known yet are no reason for a green build."""
        reference = write(data / "r.csv", [{"guess": i % 2, "truth": (i + (i % 7 == 0)) % 2} for i in range(400)])
        current = write(data / "c.csv", [{"guess": i % 2, "truth": ""} for i in range(400)])
        done = driftline(
            "check", current, "-b", reference, "-m", "model_quality", "--set", "problem_type=BinaryClassification",
            "--set", "inference_attribute=guess", "--set", "ground_truth_attribute=truth", "--junit", data / "j.xml",
        )  # fmt: skip
        assert done.exit_code == ExitCode.NOT_EVALUATED, done.output
        assert "No row has a label in truth" in done.stdout
        suite = ET.parse(data / "j.xml").getroot()[0]
        assert (suite.get("errors"), suite.get("failures")) == ("1", "0")

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (("none.csv", "-b", "reference.csv"), "none.csv: no such file"),
            (("alike.csv", "-b", "none.csv"), "none.csv: no such file"),
            (("alike.csv", "-b", "."), "no baseline Expected: statistics.json and constraints.json, or"),
            (("alike.csv", "-b", "reference.csv", "-m", "model_bias"), "does not compare two data sets"),
            (("alike.csv", "-b", "reference.csv", "-m", "model_qualty"), "no kind of monitor model_qualty"),
            (("alike.csv", "-b", "reference.csv", "--set", "drift=kl"), "Allowed: distance, psi"),
            (("alike.csv", "-b", "reference.csv", "--categorical", "zap"), "categorical names zap"),
            (("alike.csv",), "no monitor document found"),
        ],
    )
    def test_failed(self, data: Path, arguments: Sequence[str], said: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(data)
        done = driftline("check", *arguments)
        assert done.exit_code == ExitCode.FAILED, done.output
        assert said in " ".join(done.stderr.split())
        # And for machines
        failure = json.loads(driftline("check", *arguments, "--json").stdout)["error"]
        assert set(failure) == {"what", "where", "expected", "mend"}

    @pytest.mark.parametrize(
        "arguments",
        [("--exclude", "zip"), ("--set", "drift=psi"), ("--document", "x.yaml"), ("-b", "reference.csv", "--set", "x")],
    )
    def test_usage(self, data: Path, arguments: Sequence[str], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(data)
        assert driftline("check", "alike.csv", *arguments).exit_code == ExitCode.USAGE


class TestBaselineFiles:
    def test_a_folder_with_the_files_of_a_baseline(self, data: Path) -> None:
        out = data / "out"
        by_data = driftline("check", data / "other.csv", "-b", data / "reference.csv", "--out", out, "--json")
        by_folder = driftline("check", data / "other.csv", "-b", out / "baseline", "--json")
        by_files = driftline(
            "check", data / "other.csv", "-b", out / "baseline" / "constraints.json", "-b",
            out / "baseline" / "statistics.json", "--json",
        )  # fmt: skip
        findings = [json.loads(each.stdout)["findings"] for each in (by_data, by_folder, by_files)]
        assert findings[0]
        assert findings[1:] == findings[:1] * 2

    def test_limits_that_a_person_changed(self, data: Path) -> None:
        driftline("check", data / "other.csv", "-b", data / "reference.csv", "--out", data / "out")
        path = data / "out" / "baseline" / "constraints.json"
        constraints = json.loads(path.read_text())
        constraints["monitoring_config"]["evaluate_constraints"] = "Disabled"
        path.write_text(json.dumps(constraints))
        done = driftline("check", data / "other.csv", "-b", data / "out" / "baseline", "--json")
        assert (done.exit_code, json.loads(done.stdout)["findings"]) == (ExitCode.NOT_EVALUATED, [])

    def test_statistics_alone_limit_nothing(self, data: Path) -> None:
        driftline("check", data / "alike.csv", "-b", data / "reference.csv", "--out", data / "out")
        done = driftline("check", data / "alike.csv", "-b", data / "out" / "baseline" / "statistics.json")
        assert (done.exit_code, "no constraints.json" in done.stderr) == (ExitCode.FAILED, True)

    def test_those_of_sagemaker(self, shared_data: Path, tmp_path: Path) -> None:
        """Its own container's, for the data set that they were made of."""
        step = shared_data / "sagemaker_sdk" / "quality_check_step" / "data_quality"
        checked = {
            cases: driftline(
                "check", step / "baseline_dataset.csv", "-b", step / cases / "constraints.json",
                "-b", step / "statistics.json", "--set", "comparison=sagemaker", "--json",
            )
            for cases in ("good_cases", "bad_cases")
        }  # fmt: skip
        assert checked["good_cases"].exit_code == ExitCode.COMPLETED, checked["good_cases"].output
        assert checked["bad_cases"].exit_code == ExitCode.COMPLETED_WITH_VIOLATIONS, checked["bad_cases"].output

    def test_the_one_of_the_store(self, data: Path) -> None:
        """init, baseline, check: nothing else is needed for a page."""
        for command in (("init", data / "reference.csv"), ("baseline", data / "reference.csv")):
            assert driftline(*command, "--store", data).exit_code == ExitCode.COMPLETED
        page = data / "page.html"
        done = driftline("check", data / "other.csv", "--store", data, "--html", page)
        assert done.exit_code == ExitCode.COMPLETED_WITH_VIOLATIONS, done.output
        assert "the baseline of reference" in page.read_text()


class TestFiles:
    @pytest.fixture
    def written(self, data: Path) -> Path:
        done = driftline(
            "check", data / "other.csv", "-b", data / "reference.csv", "--html", data / "pages" / "page.html",
            "--summary", data / "summary.md", "--junit", data / "junit.xml", "--out", data / "out",
        )  # fmt: skip
        assert done.exit_code == ExitCode.COMPLETED_WITH_VIOLATIONS, done.output
        return data

    def test_the_page_has_no_time_and_no_markup_of_data(self, written: Path) -> None:
        page = (written / "pages" / "page.html").read_text()
        assert page == (written / "out" / "report.html").read_text()
        assert "Jan 1970" not in page
        assert "1970-01" not in page
        assert "Since the last execution" not in page
        assert "&lt;b&gt;&amp;|`" in page
        assert "<b>&" not in page
        assert "<dt>Compared with</dt><dd>reference.csv, 1,000 rows</dd>" in page

    def test_the_summary_of_a_job_has_a_line_for_each_violation(self, written: Path) -> None:
        text = (written / "summary.md").read_text()
        count = json.loads((written / "out" / "verdict.json").read_text())["violations"]
        lines = re.findall(r"^\| (\w+) \| \w+_check \| (.*) \|$", text, re.MULTILINE)
        assert len(lines) == count > 2
        assert "### Data quality of other.csv: violations" in text
        assert "\\<b\\>\\&\\|\\`" in text
        # A second check of the same job adds to it
        driftline("check", written / "alike.csv", "-b", written / "reference.csv", "--summary", written / "summary.md")
        assert (written / "summary.md").read_text().startswith(text)
        assert "### Data quality of alike.csv: good" in (written / "summary.md").read_text()

    def test_a_test_for_each_column(self, written: Path) -> None:
        suite = ET.parse(written / "junit.xml").getroot()[0]
        failed = {test.get("name") for test in suite if test.find("failure") is not None}
        assert {test.get("name") for test in suite} == set(NAMES)
        verdict = json.loads((written / "out" / "verdict.json").read_text())
        assert failed == {each["subject"] for each in verdict["findings"] if each["violation"]}
        assert (suite.get("tests"), suite.get("failures")) == (str(len(NAMES)), str(len(failed)))


def test_a_column_that_is_missing_or_new_is_found(data: Path) -> None:
    found = [{("postcode" if name == "zip" else name): value for name, value in row.items()} for row in rows(800, 3)]
    done = driftline("check", write(data / "renamed.csv", found), "-b", data / "reference.csv", "--json")
    said = {(each["check"], value) for each in json.loads(done.stdout)["findings"] for value in each["values"]}
    assert said == {("missing_column_check", "zip"), ("extra_column_check", "postcode")}


def test_files_without_a_header_are_compared_by_place(tmp_path: Path) -> None:
    def bare(path: Path, shift: float) -> Path:
        draw = random.Random(shift)
        path.write_text("".join(f"{draw.random() + shift:.4f},{draw.randrange(5)}\n" for _ in range(600)))
        return path

    reference, alike, other = (bare(tmp_path / f"{i}.csv", shift) for i, shift in enumerate((0.0, 0.001, 0.5)))
    assert driftline("check", alike, "-b", reference).exit_code == ExitCode.COMPLETED
    done = driftline("check", other, "-b", reference, "--json")
    assert {each["subject"] for each in json.loads(done.stdout)["findings"]} == {"_c0"}
