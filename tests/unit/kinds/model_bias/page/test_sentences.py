"""A metric of a group in one sentence."""

from math import inf

import pytest

from driftline.kinds.model_bias.rules.metrics import METRICS
from driftline.kinds.model_bias.rules.sentences import Said, few_rows, metric_sentence, sentence_of
from driftline.kinds.model_bias.rules.tables import Tables, Tabulated
from tests.bias_summaries import RECALL_LOST
from tests.unit.kinds.model_bias.support import counted

WOMEN = "Sex = Female"


def said(metric: str, value: float) -> str:
    return metric_sentence(metric, WOMEN, Said(value=value))


def test_a_difference_with_its_interval_and_the_baseline() -> None:
    assert sentence_of(RECALL_LOST, WOMEN) == (
        "Recall for Sex = Female is 9.1 points below the others (95 % interval 5.2 to 13.0; 1.5 at the baseline)."
    )


@pytest.mark.parametrize(
    ("metric", "value", "sentence"),
    [
        ("AD", 0.05, "Accuracy for Sex = Female is 5.0 points below the others."),
        ("AD", -0.05, "Accuracy for Sex = Female is 5.0 points above the others."),
        ("DAR", 0.05, "Precision for Sex = Female is 5.0 points below the others."),
        ("DPL", 0.05, "The share of positive labels for Sex = Female is 5.0 points below the others."),
        ("DPPL", -0.05, "Acceptance for Sex = Female is 5.0 points above the others."),
        ("DRR", 0.05, "The share of rejections that are right for Sex = Female is 5.0 points above the others."),
        ("SD", 0.05, "Specificity for Sex = Female is 5.0 points above the others."),
        ("RD", 0.0, "Recall for Sex = Female is level with the others."),
        ("CI", 0.34, "The share of Sex = Female in the rows is 34.0 points below that of the others."),
        (
            "CDDPL",
            0.05,
            ("Among similar cases, the share of Sex = Female in the rejections is 5.0 points above its share in the "
            "acceptances."),
        ),
        (
            "CDDL",
            -0.05,
            ("Among similar cases, the share of Sex = Female in the bad outcomes is 5.0 points below its share in the "
            "good ones."),
        ),
        (
            "FT",
            0.05,
            ("The share of Sex = Female that the model accepts though it rejects the most similar others is 5.0 points "
            "above the reverse."),
        ),
        ("DI", 0.8612, "Acceptance for Sex = Female is 0.8612 times that of the others."),
        (
            "DI",
            inf,
            "Acceptance for Sex = Female is infinitely higher than for the others, of whom none is accepted.",
        ),
        ("TE", inf, "Wrong rejections for each wrong acceptance are infinitely higher for Sex = Female than for the others."),
        ("DCA", 0.5, "Positive labels for each acceptance are 0.5 lower for Sex = Female than for the others."),
        ("DCR", 0.5, "Negative labels for each rejection are 0.5 higher for Sex = Female than for the others."),
        ("DCR", 0, "Negative labels for each rejection are as many for Sex = Female as for the others."),
        ("GE", 0.1, "The model’s benefit is spread unevenly over all rows: the generalized entropy is 0.1."),
        (
            "KL",
            inf,
            "The labels of Sex = Female and of the others differ: the Kullback-Leibler divergence is infinite.",
        ),
    ],
)  # fmt: skip
def test_each_in_its_own_words(metric: str, value: float, sentence: str) -> None:
    assert said(metric, value) == sentence


def tables_of(label: list[str], predicted: list[str]) -> Tables:
    """Six rows of the group d and six others."""
    counts, _, criterion = counted(["d"] * 6 + ["a"] * 6, ["d"], [*label], [*predicted], ["1"])
    return Tabulated.of(next(iter(counts.facets.values())), criterion.texts).tables(frozenset({"d"}))


@pytest.mark.parametrize(
    ("metric", "label", "predicted", "words"),
    [
        # Of the group: 1 of 4 good cases found; of the others 3 of 4.
        ("RD", "111100111100", "100000111000", "is 50.0 points below"),
        ("AD", "111100111100", "100000111000", "is 33.3 points below"),
        ("DPPL", "111100111100", "100000111000", "is 33.3 points below"),
        ("DPL", "100000111100", "100000111100", "is 50.0 points below"),
        ("SD", "110000110000", "111100110000", "is 50.0 points below"),
        ("DAR", "100000110000", "110000110000", "is 50.0 points below"),
        ("DRR", "111100110000", "110000110000", "is 50.0 points below"),
        ("TE", "111000111000", "100100110100", "are 1 higher"),
        ("DCA", "111100110000", "110000110000", "are 1 higher"),
        ("DCR", "110000111100", "111100111100", "are 1 higher"),
        ("DI", "110000110000", "100000110000", "is 0.5 times that"),
        ("CI", "110000110000", "110000110000", "is level with"),
    ],
)
def test_the_direction_is_that_of_the_rows(metric: str, label: str, predicted: str, words: str) -> None:
    value = float(METRICS[metric].value(tables_of([*label], [*predicted])))

    assert words in said(metric, value)


def test_no_metric_is_without_words_of_its_own() -> None:
    assert not [name for name in METRICS if f"{name} for" in said(name, 0.3)]


def test_figures_are_turned_with_the_words() -> None:
    found = metric_sentence("RD", WOMEN, Said(value=-0.02, interval=(-0.05, 0.01), baseline=0.03))

    assert found == (
        "Recall for Sex = Female is 2.0 points above the others (95 % interval −1.0 to 5.0; 3.0 below at the baseline)."
    )


def test_a_limit_that_is_broken() -> None:
    four_fifths = RECALL_LOST.model_copy(
        update={"figure": "DI", "observed": 0.63, "interval": (0.55, 0.71), "required": 0.8, "side": "at_least", "baseline": 0.85}
    )  # fmt: skip

    assert sentence_of(four_fifths, "women") == (
        "Acceptance for women is 0.63 times that of the others "
        "(95 % interval 0.55 to 0.71; at least 0.8 required; 0.85 at the baseline)."
    )


def test_a_lower_limit_of_a_difference_is_turned_too() -> None:
    limit = RECALL_LOST.model_copy(
        update={"observed": -0.2, "interval": (-0.25, -0.15), "required": -0.1, "side": "at_least", "baseline": None}
    )

    assert "20.0 points above the others (95 % interval 15.0 to 25.0; at most 10.0 allowed)" in sentence_of(
        limit, WOMEN
    )


def test_infinite_ends() -> None:
    found = metric_sentence("TE", WOMEN, Said(value=1.5, interval=(0.2, inf), baseline=-inf))

    assert found.endswith("(95 % interval 0.2 to infinite; infinite lower at the baseline).")


def test_few_rows_leave_nothing_behind() -> None:
    found = few_rows(RECALL_LOST, WOMEN, 10)

    assert found.sentence == "Sex = Female is not shown by value: fewer than 10 rows in the group or among the others."
    assert (found.observed, found.required, found.interval, found.n, found.p_value, found.baseline_interval) == (
        None,
    ) * 6
    assert "0.091" not in found.model_dump_json()


def test_a_hostile_title_is_cut_and_its_invisible_characters_are_named() -> None:
    found = metric_sentence("RD", "\u202e<script>\n" + "x" * 500, Said(value=0.1))

    assert found.startswith("Recall for [U+202E]<script>[U+000A]xxx")
    assert len(found) < 160
