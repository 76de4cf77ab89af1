"""Cron expressions of EventBridge Scheduler, against cronsim and the examples of the manuals."""

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise

import pytest
from cronsim import CronSim
from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.domain.errors import InvalidInputError
from driftline.domain.monitors.cron import parse_cron
from driftline.domain.monitors.schedule import occurrences, previous_occurrence
from tests.fuzz import examples

START = datetime(2026, 1, 1, tzinfo=UTC)


def times(expression: str, days: int = 1, start: datetime = START) -> list[str]:
    return [f"{moment:%m-%d %H:%M}" for moment in occurrences(expression, start, start + timedelta(days=days))]


class TestSageMakersForms:
    def test_every_hour(self) -> None:
        assert times("cron(0 * ? * * *)") == [f"01-01 {hour:02}:00" for hour in range(24)]

    @pytest.mark.parametrize("hour", range(24))
    def test_once_a_day(self, hour: int) -> None:
        assert times(f"cron(0 {hour:02} ? * * *)", days=2) == [f"01-01 {hour:02}:00", f"01-02 {hour:02}:00"]

    def test_every_so_many_hours_from_a_start_runs_around_midnight(self) -> None:
        """The manual says "every 12 hours, starting at 5pm UTC", which EventBridge would read as 17:00 only."""
        assert parse_cron("cron(0 17/12 ? * * *)").expression == "cron(0 5,17 ? * * *)"
        assert times("cron(0 17/12 ? * * *)") == ["01-01 05:00", "01-01 17:00"]

    def test_every_two_hours_from_midnight_stays_as_it_is(self) -> None:
        assert parse_cron("cron(0 0/2 ? * * *)").expression == "cron(0 0/2 ? * * *)"
        assert times("cron(0 0/2 ? * * *)") == [f"01-01 {hour:02}:00" for hour in range(0, 24, 2)]

    @pytest.mark.parametrize(("expression", "expected"), [("cron(0 5/24 ? * * *)", 1), ("cron(0 5/01 ? * * *)", 24)])
    def test_the_widest_and_the_narrowest_step(self, expression: str, expected: int) -> None:
        assert len(times(expression)) == expected

    @given(st.integers(0, 23), st.sampled_from([1, 2, 3, 4, 6, 8, 12, 24]))
    def test_a_step_that_divides_the_day_keeps_its_distance_at_midnight(self, first: int, step: int) -> None:
        found = list(occurrences(f"cron(0 {first}/{step} ? * * *)", START, START + timedelta(days=3)))
        assert {b - a for a, b in pairwise(found)} == {timedelta(hours=step)}
        assert START + timedelta(hours=first) in found

    def test_a_step_that_does_not_divide_the_day_is_eventbridges(self) -> None:
        assert times("cron(0 17/5 ? * * *)") == ["01-01 17:00", "01-01 22:00"]


class TestEventBridgesForms:
    """Examples whose times the calendar of 2026 gives; 1 January is a Thursday."""

    @pytest.mark.parametrize(
        ("expression", "days", "expected"),
        [
            ("cron(15 10 ? * MON-FRI *)", 5, ["01-01 10:15", "01-02 10:15", "01-05 10:15"]),
            ("cron(0 8 ? * 1 *)", 12, ["01-04 08:00", "01-11 08:00"]),  # 1 is Sunday
            ("cron(0 8 ? * L *)", 9, ["01-03 08:00"]),  # the week's last day is Saturday
            ("cron(0 18 L * ? *)", 60, ["01-31 18:00", "02-28 18:00"]),
            ("cron(0 9 ? * 6L *)", 60, ["01-30 09:00", "02-27 09:00"]),
            ("cron(0 9 ? * THUL *)", 60, ["01-29 09:00", "02-26 09:00"]),
            ("cron(0 9 ? * 3#2 *)", 60, ["01-13 09:00", "02-10 09:00"]),
            ("cron(0 9 ? * FRI#5 *)", 120, ["01-30 09:00"]),
            ("cron(0 9 3W * ? *)", 60, ["01-02 09:00", "02-03 09:00"]),  # 3 January is a Saturday
            ("cron(0 9 4W * ? *)", 31, ["01-05 09:00"]),  # a Sunday
            ("cron(0 9 1W 8 ? *)", 365, ["08-03 09:00"]),  # 1 August is a Saturday: not back into July
            ("cron(0 9 31W 5 ? *)", 365, ["05-29 09:00"]),  # 31 May is a Sunday: not on into June
            (
                "cron(0,30 9-10 1 1,JUL ? *)",
                365,
                [f"0{m}-01 {h}" for m in (1, 7) for h in ("09:00", "09:30", "10:00", "10:30")],
            ),
            ("cron(0 0 1 1 ? 2027)", 365, []),
            ("cron(0 0 1 1 ? 2026-2030)", 365, ["01-01 00:00"]),
            ("cron(0 0 */10 1 ? *)", 365, ["01-01 00:00", "01-11 00:00", "01-21 00:00", "01-31 00:00"]),
        ],
    )
    def test_they_fire_when_the_manual_says(self, expression: str, days: int, expected: list[str]) -> None:
        assert times(expression, days) == expected

    @pytest.mark.parametrize(
        ("written", "normal"),
        [
            ("cron( 0  08 ? * mon-fri * )", "cron(0 8 ? * MON-FRI *)"),
            ("CRON(00 00 01 01 ? 2026)", "cron(0 0 1 1 ? 2026)"),
            ("cron(0/15 * * * ? *)", "cron(0/15 * * * ? *)"),
        ],
    )
    def test_they_are_written_one_way(self, written: str, normal: str) -> None:
        assert parse_cron(written).expression == normal
        assert parse_cron(normal).expression == normal


class TestMistakes:
    @pytest.mark.parametrize(
        ("expression", "found", "expected"),
        [
            ("cron(0 * * * *)", "5 fields", "six"),
            ("cron()", "0 fields", "six"),
            ("cron(0 * * * * *)", "day-of-month is '*' and day-of-week is '*'", "exactly one"),
            ("cron(0 * ? * ? *)", "day-of-month is '?' and day-of-week is '?'", "exactly one"),
            ("cron(60 * ? * * *)", "minutes '60'", "0–59"),
            ("cron(0 24 ? * * *)", "hours '24'", "0–23"),
            ("cron(0 0 0 * ? *)", "day-of-month '0'", "1–31"),
            ("cron(0 0 32W * ? *)", "day-of-month '32'", "1–31"),
            ("cron(0 0 ? 13 * *)", "month '13'", "1–12 or JAN–DEC"),
            ("cron(0 0 ? * 0 *)", "day-of-week '0'", "1–7 or SUN–SAT"),
            ("cron(0 0 ? * 8L *)", "day-of-week '8'", "1–7"),
            ("cron(0 0 ? * MON#6 *)", "'6'", "1–5"),
            ("cron(0 0 ? * * 1969)", "year '1969'", "1970–2199"),
            ("cron(0/0 0 ? * * *)", "step '0' of the minutes", "1–60"),
            ("cron(0 0/x ? * * *)", "step 'X' of the hours", "1–24"),
            ("cron(0 22-2 ? * * *)", "range 22-2", "ascending"),
            ("cron(0 1, ? * * *)", "hours ''", "0–23"),
            ("cron(0 ? ? * * *)", "hours '?'", "0–23"),
            ("cron(0 0 LW * ? *)", "day-of-month", "1–31"),
            ("cron(0 0 30 2 ? *)", "never fires", "a day that exists"),
            ("cron(0 0 31W 4,6 ? *)", "never fires", "a day that exists"),
            ("cron(0 [00-23] ? * * *)", "brackets", "cron(0 * ? * * *)"),
            ("cron(0 [00-23]/[01-24] ? * * *)", "brackets", "cron(0 * ? * * *)"),
            ("cron(٣ * ? * * *)", "minutes '٣'", "0–59"),
        ],
    )
    def test_each_says_what_was_found_and_what_is_allowed(self, expression: str, found: str, expected: str) -> None:
        with pytest.raises(InvalidInputError) as raised:
            parse_cron(expression)
        assert found in raised.value.what
        assert expected in raised.value.expected

    def test_a_range_around_midnight_is_written_as_two(self) -> None:
        with pytest.raises(InvalidInputError) as raised:
            parse_cron("cron(0 22-2 ? * * *)")
        assert "22-23,0-2" in raised.value.mend
        assert len(times("cron(0 22-23,0-2 ? * * *)")) == 5


def items(low: int, high: int) -> st.SearchStrategy[str]:
    value = st.integers(low, high)
    # cronsim takes 7-7/2 for 7/2, so ranges have two ends here.
    rising = st.lists(value, min_size=2, max_size=2, unique=True).map(sorted)
    step = st.integers(1, high - low)
    item = st.one_of(
        value.map(str),
        rising.map(lambda pair: f"{pair[0]}-{pair[1]}"),
        st.tuples(value, step).map(lambda pair: f"{pair[0]}/{pair[1]}"),
        st.tuples(rising, step).map(lambda pair: f"{pair[0][0]}-{pair[0][1]}/{pair[1]}"),
        step.map(lambda every: f"*/{every}"),
    )
    return st.one_of(st.just("*"), st.lists(item, min_size=1, max_size=3).map(",".join))


WEEKDAYS = st.one_of(
    st.just("*"),
    st.lists(st.integers(1, 7).map(str), min_size=1, max_size=3).map(",".join),
    st.integers(1, 7).map(lambda day: f"{day}L"),
    st.tuples(st.integers(1, 7), st.integers(1, 4)).map(lambda pair: f"{pair[0]}#{pair[1]}"),
)


def shifted(weekdays: str) -> str:
    """cronsim counts from Sunday 0, EventBridge from Sunday 1."""
    return "*" if weekdays == "*" else ",".join(f"{int(item[0]) - 1}{item[1:]}" for item in weekdays.split(","))


DATES = st.one_of(st.just("L"), items(1, 28))
DAYS = st.one_of(st.tuples(DATES, st.just("?")), st.tuples(st.just("?"), WEEKDAYS))
MINUTES_SINCE_2024 = st.integers(0, 3_000_000)


class TestAgainstCronsim:
    @settings(max_examples=examples(100))
    @given(items(0, 59), items(0, 23), items(1, 12), DAYS, MINUTES_SINCE_2024)
    def test_the_next_times_are_the_same(
        self, minutes: str, hours: str, months: str, days: tuple[str, str], since: int
    ) -> None:
        around = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=since)
        dates, weekdays = (field.replace("?", "*") for field in days)
        expected = list(islice(CronSim(f"{minutes} {hours} {dates} {months} {shifted(weekdays)}", around), 5))
        expression = f"cron({minutes} {hours} {' '.join([days[0], months, days[1]])} *)"
        found = islice(occurrences(expression, around + timedelta(minutes=1), expected[-1] + timedelta(minutes=1)), 5)
        assert list(found) == expected
        assert previous_occurrence(expression, expected[1]) == expected[0]
