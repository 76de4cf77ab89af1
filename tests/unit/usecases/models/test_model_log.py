"""The log of an endpoint's models, and the marks of the windows around a change."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from driftline.domain.executions.execution import ExecutionRequest
from driftline.domain.models.new_model import NewModel
from driftline.domain.monitors.monitor import ScheduledMonitor
from driftline.domain.windows import Window
from driftline.kinds.data_quality.rules.summary import parse_summary
from driftline.kinds.data_quality.settings import DataQualityMonitor
from driftline.usecases.models.model_log import ModelEntry, ModelLog, load_model_log, log_model
from driftline.usecases.models.model_marks import new_model
from tests.captures import DOCUMENT, capture_key, hour_of_captures, profile_file
from tests.executing import execute_in, suggest_in
from tests.fakes import InMemoryStore

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
H = timedelta(hours=1)
LOG = "state/models/shop.json"
HOURLY = DataQualityMonitor()


def entry(model: str, at: datetime = NOON) -> ModelEntry:
    return ModelEntry(at=at, model=model, source="endpoint")


def names(log: ModelLog) -> list[str]:
    return [each.model for each in log.entries]


def test_models_are_logged_in_the_order_of_their_times_whatever_order_they_come_in() -> None:
    store = InMemoryStore()
    assert load_model_log(store, "shop") == ModelLog()

    log_model(store, "shop", entry("second", NOON + H))
    log_model(store, "shop", entry("first"))
    log = log_model(store, "shop", entry("third", NOON + 2 * H))

    assert names(log) == ["first", "second", "third"]
    assert load_model_log(store, "shop") == log


def test_the_same_model_told_twice_or_by_two_sources_is_logged_once() -> None:
    store = InMemoryStore()
    log_model(store, "shop", entry("first"))
    before = dict(store.objects)

    log_model(store, "shop", entry("first"))
    log_model(store, "shop", ModelEntry(at=NOON + H, model="first", source="package"))

    assert store.objects == before
    # But one that comes back after another did is a change
    log_model(store, "shop", entry("second", NOON + H))
    assert names(log_model(store, "shop", entry("first", NOON + 2 * H))) == ["first", "second", "first"]


def test_a_log_that_cannot_be_read_is_named_and_counts_as_empty(caplog: pytest.LogCaptureFixture) -> None:
    store = InMemoryStore(objects={LOG: b'{"entries": [{"at": "now"}]}'})
    assert load_model_log(store, "shop") == ModelLog()
    assert "state/models/shop.json cannot be read (the log of models cannot be read: entries.0.at: " in caplog.text


def mark(
    log: ModelLog, start: datetime, hours: int = 1, monitor: ScheduledMonitor = HOURLY
) -> tuple[str, int, bool] | None:
    window = Window(start, start + hours * H)
    found = new_model(log, monitor, window, window.end)
    return (found.name, found.windows_since, found.mixed) if found else None


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (NOON - H, None),  # it ends when the model comes
        (NOON, ("new", 1, False)),
        (NOON + H, ("new", 2, False)),
        (NOON + 2 * H, ("new", 3, False)),
        (NOON + 3 * H, None),
    ],
)
def test_the_first_three_windows_that_begin_after_a_change_are_counted(
    start: datetime, expected: tuple[str, int, bool] | None
) -> None:
    assert mark(ModelLog(entries=(entry("new"),)), start) == expected


def test_a_window_that_the_change_is_in_is_mixed_and_the_next_is_the_first() -> None:
    log = ModelLog(entries=(entry("old", NOON - 9 * H), entry("new", NOON + timedelta(minutes=20))))
    assert mark(log, NOON) == ("new", 0, True)
    assert mark(log, NOON + H) == ("new", 1, False)


def test_windows_that_overlap_are_counted_by_their_schedule() -> None:
    # Given a window of four hours, every hour
    monitor = DataQualityMonitor.model_validate({"window": {"start_offset": "-PT4H"}})
    log = ModelLog(entries=(entry("new"),))
    found = [mark(log, NOON + hour * H, 4, monitor) for hour in (-4, -3, -1, 0, 1, 2, 3)]
    mixed = ("new", 0, True)
    assert found == [None, mixed, mixed, ("new", 1, False), ("new", 2, False), ("new", 3, False), None]


def test_the_last_of_several_changes_counts_from_when_its_model_came() -> None:
    # Given that the news of "b" came late, a second time and for a later time
    log = ModelLog(entries=(entry("a", NOON - H), entry("b"), entry("b", NOON + H)))
    assert mark(log, NOON + H) == ("b", 2, False)


def test_a_schedule_that_fires_once_has_one_window() -> None:
    monitor = DataQualityMonitor.model_validate(
        {"schedule": "at(2026-03-01T13:00:00)", "window": {"start_offset": "-PT1H"}}
    )
    assert mark(ModelLog(entries=(entry("new"),)), NOON, monitor=monitor) == ("new", 1, False)


def test_the_summary_says_that_the_model_is_new_and_a_replay_gives_the_same_bytes() -> None:
    rows = [(f"{i / 100:.2f}", f"{100 + i * 0.5:.1f}", "de" if i % 3 else "fr") for i in range(100)]
    lines = "score,amount,country\n" + "".join(",".join(row) + "\n" for row in rows)
    baseline = "baselines/shop/data_quality/input/reference.csv"
    store = InMemoryStore(objects={"monitors/shop.yaml": DOCUMENT.encode(), baseline: lines.encode()})
    suggest_in(store, "shop", "data_quality")
    store.put(capture_key(NOON), hour_of_captures(NOON, rows))
    profile_file(capture_key(NOON), store)
    log_model(store, "shop", entry("package/7"))
    request = ExecutionRequest(endpoint="shop", monitor="data_quality", scheduled_time=NOON + H)
    summary = "reports/shop/data_quality/2026/03/01/13/summary.json"

    def execute() -> bytes:
        execute_in(store, request)
        return store.objects[summary]

    first = execute()
    assert json.loads(first)["model"] == {
        "name": "package/7",
        "since": "2026-03-01T12:00:00Z",
        "windows_since": 1,
        "mixed": False,
    }
    assert parse_summary(first).model == NewModel(name="package/7", since=NOON, windows_since=1)
    assert execute() == first
    # And a summary from before there were marks is still read
    older = {name: value for name, value in json.loads(first).items() if name != "model"}
    assert parse_summary(json.dumps(older)).model is None
