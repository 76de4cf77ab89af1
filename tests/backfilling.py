"""A small endpoint with some hours of the past, read as it arrives, or by a backfill."""

import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial

from driftline.adapters.scripts.processes import ScriptProcesses
from driftline.domain.backfill.keys import BACKFILLS
from driftline.domain.backfill.plan import READING, Plan, monitor_of, step_of
from driftline.domain.executions.execution import ExecutionRequest
from driftline.domain.instants import format_instant
from driftline.domain.windows import HOUR
from driftline.kinds.registry import KINDS
from driftline.usecases.arrivals.take_arrivals import merge_file
from driftline.usecases.backfill.capture_work import capture_work
from driftline.usecases.backfill.day_work import day_work
from driftline.usecases.backfill.find_files import Captures
from driftline.usecases.backfill.label_work import label_work
from driftline.usecases.backfill.make_plan import make_plan, write_plan
from driftline.usecases.backfill.outcome import check_read, conclude, unfinished
from driftline.usecases.backfill.page_work import page_work
from driftline.usecases.backfill.window_work import replay_windows
from driftline.usecases.backfill.work_batch import Work, work_batch
from driftline.usecases.executions.read_window import read_window
from driftline.usecases.ports import ObjectStore
from tests.captures import capture_key, csv_capture, profile_file
from tests.executing import execute_in, reading_in, suggest_in
from tests.fakes import InMemoryStore, only
from tests.merging import label_file, label_key
from tests.rendering import IndexAtOnce, render_execution
from tests.tables import TABLES

START = datetime(2026, 3, 1, 6, tzinfo=UTC)
HOURS = 3
END = START + HOURS * HOUR
DELAY = timedelta(days=14)
DOCUMENT = """\
endpoint: shop
columns: {output: [score], input: [amount, country]}
monitors:
  data_quality: {schedule: cron(0 * ? * * *)}
  model_quality: {schedule: cron(0 * ? * * *), problem_type: Regression, inference_attribute: score}
"""
ROWS = 12
"""Of each of the two capture files of an hour."""


def endpoint(hours: int = HOURS) -> InMemoryStore:
    """With a baseline, captures of some hours, and labels for most of them."""
    draw = random.Random(7)
    lines = "".join(f"{draw.random():.3f},{draw.gauss(100, 10):.2f},{draw.choice(['de', 'fr'])}\n" for _ in range(200))
    store = InMemoryStore(
        objects={
            "monitors/shop.yaml": DOCUMENT.encode(),
            "baselines/shop/data_quality/input/reference.csv": b"score,amount,country\n" + lines.encode(),
        }
    )
    suggest_in(store, "shop", "data_quality")
    for number in range(hours):
        hour = START + number * HOUR
        for name in "ab":
            rows = [capture(draw, hour, f"{name}{number}-{row}", row) for row in range(ROWS)]
            store.put(capture_key(hour, f"{name}.jsonl"), b"".join(rows))
        labels = [(f"{name}{number}-{row}", f"{draw.random():.3f}") for name in "ab" for row in range(ROWS - 2)]
        store.put(label_key("truth", hour + 2 * HOUR), label_file(labels))
    return store


def capture(draw: random.Random, hour: datetime, name: str, row: int) -> bytes:
    moment = hour + timedelta(minutes=4 * row)
    given = f"{draw.gauss(100, 10):.2f},{draw.choice(['de', 'fr'])}"
    return csv_capture(moment, f"{draw.random():.3f}", given, name)


def live(store: ObjectStore, hours: int = HOURS) -> None:
    """As it arrives: captures, labels, and then what schedules ask for, with its pages."""
    for each in list(store.list("capture/")):
        profile_file(each.key, store)
    for each in list(store.list("ground-truth/")):
        merge_file(each.key, store=store, tables=TABLES, max_label_delay=DELAY)
    for monitor in ("data_quality", "model_quality"):
        for number in range(1, hours + 1):
            request = ExecutionRequest(endpoint="shop", monitor=monitor, scheduled_time=START + number * HOUR)
            execution = execute_in(store, request)
            render_execution(store, execution.folder, kinds=KINDS, revision=execution.revision)


def planned(store: ObjectStore, hours: int = HOURS, *, one_window: bool = False) -> Plan:
    """Written, unless it was before."""
    captures = Captures(store, "capture/", "shop", START, START + hours * HOUR)
    made = make_plan(captures, captures.listed(), store=store, kinds=KINDS, release="1", one_window=one_window)
    write_plan(made, store, lambda _: None)
    return made.plan


def work_once(plan: Plan, store: ObjectStore, time_is_short: Callable[[], bool] = lambda: False) -> None:
    """One process does everything that is left, step by step; whatever an item raises ends it."""
    checked = False
    for batch in unfinished(plan, store):
        if step_of(batch) not in READING and not checked:
            check_read(plan, store)
            checked = True
        if step_of(batch) == "windows":
            finished = replay_windows(
                plan, monitor_of(batch), partial(execute_in, store), store=store, time_is_short=time_is_short
            )
        else:
            work = work_on(plan, batch, store)
            finished = work_batch(plan.id, batch, work, store=store, time_is_short=time_is_short)
        if not finished:
            return
    conclude(plan, store)


def work_on(plan: Plan, batch: str, store: ObjectStore) -> Work:
    match step_of(batch):
        case "captures":
            return capture_work(
                plan, batch, state=store, stores=only(store), scripts=ScriptProcesses(), tables=TABLES, kinds=KINDS
            )
        case "labels":
            return label_work(plan, batch, store=store, tables=TABLES, kinds=KINDS)
        case "days":
            return day_work(plan, batch, read=partial(read_window, **reading_in(store)))
        case _:
            return page_work(plan, batch, store=store, kinds=KINDS, index=IndexAtOnce(store, KINDS))


def without_notes(objects: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """Everything but the run's own objects.

    The merged rows of an hour, and what a kind keeps of them, are in whatever order DuckDB's threads came to: of these
    only the names are compared, which are made of what was merged. Verdicts and merged lines are compared to the byte.
    """
    any_order = ("state/merged/", "state/kinds/")
    return {
        key: b"" if key.startswith(any_order) else body
        for key, body in objects.items()
        if not key.startswith(BACKFILLS)
    }


def differing(one: Mapping[str, bytes], other: Mapping[str, bytes]) -> list[str]:
    """Keys whose bytes differ, or that only one has."""
    return sorted(key for key in one.keys() | other.keys() if one.get(key) != other.get(key))


def times(first: int, last: int) -> list[str]:
    return [format_instant(START + number * HOUR) for number in range(first, last + 1)]
