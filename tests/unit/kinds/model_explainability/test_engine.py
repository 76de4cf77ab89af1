"""A window's attributions, from captures and a model to the verdict, through real tables and an in-memory bucket."""

import json
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
import xgboost
from sklearn.metrics import ndcg_score

from driftline.domain.executions.execution import ExecutionStatus
from driftline.kinds.model_explainability.rules.summary import ExplainabilitySummary
from tests.captures import csv_capture, profile_file
from tests.explaining import ExplainModel
from tests.scores import (
    ENDPOINT,
    FEATURES,
    FOLDER,
    HOUR,
    KIND,
    MODEL,
    SCHEDULED,
    SETTINGS,
    Floats,
    Scores,
    Served,
    booster,
    names,
    scores_of,
    trees,
    usual,
    without_income,
)

SHADOW = {"endpoint": f"{ENDPOINT}-shadow"}
ASKED: dict[str, Any] = {"source": "endpoint", "endpoint": SHADOW, "rows": 250, "baseline_rows": 250}


def named(summary: ExplainabilitySummary) -> set[str]:
    return {each.name for each in summary.body.outputs[0].features if each.named}


def contributions(x: Floats, body: bytes | None = None) -> Floats:
    """XGBoost's own, the last column is the expected value."""
    data = xgboost.DMatrix(x, feature_names=list(FEATURES))
    found: Floats = booster(body or trees()).predict(data, pred_contribs=True).astype(float)
    return found


def test_nothing_has_changed() -> None:
    scores = Scores()
    scores.baseline()
    scores.capture()

    summary = scores.run()

    assert (summary.verdict, summary.rows, summary.evaluated_rows) == ("good", 600, 600)
    body = summary.body
    assert (body.source, body.method, body.explained_by) == ("model", "tree_shap", MODEL)
    assert (body.explained_rows, body.baseline_rows, body.sampled, body.unexplained) == (600, 2_000, False, {})
    [output] = body.outputs
    assert names(summary) == list(FEATURES)
    theirs = np.abs(contributions(usual(600, 2))[:, :-1]).mean(axis=0)
    assert [each.value for each in output.features] == pytest.approx(theirs.tolist(), abs=1e-5)
    assert output.expected_value == pytest.approx(contributions(usual(1, 2))[0, -1], abs=1e-5)
    assert output.auc is not None
    assert output.auc < 0.6
    assert output.ndcg is not None
    assert output.ndcg > 0.99
    assert output.sagemaker == ""
    assert scores.file("constraint_violations.json") == {"version": "1.0", "violations": []}
    analysis = scores.file("analysis.json")["explanations"]["kernel_shap"]["label0"]
    assert analysis["global_shap_values"] == {each.name: each.value for each in output.features}


def test_a_feature_that_dies_is_named() -> None:
    scores = Scores()
    scores.baseline()
    scores.capture(of=without_income)

    summary = scores.run()

    assert summary.verdict == "violations"
    assert "income" in named(summary)
    [finding] = summary.violations
    assert (finding.check, finding.figure, finding.side) == ("feature_attribution_drift_check", "auc", "at_most")
    assert finding.observed is not None
    assert finding.observed > 0.6
    assert "income" in finding.values
    assert "income" in finding.sentence
    [violation] = scores.file("constraint_violations.json")["violations"]
    assert violation["label"] == "label0"
    assert violation["constraint_check_type"] == "feature_attribution_drift_check"


def test_another_model_is_found_and_told() -> None:
    """Its file was replaced: the same rows have other reasons."""
    scores = Scores()
    scores.baseline()
    changed = trees(7, (2.0, 1.5, 0.6, 0.0))  # The weight of debt turns.
    scores.store.put(MODEL, changed)
    scores.capture()

    summary = scores.run()

    assert "debt" in named(summary)
    assert {each.name: each.change for each in summary.body.outputs[0].features}["debt"] == "turned"
    assert any("has changed since the baseline" in note for note in summary.notes)


def test_the_same_model_again_is_not_told_as_another() -> None:
    scores = Scores()
    scores.baseline()
    scores.capture()
    assert scores.run().notes == ()


def busy(rows: int, seed: int) -> Floats:
    """Visits are above the mean in all rows: what they contribute moves, and matters little."""
    found = usual(rows, seed)
    found[:, 3] = np.abs(found[:, 3])
    return found


def test_a_busy_feature_that_hardly_matters_raises_no_violation() -> None:
    scores = Scores()
    scores.baseline()
    scores.capture(of=busy)
    summary = scores.run()
    visits = next(each for each in summary.body.outputs[0].features if each.name == "visits")
    assert visits.share is not None
    assert visits.share < 0.05
    assert summary.verdict == "good"

    # Even such a share counts for those who say so.
    strict = Scores({**SETTINGS, "smallest_share": 0.0, "smallest_auc": 0.5}, store=scores.store)
    strict.baseline()
    assert named(strict.run()) == {"visits"}


def test_an_endpoint_is_asked_and_says_the_same_as_the_model() -> None:
    served = Served()
    scores = Scores(ASKED, predictor=served)
    scores.baseline(400)
    scores.capture(300)

    summary = scores.run()

    assert summary.verdict == "good"
    assert (summary.body.explained_by, summary.body.method) == (f"{ENDPOINT}-shadow", "kernel_shap")
    assert summary.body.explained_rows <= 250
    assert summary.body.sampled
    assert set(names(summary)[:2]) == {"income", "debt"}
    assert max(served.asked) <= 1_000
    # Additive: what the model says is the expected value and all contributions.
    row = summary.body.rows[0]
    [output] = summary.body.outputs
    assert output.expected_value is not None
    assert row.prediction[0] == pytest.approx(output.expected_value + sum(row.attributions[0]), abs=1e-6)

    # Nothing is asked twice.
    served.asked.clear()
    scores.run()
    assert served.asked == []


def test_an_endpoint_whose_model_changed_is_found() -> None:
    scores = Scores(ASKED, predictor=Served())
    scores.baseline(400)
    scores.predictor = Served(trees(7, (2.0, 1.5, 0.6, 0.0)))
    scores.capture(300)
    assert "debt" in named(scores.run())


def test_an_endpoint_that_takes_too_many_requests_is_not_asked_at_all() -> None:
    served = Served()
    scores = Scores({**ASKED, "endpoint": {**SHADOW, "most_requests": 10}}, predictor=served)
    scores.store.put(f"{FOLDER}analysis.json", ANALYSIS)
    scores.settings = {**scores.settings, "kernel": {"baseline": [[0, 0, 0, 0]]}}
    scores.__post_init__()
    scores.capture(300)
    execution = scores.execute()
    assert execution.status is ExecutionStatus.FAILED
    assert "at most 10 requests" in execution.reason
    assert served.asked == []


ANALYSIS = json.dumps(
    {
        "version": "1.0",
        "explanations": {
            "kernel_shap": {
                "label0": {
                    "global_shap_values": {"income": 0.1, "debt": 0.2, "age": 1.0, "visits": 2.0},
                    "expected_value": 0.1,
                }
            }
        },
    }
).encode()
"""As Clarify would write it of another model: the unimportant features come first."""


def test_sagemakers_own_baseline_is_compared_by_its_ranking() -> None:
    scores = Scores()
    scores.store.put(f"{FOLDER}analysis.json", ANALYSIS)
    scores.capture()

    summary = scores.run()

    assert summary.body.comparison == "sagemaker"
    assert summary.body.baseline_rows is None
    [output] = summary.body.outputs
    before = json.loads(ANALYSIS)["explanations"]["kernel_shap"]["label0"]["global_shap_values"]
    order = list(before)
    live = {each.name: each.value for each in output.features}
    expected = ndcg_score([[before[name] for name in order]], [[live[name] for name in order]])
    assert output.ndcg == pytest.approx(expected, abs=1e-12)
    [finding] = summary.violations
    assert (finding.figure, finding.observed, finding.required) == ("ndcg", output.ndcg, 0.9)
    [violation] = scores.file("constraint_violations.json")["violations"]
    assert violation == {
        "label": "label0",
        "metric_name": "shap",
        "constraint_check_type": "feature_attribution_drift_check",
        "description": output.sagemaker,
    }
    assert "0.9" in output.sagemaker


def test_the_default_rule_with_sagemakers_baseline_says_what_is_missing() -> None:
    scores = Scores({**SETTINGS, "comparison": "driftline"})
    scores.store.put(f"{FOLDER}analysis.json", ANALYSIS)
    scores.capture()
    summary = scores.run()
    assert summary.verdict == "not_evaluated"
    assert "comparison: sagemaker" in summary.reason


def test_without_a_baseline_attributions_are_computed_and_nothing_is_compared() -> None:
    scores = Scores()
    scores.capture()
    summary = scores.run()
    assert (summary.verdict, summary.evaluated_rows) == ("not_evaluated", 0)
    assert "no baseline analysis.json" in summary.reason
    assert names(summary) == list(FEATURES)
    assert summary.body.outputs[0].auc is None


@pytest.mark.parametrize("rows", [1, 5, 199])
def test_too_few_rows_say_how_many_are_needed(rows: int) -> None:
    scores = Scores()
    scores.baseline()
    scores.capture(rows)
    summary = scores.run()
    assert (summary.verdict, summary.evaluated_rows) == ("not_evaluated", 0)
    assert f"{rows:,} rows" in summary.reason
    assert "200" in summary.reason


def test_as_many_rows_as_needed_are_judged() -> None:
    scores = Scores()
    scores.baseline()
    scores.capture(200)
    assert scores.run().evaluated_rows == 200


def test_nothing_captured_is_no_verdict() -> None:
    scores = Scores()
    scores.baseline()
    summary = scores.run()
    assert (summary.verdict, summary.rows) == ("not_evaluated", 0)
    assert "nothing was captured" in summary.reason


def lines(scores: Scores, rows: list[str], name: str = "odd.jsonl", output: str = "0.5") -> None:
    """Captures inputs as they are given."""
    key = f"capture/{ENDPOINT}/AllTraffic/2026/03/01/14/{name}"
    body = b"".join(
        csv_capture(HOUR + timedelta(seconds=number), output, row, f"{name}-{number}")
        for number, row in enumerate(rows)
    )
    scores.store.put(key, body)
    profile_file(key, scores.store)


def test_rows_without_the_models_features_are_counted() -> None:
    scores = Scores()
    scores.baseline()
    scores.capture(300)
    side = {"observedContentType": "application/json", "encoding": "JSON"}
    record = {
        "captureData": {
            "endpointInput": {**side, "mode": "INPUT", "data": '{"ping": 1}'},
            "endpointOutput": {**side, "mode": "OUTPUT", "data": '{"score": 0.5}'},
        },
        "eventMetadata": {"eventId": "", "inferenceTime": "2026-03-01T14:05:00Z"},
        "eventVersion": "0",
    }
    body = b""
    for number in range(100):
        record["eventMetadata"] = {"eventId": f"ping-{number}", "inferenceTime": "2026-03-01T14:05:00Z"}
        body += json.dumps(record).encode() + b"\n"
    key = f"capture/{ENDPOINT}/AllTraffic/2026/03/01/14/ping.jsonl"
    scores.store.put(key, body)
    profile_file(key, scores.store)

    summary = scores.run()

    assert (summary.rows, summary.evaluated_rows, summary.body.explained_rows) == (400, 300, 300)
    assert summary.body.unexplained == {"the row has none of the model's features": 100}
    [finding] = [each for each in summary.violations if each.check == "unusable_rows_check"]
    assert finding.observed == 0.25


def test_captures_of_fewer_columns_say_what_is_missing() -> None:
    scores = Scores()
    scores.baseline()
    lines(scores, [",".join(map(str, row)) for row in usual(200, 5)[:, :2]])
    execution = scores.execute()
    assert execution.status is ExecutionStatus.FAILED
    assert "no captured column age, visits" in execution.reason
    assert "captured are income, debt" in execution.reason


def test_captures_that_lack_features_say_which() -> None:
    scores = Scores({**SETTINGS, "features": [*FEATURES, "postcode"]})
    scores.capture()
    execution = scores.execute()
    assert execution.status is ExecutionStatus.FAILED
    assert "postcode" in execution.reason


def test_features_that_the_model_knows_and_the_captures_do_not() -> None:
    scores = Scores({**SETTINGS, "features": ["income", "debt"]})
    scores.capture()
    execution = scores.execute()
    assert execution.status is ExecutionStatus.FAILED
    assert "age" in execution.reason
    assert MODEL in execution.reason


def test_a_text_where_the_model_takes_numbers() -> None:
    scores = Scores()
    scores.baseline()
    scores.capture(300)
    lines(scores, ["much,2.0,3.0,4.0"])
    execution = scores.execute()
    assert execution.status is ExecutionStatus.FAILED
    assert "'much'" in execution.reason
    assert "income" in execution.reason


def test_missing_values_are_explained_as_the_model_takes_them() -> None:
    scores = Scores()
    scores.baseline()
    x = usual(300, 5)
    x[::3, 0] = np.nan
    lines(scores, [",".join("" if np.isnan(cell) else str(cell) for cell in row) for row in x])
    summary = scores.run()
    assert summary.evaluated_rows == 300
    values = {each.name: each.value for each in summary.body.outputs[0].features}
    assert values["income"] == pytest.approx(np.abs(contributions(x)[:, 0]).mean(), abs=1e-5)


@pytest.mark.parametrize(
    ("body", "said"),
    [(b"\x80\x04\x95abc", "pickle"), (b"", "empty"), (b"{}", ""), (b"PK\x03\x04", "")],
    ids=["pickle", "empty", "JSON of something else", "zip"],
)
def test_a_file_that_is_no_model_says_what_is(body: bytes, said: str) -> None:
    scores = Scores()
    scores.baseline()
    scores.store.put(MODEL, body)
    scores.capture()
    execution = scores.execute()
    assert execution.status is ExecutionStatus.FAILED
    assert said in execution.reason
    assert MODEL in execution.reason


def test_no_model_file() -> None:
    scores = Scores()
    scores.capture()
    scores.store.delete(MODEL)
    execution = scores.execute()
    assert execution.status is ExecutionStatus.FAILED
    assert MODEL in execution.reason


def three_classes() -> bytes:
    x = usual(2_000, 3)
    y = np.argmax(np.column_stack([x[:, 0], x[:, 1], x[:, 2]]), axis=1)
    data = xgboost.DMatrix(x, label=y, feature_names=list(FEATURES))
    settings = {"max_depth": 3, "objective": "multi:softprob", "num_class": 3, "nthread": 1}
    return bytes(xgboost.train(settings, data, num_boost_round=8).save_raw("json"))


def test_every_output_is_compared() -> None:
    scores = Scores({**SETTINGS, "label_headers": ["rich", "indebted", "old"]})
    model = three_classes()
    scores.store.put(MODEL, model)
    scores.baseline()
    scores.capture(of=without_income)

    summary = scores.run()

    assert [each.label for each in summary.body.outputs] == ["rich", "indebted", "old"]
    data = xgboost.DMatrix(without_income(600, 2), feature_names=list(FEATURES))
    theirs = np.abs(booster(model).predict(data, pred_contribs=True))[:, :, :-1].mean(axis=0)
    for place, output in enumerate(summary.body.outputs):
        values = {each.name: each.value for each in output.features}
        assert [values[name] for name in FEATURES] == pytest.approx(theirs[place].tolist(), abs=1e-5)
    assert "rich" in {each.subject for each in summary.violations}
    assert list(scores.file("analysis.json")["explanations"]["kernel_shap"]) == ["rich", "indebted", "old"]


def test_a_sample_of_the_rows_is_explained_and_said() -> None:
    scores = Scores({**SETTINGS, "rows": 250, "baseline_rows": 300})
    scores.baseline(600)
    scores.capture(600)
    summary = scores.run()
    assert summary.body.sampled
    assert (summary.rows, summary.body.explained_rows, summary.evaluated_rows) == (600, 250, 250)
    assert summary.body.baseline_rows == 300


def test_the_sample_does_not_depend_on_files() -> None:
    """Nor on what was kept of its hours."""
    whole, parts = (Scores({**SETTINGS, "rows": 250, "baseline_rows": 300}) for _ in range(2))
    x = usual(400, 2).tolist()
    for scores, cuts in ((whole, [(0, 400)]), (parts, [(300, 400), (0, 150), (150, 300)])):
        scores.baseline(600)
        for first, last in cuts:
            key = f"capture/{ENDPOINT}/AllTraffic/2026/03/01/14/{first}.jsonl"
            body = b"".join(
                csv_capture(HOUR + timedelta(seconds=n), "0.5", ",".join(map(str, x[n])), f"id-{n}")
                for n in range(first, last)
            )
            scores.store.put(key, body)
            profile_file(key, scores.store)
            scores.run()
    assert whole.run().body == parts.run().body


def test_windows_that_overlap_explain_each_row_once() -> None:
    window = {"start_offset": "-PT2H", "end_offset": "PT0H"}
    scores = Scores({**SETTINGS, "window": window})
    scores.baseline(300)
    scores.capture(210)
    scores.capture(210, seed=3, hour=HOUR - timedelta(hours=1))
    scores.run()
    tasks = len(ExplainModel(scores.store).tasks)
    results = {key for key in scores.store.objects if key.endswith(".result")}
    scores.capture(210, seed=4, hour=HOUR + timedelta(hours=1))
    later = scores.run(SCHEDULED + timedelta(hours=1))
    assert (later.rows, later.evaluated_rows) == (420, 420)
    new = {key for key in scores.store.objects if key.endswith(".result")} - results
    assert (tasks, len(new)) == (0, 1)


def test_without_a_source_the_document_is_told_what_there_is() -> None:
    scores = Scores({})
    scores.capture()
    execution = scores.execute()
    assert execution.status is ExecutionStatus.FAILED
    assert "has no source" in execution.reason
    assert "source: model" in execution.reason


CONFIG = {
    "dataset_type": "text/csv",
    "headers": ["score", *FEATURES],
    "label": "score",
    "predictor": {"endpoint_name": f"{ENDPOINT}-shadow", "content_type": "text/csv", "accept_type": "text/csv"},
    "methods": {"shap": {"num_samples": 14, "agg_method": "mean_abs", "baseline": [[0, 0, 0, 0]]}},
}


def test_sagemakers_configuration_beside_the_baseline_is_a_source() -> None:
    served = Served()
    scores = Scores({}, predictor=served)
    scores.store.put(f"{FOLDER}analysis_config.json", json.dumps(CONFIG).encode())
    scores.baseline(400)
    scores.capture(250)
    summary = scores.run()
    assert (summary.body.source, summary.body.explained_by) == ("endpoint", f"{ENDPOINT}-shadow")
    assert summary.body.explained_rows == 200
    assert served.asked


def test_a_replay_gives_the_same_bytes() -> None:
    files = []
    for _ in range(2):
        scores = Scores()
        scores.baseline(300)
        scores.capture(210)
        scores.run()
        folder = f"reports/{ENDPOINT}/{KIND}/"
        files.append({key: body for key, body in scores.store.objects.items() if key.startswith(folder)})
    assert files[0] == files[1]


def test_scores_are_what_the_rows_say() -> None:
    """Attributions are log-odds; the prediction is what the endpoint answered."""
    scores = Scores()
    scores.capture(50)
    body = scores.run().body
    assert body.logit
    row = body.rows[0]
    number = int(row.id.rpartition("-")[2])
    assert row.prediction[0] == pytest.approx(scores_of(trees(), usual(50, 2))[number], abs=1e-5)
