"""The steps that run jobs: processing, training, and SageMaker's checks, which are processing jobs, too."""

from collections.abc import Mapping

from pipelines.retrain.expressions import Json, for_this_run, joined, of_step, output_of, parameter

_ROOT = "/opt/ml/processing"
_HOUR = 3600  # seconds


def processing(
    name: str, script: str, *, arguments: Mapping[str, Json], inputs: Mapping[str, Json], outputs: tuple[str, ...]
) -> dict[str, Json]:
    """A script of steps/, with inputs and outputs in folders of the same names."""
    # Joined, because an argument must not be empty, but a parameter may be.
    flags = [joined(f"--{flag}=", value, by="") for flag, value in arguments.items()]
    return {
        "Name": name,
        "Type": "Processing",
        "Arguments": _job("XGBoostImage", {"code": parameter("CodeUri"), **inputs}, outputs, folder=name)
        | {
            "AppSpecification": {
                "ImageUri": parameter("XGBoostImage"),
                "ContainerEntrypoint": ["python3", f"{_ROOT}/input/code/{script}"],
                "ContainerArguments": flags,
            },
            "StoppingCondition": {"MaxRuntimeInSeconds": _HOUR},
        },
    }


def training(name: str, data: str) -> dict[str, Json]:
    """XGBoost as a SageMaker algorithm: CSV without a header, label first."""
    return {
        "Name": name,
        "Type": "Training",
        "Arguments": {
            "RoleArn": parameter("RoleArn"),
            "AlgorithmSpecification": {"TrainingImage": parameter("XGBoostImage"), "TrainingInputMode": "File"},
            "HyperParameters": {
                "objective": "binary:logistic",
                "eval_metric": "auc",
                "num_round": "200",
                "max_depth": "5",
                "eta": "0.1",
                "subsample": "0.8",
                "early_stopping_rounds": "20",
            },
            "InputDataConfig": [
                {
                    "ChannelName": channel,
                    "ContentType": "text/csv",
                    "DataSource": {
                        "S3DataSource": {
                            "S3DataType": "S3Prefix",
                            "S3Uri": output_of(data, channel),
                            "S3DataDistributionType": "FullyReplicated",
                        }
                    },
                }
                for channel in ("train", "validation")
            ],
            "OutputDataConfig": {"S3OutputPath": for_this_run("model")},
            "ResourceConfig": {
                "InstanceType": parameter("TrainingInstanceType"),
                "InstanceCount": 1,
                "VolumeSizeInGB": 30,
            },
            "StoppingCondition": {"MaxRuntimeInSeconds": _HOUR},
        },
    }


def quality_check(name: str, kind: str, data: Json, environment: Mapping[str, Json]) -> dict[str, Json]:
    """Statistics and constraints of a data set, by Model Monitor's container.

    Nothing is compared, because drift is the reason for the training.

    Args:
        kind: DATA_QUALITY or MODEL_QUALITY.
    """
    arguments = _job("MonitorImage", {"baseline_dataset_input": data}, ("quality_check_output",), folder=name)
    arguments["Environment"] = {
        "output_path": f"{_ROOT}/output",
        "publish_cloudwatch_metrics": "Disabled",
        "dataset_format": '{"csv": {"header": true, "output_columns_position": "START"}}',
        "dataset_source": f"{_ROOT}/input/baseline_dataset_input",
        **environment,
    }
    check: dict[str, Json] = {"SuppliedBaselineStatistics": None, "SuppliedBaselineConstraints": None}
    return _check(name, "QualityCheck", kind, arguments) | {"SkipCheck": True, **check}


def clarify_check(name: str, kind: str, *, config: Json, data: Json, model: Json, skip: Json) -> dict[str, Json]:
    """Bias or attributions of a model, by Clarify's container, compared with the last approved version.

    Args:
        kind: MODEL_BIAS or MODEL_EXPLAINABILITY.
        config: Folder of the analysis_config.json.
        model: Name of the model, which Clarify serves itself.
        skip: Whether to skip the comparison.
    """
    inputs = {"analysis_config": config, "dataset": data}
    folders = {"analysis_config": "config", "dataset": "data"}
    arguments = _job("ClarifyImage", inputs, ("analysis_result",), folder=name, folders=folders)
    check: dict[str, Json] = {"SkipCheck": skip, "SuppliedBaselineConstraints": None, "ModelName": model}
    return _check(name, "ClarifyCheck", kind, arguments) | check


def _check(name: str, step: str, kind: str, arguments: dict[str, Json]) -> dict[str, Json]:
    return {
        "Name": name,
        "Type": step,
        "CheckType": kind,
        "Arguments": arguments,
        "ModelPackageGroupName": parameter("ModelPackageGroupName"),
        "FailOnViolation": True,
        "RegisterNewBaseline": True,
    }


def _job(
    image: str,
    inputs: Mapping[str, Json],
    outputs: tuple[str, ...],
    *,
    folder: str,
    folders: Mapping[str, str] | None = None,
) -> dict[str, Json]:
    """Arguments of CreateProcessingJob. Check containers write to one folder; a script has one folder per output."""
    alone = len(outputs) == 1
    return {
        "RoleArn": parameter("RoleArn"),
        "AppSpecification": {"ImageUri": parameter(image)},
        "ProcessingResources": {
            "ClusterConfig": {
                "InstanceType": parameter("ProcessingInstanceType"),
                "InstanceCount": 1,
                "VolumeSizeInGB": 30,
            }
        },
        "ProcessingInputs": [
            {
                "InputName": name,
                "S3Input": {
                    "S3Uri": uri,
                    "LocalPath": f"{_ROOT}/input/{(folders or {}).get(name, name)}",
                    "S3DataType": "S3Prefix",
                    "S3InputMode": "File",
                    "S3DataDistributionType": "FullyReplicated",
                },
            }
            for name, uri in inputs.items()
        ],
        "ProcessingOutputConfig": {
            "Outputs": [
                {
                    "OutputName": name,
                    "S3Output": {
                        "S3Uri": for_this_run(folder, name),
                        "LocalPath": f"{_ROOT}/output" if alone else f"{_ROOT}/output/{name}",
                        "S3UploadMode": "EndOfJob",
                    },
                }
                for name in outputs
            ]
        },
    }


def model_data(step: str) -> Json:
    """The model.tar.gz of a training step."""
    return of_step(step, "ModelArtifacts.S3ModelArtifacts")


def report_in(check: str, output: str, file: str) -> Json:
    """A file of a check step's output."""
    return joined(output_of(check, output), file)
