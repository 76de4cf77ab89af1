"""`driftline explain` of a data set: by a model's file, an endpoint, or the user's own Python."""

import csv
import json
import pickle
import tarfile
import zipfile
from collections.abc import Iterator
from io import StringIO
from itertools import count
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import pytest
import xgboost
from typer.testing import CliRunner, Result

from driftline.cli import app
from driftline.cli.exits import ExitCode
from driftline.domain.explanations.results import Explained, parse_result
from tests.answering import THROTTLED, AnsweringServer, answering
from tests.scores import FEATURES, booster, trees, usual

ROWS = 40
WEIGHTS = (2.0, -1.5, 0.6, 0.0)

SCORING = """
from pathlib import Path

def predict(rows, features):
    with Path("asked.txt").open("a") as file:
        file.write(f"{len(rows)} {','.join(features)}\\n")
    weights = {"income": 2.0, "debt": -1.5, "age": 0.6, "visits": 0.0}
    return [sum(weights[name] * cell for name, cell in zip(features, row)) for row in rows]

def fails(rows):
    return 1 / 0

def stops(rows, features):
    if Path("stop").exists() and len(Path("asked.txt").read_text().splitlines()) > 6:
        raise KeyboardInterrupt
    return predict(rows, features)

def two(rows):
    return [[0.25, 0.75] for _ in rows]

def texts(rows):
    return ["yes" for _ in rows]
"""

BIAS: dict[str, Any] = {
    "label": "label",
    "label_values_or_threshold": [1],
    "facet": [{"name_or_index": "sex", "value_or_threshold": [0]}],
    "methods": {"pre_training_bias": {"methods": "all"}, "post_training_bias": {"methods": "all"}},
}


def driftline(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with data, a model and own code; the module's name is new for each test."""
    x = usual(ROWS, seed=3)
    lines = [",".join((*FEATURES, "label", "sex"))]
    lines += [",".join(map(str, (*row, int(row[0] > 0), i % 2))) for i, row in enumerate(x.tolist())]
    (tmp_path / "data.csv").write_text("\n".join(lines) + "\n")
    (tmp_path / "model.json").write_bytes(trees())
    (tmp_path / f"{module()}.py").write_text(SCORING)
    (tmp_path / "asked.txt").write_text("")
    monkeypatch.chdir(tmp_path)
    return tmp_path


_NUMBERS = count()
_CURRENT = [""]


def module() -> str:
    _CURRENT[0] = f"own_scoring_{next(_NUMBERS)}"
    return _CURRENT[0]


def own(function: str) -> str:
    return f"{_CURRENT[0]}:{function}"


def explained(*more: object) -> dict[str, Any]:
    done = driftline("explain", "data.csv", "--json", *more)
    assert done.exit_code == ExitCode.COMPLETED, done.output
    return dict(json.loads(done.stdout))


def refused(*more: object) -> dict[str, str]:
    done = driftline("explain", "data.csv", "--json", *more)
    assert done.exit_code == ExitCode.FAILED, done.output
    return dict(json.loads(done.stdout)["error"])


def local_values(path: Path) -> tuple[list[str], np.ndarray]:
    header, *rows = csv.reader(StringIO(path.read_text()))
    return header, np.array(rows, dtype=float)


class TestModelFile:
    def test_contributions_are_those_of_xgboost(self, folder: Path) -> None:
        """The smallest call: the file knows its features, so nothing else need be said."""
        found = explained("--model", "model.json")
        header, values = local_values(folder / "explanations_shap" / "out.csv")
        assert header == [f"{name}_label0" for name in FEATURES]
        data = xgboost.DMatrix(usual(ROWS, seed=3), feature_names=list(FEATURES))
        expected = booster(trees()).predict(data, pred_contribs=True)
        np.testing.assert_allclose(values, expected[:, :-1], atol=1e-5)
        analysis = json.loads((folder / "analysis.json").read_text())
        assert list(analysis) == ["version", "explanations"]
        label = analysis["explanations"]["kernel_shap"]["label0"]
        assert label["expected_value"] == pytest.approx(float(expected[0, -1]), abs=1e-5)
        assert list(label["global_shap_values"].values()) == pytest.approx(np.abs(values).mean(axis=0).tolist())
        assert [each["feature_name"] for each in analysis["explanations"]["pdp"]] == [
            each["feature"] for each in found["features"]
        ]
        assert found["requests"] == 0

    def test_one_page_with_everything(self, folder: Path) -> None:
        explained("--model", "model.json")
        page = (folder / "report.html").read_text()
        assert "income" in page
        assert "Partial dependence" in page
        assert "Jan 1970" not in page

    def test_files_that_are_there_stay(self, folder: Path) -> None:
        (folder / "report.html").write_text("mine")
        error = refused("--model", "model.json")
        assert "report.html" in error["where"]
        assert (folder / "report.html").read_text() == "mine"
        explained("--model", "model.json", "--force")

    def test_features_by_name(self, folder: Path) -> None:
        error = refused("--model", "model.json", "--features", "income,debt")
        assert "age" in error["what"]
        assert "monitor document" not in error["mend"]
        assert "--features" in error["mend"]

    def test_a_pickle_is_refused(self, folder: Path) -> None:
        (folder / "model.pkl").write_bytes(pickle.dumps({"a": 1}))
        error = refused("--model", "model.pkl")
        assert "pickle" in error["what"]
        assert "save" in error["mend"].lower()

    def test_a_zip_is_refused(self, folder: Path) -> None:
        with zipfile.ZipFile(folder / "model.zip", "w") as archive:
            archive.writestr("../../outside.json", "{}")
        refused("--model", "model.zip")
        assert not (folder.parent.parent / "outside.json").exists()

    def test_a_damaged_file_is_refused_before_the_data_is_read(self, folder: Path) -> None:
        (folder / "damaged.json").write_bytes(trees()[:5_000])
        (folder / "data.csv").write_bytes(b"\x00")
        assert "damaged.json" in refused("--model", "damaged.json")["where"]

    def test_no_such_file(self, folder: Path) -> None:
        assert refused("--model", "nothing.json")["what"] == "no such file"

    def test_as_sagemaker_packs_it(self, folder: Path) -> None:
        explained("--model", "model.json", "--out", "alone")
        with tarfile.open(folder / "model.tar.gz", "w:gz") as archive:
            archive.add(folder / "model.json", "xgboost-model")
        explained("--model", "model.tar.gz", "--out", "packed")
        out = Path("explanations_shap", "out.csv")
        assert (folder / "packed" / out).read_bytes() == (folder / "alone" / out).read_bytes()

    def test_lightgbms_text(self, folder: Path) -> None:
        x = usual(400, seed=1)
        model = lightgbm.train({"verbose": -1, "num_leaves": 7}, lightgbm.Dataset(x, x[:, 0] * 2), 10)
        model.save_model(folder / "model.txt")
        explained("--model", "model.txt", "--features", ",".join(FEATURES))
        _, values = local_values(folder / "explanations_shap" / "out.csv")
        expected = np.asarray(model.predict(usual(ROWS, seed=3), pred_contrib=True))
        np.testing.assert_allclose(values, expected[:, :-1], atol=1e-6)

    def test_two_models(self, folder: Path) -> None:
        assert "--predictor" in refused("--model", "model.json", "--predictor", own("predict"))["what"]

    def test_no_model(self, folder: Path) -> None:
        assert "--model" in str(refused())


class TestOwnPython:
    def test_a_linear_function_has_its_weights(self, folder: Path) -> None:
        """Of a linear model a contribution is the weight times the distance from the baseline row."""
        explained("--predictor", own("predict"), "--features", ",".join(FEATURES), "--rows", "20")
        _, values = local_values(folder / "explanations_shap" / "out.csv")
        _, baseline = local_values(folder / "explanations_shap" / "baseline.csv")
        x = usual(ROWS, seed=3)
        assert len(values) == 20
        weighted = np.array(WEIGHTS) * (x - baseline[0])
        matches = [np.isclose(weighted, row, atol=1e-9).all(axis=1).any() for row in values]
        assert all(matches)
        assert {line.split()[1] for line in (folder / "asked.txt").read_text().splitlines()} == {",".join(FEATURES)}

    def test_errors_are_the_users_with_their_line(self, folder: Path) -> None:
        error = refused("--predictor", own("fails"), "--label", "label")
        line = SCORING.splitlines().index("    return 1 / 0") + 1
        assert error["where"] == f"{folder / _CURRENT[0]}.py, line {line}"
        assert "ZeroDivisionError: division by zero" in error["what"]

    def test_no_traceback_of_ours(self, folder: Path) -> None:
        done = driftline("explain", "data.csv", "--predictor", own("fails"))
        assert done.exit_code == ExitCode.FAILED
        assert "Traceback" not in done.output

    def test_a_module_that_does_not_compile(self, folder: Path) -> None:
        (folder / "own_wrong.py").write_text("def predict(rows:\n    pass\n")
        error = refused("--predictor", "own_wrong:predict")
        assert "SyntaxError" in error["what"]
        assert "own_wrong.py, line 1" in error["where"]

    @pytest.mark.parametrize("given", ["nothing_here:predict", "own:", "no colon"])
    def test_no_such_function(self, folder: Path, given: str) -> None:
        assert refused("--predictor", given)["where"] == "--predictor"

    def test_other_names_are_offered(self, folder: Path) -> None:
        assert "predict" in refused("--predictor", own("predicts"))["expected"]

    def test_texts_are_no_answers(self, folder: Path) -> None:
        assert "not numbers" in refused("--predictor", own("texts"))["what"]

    def test_baseline_rows_in_a_file(self, folder: Path) -> None:
        """Of a linear model: contributions are the distance from the given row."""
        (folder / "rows.csv").write_text("1,2,3,4\n")
        config: dict[str, Any] = {"headers": [*FEATURES, "label", "sex"], "label": "label", "excluded_columns": ["sex"]}
        config |= {"methods": {"shap": {"baseline": "rows.csv"}}}
        (folder / "own.json").write_text(json.dumps(config))
        explained("--predictor", own("predict"), "--config", "own.json")
        _, values = local_values(folder / "explanations_shap" / "out.csv")
        np.testing.assert_allclose(values, np.array(WEIGHTS) * (usual(ROWS, seed=3) - [1, 2, 3, 4]), atol=1e-9)

    def test_several_outputs_have_names(self, folder: Path) -> None:
        config = {"predictor": {"label_headers": ["no", "yes"]}, "methods": {"shap": {}}}
        (folder / "two.json").write_text(json.dumps(config))
        explained("--predictor", own("two"), "--config", "two.json")
        analysis = json.loads((folder / "analysis.json").read_text())
        assert list(analysis["explanations"]["kernel_shap"]) == ["no", "yes"]
        assert "pdp" not in analysis["explanations"]

    def test_curves_alone(self, folder: Path) -> None:
        (folder / "pdp.json").write_text(json.dumps({"methods": {"pdp": {"features": ["income"]}}}))
        explained("--predictor", own("predict"), "--config", "pdp.json", "--features", ",".join(FEATURES))
        analysis = json.loads((folder / "analysis.json").read_text())
        (curve,) = analysis["explanations"]["pdp"]
        steps = np.diff(curve["model_predictions"][0]) / np.diff(curve["feature_values"])
        np.testing.assert_allclose(steps, WEIGHTS[0])
        assert "kernel_shap" not in analysis["explanations"]

    def test_interrupted_and_gone_on_with(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """What was explained before is not asked about again, and the result is the same."""
        monkeypatch.setattr("driftline.usecases.explanations.requested.QUESTIONS_AT_ONCE", 800)
        given = ("--features", ",".join(FEATURES), "--predictor", own("stops"))
        (folder / "stop").touch()
        done = driftline("explain", "data.csv", *given)
        assert done.exit_code == ExitCode.INTERRUPTED, done.output
        assert "kept" in done.output
        assert not (folder / "analysis.json").exists()
        kept = [parse_result(path.read_bytes(), "") for path in (folder / ".driftline-explained").rglob("*.result")]
        explained_rows = sum(len(each.rows) for each in kept if isinstance(each, Explained))
        assert 0 < explained_rows < ROWS
        (folder / "stop").unlink()
        (folder / "asked.txt").write_text("")
        explained(*given)
        went_on = asked_rows(folder)
        (folder / "asked.txt").write_text("")
        explained(*given, "--out", "whole")
        assert went_on < asked_rows(folder)
        assert (folder / "analysis.json").read_bytes() == (folder / "whole" / "analysis.json").read_bytes()


def asked_rows(folder: Path) -> int:
    return sum(int(line.split()[0]) for line in (folder / "asked.txt").read_text().splitlines())


class TestBiasBesideIt:
    def test_sections_are_those_of_driftline_bias(self, folder: Path) -> None:
        """The model's predictions are taken for the metrics; as a column of the data they are the same."""
        config = {**BIAS, "methods": {**BIAS["methods"], "shap": {}, "pdp": {}}}
        (folder / "whole.json").write_text(json.dumps(config))
        found = explained("--config", "whole.json", "--model", "model.json", "--out", "both")
        together = json.loads((folder / "both" / "analysis.json").read_text())
        assert list(together) == [
            "version",
            "post_training_bias_metrics",
            "pre_training_bias_metrics",
            "explanations",
        ]
        x = usual(ROWS, seed=3)
        scores = booster(trees()).predict(xgboost.DMatrix(x, feature_names=list(FEATURES)))
        lines = (folder / "data.csv").read_text().splitlines()
        predicted = [f"{lines[0]},predicted", *(f"{a},{int(b > 0.5)}" for a, b in zip(lines[1:], scores, strict=True))]
        (folder / "predicted.csv").write_text("\n".join(predicted) + "\n")
        (folder / "bias.json").write_text(json.dumps({**BIAS, "predicted_label": "predicted"}))
        done = driftline("bias", "predicted.csv", "--config", "bias.json", "--out", "alone")
        assert done.exit_code == ExitCode.COMPLETED, done.output
        alone = json.loads((folder / "alone" / "analysis.json").read_text())
        assert {name: together[name] for name in alone} == alone
        assert {"metrics", "features"} <= set(found)
        page = (folder / "both" / "report.html").read_text()
        assert "Partial dependence" in page
        assert "sex = 0" in page

    def test_bias_alone(self, folder: Path) -> None:
        (folder / "bias.json").write_text(json.dumps(BIAS))
        found = explained("--config", "bias.json", "--model", "model.json")
        assert set(found["files"]) == {"analysis.json", "report.html"}

    def test_all_is_checked_before_anything_is_read(self, folder: Path) -> None:
        config = {**BIAS, "facet": [], "methods": {**BIAS["methods"], "shap": {"seed": -1}}}
        (folder / "wrong.json").write_text(json.dumps(config))
        assert "facet" in refused("--config", "wrong.json", "--model", "model.json")["where"]


def score(body: str) -> tuple[int, bytes]:
    rows = [list(map(float, row)) for row in csv.reader(StringIO(body))]
    return 200, "".join(f"{sum(w * x for w, x in zip(WEIGHTS, row, strict=True))!r}\n" for row in rows).encode()


@pytest.fixture
def endpoint(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AnsweringServer]:
    with answering(score) as server:
        for name, value in server.environment().items():
            monkeypatch.setenv(name, value)
        yield server


ASKED = ("--endpoint", "risk", "--features", ",".join(FEATURES))


class TestEndpoint:
    def test_answers_are_explained(self, endpoint: AnsweringServer, folder: Path) -> None:
        found = explained(*ASKED)
        _, values = local_values(folder / "explanations_shap" / "out.csv")
        _, baseline = local_values(folder / "explanations_shap" / "baseline.csv")
        np.testing.assert_allclose(values, np.array(WEIGHTS) * (usual(ROWS, seed=3) - baseline[0]), atol=1e-9)
        assert found["requests"] == len(endpoint.bodies)

    def test_requests_are_said_beforehand(self, endpoint: AnsweringServer, folder: Path) -> None:
        done = driftline("explain", "data.csv", *ASKED)
        assert "40 rows to explain: at most 40 requests" in done.output

    def test_too_many_requests_are_refused_before_the_first(self, endpoint: AnsweringServer, folder: Path) -> None:
        error = refused(*ASKED, "--most-requests", "10")
        assert "at most 10 requests" in error["expected"]
        assert "--rows" in error["mend"]
        assert not endpoint.bodies

    def test_a_second_run_asks_nothing(self, endpoint: AnsweringServer, folder: Path) -> None:
        explained(*ASKED)
        first = (folder / "analysis.json").read_bytes()
        endpoint.bodies.clear()
        found = explained(*ASKED, "--force")
        assert not endpoint.bodies
        assert found["requests"] == 0
        assert (folder / "analysis.json").read_bytes() == first

    def test_throttled_for_a_moment(self, endpoint: AnsweringServer, folder: Path) -> None:
        numbers = count()
        endpoint.answer = lambda body: THROTTLED if next(numbers) == 1 else score(body)
        explained(*ASKED)

    def test_nonsense(self, endpoint: AnsweringServer, folder: Path) -> None:
        endpoint.answer = lambda body: (200, b"<html>hello</html>\n" * len(body.splitlines()))
        assert "not a number" in refused(*ASKED)["what"]

    def test_another_number_of_answers(self, endpoint: AnsweringServer, folder: Path) -> None:
        endpoint.answer = lambda body: (200, b"1.0\n" * (len(body.splitlines()) + 3))
        assert "answers to" in refused(*ASKED)["what"]

    def test_another_number_of_outputs(self, endpoint: AnsweringServer, folder: Path) -> None:
        numbers = count()
        config = {"methods": {"shap": {}}, "predictor": {"accept_type": "application/jsonlines", "probability": "p"}}
        (folder / "json.json").write_text(json.dumps(config))

        def answer(body: str) -> tuple[int, bytes]:
            width = 2 if next(numbers) < 1 else 3
            return 200, (json.dumps({"p": [0.1] * width}) + "\n").encode() * len(body.splitlines())

        endpoint.answer = answer
        assert "outputs" in refused(*ASKED, "--config", "json.json")["what"]

    def test_it_fails(self, endpoint: AnsweringServer, folder: Path) -> None:
        endpoint.answer = lambda _: (424, b'{"message": "the model is broken"}')
        assert "the model is broken" in refused(*ASKED)["what"]

    def test_it_fails_later_and_goes_on(
        self, endpoint: AnsweringServer, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What was explained before the failure is kept."""
        monkeypatch.setattr("driftline.usecases.explanations.requested.REQUESTS_AT_ONCE", 25)
        numbers = count()
        endpoint.answer = lambda body: (424, b'{"message": "gone"}') if next(numbers) > 6 else score(body)
        refused(*ASKED)
        asked = len(endpoint.bodies)
        endpoint.bodies.clear()
        endpoint.answer = score
        found = explained(*ASKED)
        assert found["requests"] == len(endpoint.bodies)
        assert len(endpoint.bodies) < asked + 40
        _, values = local_values(folder / "explanations_shap" / "out.csv")
        _, baseline = local_values(folder / "explanations_shap" / "baseline.csv")
        np.testing.assert_allclose(values, np.array(WEIGHTS) * (usual(ROWS, seed=3) - baseline[0]), atol=1e-9)

    def test_down(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        with answering(score) as server:
            environment = server.environment()
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr("driftline.adapters.aws.sagemaker_endpoints._ATTEMPTS", 1)
        assert "could not be asked" in refused(*ASKED)["what"]
