"""SageMaker's `sagemaker.clarify`, typed as calls: the files, against Clarify's own, XGBoost and arithmetic."""

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
import numpy as np
import pytest
import xgboost

from driftline.adapters.aws.s3 import S3Store
from driftline.domain.errors import InvalidInputError
from driftline.sagemaker import Session, UnusedArgumentWarning, clarify
from driftline.sagemaker.clarify.data_config import TYPES
from tests.answering import answering
from tests.aws import fake_aws
from tests.scores import FEATURES, booster, trees, usual

REAL_HEADERS = ["Label", "F1", "F2", "F3", "F4"]
ROWS = 40
WEIGHTS = np.array([2.0, -1.5, 0.6, 0.0])


@pytest.fixture
def real(shared_data: Path) -> Path:
    """A data set, and the analysis.json that Clarify's processing job made of it."""
    return shared_data / "clarify_check_step"


@pytest.fixture
def loans(tmp_path: Path) -> Path:
    """Four features, a label, and a group."""
    path = tmp_path / "loans.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*FEATURES, "label", "sex"])
        for number, row in enumerate(usual(ROWS, seed=3).tolist()):
            writer.writerow([*row, int(row[0] > 0), number % 2])
    return path


def processor(**arguments: Any) -> clarify.SageMakerClarifyProcessor:
    return clarify.SageMakerClarifyProcessor(instance_count=1, instance_type="ml.m5.xlarge", **arguments)


def real_bias() -> clarify.BiasConfig:
    return clarify.BiasConfig([1], "F1", [0.5], group_name="F2")


def content(place: str) -> dict[str, Any]:
    return dict(json.loads(Path(place).read_text()))


def written(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_the_real_file_of_clarify(real: Path, tmp_path: Path) -> None:
    data = clarify.DataConfig(
        s3_data_input_path=str(real / "dataset.csv"),
        s3_output_path=str(tmp_path / "out"),
        label="Label",
        headers=REAL_HEADERS,
        dataset_type="text/csv",
    )
    made = processor()
    made.run_pre_training_bias(data_config=data, data_bias_config=real_bias(), methods="all")

    assert made.latest_job is not None
    assert (
        written(tmp_path / "out")
        == set(made.latest_job.files)
        == {"analysis_config.json", "analysis.json"} | {"report.html"}
    )
    expected = real / "data_bias" / "good_cases" / "analysis.json"
    assert (tmp_path / "out" / "analysis.json").read_bytes() == expected.read_bytes()
    assert content(made.latest_job.files["analysis_config.json"]) == {
        "dataset_type": "text/csv",
        "headers": REAL_HEADERS,
        "label": "Label",
        "label_values_or_threshold": [1],
        "facet": [{"name_or_index": "F1", "value_or_threshold": [0.5]}],
        "group_variable": "F2",
        "methods": {
            "report": {"name": "report", "title": "Analysis Report"},
            "pre_training_bias": {"methods": "all"},
        },
    }
    assert made.latest_job.describe()["ProcessingJobStatus"] == "Completed"


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Store]:
    with fake_aws(monkeypatch):
        for name in ("stack", "training"):
            boto3.client("s3").create_bucket(Bucket=name)
        monkeypatch.setenv("DRIFTLINE_STORE", "s3://stack")
        yield S3Store("training")


def test_from_a_bucket_to_a_bucket(bucket: S3Store, real: Path) -> None:
    bucket.put("census/part-0.csv", (real / "dataset.csv").read_bytes())
    bucket.put("census/_SUCCESS", b"")
    data = clarify.DataConfig(
        "s3://training/census",
        "s3://training/out/",
        s3_analysis_config_output_path="s3://training/config",
        label="Label",
        headers=REAL_HEADERS,
    )
    processor(sagemaker_session=boto3.Session()).run_pre_training_bias(data, real_bias())
    found = {each.key for each in bucket.list("")}
    assert found - {"census/part-0.csv", "census/_SUCCESS"} == {
        "config/analysis_config.json",
        "out/analysis.json",
        "out/report.html",
    }
    expected = real / "data_bias" / "good_cases" / "analysis.json"
    assert bucket.get("out/analysis.json").body == expected.read_bytes()
    assert list(S3Store("stack").list("")) == [], "nothing starts the stack's own analysis"


@pytest.mark.parametrize(
    ("first", "headers"),
    [("Label,F1,F2,F3,F4\n", REAL_HEADERS), ("Label,F1,F2,F3,F4\n", None), ("", REAL_HEADERS)],
    ids=["both", "of the file", "of the call"],
)
def test_headers_of_the_file_or_of_the_call(real: Path, tmp_path: Path, first: str, headers: list[str] | None) -> None:
    path = tmp_path / "data.csv"
    path.write_text(first + (real / "dataset.csv").read_text())
    data = clarify.DataConfig(str(path), str(tmp_path / "out"), label="Label", headers=headers)
    processor().run_pre_training_bias(data, real_bias())
    expected = real / "data_bias" / "good_cases" / "analysis.json"
    assert (tmp_path / "out" / "analysis.json").read_bytes() == expected.read_bytes()


def test_json_lines_are_the_same_data(real: Path, tmp_path: Path) -> None:
    with (real / "dataset.csv").open() as file:
        rows = [dict(zip(REAL_HEADERS, map(float, row), strict=True)) for row in csv.reader(file)]
    path = tmp_path / "data.jsonl"
    path.write_text("".join(json.dumps(row | {"Label": int(row["Label"])}) + "\n" for row in rows))
    data = clarify.DataConfig(str(path), str(tmp_path / "out"), label="Label", dataset_type="application/jsonlines")
    processor().run_pre_training_bias(data, clarify.BiasConfig([1], "F1", [0.5]), methods=["CI", "DPL", "KS"])

    def metrics(file: Path) -> dict[str, float]:
        [group] = content(str(file))["pre_training_bias_metrics"]["facets"]["F1"]
        return {each["name"]: each["value"] for each in group["metrics"] if each["name"] in {"CI", "DPL", "KS"}}

    assert metrics(tmp_path / "out" / "analysis.json") == metrics(real / "data_bias" / "good_cases" / "analysis.json")


def test_texts_without_a_header_are_data_where_the_call_has_the_headers(tmp_path: Path) -> None:
    """Nothing in the file could tell: all of its lines are texts that occur once."""
    path = tmp_path / "data.csv"
    lines = [f"{'yes' if number % 3 else 'no'},{'FM'[number % 2]},id-{number}" for number in range(60)]
    path.write_text("\n".join(lines) + "\n")
    data = clarify.DataConfig(str(path), str(tmp_path / "out"), label="label", headers=["label", "sex", "id"])
    processor().run_pre_training_bias(data, clarify.BiasConfig(["yes"], "sex", ["F"]), methods=["CI"])
    metric = content(str(tmp_path / "out" / "analysis.json"))["pre_training_bias_metrics"]["facets"]["sex"][0]
    assert metric["metrics"][0]["value"] == pytest.approx(0.0), "30 women and 30 men"


def explained(data: clarify.DataConfig, model: clarify.ModelConfig, **more: Any) -> dict[str, Any]:
    made = processor()
    made.run_explainability(data, model, **more)
    assert made.latest_job is not None
    return content(made.latest_job.files["analysis.json"])["explanations"]  # type: ignore[no-any-return]


def test_a_models_file_is_explained_as_xgboost_does(loans: Path, tmp_path: Path) -> None:
    model = tmp_path / "model.json"
    model.write_bytes(trees())
    data = clarify.DataConfig(str(loans), str(tmp_path / "out"), label="label", excluded_columns=["sex"])
    methods = [clarify.SHAPConfig(agg_method="mean_abs"), clarify.PDPConfig(top_k_features=2)]
    found = explained(data, clarify.ModelConfig(model_name=str(model)), explainability_config=methods)
    rows = xgboost.DMatrix(usual(ROWS, seed=3), feature_names=list(FEATURES))
    expected = booster(trees()).predict(rows, pred_contribs=True)
    values = found["kernel_shap"]["label0"]["global_shap_values"]
    assert values == pytest.approx(
        dict(zip(FEATURES, np.abs(expected[:, :-1]).mean(axis=0).tolist(), strict=True)), abs=1e-5
    )
    assert [each["feature_name"] for each in found["pdp"]] == sorted(values, key=values.__getitem__)[:-3:-1]
    assert "explanations_shap/out.csv" in written(tmp_path / "out")


def linear(body: str) -> tuple[int, bytes]:
    rows = np.array([[float(cell) for cell in line.split(",")] for line in body.splitlines()])
    return 200, "\n".join(map(str, (rows @ WEIGHTS).tolist())).encode()


def test_an_endpoint_that_is_linear_has_the_values_of_arithmetic(
    loans: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a linear model, a feature contributes its weight times its distance from the baseline."""
    data = clarify.DataConfig(str(loans), str(tmp_path / "out"), label="label", excluded_columns=["sex"])
    shap = clarify.SHAPConfig(baseline=[[0.5, 0.0, 0.0, 0.0]], num_samples=14, agg_method="mean_abs", seed=1)
    with answering(linear) as server:
        for name, value in server.environment().items():
            monkeypatch.setenv(name, value)
        model = clarify.ModelConfig(endpoint_name="shadow", content_type="text/csv", accept_type="text/csv")
        found = explained(data, model, explainability_config=shap, model_scores=0)
    expected = np.abs((usual(ROWS, seed=3) - [0.5, 0, 0, 0]) * WEIGHTS).mean(axis=0)
    assert found["kernel_shap"]["label0"]["global_shap_values"] == pytest.approx(
        dict(zip(FEATURES, expected.tolist(), strict=True)), abs=1e-9
    )
    config = content(str(tmp_path / "out" / "analysis_config.json"))
    assert config["predictor"] == {"endpoint_name": "shadow", "content_type": "text/csv", "accept_type": "text/csv"} | {
        "label": 0
    }


@pytest.mark.parametrize(
    ("headers", "label", "facet"),
    [(["sex", "label", "age"], "label", "sex"), (None, "1", 0), (None, "0", 1)],
    ids=["headers of the call", "places", "places, the label first"],
)
def test_a_model_never_gets_the_label(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, headers: list[str] | None, label: str, facet: str | int
) -> None:
    """The file has no header. The model approves of those above 40."""
    rows = [(number % 2, number % 3 % 2, 20 + number) for number in range(ROWS)]
    cells = [(truth, sex, age) if label == "0" else (sex, truth, age) for sex, truth, age in rows]
    (tmp_path / "people.csv").write_text("".join(",".join(map(str, row)) + "\n" for row in cells))
    data = clarify.DataConfig(str(tmp_path / "people.csv"), str(tmp_path / "out"), label=label, headers=headers)

    def answer(body: str) -> tuple[int, bytes]:
        return 200, "".join(f"{float(line.rpartition(',')[2]) / 80}\n" for line in body.splitlines()).encode()

    with answering(answer) as server:
        for name, value in server.environment().items():
            monkeypatch.setenv(name, value)
        processor().run_post_training_bias(
            data, clarify.BiasConfig([1], facet, [0]), clarify.ModelConfig(endpoint_name="loans")
        )

    asked = [line.split(",") for body in server.bodies for line in body.splitlines()]
    assert [tuple(map(int, line)) for line in asked] == [(sex, age) for sex, _, age in rows]
    analysis = content(str(tmp_path / "out" / "analysis.json"))
    [[group]] = analysis["post_training_bias_metrics"]["facets"].values()
    approved = {of: np.array([age > 40 for sex, _, age in rows if sex == of]).mean() for of in (0, 1)}
    found = {each["name"]: each["value"] for each in group["metrics"]}
    assert found["DPPL"] == pytest.approx(approved[1] - approved[0])


def test_too_many_requests_are_refused_before_the_first_one(
    loans: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = clarify.DataConfig(str(loans), str(tmp_path / "out"), label="label", excluded_columns=["sex"])
    made = processor()
    made.most_requests = 3
    with answering(linear) as server:
        for name, value in server.environment().items():
            monkeypatch.setenv(name, value)
        with pytest.raises(InvalidInputError, match=r"most_rows of the processor.*most_requests of the processor"):
            made.run_explainability(data, clarify.ModelConfig(endpoint_name="shadow"), clarify.SHAPConfig())
        assert server.bodies == []
    assert not (tmp_path / "out").exists()
    assert made.latest_job is None


def test_all_of_it_in_one_file(loans: Path, tmp_path: Path) -> None:
    """Predictions for bias metrics are those of the model's file, whose probabilities are above the threshold."""
    model = tmp_path / "model.json"
    model.write_bytes(trees())
    data = clarify.DataConfig(str(loans), str(tmp_path / "out"), label="label", excluded_columns=["sex"])
    made = processor()
    made.run_bias_and_explainability(
        data,
        clarify.ModelConfig(model_name=str(model)),
        clarify.SHAPConfig(),
        clarify.BiasConfig([1], "sex", [0]),
        pre_training_methods=["CI", "DPL"],
        post_training_methods=["DI"],
        model_predicted_label_config=clarify.ModelPredictedLabelConfig(probability_threshold=0.5),
    )
    found = content(str(tmp_path / "out" / "analysis.json"))
    x = usual(ROWS, seed=3)
    chances = booster(trees()).predict(xgboost.DMatrix(x, feature_names=list(FEATURES)))
    group = np.arange(ROWS) % 2 == 0
    accepted = chances > 0.5
    expected = accepted[group].mean() / accepted[~group].mean()
    assert list(found) == ["version", "post_training_bias_metrics", "pre_training_bias_metrics", "explanations"]
    [metric] = found["post_training_bias_metrics"]["facets"]["sex"][0]["metrics"]
    assert (metric["name"], metric["value"]) == ("DI", pytest.approx(expected))
    labels = x[:, 0] > 0
    names = {each["name"]: each["value"] for each in found["pre_training_bias_metrics"]["facets"]["sex"][0]["metrics"]}
    assert names == {"CI": 0.0, "DPL": pytest.approx(labels[~group].mean() - labels[group].mean())}


def test_several_facets() -> None:
    """As the SDK writes them."""
    several = clarify.BiasConfig([1], ["sex", 3], [[0], None], "age").get_config()
    assert several["facet"] == [{"name_or_index": "sex", "value_or_threshold": [0]}, {"name_or_index": 3}]
    assert clarify.BiasConfig([1], ["sex", "age"]).get_config()["facet"] == [
        {"name_or_index": "sex"},
        {"name_or_index": "age"},
    ]


MODEL: dict[str, Any] = {"instance_count": 1, "instance_type": "ml.m5.xlarge"}

CONFIGS: dict[str, tuple[Any, Mapping[str, Any], str]] = {
    "no facet": (clarify.BiasConfig, {"label_values_or_threshold": [1], "facet_name": []}, "no facet"),
    "values of one": (
        clarify.BiasConfig,
        {"label_values_or_threshold": [1], "facet_name": ["a", "b"], "facet_values_or_threshold": [[0]]},
        "for 2 facets",
    ),
    "a whole document": (
        clarify.DataConfig,
        {"s3_data_input_path": "a", "s3_output_path": "b", "dataset_type": "application/json"},
        "has to fit into memory.*jsonlines",
    ),
    "features inside": (
        clarify.DataConfig,
        {"s3_data_input_path": "a", "s3_output_path": "b", "dataset_type": TYPES[1], "features": "features"},
        "features cannot be honoured.*a field of its own",
    ),
    "facets elsewhere": (
        clarify.DataConfig,
        {"s3_data_input_path": "a", "s3_output_path": "b", "facet_dataset_uri": "s3://a/b"},
        "facet_dataset_uri cannot be honoured.*into the data set itself",
    ),
    "no model": (clarify.ModelConfig, {}, "neither a model nor an endpoint"),
    "two models": (clarify.ModelConfig, {"model_name": "a", "endpoint_name": "b"}, "both a model and an endpoint"),
    "no template": (
        clarify.ModelConfig,
        {"endpoint_name": "b", "content_type": "application/jsonlines"},
        r"content_template.*\$features",
    ),
    "an array": (clarify.ModelConfig, {"endpoint_name": "b", "content_type": "application/x-npy"}, "content_type.*csv"),
    "one of several models": (
        clarify.ModelConfig,
        {"endpoint_name": "b", "target_model": "a.tar.gz"},
        "target_model cannot be honoured.*endpoint of its own",
    ),
    "no threshold": (
        clarify.ModelPredictedLabelConfig,
        {"probability_threshold": "half"},
        "probability_threshold: 'half'",
    ),
    "two baselines": (clarify.SHAPConfig, {"baseline": [[0]], "num_clusters": 2}, "both baseline and num_clusters"),
    "another mean": (clarify.SHAPConfig, {"agg_method": "mean"}, "agg_method.*mean_abs"),
    "texts": (clarify.SHAPConfig, {"text_config": object()}, "text_config cannot be honoured.*categories"),
    "a text": (clarify.TextConfig, {"granularity": "token", "language": "en"}, "texts count as categories"),
    "images": (clarify.ImageConfig, {"model_type": "IMAGE_CLASSIFICATION"}, "Driftline reads tables"),
    "forecasts": (clarify.AsymmetricShapleyValueConfig, {}, "SHAPConfig"),
    "segments": (clarify.SegmentationConfig, {"name_or_index": "a", "segments": [["b"]]}, "as a facet"),
    "a network": (clarify.SageMakerClarifyProcessor, {"network_config": object()}, "network_config cannot be honoured"),
    "no session": (clarify.SageMakerClarifyProcessor, {"sagemaker_session": {}}, "a dict"),
}


@pytest.mark.parametrize("name", CONFIGS)
def test_what_cannot_be_honoured_is_refused_where_it_is_said(name: str) -> None:
    made, arguments, message = CONFIGS[name]
    with pytest.raises(InvalidInputError, match=message):
        made(**arguments)


SHADOW = clarify.ModelConfig(endpoint_name="shadow")

CALLS: dict[str, tuple[str, Mapping[str, Any], str]] = {
    "a model by its name": (
        "run_explainability",
        {"model_config": clarify.ModelConfig("xgb-2026", **MODEL), "explainability_config": clarify.SHAPConfig()},
        "xgb-2026 is a model of SageMaker's.*None is started.*pass endpoint_name",
    ),
    "nobody predicts": ("run_bias", {"bias_config": clarify.BiasConfig([1], "sex")}, "no model_config"),
    "curves of nothing": (
        "run_explainability",
        {"model_config": SHADOW, "explainability_config": clarify.PDPConfig()},
        "no features for partial dependence",
    ),
    "one method twice": (
        "run_explainability",
        {"model_config": SHADOW, "explainability_config": [clarify.SHAPConfig(), clarify.SHAPConfig()]},
        "2 configurations, 1 methods",
    ),
    "no metrics": (
        "run_pre_training_bias",
        {"data_bias_config": clarify.BiasConfig([1], "sex"), "methods": []},
        "no method",
    ),
    "a metric that is none": (
        "run_pre_training_bias",
        {"data_bias_config": clarify.BiasConfig([1], "sex"), "methods": ["CX"]},
        "'CX' is not a metric",
    ),
    "a column that is not there": (
        "run_pre_training_bias",
        {"data_bias_config": clarify.BiasConfig([1], "race")},
        "no column race",
    ),
    "no file": (
        "run_explainability",
        {"model_config": clarify.ModelConfig("/none/model.json"), "explainability_config": clarify.SHAPConfig()},
        "no such file",
    ),
    "no analysis": ("run", {}, "run_bias"),
}


@pytest.mark.parametrize("name", CALLS)
def test_nothing_is_written_for_a_call_that_is_refused(loans: Path, tmp_path: Path, name: str) -> None:
    method, arguments, message = CALLS[name]
    out = tmp_path / "out"
    data = clarify.DataConfig(str(loans), str(out), label="label")
    with pytest.raises(InvalidInputError, match=message):
        getattr(processor(), method)(data_config=data, **arguments)
    assert not out.exists()


def test_results_do_not_go_where_the_stack_reads(loans: Path, tmp_path: Path) -> None:
    made = processor(sagemaker_session=Session(tmp_path))
    for arguments in (
        {"s3_output_path": str(tmp_path / "analyses" / "loans")},
        {"s3_output_path": str(tmp_path / "out"), "s3_analysis_config_output_path": str(tmp_path / "baselines" / "a")},
    ):
        data = clarify.DataConfig(str(loans), label="label", **arguments)
        with pytest.raises(InvalidInputError, match="has files of the stack"):
            made.run_pre_training_bias(data, clarify.BiasConfig([1], "sex", [0]))
    assert written(tmp_path) == {"loans.csv"}


def test_arguments_without_a_meaning_are_explained_once(loans: Path, tmp_path: Path) -> None:
    with pytest.warns(UnusedArgumentWarning, match="version: this release"):
        made = clarify.SageMakerClarifyProcessor(version="1.0")
    data = clarify.DataConfig(str(loans), str(tmp_path / "out"), label="label")
    arguments: dict[str, Any] = {"job_name": "january", "kms_key": "key", "methods": ["CI"]}
    with pytest.warns(UnusedArgumentWarning, match="kms_key: the bucket's"):
        made.run_pre_training_bias(data, clarify.BiasConfig([1], "sex", [0]), **arguments)
    made.run_pre_training_bias(data, clarify.BiasConfig([1], "sex", [0]), **arguments)
    assert made.latest_job is not None
    assert made.latest_job.job_name == "january"
