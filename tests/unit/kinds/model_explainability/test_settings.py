"""What a document may say of an attribution drift monitor, and the errors for what it may not."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from driftline.domain.documents.parse import parse_document
from driftline.domain.errors import InvalidInputError
from driftline.kinds.model_explainability.settings import BASELINE_ROWS, ROWS, ModelExplainabilityMonitor
from driftline.kinds.registry import KINDS

MODEL: dict[str, Any] = {"source": "model", "model": "models/m.json"}
ASKED: dict[str, Any] = {"source": "endpoint", "endpoint": {"endpoint": "shadow"}}


def monitor(**fields: Any) -> ModelExplainabilityMonitor:
    return ModelExplainabilityMonitor.model_validate(fields)


@pytest.mark.parametrize(
    "fields",
    [{}, MODEL, ASKED, {"source": "surrogate"}, {"source": "captured"}],
    ids=["of analysis_config.json", "model", "endpoint", "surrogate", "captured"],
)
def test_each_source_with_its_defaults(fields: dict[str, Any]) -> None:
    found = monitor(**fields)
    source = found.source or "endpoint"
    assert (found.most_rows(source), found.most_baseline_rows(source)) == (ROWS[source], BASELINE_ROWS[source])
    assert found.label_delay is None


def test_more_rows_on_request() -> None:
    found = monitor(**MODEL, rows=500, baseline_rows=600)
    assert (found.most_rows("model"), found.most_baseline_rows("model")) == (500, 600)


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"source": "model"}, "source model without a model"),
        ({"source": "captured", "model": "m.json"}, "source captured with a model"),
        ({"model": "m.json"}, "source of analysis_config.json with a model"),
        ({"source": "endpoint"}, "source endpoint without an endpoint"),
        ({**MODEL, "endpoint": {"endpoint": "shadow"}}, "source model with an endpoint"),
        ({**MODEL, "attribution_columns": {"a": "phi_a"}}, "attribution_columns of another source"),
        ({"source": "shap"}, "Input should be"),
        ({**MODEL, "rows": 9}, "greater than or equal to 10"),
        ({**MODEL, "rows": True}, "valid integer"),
        ({**MODEL, "rows": 100_001}, "less than or equal to"),
        ({**MODEL, "smallest_auc": 0.4}, "greater than or equal to 0.5"),
        ({**MODEL, "smallest_auc": float("nan")}, "finite number"),
        ({**MODEL, "smallest_share": 1.5}, "less than or equal to 1"),
        ({**MODEL, "comparison": "ndcg"}, "Input should be"),
        ({**MODEL, "metrics": "some"}, "Input should be"),
        ({**MODEL, "agg_method": "mean"}, "Input should be"),
        ({**MODEL, "features": [""]}, "at least 1 character"),
        ({**MODEL, "partial_dependence": True}, "Input should be"),
        ({**MODEL, "partial_dependence": {"grid_resolution": 1}}, "greater than or equal to 2"),
        ({**ASKED, "kernel": {"baseline": [[1]], "num_clusters": 2}}, "both baseline and num_clusters"),
        ({**ASKED, "kernel": {"num_samples": 0}}, "greater than or equal to 1"),
        ({**ASKED, "kernel": {"seed": -1}}, "greater than or equal to 0"),
        ({**ASKED, "endpoint": {"endpoint": "shadow", "rows_per_request": 0}}, "greater than or equal to 1"),
        ({**ASKED, "endpoint": {"endpoint": "shadow", "most_requests": 0}}, "greater than or equal to 1"),
        ({**ASKED, "endpoint": {}}, "Field required"),
        ({**MODEL, "unknown": 1}, "Extra inputs"),
    ],
)
def test_what_cannot_be(fields: dict[str, Any], found: str) -> None:
    with pytest.raises(ValidationError, match=found):
        monitor(**fields)


def test_a_document_s_error_says_where_and_what_to_do() -> None:
    document = json.dumps({"endpoint": "risk", "monitors": {"model_explainability": {"source": "model"}}})
    with pytest.raises(InvalidInputError) as raised:
        parse_document(document, where="monitors/risk.yaml", model=KINDS.document)
    text = str(raised.value)
    assert "monitors/risk.yaml" in text
    assert "model_explainability" in text
    assert "source: model with model, the model's file" in text


def test_sagemakers_rule_is_asked_for_by_comparison() -> None:
    assert monitor(**MODEL, comparison="sagemaker").as_sagemaker
    assert not monitor(**MODEL).as_sagemaker


def test_figures_of_features_are_open() -> None:
    found = monitor(**MODEL)
    assert found.has_figure("feature_age")
    assert found.has_figure("ndcg")
    assert not found.has_figure("feature_")
    assert not found.has_figure("age")


def test_an_attribute_that_no_output_has_is_doubted() -> None:
    assert monitor(source="surrogate", probability_attribute="chance").doubts(["score", "label"])
    assert monitor(source="surrogate", probability_attribute="score").doubts(["score", "label"]) == ()
    assert monitor(source="surrogate", probability_attribute="chance").doubts([]) == ()
