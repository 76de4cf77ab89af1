"""A data set becomes a baseline: Clarify's bytes, any naming of the columns, clear results for what is missing."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from driftline.adapters.tables.duck import DuckTables
from driftline.domain.errors import InvalidInputError
from driftline.kinds.model_bias.baseline_groups import BaselineGroups
from driftline.kinds.model_bias.rules.analysis import Analysis, parse_analysis
from driftline.kinds.registry import KINDS
from driftline.usecases.baselines.suggest_baseline import BaselineSuggested, stored_data_set
from driftline.usecases.monitors.monitor_documents import find_document
from tests.executing import suggest_in
from tests.fakes import InMemoryStore

FOLDER = "baselines/loans/model_bias/"
ANALYSIS, GROUPS, CONFIG = f"{FOLDER}analysis.json", f"{FOLDER}groups.json", f"{FOLDER}analysis_config.json"
OWN = (
    'facets: [{column: sex, values: ["F"]}], positive_label: "1", inference_attribute: predicted, '
    "ground_truth_attribute: label, group_variable: region"
)
HEADER = ("label", "predicted", "sex", "age", "region", "income")
METHODS = {"pre_training_bias": {"methods": "all"}, "post_training_bias": {"methods": "all"}}
CLARIFYS: dict[str, Any] = {
    "dataset_type": "text/csv",
    "label": "label",
    "predicted_label": "predicted",
    "label_values_or_threshold": [1],
    "facet": [{"name_or_index": "sex", "value_or_threshold": ["F"]}],
    "group_variable": "region",
    "methods": METHODS,
}

type Rows = list[tuple[Any, ...]]


def rows(count: int = 120) -> Rows:
    return [
        (each % 3 % 2, each % 5 % 2, "FM"[each % 7 % 2], 20 + each % 41, "nsw"[each % 3], each * 13 % 101)
        for each in range(count)
    ]


class Bucket:
    """A bucket with a data set, and a monitor document or Clarify's configuration."""

    def __init__(self, data: Rows | bytes, monitor: str = "", *, header: Sequence[str] = HEADER, columns: str = ""):
        self.store = InMemoryStore()
        text = f"endpoint: loans\n{columns}\nmonitors: {{model_bias: {{{monitor}}}}}\n"
        self.store.objects["monitors/loans.yaml"] = text.encode()
        lines = [header, *data] if header and not isinstance(data, bytes) else data
        body = (
            lines if isinstance(lines, bytes) else "".join(",".join(map(str, line)) + "\n" for line in lines).encode()
        )
        self.store.objects[f"{FOLDER}input/data.csv"] = body

    def with_config(self, **fields: Any) -> "Bucket":
        config = {name: value for name, value in (CLARIFYS | fields).items() if value is not None}
        self.store.objects[CONFIG] = json.dumps(config).encode()
        return self

    def suggest(self) -> BaselineSuggested:
        return suggest_in(self.store, "loans", "model_bias")

    def analysis(self) -> Analysis:
        self.suggest()
        return parse_analysis(self.store.objects[ANALYSIS])

    def groups(self) -> BaselineGroups:
        found = BaselineGroups.belonging_to(self.store.objects[ANALYSIS], self.store.objects[GROUPS], GROUPS)
        assert found is not None
        return found

    def warnings_said(self) -> tuple[str, ...]:
        """What was said of the data set when it was read."""
        return self.suggest().warnings

    def refuses(self) -> InvalidInputError:
        before = dict(self.store.objects)
        with pytest.raises(InvalidInputError) as raised:
            self.suggest()
        assert self.store.objects == before
        return raised.value


def value(analysis: Analysis, metric: str, facet: str = "sex") -> object:
    for _, section in analysis.sections():
        for entry in section.facets[facet]:
            for each in entry.metrics:
                if each.name == metric:
                    return each.error or each.value
    raise AssertionError(metric)


def test_clarifys_real_baseline_byte_for_byte(shared_data: Path) -> None:
    # Given the data set of a real processing job, which has no header, and the job's configuration
    folder = shared_data / "clarify_check_step"
    bucket = Bucket((folder / "dataset.csv").read_bytes()).with_config(
        headers=["Label", "F1", "F2", "F3", "F4"],
        label="Label",
        predicted_label=None,
        facet=[{"name_or_index": "F1", "value_or_threshold": [0.5]}],
        group_variable="F2",
        methods={"pre_training_bias": {"methods": "all"}},
    )
    # When it is the baseline
    found = bucket.suggest()
    # Then the file is Clarify's own
    assert bucket.store.objects[ANALYSIS] == (folder / "data_bias" / "good_cases" / "analysis.json").read_bytes()
    assert (found.rows, found.unusable, found.warnings) == (100, {}, ())


def test_adult_without_predictions_has_the_metrics_of_its_labels(shared_data: Path) -> None:
    # Given the census, which has labels and no predictions
    body = (shared_data / "adult" / "adults.parquet").read_bytes()
    bucket = Bucket(body).with_config(
        label="class",
        predicted_label=None,
        label_values_or_threshold=[">50K"],
        facet=[{"name_or_index": "sex", "value_or_threshold": ["Female"]}, {"name_or_index": "race"}],
        group_variable="relationship",
    )
    analysis = bucket.analysis()
    # Then 16,192 of 48,842 rows are women, 1,769 of them with a high income, against 9,918 of 32,650
    assert value(analysis, "CI") == (32_650 - 16_192) / 48_842
    assert value(analysis, "DPL") == 9_918 / 32_650 - 1_769 / 16_192
    assert analysis.post_training_bias_metrics is None
    assert analysis.pre_training_bias_metrics is not None
    races = analysis.pre_training_bias_metrics.facets["race"]
    assert {each.value_or_threshold for each in races} == {
        *("White", "Black", "Asian-Pac-Islander", "Amer-Indian-Eskimo", "Other"),
    }
    assert any("no predictions" in each for each in bucket.warnings_said())


@pytest.mark.parametrize(
    "how", ["document", "config", "config by index", "monitor's config", "without a header", "with other names"]
)
def test_all_ways_to_say_it_give_the_same_values(how: str) -> None:
    expected = Bucket(rows(), OWN).analysis()
    plain = Bucket(rows())
    match how:
        case "document":
            found = Bucket(rows(), OWN.replace("inference_attribute: predicted", 'inference_attribute: "1"'))
        case "config":
            found = plain.with_config()
        case "config by index":
            found = plain.with_config(headers=list(HEADER), label=0, predicted_label=1, group_variable=4)
        case "monitor's config":
            found = Bucket(rows(), "inference_attribute: predicted").with_config(methods=None, predicted_label=None)
        case "with other names":
            found = Bucket(rows(), header=list("abcdef")).with_config(headers=list(HEADER))
        case _:
            found = Bucket(rows(), header=()).with_config(headers=list(HEADER))
    analysis = found.analysis()
    assert [section.facets for _, section in analysis.sections()] == [
        section.facets for _, section in expected.sections()
    ]
    assert value(analysis, "FT") == "FlipTest does not support non-numeric columns"


class TestFormats:
    def test_json_lines_say_the_same_as_csv(self) -> None:
        lines = "".join(json.dumps(dict(zip(HEADER, row, strict=True))) + "\n" for row in rows())
        assert Bucket(lines.encode(), OWN).analysis() == Bucket(rows(), OWN).analysis()

    def test_probabilities_above_the_threshold_are_positive_predictions(self) -> None:
        scores = [(row[0], 0.5 if row[1] == 0 else 0.51, *row[2:]) for row in rows()]
        settings = OWN.replace("inference_attribute", "probability_attribute")
        found, expected = Bucket(scores, settings).analysis(), Bucket(rows(), OWN).analysis()
        assert value(found, "DPPL") == value(expected, "DPPL")
        assert value(found, "AD") == value(expected, "AD")

    def test_a_column_of_scores_is_cut_at_clarifys_threshold(self) -> None:
        scores = [(row[0], 0.7 if row[1] == 0 else 0.71, *row[2:]) for row in rows()]
        found = Bucket(scores).with_config(probability_threshold=0.7).analysis()
        assert value(found, "AD") == value(Bucket(rows(), OWN).analysis(), "AD")

    def test_labels_above_a_threshold(self) -> None:
        numbers = [
            (float(str(row[0])) * 10.5 + number / 1000, float(str(row[1])) * 10.5 + 1.25, *row[2:])
            for number, row in enumerate(rows())
        ]
        settings = OWN.replace('positive_label: "1"', "positive_threshold: 5.0")
        found = Bucket(numbers, settings).analysis()
        assert value(found, "AD") == value(Bucket(rows(), OWN).analysis(), "AD")
        assert found.pre_training_bias_metrics is not None
        assert found.pre_training_bias_metrics.label_value_or_threshold.startswith("(5.0, 10.6")


def test_the_types_and_counts_are_kept_beside_the_file() -> None:
    bucket = Bucket(rows(), "inference_attribute: predicted").with_config(facet=[{"name_or_index": "region"}])
    analysis = bucket.analysis()
    groups = bucket.groups()
    assert analysis.pre_training_bias_metrics is not None
    entries = [each.value_or_threshold for each in analysis.pre_training_bias_metrics.facets["region"]]
    assert entries == ["n", "s", "w"] == list(groups.orders["region"])
    assert (groups.label.element, groups.columns["region"].data) == ("whole", "categorical")
    assert groups.counts.facets["region"].rows == 120


def test_an_intersection_is_one_group() -> None:
    both = OWN.replace(
        '{column: sex, values: ["F"]}', '{column: sex, values: ["F"], and: [{column: age, threshold: 40.0}]}'
    )
    bucket = Bucket(rows(), both)
    members = sum(row[2] == "F" and row[3] > 40 for row in rows())
    assert value(bucket.analysis(), "CI", "sex & age") == (120 - 2 * members) / 120


def test_the_flip_test_is_of_numbers() -> None:
    numbers = [(*row[:4], "nsw".index(row[4]), row[5]) for row in rows()]
    found = value(Bucket(numbers, OWN).analysis(), "FT")
    assert isinstance(found, float)
    assert -1 <= found <= 1


def test_an_uploaded_configuration_reads_the_data_set_again() -> None:
    bucket = Bucket(rows()).with_config()
    assert not bucket.suggest().unchanged
    assert bucket.suggest().unchanged
    bucket.with_config(facet=[{"name_or_index": "region", "value_or_threshold": ["n"]}])
    assert not bucket.suggest().unchanged
    assert b'"region"' in bucket.store.objects[ANALYSIS]


class TestBadInput:
    def test_a_facet_that_does_not_exist_stops_no_other(self) -> None:
        bucket = Bucket(rows(), OWN.replace("facets: [", "facets: [{column: race, values: [x]}, "))
        found = bucket.suggest()
        assert "Facet column race is not present in the dataset." in found.warnings
        assert isinstance(value(parse_analysis(bucket.store.objects[ANALYSIS]), "DPL"), float)

    def test_no_facet_exists(self) -> None:
        error = Bucket(rows(), OWN.replace("column: sex", "column: race")).refuses()
        assert error.what == "no column race, a facet"
        assert "label, predicted, sex" in error.expected

    def test_no_label(self) -> None:
        error = Bucket(rows(), OWN.replace("ground_truth_attribute: label", "ground_truth_attribute: truth")).refuses()
        assert (error.what, error.where) == ("no column truth, the label", f"memory://bucket/{FOLDER}input/")

    def test_no_prediction_leaves_the_metrics_of_labels(self) -> None:
        bucket = Bucket(rows(), OWN.replace("inference_attribute: predicted", "inference_attribute: answer"))
        analysis = bucket.analysis()
        assert analysis.post_training_bias_metrics is None
        assert isinstance(value(analysis, "DPL"), float)
        assert any("There is no column answer, the prediction" in each for each in bucket.warnings_said())

    def test_without_the_prediction_its_probability_decides(self) -> None:
        both = OWN.replace(
            "inference_attribute: predicted", "inference_attribute: answer, probability_attribute: predicted"
        )
        assert value(Bucket(rows(), both).analysis(), "AD") == value(Bucket(rows(), OWN).analysis(), "AD")

    def test_the_label_is_no_prediction(self) -> None:
        error = Bucket(rows(), OWN.replace("inference_attribute: predicted", "inference_attribute: label")).refuses()
        assert error.what == "label is both the label and the prediction"

    def test_all_predictions_are_negative(self) -> None:
        bucket = Bucket([(row[0], 0, *row[2:]) for row in rows()], OWN)
        assert bucket.analysis().post_training_bias_metrics is None
        assert any(each.startswith("No prediction is positive") for each in bucket.warnings_said())

    def test_all_labels_are_negative(self) -> None:
        bucket = Bucket([(0, *row[1:]) for row in rows()], OWN)
        assert value(bucket.analysis(), "DPL") == 0.0
        assert any(each.startswith("No label is positive") for each in bucket.warnings_said())

    def test_labels_of_another_type(self) -> None:
        bucket = Bucket([("yes" if row[0] else "no", *row[1:]) for row in rows()], OWN)
        bucket.suggest()
        assert "No label is positive, '1'; found 'no' (80), 'yes' (40)." in bucket.warnings_said()

    def test_a_facet_that_is_missing_in_half_of_the_rows(self) -> None:
        bucket = Bucket([(*row[:2], row[2] if number % 2 else "", *row[3:]) for number, row in enumerate(rows())], OWN)
        bucket.suggest()
        assert "60 of 120 rows (50 %) have no value of sex: they are among the others." in bucket.warnings_said()

    def test_no_row_can_be_used(self) -> None:
        error = Bucket([("", "", *row[2:]) for row in rows()], OWN).refuses()
        assert error.what.startswith("none of the 120 rows can be used: no label (120 rows); no prediction (120 rows)")

    def test_missing_labels_and_predictions_are_counted(self) -> None:
        given = [
            ("" if number < 3 else row[0], "nan" if number < 2 else row[1], *row[2:])
            for number, row in enumerate(rows())
        ]
        assert Bucket(given, OWN).suggest().unusable == {"no label": 3, "no prediction": 2}

    def test_a_thousand_values(self) -> None:
        many = [(*row[:2], f"v{number}", *row[3:]) for number, row in enumerate(rows(1_000))]
        bucket = Bucket(many, OWN.replace(', values: ["F"]', ""))
        analysis = bucket.analysis()
        assert analysis.pre_training_bias_metrics is not None
        assert len(analysis.pre_training_bias_metrics.facets["sex"]) == 1_000

    def test_hostile_names(self) -> None:
        name = "<script>alert(1)</script>"
        bucket = Bucket(
            rows(), OWN.replace("column: sex", f'column: "{name}"'), header=("label", "predicted", name, *HEADER[3:])
        )
        assert isinstance(value(bucket.analysis(), "DPL", name), float)

    def test_neither_facets_nor_a_configuration(self) -> None:
        assert "no facets" in Bucket(rows()).refuses().what

    def test_a_broken_configuration_names_file_and_field(self) -> None:
        error = Bucket(rows()).with_config(facet=[{"name_or_index": True}]).refuses()
        assert error.where == f"memory://bucket/{CONFIG}: facet[0].name_or_index"


def test_what_windows_find_is_said() -> None:
    found = Bucket(rows(), OWN).suggest().sensitivity
    assert found[0] == "at most 1 % of windows have a violation when nothing has changed."
    # TE divides by the false positives of both groups.
    smallest = min(Counter(row[2] for row in rows() if row[:2] == (0, 1)).values())
    assert found[1].startswith(f"TE of sex = F is judged from about {-(-10 * 120 // smallest):,} rows")
    assert Bucket(rows(), f"{OWN}, comparison: sagemaker").suggest().sensitivity == ()


class TestRehearsal:
    """Parts of a data set, taken for windows."""

    @staticmethod
    def findings(window: Rows) -> list[tuple[str, str | None, bool]]:
        bucket = Bucket(rows(6_000), OWN)
        bucket.suggest()
        suggested = {name: bucket.store.objects[FOLDER + name] for name in ("analysis.json", "groups.json")}
        document = find_document(bucket.store, "loans", kinds=KINDS)
        other = Bucket(window, OWN)
        data = stored_data_set(other.store, "loans", "model_bias", DuckTables())
        found = KINDS.named("model_bias").engine.rehearse(document, suggested, data, "monitors/loans.yaml")
        return [(each.subject, each.figure, each.violation) for each in found]

    def test_the_same_rows_are_quiet(self) -> None:
        assert self.findings(rows(6_000)) == []

    def test_women_who_are_no_longer_accepted_are_found(self) -> None:
        worse = [(row[0], 0 if row[2] == "F" else row[1], *row[2:]) for row in rows(6_000)]
        assert ("sex = F", "DPPL", True) in self.findings(worse)
