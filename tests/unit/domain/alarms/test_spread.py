"""How far apart schedules of the same minute are delivered."""

import pytest

from driftline.domain.alarms.spread import spread_minutes


@pytest.mark.parametrize(
    ("schedule", "most", "minutes"),
    [
        ("cron(0 * ? * * *)", 5, 5),
        ("cron(0 * ? * * *)", 15, 5),
        ("cron(0 6 ? * * *)", 15, 15),
        ("cron(0 6 ? * MON *)", 5, 5),
        ("cron(0/15 * ? * * *)", 5, 1),
        ("rate(5 minutes)", 5, 0),
        ("rate(24 minutes)", 5, 2),
        ("at(2026-03-01T00:00:00)", 5, 0),
        ("cron(0 * ? * * *)", 0, 0),
    ],
)
def test_it_is_a_twelfth_of_the_time_between_executions_at_most(schedule: str, most: int, minutes: int) -> None:
    assert spread_minutes(schedule, most) == minutes
