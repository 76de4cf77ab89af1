"""The steps that run jobs: processing and training."""

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
                "objective": parameter("Objective"),
                "eval_metric": parameter("EvaluationMetric"),
                "num_round": parameter("Rounds"),
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


def _job(image: str, inputs: Mapping[str, Json], outputs: tuple[str, ...], *, folder: str) -> dict[str, Json]:
    """Arguments of CreateProcessingJob; one folder for each input and each output."""
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
                    "LocalPath": f"{_ROOT}/input/{name}",
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
                        "LocalPath": f"{_ROOT}/output/{name}",
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
