"""Monitoring schedules as monitors: each field, and what is left out."""

from datetime import UTC, datetime
from typing import Any

import pytest

from driftline.domain.capture.captured import Captured, CaptureState
from driftline.domain.errors import InvalidInputError
from driftline.domain.migration.source import (
    SourceSchedule,
    inline_definition,
    named_definition,
    source_schedule,
)
from driftline.domain.migration.translate import translate
from driftline.domain.migration.translated import CapturePlace, TranslatedMonitor
from driftline.kinds.registry import KINDS
from driftline.usecases.migration.read_schedules import monitor_types
from tests.model_monitor import TYPES, batch_input, definition, endpoint_input
from tests.model_monitor import inline_definition as inline

CAPTURES = Captured(CaptureState.ON, destination="s3://captures/data/capture")


def source(kind: str, inputs: dict[str, Any], *, status: str = "Scheduled", **more: Any) -> SourceSchedule:
    """A schedule as SageMaker describes it."""
    schedule = more.pop("schedule", {"ScheduleExpression": "cron(0 * ? * * *)"})
    described = definition(kind, "definition", inputs, **more)
    return source_schedule(schedule_of(kind, schedule, status), named_definition(described, kind))


def schedule_of(kind: str, schedule: dict[str, str] | None, status: str = "Scheduled") -> dict[str, Any]:
    config: dict[str, Any] = {"MonitoringJobDefinitionName": "definition"}
    return {
        "MonitoringScheduleName": "hourly",
        "MonitoringScheduleStatus": status,
        "MonitoringType": kind,
        "CreationTime": datetime(2024, 1, 1, tzinfo=UTC),
        "MonitoringScheduleConfig": config | ({"ScheduleConfig": schedule} if schedule else {}),
    }


def translated(
    schedule: SourceSchedule, capture: Captured | None = CAPTURES, own_bucket: str | None = "stack"
) -> TranslatedMonitor:
    kind = monitor_types(KINDS)[schedule.monitoring_type]
    return translate(schedule, kind, capture, own_bucket=own_bucket, comparison="sagemaker")


def left_out(monitor: TranslatedMonitor) -> dict[str, str]:
    return {each.what: each.value for each in monitor.left_out}


@pytest.mark.parametrize("kind", TYPES)
def test_every_type_becomes_a_valid_monitor_with_the_names_that_alarms_know(kind: str) -> None:
    app = {"ProblemType": "BinaryClassification"} if kind == "ModelQuality" else None
    inputs = endpoint_input("shop", InferenceAttribute="0", ProbabilityAttribute="1", ProbabilityThresholdAttribute=0.7)
    found = translated(source(kind, inputs, app=app))
    settings = KINDS.named(found.kind).settings.model_validate(found.fields)
    names = {
        "DataQuality": ("data_quality", "aws/sagemaker/Endpoints/data-metrics"),
        "ModelQuality": ("model_quality", "aws/sagemaker/Endpoints/model-metrics"),
        "ModelBias": ("model_bias", "aws/sagemaker/Endpoints/bias-metrics"),
        "ModelExplainability": ("model_explainability", "aws/sagemaker/Endpoints/explainability-metrics"),
    }
    assert (found.kind, settings.namespace) == names[kind]
    assert (found.endpoint, settings.schedule_name, settings.schedule) == ("shop", "hourly", "cron(0 * ? * * *)")
    assert (settings.enabled, settings.as_sagemaker) == (True, True)
    assert found.fields["metrics"] == "all"
    assert found.capture == CapturePlace("captures", "data/capture/")
    if kind in TYPES[1:3]:
        assert found.fields["probability_threshold_attribute"] == 0.7
        assert (found.fields["inference_attribute"], found.fields["probability_attribute"]) == ("0", "1")
        assert left_out(found)["GroundTruthS3Input"] == "s3://labels/shop"


@pytest.mark.parametrize(
    ("schedule", "inputs", "window"),
    [
        ({}, {}, None),
        ({}, {"StartTimeOffset": "-P1D", "EndTimeOffset": "-PT1H"}, ("-P1D", "-PT1H")),
        ({"DataAnalysisStartTime": "-PT8H", "DataAnalysisEndTime": "-PT0H"}, {}, ("-PT8H", "-PT0H")),
        ({"DataAnalysisStartTime": "-PT8H"}, {"StartTimeOffset": "-P1D"}, ("-PT8H", "PT0H")),
    ],
)
def test_windows_are_kept(schedule: dict[str, str], inputs: dict[str, str], window: tuple[str, str] | None) -> None:
    given = {"ScheduleExpression": "cron(0 3 ? * * *)", **schedule}
    found = translated(source("DataQuality", endpoint_input("shop", **inputs), schedule=given))
    expected = None if window is None else {"start_offset": window[0], "end_offset": window[1]}
    assert found.fields.get("window") == expected
    KINDS.named("data_quality").settings.model_validate(found.fields)


@pytest.mark.parametrize(
    ("schedule", "status", "expression", "enabled"),
    [
        ({"ScheduleExpression": "cron(0 17/12 ? * * *)"}, "Scheduled", "cron(0 17/12 ? * * *)", True),
        ({"ScheduleExpression": "cron(0 * ? * * *)"}, "Stopped", "cron(0 * ? * * *)", False),
        ({"ScheduleExpression": "cron(0 * ? * * *)"}, "Failed", "cron(0 * ? * * *)", True),
        ({"ScheduleExpression": "NOW"}, "Scheduled", "cron(0 0 ? * * *)", False),
        (None, "Scheduled", "cron(0 0 ? * * *)", True),
    ],
)
def test_schedules_are_kept(schedule: dict[str, str] | None, status: str, expression: str, enabled: bool) -> None:
    found = translated(source("DataQuality", endpoint_input("shop"), status=status, schedule=schedule))
    assert (found.fields["schedule"], found.fields.get("enabled", True)) == (expression, enabled)
    assert ("ScheduleExpression" in left_out(found)) == (schedule is None or schedule["ScheduleExpression"] == "NOW")


@pytest.mark.parametrize(
    ("environment", "metrics"),
    [
        (None, "all"),
        ({"publish_cloudwatch_metrics": "Enabled"}, "all"),
        ({"publish_cloudwatch_metrics": "Disabled"}, "none"),
    ],
)
def test_metrics_are_those_that_were_published(environment: dict[str, str] | None, metrics: str) -> None:
    app = {"Environment": environment} if environment else {}
    assert translated(source("DataQuality", endpoint_input("shop"), app=app)).fields["metrics"] == metrics


@pytest.mark.parametrize(
    ("destination", "place", "said"),
    [
        ("s3://captures", CapturePlace("captures", ""), True),
        ("s3://captures/a/b/", CapturePlace("captures", "a/b/"), True),
        ("s3://stack/capture", CapturePlace(None, "capture/"), False),
        ("s3://stack/elsewhere", None, True),
    ],
)
def test_captures_stay_where_they_are(destination: str, place: CapturePlace | None, said: bool) -> None:
    found = translated(
        source("DataQuality", endpoint_input("shop")), Captured(CaptureState.ON, destination=destination)
    )
    assert found.capture == place
    assert ("DestinationS3Uri" in left_out(found)) == said


def test_the_monitor_of_an_endpoint_that_is_gone_is_not_enabled() -> None:
    found = translated(source("DataQuality", endpoint_input("shop")), None)
    assert left_out(found)["EndpointName"] == "shop"
    assert found.fields["enabled"] is False
    assert found.capture is None


@pytest.mark.parametrize(
    "capture",
    [Captured(CaptureState.OFF), Captured(CaptureState.STOPPED, destination="s3://a/b")],
    ids=["off", "stopped"],
)
def test_an_endpoint_that_captures_nothing_is_said(capture: Captured) -> None:
    found = translated(source("DataQuality", endpoint_input("shop")), capture)
    assert found.capture is None
    assert "DataCaptureConfig" in left_out(found)


@pytest.mark.parametrize("kind", TYPES)
def test_batch_transform_jobs_are_named_after_the_folder_of_their_captures(kind: str) -> None:
    app = {"ProblemType": "Regression"} if kind == "ModelQuality" else None
    inputs = batch_input("s3://captures/data/churn", InferenceAttribute="0")
    found = translated(source(kind, inputs, app=app), None)
    assert (found.endpoint, found.capture) == ("churn", CapturePlace("captures", "data/"))
    assert str(found.fields["namespace"]).startswith("aws/sagemaker/ModelMonitoring/")
    assert "dimensions of metrics" in left_out(found)
    KINDS.named(found.kind).settings.model_validate(found.fields)


def test_a_batch_transform_job_without_a_folder_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="no name for an endpoint"):
        translated(source("DataQuality", batch_input("s3://captures")), None)


def test_all_that_has_no_counterpart_is_said() -> None:
    environment = {"publish_cloudwatch_metrics": "Enabled", "categorical_drift_method": "ChiSquared"}
    network = {"EnableNetworkIsolation": True, "VpcConfig": {"SecurityGroupIds": ["sg-1"], "Subnets": ["s-1", "s-2"]}}
    cluster = {"InstanceCount": 2, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 30, "VolumeKmsKeyId": "volume-key"}
    found = translated(
        source(
            "DataQuality",
            endpoint_input("shop", FeaturesAttribute="instances[*]", ExcludeFeaturesAttribute="id, 3"),
            app={"Environment": environment, "ContainerArguments": ["--fast"]},
            DataQualityJobOutputConfig={
                "MonitoringOutputs": [{"S3Output": {"S3Uri": "s3://out", "LocalPath": "/opt"}}],
                "KmsKeyId": "output-key",
            },
            NetworkConfig=network,
            JobResources={"ClusterConfig": cluster},
            StoppingCondition={"MaxRuntimeInSeconds": 1800},
        )
    )
    assert left_out(found) == {
        "DestinationS3Uri": "s3://captures/data/capture/",
        "ExcludeFeaturesAttribute": "3",
        "ClusterConfig": "2 x ml.m5.large, 30 GB",
        "StoppingCondition": "1800 s",
        "RoleArn": "arn:aws:iam::123456789012:role/monitoring",
        "MonitoringOutputs": "s3://out",
        "MonitoringOutputConfig.KmsKeyId": "output-key",
        "ClusterConfig.VolumeKmsKeyId": "volume-key",
        "NetworkConfig": "EnableNetworkIsolation",
        "NetworkConfig.VpcConfig": "SecurityGroupIds: sg-1; Subnets: s-1, s-2",
        "ContainerEntrypoint, ContainerArguments": "--fast",
        "FeaturesAttribute": "instances[*]",
        "Environment.categorical_drift_method": "ChiSquared",
    }
    assert found.exclude == ("id",)


def test_a_container_of_ones_own_is_no_monitor() -> None:
    with pytest.raises(InvalidInputError, match="a container of your own"):
        translated(source("DataQuality", endpoint_input("shop"), app={"ImageUri": "1.dkr.ecr/ours:1"}))


def test_baselines_and_scripts_are_wanted_from_where_they_are() -> None:
    baseline = {
        "ConstraintsResource": {"S3Uri": "s3://baselines/a/constraints.json"},
        "StatisticsResource": {"S3Uri": "s3://baselines/b/statistics.json"},
    }
    app = {
        "RecordPreprocessorSourceUri": "s3://code/my script.py",
        "PostAnalyticsProcessorSourceUri": "s3://code/after.py",
    }
    found = translated(source("DataQuality", endpoint_input("shop"), baseline=baseline, app=app))
    assert {each.name: each.uris for each in found.baseline} == {
        "statistics.json": ("s3://baselines/b/statistics.json",),
        "constraints.json": ("s3://baselines/a/constraints.json",),
    }
    scripts = {field: (each.name, each.uris) for field, each in found.scripts.items()}
    assert scripts == {
        "preprocess": ("my-script.py", ("s3://code/my script.py",)),
        "postprocess": ("after.py", ("s3://code/after.py",)),
    }


def test_statistics_are_looked_for_beside_constraints_that_are_named_alone() -> None:
    baseline = {"ConstraintsResource": {"S3Uri": "s3://baselines/a/constraints.json"}}
    app = {"ProblemType": "Regression"}
    found = translated(source("ModelQuality", endpoint_input("shop"), baseline=baseline, app=app))
    statistics, constraints = found.baseline
    assert (statistics.uris, statistics.stated) == (("s3://baselines/a/statistics.json",), False)
    assert (constraints.uris, constraints.stated) == (("s3://baselines/a/constraints.json",), True)


def test_clarify_brings_its_analysis_and_its_configuration() -> None:
    baseline = {"ConstraintsResource": {"S3Uri": "s3://baselines/bias/analysis.json"}}
    app = {"ConfigUri": "s3://configs/bias/analysis_config.json"}
    found = translated(source("ModelBias", endpoint_input("shop", InferenceAttribute="0"), baseline=baseline, app=app))
    assert {each.name: each.uris for each in found.baseline} == {
        "analysis.json": ("s3://baselines/bias/analysis.json",),
        "analysis_config.json": ("s3://configs/bias/analysis_config.json",),
    }


def test_a_definition_inside_its_schedule_says_the_same_as_one_by_name() -> None:
    environment = {"publish_cloudwatch_metrics": "Disabled", "problem_type": "Regression"}
    described = inline(endpoint_input("shop", InferenceAttribute="0"), Environment=environment)
    for kind in TYPES[:2]:
        by_name = source(kind, endpoint_input("shop", InferenceAttribute="0"), app={"Environment": environment})
        schedule = {"ScheduleExpression": "cron(0 * ? * * *)"}
        inside = source_schedule(schedule_of(kind, schedule), inline_definition(described, "hourly"))
        expected = {**translated(by_name).fields}
        if kind == "ModelQuality":
            expected["problem_type"] = "Regression"  # that of a definition by name is a field of its own
        assert translated(inside).fields == expected


def test_what_is_no_schedule_is_said() -> None:
    with pytest.raises(InvalidInputError, match="SageMaker's description cannot be read: input") as raised:
        named_definition({"JobDefinitionName": "broken"}, "DataQuality")
    assert raised.value.where == "job definition broken"
