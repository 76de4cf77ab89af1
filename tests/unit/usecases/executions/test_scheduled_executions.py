"""Which executions there are between two times, and the newest one."""

from datetime import UTC, datetime

import pytest

from driftline.kinds.registry import KINDS
from driftline.usecases.executions.scheduled_executions import newest_execution, scheduled_executions
from tests.fakes import FailingStore, InMemoryStore

FOLDER = "reports/shop/data_quality/"
TIMES = [
    "2025/12/31/23/",
    "2026/02/28/06/",
    "2026/03/01/05/",
    "2026/03/01/06/",
    "2026/03/01/06/30/",
    "2026/03/02/00/",
]


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]


@pytest.fixture
def store() -> InMemoryStore:
    """Executions of three months; revisions, windows by hand and folders of somebody else's between them."""
    others = [
        "2026/03/01/06/revision-1/",
        "2026/03/01/06/from-20260201/",
        "2026/03/01/old/",
        "2026/03/x/01/06/",
        "archive/2026/03/01/06/",
    ]
    return InMemoryStore(objects={f"{FOLDER}{time}statistics.json": b"" for time in TIMES + others})


def found(store: InMemoryStore, since: datetime | None, until: datetime | None) -> list[datetime]:
    return [place.scheduled for place in scheduled_executions(store, FOLDER, since, until, kinds=KINDS)]


ALL = [
    at(2025, 12, 31, 23),
    at(2026, 2, 28, 6),
    at(2026, 3, 1, 5),
    at(2026, 3, 1, 6),
    at(2026, 3, 1, 6, 30),
    at(2026, 3, 2),
]


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        (None, None, ALL),
        (at(2026, 3, 1, 6), None, ALL[3:]),
        (None, at(2026, 3, 1, 6), ALL[:3]),
        (at(2026, 2, 28, 7), at(2026, 3, 1, 6, 30), ALL[2:4]),
        (at(2026, 3, 1, 6, 30), at(2026, 3, 2), ALL[4:5]),
        (at(2026, 1, 1), at(2026, 2, 1), []),
        (at(2026, 3, 1, 6), at(2026, 3, 1, 6), []),
    ],
)
def test_from_the_first_time_on_and_before_the_last(
    store: InMemoryStore, since: datetime | None, until: datetime | None, expected: list[datetime]
) -> None:
    assert found(store, since, until) == expected


def test_days_outside_of_the_times_are_not_listed(store: InMemoryStore) -> None:
    listing = FailingStore(store, fail_on=0, operations=("list",))
    assert len(list(scheduled_executions(listing, FOLDER, at(2026, 3, 1, 6), at(2026, 3, 1, 7), kinds=KINDS))) == 2
    assert listing.calls == 1


def test_the_newest_is_the_one_with_the_last_time(store: InMemoryStore) -> None:
    newest = newest_execution(store, FOLDER, kinds=KINDS)
    assert newest is not None
    assert (newest.scheduled, newest.folder) == (ALL[-1], f"{FOLDER}2026/03/02/00/")
    store.delete(f"{FOLDER}2026/03/02/00/statistics.json")
    newest = newest_execution(store, FOLDER, kinds=KINDS)
    assert newest is not None
    assert newest.scheduled == ALL[-2]


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        ("2026/03/02/00/from-20260301T0000Z/", "2026/03/02/00/from-20260301T0000Z/"),
        ("2026/03/01/23/from-20260228T0000Z/", "2026/03/02/00/"),
        ("2026/03/02/01/from-20260228T0000Z/", "2026/03/02/01/from-20260228T0000Z/"),
        ("2026/03/02/00/30/", "2026/03/02/00/30/"),
        ("2026/03/02/00/revision-1/", "2026/03/02/00/"),
    ],
)
def test_a_window_by_hand_counts_by_its_end_and_goes_before_the_schedules(
    store: InMemoryStore, later: str, expected: str
) -> None:
    store.put(f"{FOLDER}{later}statistics.json", b"")
    newest = newest_execution(store, FOLDER, kinds=KINDS)
    assert newest is not None
    assert newest.folder == f"{FOLDER}{expected}"


def test_of_an_hour_and_half_past_the_later_is_the_newest_whatever_was_asked_for_by_hand(store: InMemoryStore) -> None:
    for time in ("00/from-20260301T0000Z/", "00/30/"):
        store.put(f"{FOLDER}2026/03/02/{time}statistics.json", b"")
    newest = newest_execution(store, FOLDER, kinds=KINDS)
    assert newest is not None
    assert newest.folder == f"{FOLDER}2026/03/02/00/30/"


def test_without_executions_there_is_none() -> None:
    assert newest_execution(InMemoryStore(), FOLDER, kinds=KINDS) is None
    assert found(InMemoryStore(), None, None) == []
