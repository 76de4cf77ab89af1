"""The folders of executions before one: newest first, with few listings."""

from driftline.domain.executions.place import parse_place
from driftline.usecases.executions.past_executions import folders_before
from tests.counting import CountingStore

ROOT = "reports/shop/data_quality"


def test_folders_of_minutes_come_before_that_of_their_hour() -> None:
    """The other folders and files below an hour are no executions of their own."""
    below = ("15/summary.json", "15/30/summary.json", "15/30/revision-1/summary.json", "14/30/report.html")
    strays = ("14/from-20260301T1300Z/summary.json", "notes.txt", "99/summary.json", "7/summary.json", "13/99/a.json")
    keys = [f"{ROOT}/2026/03/01/{name}" for name in (*below, *strays, "16/summary.json")]
    store = CountingStore(
        dict.fromkeys([*keys, f"{ROOT}/2026/02/28/23/summary.json", f"{ROOT}/retraining/a.json"], b"")
    )
    place = parse_place(f"{ROOT}/2026/03/01/15/30/")

    found = [each.folder.removeprefix(f"{ROOT}/") for each in folders_before(store, place)]

    assert found == ["2026/03/01/15/", "2026/03/01/14/30/", "2026/03/01/14/", "2026/03/01/13/", "2026/02/28/23/"]


def test_a_day_is_one_listing() -> None:
    hours = [f"{ROOT}/2026/03/{day:02}/{hour:02}/summary.json" for day in range(1, 29) for hour in range(24)]
    store = CountingStore(dict.fromkeys(hours, b""))

    with store.counted() as calls:
        before = folders_before(store, parse_place(f"{ROOT}/2026/03/28/23/"))
        assert [next(before).scheduled.hour for _ in range(20)] == list(range(22, 2, -1))

    assert calls["list"] == calls.total() <= 5  # years, months, days, and the objects of two days
