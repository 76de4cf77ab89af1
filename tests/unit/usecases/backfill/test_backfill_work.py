"""A backfill's plan, its work, and what came of it, over a store in memory."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from driftline.domain.backfill.plan import Item, Plan
from driftline.domain.backfill.results import MOST_TROUBLES
from driftline.domain.errors import DriftlineError, InvalidInputError, StaleReadError
from driftline.domain.executions.execution import Execution, ExecutionRequest, ExecutionStatus
from driftline.kinds.registry import KINDS
from driftline.usecases.arrivals.take_arrivals import merge_file
from driftline.usecases.backfill.find_files import Captures, label_files
from driftline.usecases.backfill.make_plan import make_plan
from driftline.usecases.backfill.outcome import again, check_read, conclude, read_outcome, unfinished
from driftline.usecases.backfill.progress import Progress
from driftline.usecases.backfill.window_work import window_work
from driftline.usecases.backfill.work_batch import NOTED_ITEMS, load_items, work_batch
from driftline.usecases.ports import StoredObject
from tests.backfilling import (
    DELAY,
    END,
    HOURS,
    ROWS,
    START,
    differing,
    endpoint,
    live,
    planned,
    without_notes,
    work_once,
)
from tests.captures import capture_key, profile_file
from tests.executing import execute_in
from tests.fakes import FailingStore, InMemoryStore
from tests.tables import TABLES

HOUR = timedelta(hours=1)
DAMAGED = capture_key(START + HOUR, "c.jsonl")


def captures_in(store: InMemoryStore, start: datetime = START, end: datetime = END) -> Captures:
    return Captures(store, "capture/", "shop", start, end)


def test_what_is_no_capture_file_is_left_out() -> None:
    store = InMemoryStore()
    wanted = [capture_key(START, "b.jsonl"), capture_key(START, "a/b.jsonl".replace("/", "-")), capture_key(END - HOUR)]
    strays = [
        capture_key(START, ".DS_Store"),
        capture_key(END),
        capture_key(START - HOUR),
        "capture/shop/AllTraffic/2026/03/01/notes.txt",
        "capture/shop/readme",
        capture_key(START, "x").replace("shop", "shop2"),
    ]
    for key in (*wanted, *strays):
        store.put(key, b"x")
    captures = captures_in(store)
    listed = captures.listed()
    assert [item.key for item in listed] == [wanted[1], wanted[0], wanted[2]]
    # A list that somebody made says the same, in whatever order and however often.
    made = [Item(key, 1, store.etag(key) or "") for key in (*strays, *reversed(wanted), *wanted)]
    assert captures.of_range(made) == listed


def test_labels_are_those_of_the_range() -> None:
    store = InMemoryStore()
    hours = {
        "day": START.replace(hour=0),
        "before": START - timedelta(days=1),
        "last": END + DELAY - HOUR,
        "late": END + DELAY,
    }
    for name, hour in hours.items():
        store.put(f"ground-truth/shop/{hour:%Y/%m/%d/%H}/{name}.jsonl", b"x")
    store.put("ground-truth/shop/notes.txt", b"x")
    found = label_files(store, "shop", START, END, DELAY)
    assert [item.key.rpartition("/")[2] for item in found] == ["day.jsonl", "last.jsonl"]


def test_only_windows_inside_of_the_range_are_evaluated() -> None:
    store = endpoint()
    plan = planned(store)
    items = [item.key for batch in plan.windows_of("data_quality") for item in load_items(store, plan.id, batch)]
    assert items == [f"2026-03-01T{hour:02}:00:00Z" for hour in (7, 8, 9)]


def test_the_same_files_are_the_same_run_and_others_are_another() -> None:
    store = endpoint()
    plan = planned(store)
    assert planned(store) == plan
    store.put(capture_key(START, "a.jsonl"), store.get(capture_key(START, "b.jsonl")).body)
    assert planned(store).id != plan.id


def test_no_files_and_an_unknown_monitor_are_named() -> None:
    store = endpoint()
    nothing = captures_in(store, END, END + HOUR)
    with pytest.raises(InvalidInputError, match="no capture files from 2026-03-01T09"):
        make_plan(nothing, nothing.listed(), store=store, kinds=KINDS, release="1")
    captures = captures_in(store)
    with pytest.raises(InvalidInputError, match="no monitor model_bias"):
        make_plan(captures, captures.listed(), store=store, kinds=KINDS, release="1", monitor="model_bias")


def test_a_process_with_little_time_stops_between_two_items_and_the_next_one_goes_on() -> None:
    expected = endpoint()
    live(expected)
    store = endpoint()
    plan = planned(store)
    processes = 0
    while unfinished(plan, store):
        looks = count()
        work_once(plan, store, lambda looks=looks: next(looks) >= 3)  # type: ignore[misc]
        processes += 1
        assert processes < 20
    assert processes > 3
    conclude(plan, store)
    assert differing(without_notes(store.objects), without_notes(expected.objects)) == []


def test_a_damaged_file_is_named_and_read_again_when_somebody_asks() -> None:
    # Given a damaged file, and a run that named it and evaluated the windows without it
    store = endpoint()
    good = store.get(capture_key(START + HOUR, "a.jsonl")).body.replace(b"a1-", b"c1-")
    store.put(DAMAGED, b"{broken\n")
    plan = planned(store)
    work_once(plan, store)
    outcome = read_outcome(plan, store)
    assert outcome.complete
    assert [(failure.step, failure.name) for failure in outcome.failures] == [("captures", DAMAGED)]
    assert "1 lines is a capture record" in outcome.failures[0].reason
    # When it is repaired, and the run is continued
    store.put(DAMAGED, good)
    again(plan, store)
    work_once(plan, store)
    # Then its rows are in the verdicts, as if it had never been damaged
    outcome = read_outcome(plan, store)
    assert not outcome.failures
    assert outcome.done == {
        "files": 0,
        "suggest": 0,
        "captures": 2 * HOURS + 1,
        "labels": HOURS,
        "days": 0,
        "windows": 2 * HOURS,
        "pages": 2 * HOURS,
        "overview": 1,
    }
    expected = endpoint()
    expected.put(DAMAGED, good)
    live(expected)
    found, wanted = (
        {key: body for key, body in each.objects.items() if key.startswith("reports/") and not key.endswith(".html")}
        for each in (store, expected)
    )
    assert differing({key: found[key] for key in found if "revision" not in key}, wanted) == []
    # And its page says what it was before
    assert b"what revision 1 said" in store.get("reports/shop/data_quality/2026/03/01/08/report.html").body


def test_the_page_of_a_window_that_failed_is_made_when_the_window_is_evaluated() -> None:
    # Given a window that failed, which has a line among the failures and no page
    store = endpoint()
    constraints = "baselines/shop/data_quality/constraints.json"
    good = store.get(constraints).body
    store.put(constraints, b"{broken")
    plan = planned(store)
    work_once(plan, store)
    outcome = read_outcome(plan, store)
    assert {failure.step for failure in outcome.failures} == {"windows"}
    assert outcome.numbers["windows without a page"] == HOURS
    # When it is tried again with what it needs
    store.put(constraints, good)
    again(plan, store)
    work_once(plan, store)
    # Then it has its page, and the endpoint's page lists it
    outcome = read_outcome(plan, store)
    assert not outcome.failures
    assert outcome.numbers["pages"] == outcome.numbers["executions listed"] == 2 * HOURS
    expected = endpoint()
    live(expected)
    assert differing(without_notes(store.objects), without_notes(expected.objects)) == []


def test_no_window_is_evaluated_while_files_are_left() -> None:
    store = endpoint()
    plan = planned(store)
    with pytest.raises(StaleReadError, match=r"9 files could not be read.*") as error:
        check_read(plan, store)
    assert plan.id in error.value.mend
    with pytest.raises(StaleReadError, match="6 of captures, 3 of labels, 6 of windows"):
        conclude(plan, store).checked(plan)


def work_until_it_ends(store: InMemoryStore, plan: Plan, batch: str, bad: str, error: type[BaseException]) -> int:
    """Attempts until the batch is finished, where one item raises."""

    def work(item: Item) -> Mapping[str, int]:
        if item.key == bad:
            raise error("it is not liked")
        return {"files": 1}

    for attempt in range(1, 10):
        try:
            work_batch(plan.id, batch, work, store=store, time_is_short=lambda: False)
        except error:
            continue
        return attempt
    pytest.fail("it never ends")


class Killed(BaseException):
    pass


@pytest.mark.parametrize("error", [RuntimeError, DriftlineError, Killed])
def test_an_item_that_ends_its_process_again_and_again_is_named_and_the_others_are_done(
    error: type[BaseException],
) -> None:
    store = endpoint()
    plan = planned(store)
    [batch] = plan.captures.batches
    bad = load_items(store, plan.id, batch)[2].key
    attempts = work_until_it_ends(store, plan, batch, bad, error)
    assert attempts <= MOST_TROUBLES + 2  # Step Functions tries eight times
    outcome = read_outcome(plan, store)
    [failure] = outcome.failures
    assert failure.name == bad
    assert "not liked" in failure.reason or "the process was ended" in failure.reason
    assert outcome.numbers == {"files": 2 * HOURS - 1}


def test_notes_are_few_while_nothing_happens() -> None:
    store = endpoint()
    plan = planned(store)
    [batch] = plan.captures.batches
    counted = FailingStore(store, 10**9, ["put"])
    work_batch(plan.id, batch, lambda _: {}, store=counted, time_is_short=lambda: False)
    assert len(load_items(store, plan.id, batch)) < NOTED_ITEMS
    assert counted.calls == 2


@pytest.mark.parametrize("body", [b"{", b'{"done": 1}'])
def test_a_result_that_cannot_be_read_is_made_again(body: bytes) -> None:
    store = endpoint()
    plan = planned(store)
    work_once(plan, store)
    [batch] = plan.captures.batches
    store.put(f"state/backfill/{plan.id}/results/{batch}.json", body)
    assert unfinished(plan, store) == [batch]
    work_once(plan, store)
    assert read_outcome(plan, store).done["captures"] == 2 * HOURS


def test_progress_counts_what_is_done_and_reads_nothing_twice() -> None:
    store = endpoint()
    plan = planned(store)
    counted = FailingStore(store, 10**9, ["get"])
    progress = Progress(plan, counted)
    assert progress.look() == {
        "files": 0,
        "suggest": 0,
        "captures": 0,
        "labels": 0,
        "days": 0,
        "windows": 0,
        "pages": 0,
        "overview": 0,
    }
    work_once(plan, store)
    store.put(f"state/backfill/{plan.id}/results/somebody-elses.json", b"{}")
    assert progress.look() == {
        "files": 0,
        "suggest": 0,
        "captures": 2 * HOURS,
        "labels": HOURS,
        "days": 0,
        "windows": 2 * HOURS,
        "pages": 2 * HOURS,
        "overview": 1,
    }
    read = counted.calls
    progress.look()
    assert counted.calls == read


@pytest.mark.parametrize(("publish", "trigger"), [(False, "hand"), (True, "schedule")])
def test_windows_are_evaluated_by_hand_unless_the_run_publishes(publish: bool, trigger: str) -> None:
    store = endpoint()
    captures = captures_in(store)
    plan = make_plan(captures, captures.listed(), store=store, kinds=KINDS, release="1", publish=publish).plan
    asked: list[ExecutionRequest] = []

    def execute(request: ExecutionRequest) -> Execution:
        asked.append(request)
        return Execution("shop", "data_quality", ExecutionStatus.COMPLETED, "")

    window_work(plan, "windows-data_quality-00001", execute)(Item("2026-03-01T07:00:00Z"))
    assert [(one.trigger, one.scheduled_time) for one in asked] == [(trigger, datetime(2026, 3, 1, 7, tzinfo=UTC))]


def reports_of(store: InMemoryStore, *, pages: bool = False) -> dict[str, bytes]:
    return {
        key: body for key, body in store.objects.items() if key.startswith("reports/") and (pages or "html" not in key)
    }


def test_one_long_window_is_that_of_a_request_by_hand() -> None:
    # Given two days, of which the live system has read and merged the first hours
    hours = 40
    store, expected = endpoint(hours), endpoint(hours)
    for each in list(expected.list("capture/")):
        profile_file(each.key, expected)
    for each in list(expected.list("ground-truth/")):
        merge_file(each.key, store=expected, tables=TABLES, max_label_delay=DELAY)
    end = START + hours * HOUR
    for monitor in ("data_quality", "model_quality"):
        execute_in(expected, ExecutionRequest(endpoint="shop", monitor=monitor, start=START, end=end))
    there = list(store.list("capture/"))[:30]
    for each in there:
        profile_file(each.key, store)
    # When the whole is evaluated as one window
    plan = planned(store, hours, one_window=True)
    assert plan.captures.items == 2 * hours - len(there)
    assert plan.days.items == 2 * 2  # of two monitors
    work_once(plan, store)
    # Then what lacked is profiled, and the verdicts are those of a request by hand
    outcome = read_outcome(plan, store)
    assert outcome.complete
    assert not outcome.failures
    assert outcome.numbers["rows of days"] == 2 * 2 * hours * ROWS
    assert differing(reports_of(store), reports_of(expected)) == []
    assert len(reports_of(store)) == 8
    assert sum(key.endswith("report.html") for key in reports_of(store, pages=True)) == 2


def test_the_days_leave_little_to_read_for_the_window() -> None:
    hours = 24 - START.hour + 48
    store = endpoint(hours)
    plan = planned(store, hours, one_window=True)
    counted = ReadStore(objects=store.objects)
    work_once(plan, counted)
    # Captured rows and profiles are read when their day is, and the window reads what was made of them.
    read = [key for key in counted.read_after_days if key.startswith(("state/profiles/", "state/records/", "capture/"))]
    assert read == []
    assert any(key.startswith("state/rollups/") for key in counted.read_after_days)


class ReadStore(InMemoryStore):
    """Notes what is read once the first window is begun."""

    def __init__(self, objects: Mapping[str, bytes]) -> None:
        super().__init__(objects=objects)
        self.read_after_days: list[str] = []
        self.begun = False

    def put(self, key: str, body: bytes, *, content_type: str = "application/octet-stream") -> None:
        self.begun |= "/results/windows-" in key
        super().put(key, body, content_type=content_type)

    def find(self, key: str) -> StoredObject | None:
        if self.begun:
            self.read_after_days.append(key)
        return super().find(key)

    def get(self, key: str) -> StoredObject:
        if self.begun:
            self.read_after_days.append(key)
        return super().get(key)


def test_a_window_by_hand_has_its_bound() -> None:
    store = endpoint()
    captures = captures_in(store, START, START + timedelta(days=1097))
    with pytest.raises(InvalidInputError, match=r"1,097 days long.*Cut it"):
        make_plan(captures, captures.listed(), store=store, kinds=KINDS, release="1", one_window=True)
