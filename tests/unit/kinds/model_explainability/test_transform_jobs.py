"""Attributions of batch transform jobs, whose rows are the features and then the answer."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from driftline.domain.executions.execution import ExecutionStatus
from driftline.domain.keys import hour_folder
from driftline.kinds.registry import KINDS
from tests.captures import profile_file
from tests.scores import (
    ENDPOINT,
    FEATURES,
    FOLDER,
    HOUR,
    KIND,
    MODEL,
    SETTINGS,
    Rows,
    Scores,
    Served,
    names,
    scores_of,
    usual,
    without_income,
)

NAMED = {**SETTINGS, "features": list(FEATURES)}
SURROGATE = {"source": "surrogate", "features": list(FEATURES)}


def job(settings: Mapping[str, Any] | None = None, predictor: Served | None = None, **columns: list[str]) -> Scores:
    """The bucket of transform jobs: without names of columns unless they are given."""
    scores = Scores(NAMED if settings is None else settings, predictor=predictor)
    document = {"endpoint": ENDPOINT, "columns": columns, "monitors": {KIND: dict(scores.settings)}}
    scores.store.put(f"monitors/{ENDPOINT}.yaml", json.dumps(document).encode())
    return scores


def transformed(scores: Scores, rows: int = 600, of: Rows = usual, answer: bool = True) -> None:
    """A job that joined its input to its output, and the manifest of its data capture."""
    x = of(rows, 2)
    table = np.column_stack([x, scores_of(scores.model, x)] if answer else [x]).tolist()
    scores.store.put("capture/jobs/one.csv.out", "\n".join(",".join(map(str, row)) for row in table).encode())
    key = f"capture/{ENDPOINT}/output/{hour_folder(HOUR)}0f4a.json"
    scores.store.put(key, json.dumps([{"prefix": "s3://bucket/capture/jobs/"}, "one.csv.out"]).encode())
    profile_file(key, scores.store, kinds=KINDS)


def test_rows_of_a_job_have_the_attributions_that_the_same_rows_of_an_endpoint_have() -> None:
    live, batch = Scores(), job()
    for scores in (live, batch):
        scores.baseline()
    live.capture()
    transformed(batch)

    endpoint, of_job = live.run(), batch.run()

    assert (of_job.verdict, of_job.rows, of_job.evaluated_rows) == ("good", 600, 600)
    assert names(of_job) == names(endpoint)
    ours, theirs = (each.body.outputs[0].features for each in (of_job, endpoint))
    assert [each.value for each in ours] == pytest.approx([each.value for each in theirs])


def test_a_feature_that_dies_is_named() -> None:
    scores = job()
    scores.baseline()
    transformed(scores, of=without_income)

    summary = scores.run()

    assert summary.verdict == "violations"
    [finding] = summary.violations
    assert "income" in finding.values


def test_clarifys_configuration_names_the_features() -> None:
    scores = job({})
    config = {
        "dataset_type": "text/csv",
        "headers": [*FEATURES, "score"],
        "label": "score",
        "driftline_model": MODEL,
        "methods": {"shap": {}},
    }
    scores.store.put(f"{FOLDER}analysis_config.json", json.dumps(config).encode())
    transformed(scores)

    summary = scores.run()

    assert names(summary) == list(FEATURES)


def test_the_documents_names_of_all_columns_go_before() -> None:
    scores = job(output=[*reversed(FEATURES), "score"])
    scores.baseline()
    transformed(scores, of=lambda rows, seed: usual(rows, seed)[:, ::-1])

    assert scores.run().evaluated_rows == 600


def test_a_surrogate_learns_the_answer_from_the_columns_behind_the_features() -> None:
    found = []
    for more in ({}, {"probability_attribute": str(len(FEATURES))}):
        scores = job(SURROGATE | more)
        transformed(scores, 800)
        summary = scores.run()
        assert names(summary)[0] == "income"
        found.append(summary.body.outputs)
    assert found[0] == found[1]


def test_an_endpoint_is_asked_about_the_features_alone() -> None:
    served = Served()
    kernel = {"baseline": [[0, 0, 0, 0]]}
    asked = {"endpoint": f"{ENDPOINT}-shadow"}
    scores = job({"source": "endpoint", "endpoint": asked, "features": list(FEATURES), "kernel": kernel}, served)
    transformed(scores, 250)

    assert scores.run().body.explained_rows == 200
    assert served.asked


@pytest.mark.parametrize(
    ("settings", "answer"),
    [(SETTINGS, True), (NAMED, False)],
    ids=["nothing names the features", "there is no answer behind them"],
)
def test_what_may_be_the_output_of_an_endpoint_alone_is_not_explained(
    settings: Mapping[str, Any], answer: bool
) -> None:
    scores = job(settings)
    transformed(scores, answer=answer)

    execution = scores.execute()

    assert execution.status is ExecutionStatus.FAILED
    assert "nothing says which columns of the output are the model's features" in execution.reason
    assert "name the features of a transform job under features" in execution.reason
