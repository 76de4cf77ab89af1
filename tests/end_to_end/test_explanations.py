"""Reasons of a model that change, explained by a function of their own, on the embedded cloud with roles enforced."""

import json
import pickle
from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np
import pytest

from driftline.domain.keys import hour_folder
from driftline.kinds.model_explainability.rules.summary import ExplainabilitySummary, parse_explainability_summary
from tests.captures import csv_capture
from tests.end_to_end.alarmed import START, Place, as_text, open_place
from tests.end_to_end.endpoint import Bucket
from tests.scores import ENDPOINT, FEATURES, FOLDER, KIND, MODEL, Rows, scores_of, trees, usual, without_income

pytestmark = pytest.mark.cloud

SCHEDULED = START + timedelta(hours=1)
ROWS = 600

DOCUMENT = f"""\
endpoint: {ENDPOINT}
columns: {{output: [score], input: [{", ".join(FEATURES)}]}}
monitors:
  {KIND}:
    schedule: cron(0 * ? * * *)
    source: model
    model: {MODEL}
"""


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with open_place() as opened:
        yield opened


def table(rows: int, seed: int, of: Rows = usual) -> list[list[float]]:
    """(score, features) of each row."""
    x = of(rows, seed)
    return [[*map(float, row)] for row in np.column_stack([scores_of(trees(), x), x]).tolist()]


def send_captures(bucket: Bucket, rows: list[list[float]], hour: datetime, name: str) -> None:
    lines = [
        csv_capture(
            hour + timedelta(seconds=5 * n), repr(row[0]), ",".join(map(str, row[1:])), f"{name}-{hour:%d%H}-{n}"
        )
        for n, row in enumerate(rows)
    ]
    bucket.put(f"capture/{ENDPOINT}/AllTraffic/{hour_folder(hour)}{name}.jsonl", b"".join(lines))


def judged(bucket: Bucket, at: datetime = SCHEDULED) -> ExplainabilitySummary:
    folder = f"reports/{ENDPOINT}/{KIND}/{hour_folder(at)}"
    return parse_explainability_summary(bucket.everything(folder)[f"{folder}summary.json"])


def explained(bucket: Bucket) -> set[str]:
    return {key for key in bucket.everything(f"state/explanations/{ENDPOINT}/") if key.endswith(".result")}


def reasons_that_change_reach_people(place: Place) -> None:
    # Given a baseline that explain_model explained, though its data set came before its document and its model
    bucket, cloud = Bucket(place.cloud), place.cloud
    others = len(place.hook.received)  # of tests that ran before, on the same cloud
    lines = [",".join(map(str, row)) for row in table(1_500, 1)]
    bucket.put(f"{FOLDER}input/train.csv", "\n".join([",".join(("score", *FEATURES)), *lines, ""]))
    bucket.put(MODEL, trees())
    cloud.drain()
    bucket.put(f"monitors/{ENDPOINT}.yaml", DOCUMENT)
    cloud.drain()
    files = bucket.everything(FOLDER)
    assert {"analysis.json", "attributions.bin", "explanations_shap/out.csv"} <= {
        key.removeprefix(FOLDER) for key in files
    }
    of_baseline = explained(bucket)
    assert len(of_baseline) == 4  # 1,500 rows in three pieces, and the curves

    # And a quiet hour
    send_captures(bucket, table(ROWS, 2), START, "a")
    cloud.drain()
    cloud.fire_schedule(f"{ENDPOINT}-{KIND}", SCHEDULED)
    cloud.drain()
    quiet = judged(bucket)
    assert (quiet.rows, quiet.evaluated_rows, quiet.verdict) == (ROWS, ROWS, "good")

    # When the income is the same for everyone in the next hour
    later = SCHEDULED + timedelta(hours=1)
    send_captures(bucket, table(ROWS, 3, without_income), SCHEDULED, "b")
    cloud.drain()
    cloud.fire_schedule(f"{ENDPOINT}-{KIND}", later)
    cloud.drain()

    # Then its verdict names it, and nobody waits any more
    changed = judged(bucket, later)
    assert changed.verdict == "violations"
    assert "income" in {each.name for each in changed.body.outputs[0].features if each.named}
    assert bucket.everything(f"state/explanations/{ENDPOINT}/waiting/") == {}
    assert len(explained(bucket)) == len(of_baseline) + 4  # two pieces an hour

    # and people are notified: an alarm, one message, a page
    cloud.tick(later)
    cloud.drain()
    texts = [text for text in map(as_text, place.hook.received[others:]) if ENDPOINT in text]
    [notice, message] = texts
    assert "no monitor document" in notice  # of the data set, when it came first
    assert "income" in message
    folder = f"reports/{ENDPOINT}/{KIND}/{hour_folder(later)}"
    assert "income" in bucket.everything(folder)[f"{folder}report.html"].decode()


def a_late_capture_opens_its_window_and_only_its_rows_are_explained(place: Place) -> None:
    bucket, cloud = Bucket(place.cloud), place.cloud
    before = explained(bucket)

    send_captures(bucket, table(50, 4), START, "late")
    cloud.drain()

    assert judged(bucket).evaluated_rows == ROWS + 50
    assert len(explained(bucket) - before) == 1


def a_pickle_in_the_models_place_is_refused_and_says_how_to_save_the_model(place: Place) -> None:
    bucket, cloud = Bucket(place.cloud), place.cloud
    later = SCHEDULED + timedelta(hours=2)
    bucket.put(MODEL, pickle.dumps({"weights": [1.0, 2.0]}))
    send_captures(bucket, table(ROWS, 5), SCHEDULED + timedelta(hours=1), "c")
    cloud.drain()
    cloud.fire_schedule(f"{ENDPOINT}-{KIND}", later)
    cloud.drain()

    folder = f"reports/{ENDPOINT}/{KIND}/{hour_folder(later)}"
    files = bucket.everything(folder)
    failure = files[f"{folder}failure.json"].decode()
    assert "pickle" in failure
    assert "save_model" in failure
    assert f"{folder}summary.json" not in files
    assert bucket.everything(f"state/explanations/{ENDPOINT}/waiting/") == {}

    # The next one with the right file is explained again.
    bucket.put(MODEL, trees())
    cloud.fire_schedule(f"{ENDPOINT}-{KIND}", later)
    cloud.drain()
    assert judged(bucket, later).evaluated_rows == ROWS


def test_a_model_whose_reasons_change_and_whose_file_is_replaced(place: Place) -> None:
    """One after the other: alarms follow the newest window, and each hour goes on where the last one ended."""
    reasons_that_change_reach_people(place)
    a_late_capture_opens_its_window_and_only_its_rows_are_explained(place)
    a_pickle_in_the_models_place_is_refused_and_says_how_to_save_the_model(place)


def test_an_upload_starts_an_analysis_whose_results_appear_beside_it(place: Place) -> None:
    """Bias of the model's predictions, SHAP and partial dependence; nobody but this folder has new files."""
    bucket, cloud = Bucket(place.cloud), place.cloud
    folder = "analyses/risks/"
    rows = usual(900, 6)
    lines = [",".join(map(str, (*row, int(row[0] > 0), n % 2))) for n, row in enumerate(rows.tolist())]
    config = {
        "label": "good",
        "label_values_or_threshold": [1],
        "facet": [{"name_or_index": "sex", "value_or_threshold": [0]}],
        "methods": {"post_training_bias": {"methods": "all"}, "shap": {}, "pdp": {"top_k_features": 2}},
    }
    bucket.put(f"{folder}input/data.csv", "\n".join([",".join((*FEATURES, "good", "sex")), *lines, ""]))
    bucket.put(f"{folder}model.json", trees())
    cloud.drain()
    bucket.put(f"{folder}analysis_config.json", json.dumps(config))
    cloud.drain()

    files = bucket.everything(folder)
    assert {"analysis.json", "explanations_shap/out.csv", "report.html"} <= {key.removeprefix(folder) for key in files}
    analysis = json.loads(files[f"{folder}analysis.json"])
    assert list(analysis) == ["version", "post_training_bias_metrics", "explanations"]
    assert list(analysis["explanations"]["kernel_shap"]["label0"]["global_shap_values"]) == list(FEATURES)
    assert len(analysis["explanations"]["pdp"]) == 2
    assert bucket.everything("state/explanations/_analysis_risks/waiting/") == {}

    # What reads another bucket is refused, with an error that says so
    bucket.put(f"{folder}analysis_config.json", json.dumps({**config, "dataset_uri": "s3://elsewhere/data.csv"}))
    cloud.drain()
    assert "stack's bucket only" in bucket.everything(folder)[f"{folder}error.json"].decode()

    # and so is an endpoint that the stack's parameter does not name
    cloud.client("s3").delete_object(Bucket=cloud.bucket, Key=f"{folder}model.json")
    asking = {"label": "good", "excluded_columns": ["sex"], "methods": {"shap": {}}}
    asking["predictor"] = {"endpoint_name": "production"}
    bucket.put(f"{folder}analysis_config.json", json.dumps(asking))
    cloud.drain()
    assert "production" in bucket.everything(folder)[f"{folder}error.json"].decode()
