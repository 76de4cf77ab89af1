"""`driftline init`: a monitor document from what there is, without a terminal and on one."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from driftline.cli import app, init
from driftline.cli.exits import ExitCode
from driftline.domain.keys import hour_folder
from tests.captures import csv_capture

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def driftline(*arguments: object, typed: str | None = None) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], input=typed)


def data_set(root: Path, header: str) -> Path:
    path = root / "data.csv"
    width = header.count(",") + 1
    path.write_text(
        header + "\n" + "".join(",".join(f"{i * 7 % 11}.{j}" for j in range(width)) + "\n" for i in range(20))
    )
    return path


def capture(root: Path, *, outputs: int = 1, inputs: int = 2) -> Path:
    path = root / "capture" / "shop" / "AllTraffic" / hour_folder(NOON) / "a.jsonl"
    path.parent.mkdir(parents=True)
    output, given = (",".join(["0.5"] * count) for count in (outputs, inputs))
    path.write_bytes(csv_capture(NOON, output, given, "id-1") * 3)
    return path


def content(result: Result) -> dict[str, Any]:
    assert result.exit_code == ExitCode.COMPLETED, result.output
    return dict(json.loads(result.stdout))


def columns_of(made: dict[str, Any]) -> dict[str, list[str]]:
    return {name: made["content"]["columns"][name] for name in ("output", "input")}


def test_a_data_set_with_a_prediction_and_a_label(tmp_path: Path) -> None:
    data = data_set(tmp_path, "amount,label,prediction,age")

    made = content(driftline("init", data, "--endpoint", "shop", "--store", tmp_path, "--json"))

    assert columns_of(made) == {"output": ["prediction"], "input": ["amount", "age"]}
    assert made["assumed"] == [
        "label is ground truth, by its name; it is in no payload (--label)",
        "prediction is predicted, by its name (--output)",
    ]
    text = (tmp_path / "monitors" / "shop.yaml").read_text()
    assert text == (
        "# Assumed: label is ground truth, by its name; it is in no payload (--label)\n"
        "# Assumed: prediction is predicted, by its name (--output)\n"
        "endpoint: shop\n"
        "columns:\n  output: [prediction]\n  input: [amount, age]\n"
        "monitors:\n  data_quality: {}\n"
    )
    # And the next steps work with it
    assert driftline("validate", tmp_path / "monitors" / "shop.yaml").exit_code == ExitCode.COMPLETED
    assert driftline("baseline", data, "--store", tmp_path).exit_code == ExitCode.COMPLETED


def test_people_see_the_document_and_what_was_assumed(tmp_path: Path) -> None:
    shown = driftline("init", data_set(tmp_path, "amount,score"), "-e", "shop", "--store", tmp_path).stdout

    assert "assumed: score is predicted, by its name (--output)\n" in shown
    assert "output: [score]" in shown
    assert f"Next: driftline baseline {tmp_path / 'data.csv'}; then driftline check NEW_DATA --open" in shown


def test_a_data_set_alone_is_enough(tmp_path: Path) -> None:
    """No option, no terminal: the endpoint is called as the file, and all columns are features."""
    data = data_set(tmp_path, "amount,age").rename(tmp_path / "My customers (1).data.csv")

    made = content(driftline("init", data, "--store", tmp_path, "--json"))

    assert made["endpoint"] == "My-customers-1"
    assert columns_of(made) == {"output": [], "input": ["amount", "age"]}
    assert made["assumed"] == ["no column is predicted; all are features (--output)"]
    assert driftline("baseline", data, "--store", tmp_path).exit_code == ExitCode.COMPLETED
    assert driftline("check", data, "--store", tmp_path).exit_code == ExitCode.COMPLETED


def test_a_file_without_a_name_needs_one(tmp_path: Path) -> None:
    data = data_set(tmp_path, "amount,age").rename(tmp_path / "….csv")

    result = driftline("init", data, "--store", tmp_path)

    assert (result.exit_code, result.stdout) == (ExitCode.USAGE, "")
    assert "pass --endpoint" in " ".join(result.stderr.replace("│", "").split())


def test_a_capture_file_has_the_endpoint_and_the_shape(tmp_path: Path) -> None:
    made = content(driftline("init", capture(tmp_path), "--store", tmp_path, "--json"))

    assert made["endpoint"] == "shop"
    assert columns_of(made) == {"output": ["prediction"], "input": ["feature_0", "feature_1"]}
    assert "CSV payloads have no names: 1 output and 2 input columns got some; replace them" in made["assumed"]


def test_json_payloads_bring_their_names(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    sides = {
        name: {"observedContentType": "application/json", "mode": "INPUT", "data": data, "encoding": "JSON"}
        for name, data in (("endpointInput", '{"a": 1}'), ("endpointOutput", '{"score": 0.5}'))
    }
    event = {"eventId": "e", "inferenceTime": "2026-03-01T12:00:00Z"}
    path.write_text(json.dumps({"captureData": sides, "eventMetadata": event, "eventVersion": "0"}) + "\n")

    made = content(driftline("init", path, "-e", "shop", "--store", tmp_path, "--json"))

    assert made["content"]["columns"] is None
    assert made["assumed"] == ["the payloads bring the names of their columns"]


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        ("p,a,b", {"output": ["p"], "input": ["a", "b"]}),
        ("a,b", {"output": [], "input": ["a", "b"]}),
        ("a,b,target,yhat", {"output": ["yhat"], "input": ["a", "b"]}),
    ],
)
def test_names_from_the_data_set_and_places_from_the_capture(
    tmp_path: Path, header: str, columns: dict[str, list[str]]
) -> None:
    data, captured = data_set(tmp_path, header), capture(tmp_path)

    made = content(driftline("init", data, captured, "--store", tmp_path, "--json"))

    assert columns_of(made) == columns


def test_model_quality_with_everything_stated(tmp_path: Path) -> None:
    made = content(
        driftline(
            "init", data_set(tmp_path, "a,churned,yes_prob,guess"), "-e", "shop", "--store", tmp_path, "--json",
            "--output", "guess,yes_prob", "--label", "churned", "--schedule", "cron(0 6 ? * * *)",
            "-m", "model_quality", "-m", "data_quality",
            "--set", "model_quality.problem_type=BinaryClassification", "--set", "data_quality.metrics=none",
        )
    )  # fmt: skip

    quality = made["content"]["monitors"]["model_quality"]
    assert quality["inference_attribute"] == "guess"
    assert quality["probability_attribute"] == "yes_prob"
    assert quality["ground_truth_attribute"] == "churned"
    assert quality["schedule"] == "cron(0 6 ? * * *)"
    assert made["content"]["monitors"]["data_quality"]["metrics"] == "none"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--output", "x"), "no column x; the data set has a, b"),
        (("-e", "shop", "--output", "x"), "no column x; the data set has a, b"),
        (("-e", "shop", "--output", "a", "-m", "model_quality"), "pass --set model_quality.problem_type=…"),
        (("-e", "shop", "--output", "a", "--set", "metrics=none"), "expected MONITOR.FIELD=VALUE"),
    ],
)
def test_without_a_terminal_it_names_the_option_that_is_missing(
    tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    result = driftline("init", data_set(tmp_path, "a,b"), "--store", tmp_path, *arguments)

    assert (result.exit_code, result.stdout) == (ExitCode.USAGE, "")
    assert said in " ".join(result.stderr.replace("│", "").split())
    assert not (tmp_path / "monitors").exists()


def test_on_a_terminal_it_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(init, "on_terminal", lambda: True)
    typed = "shop\na\nmodel_quality\nRegression\n"

    result = driftline("init", data_set(tmp_path, "a,b"), "--store", tmp_path, typed=typed)

    assert result.exit_code == ExitCode.COMPLETED, result.output
    assert "Which columns of a, b are outputs" in result.stderr
    text = (tmp_path / "monitors" / "shop.yaml").read_text()
    assert "problem_type: Regression" in text
    assert "inference_attribute: a" in text


def test_what_the_document_does_not_allow_is_refused(tmp_path: Path) -> None:
    result = driftline(
        "init", data_set(tmp_path, "a,b"), "-e", "shop", "--output", "a", "--store", tmp_path, "--schedule", "sometimes"
    )

    assert result.exit_code == ExitCode.FAILED
    assert "monitors.data_quality.schedule" in result.stderr
    assert not (tmp_path / "monitors").exists()


def test_an_existing_document_stays(tmp_path: Path) -> None:
    data = data_set(tmp_path, "a,score")
    content(driftline("init", data, "-e", "shop", "--store", tmp_path, "--json"))

    again = driftline("init", data, "-e", "shop", "--store", tmp_path)
    assert again.exit_code == ExitCode.FAILED
    assert "there is a document already" in again.stderr
    assert driftline("init", data, "-e", "shop", "--store", tmp_path, "--force").exit_code == ExitCode.COMPLETED


def test_names_that_yaml_would_misread_are_quoted(tmp_path: Path) -> None:
    made = content(
        driftline("init", data_set(tmp_path, 'score,no,"1st: x",true'), "-e", "on", "--store", tmp_path, "--json")
    )

    assert made["content"]["columns"]["input"] == ["no", "1st: x", "true"]
    assert made["content"]["endpoint"] == "on"


def test_columns_that_are_no_features_are_named_and_can_be_left_out(tmp_path: Path) -> None:
    data = tmp_path / "data.csv"
    data.write_text("score,when,zip\n" + "".join(f"0.{i},2026-03-{i % 28 + 1:02},0{i % 5}\n" for i in range(200)))
    arguments = ("init", data, "-e", "shop", "--store", tmp_path, "--json", "--force")

    [warning] = [text for text in content(driftline(*arguments))["assumed"] if "looks like a date" in text]
    assert "when" in warning

    columns = content(driftline(*arguments, "--exclude", "when", "--categorical", "zip"))["content"]["columns"]
    assert (columns["exclude"], columns["categorical"]) == (["when"], ["zip"])
    wrong = driftline(*arguments, "--exclude", "what")
    assert wrong.exit_code == ExitCode.USAGE
    assert "no column what" in wrong.stderr
