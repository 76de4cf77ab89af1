"""`driftline explain --inference-id`: one captured inference, by the monitor's own source."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xgboost
from typer.testing import CliRunner, Result

from driftline.cli import app
from driftline.cli.exits import ExitCode
from tests.scores import FEATURES, HOUR, Scores, booster, scores_of, trees, usual

ID = f"a.jsonl{HOUR:%d%H}-17"


def driftline(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The bucket of the endpoint as a folder."""
    world = Scores()
    world.baseline(rows=300)
    world.capture(rows=60)
    for key, body in world.store.objects.items():
        path = tmp_path / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    return tmp_path


def explained(folder: Path, *more: object) -> dict[str, Any]:
    done = driftline("explain", "--inference-id", ID, "--store", folder, "--json", *more)
    assert done.exit_code == ExitCode.COMPLETED, done.output
    return dict(json.loads(done.stdout))


class TestOneInference:
    def test_contributions_are_those_of_xgboost(self, folder: Path) -> None:
        """From the expected value by contributions to the prediction, the largest first."""
        found = explained(folder)
        row = usual(60, seed=2)[17:18]
        expected = booster(trees()).predict(xgboost.DMatrix(row, feature_names=list(FEATURES)), pred_contribs=True)[0]
        first, *middle, last, chance = found["contributions"]
        assert (first["feature"], last["feature"]) == ("expected value", "prediction (log-odds)")
        assert (chance["feature"], chance["sum"]) == (
            "prediction",
            pytest.approx(scores_of(trees(), row)[0], abs=1e-5),
        )
        assert first["sum"] == pytest.approx(float(expected[-1]), abs=1e-5)
        assert {each["feature"]: each["contribution"] for each in middle} == pytest.approx(
            dict(zip(FEATURES, expected.tolist(), strict=False)), abs=1e-5
        )
        sizes = [abs(each["contribution"]) for each in middle]
        assert sizes == sorted(sizes, reverse=True)
        assert last["sum"] == pytest.approx(float(expected.sum()), abs=1e-5)
        assert middle[-1]["sum"] == pytest.approx(last["sum"])
        values = {each["feature"]: each["value"] for each in middle}
        assert float(values["income"].replace("−", "-")) == pytest.approx(row[0, 0], rel=1e-3)

    def test_nothing_is_written(self, folder: Path) -> None:
        before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        explained(folder)
        assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before

    def test_a_page(self, folder: Path, tmp_path: Path) -> None:
        found = explained(folder, "--out", tmp_path / "page")
        page = Path(found["report"]).read_text()
        assert ID in page
        assert "Expected value" in page

    def test_a_table_for_people(self, folder: Path) -> None:
        done = driftline("explain", "--inference-id", ID, "--store", folder)
        assert done.exit_code == ExitCode.COMPLETED, done.output
        assert "expected value" in done.stdout
        assert "income" in done.stdout

    def test_an_id_that_was_not_captured(self, folder: Path) -> None:
        done = driftline("explain", "--inference-id", "nobody", "--store", folder)
        assert done.exit_code == ExitCode.FAILED
        assert "no inference nobody" in done.output

    def test_outside_the_searched_times(self, folder: Path) -> None:
        done = driftline("explain", "--inference-id", ID, "--store", folder, "--start", "2026-03-02")
        assert done.exit_code == ExitCode.FAILED
        assert "no capture at all" in done.output

    def test_an_endpoint_without_such_a_monitor(self, folder: Path) -> None:
        (folder / "monitors" / "risk.yaml").write_text("endpoint: risk\nmonitors: {data_quality: {}}\n")
        done = driftline("explain", "--inference-id", ID, "--store", folder)
        assert done.exit_code == ExitCode.FAILED
        assert "model_explainability" in done.output

    def test_data_or_an_inference(self, folder: Path) -> None:
        assert driftline("explain").exit_code == ExitCode.USAGE
        assert driftline("explain", "a.csv", "--inference-id", ID).exit_code == ExitCode.USAGE


def test_rows_of_one_record_are_all_explained(tmp_path: Path) -> None:
    """A record with two rows has one inferenceId."""
    world = Scores()
    world.baseline(rows=300)
    x = usual(2, seed=9)
    lines = "\\n".join(",".join(map(str, row)) for row in x.tolist())
    capture = {
        "captureData": {
            "endpointInput": {"observedContentType": "text/csv", "mode": "INPUT", "data": "LINES", "encoding": "CSV"},
            "endpointOutput": {
                "observedContentType": "text/csv",
                "mode": "OUTPUT",
                "data": "0.1\n0.2",
                "encoding": "CSV",
            },
        },
        "eventMetadata": {"eventId": "two", "inferenceTime": f"{HOUR:%Y-%m-%dT%H:%M:%SZ}"},
        "eventVersion": "0",
    }
    body = json.dumps(capture).replace("LINES", lines) + "\n"
    key = f"capture/risk/AllTraffic/{HOUR:%Y/%m/%d/%H}/two.jsonl"
    world.store.put(key, body.encode())
    for name, each in world.store.objects.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(each)
    assert driftline("ingest", "--store", tmp_path).exit_code == ExitCode.COMPLETED
    done = driftline("explain", "--inference-id", "two", "--store", tmp_path, "--json")
    assert done.exit_code == ExitCode.COMPLETED, done.output
    found = json.loads(done.stdout)
    assert found["rows"] == 2
    ends = sorted(each["sum"] for each in found["contributions"] if each["feature"] == "prediction")
    np.testing.assert_allclose(ends, sorted(scores_of(trees(), x)), atol=1e-5)
