"""A finding as evidence in a message."""

from driftline.domain.executions.finding import Finding
from driftline.presentation.messages import evidence


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
