"""A finding as evidence in a message."""

from driftline.domain.executions.finding import Finding, Move
from driftline.presentation.findings import Fact, finding_facts
from driftline.presentation.messages import evidence
from tests.findings import drift


def test_a_metric_has_its_name_for_people_and_its_figure_has_none() -> None:
    finding = Finding(
        subject="mae",
        check="GreaterThanThreshold",
        description="mae exceeds 15",
        figure="mae",
        observed=24.34,
        required=15.0,
        side="at_most",
        interval=(22.27, 26.6),
        n=538,
        certain=False,
    )
    assert evidence.subject(finding) == "Mean absolute error"
    assert evidence.figures(finding) == (
        "24.34, at most 15, 538 rows, 95 % interval 22.27 to 26.6 (the threshold is inside the interval)"
    )


def test_figures_that_are_not_known() -> None:
    finding = Finding(subject="age", check="data_type_check", description="Not an integer.", measure="share")
    assert evidence.figures(finding) == "data_type_check unknown (Not an integer.)"


def test_of_categories_it_is_a_share_that_moved_and_no_value_is_lower() -> None:
    moves = Move(value="cellular", baseline=0.64, current=0.0), Move(value="mobile", baseline=0.0, current=0.6)
    finding = drift("contact", 0.6, statistic=0.64, interval=(0.58, 0.7), direction="lower", moves=moves)
    assert evidence.note(finding) == "raw statistic 0.64, 95 % interval 0.58 to 0.7; cellular: 64 % → 0 %"
    facts = finding_facts(finding)
    assert Fact("Direction", "lower share of cellular") in facts
    # The interval is not one of the drift of 0.6.
    assert Fact("95 % interval of the raw statistic", "0.58 to 0.7") in facts


def test_a_metric_is_certainly_on_the_wrong_side_of_its_limit() -> None:
    recall = Finding(
        subject="recall", check="LessThanThreshold", description="", observed=0.3, required=0.4, side="at_least"
    )
    for side, word in (("at_least", "below"), ("at_most", "above")):
        certain = recall.model_copy(update={"certain": True, "side": side})
        assert Fact("Certain", f"yes, the whole interval is {word} the threshold") in finding_facts(certain)
