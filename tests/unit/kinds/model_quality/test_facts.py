"""A metric and its threshold."""

from driftline.kinds.model_quality.facts import Metric


def test_a_metric_is_beyond_on_the_side_of_its_operator() -> None:
    assert Metric(name="mae", value=2.0, threshold=1.0, operator="GreaterThanThreshold").beyond
    assert not Metric(name="r2", value=2.0, threshold=1.0, operator="LessThanThreshold").beyond
    assert not Metric(name="r2", value=None, threshold=1.0, operator="LessThanThreshold").beyond
