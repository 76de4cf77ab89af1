"""Schedules of SageMaker Model Monitor are imported into a deployed stack, which then runs the monitors."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from statistics import fmean
from typing import Any

import pytest

from driftline.adapters.aws.s3 import S3Store
from driftline.adapters.aws.sagemaker_monitoring import SageMakerMonitoring
from driftline.kinds.registry import KINDS
from driftline.usecases.migration.import_schedules import import_schedules
from driftline.usecases.migration.read_schedules import Account, read_schedules
from local.cloud import EmbeddedCloud
from tests.captures import csv_capture
from tests.end_to_end.endpoint import HOUR, Bucket
from tests.loans import people
from tests.model_monitor import batch_input, deploy, endpoint_input, monitored
from tests.scores import FEATURES as FEATURES_OF_SCORES
from tests.scores import MODEL, Floats, scores_of, trees, without_income

# A cloud of its own costs a dozen seconds; what is imported is tested without one in tests/unit/local/migration.
pytestmark = [pytest.mark.cloud, pytest.mark.long]

OLD = "model-monitor/baselining"
SCHEDULED = HOUR + timedelta(hours=1)
FOLDER = f"{HOUR:%Y/%m/%d/%H}"
FEATURES = [("score", "Fractional"), ("amount", "Fractional"), ("country", "String")]
DATA_CONSTRAINTS = {
    "version": 0.0,
    "features": [{"name": name, "inferred_type": kind, "completeness": 1.0} for name, kind in FEATURES],
    "monitoring_config": {"evaluate_constraints": "Enabled", "emit_metrics": "Enabled"},
}
QUALITY_CONSTRAINTS = {
    "version": 0.0,
    "regression_constraints": {"mae": {"threshold": 0.1, "comparison_operator": "GreaterThanThreshold"}},
}

BIAS_CONFIG = {
    "dataset_type": "text/csv",
    "headers": ["repaid", "age", "sex"],
    "label": "repaid",
    "label_values_or_threshold": [1],
    "facet": [{"name_or_index": "sex", "value_or_threshold": ["Female"]}],
    "methods": {"post_training_bias": {"methods": ["DPPL"]}},
}
BIAS_BASELINE = {
    "version": "1.0",
    "post_training_bias_metrics": {
        "label": "repaid",
        "label_value_or_threshold": "1",
        "facets": {"sex": [{"value_or_threshold": "Female", "metrics": [{"name": "DPPL", "value": 0.0}]}]},
    },
}
SHAP_CONFIG = {
    "dataset_type": "text/csv",
    "headers": [*FEATURES_OF_SCORES, "score"],
    "label": "score",
    "predictor": {"model_name": "risk", "instance_type": "ml.m5.xlarge", "initial_instance_count": 1},
    "methods": {"shap": {"baseline": [[0.0, 0.0, 0.0, 0.0]], "num_samples": 100}},
}
EXPLANATIONS = "model_explainability"
SHAP_VALUES = dict(zip(FEATURES_OF_SCORES, (2.0, 1.5, 0.6, 0.0), strict=True))
"""In the order of the weights that the model was trained with."""

SHAP_BASELINE = {
    "version": "1.0",
    "explanations": {"kernel_shap": {"label0": {"global_shap_values": SHAP_VALUES, "expected_value": 0.5}}},
}


@pytest.fixture(scope="module")
def moved() -> Iterator[EmbeddedCloud]:
    """A stack, in an account whose schedules of endpoints and batch transform jobs were imported into it."""
    with EmbeddedCloud(sagemaker=True, clock=HOUR) as cloud:
        bucket, sagemaker = Bucket(cloud), cloud.client("sagemaker")
        bucket.put(f"{OLD}/data/constraints.json", json.dumps(DATA_CONSTRAINTS))
        bucket.put(f"{OLD}/quality/constraints.json", json.dumps(QUALITY_CONSTRAINTS))
        for folder, config, analysis in (
            ("bias", BIAS_CONFIG, BIAS_BASELINE),
            ("shap", SHAP_CONFIG, SHAP_BASELINE),
        ):
            bucket.put(f"{OLD}/{folder}/analysis_config.json", json.dumps(config))
            bucket.put(f"{OLD}/{folder}/analysis.json", json.dumps(analysis))

        def of_account(file: str) -> str:
            return f"s3://{cloud.bucket}/{OLD}/{file}"

        def baseline(folder: str, file: str = "constraints.json") -> dict[str, Any]:
            return {"ConstraintsResource": {"S3Uri": of_account(f"{folder}/{file}")}}

        deploy(sagemaker, "shop", f"s3://{cloud.bucket}/capture")
        labels = f"s3://{cloud.bucket}/ground-truth/shop"
        answers = endpoint_input("shop", InferenceAttribute="0")
        monitored(sagemaker, "DataQuality", "old-data", endpoint_input("shop"), baseline=baseline("data"))
        monitored(
            sagemaker,
            "ModelQuality",
            "old-quality",
            answers,
            app={"ProblemType": "Regression"},
            baseline=baseline("quality"),
            ground_truth=labels,
        )
        for kind, name, folder in (("ModelBias", "credit", "bias"), ("ModelExplainability", "risk", "shap")):
            deploy(sagemaker, name, f"s3://{cloud.bucket}/capture")
            monitored(
                sagemaker,
                kind,
                f"old-{folder}",
                endpoint_input(name, InferenceAttribute="0"),
                app={"ConfigUri": of_account(f"{folder}/analysis_config.json")},
                baseline=baseline(folder, "analysis.json"),
                ground_truth=f"s3://{cloud.bucket}/ground-truth/{name}",
            )
        batches = batch_input(f"s3://{cloud.bucket}/capture/batches")
        monitored(sagemaker, "DataQuality", "old-batches", batches, baseline=baseline("data"))
        scored = batch_input(f"s3://{cloud.bucket}/capture/scored", InferenceAttribute="0")
        explained = {"ConfigUri": of_account("shap/analysis_config.json")}
        values = baseline("shap", "analysis.json")
        monitored(sagemaker, "ModelExplainability", "old-scored", scored, app=explained, baseline=values)

        def opened(bucket: str) -> S3Store:
            return S3Store(bucket, cloud.client("s3"))

        account = Account(SageMakerMonitoring(sagemaker), opened, cloud.bucket)
        found = read_schedules(account, (), kinds=KINDS, step=lambda _: None)
        imported = import_schedules(found, opened(cloud.bucket), kinds=KINDS)
        assert {each.state for endpoint in imported for each in endpoint.schedules} == {"added"}
        cloud.drain()
        yield cloud


def fired(cloud: EmbeddedCloud, endpoint: str, monitor: str) -> dict[str, Any]:
    """The envelope of the execution that the schedule starts."""
    cloud.fire_schedule(f"{endpoint}-{monitor}", SCHEDULED)
    cloud.drain()
    return dict(Bucket(cloud).json(f"reports/{endpoint}/{monitor}/{SCHEDULED:%Y/%m/%d/%H}/summary.json"))


def violations(cloud: EmbeddedCloud, endpoint: str, monitor: str) -> list[tuple[str, str]]:
    folder = f"reports/{endpoint}/{monitor}/{SCHEDULED:%Y/%m/%d/%H}/"
    found = Bucket(cloud).json(f"{folder}constraint_violations.json")["violations"]
    return [(each.get("feature_name") or each["metric_name"], each["constraint_check_type"]) for each in found]


def test_the_stack_takes_the_imported_documents(moved: EmbeddedCloud) -> None:
    monitors = {"shop-data_quality", "shop-model_quality", "batches-data_quality", "credit-model_bias"}
    assert monitors <= set(moved.schedules())
    for endpoint in ("shop", "batches", "credit", "risk", "scored"):
        assert Bucket(moved).json(f"monitors/{endpoint}.status.json")["status"] == "ok"


def test_the_monitors_of_an_endpoint_give_the_verdicts_that_sagemakers_rules_give(moved: EmbeddedCloud) -> None:
    bucket = Bucket(moved)
    # Given a third of whole numbers where decimals are expected, and predictions that are off by one
    amounts = ["1.5", "2.5", "3"] * 10
    at = [HOUR + timedelta(seconds=number) for number in range(len(amounts))]
    lines = [csv_capture(t, "0.5", f"{amount},de", f"id-{t:%M%S}") for t, amount in zip(at, amounts, strict=True)]
    bucket.put(f"capture/shop/all/{FOLDER}/00-00-000-a.jsonl", b"".join(lines))
    labels = [
        {
            "groundTruthData": {"data": "1.5", "encoding": "CSV"},
            "eventMetadata": {"eventId": f"id-{t:%M%S}"},
            "eventVersion": "0",
        }
        for t in at
    ]
    bucket.put(f"ground-truth/shop/{FOLDER}/labels.jsonl", "\n".join(map(json.dumps, labels)))
    moved.drain()
    # When the schedules fire
    data, quality = fired(moved, "shop", "data_quality"), fired(moved, "shop", "model_quality")
    # Then SageMaker's strict types and thresholds decide
    assert (data["rows"], quality["evaluated_rows"]) == (30, 30)
    assert violations(moved, "shop", "data_quality") == [("amount", "data_type_check")]
    assert violations(moved, "shop", "model_quality") == [("mae", "GreaterThanThreshold")]
    # And the metrics have the names that the old alarms know
    found = moved.client("cloudwatch").list_metrics(Namespace="aws/sagemaker/Endpoints/model-metrics")["Metrics"]
    dimensions = {each["Name"]: each["Value"] for metric in found for each in metric["Dimensions"]}
    assert "mae" in {metric["MetricName"] for metric in found}
    assert (dimensions["Endpoint"], dimensions["MonitoringSchedule"]) == ("shop", "old-quality")


def test_the_monitor_of_batch_transform_jobs_reads_what_their_manifests_list(moved: EmbeddedCloud) -> None:
    bucket = Bucket(moved)
    ended = (HOUR + timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
    rows = [f"0.5,{amount},de,id-{number},{ended}" for number, amount in enumerate(["1.5", "many"])]
    bucket.put("capture/files/a.csv.out", "\n".join(rows))
    manifest = [{"prefix": f"s3://{moved.bucket}/capture/files/"}, "a.csv.out"]
    bucket.put(f"capture/batches/output/{FOLDER}/m.json", json.dumps(manifest))
    moved.drain()
    assert fired(moved, "batches", "data_quality")["rows"] == 2
    assert violations(moved, "batches", "data_quality") == [("amount", "data_type_check")]


def test_bias_is_found_by_the_configuration_and_the_baseline_that_clarify_had(moved: EmbeddedCloud) -> None:
    bucket = Bucket(moved)
    # Given an hour in which women are approved half as often as men
    rows = people(600, 2, women_approved=0.25)
    at = [HOUR + timedelta(seconds=5 * number) for number in range(len(rows))]
    lines = [
        csv_capture(t, str(each.approved), f"{each.age},{each.sex}", f"loan-{n}")
        for n, (t, each) in enumerate(zip(at, rows, strict=True))
    ]
    bucket.put(f"capture/credit/all/{FOLDER}/00-00-000-a.jsonl", b"".join(lines))
    labels = [
        {
            "groundTruthData": {"data": str(each.repaid), "encoding": "CSV"},
            "eventMetadata": {"eventId": f"loan-{number}"},
            "eventVersion": "0",
        }
        for number, each in enumerate(rows)
    ]
    bucket.put(f"ground-truth/credit/{FOLDER}/labels.jsonl", "\n".join(map(json.dumps, labels)))
    moved.drain()
    # When the schedule fires
    found = fired(moved, "credit", "model_bias")
    # Then the share of approved men less that of women is what it is in the rows, and more than in the baseline
    assert (found["rows"], found["coverage"]) == (600, 1.0)
    shares = {sex: fmean(each.approved for each in rows if each.sex == sex) for sex in ("Male", "Female")}
    analysis = Bucket(moved).json(f"reports/credit/model_bias/{SCHEDULED:%Y/%m/%d/%H}/analysis.json")
    [women] = analysis["post_training_bias_metrics"]["facets"]["sex"]
    values = {each["name"]: each["value"] for each in women["metrics"]}
    assert values["DPPL"] == pytest.approx(shares["Male"] - shares["Female"])
    assert "DPPL" in str(violations(moved, "credit", "model_bias"))
    # And the metric has the name and the dimensions that the old alarms know
    metrics = moved.client("cloudwatch").list_metrics(Namespace="aws/sagemaker/Endpoints/bias-metrics")["Metrics"]
    dimensions = {each["Name"]: each["Value"] for metric in metrics for each in metric["Dimensions"]}
    assert (dimensions["Endpoint"], dimensions["MonitoringSchedule"]) == ("credit", "old-bias")


def captured_scores(cloud: EmbeddedCloud, x: Floats, scores: list[float]) -> None:
    """Of the endpoint."""
    lines = [
        csv_capture(HOUR + timedelta(seconds=5 * n), repr(score), ",".join(map(str, row)), f"risk-{n}")
        for n, (score, row) in enumerate(zip(scores, x.tolist(), strict=True))
    ]
    Bucket(cloud).put(f"capture/risk/all/{FOLDER}/00-00-000-a.jsonl", b"".join(lines))


def joined_scores(cloud: EmbeddedCloud, x: Floats, scores: list[float]) -> None:
    """Of a transform job, whose rows are its input and then the answer."""
    rows = [",".join(map(str, [*row, score])) for score, row in zip(scores, x.tolist(), strict=True)]
    Bucket(cloud).put("capture/files/scored.csv.out", "\n".join(rows))
    manifest = [{"prefix": f"s3://{cloud.bucket}/capture/files/"}, "scored.csv.out"]
    Bucket(cloud).put(f"capture/scored/output/{FOLDER}/m.json", json.dumps(manifest))


@pytest.mark.parametrize(("endpoint", "capture"), [("risk", captured_scores), ("scored", joined_scores)])
def test_explanations_go_on_once_the_models_file_is_named(
    moved: EmbeddedCloud, endpoint: str, capture: Callable[[EmbeddedCloud, Floats, list[float]], None]
) -> None:
    bucket = Bucket(moved)
    # Given a configuration whose model Clarify would have started: the monitor waits for what the report says
    config, document = f"baselines/{endpoint}/{EXPLANATIONS}/analysis_config.json", f"monitors/{endpoint}.yaml"
    assert "    enabled: false\n" in bucket.everything(document)[document].decode()
    bucket.put(MODEL, trees())
    bucket.put(config, json.dumps({**bucket.json(config), "driftline_model": MODEL}))
    bucket.put(document, bucket.everything(document)[document].decode().replace("    enabled: false\n", ""))
    moved.drain()
    assert bucket.json(f"monitors/{endpoint}.status.json")["status"] == "ok"
    # And an hour whose most important feature says nothing any more
    x = without_income(400, 3)
    capture(moved, x, scores_of(trees(), x).tolist())
    moved.drain()
    # When the schedule fires
    found = fired(moved, endpoint, EXPLANATIONS)
    # Then the ranking of features is another one than in Clarify's baseline
    assert found["evaluated_rows"] == 400
    analysis = bucket.json(f"reports/{endpoint}/{EXPLANATIONS}/{SCHEDULED:%Y/%m/%d/%H}/analysis.json")
    values = analysis["explanations"]["kernel_shap"]["label0"]["global_shap_values"]
    assert sorted(values, key=values.get, reverse=True)[:2] == ["debt", "age"]
    assert violations(moved, endpoint, EXPLANATIONS)
