"""analyses/<name>/analysis_config.json: results beside it, within the stack's bucket and the month's requests."""

import csv
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import numpy as np
import pytest
import xgboost

from driftline.domain.errors import PendingError
from driftline.domain.keys import analysis_of_config
from driftline.kinds.registry import KINDS
from driftline.usecases.analyses.request_budget import BUDGETS
from driftline.usecases.analyses.stored_analysis import AnalysisDone, asker_of, run_analysis
from driftline.usecases.explanations.explain_task import explain_task
from driftline.usecases.explanations.explaining import Explaining
from driftline.usecases.explanations.solve import Solver
from tests.explaining import RecordingResumes, StoredModels, at_once, later
from tests.fakes import InMemoryStore
from tests.scores import FEATURES, booster, trees, usual
from tests.tables import TABLES

FOLDER = "analyses/loans/"
CONFIG = f"{FOLDER}analysis_config.json"
MARCH = datetime(2026, 3, 7, tzinfo=UTC)
APRIL = datetime(2026, 4, 1, tzinfo=UTC)
ROWS = 60
WEIGHTS = (2.0, -1.5, 0.6, 0.0)

BIAS: dict[str, Any] = {
    "label": "label",
    "label_values_or_threshold": [1],
    "facet": [{"name_or_index": "sex", "value_or_threshold": [0]}],
    "methods": {"pre_training_bias": {"methods": "all"}, "post_training_bias": {"methods": "all"}, "shap": {}},
}
ASKING: dict[str, Any] = {
    "methods": {"shap": {}},
    "predictor": {"endpoint_name": "risk"},
    "headers": [*FEATURES],
    "dataset_type": "text/csv",
}


@dataclass
class Linear:
    """An endpoint with a linear model."""

    asked: list[bytes] = field(default_factory=list)

    def answer(self, endpoint: str, body: bytes, content_type: str, accept: str) -> bytes:
        assert (endpoint, content_type, accept) == ("risk", "text/csv", "text/csv")
        self.asked.append(body)
        rows = [list(map(float, row)) for row in csv.reader(StringIO(body.decode()))]
        return "".join(f"{float(np.dot(WEIGHTS, row))!r}\n" for row in rows).encode()


@dataclass
class Bucket:
    """Attributes: store: The stack's bucket."""

    store: InMemoryStore = field(default_factory=InMemoryStore)
    endpoint: Linear = field(default_factory=Linear)

    def upload(self, config: object, *, model: bool = True, labels: bool = True) -> None:
        x = usual(ROWS, seed=3)
        names = (*FEATURES, "label", "sex") if labels else FEATURES
        lines = [",".join(names)]
        for i, row in enumerate(x.tolist()):
            lines.append(",".join(map(str, (*row, int(row[0] > 0), i % 2) if labels else row)))
        self.store.put(f"{FOLDER}input/data.csv", ("\n".join(lines) + "\n").encode())
        if model:
            self.store.put(f"{FOLDER}model.json", trees())
        self.store.put(CONFIG, json.dumps(config).encode())

    def run(
        self, explaining: Explaining | None = None, *, at: datetime = MARCH, limit: int = 1_000, name: str = "loans"
    ) -> AnalysisDone | None:
        return run_analysis(
            name,
            store=self.store,
            tables=TABLES,
            kinds=KINDS,
            predictor=self.endpoint,
            explaining=explaining or at_once(self.store, self.endpoint),
            asked_at=at,
            limit=limit,
        )

    def json(self, name: str) -> Any:
        return json.loads(self.store.objects[FOLDER + name])

    def there(self, name: str) -> bool:
        return FOLDER + name in self.store.objects


@pytest.fixture
def bucket() -> Bucket:
    return Bucket()


class TestKeys:
    def test_one_folder_deep(self) -> None:
        assert analysis_of_config(CONFIG) == "loans"
        assert analysis_of_config("analyses/a/b/analysis_config.json") is None
        assert analysis_of_config("baselines/shop/model_bias/analysis_config.json") is None


class TestResults:
    def test_bias_and_explanations_of_a_models_file(self, bucket: Bucket) -> None:
        bucket.upload(BIAS)
        done = bucket.run()
        assert done is not None
        assert done.files is not None
        assert set(done.files) == {"analysis.json", "explanations_shap/out.csv", "report.html"}
        analysis = bucket.json("analysis.json")
        assert list(analysis) == [
            "version",
            "post_training_bias_metrics",
            "pre_training_bias_metrics",
            "explanations",
        ]
        data = xgboost.DMatrix(usual(ROWS, seed=3), feature_names=list(FEATURES))
        expected = np.abs(booster(trees()).predict(data, pred_contribs=True)[:, :-1]).mean(axis=0)
        found = analysis["explanations"]["kernel_shap"]["label0"]["global_shap_values"]
        assert list(found) == list(FEATURES)
        np.testing.assert_allclose(list(found.values()), expected, atol=1e-5)
        assert not bucket.endpoint.asked

    def test_the_same_again(self, bucket: Bucket) -> None:
        bucket.upload(BIAS)
        bucket.run()
        before = dict(bucket.store.objects)
        bucket.run()
        assert bucket.store.objects == before

    def test_an_endpoint_is_asked(self, bucket: Bucket) -> None:
        bucket.upload(ASKING, model=False, labels=False)
        bucket.run()
        found = bucket.json("analysis.json")["explanations"]["kernel_shap"]["label0"]["global_shap_values"]
        assert list(found) == list(FEATURES)
        assert found["visits"] == pytest.approx(0.0, abs=1e-9)
        assert bucket.there("explanations_shap/baseline.csv")
        assert bucket.endpoint.asked

    def test_a_data_set_elsewhere_in_the_bucket(self, bucket: Bucket) -> None:
        bucket.upload({})
        bucket.store.put("baselines/shop/input/a.csv", bucket.store.objects.pop(f"{FOLDER}input/data.csv"))
        uri = bucket.store.uri("baselines/shop/input/")
        bucket.store.put(CONFIG, json.dumps({**BIAS, "dataset_uri": uri}).encode())
        bucket.run()
        assert bucket.there("analysis.json")

    def test_a_model_elsewhere_in_the_bucket(self, bucket: Bucket) -> None:
        bucket.upload({**BIAS, "driftline_model": "models/shop/model.json"}, model=False)
        bucket.store.put("models/shop/model.json", trees())
        bucket.run()
        assert bucket.there("analysis.json")

    def test_baseline_rows_in_a_file(self, bucket: Bucket) -> None:
        bucket.store.put(f"{FOLDER}rows.csv", b"1,2,3,4\n")
        shap = {"baseline": bucket.store.uri(f"{FOLDER}rows.csv")}
        bucket.upload({**ASKING, "methods": {"shap": shap}}, model=False, labels=False)
        bucket.run()
        baseline = bucket.store.objects[f"{FOLDER}explanations_shap/baseline.csv"]
        header, row = baseline.decode().splitlines()
        assert header == ",".join(FEATURES)
        assert list(map(float, row.split(","))) == [1, 2, 3, 4]
        bucket.upload({**ASKING, "methods": {"shap": {"baseline": "s3://others/rows.csv"}}}, model=False, labels=False)
        refused = bucket.run()
        assert refused is not None
        assert refused.error is not None
        assert "stack's bucket only" in refused.error.expected

    def test_a_configuration_that_is_gone(self, bucket: Bucket) -> None:
        assert bucket.run() is None
        assert not bucket.store.objects


class TestWaiting:
    def test_explanations_are_requested_and_then_used(self, bucket: Bucket) -> None:
        """Predictions for bias metrics are asked for once, when everything else is there."""
        config = {**BIAS, "predictor": {"endpoint_name": "risk"}, "excluded_columns": ["sex"]}
        bucket.upload({**config, "facet": [{"name_or_index": "visits", "value_or_threshold": [0.0]}]}, model=False)
        resumes = RecordingResumes()
        explaining = later(bucket.store, resumes)
        with pytest.raises(PendingError) as pending:
            bucket.run(explaining)
        assert not bucket.endpoint.asked
        explaining.wait_with_baseline(asker_of("loans"), "analysis", "the message", pending.value, bucket.store)
        solver = Solver(StoredModels(bucket.store), bucket.endpoint)
        tasks = [key for key in bucket.store.objects if key.endswith(".task")]
        for key in tasks:
            explain_task(key, store=bucket.store, solve=solver, resumes=resumes, last_try=False)
        assert [each.message for each in resumes.resumed] == ["the message"]
        asked = len(bucket.endpoint.asked)
        bucket.run(explaining)
        assert bucket.there("analysis.json")
        assert len(bucket.endpoint.asked) == asked + 1

    def test_two_analyses_do_not_share_a_name_with_an_endpoint(self) -> None:
        """SageMaker's names of endpoints begin with a letter or digit."""
        assert not asker_of("risk")[0].isalnum()


class TestErrors:
    def refused(self, bucket: Bucket, **more: Any) -> dict[str, str]:
        done = bucket.run(**more)
        assert done is not None
        assert done.error is not None
        assert not bucket.there("analysis.json")
        return dict(bucket.json("error.json"))

    @pytest.mark.parametrize(
        "uri",
        ["s3://others/data.csv", "s3://{bucket}/capture/shop/", "s3://{bucket}/analyses/../state/x", "/etc/passwd"],
    )
    def test_data_elsewhere(self, bucket: Bucket, uri: str) -> None:
        bucket.upload({**BIAS, "dataset_uri": uri.format(bucket=bucket.store.name)})
        assert "stack's bucket only" in self.refused(bucket)["expected"]

    def test_no_data(self, bucket: Bucket) -> None:
        bucket.store.put(CONFIG, json.dumps(BIAS).encode())
        assert self.refused(bucket)["what"] == "no data set"

    def test_no_model(self, bucket: Bucket) -> None:
        bucket.upload(BIAS, model=False)
        assert "model.tar.gz" in self.refused(bucket)["mend"]

    def test_two_models(self, bucket: Bucket) -> None:
        bucket.upload(BIAS)
        bucket.store.put(f"{FOLDER}model.ubj", trees())
        assert "2 models" in self.refused(bucket)["what"]

    def test_not_json(self, bucket: Bucket) -> None:
        bucket.upload(BIAS)
        bucket.store.put(CONFIG, b"{")
        assert "not JSON" in self.refused(bucket)["what"]

    def test_it_goes_when_it_is_mended(self, bucket: Bucket) -> None:
        bucket.upload(BIAS, model=False)
        self.refused(bucket)
        bucket.store.put(f"{FOLDER}model.json", trees())
        bucket.run()
        assert bucket.there("analysis.json")
        assert not bucket.there("error.json")


class TestRequestsOfAMonth:
    def test_too_many_are_refused_before_the_first(self, bucket: Bucket) -> None:
        bucket.upload(ASKING, model=False, labels=False)
        done = bucket.run(limit=ROWS - 1)
        assert done is not None
        assert done.error is not None
        assert not bucket.endpoint.asked
        assert not [key for key in bucket.store.objects if key.startswith(BUDGETS)]

    def test_analyses_share_them_and_the_next_month_has_its_own(self, bucket: Bucket) -> None:
        bucket.upload(ASKING, model=False, labels=False)
        bucket.run(limit=ROWS + 10)
        for key in [key for key in bucket.store.objects if key.startswith(FOLDER)]:
            bucket.store.put(key.replace("loans", "others"), bucket.store.objects[key])
        refused = bucket.run(limit=ROWS + 10, name="others")
        assert refused is not None
        assert refused.error is not None
        assert "10 are left this month" in refused.error.what
        done = bucket.run(limit=ROWS + 10, name="others", at=APRIL)
        assert done is not None
        assert done.error is None

    def test_redelivery_reserves_nothing_twice(self, bucket: Bucket) -> None:
        bucket.upload(ASKING, model=False, labels=False)
        bucket.run(limit=ROWS)
        for key in [key for key in bucket.store.objects if key.endswith(".result")]:
            del bucket.store.objects[key]
        done = bucket.run(limit=ROWS)
        assert done is not None
        assert done.error is None
