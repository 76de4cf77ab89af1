"""Which judged windows an arrival opens again."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.domain.keys import report_folder
from driftline.domain.monitors.schedule import occurrences
from driftline.domain.monitors.window import window_of
from driftline.domain.windows import SLOT, floor_to
from driftline.kinds.registry import KINDS
from driftline.usecases.arrivals.reopen_windows import reopen_windows
from driftline.usecases.executions.revisions import Announced, announce
from driftline.usecases.monitors.monitor_documents import load_document
from driftline.usecases.ports import ObjectStore, ObjectSummary
from tests.captures import DOCUMENT
from tests.fakes import InMemoryStore, RecordingReruns

HOUR = datetime(2026, 3, 1, 14, tzinfo=UTC)
LATE = HOUR + timedelta(days=3)
DAILY = DOCUMENT.replace("cron(0 * ? * * *)", "cron(0 3 ? * * *)")
LONG = DOCUMENT + "    window: {start_offset: -P8D, end_offset: -P1D}\n"
EVERY_20_MINUTES = DOCUMENT.replace("cron(0 * ? * * *)", "rate(20 minutes)")


def store_with(document: str, *judged: datetime, by_hand: datetime | None = None) -> InMemoryStore:
    store = InMemoryStore(objects={"monitors/shop.yaml": document.encode()})
    for scheduled in judged:
        remember(store, report_folder("shop", "data_quality", scheduled))
    if by_hand:
        remember(store, report_folder("shop", "data_quality", HOUR + timedelta(hours=1), by_hand))
    return store


def remember(store: ObjectStore, folder: str) -> None:
    announce(store, folder, Announced.of(1, {"summary.json": b"{}"}, 0, signalled=True))


def reopened(store: InMemoryStore, arrived: datetime = LATE, *hours: datetime) -> list[datetime | None]:
    reruns = RecordingReruns()
    asked = reopen_windows("shop", hours or (HOUR,), store=store, reruns=reruns, arrived=arrived, kinds=KINDS)
    assert asked == reruns.asked
    assert all(request.trigger == "rerun" for request in asked)
    return [request.scheduled_time for request in asked]


def test_the_window_of_the_hour_is_judged_again_and_its_neighbours_are_not() -> None:
    store = store_with(DOCUMENT, *(HOUR + timedelta(hours=n) for n in range(4)))
    assert reopened(store) == [HOUR + timedelta(hours=1)]


def test_a_window_that_was_not_judged_yet_asks_for_nothing() -> None:
    assert reopened(store_with(DOCUMENT, HOUR)) == []
    assert reopened(store_with(DOCUMENT)) == []


@pytest.mark.parametrize(("hour", "found"), [(2, 0), (3, 1), (14, 1)])
def test_a_daily_window_has_its_24_hours(hour: int, found: int) -> None:
    # Given the day that ends on 2 March at 03:00
    store = store_with(DAILY, datetime(2026, 3, 2, 3, tzinfo=UTC))
    assert len(reopened(store, LATE, HOUR.replace(hour=hour))) == found


def test_all_windows_that_overlap_are_judged_again() -> None:
    # Given windows [T-8d, T-1d) judged every hour for ten days
    every = [HOUR + timedelta(hours=n) for n in range(240)]
    found = reopened(store_with(LONG, *every), HOUR + timedelta(days=12))
    # Then those with T - 8d < 15:00 and T - 1d > 14:00
    assert found == [
        t for t in every if t - timedelta(days=8) < HOUR + timedelta(hours=1) and t - timedelta(days=1) > HOUR
    ]


def test_schedules_inside_an_hour() -> None:
    times = [HOUR + timedelta(minutes=20 * n) for n in range(6)]
    assert reopened(store_with(EVERY_20_MINUTES, *times)) == [HOUR + timedelta(minutes=m) for m in (20, 40, 60)]


def test_a_window_older_than_max_revisions_age_stays_closed() -> None:
    store = store_with(DOCUMENT + "    max_revisions_age: P2D\n", HOUR + timedelta(hours=1))
    assert reopened(store, HOUR + timedelta(days=2)) == [HOUR + timedelta(hours=1)]
    assert reopened(store, HOUR + timedelta(days=2, hours=2)) == []


def test_the_age_counts_to_when_labels_were_collected() -> None:
    # Given a replay years later: the event is of today, the labels are of then
    store = store_with(DAILY, datetime(2026, 3, 2, 3, tzinfo=UTC))
    years_later, reruns = HOUR + timedelta(days=4000), RecordingReruns()
    found = [
        reopen_windows(
            "shop", [HOUR], store=store, reruns=reruns, arrived=years_later, collected=collected, kinds=KINDS
        )
        for collected in (None, HOUR + timedelta(hours=1))
    ]
    assert [len(asked) for asked in found] == [0, 1]


def test_windows_by_hand_are_left_alone() -> None:
    assert reopened(store_with(DOCUMENT, by_hand=HOUR - timedelta(hours=1))) == []


def test_several_hours_ask_once_for_each_window() -> None:
    store = store_with(DAILY, datetime(2026, 3, 2, 3, tzinfo=UTC))
    assert len(reopened(store, LATE, *(HOUR + timedelta(hours=n) for n in range(3)))) == 1


def test_an_endpoint_without_a_document_asks_for_nothing() -> None:
    assert reopened(InMemoryStore()) == []


SCHEDULES = (
    "cron(0 * ? * * *)",
    "cron(7 * ? * * *)",
    "cron(0 3 ? * * *)",
    "cron(0/10 * ? * * *)",
    "cron(0 6,18 ? * MON-FRI *)",
)
WINDOWS = (
    "",
    "    window: {start_offset: -PT1H}\n",
    "    window: {start_offset: -PT2H, end_offset: -PT1H}\n",
    "    window: {start_offset: -P2D, end_offset: -P1D}\n",
)


@given(
    schedule=st.sampled_from(SCHEDULES),
    window=st.sampled_from(WINDOWS),
    timezone=st.sampled_from(("UTC", "Asia/Kolkata", "America/New_York")),
    hour=st.integers(0, 96).map(lambda hours: datetime(2026, 3, 6, tzinfo=UTC) + timedelta(hours=hours)),
    minutes=st.sampled_from((0, 59, 61, 119, 120, 200, 26 * 60)),
)
def test_what_came_at_once_and_what_came_late_reopen_exactly_the_windows_with_the_hour(
    schedule: str, window: str, timezone: str, hour: datetime, minutes: int
) -> None:
    # Given all executions of some days, around a clock change
    document = DOCUMENT.replace("cron(0 * ? * * *)", schedule) + f"    timezone: {timezone}\n{window}"
    first = datetime(2026, 3, 4, tzinfo=UTC)
    times = sorted(
        {floor_to(each, SLOT) for each in occurrences(schedule, first, first + timedelta(days=11), timezone)}
    )
    store = store_with(document, *times)
    monitor = load_document(store, "shop", kinds=KINDS).monitors.by_name()["data_quality"]
    # When a file of an hour arrives, then every window that overlaps it is requested
    windows = {each: window_of(each, monitor) for each in times}
    overlapping = [
        each for each in times if windows[each].start < hour + timedelta(hours=1) and hour < windows[each].end
    ]
    arrived = hour + timedelta(minutes=minutes)
    past = [each for each in overlapping if each <= arrived]
    found = reopened(store, arrived, hour)
    assert [each for each in found if each is not None and each <= arrived] == past
    assert set(found) <= set(overlapping)


class _WithoutListings(InMemoryStore):
    def list(self, prefix: str) -> Iterator[ObjectSummary]:
        raise AssertionError(prefix)


def test_a_capture_of_the_current_hour_lists_nothing() -> None:
    # Given a file that arrived before its window was evaluated, but is read after it
    judged = HOUR + timedelta(hours=1)
    store = _WithoutListings(objects=store_with(DOCUMENT, HOUR, judged).objects)
    assert reopened(store, judged - timedelta(seconds=1)) == [judged]


def test_what_waited_over_midnight_in_the_queue_finds_the_verdict_of_the_new_day() -> None:
    midnight = datetime(2026, 3, 2, tzinfo=UTC)
    store = store_with(EVERY_20_MINUTES, midnight)
    last = midnight - timedelta(hours=1)
    assert reopened(store, midnight - timedelta(seconds=2), last) == [midnight]


def test_late_data_opens_what_an_earlier_schedule_evaluated() -> None:
    # Given executions at 14:30 and 15:30, before the schedule was changed to full hours
    document = DOCUMENT + "    window: {start_offset: -PT1H}\n"
    store = store_with(document, HOUR + timedelta(minutes=30), HOUR + timedelta(minutes=90))
    assert reopened(store) == [HOUR + timedelta(minutes=30), HOUR + timedelta(minutes=90)]
