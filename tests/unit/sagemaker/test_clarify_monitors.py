"""Notebooks that watch bias and attributions, typed as calls: from the baseline to the violations of a window."""

import json
import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import numpy as np
import pytest
import xgboost

from driftline.adapters.aws.s3 import S3Store
from driftline.domain.documents.parse import parse_document
from driftline.domain.errors import InvalidInputError
from driftline.domain.keys import hour_folder
from driftline.kinds.registry import KINDS
from driftline.sagemaker import (
    BatchTransformInput,
    BiasAnalysisConfig,
    BiasConfig,
    Constraints,
    CronExpressionGenerator,
    DataConfig,
    DefaultModelMonitor,
    EndpointInput,
    ExplainabilityAnalysisConfig,
    ModelBiasMonitor,
    ModelConfig,
    ModelExplainabilityMonitor,
    ModelPredictedLabelConfig,
    MonitoringDatasetFormat,
    MonitoringExecution,
    Session,
    SHAPConfig,
)
from tests.answering import answering
from tests.aws import fake_aws
from tests.captures import csv_capture
from tests.loans import ENDPOINT, HOUR, Person, people
from tests.places import REPOSITORY
from tests.scores import FEATURES, booster, trees, usual, without_income

GROUPS = BiasConfig([1], "sex", ["Female"])
INPUT = EndpointInput(ENDPOINT, "/opt/ml/processing/input/endpoint", inference_attribute="0")
HOURLY = CronExpressionGenerator.hourly()


def loans(folder: Path, rows: Sequence[Person], **more: Any) -> DataConfig:
    folder.mkdir(exist_ok=True)
    lines = ["repaid,approved,sex,age", *(f"{p.repaid},{p.approved},{p.sex},{p.age}" for p in rows)]
    (folder / "loans.csv").write_text("\n".join(lines) + "\n")
    headers = ["repaid", "approved", "sex", "age"]
    return DataConfig(str(folder / "loans.csv"), str(folder / "out"), label="repaid", headers=headers, **more)


def captured(place: Path, rows: Sequence[tuple[str, str]], labels: Sequence[object] = ()) -> None:
    """(answer, row) of an hour, and what happened then."""
    capture = place / "capture" / ENDPOINT / "AllTraffic" / hour_folder(HOUR) / "a.jsonl"
    capture.parent.mkdir(parents=True)
    step = timedelta(seconds=1)
    capture.write_bytes(b"".join(csv_capture(HOUR + step * n, *row, f"id-{n}") for n, row in enumerate(rows)))
    truth = place / "ground-truth" / ENDPOINT / hour_folder(HOUR) / "a.jsonl"
    truth.parent.mkdir(parents=True)
    lines = (
        {
            "groundTruthData": {"data": str(label), "encoding": "CSV"},
            "eventMetadata": {"eventId": f"id-{number}"},
            "eventVersion": "0",
        }
        for number, label in enumerate(labels)
    )
    truth.write_text("".join(json.dumps(line) + "\n" for line in lines))


def transformed(place: Path, rows: Sequence[str], answer: int) -> BatchTransformInput:
    """A job, whose rows are the features and then the answer."""
    files, manifests = place / "outputs", place / "capture" / ENDPOINT / "output" / hour_folder(HOUR)
    for folder in (files, manifests):
        folder.mkdir(parents=True)
    (files / "a.csv.out").write_text("\n".join(rows))
    (manifests / "m.json").write_text(json.dumps([{"prefix": "s3://any/outputs/"}, "a.csv.out"]))
    csv = MonitoringDatasetFormat.csv(header=False)
    return BatchTransformInput(
        f"{place}/capture/{ENDPOINT}", "/opt/ml/processing/input", csv, inference_attribute=str(answer)
    )


def approvals(rows: Sequence[Person]) -> dict[str, float]:
    """DPPL and DI, of the rows themselves."""
    women = np.array([p.sex == "Female" for p in rows])
    approved = np.array([p.approved for p in rows])
    of_women, of_others = approved[women].mean(), approved[~women].mean()
    return {"DPPL": of_others - of_women, "DI": of_women / of_others}


def metrics(analysis: dict[str, Any]) -> dict[str, float]:
    [group] = analysis["post_training_bias_metrics"]["facets"]["sex"]
    return {each["name"]: each["value"] for each in group["metrics"] if each["name"] in {"DPPL", "DI"}}


def written_by(execution: MonitoringExecution, name: str) -> dict[str, Any]:
    assert execution.output.destination is not None
    return dict(json.loads((Path(execution.output.destination) / name).read_text()))


class TestBias:
    def test_from_the_baseline_to_the_violation(self, tmp_path: Path) -> None:
        place, fair = tmp_path / "place", people(2_000, seed=1)
        place.mkdir()
        monitor = ModelBiasMonitor(sagemaker_session=Session(place))
        data = loans(tmp_path / "data", fair, predicted_label="approved")
        job = monitor.suggest_baseline(data_config=data, bias_config=GROUPS, model_config=None, job_name="january")
        job.wait(logs=False)
        constraints = monitor.suggested_constraints()
        assert metrics(constraints.body_dict) == pytest.approx(approvals(fair))
        there = json.loads((tmp_path / "data" / "out" / "analysis.json").read_text())
        assert there == constraints.body_dict

        monitor.create_monitoring_schedule(
            endpoint_input=INPUT,
            ground_truth_input=str(place / "ground-truth" / ENDPOINT),
            constraints=constraints,
            monitor_schedule_name="fairness",
            schedule_cron_expression=HOURLY,
        )
        assert (place / "monitors" / f"{ENDPOINT}.yaml").read_text() == (
            f"endpoint: {ENDPOINT}\n"
            "monitors:\n"
            "  model_bias:\n"
            '    schedule: "cron(0 * ? * * *)"\n'
            "    schedule_name: fairness\n"
            '    inference_attribute: "0"\n'
            "    metrics: totals\n"
        )
        unfair = people(2_000, seed=2, women_approved=0.2)
        captured(place, [(str(p.approved), f"{p.sex},{p.age}") for p in unfair], [p.repaid for p in unfair])
        [execution] = monitor.run_schedule_now()
        assert execution.describe()["MonitoringExecutionStatus"] == "CompletedWithViolations"
        assert metrics(written_by(execution, "analysis.json")) == pytest.approx(approvals(unfair))
        violations = monitor.latest_monitoring_constraint_violations()
        assert violations is not None
        assert {"DPPL", "DI"} <= {each["metric_name"] for each in violations.body_dict["violations"]}
        summary = written_by(execution, "summary.json")
        assert summary["body"]["comparison"] == "driftline", "the copied baseline is known as one of ours"

    def test_a_quiet_window_is_quiet(self, tmp_path: Path) -> None:
        """By Driftline's rule: SageMaker's would ring for any metric that is further from 0 than at the baseline.

        The facet is named by its place in the data set, which is another one in captures.
        """
        monitor = ModelBiasMonitor(sagemaker_session=Session(tmp_path))
        monitor.suggest_baseline(
            loans(tmp_path, people(2_000, seed=1), predicted_label="approved"), BiasConfig([1], 2, ["Female"]), None
        )
        monitor.create_monitoring_schedule(
            INPUT, str(tmp_path / "ground-truth" / ENDPOINT), None, None, None, None, HOURLY
        )
        same = people(2_000, seed=5)
        captured(tmp_path, [(str(p.approved), f"{p.sex},{p.age}") for p in same], [p.repaid for p in same])
        [execution] = monitor.run_schedule_now()
        assert execution.describe()["MonitoringExecutionStatus"] == "Completed"
        summary = written_by(execution, "summary.json")
        assert (summary["evaluated_rows"], summary["body"]["comparison"]) == (2_000, "driftline")

    def test_what_the_model_answers_is_asked_of_its_endpoint(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """An endpoint that gives its approval to people above 50; `age` is the last cell."""
        rows = people(300, seed=1)
        config = loans(tmp_path, rows, excluded_columns=["approved", "sex"])
        monitor = ModelBiasMonitor(sagemaker_session=Session(tmp_path))

        def answer(body: str) -> tuple[int, bytes]:
            ages = [int(line.rpartition(",")[2]) for line in body.splitlines()]
            return 200, "\n".join(str(age / 100) for age in ages).encode()

        with answering(answer) as server:
            for name, value in server.environment().items():
                monkeypatch.setenv(name, value)
            model = ModelConfig(endpoint_name="shadow", content_type="text/csv")
            monitor.suggest_baseline(
                config, GROUPS, model, ModelPredictedLabelConfig(probability=0, probability_threshold=0.5)
            )
        decided = [Person(p.sex, p.age, int(p.age > 50), p.repaid) for p in rows]
        assert metrics(monitor.suggested_constraints().body_dict) == pytest.approx(approvals(decided))
        monitor.create_monitoring_schedule(ENDPOINT, str(tmp_path / "ground-truth" / ENDPOINT))
        document = (tmp_path / "monitors" / f"{ENDPOINT}.yaml").read_text()
        assert 'probability_attribute: "0"\n    probability_threshold_attribute: 0.5\n' in document, (
            "as at the baseline"
        )

    def test_update_stop_attach_and_delete(self, tmp_path: Path) -> None:
        session = Session(tmp_path)
        DefaultModelMonitor(sagemaker_session=session).create_monitoring_schedule(ENDPOINT)
        monitor = ModelBiasMonitor(sagemaker_session=session)
        truth = str(tmp_path / "ground-truth" / ENDPOINT)
        given = BiasAnalysisConfig(GROUPS, headers=["repaid", "sex", "age"], label="repaid")
        monitor.create_monitoring_schedule(INPUT, truth, given, monitor_schedule_name="fairness")
        config = tmp_path / "baselines" / ENDPOINT / "model_bias" / "analysis_config.json"
        assert json.loads(config.read_text()) == {
            "label_values_or_threshold": [1],
            "facet": [{"name_or_index": "sex", "value_or_threshold": ["Female"]}],
            "headers": ["repaid", "sex", "age"],
            "label": "repaid",
        }
        again = ModelBiasMonitor.attach("fairness", sagemaker_session=session)
        again.update_monitoring_schedule(
            analysis_config=BiasAnalysisConfig(BiasConfig([1], "sex", ["Male"])), schedule_cron_expression=HOURLY
        )
        assert json.loads(config.read_text())["facet"][0]["value_or_threshold"] == ["Male"]
        assert len(list((config.parent / "replaced").iterdir())) == 1
        again.stop_monitoring_schedule()
        described = again.describe_schedule()
        assert (described["MonitoringType"], described["MonitoringScheduleStatus"]) == ("ModelBias", "Stopped")
        assert described["MonitoringScheduleConfig"]["ScheduleConfig"]["ScheduleExpression"] == HOURLY  # type: ignore[index]
        assert again.list_executions() == []
        again.delete_monitoring_schedule()
        assert "model_bias" not in (tmp_path / "monitors" / f"{ENDPOINT}.yaml").read_text()
        assert "data_quality" in (tmp_path / "monitors" / f"{ENDPOINT}.yaml").read_text()

    def test_a_transform_job(self, tmp_path: Path) -> None:
        place, unfair = tmp_path / "place", people(600, seed=2, women_approved=0.25)
        place.mkdir()
        monitor = ModelBiasMonitor(sagemaker_session=Session(place))
        data = loans(tmp_path / "data", people(2_000, seed=1), predicted_label="approved")
        monitor.suggest_baseline(data_config=data, bias_config=GROUPS, model_config=None)
        job = transformed(place, [f"{p.sex},{p.age},{p.approved}" for p in unfair], 2)
        monitor.create_monitoring_schedule(
            batch_transform_input=job,
            ground_truth_input=str(place / "ground-truth" / ENDPOINT),
            schedule_cron_expression=HOURLY,
        )
        [execution] = monitor.run_schedule_now()
        assert metrics(written_by(execution, "analysis.json")) == pytest.approx(approvals(unfair))
        assert execution.describe()["MonitoringExecutionStatus"] == "CompletedWithViolations"


def risks(folder: Path, x: np.ndarray) -> DataConfig:
    folder.mkdir(exist_ok=True)
    lines = (f"{int(row[0] > 0)}," + ",".join(map(str, row)) for row in x.tolist())
    (folder / "risks.csv").write_text("".join(f"{line}\n" for line in lines))
    return DataConfig(str(folder / "risks.csv"), str(folder / "out"), label="default", headers=["default", *FEATURES])


def scored(x: np.ndarray) -> list[tuple[str, str]]:
    scores = booster(trees()).predict(xgboost.DMatrix(x, feature_names=list(FEATURES)))
    return [(str(score), ",".join(map(str, row))) for score, row in zip(scores.tolist(), x.tolist(), strict=True)]


def contributions(x: np.ndarray) -> dict[str, float]:
    """XGBoost's own, as Clarify adds them up."""
    found = booster(trees()).predict(xgboost.DMatrix(x, feature_names=list(FEATURES)), pred_contribs=True)
    return dict(zip(FEATURES, np.abs(found[:, :-1]).mean(axis=0).tolist(), strict=True))


def shap_values(analysis: dict[str, Any]) -> dict[str, float]:
    return dict(analysis["explanations"]["kernel_shap"]["label0"]["global_shap_values"])


class TestExplainability:
    def test_from_the_baseline_to_the_violation(self, tmp_path: Path) -> None:
        place, model, x = tmp_path / "place", tmp_path / "model.json", usual(600, seed=1)
        place.mkdir()
        model.write_bytes(trees())
        monitor = ModelExplainabilityMonitor(sagemaker_session=Session(place))
        monitor.suggest_baseline(
            data_config=risks(tmp_path / "data", x),
            explainability_config=SHAPConfig(agg_method="mean_abs"),
            model_config=ModelConfig(model_name=str(model), instance_count=1, instance_type="ml.m5.xlarge"),
            job_name="january",
        )
        found = shap_values(monitor.suggested_constraints().body_dict)
        assert found == pytest.approx(contributions(x), abs=1e-5)

        monitor.create_monitoring_schedule(EndpointInput(ENDPOINT, "/opt"), schedule_cron_expression=HOURLY)
        config = place / "baselines" / ENDPOINT / "model_explainability" / "analysis_config.json"
        assert json.loads(config.read_text())["headers"] == list(FEATURES), "without the label"
        [kept] = (place / "models").rglob("*.json")
        assert kept.read_bytes() == trees()
        assert json.loads(config.read_text())["driftline_model"] == kept.relative_to(place).as_posix()
        model.unlink()

        changed = without_income(600, seed=2)
        captured(place, scored(changed))
        [execution] = monitor.run_schedule_now()
        assert shap_values(written_by(execution, "analysis.json")) == pytest.approx(contributions(changed), abs=1e-5)
        assert execution.describe()["MonitoringExecutionStatus"] == "CompletedWithViolations"
        violations = monitor.latest_monitoring_constraint_violations()
        assert violations is not None
        assert [each["constraint_check_type"] for each in violations.body_dict["violations"]] == [
            "feature_attribution_drift_check"
        ]

    def test_a_transform_job(self, tmp_path: Path) -> None:
        (tmp_path / "model.json").write_bytes(trees())
        monitor = ModelExplainabilityMonitor(sagemaker_session=Session(tmp_path))
        model = ModelConfig(str(tmp_path / "model.json"))
        monitor.suggest_baseline(risks(tmp_path / "data", usual(600, seed=1)), SHAPConfig(), model)
        changed = without_income(600, seed=2)
        job = transformed(tmp_path, [f"{row},{score}" for score, row in scored(changed)], 4)
        monitor.create_monitoring_schedule(batch_transform_input=job, schedule_cron_expression=HOURLY)
        [execution] = monitor.run_schedule_now()
        assert shap_values(written_by(execution, "analysis.json")) == pytest.approx(contributions(changed), abs=1e-5)
        assert execution.describe()["MonitoringExecutionStatus"] == "CompletedWithViolations"

    def test_a_quiet_window_is_quiet(self, tmp_path: Path) -> None:
        (tmp_path / "model.json").write_bytes(trees())
        monitor = ModelExplainabilityMonitor(sagemaker_session=Session(tmp_path))
        model = ModelConfig(str(tmp_path / "model.json"))
        monitor.suggest_baseline(risks(tmp_path, usual(600, seed=1)), SHAPConfig(), model)
        constraints = monitor.suggested_constraints()
        monitor.create_monitoring_schedule(ENDPOINT, constraints=constraints, schedule_cron_expression=HOURLY)
        captured(tmp_path, scored(usual(600, seed=2)))
        [execution] = monitor.run_schedule_now()
        assert execution.describe()["MonitoringExecutionStatus"] == "Completed"
        summary = written_by(execution, "summary.json")
        assert summary["evaluated_rows"] == 600
        assert summary["body"]["comparison"] == "driftline", "attributions.bin came along with the same analysis.json"

    def test_an_endpoint_is_asked_about_the_window(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Of a linear model, a feature contributes its weight times its distance from the baseline."""
        weights, x = np.array([2.0, -1.5, 0.6, 0.0]), usual(30, seed=1)

        def answer(body: str) -> tuple[int, bytes]:
            rows = np.array([[float(cell) for cell in line.split(",")] for line in body.splitlines()])
            return 200, "\n".join(map(str, (rows @ weights).tolist())).encode()

        monitor = ModelExplainabilityMonitor(sagemaker_session=Session(tmp_path))
        shap = SHAPConfig(baseline=[[0.0, 0.0, 0.0, 0.0]], num_samples=14)
        with answering(answer) as server:
            for name, value in server.environment().items():
                monkeypatch.setenv(name, value)
            model = ModelConfig(endpoint_name="shadow", content_type="text/csv", accept_type="text/csv")
            monitor.suggest_baseline(risks(tmp_path, x), shap, model, model_scores=0)
            monitor.create_monitoring_schedule(ENDPOINT, schedule_cron_expression=HOURLY)
            window = usual(20, seed=2)
            captured(tmp_path, [(str(row @ weights), ",".join(map(str, row.tolist()))) for row in window])
            [execution] = monitor.run_schedule_now()
        for analysis, rows in (
            (monitor.suggested_constraints().body_dict, x),
            (written_by(execution, "analysis.json"), window),
        ):
            expected = np.abs(rows * weights).mean(axis=0).tolist()
            assert shap_values(analysis) == pytest.approx(dict(zip(FEATURES, expected, strict=True)), abs=1e-9)


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Store]:
    with fake_aws(monkeypatch):
        boto3.client("s3").create_bucket(Bucket="stack")
        monkeypatch.setenv("DRIFTLINE_STORE", "s3://stack")
        yield S3Store("stack")


def test_over_a_bucket_the_baseline_goes_where_the_stack_reads_it(store: S3Store, tmp_path: Path) -> None:
    bias, why = ModelBiasMonitor(), ModelExplainabilityMonitor()
    bias.suggest_baseline(loans(tmp_path, people(300, seed=1), predicted_label="approved"), GROUPS, None)
    (tmp_path / "model.json").write_bytes(trees())
    why.suggest_baseline(risks(tmp_path, usual(50, seed=1)), SHAPConfig(), ModelConfig(str(tmp_path / "model.json")))
    keys = {each.key for each in store.list("")}
    assert not [key for key in keys if "/input/" in key or key.endswith(("analysis_config.json", ".yaml"))]
    bias.create_monitoring_schedule(INPUT, f"s3://stack/ground-truth/{ENDPOINT}")
    why.create_monitoring_schedule(ENDPOINT, constraints=why.suggested_constraints())
    of_bias = {"analysis.json", "analysis_config.json", "groups.json", "suggestion.json"}
    of_why = {
        "analysis.json",
        "analysis_config.json",
        "attributions.bin",
        "explanations_shap/out.csv",
        "suggestion.json",
    }
    for kind, files in (("model_bias", of_bias), ("model_explainability", of_why)):
        folder = f"baselines/{ENDPOINT}/{kind}/"
        assert {each.key.removeprefix(folder) for each in store.list(folder)} == files
    document = store.get(f"monitors/{ENDPOINT}.yaml").body.decode()
    assert "model_bias:" in document
    assert "model_explainability:" in document
    config = json.loads(store.get(f"baselines/{ENDPOINT}/model_explainability/analysis_config.json").body)
    assert store.get(config["driftline_model"]).body == trees()


SHAP = SHAPConfig()

REFUSED: dict[str, tuple[type[ModelBiasMonitor | ModelExplainabilityMonitor], dict[str, Any], str]] = {
    "no configuration": (ModelBiasMonitor, {}, "no analysis_config, and no baseline was suggested"),
    "labels elsewhere": (
        ModelBiasMonitor,
        {"analysis_config": BiasAnalysisConfig(GROUPS), "ground_truth_input": "s3://elsewhere/labels"},
        "labels are not read there",
    ),
    "a file that is none": (ModelBiasMonitor, {"analysis_config": "/none/analysis_config.json"}, "cannot be read"),
    "both an endpoint and a job": (
        ModelBiasMonitor,
        {"analysis_config": BiasAnalysisConfig(GROUPS), "batch_transform_input": object()},
        "an endpoint and a transform job",
    ),
    "a facet that is no column": (
        ModelBiasMonitor,
        {"analysis_config": BiasAnalysisConfig(GROUPS, headers=["repaid", "age"])},
        "'sex' is not in headers",
    ),
    "a model by its name": (
        ModelExplainabilityMonitor,
        {"analysis_config": ExplainabilityAnalysisConfig(SHAP, ModelConfig("xgb-2026"))},
        "xgb-2026 is a model of SageMaker's.*pass endpoint_name",
    ),
    "curves": (
        ModelExplainabilityMonitor,
        {"analysis_config": ExplainabilityAnalysisConfig(SHAP, ModelConfig(endpoint_name="a")), "constraints": "/none"},
        "cannot be read",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_nothing_is_written_for_a_schedule_that_is_refused(tmp_path: Path, name: str) -> None:
    made, arguments, message = REFUSED[name]
    given = {"endpoint_input": INPUT, **arguments}
    if made is ModelBiasMonitor:
        given = {"ground_truth_input": str(tmp_path / "ground-truth" / ENDPOINT), **given}
    with pytest.raises(InvalidInputError, match=message):
        made(sagemaker_session=Session(tmp_path)).create_monitoring_schedule(**given)
    assert list(tmp_path.iterdir()) == []


def test_a_baseline_that_is_refused_leaves_nothing(tmp_path: Path) -> None:
    place = tmp_path / "place"
    place.mkdir()
    data = loans(tmp_path / "data", people(50, seed=1))
    bias, why = (made(sagemaker_session=Session(place)) for made in (ModelBiasMonitor, ModelExplainabilityMonitor))
    assert isinstance(bias, ModelBiasMonitor)
    assert isinstance(why, ModelExplainabilityMonitor)
    with pytest.raises(InvalidInputError, match="xgb is a model of SageMaker's"):
        bias.suggest_baseline(data, GROUPS, ModelConfig("xgb"))
    with pytest.raises(InvalidInputError, match="no model_config"):
        bias.suggest_baseline(data, GROUPS, None)
    (tmp_path / "model.json").write_text("{}")
    with pytest.raises(InvalidInputError, match="model"):
        why.suggest_baseline(data, SHAP, ModelConfig(str(tmp_path / "model.json")))
    assert list(place.iterdir()) == []
    assert not (tmp_path / "data" / "out").exists()


@pytest.mark.parametrize("made", [ModelBiasMonitor, ModelExplainabilityMonitor])
def test_there_are_no_statistics(tmp_path: Path, made: type[ModelBiasMonitor | ModelExplainabilityMonitor]) -> None:
    monitor = made(sagemaker_session=Session(tmp_path))
    for call in (monitor.baseline_statistics, monitor.latest_monitoring_statistics):
        with pytest.raises(InvalidInputError, match=r"has no statistics.*Expected: .*constraint"):
            call()
    with pytest.raises(InvalidInputError, match=r"Call suggest_baseline\(\)"):
        monitor.run_baseline()
    with pytest.raises(InvalidInputError, match="no baseline was suggested"):
        monitor.suggested_constraints()


def test_constraints_of_ones_own_are_judged_as_sagemakers(tmp_path: Path) -> None:
    """An analysis.json that the baseline did not suggest has no groups.json beside it."""
    monitor = ModelBiasMonitor(sagemaker_session=Session(tmp_path))
    monitor.suggest_baseline(loans(tmp_path, people(300, seed=1), predicted_label="approved"), GROUPS, None)
    mine = Constraints.from_string('{"version": "1.0"}')
    monitor.create_monitoring_schedule(INPUT, str(tmp_path / "ground-truth" / ENDPOINT), constraints=mine)
    folder = tmp_path / "baselines" / ENDPOINT / "model_bias"
    assert {path.name for path in folder.iterdir()} == {"analysis.json", "analysis_config.json"}


def test_the_guide_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its code, from the page, where its data set and its model are."""
    place = tmp_path / "place"
    place.mkdir()
    monkeypatch.setenv("DRIFTLINE_STORE", str(place))
    monkeypatch.chdir(tmp_path)
    x = np.column_stack([[person.age for person in people(200, seed=1)], usual(200, seed=1)[:, 0]])
    target = xgboost.DMatrix(x, label=x[:, 1] > 0, feature_names=["age", "income"])
    booster_ = xgboost.train({"max_depth": 2, "nthread": 1, "objective": "binary:logistic"}, target, 4)
    (tmp_path / "model.json").write_bytes(booster_.save_raw("json"))
    lines = (
        f"{p.repaid},{p.approved},{p.sex},{p.age},{income}\n"
        for p, income in zip(people(200, seed=1), x[:, 1].tolist(), strict=True)
    )
    (tmp_path / "loans.csv").write_text("repaid,approved,sex,age,income\n" + "".join(lines))
    page = (REPOSITORY / "docs" / "guide" / "sagemaker-clarify.md").read_text()
    names: dict[str, Any] = {}
    for code in re.findall(r"^```python\n(.*?)^```", page, re.DOTALL | re.MULTILINE):
        exec(code, names)
    assert list(json.loads((tmp_path / "loans-explained" / "analysis.json").read_text())["explanations"]) == [
        "kernel_shap",
        "pdp",
    ]
    document = parse_document((place / "monitors" / "loans.yaml").read_text(), where="loans.yaml", model=KINDS.document)
    assert list(document.monitors.by_name()) == ["model_bias", "model_explainability"]
