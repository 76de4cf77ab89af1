"""SageMaker's analysis_config.json as a plan, with what the document says of the endpoint's columns."""

import json
from typing import Any

import pytest

from driftline.domain.errors import InvalidInputError
from driftline.domain.explanations.tasks import AskedEndpoint, Kernel
from driftline.kinds.model_explainability.config_plan import plan_of_config
from driftline.kinds.model_explainability.plan import ExplanationPlan, plan_of_settings
from driftline.kinds.model_explainability.settings import ModelExplainabilityMonitor, PartialDependence

CONFIG: dict[str, Any] = {
    "dataset_type": "text/csv",
    "headers": ["income", "age", "city", "approved"],
    "label": "approved",
    "predictor": {
        "endpoint_name": "shadow",
        "content_type": "application/jsonlines",
        "content_template": '{"features":$features}',
        "accept_type": "application/jsonlines",
        "probability": "score",
        "label_headers": ["approved"],
    },
    "methods": {
        "shap": {
            "baseline": [[1, 2, "Rome"]],
            "num_samples": 50,
            "agg_method": "median",
            "use_logit": True,
            "seed": 3,
        }
    },
}


def plan(config: dict[str, Any] | None = None, **settings: Any) -> ExplanationPlan:
    monitor = ModelExplainabilityMonitor.model_validate(settings)
    return plan_of_config(json.dumps(config or CONFIG), monitor, where="beside/analysis_config.json")


def test_everything_is_taken_over() -> None:
    found = plan()
    assert (found.source, found.aggregation, found.labels) == ("endpoint", "median", ("approved",))
    assert found.features == ("income", "age", "city")
    assert set(found.others) == {"approved"}
    assert (found.probability, found.answer) == ("score", "score")
    assert found.dependence is None
    assert found.asked(found.kernel.baseline) == AskedEndpoint(
        name="shadow",
        kernel=Kernel(((1, 2, "Rome"),), samples=50, seed=3, logit=True),
        content_type="application/jsonlines",
        accept="application/jsonlines",
        content_template='{"features":$features}',
        probability="score",
    )


def test_the_document_says_what_the_file_cannot() -> None:
    found = plan_of_config(
        json.dumps(CONFIG),
        ModelExplainabilityMonitor(probability_attribute="chance", label_headers=("yes",)),
        outputs=("chance",),
        inputs=("a", "b", "c"),
    )
    assert (found.probability, found.labels, found.outputs) == ("chance", ("yes",), ("chance",))
    assert found.features == ("a", "b", "c")


def test_partial_dependence_is_taken_over_within_bounds() -> None:
    methods: dict[str, Any] = {"shap": {}, "pdp": {"top_k_features": 300, "grid_resolution": 900}}
    assert plan(CONFIG | {"methods": methods}).dependence == PartialDependence(top_k_features=100, grid_resolution=200)
    methods = {"shap": {}, "pdp": {"features": ["age"]}}
    found = plan(CONFIG | {"methods": methods}).dependence
    assert found is not None
    assert found.features == ("age",)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"predictor": {"model_name": "my-model"}}, "the model my-model"),
        ({"predictor": {}}, "no endpoint"),
        ({"methods": {"shap": {"baseline": "s3://b/baseline.csv"}}}, "in a file, s3://b/baseline.csv"),
        ({"methods": {"post_training_bias": {"methods": "all"}}}, "no explanations are asked for"),
    ],
)
def test_what_driftline_cannot_do_says_what_to_do(change: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInputError) as raised:
        plan(CONFIG | change)
    assert said in str(raised.value)
    assert raised.value.where.startswith("beside/analysis_config.json")
    assert raised.value.mend


def test_a_plan_of_the_document() -> None:
    settings = ModelExplainabilityMonitor.model_validate({"source": "model", "model": "m.json"})
    found = plan_of_settings(settings, ("score",), ("a", "b"))
    assert (found.features, found.outputs, found.explained_by) == (("a", "b"), ("score",), "m.json")
    assert found.dependence == PartialDependence()
    without = settings.model_copy(update={"partial_dependence": False})
    assert plan_of_settings(without, (), ()).dependence is None
    asked = ModelExplainabilityMonitor.model_validate({"source": "endpoint", "endpoint": {"endpoint": "shadow"}})
    assert plan_of_settings(asked, (), ()).dependence is None
    columns = {"income": "phi_income"}
    captured = ModelExplainabilityMonitor.model_validate({"source": "captured", "attribution_columns": columns})
    assert plan_of_settings(captured, ("score",), ("a", "b")).features == ("income",)
