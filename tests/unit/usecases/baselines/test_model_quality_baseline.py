"""Baselines of model quality: any format, any naming of the columns, SageMaker's figures, errors that can be mended."""

import csv
import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest
from sklearn import metrics

from driftline.adapters.tables import parquet_files
from driftline.domain.errors import InvalidInputError
from driftline.kinds.registry import KINDS
from driftline.usecases.baselines.datasets import csv_files
from driftline.usecases.baselines.suggest_baseline import (
    BaselineSuggested,
    NoDataSetError,
    baselines_of,
)
from tests.executing import suggest_in
from tests.fakes import InMemoryStore, RecordingOperators

FOLDER = "baselines/churn/model_quality/"
STATISTICS, CONSTRAINTS = f"{FOLDER}statistics.json", f"{FOLDER}constraints.json"
DOCUMENT = "monitors/churn.yaml"
BINARY = "problem_type: BinaryClassification, probability_attribute: probability, ground_truth_attribute: label"
REGRESSION = "problem_type: Regression, inference_attribute: score, ground_truth_attribute: label"
ROWS = [("0.5", "1.5"), ("2.25", "2"), ("-1", "0.125")]


class Bucket:
    """A bucket with a monitor document and data sets, and the use case over it."""

    def __init__(self, monitor: str | None = REGRESSION, *, columns: str = "") -> None:
        self.store = InMemoryStore()
        self.operators = RecordingOperators()
        if monitor is not None:
            self.document(monitor, columns=columns)

    def document(self, monitor: str, *, columns: str = "") -> None:
        text = f"endpoint: churn\n{columns}\nmonitors: {{model_quality: {{{monitor}}}}}\n"
        self.store.objects[DOCUMENT] = text.encode()

    def upload(self, body: bytes | str, name: str = "data.csv") -> "Bucket":
        self.store.objects[f"{FOLDER}input/{name}"] = body.encode() if isinstance(body, str) else body
        return self

    def suggest(self) -> BaselineSuggested:
        return suggest_in(self.store, "churn", "model_quality", self.operators)

    def files(self) -> tuple[bytes, bytes]:
        self.suggest()
        return self.store.objects[STATISTICS], self.store.objects[CONSTRAINTS]

    def metrics(self) -> dict[str, Any]:
        self.suggest()
        (found,) = (each for name, each in self.json(STATISTICS).items() if name.endswith("_metrics"))
        assert isinstance(found, dict)
        return found

    def json(self, key: str) -> Any:
        return json.loads(self.store.objects[key])

    def refuses(self) -> InvalidInputError:
        before = dict(self.store.objects)
        with pytest.raises(InvalidInputError) as raised:
            self.suggest()
        assert self.store.objects == before
        return raised.value


def csv_of(rows: Sequence[tuple[str, ...]], header: str = "score,label") -> str:
    return "".join(f"{line}\n" for line in [header, *(",".join(row) for row in rows)] if line)


@pytest.fixture
def predictions(shared_data: Path) -> Path:
    return shared_data / "churn_sagemaker" / "validation_with_predictions.csv"


class TestRealPredictions:
    """201 customers of SageMaker's churn example; scikit-learn is the judge."""

    @pytest.mark.parametrize("threshold", [0.5, 0.2])
    def test_by_probability_and_threshold(self, predictions: Path, threshold: float) -> None:
        # Given SageMaker's file of probabilities, predictions and labels
        with predictions.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        actual = [int(row["label"]) for row in rows]
        probability = [float(row["probability"]) for row in rows]
        predicted = [int(each > threshold) for each in probability]
        # When it is the baseline of a monitor with this threshold
        bucket = Bucket(f"{BINARY}, probability_threshold_attribute: {threshold}").upload(predictions.read_bytes())
        found = bucket.metrics()
        # Then every figure is scikit-learn's
        expected = {
            "accuracy": metrics.accuracy_score(actual, predicted),
            "precision": metrics.precision_score(actual, predicted),
            "recall": metrics.recall_score(actual, predicted),
            "f0_5": metrics.fbeta_score(actual, predicted, beta=0.5),
            "f1": metrics.f1_score(actual, predicted),
            "f2": metrics.fbeta_score(actual, predicted, beta=2),
            "auc": metrics.roc_auc_score(actual, probability),
        }
        assert {name: found[name]["value"] for name in expected} == pytest.approx(expected, abs=1e-12)
        matrix = metrics.confusion_matrix(actual, predicted)
        assert found["confusion_matrix"] == {
            str(label): {str(other): matrix[label, other] for other in (0, 1)} for label in (0, 1)
        }
        # And the values are the thresholds of the constraints.
        constraints = bucket.json(CONSTRAINTS)["binary_classification_constraints"]
        assert constraints["auc"] == {
            "threshold": found["auc"]["value"],
            "comparison_operator": "LessThanThreshold",
        }
        assert bucket.json(STATISTICS)["dataset"] == {"item_count": 201}

    def test_the_prediction_goes_before_the_threshold(self, predictions: Path) -> None:
        with predictions.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        bucket = Bucket(f"{BINARY}, inference_attribute: prediction, probability_threshold_attribute: 0.01")
        found = bucket.upload(predictions.read_bytes()).metrics()
        actual, predicted = ([int(row[name]) for row in rows] for name in ("label", "prediction"))
        assert found["f1"]["value"] == pytest.approx(metrics.f1_score(actual, predicted), abs=1e-12)


def parquet(folder: Path) -> bytes:
    path = folder / "data.parquet"
    values = ", ".join(f"({', '.join(row)})" for row in ROWS)
    duckdb.sql(f"COPY (FROM (VALUES {values}) AS rows(score, label)) TO '{path}' (FORMAT parquet)")
    return path.read_bytes()


class TestFormats:
    def test_the_same_rows_give_the_same_files_whatever_holds_them(self, tmp_path: Path) -> None:
        flat = "".join(json.dumps({"score": float(s), "label": float(t)}) + "\n" for s, t in ROWS)
        nested = "".join(json.dumps({"out": [{"score": float(s)}], "label": t}) + "\n" for s, t in ROWS)
        swapped = csv_of([(t, "x", s) for s, t in ROWS], "label,other,score")
        by_path = REGRESSION.replace("score", '"out[0].score"')
        expected = Bucket().upload(csv_of(ROWS)).files()
        split = Bucket().upload(csv_of(ROWS[:1]), "a.csv").upload(csv_of(ROWS[1:]), "b.csv")
        assert split.files() == expected
        assert Bucket().upload(gzip.compress(csv_of(ROWS).encode()), "a.csv.gz").files() == expected
        assert Bucket().upload(swapped).files() == expected
        assert Bucket().upload(flat, "a.jsonl").files() == expected
        assert Bucket(by_path).upload(nested, "a.jsonl").files() == expected
        assert Bucket().upload(parquet(tmp_path), "a.parquet").files() == expected

    def test_a_block_at_a_time_gives_the_same_files(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        rows = [(str(index % 7), str(index % 5)) for index in range(500)]
        expected = Bucket().upload(csv_of(rows)).files()
        monkeypatch.setattr(csv_files, "BLOCK_BYTES", 100)
        assert Bucket().upload(csv_of(rows)).files() == expected
        monkeypatch.setattr(parquet_files, "BATCH_CELLS", 2)
        assert Bucket().upload(parquet(tmp_path), "a.parquet").files() == Bucket().upload(csv_of(ROWS)).files()

    def test_autopilots_lists_of_probabilities(self, tmp_path: Path) -> None:
        monitor = "problem_type: MulticlassClassification, probability_attribute: probabilities, "
        path = tmp_path / "data.parquet"
        rows = "([0.7, 0.2, 0.1], ['a', 'b', 'c'], 'a'), ([0.1, 0.2, 0.7], ['a', 'b', 'c'], 'b')"
        duckdb.sql(f"COPY (FROM (VALUES {rows}) AS rows(probabilities, labels, truth)) TO '{path}' (FORMAT parquet)")
        bucket = Bucket(monitor + "ground_truth_attribute: truth").upload(path.read_bytes(), "a.parquet")
        assert bucket.metrics()["accuracy"]["value"] == 0.5


class TestColumns:
    def test_indexes_are_of_the_data_set_if_nothing_else_is_known(self) -> None:
        by_index = REGRESSION.replace("score", "1").replace("label", "0")
        rows = [(t, s) for s, t in ROWS]
        expected = Bucket().upload(csv_of(ROWS)).files()
        assert Bucket(by_index).upload(csv_of(rows, "")).files() == expected
        assert Bucket(by_index).upload(csv_of(rows, "label,score")).files() == expected

    def test_an_index_of_the_output_is_the_column_that_the_document_names(self) -> None:
        # Given an endpoint that answers with the score alone, and a data set whose first column is the label
        bucket = Bucket(REGRESSION.replace("score", "0"), columns="columns: {output: [score]}")
        bucket.upload(csv_of([(t, s) for s, t in ROWS], "label,score"))
        # Then its prediction is the score
        assert bucket.files() == Bucket().upload(csv_of(ROWS)).files()

    def test_the_document_names_columns_that_have_no_header(self) -> None:
        bucket = Bucket(columns="columns: {output: [score], input: [label]}").upload(csv_of(ROWS, ""))
        assert bucket.files() == Bucket().upload(csv_of(ROWS)).files()

    def test_one_column_cannot_be_label_and_prediction(self) -> None:
        error = Bucket(REGRESSION.replace("score", "0")).upload(csv_of(ROWS, "label,score")).refuses()
        assert error.what == "label is both the label and the prediction"
        assert "columns.output" in error.mend

    def test_a_column_that_is_not_there(self) -> None:
        error = Bucket(REGRESSION.replace("score", "scor")).upload(csv_of(ROWS)).refuses()
        assert error.what == "no column scor, the inference_attribute"
        assert error.expected == "one of score, label"
        error = Bucket(REGRESSION.replace("score", "7")).upload(csv_of(ROWS)).refuses()
        assert error.what == "no column 7, the inference_attribute"


class TestRowsThatCannotBeUsed:
    def test_are_left_out_and_counted(self) -> None:
        bucket = Bucket().upload(csv_of([*ROWS, ("", "1"), ("1", ""), ("x", "1"), ("2", "inf")]))
        suggested = bucket.suggest()
        assert suggested.rows == 3
        assert dict(suggested.unusable) == {
            "no label": 1,
            "no prediction": 1,
            "the label is not a finite number": 1,
            "the prediction is not a finite number": 1,
        }
        assert bucket.json(STATISTICS)["dataset"]["item_count"] == 3
        # A second delivery says so again.
        again = bucket.suggest()
        assert (again.unchanged, again.unusable) == (True, suggested.unusable)

    def test_none_left_is_an_error_with_the_reasons(self) -> None:
        error = Bucket(REGRESSION.replace("score", "name")).upload("name,label\nx,1\ny,2\n").refuses()
        assert error.what == "none of the 2 rows can be used: the prediction is not a finite number (2)"
        error = Bucket(REGRESSION.replace("score", "scor")).upload('{"score": 1, "label": 2}\n', "a.jsonl").refuses()
        assert error.what == "none of the 1 rows can be used: no prediction (1)"

    def test_a_header_alone_is_no_data_set(self) -> None:
        bucket = Bucket().upload('{"csv": {"header": true}}', "_format.json").upload("score,label\n")
        assert bucket.refuses().what == "the data set has no rows"

    def test_numbers_are_no_classes(self) -> None:
        monitor = REGRESSION.replace("Regression", "MulticlassClassification")
        # As many as a table of all pairs could not hold.
        rows = [(str(index + 0.5), str(index)) for index in range(50_000)]
        error = Bucket(monitor).upload(csv_of(rows)).refuses()
        assert error.what.startswith("100000 distinct labels")
        assert error.mend == "If the label is a number to be estimated, set problem_type: Regression."

    @pytest.mark.parametrize(("line", "what"), [("[1, 2]", "not an object: [1, 2]"), ('{"score": 1,}', "not JSON")])
    def test_a_line_that_is_no_object_is_named(self, line: str, what: str) -> None:
        error = Bucket().upload(f'{{"score": 1, "label": 2}}\n\n{line}\n', "a.jsonl").refuses()
        assert error.what.startswith(what)
        assert error.where.endswith("a.jsonl, line 3")


class TestTheDocument:
    @pytest.mark.parametrize(
        ("document", "what"),
        [
            (None, "no monitor document"),
            ("endpoint: churn\nmonitors: {data_quality: {}}\n", "the monitor document has no monitor model_quality"),
            (
                "endpoint: churn\nmonitors: {model_quality: {problem_type: Regression, inference_attribute: score}}\n",
                "model_quality has no ground_truth_attribute",
            ),
        ],
    )
    def test_has_to_say_where_prediction_and_label_are(self, document: str | None, what: str) -> None:
        bucket = Bucket(None).upload(csv_of(ROWS))
        if document is not None:
            bucket.store.objects[DOCUMENT] = document.encode()
        error = bucket.refuses()
        assert error.what.startswith(what)
        assert error.where.endswith(DOCUMENT)
        assert "the data set is read then" in error.mend

    def test_a_broken_one_says_what_is_wrong(self) -> None:
        assert "problem_type" in str(Bucket("problem_type: Regresion").upload(csv_of(ROWS)).refuses())

    def test_without_a_data_set_there_is_nothing_to_complain_about(self) -> None:
        with pytest.raises(NoDataSetError):
            Bucket(None).suggest()

    def test_one_that_comes_after_its_data_set_has_it_read(self) -> None:
        bucket = Bucket().upload(csv_of(ROWS))
        assert baselines_of(bucket.store, DOCUMENT, kinds=KINDS) == [("churn", "model_quality")]
        assert baselines_of(bucket.store, f"{FOLDER}input/data.csv", kinds=KINDS) == [("churn", "model_quality")]

    @pytest.mark.parametrize(
        "key", ["monitors/churn.status.json", "monitors/churn.yml", "monitors/gone.yaml", STATISTICS, "x"]
    )
    def test_other_keys_have_nothing_read(self, key: str) -> None:
        bucket = Bucket().upload(csv_of(ROWS))
        bucket.store.objects["monitors/broken.yaml"] = b"endpoint: ["
        assert baselines_of(bucket.store, key, kinds=KINDS) == []
        assert baselines_of(bucket.store, "monitors/broken.yaml", kinds=KINDS) == []

    def test_another_attribute_is_another_baseline(self) -> None:
        bucket = Bucket().upload(csv_of([("1", "2", "3"), ("4", "5", "7")], "score,other,label"))
        first = bucket.metrics()
        assert bucket.suggest().unchanged
        bucket.document(REGRESSION.replace("score", "other"))
        assert not bucket.suggest().unchanged
        assert bucket.metrics()["mae"]["value"] == 1.5 != first["mae"]["value"]

    def test_another_schedule_is_none(self) -> None:
        bucket = Bucket().upload(csv_of(ROWS))
        bucket.suggest()
        bucket.document(f"{REGRESSION}, schedule: rate(6 hours), alarm_on: point")
        assert bucket.suggest().unchanged


def test_a_monitor_that_nobody_knows_has_no_baseline() -> None:
    store = InMemoryStore(objects={"baselines/churn/model_qualty/input/a.csv": b"1\n"})
    with pytest.raises(InvalidInputError, match="no kind of monitor model_qualty") as raised:
        suggest_in(store, "churn", "model_qualty")
    assert raised.value.expected == "one of data_quality, model_quality, model_bias, model_explainability"


def test_edited_constraints_stay_and_the_suggestion_lies_beside() -> None:
    # Given suggested constraints whose threshold somebody raised
    bucket = Bucket().upload(csv_of(ROWS))
    bucket.suggest()
    edited: Mapping[str, Any] = bucket.json(CONSTRAINTS)
    edited["regression_constraints"]["mae"]["threshold"] *= 2
    bucket.store.objects[CONSTRAINTS] = json.dumps(edited).encode()
    # When another data set comes
    bucket.upload(csv_of(ROWS[:2]))
    suggested = bucket.suggest()
    # Then the edited file stays and people are told
    assert suggested.kept == ("constraints.json",)
    assert bucket.json(CONSTRAINTS) == edited
    assert bucket.json(f"{FOLDER}constraints.suggested.json")["regression_constraints"]["mae"]["threshold"] == 0.625
    ((subject, _),) = bucket.operators.told
    assert subject == "Baseline of churn, model_quality: suggestions next to your files"
