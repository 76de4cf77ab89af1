"""Folders of time in their order, and the newest hour among them: found with few listings."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from itertools import islice

import pytest

from driftline.usecases.time_folders import Level, newest_hour, time_folders
from tests.fakes import InMemoryStore

NOW = datetime(2026, 3, 1, 14, 30, tzinfo=UTC)
PREFIX = "ground-truth/shop/"


class CountingStore(InMemoryStore):
    """Notes which folders were listed."""

    def __init__(self, objects: dict[str, bytes]) -> None:
        super().__init__(objects=objects)
        self.listed: list[str] = []

    def folders(self, prefix: str) -> Sequence[str]:
        self.listed.append(prefix.removeprefix(PREFIX))
        return super().folders(prefix)


def store(*folders: str) -> CountingStore:
    return CountingStore(objects={f"{PREFIX}{folder}a.jsonl": b"" for folder in folders})


HOURS = [
    "2024/02/29/23/",
    "2025/01/01/00/",
    "2025/01/01/09/",
    "2025/01/02/00/",
    "2025/12/31/23/",
    "2026/03/01/14/",
]


def paths(
    store: InMemoryStore, level: Level, since: datetime | None = None, until: datetime | None = None, **more: bool
) -> list[str]:
    found = time_folders(store, PREFIX, level, since=since, until=until, **more)
    return [each.path.removeprefix(PREFIX) for each in found]


class TestFoldersOfTime:
    @pytest.mark.parametrize("eager", [False, True])
    @pytest.mark.parametrize(
        ("level", "expected"),
        [
            (Level.YEAR, ["2024/", "2025/", "2026/"]),
            (Level.MONTH, ["2024/02/", "2025/01/", "2025/12/", "2026/03/"]),
            (Level.DAY, ["2024/02/29/", "2025/01/01/", "2025/01/02/", "2025/12/31/", "2026/03/01/"]),
            (Level.HOUR, HOURS),
        ],
    )
    def test_they_come_in_order_from_either_end(self, level: Level, expected: list[str], *, eager: bool) -> None:
        assert paths(store(*HOURS), level, eager=eager) == expected
        assert paths(store(*HOURS), level, eager=eager, newest_first=True) == expected[::-1]

    @pytest.mark.parametrize(
        ("level", "start"),
        [
            (Level.YEAR, datetime(2025, 1, 1, tzinfo=UTC)),
            (Level.MONTH, datetime(2025, 12, 1, tzinfo=UTC)),
            (Level.DAY, datetime(2025, 12, 31, tzinfo=UTC)),
            (Level.HOUR, datetime(2025, 12, 31, 23, tzinfo=UTC)),
        ],
    )
    def test_each_says_when_its_time_begins(self, level: Level, start: datetime) -> None:
        assert [each.start for each in time_folders(store("2025/12/31/23/"), PREFIX, level)] == [start]

    @pytest.mark.parametrize("newest_first", [False, True])
    @pytest.mark.parametrize(
        ("since", "until", "expected"),
        [
            (datetime(2025, 1, 1, 9, 59, tzinfo=UTC), None, HOURS[2:]),
            (datetime(2025, 1, 1, 10, tzinfo=UTC), None, HOURS[3:]),
            (None, datetime(2025, 1, 2, tzinfo=UTC), HOURS[:4]),
            (None, datetime(2025, 1, 1, 23, 59, tzinfo=UTC), HOURS[:3]),
            (datetime(2025, 1, 1, tzinfo=UTC), datetime(2025, 12, 31, 23, tzinfo=UTC), HOURS[1:5]),
            (datetime(2025, 2, 1, tzinfo=UTC), datetime(2025, 11, 30, tzinfo=UTC), []),
            # The folders' times are UTC, whatever the clock of the one who asks
            (datetime(2025, 1, 2, 1, tzinfo=timezone(timedelta(hours=2))), None, HOURS[3:]),
            (None, datetime(2025, 1, 2, 1, tzinfo=timezone(timedelta(hours=1))), HOURS[:4]),
        ],
    )
    def test_the_hours_of_both_ends_are_included(
        self, since: datetime | None, until: datetime | None, expected: list[str], *, newest_first: bool
    ) -> None:
        found = paths(store(*HOURS), Level.HOUR, since, until, newest_first=newest_first)
        assert found == (expected[::-1] if newest_first else expected)

    def test_a_day_that_an_end_lies_in_is_one_of_them(self) -> None:
        noon = datetime(2025, 1, 1, 12, tzinfo=UTC)
        assert paths(store(*HOURS), Level.DAY, noon, noon) == ["2025/01/01/"]

    def test_years_outside_of_the_ends_are_not_listed(self) -> None:
        counting = store(*HOURS)
        paths(counting, Level.DAY, datetime(2025, 12, 1, tzinfo=UTC), datetime(2025, 12, 31, 22, tzinfo=UTC))
        assert counting.listed == ["", "2025/", "2025/12/"]

    def test_what_is_not_asked_for_is_not_listed(self) -> None:
        counting = store(*HOURS)
        found = time_folders(counting, PREFIX, Level.HOUR, newest_first=True)
        assert next(found).path == f"{PREFIX}2026/03/01/14/"
        assert counting.listed == ["", "2026/", "2026/03/", "2026/03/01/"]

    def test_the_eager_list_a_few_in_vain(self) -> None:
        counting = store(*(f"{year}/{month:02}/01/00/" for year in range(2000, 2020) for month in range(1, 13)))
        found = time_folders(counting, PREFIX, Level.MONTH, newest_first=True, eager=True)
        assert [each.path.removeprefix(PREFIX) for each in islice(found, 24)][-1] == "2018/01/"
        assert sorted(counting.listed) == ["", "2018/", "2019/"]
        assert [each.path.removeprefix(PREFIX) for each in islice(found, 4 * 12)][-1] == "2014/01/"
        assert sorted(counting.listed) == ["", *(f"{year}/" for year in range(2014, 2020))]

    def test_folders_that_are_no_dates_are_passed_over(self) -> None:
        others = ["0000/01/01/00/", "2026/00/01/00/", "2026/02/30/00/", "2026/03/01/24/", "2026/3/1/1/", "old/2026/"]
        others += ["2026/03/01/revision-1/", "٢٠٢٦/03/01/00/", "2026/03/01/005/", "20260/01/01/00/"]
        assert paths(store(*HOURS, *others), Level.HOUR) == HOURS

    def test_without_any_there_are_none(self) -> None:
        assert paths(store(), Level.HOUR) == []
        assert paths(store("2026/03/"), Level.HOUR) == []


@pytest.mark.parametrize(
    ("folders", "expected"),
    [
        ([], None),
        (["2026/03/01/14/"], NOW.replace(minute=0)),
        (["2025/12/31/23/", "2026/02/28/09/", "2026/02/28/10/"], datetime(2026, 2, 28, 10, tzinfo=UTC)),
        # Clocks that are ahead: the hours to come are no news
        (["2026/02/01/00/", "2026/03/01/15/", "2026/04/01/00/", "2031/01/01/00/"], datetime(2026, 2, 1, tzinfo=UTC)),
        (["2026/03/01/15/"], None),
        # Folders that are no dates
        (["2026/02/30/00/", "2026/02/27/24/", "2026/13/01/00/", "2025/01/02/03/"], datetime(2025, 1, 2, 3, tzinfo=UTC)),
        (["old/", "2026/x/", "2026/1/1/1/", "２０２６/01/01/00/"], None),
        (["2026/old/2026/01/01/00/"], None),
        # Folders before the date, as the keys of ground truth may have
        (["crm/eu/2026/02/01/05/", "2026/01/31/00/", "crm/us/2026/02/02/05/"], datetime(2026, 2, 2, 5, tzinfo=UTC)),
        (["a/b/c/2026/01/01/00/"], datetime(2026, 1, 1, tzinfo=UTC)),
        (["a/b/c/d/2026/01/01/00/"], None),
    ],
)
def test_the_newest_hour(folders: list[str], expected: datetime | None) -> None:
    assert newest_hour(store(*folders), PREFIX, NOW) == expected


def test_years_of_hours_are_not_walked_through() -> None:
    days = [f"{year}/{month:02}/{day:02}/" for year in (2024, 2025) for month in range(1, 13) for day in range(1, 29)]
    full = store(*(f"{day}{hour:02}/" for day in days for hour in range(0, 24, 6)))
    assert newest_hour(full, PREFIX, NOW) == datetime(2025, 12, 28, 18, tzinfo=UTC)
    assert full.listed == ["", "2025/", "2025/12/", "2025/12/28/"]
