"""The pipeline's definition: what follows on what.

Written out instead of made by SageMaker's SDK, so that it can be read, compared and changed without it. The forms of
the check steps are the SDK's (sagemaker 2, workflow/quality_check_step.py and clarify_check_step.py).
"""

import json
from collections.abc import Mapping

from pipelines.retrain.expressions import Json, from_file, of_step, output_of, parameter
from pipelines.retrain.jobs import clarify_check, model_data, processing, quality_check, report_in, training
from pipelines.retrain.parameters import parameters

VERSION = "2020-12-01"


def definition(defaults: Mapping[str, str] | None = None) -> dict[str, Json]:
    """Process → train → evaluate → good enough? → checks, registration, deployment.

    Args:
        defaults: Values of parameters that are set once, so that a start need not give them.
    """
    return {
        "Version": VERSION,
        "Metadata": {},
        "Parameters": [*parameters(defaults or {})],
        "Steps": [_process(), training("Train", data="Process"), _evaluate(), _quality_gate()],
    }


def to_json(defaults: Mapping[str, str] | None = None) -> str:
    return json.dumps(definition(defaults), indent=2)


def _process() -> Json:
    return processing(
        "Process",
        "preprocess.py",
        arguments={
            "label": parameter("Label"),
            "facet": parameter("Facet"),
            "facet-value": parameter("FacetValue"),
            "until": parameter("WindowEnd"),
            "days": parameter("TrainingDays"),
            "probability-threshold": parameter("ProbabilityThreshold"),
        },
        inputs={"merged": parameter("MergedUri"), "history": parameter("TrainingDataUri")},
        outputs=("train", "validation", "test", "bias-config", "explainability-config"),
    )


def _evaluate() -> Json:
    step = processing(
        "Evaluate",
        "evaluate.py",
        arguments={"threshold": parameter("ProbabilityThreshold")},
        inputs={
            "model": model_data("Train"),
            "test": output_of("Process", "test"),
            "columns": output_of("Process", "bias-config"),
        },
        outputs=("evaluation", "predictions", "baseline"),
    )
    step["PropertyFiles"] = [
        {"PropertyFileName": "Evaluation", "OutputName": "evaluation", "FilePath": "evaluation.json"}
    ]
    return step


def _quality_gate() -> Json:
    return {
        "Name": "QualityGate",
        "Type": "Condition",
        "Arguments": {
            "Conditions": [
                {
                    "Type": "GreaterThanOrEqualTo",
                    "LeftValue": from_file("Evaluate", "Evaluation", "binary_classification_metrics.auc.value"),
                    "RightValue": parameter("MinimumAuc"),
                }
            ],
            "IfSteps": [
                _create_model(),
                quality_check("DataQuality", "DATA_QUALITY", output_of("Evaluate", "baseline"), {}),
                _model_quality(),
                _bias(),
                _explainability(),
                _register(),
                _deploy(),
            ],
            "ElseSteps": [
                {
                    "Name": "NotGoodEnough",
                    "Type": "Fail",
                    "Arguments": {
                        "ErrorMessage": "The AUC of the new model is below MinimumAuc. Nothing was registered."
                    },
                }
            ],
        },
    }


def _container() -> dict[str, Json]:
    return {"Image": parameter("XGBoostImage"), "ModelDataUrl": model_data("Train")}


def _create_model() -> Json:
    """For Clarify alone, which serves it while it asks."""
    return {
        "Name": "CreateModel",
        "Type": "Model",
        "Arguments": {"ExecutionRoleArn": parameter("RoleArn"), "PrimaryContainer": _container()},
    }


def _model_quality() -> Json:
    return quality_check(
        "ModelQuality",
        "MODEL_QUALITY",
        output_of("Evaluate", "predictions"),
        {
            "analysis_type": "MODEL_QUALITY",
            "problem_type": "BinaryClassification",
            "probability_attribute": "probability",
            "probability_threshold_attribute": parameter("ProbabilityThreshold"),
            "ground_truth_attribute": "label",
        },
    )


def _bias() -> Json:
    return clarify_check(
        "Bias",
        "MODEL_BIAS",
        config=output_of("Process", "bias-config"),
        data=output_of("Process", "test"),
        model=of_step("CreateModel", "ModelName"),
        skip=parameter("SkipBiasCheck"),
    )


def _explainability() -> Json:
    """Attributions change with the data as they should, so nothing is compared."""
    return clarify_check(
        "Explainability",
        "MODEL_EXPLAINABILITY",
        config=output_of("Process", "explainability-config"),
        data=output_of("Process", "test"),
        model=of_step("CreateModel", "ModelName"),
        skip=True,
    )


def _register() -> Json:
    """The package carries what adopt_model takes into use: the drift-check baselines and the endpoint's name."""
    quality = {
        part: {
            each: _source(of_step(step, f"BaselineUsedForDriftCheck{each}")) for each in ("Statistics", "Constraints")
        }
        for part, step in (("ModelDataQuality", "DataQuality"), ("ModelQuality", "ModelQuality"))
    }
    bias, explainability = (
        _source(of_step(step, "BaselineUsedForDriftCheckConstraints")) for step in ("Bias", "Explainability")
    )
    return {
        "Name": "Register",
        "Type": "RegisterModel",
        "Arguments": {
            "ModelPackageGroupName": parameter("ModelPackageGroupName"),
            "ModelApprovalStatus": parameter("ModelApprovalStatus"),
            "InferenceSpecification": {
                "Containers": [_container()],
                "SupportedContentTypes": ["text/csv"],
                "SupportedResponseMIMETypes": ["text/csv"],
            },
            "CustomerMetadataProperties": {
                "driftline:endpoint": parameter("Endpoint"),
                "driftline:retraining": parameter("RetrainingId"),
            },
            "ModelMetrics": {
                **quality,
                "Bias": {"PostTrainingReport": _source(report_in("Bias", "analysis_result", "analysis.json"))},
                "Explainability": {"Report": _source(report_in("Explainability", "analysis_result", "analysis.json"))},
            },
            "DriftCheckBaselines": {
                **quality,
                "Bias": {
                    "ConfigFile": _source(report_in("Process", "bias-config", "analysis_config.json")),
                    "PostTrainingConstraints": bias,
                },
                "Explainability": {
                    "ConfigFile": _source(report_in("Process", "explainability-config", "analysis_config.json")),
                    "Constraints": explainability,
                },
            },
        },
    }


def _deploy() -> Json:
    return {
        "Name": "Deploy",
        "Type": "Lambda",
        "FunctionArn": parameter("DeployFunctionArn"),
        "Arguments": {
            "endpoint": parameter("Endpoint"),
            "model_package_arn": of_step("Register", "ModelPackageArn"),
            "captures_uri": parameter("CapturesUri"),
        },
        "OutputParameters": [
            {"OutputName": "outcome", "OutputType": "String"},
            {"OutputName": "endpoint_config", "OutputType": "String"},
        ],
    }


def _source(uri: Json) -> Json:
    return {"ContentType": "application/json", "S3Uri": uri}
