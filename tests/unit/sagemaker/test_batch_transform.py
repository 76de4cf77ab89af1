"""A transform job that is monitored: rows of its output files, and their labels, by the ids that the job made."""

import json
from pathlib import Path

import pytest
from sklearn import metrics

from driftline.domain.errors import InvalidInputError
from driftline.sagemaker import (
    BatchTransformInput,
    DatasetFormat,
    DefaultModelMonitor,
    ModelQualityMonitor,
    MonitoringDatasetFormat,
)

HOUR = "2026/03/02/10"
ROWS = [(number, f"{number % 7}.5", round(number % 11 / 10, 1), number % 3 % 2) for number in range(120)]
"""(a, b, probability, label)"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "place"
    folder.mkdir()
    monkeypatch.setenv("DRIFTLINE_STORE", str(folder))
    return folder


def written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def transformed(place: Path, *, ids: bool) -> None:
    """Input and output joined, as `join_source="Input"` does; ids and the job's time as GenerateInferenceId adds them."""
    more = ",id-{},2026-03-02T10:20:30Z" if ids else ""
    lines = [f"{a},{b},{p}{more.format(at)}\n" for at, (a, b, p, _) in enumerate(ROWS)]
    written(place / "outputs" / "rows.csv.out", "".join(lines))
    manifest = [{"prefix": "s3://any/outputs/"}, "rows.csv.out"]
    written(place / "capture" / "nightly" / "output" / HOUR / "manifest.json", json.dumps(manifest))
    written(place / "capture" / "nightly" / "input" / HOUR / "manifest.json", "[]")


def job(place: Path, **more: object) -> BatchTransformInput:
    return BatchTransformInput(
        data_captured_destination_s3_uri=f"{place}/capture/nightly/",
        destination="/opt/ml/processing/input",
        dataset_format=MonitoringDatasetFormat.csv(header=False),
        **more,  # type: ignore[arg-type]
    )


def test_data_quality_of_the_joined_rows(place: Path, tmp_path: Path) -> None:
    data = written(tmp_path / "train.csv", "a,b,score\n" + "".join(f"{a},{b},{p}\n" for a, b, p, _ in ROWS))
    monitor = DefaultModelMonitor()
    monitor.suggest_baseline(data, DatasetFormat.csv(header=True))
    monitor.create_monitoring_schedule(
        batch_transform_input=job(place, start_time_offset="-PT6H", end_time_offset="-PT0H"),
        schedule_cron_expression="cron(0 * ? * * *)",
    )
    assert (monitor.endpoint_name, monitor.monitoring_schedule_name) == ("nightly", "nightly-data_quality")
    assert 'window: {start_offset: "-PT6H"' in (place / "monitors" / "nightly.yaml").read_text()
    transformed(place, ids=False)
    execution = monitor.run_schedule_now()[0]
    assert execution.describe()["ExitMessage"] == "Completed: Job completed successfully with no violations."
    features = execution.statistics().body_dict["features"]
    assert [each["name"] for each in features] == ["a", "b", "score"]
    assert features[0]["numerical_statistics"]["sum"] == sum(a for a, *_ in ROWS)


def test_model_quality_joins_labels_by_the_ids_of_the_job(place: Path, tmp_path: Path) -> None:
    data = written(
        tmp_path / "validation.csv", "label,probability\n" + "".join(f"{label},{p}\n" for *_, p, label in ROWS)
    )
    monitor = ModelQualityMonitor()
    monitor.suggest_baseline(
        data,
        DatasetFormat.csv(header=True),
        "BinaryClassification",
        probability_attribute="probability",
        probability_threshold_attribute=0.5,
        ground_truth_attribute="label",
    )
    monitor.create_monitoring_schedule(
        batch_transform_input=job(place, probability_attribute="2", probability_threshold_attribute=0.5),
        ground_truth_input=str(place / "ground-truth" / "nightly"),
        problem_type="BinaryClassification",
        schedule_cron_expression="cron(0 * ? * * *)",
    )
    transformed(place, ids=True)
    labels = [
        {"groundTruthData": {"data": str(label), "encoding": "CSV"}, "eventMetadata": {"eventId": f"id-{at}"}}
        for at, (*_, label) in enumerate(ROWS)
    ]
    lines = "".join(json.dumps({**each, "eventVersion": "0"}) + "\n" for each in labels)
    written(place / "ground-truth" / "nightly" / HOUR / "labels.jsonl", lines)

    (execution,) = monitor.run_schedule_now()
    found = execution.statistics().body_dict["binary_classification_metrics"]
    truth, predicted = [label for *_, label in ROWS], [int(p > 0.5) for *_, p, _ in ROWS]
    assert found["accuracy"]["value"] == pytest.approx(metrics.accuracy_score(truth, predicted))
    assert found["auc"]["value"] == pytest.approx(metrics.roc_auc_score(truth, [p for *_, p, _ in ROWS]))


def test_the_document_may_say_where_captures_are(place: Path) -> None:
    """A folder stands for any bucket."""
    document = (
        "endpoint: nightly\ncapture: {bucket: lake, prefix: jobs/}\nmonitors:\n"
        "  model_quality: {problem_type: Regression, inference_attribute: 0}\n"
    )
    written(place / "monitors" / "nightly.yaml", document)
    monitor = DefaultModelMonitor()
    with pytest.raises(InvalidInputError, match=r"jobs/nightly"):
        monitor.create_monitoring_schedule(batch_transform_input=job(place))
    there = job(place)
    there.data_captured_destination_s3_uri = f"{place}/jobs/nightly"
    monitor.create_monitoring_schedule(batch_transform_input=there)
    assert "data_quality" in (place / "monitors" / "nightly.yaml").read_text()
    with pytest.raises(InvalidInputError, match="the schedule is for nightly"):
        monitor.update_monitoring_schedule(endpoint_input="other")
    there.start_time_offset = "-PT3H"
    monitor.update_monitoring_schedule(batch_transform_input=there)
    assert 'start_offset: "-PT3H"' in (place / "monitors" / "nightly.yaml").read_text()


def test_files_of_the_baseline_may_be_named_by_where_the_notebook_wanted_them(place: Path, tmp_path: Path) -> None:
    """SageMaker's notebooks on transform jobs do."""
    data = written(tmp_path / "train.csv", "a,b,score\n" + "".join(f"{a},{b},{p}\n" for a, b, p, _ in ROWS))
    monitor = DefaultModelMonitor()
    with pytest.warns(UserWarning, match="output_s3_uri"):
        monitor.suggest_baseline(data, DatasetFormat.csv(header=True), output_s3_uri="s3://lake/baselining/results/")
    monitor.create_monitoring_schedule(
        "shop",
        statistics="s3://lake/baselining/results/statistics.json",
        constraints="s3://lake/baselining/results/constraints.json",
    )
    for name, expected in (
        ("statistics.json", monitor.baseline_statistics()),
        ("constraints.json", monitor.suggested_constraints()),
    ):
        file = place / "baselines" / "shop" / "data_quality" / name
        assert json.loads(file.read_text()) == expected.body_dict
    with pytest.raises(InvalidInputError, match="cannot be read"):
        monitor.update_monitoring_schedule(constraints=str(tmp_path / "constraints.json"))
