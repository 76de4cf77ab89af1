"""The 21 metrics: smclarify's own sample, the real baseline of Clarify, and every refusal in its words."""

import csv
import json
import math
from pathlib import Path

import pytest

from driftline.kinds.model_bias.rules.metrics import METRICS, POST_TRAINING, PRE_TRAINING
from driftline.kinds.model_bias.rules.tables import Tables
from tests.unit.kinds.model_bias.support import LABEL, PREDICTED, SEX, table, tables

FEMALE = {
    "CI": -1 / 6,
    "DI": 10 / 7,
    "DCA": 1 / 4,
    "DCR": 1 / 3,
    "RD": -2 / 3,
    "SD": 1 / 6,
    "DRR": 1 / 3,
    "AD": -13 / 35,
    "DAR": -1 / 2,
    "TE": -1 / 2,
    "GE": 0.24556213017751485,
}
"""What smclarify's tests expect of its sample of twelve rows, with the signs of its code."""


def test_there_are_21_in_the_order_of_files() -> None:
    assert PRE_TRAINING == ("CDDL", "CI", "DPL", "JS", "KL", "KS", "LP", "TVD")
    assert (*("AD", "CDDPL", "DAR", "DCA", "DCR", "DI", "DPPL", "DRR", "FT", "GE", "RD", "SD", "TE"),) == POST_TRAINING
    assert all(each.meaning.endswith(".") and each.formula and each.positive for each in METRICS.values())
    assert METRICS["KL"].title == "Kullback-Liebler Divergence (KL)"


@pytest.mark.parametrize(("name", "value"), FEMALE.items())
def test_smclarifys_sample(name: str, value: float) -> None:
    assert METRICS[name].value(tables(SEX, ["F"], LABEL, PREDICTED)) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize("name", ["CI", "DCA", "DCR", "RD", "SD", "DRR", "AD", "DAR", "TE"])
def test_the_other_group_has_the_opposite_sign(name: str) -> None:
    found = METRICS[name].value(tables(SEX, ["M"], LABEL, PREDICTED))

    assert found == pytest.approx(-FEMALE[name], rel=1e-15)


def test_clarifys_real_baseline_to_the_last_bit(shared_data: Path) -> None:
    folder = shared_data / "clarify_check_step"
    with (folder / "dataset.csv").open() as file:
        label, facet, stratum, *_ = zip(*csv.reader(file), strict=True)
    body = json.loads((folder / "data_bias" / "good_cases" / "analysis.json").read_text())
    expected = body["pre_training_bias_metrics"]["facets"]["F1"][0]["metrics"]
    counted = tables([float(each) for each in facet], [0.5], [int(each) for each in label], None, stratum)

    assert {each["name"]: METRICS[each["name"]].value(counted) for each in expected} == {
        each["name"]: each["value"] for each in expected
    }


EMPTY_GROUP = {
    "CI": "CI: facet set is empty. Check that x[facet] has non-zero length.",
    **dict.fromkeys(("DPL", "DPPL"), "Facet set is empty."),
    **dict.fromkeys(("DI", "AD", "TE", "FT"), "Facet set is empty"),
    **dict.fromkeys(("DCA", "DCR"), "DCO: Facet set is empty"),
    **dict.fromkeys(("DAR", "DRR"), "DLR: Facet set is empty"),
    **dict.fromkeys(("RD", "SD"), "DLA: Facet set is empty"),
    **dict.fromkeys(("KL", "JS", "LP", "TVD", "KS"), "No instance of common facet found, dataset may be too small"),
}
EMPTY_OTHERS = {
    "CI": "CI: negated facet set is empty. Check that x[~facet] has non-zero length.",
    **dict.fromkeys(("DPL", "DPPL"), "Negative facet set is empty."),
    "DI": "Negated facet set is empty",
    **dict.fromkeys(("AD", "TE", "FT"), "Negated Facet set is empty"),
    **dict.fromkeys(("DCA", "DCR"), "DCO: Negated Facet set is empty"),
    **dict.fromkeys(("DAR", "DRR"), "DLR: Negated Facet set is empty"),
    **dict.fromkeys(("RD", "SD"), "DLA: Negated Facet set is empty"),
}


def refusal(name: str, counted: Tables) -> str:
    with pytest.raises(ValueError) as raised:
        METRICS[name].value(counted)
    return str(raised.value)


@pytest.mark.parametrize(("name", "text"), EMPTY_GROUP.items())
def test_an_empty_group_is_an_error_in_clarifys_words(name: str, text: str) -> None:
    assert refusal(name, table((3, 1, 1, 3), (0, 0, 0, 0))) == text


@pytest.mark.parametrize(("name", "text"), EMPTY_OTHERS.items())
def test_no_other_rows_are_an_error_in_clarifys_words(name: str, text: str) -> None:
    assert refusal(name, table((0, 0, 0, 0), (3, 1, 1, 3))) == text


def test_conditional_disparity_needs_strata_and_both_outcomes() -> None:
    without = tables(SEX, ["F"], LABEL, PREDICTED)
    all_positive = tables(SEX, ["F"], [1] * 12, [0] * 12, stratum=["s"] * 12)

    assert refusal("CDDL", without) == "Group variable is empty or not provided"
    assert refusal("CDDL", all_positive) == "No negative labels in set"
    assert refusal("CDDPL", all_positive) == "No positive labels in set"


def test_all_false_negatives_have_no_entropy() -> None:
    assert refusal("GE", table((0, 0, 3, 0), (0, 0, 2, 0))).startswith("All predicted labels are false negatives.")
    assert refusal("GE", table((0, 0, 0, 0), (0, 0, 0, 0))) == "dataset must be non-empty"


def test_infinities() -> None:
    one_sided = table((1, 1, 1, 1), (1, 0, 2, 0))
    neither = table((1, 0, 3, 2), (2, 0, 4, 1))

    assert METRICS["TE"].value(one_sided) == math.inf
    assert METRICS["TE"].value(neither) == 0.0
    assert METRICS["DI"].value(table((0, 0, 1, 1), (1, 0, 0, 1))) == math.inf
    assert METRICS["DI"].value(table((0, 0, 1, 1), (0, 0, 1, 1))) == 0.0
    assert METRICS["DCA"].value(table((0, 0, 1, 1), (1, 0, 1, 1))) == math.inf
    assert METRICS["DCA"].value(table((1, 0, 1, 1), (0, 0, 1, 1))) == -math.inf
    assert repr(METRICS["DCR"].value(table((1, 1, 0, 0), (1, 2, 0, 0)))) == "0"  # a whole number, as Clarify writes it


def test_divergences_count_outcomes_that_both_groups_have() -> None:
    counted = table((2, 0, 2, 2), (3, 0, 0, 0))  # d has positives only

    assert METRICS["KL"].value(counted) == pytest.approx(2 / 3 * math.log(2 / 3))
    assert METRICS["TVD"].value(counted) == pytest.approx(1 / 6)


def test_rows_without_a_label_count_for_predictions_alone() -> None:
    counted = tables(list("FFMMF"), ["F"], [1, 0, 1, None, None], [1, 1, 0, 1, None])

    assert counted.labels.sum() == 3
    assert counted.predictions.sum() == 4
    assert counted.both.sum() == 3
    assert METRICS["DPPL"].value(counted) == 1 / 2 - 1


def test_rows_without_a_facet_value_are_among_the_others_and_without_a_stratum_nowhere() -> None:
    counted = tables(["F", None, "M"], ["F"], [1, 0, 1], None, ["s", "s", None])

    assert counted.labels.tolist() == [[1, 1], [0, 1]]
    assert counted.labels_by is not None
    assert counted.labels_by.tolist() == [[[1, 0], [0, 1]]]
