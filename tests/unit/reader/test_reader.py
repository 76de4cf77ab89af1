"""The notebook reader over SageMaker's own files and Driftline's, against the JSON itself."""

import builtins
import gzip
import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import boto3
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws

from driftline.domain.errors import InvalidInputError
from driftline.kinds.model_quality.facts import ModelQuality
from driftline.reader import Executions, MissingPackageError, Reports, open_reports, read_execution
from tests.failing import failed_shop
from tests.reporting import HOSTILE, LAST, MADE, START, made_store, regression_store, shop_store, taxi_store

MONDAYS = [datetime(2020, 2, 3, tzinfo=UTC) + timedelta(weeks=week) for week in range(7)]


def folder_with(objects: Mapping[str, bytes], root: Path) -> Path:
    for key, body in objects.items():
        file = root / key
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body)
    return root


@pytest.fixture(scope="module")
def taxi(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Reports:
    return open_reports(folder_with(taxi_store(shared_data).objects, tmp_path_factory.mktemp("taxi")))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Reports:
    return open_reports(folder_with(shop_store().objects, tmp_path_factory.mktemp("shop")))


def sagemakers(shared_data: Path, day: datetime, name: str, monitor: str = "data_quality") -> Any:
    folder = shared_data / "nyc_taxi_15min_sagemaker" / "sagemaker_reports" / monitor / f"{day:%Y-%m-%d}"
    packed = folder / f"{name}.gz"
    return json.loads(gzip.decompress(packed.read_bytes()) if packed.exists() else (folder / name).read_bytes())


def test_what_there_is(taxi: Reports) -> None:
    assert taxi.endpoints() == ["taxi"]
    assert taxi.monitors("taxi") == ["data_quality", "model_quality"]
    assert taxi.executions("taxi", "data_quality").times == MONDAYS


@pytest.mark.parametrize("day", MONDAYS, ids=lambda day: f"{day:%m-%d}")
def test_features_are_those_of_sagemakers_statistics(taxi: Reports, shared_data: Path, day: datetime) -> None:
    written = sagemakers(shared_data, day, "statistics.json")["features"]

    features = taxi.execution("taxi", "data_quality", day).features()

    assert list(features.index) == [each["name"] for each in written]
    for column in ("mean", "std_dev", "min", "max"):
        assert features[column].tolist() == [each["numerical_statistics"][column] for each in written]
    common = [each["numerical_statistics"]["common"] for each in written]
    assert features["num_present"].tolist() == [each["num_present"] for each in common]
    assert (features["completeness"] == 1.0).all()


@pytest.mark.parametrize("day", MONDAYS, ids=lambda day: f"{day:%m-%d}")
def test_violations_are_sagemakers_with_the_figures_of_their_texts(
    taxi: Reports, shared_data: Path, day: datetime
) -> None:
    written = sagemakers(shared_data, day, "constraint_violations.json")["violations"]
    execution = taxi.execution("taxi", "data_quality", at=f"{day:%Y-%m-%d}")

    violations = execution.violations()

    assert violations["subject"].tolist() == [each["feature_name"] for each in written]
    assert violations["check"].tolist() == [each["constraint_check_type"] for each in written]
    drifted = violations[violations["check"] == "baseline_drift_check"]
    assert drifted["observed"].map(lambda value: f"{value!r} exceeds").tolist() == [
        next(word for word in [f"{float(each['description'].split('distance: ')[1].split(' ')[0])!r} exceeds"])
        for each in written
        if each["constraint_check_type"] == "baseline_drift_check"
    ]
    features = execution.features()
    assert features.loc[drifted["subject"], "drift"].tolist() == drifted["observed"].tolist()
    assert int(features["drifted"].sum()) == len(drifted)


def test_metrics_are_those_of_sagemakers_statistics_beside_its_baseline(taxi: Reports, shared_data: Path) -> None:
    day = MONDAYS[-1]
    written = sagemakers(shared_data, day, "statistics.json", "model_quality")["regression_metrics"]
    baseline = shared_data / "nyc_taxi_15min_sagemaker" / "sagemaker_reports" / "model_quality" / "baseline"
    limits = json.loads((baseline / "constraints.json").read_bytes())["regression_constraints"]

    execution = taxi.execution("taxi", "model_quality")
    metrics = execution.metrics()

    assert execution.scheduled_time == day
    for name in ("mae", "mse", "rmse", "r2"):
        assert metrics.loc[name, "value"] == written[name]["value"]
        assert metrics.loc[name, "threshold"] == limits[name]["threshold"]
    assert metrics["violated"].sum() == len(execution.violations()) == 4
    assert execution.statistics["regression_metrics"] == written


def test_history_of_a_metric_and_of_a_feature(taxi: Reports, shared_data: Path) -> None:
    quality = taxi.executions("taxi", "model_quality", since=date(2020, 1, 20), until="2020-02-17T00:00:00Z")
    expected = {
        day: sagemakers(shared_data, day, "statistics.json", "model_quality")["regression_metrics"]["rmse"]["value"]
        for day in quality.times
    }
    assert [f"{day:%m-%d}" for day in quality.times] == ["01-20", "01-27", "02-03", "02-10"]

    assert quality.history("rmse")["value"].to_dict() == expected
    drift = taxi.executions("taxi", "data_quality").history("history_72slots")

    assert str(drift.index.dtype) == "datetime64[us, UTC]"
    assert list(drift.index) == MONDAYS
    assert drift["drift"].iloc[-1] == pytest.approx(0.5777, abs=1e-4)
    assert drift["drift"].isna().tolist() == [True] + [False] * 6  # the first Monday did not violate


def test_evidence_of_our_own_summaries(shop: Reports) -> None:
    execution = shop.execution("shop", "data_quality")
    summary = execution.summary
    assert summary is not None
    assert execution.scheduled_time == LAST
    assert execution.outcome()["window_start"] == LAST - timedelta(hours=1)
    assert execution.outcome()["revision"] == 1

    features = execution.features()

    for written in summary["body"]["features"]:
        drift = written["drift"]
        row = features.loc[written["name"]]
        assert row["drift"] == drift["value"]
        assert (row["statistic_lower"], row["statistic_upper"]) == tuple(drift["interval"])
        assert row["drifted"] == drift["drifted"]
        assert row["new_categories"] == written["new_categories"]
    violation = execution.violations().iloc[0]
    assert violation["sample_inference_ids"] == summary["findings"][0]["inference_ids"] != []
    quality = shop.execution("shop", "model_quality", LAST)
    by_name = {each["name"]: each for each in (quality.summary or {})["body"]["metrics"]}
    for name, row in quality.metrics().iterrows():
        assert pd.isna(row["value"]) if by_name[name]["value"] is None else row["value"] == by_name[name]["value"]
        assert pd.isna(row["lower"]) == (by_name[name]["interval"] is None)
    assert quality.outcome()["coverage"] == (quality.summary or {})["coverage"]


def test_plain_dictionaries_need_no_pandas_and_say_the_same(shop: Reports, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = shop.execution("shop", "data_quality").features()["drift"].to_dict()
    real = builtins.__import__

    def without_pandas(name: str, *rest: Any) -> Any:
        if name == "pandas":
            raise ModuleNotFoundError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without_pandas)
    execution = shop.execution("shop", "data_quality")

    plain: Any = json.loads(json.dumps(execution.to_dict(), default=str))
    assert {each["feature"]: each["drift"] for each in plain["features"]} == expected
    assert len(shop.executions("shop", "model_quality").to_dicts()) == 3
    with pytest.raises(MissingPackageError, match=r"pandas is not installed\. .*pip install '\.\[notebook\]'"):
        execution.features()


def hours(reports: Reports, since: int | None, until: int | None) -> Executions:
    first, last = (None if each is None else START + timedelta(minutes=30 * each) for each in (since, until))
    return reports.executions("shop", "data_quality", first, last)


@given(since=st.none() | st.integers(-2, 10), until=st.none() | st.integers(-2, 10))
def test_a_range_is_its_single_executions(shop: Reports, since: int | None, until: int | None) -> None:
    found = hours(shop, since, until)

    times = [START + timedelta(hours=hour) for hour in (1, 2, 3)]
    begins = START + timedelta(minutes=30 * (since if since is not None else -9))
    ends = START + timedelta(minutes=30 * (until if until is not None else 99))
    assert found.times == [time for time in times if begins <= time < ends]
    assert [each.scheduled_time for each in found] == found.times
    assert [each["scheduled_time"] for each in found.to_dicts()] == found.times
    features, violations = found.features(), found.violations()
    for time in found.times:
        single = shop.execution("shop", "data_quality", time)
        pd.testing.assert_frame_equal(features.loc[time], single.features())
        if single.violated:
            together = violations.loc[time].reset_index(drop=True)
            pd.testing.assert_frame_equal(together, single.violations(), check_index_type=False)
    assert len(violations) == sum(len(each.violations()) for each in found)
    empty = hours(shop, 99, None)
    assert list(empty.features().columns) == list(features.columns)
    assert empty.features().dtypes.to_dict() == features.dtypes.to_dict()


def test_a_bucket_reads_as_the_folder_does(shop: Reports) -> None:
    with mock_aws():
        session = boto3.Session(region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
        s3 = session.client("s3")
        s3.create_bucket(Bucket="stack-bucket")
        for key, body in shop_store().objects.items():
            s3.put_object(Bucket="stack-bucket", Key=key, Body=body)

        bucket = open_reports("s3://stack-bucket", session=session)

        assert bucket.endpoints() == ["shop"]
        executions = bucket.executions("shop", "model_quality")
        assert executions.times == shop.executions("shop", "model_quality").times
        pd.testing.assert_frame_equal(executions.metrics(), shop.executions("shop", "model_quality").metrics())
        one = read_execution("s3://stack-bucket/reports/shop/data_quality/2026/03/01/15/", session=session)
        assert one.folder == "s3://stack-bucket/reports/shop/data_quality/2026/03/01/15/"
        pd.testing.assert_frame_equal(one.features(), shop.execution("shop", "data_quality").features())
        assert one.page().html == shop.execution("shop", "data_quality").page().html


def test_sagemakers_own_output_location(shared_data: Path, tmp_path: Path) -> None:
    """`<output>/<endpoint>/<schedule>/yyyy/mm/dd/hh/`, the baseline anywhere."""
    objects = {
        key.removeprefix("reports/").replace("/model_quality/", "/my-schedule/"): body
        for key, body in taxi_store(shared_data).objects.items()
        if key.startswith("reports/taxi/model_quality")
    }
    folder_with(objects, tmp_path / "out")
    baseline = shared_data / "nyc_taxi_15min_sagemaker" / "sagemaker_reports" / "model_quality" / "baseline"
    reports = open_reports(tmp_path / "out")

    alone = reports.execution("taxi", "my-schedule", "2020-03-16")
    beside = reports.execution("taxi", "my-schedule", "2020-03-16", baseline=baseline)

    assert alone.metrics()["threshold"].isna().all()
    assert beside.metrics().loc["rmse", "threshold"] == pytest.approx(53.009352, abs=1e-6)
    assert len(reports.executions("taxi", "my-schedule", baseline=baseline)) == 11


@pytest.mark.parametrize("named", [True, False])
def test_the_page_has_the_baselines_predictions_beside_the_windows(tmp_path: Path, named: bool) -> None:
    """From where the execution says, or from the folder that the reader is given."""
    folder_with(regression_store(baseline=True).objects, tmp_path)
    baseline = tmp_path / "baselines" / "shop" / "model_quality"
    if named:
        baseline = baseline.rename(tmp_path / "elsewhere")
    execution = open_reports(tmp_path).execution("shop", "model_quality", baseline=baseline if named else None)

    assert isinstance(execution.facts, ModelQuality)
    assert len(execution.facts.sample) == 120
    assert len(execution.facts.baseline_sample) == 300
    assert '"baseline":[[' in execution.page().html


def test_the_sdks_files_without_any_layout(shared_data: Path, tmp_path: Path) -> None:
    execution = read_execution(shared_data / "sagemaker_sdk" / "monitor")
    written = json.loads((shared_data / "sagemaker_sdk" / "monitor" / "constraint_violations.json").read_bytes())

    assert execution.scheduled_time is None
    assert execution.violations()["description"].tolist() == [each["description"] for each in written["violations"]]
    assert execution.constraint_violations == written
    assert execution.summary is None
    assert (execution.constraints or {})["features"][0]["name"] == execution.features().index[0]
    page = execution.save_html(tmp_path / "page.html").read_text()
    assert "1970-01-01" not in page
    assert str(shared_data / "sagemaker_sdk" / "monitor") in page
    quality = read_execution(shared_data / "sagemaker_sdk" / "quality_check_step" / "model_quality")
    assert quality.metrics().loc["r2", "value"] == pytest.approx(-3.2087, abs=1e-4)


def test_earlier_revisions(shop: Reports, tmp_path: Path) -> None:
    objects = dict(shop_store().objects)
    folder = "reports/shop/data_quality/2026/03/01/13/"
    for name in ("statistics.json", "summary.json", "constraint_violations.json"):
        body = objects[folder + name]
        objects[f"{folder}revision-1/{name}"] = body.replace(b'"rows": 240', b'"rows": 200').replace(
            b'"rows" : 240', b'"rows" : 200'
        )
    key = "state/executions/shop/data_quality/2026/03/01/13/announced.json"
    objects[key] = objects[key].replace(b'"revision":1', b'"revision":2')
    reports = open_reports(folder_with(objects, tmp_path))
    at = START + timedelta(hours=1)

    assert reports.execution("shop", "data_quality", at, revision=1).outcome()["rows"] == 200
    newest = reports.execution("shop", "data_quality", at)
    assert (newest.outcome()["rows"], newest.outcome()["revision"]) == (240, 2)
    assert reports.execution("shop", "data_quality", at, revision=2).outcome() == newest.outcome()
    with pytest.raises(InvalidInputError, match=r"no revision 3.*Expected: 1 to 2"):
        reports.execution("shop", "data_quality", at, revision=3)


def test_what_is_not_there_is_told_with_what_there_is(taxi: Reports, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="no such folder"):
        open_reports(tmp_path / "nowhere")
    with pytest.raises(InvalidInputError, match="Expected: one of the endpoints taxi"):
        taxi.execution("taxy", "data_quality")
    with pytest.raises(InvalidInputError, match="one of the monitors data_quality, model_quality"):
        taxi.execution("taxi", "bias")
    with pytest.raises(InvalidInputError, match=r"2020/02/04/00.*there is no execution"):
        taxi.execution("taxi", "data_quality", "2020-02-04")
    with pytest.raises(InvalidInputError, match="not a time"):
        taxi.executions("taxi", "data_quality", since="last week")
    with pytest.raises(
        InvalidInputError, match=r"no execution has a feature or metric 'rmsé'.*Expected: for example rmse"
    ):
        taxi.executions("taxi", "model_quality").history("rmsé")
    with pytest.raises(InvalidInputError, match="there are no executions in this range"):
        taxi.executions("taxi", "model_quality", since="2021-01-01").history("rmse")
    with pytest.raises(InvalidInputError, match=r"has no metrics\. Ask for \.features\(\)"):
        taxi.execution("taxi", "data_quality").metrics()
    with pytest.raises(InvalidInputError, match="no baseline"):
        taxi.execution("taxi", "data_quality", baseline=tmp_path)
    with pytest.raises(InvalidInputError, match=r"Expected: a file statistics\.json"):
        read_execution(tmp_path)


def test_a_failed_execution_is_no_execution_but_tells_why(tmp_path: Path) -> None:
    for key, body in failed_shop().objects.items():
        (tmp_path / key).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / key).write_bytes(body)
    shop = open_reports(tmp_path)

    assert len(shop.executions("shop", "data_quality")) == 2
    assert shop.execution("shop", "data_quality").scheduled_time == LAST - timedelta(hours=1)
    reads: list[Callable[[], object]] = [
        lambda: shop.execution("shop", "data_quality", LAST),
        lambda: read_execution(tmp_path / MADE),
    ]
    for read in reads:
        with pytest.raises(InvalidInputError, match=r"the execution failed: .*no baseline"):
            read()


def test_a_notebook_shows_the_page_in_a_frame_of_its_own(taxi: Reports) -> None:
    execution = taxi.execution("taxi", "data_quality")

    shown = execution._repr_html_()

    assert shown.startswith('<iframe title="taxi: data quality" sandbox="allow-scripts" ')
    inside = unescape(shown.split('srcdoc="', 1)[1].removesuffix('"></iframe>'))
    assert inside == execution.page().html
    assert "Content-Security-Policy" in inside
    assert 'href="summary.json"' not in inside
    feature = execution.plot("history_72slots").html
    assert '"subject":"history_72slots"' in feature
    assert '"subject":"history_76slots"' not in feature
    assert '"limit":0.1' in taxi.executions("taxi", "data_quality").plot("history_72slots").html
    with pytest.raises(InvalidInputError, match="no feature or metric 'history_7'"):
        execution.plot("history_7")


def test_hostile_names_stay_text_in_frames(tmp_path: Path) -> None:
    reports = open_reports(folder_with(made_store(HOSTILE).objects, tmp_path))
    execution = reports.execution("shop", "data_quality")
    for name in HOSTILE:
        assert execution.features().loc[name, "drifted"]
        framed = execution.plot(name)._repr_html_()
        assert framed.count("<") == 2, "the frame's own two tags"
        assert "<script>document" not in execution.plot(name).html
        assert "<script>document" not in reports.executions("shop", "data_quality").plot(name).html
    assert execution.folder.endswith(MADE.rstrip("/"))
