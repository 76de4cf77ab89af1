"""Schedules become monitors of a store, where nothing that is there changes, and one that fails costs itself alone."""

from collections.abc import Mapping
from typing import Any

import pytest

from driftline.domain.capture.captured import Captured, CaptureState
from driftline.domain.documents.parse import parse_document
from driftline.domain.errors import InvalidInputError, ObjectNotFoundError
from driftline.domain.migration.carried import CarriedSchedule, ImportedEndpoint
from driftline.kinds.registry import KINDS
from driftline.usecases.migration.import_schedules import import_schedules
from driftline.usecases.migration.read_schedules import Account, read_schedules
from tests.fakes import InMemoryStore
from tests.model_monitor import FakeModelMonitor, batch_input, endpoint_input

BASELINE = {
    "ConstraintsResource": {"S3Uri": "s3://baselines/constraints.json"},
    "StatisticsResource": {"S3Uri": "s3://baselines/statistics.json"},
}
REGRESSION = {"ProblemType": "Regression"}


@pytest.fixture
def sagemaker() -> FakeModelMonitor:
    return FakeModelMonitor()


@pytest.fixture
def store() -> InMemoryStore:
    return InMemoryStore("stack")


@pytest.fixture
def buckets() -> dict[str, InMemoryStore]:
    files = {"constraints.json": b'{"features": []}', "statistics.json": b'{"features": [], "dataset": {}}'}
    scripts = {"before.py": b"def preprocess_handler(record): return {}", "other/before.py": b"import pandas"}
    return {
        "baselines": InMemoryStore("baselines", files),
        "code": InMemoryStore("code", scripts),
        "configs": InMemoryStore("configs", {"analysis_config.json": b'{"predictor": {"model_name": "m"}}'}),
    }


def run(
    sagemaker: FakeModelMonitor, buckets: Mapping[str, InMemoryStore], store: InMemoryStore, *endpoints: str
) -> dict[str, ImportedEndpoint]:
    account = Account(sagemaker, lambda name: buckets.get(name) or InMemoryStore(name), "stack")
    found = read_schedules(account, endpoints, kinds=KINDS, step=lambda _: None)
    return {each.endpoint: each for each in import_schedules(found, store, kinds=KINDS)}


def by_schedule(imported: Mapping[str, ImportedEndpoint]) -> dict[str, CarriedSchedule]:
    return {each.schedule: each for endpoint in imported.values() for each in endpoint.schedules}


def monitors(store: InMemoryStore, endpoint: str) -> dict[str, Any]:
    """The monitors of the stored document, which is valid."""
    body = store.objects[f"monitors/{endpoint}.yaml"].decode()
    return dict(parse_document(body, where=endpoint, model=KINDS.document).monitors.by_name())


def test_an_endpoint_gets_a_document_with_all_of_its_monitors(
    sagemaker: FakeModelMonitor, buckets: dict[str, InMemoryStore], store: InMemoryStore
) -> None:
    sagemaker.add("quality", "DataQuality", endpoint_input("shop", ExcludeFeaturesAttribute="id"), baseline=BASELINE)
    sagemaker.add("errors", "ModelQuality", endpoint_input("shop", InferenceAttribute="0"), app=REGRESSION)
    imported = run(sagemaker, buckets, store)
    assert [each.state for each in imported["shop"].schedules] == ["added", "added"]
    assert set(monitors(store, "shop")) == {"data_quality", "model_quality"}
    assert imported["shop"].text == store.objects["monitors/shop.yaml"].decode()
    assert "exclude: [id]" in imported["shop"].text
    for name, body in buckets["baselines"].objects.items():
        assert store.objects[f"baselines/shop/data_quality/{name}"] == body
    # And again, nothing changes
    before = dict(store.objects)
    assert {each.state for each in by_schedule(run(sagemaker, buckets, store)).values()} == {"there"}
    assert store.objects == before


def test_a_document_that_is_there_keeps_its_comments_and_its_monitors(
    sagemaker: FakeModelMonitor, buckets: dict[str, InMemoryStore], store: InMemoryStore
) -> None:
    written = "# ours\nendpoint: shop\nmonitors:\n  data_quality:  # by hand\n    schedule: cron(0 3 ? * * *)\n"
    store.put("monitors/shop.yaml", written.encode())
    sagemaker.add("quality", "DataQuality", endpoint_input("shop"), baseline=BASELINE)
    sagemaker.add("errors", "ModelQuality", endpoint_input("shop", InferenceAttribute="0"), app=REGRESSION)
    sagemaker.captures["shop"] = Captured(CaptureState.ON, destination="s3://captures/a")
    found = by_schedule(run(sagemaker, buckets, store))
    assert {name: each.state for name, each in found.items()} == {"quality": "there", "errors": "added"}
    text = store.objects["monitors/shop.yaml"].decode()
    assert text.startswith(written)
    assert monitors(store, "shop")["model_quality"].problem_type == "Regression"
    said = [(each.what, each.value) for each in found["errors"].left_out]
    assert said[:2] == [("BaselineConfig", "none"), ("DestinationS3Uri", "s3://captures/a/")]
    assert not any(key.startswith("baselines/shop/data_quality/") for key in store.objects)


def test_a_baseline_that_is_there_stays(
    sagemaker: FakeModelMonitor, buckets: dict[str, InMemoryStore], store: InMemoryStore
) -> None:
    store.put("baselines/shop/data_quality/constraints.json", b"ours")
    store.put("baselines/shop/data_quality/statistics.json", buckets["baselines"].objects["statistics.json"])
    sagemaker.add("quality", "DataQuality", endpoint_input("shop"), baseline=BASELINE)
    [found] = run(sagemaker, buckets, store)["shop"].schedules
    states = {each.place.rpartition("/")[2]: each.state for each in found.files}
    assert states == {"constraints.json": "kept", "statistics.json": "there"}
    assert store.objects["baselines/shop/data_quality/constraints.json"] == b"ours"


def test_a_baseline_is_found_among_the_outputs_of_its_job(
    sagemaker: FakeModelMonitor, buckets: dict[str, InMemoryStore], store: InMemoryStore
) -> None:
    sagemaker.outputs["suggestion"] = ("s3://nowhere/x", "s3://baselines/")
    sagemaker.add("quality", "DataQuality", endpoint_input("shop"), baseline={"BaseliningJobName": "suggestion"})
    sagemaker.add("gone", "DataQuality", endpoint_input("other"), baseline={"BaseliningJobName": "unknown"})
    found = by_schedule(run(sagemaker, buckets, store))
    assert {each.state for each in found["quality"].files} == {"copied"}
    assert len(found["quality"].files) == 2
    assert {each.state for each in found["gone"].files} == {"missing"}


def test_a_baseline_that_is_missing_is_something_to_do(
    sagemaker: FakeModelMonitor, buckets: dict[str, InMemoryStore], store: InMemoryStore
) -> None:
    del buckets["baselines"].objects["statistics.json"]
    sagemaker.add("a", "DataQuality", endpoint_input("shop"), baseline=BASELINE)
    sagemaker.add("b", "DataQuality", endpoint_input("shoes"))
    found = by_schedule(run(sagemaker, buckets, store))
    missing = {name: each.left_out[0] for name, each in found.items()}
    assert {each.what for each in missing.values()} == {"BaselineConfig"}
    assert (missing["a"].value, missing["b"].value) == ("s3://baselines/statistics.json", "none")
    assert all(each.instead for each in missing.values())


def test_a_baseline_that_somebody_made_here_is_not_missing(
    sagemaker: FakeModelMonitor, buckets: dict[str, InMemoryStore], store: InMemoryStore
) -> None:
    del buckets["baselines"].objects["statistics.json"]
    for endpoint in ("shop", "shoes"):
        store.put(f"baselines/{endpoint}/data_quality/statistics.json", b"{}")
    sagemaker.add("a", "DataQuality", endpoint_input("shop"), baseline=BASELINE)
    sagemaker.add("b", "DataQuality", endpoint_input("shoes"))
    found = by_schedule(run(sagemaker, buckets, store))
    assert "BaselineConfig" not in {what.what for each in found.values() for what in each.left_out}


def test_a_bucket_that_does_not_answer_is_named(
    sagemaker: FakeModelMonitor, buckets: dict[str, InMemoryStore], store: InMemoryStore
) -> None:
    class Refusing(InMemoryStore):
        def find(self, key: str) -> Any:
            raise PermissionError(f"denied: {key}")

    buckets["baselines"] = Refusing("baselines")
    sagemaker.add("a", "ModelQuality", endpoint_input("shop", InferenceAttribute="0"), app=REGRESSION)
    sagemaker.add("b", "DataQuality", endpoint_input("shop"), baseline=BASELINE)
    found = by_schedule(run(sagemaker, buckets, store))
    assert found["a"].state == "added"
    assert (found["b"].failed, found["b"].kind) == (True, "data_quality")
    assert found["b"].error is not None
    assert found["b"].error.where in {each["S3Uri"] for each in BASELINE.values()}


@pytest.mark.parametrize(
    "error",
    [ObjectNotFoundError("no such definition", where="broken"), RuntimeError("a defect")],
    ids=["gone", "defect"],
)
def test_one_that_cannot_be_read_costs_itself_alone(
    sagemaker: FakeModelMonitor, buckets: dict[str, InMemoryStore], store: InMemoryStore, error: Exception
) -> None:
    sagemaker.add("a", "DataQuality", endpoint_input("shop"))
    sagemaker.described["b"] = error
    sagemaker.add("c", "DataQuality", endpoint_input("shoes"))
    imported = run(sagemaker, buckets, store)
    found = by_schedule(imported)
    assert {name: each.state for name, each in found.items()} == {"a": "added", "b": "not carried over", "c": "added"}
    assert found["b"].failed
    assert found["b"].error is not None
    assert found["b"].error.what == getattr(error, "what", str(error))
    assert imported["shop"].failed
    assert not imported["shoes"].failed


def test_a_document_with_errors_costs_its_endpoint_alone(
    sagemaker: FakeModelMonitor, buckets: dict[str, InMemoryStore], store: InMemoryStore
) -> None:
    store.put("monitors/shop.yaml", b"endpoint: shop\nmonitors: {data_quality: {schedul: 1}}\n")
    sagemaker.add("a", "ModelQuality", endpoint_input("shop", InferenceAttribute="0"), app=REGRESSION)
    sagemaker.add("b", "DataQuality", endpoint_input("shoes"))
    found = by_schedule(run(sagemaker, buckets, store))
    assert {name: each.state for name, each in found.items()} == {"a": "not carried over", "b": "added"}
    assert "1 error" in str(found["a"].error)
    assert store.objects["monitors/shop.yaml"].endswith(b"schedul: 1}}\n")


def test_of_two_schedules_of_one_kind_the_running_and_newer_one_goes_on(
    sagemaker: FakeModelMonitor, buckets: dict[str, InMemoryStore], store: InMemoryStore
) -> None:
    sagemaker.add("stopped", "DataQuality", endpoint_input("shop"), status="Stopped", day=3)
    sagemaker.add("older", "DataQuality", endpoint_input("shop"), day=1)
    sagemaker.add("newer", "DataQuality", endpoint_input("shop"), day=2)
    found = by_schedule(run(sagemaker, buckets, store))
    assert {name for name, each in found.items() if each.state == "added"} == {"newer"}
    assert monitors(store, "shop")["data_quality"].schedule_name == "newer"
    for name in ("older", "stopped"):
        assert isinstance(found[name].error, InvalidInputError)
        assert "schedule newer" in str(found[name].error)


def test_a_field_that_no_document_may_have_is_said_with_what_is_allowed(
    sagemaker: FakeModelMonitor, buckets: dict[str, InMemoryStore], store: InMemoryStore
) -> None:
    sagemaker.add("odd", "DataQuality", endpoint_input("shop", StartTimeOffset="-PT7M"))
    [found] = run(sagemaker, buckets, store)["shop"].schedules
    assert found.error is not None
    assert "window.start_offset" in found.error.what
    assert found.error.expected == "a multiple of five minutes"
    assert store.objects == {}


def test_scripts_come_along_and_two_of_one_name_do_not_overwrite_each_other(
    sagemaker: FakeModelMonitor, buckets: dict[str, InMemoryStore], store: InMemoryStore
) -> None:
    def before(uri: str) -> dict[str, str]:
        return {"RecordPreprocessorSourceUri": uri}

    sagemaker.add("a", "DataQuality", endpoint_input("shop"), app=before("s3://code/before.py"))
    sagemaker.add("b", "DataQuality", endpoint_input("shoes"), app=before("s3://code/other/before.py"))
    sagemaker.add("c", "DataQuality", endpoint_input("socks"), app=before("s3://code/nowhere.py"))
    found = by_schedule(run(sagemaker, buckets, store))
    names = {monitors(store, endpoint)["data_quality"].preprocess for endpoint in ("shop", "shoes")}
    assert len(names) == 2
    bodies = {store.objects[f"scripts/{name}"] for name in names}
    assert bodies == set(buckets["code"].objects.values())
    assert "pandas" in [each.what for each in found["b"].left_out]
    assert found["c"].state == "not carried over"
    assert "nowhere.py is not there" in str(found["c"].error)


def test_a_second_script_for_the_same_captures_is_said(
    sagemaker: FakeModelMonitor, buckets: dict[str, InMemoryStore], store: InMemoryStore
) -> None:
    first = {"RecordPreprocessorSourceUri": "s3://code/before.py"}
    second = {"RecordPreprocessorSourceUri": "s3://code/other/before.py", **REGRESSION}
    sagemaker.add("a", "DataQuality", endpoint_input("shop"), app=first, day=2)
    sagemaker.add("b", "ModelQuality", endpoint_input("shop", InferenceAttribute="0"), app=second, day=1)
    found = by_schedule(run(sagemaker, buckets, store))
    assert [each.state for each in found.values()] == ["added", "added"]
    assert monitors(store, "shop")["model_quality"].preprocess is None
    assert "RecordPreprocessorSourceUri" in [each.what for each in found["b"].left_out]


def test_a_model_that_clarify_would_have_started_is_not_enabled(
    sagemaker: FakeModelMonitor, buckets: dict[str, InMemoryStore], store: InMemoryStore
) -> None:
    sagemaker.add("why", "ModelExplainability", endpoint_input("shop"))
    [found] = run(sagemaker, buckets, store)["shop"].schedules
    assert "predictor.model_name" in [each.what for each in found.left_out]
    assert monitors(store, "shop")["model_explainability"].enabled is False
    assert "baselines/shop/model_explainability/analysis_config.json" in store.objects


def test_endpoints_can_be_chosen_batches_by_the_folder_of_their_captures(
    sagemaker: FakeModelMonitor, buckets: dict[str, InMemoryStore], store: InMemoryStore
) -> None:
    sagemaker.add("a", "DataQuality", endpoint_input("shop"))
    sagemaker.add("b", "DataQuality", endpoint_input("shoes"))
    sagemaker.add("c", "DataQuality", batch_input("s3://stack/capture/socks"))
    sagemaker.add("d", "DataQuality", batch_input("s3://stack/capture/ties"))
    assert set(run(sagemaker, buckets, store, "shop", "socks")) == {"shop", "socks"}
    assert {key for key in store.objects if key.startswith("monitors/")} == {
        "monitors/shop.yaml",
        "monitors/socks.yaml",
    }
