"""The newest hour folder, found with few listings."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from driftline.usecases.ground_truth.newest_hour import newest_hour
from tests.fakes import InMemoryStore

NOW = datetime(2026, 3, 1, 14, 30, tzinfo=UTC)
PREFIX = "ground-truth/shop/"


class CountingStore(InMemoryStore):
    listings = 0

    def folders(self, prefix: str) -> Sequence[str]:
        self.listings += 1
        return super().folders(prefix)


def store(*folders: str) -> CountingStore:
    return CountingStore(objects={f"{PREFIX}{folder}a.jsonl": b"" for folder in folders})


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
    assert full.listings == 4
