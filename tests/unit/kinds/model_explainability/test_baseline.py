"""A baseline from a data set: its files, byte by byte, what refuses it, and what it would have found."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xgboost
from typer.testing import CliRunner

from driftline.cli import app
from driftline.domain.errors import InvalidInputError
from driftline.kinds.engine import GivenFile
from driftline.kinds.model_explainability.baseline_sample import BaselineSample
from driftline.kinds.model_explainability.kind import MODEL_EXPLAINABILITY
from driftline.kinds.model_explainability.settings import ModelExplainabilityMonitor
from tests.executing import suggest_in
from tests.scores import ENDPOINT, FEATURES, FOLDER, KIND, MODEL, SETTINGS, Scores, Served, booster, trees, usual

ANALYSIS = f"{FOLDER}analysis.json"
SAMPLE = f"{FOLDER}attributions.bin"
OUT = f"{FOLDER}explanations_shap/out.csv"
ASKED: dict[str, Any] = {
    "source": "endpoint",
    "endpoint": {"endpoint": f"{ENDPOINT}-shadow"},
    "baseline_rows": 20,
}


def test_the_files_of_clarify_and_the_sample() -> None:
    scores = Scores()
    suggested = scores.baseline(300)
    objects = scores.store.objects

    analysis = json.loads(objects[ANALYSIS])
    assert list(analysis) == ["version", "explanations"]
    shap = analysis["explanations"]["kernel_shap"]
    assert list(shap) == ["label0"]
    assert list(shap["label0"]) == ["global_shap_values", "expected_value"]
    data = xgboost.DMatrix(usual(300, 1), feature_names=list(FEATURES))
    theirs = booster(trees()).predict(data, pred_contribs=True)
    values = shap["label0"]["global_shap_values"]
    assert list(values) == list(FEATURES)
    assert list(values.values()) == pytest.approx(np.abs(theirs[:, :-1]).mean(axis=0).tolist(), abs=1e-5)
    assert shap["label0"]["expected_value"] == pytest.approx(float(theirs[0, -1]), abs=1e-5)

    table = list(csv.reader(io.StringIO(objects[OUT].decode())))
    assert table[0] == [f"{name}_label0" for name in FEATURES]
    assert np.array(table[1:], dtype=float) == pytest.approx(theirs[:, :-1], abs=1e-5)

    sample = BaselineSample.belonging_to(objects[ANALYSIS], objects[SAMPLE], SAMPLE)
    assert sample is not None
    assert sample.attributions.shape == (300, 4, 1)
    assert sample.cells[0] == tuple(usual(300, 1)[0].tolist())
    assert sample.explained_by.startswith(scores.store.uri(MODEL))
    assert (suggested.rows, suggested.left_out, suggested.warnings) == (300, (), ())


def test_partial_dependence_of_the_features_that_contribute_most() -> None:
    scores = Scores({**SETTINGS, "partial_dependence": {"top_k_features": 2, "grid_resolution": 5}})
    scores.baseline(300)
    curves = json.loads(scores.store.objects[ANALYSIS])["explanations"]["pdp"]
    assert [each["feature_name"] for each in curves] == ["income", "debt"]
    income = curves[0]
    assert income["data_type"] == "numerical"
    assert len(income["feature_values"]) == len(income["data_distribution"]) == 5
    assert sum(income["data_distribution"]) == pytest.approx(1)
    [predictions] = income["model_predictions"]
    # What the model says of all rows, each with this income.
    x = usual(300, 1)
    for value, prediction in zip(income["feature_values"], predictions, strict=True):
        x[:, 0] = value
        rows = xgboost.DMatrix(x, feature_names=list(FEATURES))
        assert prediction == pytest.approx(float(booster(trees()).predict(rows).mean()), abs=1e-5)


def test_no_curves_on_request() -> None:
    scores = Scores({**SETTINGS, "partial_dependence": False})
    scores.baseline(300)
    assert "pdp" not in json.loads(scores.store.objects[ANALYSIS])["explanations"]


def test_equal_input_gives_equal_bytes() -> None:
    first, second = Scores(), Scores()
    for scores in (first, second):
        scores.baseline(300)
    made = [key for key in first.store.objects if key.startswith(FOLDER)]
    assert {key: first.store.objects[key] for key in made} == {key: second.store.objects[key] for key in made}
    assert first.baseline(300).unchanged


def test_an_even_sample_of_a_larger_data_set_whatever_its_files() -> None:
    settings = {**SETTINGS, "baseline_rows": 100}
    whole, parts = Scores(settings), Scores(settings)
    assert whole.baseline(600).rows == 600
    head, *lines = parts.data_set(600).decode().splitlines()
    for number, cut in enumerate((slice(0, 250), slice(250, 600))):
        body = "\n".join([head, *lines[cut], ""]).encode()
        parts.store.put(f"{FOLDER}input/{number}.csv", body)
    suggest_in(parts.store, ENDPOINT, KIND)
    assert parts.store.objects[SAMPLE] == whole.store.objects[SAMPLE]
    assert len(whole.store.objects[OUT].splitlines()) == 101


def test_an_endpoint_is_asked_for_the_baseline_and_its_background_is_kept() -> None:
    served = Served()
    scores = Scores(ASKED, predictor=served)
    scores.baseline(300)
    objects = scores.store.objects
    sample = BaselineSample.belonging_to(objects[ANALYSIS], objects[SAMPLE], SAMPLE)
    assert sample is not None
    assert len(sample.background) == 1
    table = list(csv.reader(io.StringIO(objects[f"{FOLDER}explanations_shap/baseline.csv"].decode())))
    assert table[0] == list(FEATURES)
    assert tuple(map(float, table[1])) == pytest.approx(sample.background[0])
    # Additive in the units of the answers.
    assert sample.attributions.sum(axis=1) + sample.expected == pytest.approx(sample.predictions, abs=1e-9)


def test_what_changes_the_baseline_makes_it_again() -> None:
    scores = Scores()
    scores.baseline(300)
    before = scores.store.objects[ANALYSIS]
    again = Scores({**SETTINGS, "agg_method": "mean_sq"}, store=scores.store)
    assert not again.baseline(300).unchanged
    assert again.store.objects[ANALYSIS] != before
    # What only evaluates windows does not.
    strict = Scores({**SETTINGS, "agg_method": "mean_sq", "smallest_auc": 0.7}, store=scores.store)
    assert strict.baseline(300).unchanged


def test_without_a_document_the_data_set_waits() -> None:
    scores = Scores()
    scores.store.delete(f"monitors/{ENDPOINT}.yaml")
    with pytest.raises(InvalidInputError, match="no monitor document"):
        scores.baseline(300)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({**SETTINGS, "features": ["income", "postcode"]}, "no column postcode"),
        ({}, "has no source"),
        ({"source": "captured"}, "no columns with attributions"),
        ({"source": "captured", "attribution_columns": {"income": "phi"}}, "no column phi"),
    ],
)
def test_a_data_set_that_lacks_something_says_what(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInputError, match=said):
        Scores(settings).baseline(300)


def test_a_text_in_the_data_set_where_the_model_takes_numbers() -> None:
    scores = Scores()
    scores.store.put(f"{FOLDER}input/data.csv", b"score,income,debt,age,visits\n0.5,much,1,2,3\n")
    with pytest.raises(InvalidInputError, match="income has the value 'much'"):
        suggest_in(scores.store, ENDPOINT, KIND)


def test_a_data_set_of_one_row() -> None:
    scores = Scores()
    scores.baseline(1)
    assert json.loads(scores.store.objects[ANALYSIS])["explanations"]["kernel_shap"]["label0"]["global_shap_values"]


def test_a_sample_belongs_to_its_analysis_alone() -> None:
    scores = Scores()
    scores.baseline(50)
    analysis, sample = scores.store.objects[ANALYSIS], scores.store.objects[SAMPLE]
    assert BaselineSample.belonging_to(analysis + b" ", sample, SAMPLE) is None
    assert BaselineSample.belonging_to(analysis, None, SAMPLE) is None
    for damage in (b"", b"{}", sample[:-1]):
        with pytest.raises(InvalidInputError, match="cannot be read") as raised:
            BaselineSample.belonging_to(analysis, damage, SAMPLE)
        assert raised.value.where == SAMPLE


def test_an_analysis_that_a_person_edited_is_compared_by_its_ranking_alone() -> None:
    scores = Scores()
    scores.baseline(300)
    edited = json.loads(scores.store.objects[ANALYSIS])
    edited["explanations"]["kernel_shap"]["label0"]["global_shap_values"]["visits"] = 5.0
    scores.store.put(ANALYSIS, json.dumps(edited).encode())
    scores.capture(210)
    summary = scores.run()
    assert summary.body.baseline_rows is None
    assert summary.body.outputs[0].auc is None
    assert summary.body.outputs[0].ndcg is not None


def test_a_model_brings_its_own_baseline() -> None:
    settings = ModelExplainabilityMonitor.model_validate(dict(SETTINGS))
    engine = MODEL_EXPLAINABILITY.engine
    body = b'{"version": "1.0", "explanations": {"kernel_shap": {"label0": {"global_shap_values": {"a": 1.0}}}}}'
    assert engine.accept_baseline(settings, {"analysis.json": GivenFile(body, "s3://m/analysis.json")}) == {
        "analysis.json": body
    }
    for given in ({}, {"analysis.json": GivenFile(b"{", "s3://m/analysis.json")}):
        with pytest.raises(InvalidInputError):
            engine.accept_baseline(settings, given)


@pytest.mark.parametrize("changed", [False, True])
def test_calibration_rings_if_a_day_has_other_reasons(tmp_path: Path, changed: bool) -> None:
    for key, body in Scores().store.objects.items():
        (tmp_path / key).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / key).write_bytes(body)
    lines = []
    for day in range(4):
        x = usual(250, day)
        if changed and day == 3:
            x[:, 0] = 0.0
        lines += [",".join((f"2026-03-0{day + 1}T10:00:00Z", *map(str, row))) for row in x.tolist()]
    data = tmp_path / "data.csv"
    data.write_text("\n".join([",".join(("at", *FEATURES)), *lines, ""]))

    said = CliRunner().invoke(
        app, ["baseline", str(data), "--monitor", KIND, "--calibrate", "P1D", "--json", "--store", str(tmp_path)]
    )

    found = json.loads(said.stdout)["calibration"]
    assert found["windows"] == 4
    assert (found["ringing"] > 0) == changed
