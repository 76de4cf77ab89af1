"""rate(), at(), time zones, and the windows that follow from schedules."""

import os
import re
import struct
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo, reset_tzpath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.domain.errors import InvalidInputError
from driftline.domain.monitors.monitor import WindowOffsets
from driftline.domain.monitors.schedule import occurrences, parse_schedule, parse_timezone, previous_occurrence
from driftline.domain.monitors.window import window_of
from driftline.domain.windows import Window
from driftline.kinds.data_quality.settings import DataQualityMonitor
from tests.fuzz import examples
from tests.places import REPOSITORY

UTC_AS_A_FILE = b"TZif".ljust(20, b"\0") + struct.pack(">6l", 0, 0, 0, 0, 1, 4) + bytes(6) + b"UTC\0"
"""A zone with one offset and its name: https://www.rfc-editor.org/rfc/rfc9636."""


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def times(expression: str, start: str, end: str, timezone: str = "UTC") -> list[str]:
    return [f"{moment:%m-%d %H:%M}" for moment in occurrences(expression, at(start), at(end), timezone)]


class TestRate:
    @pytest.mark.parametrize(
        ("written", "normal"),
        [
            ("rate(1 hour)", "rate(1 hour)"),
            ("rate(1 hours)", "rate(1 hour)"),
            ("Rate( 05  Minute )", "rate(5 minutes)"),
            ("rate (2 days)", "rate(2 days)"),
        ],
    )
    def test_it_is_written_one_way(self, written: str, normal: str) -> None:
        assert parse_schedule(written).expression == normal

    @pytest.mark.parametrize(
        "expression",
        ["rate(0 hours)", "rate(-1 hour)", "rate(1.5 hours)", "rate(1 week)", "rate(hour)", "rate(367 days)"],
    )
    def test_others_are_refused(self, expression: str) -> None:
        with pytest.raises(InvalidInputError, match="is not a rate"):
            parse_schedule(expression)

    def test_a_replay_counts_from_the_epoch(self) -> None:
        assert times("rate(6 hours)", "2026-01-01T01:00", "2026-01-02T00:00") == [
            "01-01 06:00",
            "01-01 12:00",
            "01-01 18:00",
        ]
        moments = occurrences("rate(7 days)", at("2026-01-01"), at("2026-02-01"))
        assert all((moment - at("1970-01-01")) % timedelta(days=7) == timedelta(0) for moment in moments)

    def test_start_belongs_to_the_range_and_end_does_not(self) -> None:
        assert times("rate(1 hour)", "2026-01-01T01:00", "2026-01-01T03:00") == ["01-01 01:00", "01-01 02:00"]


class TestAt:
    def test_it_fires_once_in_its_zone(self) -> None:
        expression = "at(2026-07-01T12:00:00)"
        assert times(expression, "2026-01-01", "2027-01-01", "Europe/Berlin") == ["07-01 10:00"]
        assert times(expression, "2026-07-02", "2027-01-01") == []

    @pytest.mark.parametrize(
        "expression", ["at(2026-02-30T00:00:00)", "at(2026-01-01)", "at(2026-01-01T00:00:00Z)", "at()"]
    )
    def test_others_are_refused(self, expression: str) -> None:
        with pytest.raises(InvalidInputError, match="is not a time"):
            parse_schedule(expression)


class TestOtherWords:
    @pytest.mark.parametrize(
        ("text", "hint"),
        [
            ("NOW", "by hand"),
            ("0 * * * *", "not inside cron( )"),
            ("hourly", "is not a schedule"),
            ("", "is not a schedule"),
            ("cron(", "0 fields"),
            ("every(1 hour)", "is not a schedule"),
        ],
    )
    def test_they_say_what_is_wrong(self, text: str, hint: str) -> None:
        with pytest.raises(InvalidInputError) as raised:
            parse_schedule(text)
        assert hint in str(raised.value)


class TestTimeZones:
    """Berlin's clocks go from 02:00 to 03:00 on 29 March 2026 and from 03:00 to 02:00 on 25 October."""

    def test_a_time_that_spring_skips_is_skipped(self) -> None:
        expected = ["03-28 01:30", "03-30 00:30"]
        assert times("cron(30 2 ? * * *)", "2026-03-28T00:00", "2026-03-31T00:00", "Europe/Berlin") == expected

    def test_a_time_that_autumn_repeats_fires_at_its_first_coming(self) -> None:
        expected = ["10-24 00:30", "10-25 00:30", "10-26 01:30"]
        assert times("cron(30 2 ? * * *)", "2026-10-24T00:00", "2026-10-27T00:00", "Europe/Berlin") == expected

    def test_an_offset_of_half_an_hour_is_kept(self) -> None:
        assert times("cron(0 6 ? * * *)", "2026-01-01", "2026-01-02", "Asia/Kolkata") == ["01-01 00:30"]

    def test_a_wrong_name_is_corrected(self) -> None:
        with pytest.raises(InvalidInputError, match=r"Did you mean Europe/Berlin\?"):
            parse_timezone("Europe/Berln")

    @pytest.mark.parametrize("name", ["", "../etc/passwd", "/etc/localtime", "Europe", "a\0b", "+01:00", "Factory"])
    def test_what_is_no_zone_is_refused(self, name: str) -> None:
        with pytest.raises(InvalidInputError, match="unknown time zone"):
            parse_timezone(name)

    @pytest.mark.parametrize("name", ["localtime", "posixrules", "posix/Europe/Berlin", "right/Europe/Berlin"])
    def test_what_depends_on_the_machine_is_refused_where_it_exists(
        self, name: str, tmp_path: Path, request: pytest.FixtureRequest
    ) -> None:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(UTC_AS_A_FILE)
        request.addfinalizer(reset_tzpath)
        reset_tzpath([tmp_path])
        assert ZoneInfo.no_cache(name)
        with pytest.raises(InvalidInputError, match="unknown time zone") as caught:
            parse_timezone(name)
        assert name not in caught.value.mend


class TestTheOccurrenceBefore:
    def test_it_may_lie_years_back(self) -> None:
        assert previous_occurrence("cron(0 0 29 2 ? *)", at("2104-02-29")) == at("2096-02-29")
        assert previous_occurrence("cron(0 0 ? 2 SUN#5 *)", at("2044-01-01")) is not None

    def test_the_first_year_of_a_schedule_has_one_too(self) -> None:
        assert previous_occurrence("cron(0 0 1 1 ? 2026)", at("2026-01-01")) == at("2025-01-01")

    def test_what_happens_once_has_none(self) -> None:
        assert previous_occurrence("at(2026-01-01T00:00:00)", at("2027-01-01")) is None


class TestWindow:
    def test_offsets_count_from_the_scheduled_time(self) -> None:
        offsets = WindowOffsets.model_validate({"start_offset": "-P8D", "end_offset": "-P1D"})
        monitor = DataQualityMonitor(schedule="cron(0 0 ? * * *)", window=offsets)
        assert window_of(at("2026-01-10"), monitor) == Window(at("2026-01-02"), at("2026-01-09"))

    def test_the_scheduled_time_is_floored_to_five_minutes(self) -> None:
        monitor = DataQualityMonitor.model_validate({"window": {"start_offset": "-PT1H"}})
        expected = Window(at("2026-01-01T12:00"), at("2026-01-01T13:00"))
        assert window_of(at("2026-01-01T13:04:59"), monitor) == expected

    @pytest.mark.parametrize(
        ("schedule", "scheduled", "start"),
        [
            ("cron(0 * ? * * *)", "2026-01-05T13:00", "2026-01-05T12:00"),
            ("cron(0 6 ? * * *)", "2026-01-05T06:00", "2026-01-04T06:00"),
            ("cron(0 6 ? * MON-FRI *)", "2026-01-05T06:00", "2026-01-02T06:00"),  # Monday takes the weekend with it
            ("rate(12 hours)", "2026-01-05T05:25", "2026-01-04T17:25"),
        ],
    )
    def test_without_offsets_it_reaches_back_to_the_occurrence_before(
        self, schedule: str, scheduled: str, start: str
    ) -> None:
        assert window_of(at(scheduled), DataQualityMonitor(schedule=schedule)) == Window(at(start), at(scheduled))

    @settings(max_examples=examples(40))
    @given(
        st.sampled_from(
            [
                "cron(0 * ? * * *)",
                "cron(7,33 2-4 ? * * *)",
                "cron(30 2 ? * * *)",
                "cron(4/20 * ? * * *)",
                "cron(0 6 ? * 2 *)",
            ]
        ),
        st.sampled_from(["UTC", "Europe/Berlin", "Australia/Lord_Howe", "America/New_York"]),
        st.sampled_from(["2026-03-07", "2026-03-28", "2026-04-04", "2026-10-03", "2026-10-24", "2026-10-31"]).map(at),
    )
    def test_the_windows_of_a_schedule_join_without_gap_or_overlap(
        self, schedule: str, timezone: str, start: datetime
    ) -> None:
        """Around the days on which the clocks of these zones change."""
        monitor = DataQualityMonitor(schedule=schedule, timezone=timezone)
        moments = list(occurrences(schedule, start, start + timedelta(days=3), timezone))
        windows = [window_of(moment, monitor) for moment in moments]
        assert all(one.end == other.start for one, other in pairwise(windows))

    def test_by_hand_within_the_same_five_minutes_says_what_to_do(self) -> None:
        with pytest.raises(InvalidInputError, match="a start and an end"):
            window_of(at("2026-01-01T13:01"), DataQualityMonitor())


WITHOUT_THE_SYSTEMS = """
import zoneinfo
from driftline.domain.errors import InvalidInputError
from driftline.domain.monitors.schedule import parse_timezone

assert zoneinfo.TZPATH == ()
print(parse_timezone("Europe/Berlin"))
try:
    parse_timezone("Europe/Berln")
except InvalidInputError as error:
    print(error.mend)
"""


def test_zones_are_known_where_the_system_has_none() -> None:
    """Whether Lambda's runtime has a database of zones is documented nowhere: the layer brings one."""
    environment = {**os.environ, "PYTHONTZPATH": ""}
    run = [sys.executable, "-c", WITHOUT_THE_SYSTEMS]
    printed = subprocess.run(run, env=environment, check=True, capture_output=True, text=True).stdout
    assert printed.splitlines()[0] == "Europe/Berlin"
    assert "Europe/Berlin" in printed.splitlines()[1]
    locked = (REPOSITORY / "layers" / "dependencies" / "requirements.txt").read_text()
    assert re.search(r"^tzdata==", locked, re.MULTILINE)
