"""Absolute limits hold, are broken, or cannot be decided."""

import pytest

from driftline.kinds.model_bias.rules.limits import MetricLimit


@pytest.mark.parametrize(
    ("limit", "interval", "standing"),
    [
        (MetricLimit(min=0.8), (0.85, 0.95), "held"),
        (MetricLimit(min=0.8), (0.75, 0.95), "undecided"),
        (MetricLimit(min=0.8), (0.55, 0.79), "broken"),
        (MetricLimit(min=0.8, max=1.25), (1.26, 1.5), "broken"),
        (MetricLimit(min=0.8, max=1.25), (0.8, 1.25), "held"),
        (MetricLimit(), (0.1, 0.2), "held"),
    ],
)
def test_standing(limit: MetricLimit, interval: tuple[float, float], standing: str) -> None:
    assert limit.standing(interval) == standing
