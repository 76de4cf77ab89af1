"""A verdict is never blind: rows that could not be read, joined or used are said, counted, and past a share a violation."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from driftline.cli import app
from driftline.cli.exits import ExitCode
from tests.cases.running import ENDPOINT, Case, Ran, case


def test_captures_that_cannot_be_read_are_a_violation(tmp_path: Path) -> None:
    shop = case("09-all-rejected", tmp_path)
    captures = shop.folder / "capture" / ENDPOINT / "AllTraffic/2026/03/02/10/a.jsonl"
    lines = captures.read_text().splitlines()
    captures.write_text("".join(f"{line[: len(line) // 8]}\n" for line in lines))

    shop.baseline()
    assert "none of 300 lines is a capture record" in shop.ingest().output
    ran = shop.run()

    summary = shop.summary()
    assert ran.exit_code == ExitCode.COMPLETED_WITH_VIOLATIONS
    assert "300 of 300 captured lines (100 %) could not be used, at most 5 % allowed" in ran.output
    assert summary["reason"] == "No rows: all 300 captured lines of the window were rejected."
    assert (summary["status"], summary["evaluated_rows"]) == ("CompletedWithViolations", 0)
    [finding] = summary["findings"]
    assert (finding["figure"], finding["observed"], finding["required"]) == ("rejected_share", 1.0, 0.05)
    assert "allowed: not a capture record (Input data was truncated)" in finding["description"]


def test_labels_without_a_positive_one_are_refused_as_baseline_and_as_window(tmp_path: Path) -> None:
    shop = case("25-yes-no-labels", tmp_path, "model_quality")

    refused = shop.baseline()
    assert refused.exit_code == ExitCode.FAILED
    assert "no row has label '1', the positive_label; found no, yes" in refused.output
    assert not (shop.folder / "baselines" / ENDPOINT / "model_quality" / "constraints.json").exists()

    shop.ingest()
    shop.merge()
    ran = shop.run()
    assert ran.exit_code == ExitCode.COMPLETED_WITH_VIOLATIONS
    assert "no label is the positive_label '1'; found no, yes" in ran.output
    assert shop.summary()["evaluated_rows"] == 0


def test_a_right_positive_label_is_all_that_it_takes(tmp_path: Path) -> None:
    shop = case("25-yes-no-labels", tmp_path, "model_quality")
    _change(shop, "ground_truth_attribute: label", "ground_truth_attribute: label, positive_label: 'yes'")

    assert shop.everything().exit_code == ExitCode.COMPLETED
    assert shop.summary()["evaluated_rows"] == 200


def test_texts_of_missing_labels_are_left_out_and_counted(tmp_path: Path) -> None:
    shop = case("26-label-forms", tmp_path, "model_quality")

    shop.everything()

    summary = shop.summary()
    metrics = {metric["name"]: metric["value"] for metric in summary["body"]["metrics"]}
    assert metrics["precision"] == 0.4
    assert summary["body"]["unusable_rows"] == {"no label": 3}
    assert summary["evaluated_rows"] == 10
    assert not [each for each in summary["findings"] if each["check"] == "unusable_rows_check"]


def test_a_json_path_with_its_root_is_read(tmp_path: Path) -> None:
    shop = case("27b-jsonpath-dollar-no-baseline", tmp_path, "model_quality")

    ran = shop.everything()

    assert ran.exit_code == ExitCode.COMPLETED
    assert shop.summary()["evaluated_rows"] == 60


@pytest.mark.parametrize("name", ["predicton", "$.predicton"])
def test_a_typo_in_an_attribute_is_said_with_what_there_is(name: str, tmp_path: Path) -> None:
    shop = case("27b-jsonpath-dollar-no-baseline", tmp_path, "model_quality")
    shop.baseline()
    _change(shop, "$.prediction,", f"{name},")
    shop.ingest()
    shop.merge()

    ran = shop.run()

    summary = shop.summary()
    said = "inference_attribute predicton is not in the output, which has prediction, probability"
    assert ran.exit_code == ExitCode.COMPLETED_WITH_VIOLATIONS
    assert summary["evaluated_rows"] == 0
    assert said in summary["reason"]
    assert said in summary["findings"][0]["description"]


def test_an_expression_that_fails_on_the_rows_is_said_with_why(tmp_path: Path) -> None:
    shop = case("27b-jsonpath-dollar-no-baseline", tmp_path, "model_quality")
    shop.baseline()
    _change(shop, "$.prediction,", '"max(prediction)",')
    shop.ingest()
    shop.merge()

    ran = shop.run()

    summary = shop.summary()
    assert ran.exit_code == ExitCode.COMPLETED_WITH_VIOLATIONS
    assert summary["evaluated_rows"] == 0
    assert "inference_attribute max(prediction) fails: In function max(), invalid type" in summary["reason"]


def test_without_constraints_nothing_is_evaluated(tmp_path: Path) -> None:
    shop = case("27b-jsonpath-dollar-no-baseline", tmp_path, "model_quality")
    shop.ingest()
    shop.merge()

    ran = shop.run()

    assert ran.exit_code == ExitCode.NOT_EVALUATED
    assert "Not evaluated" in ran.output
    assert "There is no baseline constraints.json" in ran.output
    assert "Accuracy" in ran.output  # The metrics are computed all the same.


@pytest.mark.parametrize(("limit", "code"), [(0.5, ExitCode.COMPLETED), (0.05, ExitCode.COMPLETED_WITH_VIOLATIONS)])
def test_the_document_says_how_many_rows_may_be_unusable(limit: float, code: ExitCode, tmp_path: Path) -> None:
    shop = case("27b-jsonpath-dollar-no-baseline", tmp_path, "model_quality")
    _change(shop, "ground_truth_attribute: label", f"ground_truth_attribute: label, max_unusable: {limit}")
    captures = shop.folder / "capture" / ENDPOINT / "AllTraffic/2026/03/02/10/a.jsonl"
    lines = captures.read_text().splitlines()
    captures.write_text("\n".join(["not a record"] * 40 + lines) + "\n")

    ran = shop.everything()

    summary = shop.summary()
    assert ran.exit_code == code
    assert summary["evaluated_rows"] == 60
    [lines_counted, _] = summary["unusable"]
    assert (lines_counted["total"], lines_counted["unusable"]) == (100, 40)
    written = json.loads(next((shop.folder / "reports").rglob("constraint_violations.json")).read_text())
    checks = [each["constraint_check_type"] for each in written["violations"]]
    assert checks == ["unusable_rows_check"] * (code != ExitCode.COMPLETED)


def _change(shop: Case, old: str, new: str) -> None:
    document = shop.folder / "monitors" / f"{ENDPOINT}.yaml"
    text = document.read_text()
    assert old in text
    document.write_text(text.replace(old, new))


def test_labels_keyed_by_event_id_are_said_at_once_with_the_reason(tmp_path: Path) -> None:
    shop = case("28-gt-by-eventid", tmp_path, "model_quality")

    ran = shop.everything()

    assert ran.exit_code == ExitCode.NOT_EVALUATED
    reason = shop.summary()["reason"]
    assert "keyed by the captures' eventIds ('e-00000'), but these captures have inferenceIds ('i0')" in reason


def test_labels_in_folders_of_local_time_are_said(tmp_path: Path) -> None:
    shop = case("26-label-forms", tmp_path, "model_quality")
    there = shop.folder / "ground-truth" / ENDPOINT / "2026/03"
    (there / "01/20").mkdir(parents=True)
    (there / "02/12/gt.jsonl").rename(there / "01/20/gt.jsonl")

    ran = shop.everything()

    assert ran.exit_code == ExitCode.NOT_EVALUATED
    assert "folders are in UTC, not in local time" in shop.summary()["reason"]


def test_labels_that_come_too_late_are_said_and_used_when_the_document_allows_it(tmp_path: Path) -> None:
    shop = case("26-label-forms", tmp_path, "model_quality")
    there = shop.folder / "ground-truth" / ENDPOINT / "2026/03"
    (there / "20/00").mkdir(parents=True)
    (there / "02/12/gt.jsonl").rename(there / "20/00/gt.jsonl")

    ran = shop.everything()

    assert ran.exit_code == ExitCode.NOT_EVALUATED
    reason = shop.summary()["reason"]
    assert "match, but were collected more than P14D after the inferences: raise max_label_delay" in reason
    assert "local time" not in reason
    _change(shop, "ground_truth_attribute: label", "ground_truth_attribute: label, max_label_delay: P30D")
    shop.merge()
    shop.run()
    assert shop.summary()["evaluated_rows"] > 0


def test_labels_that_match_nothing_are_said(tmp_path: Path) -> None:
    shop = case("26-label-forms", tmp_path, "model_quality")
    file = shop.folder / "ground-truth" / ENDPOINT / "2026/03/02/12/gt.jsonl"
    file.write_text(file.read_text().replace('"eventId": "', '"eventId": "order-'))

    ran = shop.everything()

    assert ran.exit_code == ExitCode.NOT_EVALUATED
    assert "match none of its inferences: their ids are such as 'order-i0'" in shop.summary()["reason"]


def test_labels_with_more_values_than_rows_are_a_violation(tmp_path: Path) -> None:
    shop = case("26-label-forms", tmp_path, "model_quality")
    file = shop.folder / "ground-truth" / ENDPOINT / "2026/03/02/12/gt.jsonl"
    labels = [
        {
            "groundTruthData": {"data": "1\n0\n1", "encoding": "CSV"},
            "eventMetadata": {"eventId": f"i{number}"},
            "eventVersion": "0",
        }
        for number in range(14)
    ]
    file.write_text("".join(f"{json.dumps(label)}\n" for label in labels))

    ran = shop.everything()

    said = "the label has another number of values than its inference has rows"
    assert ran.exit_code == ExitCode.COMPLETED_WITH_VIOLATIONS
    assert shop.summary()["reason"] == f"No labels: 14 labels of the window were left out: {said}."
    assert said in shop.summary()["findings"][0]["description"]


def test_without_ground_truth_there_is_nothing_to_explain(tmp_path: Path) -> None:
    shop = case("26-label-forms", tmp_path, "model_quality")
    shop.baseline()
    shop.ingest()

    assert shop.run().exit_code == ExitCode.NOT_EVALUATED
    assert shop.summary()["reason"].endswith("has a ground truth yet.")


@pytest.mark.parametrize(
    ("attribute", "said"),
    [
        ("predicton", "Did you mean prediction?"),
        ("2", "columns.output names columns 0 to 1"),
        ("outcome", "found only in JSON answers that have it"),
    ],
)
def test_validate_warns_of_attributes_that_the_outputs_do_not_have(attribute: str, said: str, tmp_path: Path) -> None:
    shop = case("27b-jsonpath-dollar-no-baseline", tmp_path, "model_quality")
    _change(shop, "$.prediction,", f'"{attribute}",')
    _change(shop, "endpoint: shop", "endpoint: shop\ncolumns: {output: [prediction, probability], input: [a, b]}")

    ran = _validate(shop)

    assert ran.exit_code == 0
    assert f"monitors.model_quality: inference_attribute is {attribute}" in ran.output
    assert said in ran.output


@pytest.mark.parametrize("attribute", ["prediction", "$.prediction", "1", "predictions[0].score"])
def test_validate_accepts_what_resolves_or_may_resolve(attribute: str, tmp_path: Path) -> None:
    shop = case("27b-jsonpath-dollar-no-baseline", tmp_path, "model_quality")
    _change(shop, "$.prediction,", f'"{attribute}",')
    _change(shop, "endpoint: shop", "endpoint: shop\ncolumns: {output: [prediction, probability], input: [a, b]}")

    assert "warning" not in _validate(shop).output


def _validate(shop: Case) -> Ran:
    result = CliRunner().invoke(app, ["validate", str(shop.folder / "monitors" / f"{ENDPOINT}.yaml")])
    return Ran(result.exit_code, " ".join(result.output.split()))


def test_constraints_that_are_switched_off_evaluate_nothing(tmp_path: Path) -> None:
    shop = case("39-float32-parquet-baseline", tmp_path)
    shop.baseline()
    _edit_constraints(shop, evaluate_constraints="Disabled")
    shop.ingest()

    ran = shop.run()

    assert ran.exit_code == ExitCode.NOT_EVALUATED
    assert "evaluate_constraints of constraints.json is Disabled, so nothing was checked" in " ".join(
        ran.output.split()
    )


@pytest.mark.parametrize("threshold", [float("nan"), float("inf"), 5])
def test_a_threshold_that_hides_all_drift_is_refused(threshold: float, tmp_path: Path) -> None:
    shop = case("39-float32-parquet-baseline", tmp_path)
    shop.baseline()
    _edit_constraints(shop, distribution_constraints={"comparison_threshold": threshold})
    shop.ingest()

    ran = shop.run()

    assert ran.exit_code == ExitCode.FAILED
    assert "comparison_threshold" in ran.output
    assert "constraints.json" in ran.output


def test_statistics_without_sketches_say_that_drift_was_not_checked(tmp_path: Path) -> None:
    shop = case("39-float32-parquet-baseline", tmp_path)
    shop.baseline()
    file = shop.folder / "baselines" / ENDPOINT / "data_quality/statistics.json"
    statistics = json.loads(file.read_text())
    for feature in statistics["features"]:
        feature["numerical_statistics"]["distribution"].pop("kll")
    file.write_text(json.dumps(statistics))
    shop.ingest()

    shop.run()

    assert any("has no sketches of" in note for note in shop.summary()["notes"])


def _edit_constraints(shop: Case, **config: object) -> None:
    file = shop.folder / "baselines" / ENDPOINT / "data_quality/constraints.json"
    constraints = json.loads(file.read_text())
    constraints["monitoring_config"] |= config
    file.write_text(json.dumps(constraints))
