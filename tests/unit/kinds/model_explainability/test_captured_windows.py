"""Windows whose attributions were captured: Clarify's explainer in front of the model, or a model that returns them."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xgboost

from driftline.domain.executions.execution import ExecutionStatus
from driftline.domain.keys import hour_folder
from tests.captures import profile_file
from tests.scores import ENDPOINT, FEATURES, FOLDER, HOUR, KIND, Floats, Scores, booster, names, trees, usual

CAPTURED = {"source": "captured"}
COLUMNS = {name: f"phi_{name}" for name in FEATURES}


def explained(rows: int, seed: int, body: bytes | None = None) -> tuple[Floats, Floats, Floats]:
    """(inputs, log-odds, XGBoost's contributions)."""
    x = usual(rows, seed)
    data = xgboost.DMatrix(x, feature_names=list(FEATURES))
    model = booster(body or trees())
    contributions = model.predict(data, pred_contribs=True).astype(float)
    return x, model.predict(data, output_margin=True).astype(float), contributions[:, :-1]


def capture(
    scores: Scores, outputs: list[str], inputs: list[str], name: str = "a.jsonl", mime: str = "text/csv"
) -> None:
    body = b""
    for number, (output, given) in enumerate(zip(outputs, inputs, strict=True)):
        moment = HOUR + timedelta(seconds=number)
        record = {
            "captureData": {
                "endpointInput": {"observedContentType": "text/csv", "encoding": "CSV", "mode": "INPUT", "data": given},
                "endpointOutput": {
                    "observedContentType": mime,
                    "encoding": "JSON" if "json" in mime else "CSV",
                    "mode": "OUTPUT",
                    "data": output,
                },
            },
            "eventMetadata": {"eventId": f"{name}-{number}", "inferenceTime": f"{moment:%Y-%m-%dT%H:%M:%SZ}"},
            "eventVersion": "0",
        }
        body += json.dumps(record).encode() + b"\n"
    key = f"capture/{ENDPOINT}/AllTraffic/{hour_folder(HOUR)}{name}"
    scores.store.put(key, body)
    profile_file(key, scores.store)


def csv(rows: Floats) -> list[str]:
    return [",".join(map(str, row)) for row in rows.tolist()]


def envelopes(margins: Floats, attributions: Floats, *, without: int = 0) -> list[str]:
    """As Clarify's explainer answers each row; the first ones are not explained."""
    found = []
    for number, (margin, row) in enumerate(zip(margins.tolist(), attributions.tolist(), strict=True)):
        of_row = [
            {"attributions": [{"attribution": [value]}], "feature_header": name}
            for name, value in zip(FEATURES, row, strict=True)
        ]
        answer: dict[str, Any] = {
            "explanations": {"kernel_shap": [None if number < without else of_row]},
            "predictions": {"content_type": "text/csv", "data": f"{margin}\n"},
            "version": "1.0",
        }
        found.append(json.dumps(answer))
    return found


def with_baseline(settings: dict[str, Any], rows: int = 1_000) -> Scores:
    """Its data set is Clarify's out.csv with the inputs beside it."""
    scores = Scores(settings)
    x, _, attributions = explained(rows, 1)
    named = settings.get("attribution_columns") or {name: f"{name}_label0" for name in FEATURES}
    lines = [",".join((*FEATURES, *named.values())), *csv(np.column_stack([x, attributions])), ""]
    scores.store.put(f"{FOLDER}input/data.csv", "\n".join(lines).encode())
    from tests.executing import suggest_in  # noqa: PLC0415

    suggest_in(scores.store, ENDPOINT, KIND)
    return scores


def test_explanations_in_the_answers_are_compared() -> None:
    scores = with_baseline(CAPTURED)
    x, margins, attributions = explained(300, 2)
    capture(scores, envelopes(margins, attributions), csv(x), mime="application/json")

    summary = scores.run()

    assert (summary.verdict, summary.evaluated_rows, summary.body.source) == ("good", 300, "captured")
    assert names(summary) == list(FEATURES)
    [output] = summary.body.outputs
    assert [each.value for each in output.features] == pytest.approx(np.abs(attributions).mean(axis=0).tolist())
    assert output.expected_value == pytest.approx(float((margins - attributions.sum(axis=1)).mean()), abs=1e-5)
    row = summary.body.rows[0]
    assert row.values == tuple(str(each) for each in x[int(row.id.rpartition("-")[2])])


def test_an_endpoint_that_explains_few_of_its_answers_is_judged_by_these() -> None:
    scores = with_baseline(CAPTURED | {"rows": 250})
    x, margins, attributions = explained(1_000, 2)
    capture(scores, envelopes(margins, attributions, without=760), csv(x), mime="application/json")

    summary = scores.run()

    assert (summary.rows, summary.evaluated_rows, summary.verdict) == (1_000, 240, "good")
    assert not summary.body.sampled


def test_reasons_that_changed_are_found_in_the_answers() -> None:
    scores = with_baseline(CAPTURED)
    x, margins, attributions = explained(300, 2, trees(7, (2.0, 1.5, 0.6, 0.0)))
    capture(scores, envelopes(margins, attributions), csv(x), mime="application/json")
    summary = scores.run()
    assert summary.verdict == "violations"
    assert "debt" in {each.name for each in summary.body.outputs[0].features if each.named}


def test_rows_that_the_explainer_was_not_asked_for_are_no_trouble() -> None:
    """Clarify's enable_explanations leaves rows out on purpose."""
    scores = with_baseline(CAPTURED)
    x, margins, attributions = explained(400, 2)
    capture(scores, envelopes(margins, attributions, without=150), csv(x), mime="application/json")
    summary = scores.run()
    assert (summary.rows, summary.evaluated_rows, summary.body.unexplained) == (400, 250, {})
    assert summary.verdict == "good"


def test_an_endpoint_without_an_explainer_has_no_verdict() -> None:
    scores = with_baseline(CAPTURED)
    scores.capture(300)
    summary = scores.run()
    assert (summary.evaluated_rows, summary.rows) == (0, 300)
    assert "the row has no attributions (300 rows)" in summary.reason
    assert summary.verdict == "violations"  # not one row could be used


def test_a_real_answer_of_clarify(shared_data: Path) -> None:
    """70 rows of which 8 are explained."""
    answer = (shared_data / "capture_samples/online_tabular.response-5.json").read_text()
    scores = Scores(CAPTURED)
    given = "\n".join(",".join(str(row * column) for column in range(14)) for row in range(70))
    document = {"endpoint": ENDPOINT, "monitors": {KIND: CAPTURED}}
    scores.store.put(f"monitors/{ENDPOINT}.yaml", json.dumps(document).encode())
    capture(scores, [answer], [given], mime="application/json")

    summary = scores.run()

    assert (summary.rows, summary.body.explained_rows, summary.verdict) == (70, 8, "not_evaluated")
    [output] = summary.body.outputs
    assert len(output.features) == 14
    assert output.expected_value == pytest.approx(0.002837406704, abs=1e-9)
    found = json.loads(answer)["explanations"]["kernel_shap"]
    ages = [abs(row[0]["attributions"][0]["attribution"][0]) for row in found if row]
    assert next(each.value for each in output.features if each.name == "Age") == pytest.approx(np.mean(ages))


def outputs(margins: Floats, attributions: Floats) -> list[str]:
    return csv(np.column_stack([margins, attributions]))


def columns(scores: Scores, settings: dict[str, Any]) -> Scores:
    document = {
        "endpoint": ENDPOINT,
        "columns": {"output": ["score", *COLUMNS.values()], "input": list(FEATURES)},
        "monitors": {KIND: settings},
    }
    scores.store.put(f"monitors/{ENDPOINT}.yaml", json.dumps(document).encode())
    return scores


def test_a_model_that_returns_its_attributions() -> None:
    settings = {**CAPTURED, "attribution_columns": COLUMNS}
    scores = columns(with_baseline(settings), settings)
    x, margins, attributions = explained(300, 2)
    capture(scores, outputs(margins, attributions), csv(x))
    summary = scores.run()
    assert (summary.verdict, summary.evaluated_rows) == ("good", 300)
    assert names(summary) == list(FEATURES)


@pytest.mark.parametrize("odd", ["inf", "-inf", "nan", "none of it", "1e999"])
def test_what_is_no_finite_number_is_counted_and_not_used(odd: str) -> None:
    settings = {**CAPTURED, "attribution_columns": COLUMNS}
    scores = columns(with_baseline(settings), settings)
    x, margins, attributions = explained(260, 2)
    answers = outputs(margins, attributions)
    answers[:50] = [f"{answer.rpartition(',')[0]},{odd}" for answer in answers[:50]]
    capture(scores, answers, csv(x))

    summary = scores.run()

    assert (summary.rows, summary.evaluated_rows, sum(summary.body.unexplained.values())) == (260, 210, 50)
    assert "unusable_rows_check" in {each.check for each in summary.violations}
    assert all(np.isfinite(each.value or 0.0) for each in summary.body.outputs[0].features)


def test_a_column_that_was_not_captured_is_named() -> None:
    settings = {**CAPTURED, "attribution_columns": {**COLUMNS, "postcode": "phi_postcode"}}
    scores = columns(Scores(settings), settings)
    x, margins, attributions = explained(20, 2)
    capture(scores, outputs(margins, attributions), csv(x))
    execution = scores.execute()
    assert execution.status is ExecutionStatus.FAILED
    assert "phi_postcode" in execution.reason
    assert "attribution_columns" in execution.reason
