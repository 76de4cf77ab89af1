"""The worst violation in a sentence."""

import pytest

from driftline.domain.executions.finding import Finding, Move, worst_first
from driftline.presentation.headline import finding_sentence, states_figures, violations_headline
from tests.findings import drift, share


def moved(subject: str, *moves: Move, observed: float = 0.58) -> Finding:
    return drift(subject, observed, statistic=observed + 0.05, moves=moves)


def known(subject: str, observed: float, *values: str, distinct: int | None = None) -> Finding:
    figure = "share of known categories"
    return share("categorical_values_check", figure, subject, observed, values=values, distinct=distinct)


CONTACT = moved(
    "contact", Move(value="cellular", baseline=0.64, current=0.0), Move(value="mobile", baseline=0.0, current=0.6)
)


def test_a_shift_of_shares_by_category() -> None:
    assert finding_sentence(CONTACT) == "contact: cellular 64 % → 0 %, mobile 0 % → 60 %"


def test_a_shift_of_shares_by_bins_names_the_two_largest() -> None:
    moves = (
        Move(lower=1.0, baseline=0.0, current=1.0),
        Move(upper=0.0, baseline=0.5, current=0.0),
        Move(lower=0.0, upper=0.5, baseline=0.2, current=0.0),
    )
    assert finding_sentence(moved("rate", *moves)) == "rate: 0 % → 100 % above 1, 50 % → 0 % below 0"
    assert finding_sentence(moved("rate", moves[2])) == "rate: 20 % → 0 % from 0 to 0.5"


@pytest.mark.parametrize(
    ("finding", "said"),
    [
        (known("default", 0.9, "yes"), "default: 1 unseen value, 'yes', 10 % of the values"),
        (
            known("os", 0.5, "a", "b", "c", "d", distinct=121),
            "os: 121 unseen values, 'a', 'b', 'c' and 118 more, 50 % of the values",
        ),
        (known("os", 0.5), "os: share of known categories 50 %, at least 100 % required"),
    ],
)
def test_unseen_values_by_name(finding: Finding, said: str) -> None:
    assert finding_sentence(finding) == said


def test_a_metric_with_its_interval_limit_and_baseline() -> None:
    recall = Finding(
        subject="recall", check="LessThanThreshold", description="", figure="recall", observed=0.29, required=0.6,
        side="at_least", interval=(0.21, 0.38), baseline=0.68,
    )  # fmt: skip
    said = "Recall 0.29 (95 % interval 0.21 to 0.38), at least 0.6 required, 0.68 in the baseline"
    assert finding_sentence(recall) == said
    suggested = recall.model_copy(update={"baseline": 0.6})
    assert finding_sentence(suggested) == said.removesuffix(", 0.68 in the baseline")  # which the limit is
    assert states_figures(recall)
    assert not states_figures(CONTACT)


def test_columns_by_name() -> None:
    missing = Finding(
        subject="Missing columns", check="missing_column_check", description="", measure="count", figure="columns",
        observed=14.0, required=15.0, side="at_least", values=("age",), distinct=1,
    )  # fmt: skip
    assert finding_sentence(missing) == "Missing columns: 'age' (14 columns, 15 in the baseline)"


def test_without_figures_the_files_own_words() -> None:
    auc = Finding(subject="auc", check="LessThanThreshold", description="Metric auc with 0.41111111 was less")
    assert finding_sentence(auc) == "AUC: Metric auc with 0.4111 was less"
    assert (
        finding_sentence(Finding(subject="x", check="a_new_check", description="", measure="share")) == "x: a_new_check"
    )


def test_the_worst_is_said_and_the_others_are_counted() -> None:
    assert violations_headline([]) == ""
    assert (
        violations_headline([known("job", 0.999, "x"), CONTACT])
        == f"{finding_sentence(CONTACT)}; 1 more violation (job)"
    )
    many = [CONTACT, *(known(name, 0.999, "x") for name in ("job", "loan", "age", "plan"))]
    assert violations_headline(many) == f"{finding_sentence(CONTACT)}; 4 more violations"
    assert violations_headline([CONTACT] * 6).endswith("; 5 more violations")


def test_metrics_keep_the_order_in_which_people_read_them() -> None:
    one, other = (
        Finding(subject=name, check="c", description="", observed=observed, required=0.5)
        for name, observed in (("recall", 0.4), ("false_negative_rate", 5.0))
    )
    assert worst_first([one, other]) == (one, other)
    assert worst_first([one, other, CONTACT]) == (CONTACT, one, other)


def test_a_hostile_name_is_shown_and_cut() -> None:
    said = finding_sentence(moved("a" * 500, Move(value="\u202e" + "b" * 500, baseline=0.0, current=1.0)))
    assert "\u202e" not in said
    assert len(said) < 200
