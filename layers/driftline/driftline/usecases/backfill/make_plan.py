"""Plans a run: what there is to read and to evaluate, cut into batches."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import batched

from driftline.domain.backfill.keys import batch_key, items_key, plan_key
from driftline.domain.backfill.plan import (
    DAYS,
    WINDOWS,
    Item,
    Part,
    Plan,
    Step,
    into_batches,
    items_to_lines,
    name_of,
    range_of,
    run_id,
)
from driftline.domain.backfill.requests import window_by_hand_item
from driftline.domain.errors import InvalidInputError
from driftline.domain.instants import format_instant
from driftline.domain.keys import script_key
from driftline.domain.monitors.document import MonitorDocument
from driftline.domain.monitors.monitor import ScheduledMonitor
from driftline.domain.monitors.schedule import occurrences
from driftline.domain.monitors.window import window_of
from driftline.domain.windows import window_by_hand
from driftline.kinds.kind import Kinds
from driftline.usecases.backfill.find_files import Captures, label_files, without_profile
from driftline.usecases.monitors.monitor_documents import load_document
from driftline.usecases.ports import ObjectStore

_LONGEST_WINDOW = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan with the items of its batches, by name; nothing of it is written yet."""

    plan: Plan
    batches: dict[str, Sequence[Item]]


def make_plan(
    captures: Captures,
    files: Sequence[Item],
    *,
    store: ObjectStore,
    kinds: Kinds,
    release: str,
    monitor: str | None = None,
    publish: bool = False,
    pages: bool = True,
    one_window: bool = False,
) -> Planned:
    """
    Args:
        captures: Where the files are, and the range.
        files: The capture files, as `captures` lists them or keeps them of a given list.
        store: The stack's own bucket, with the monitor document.
        release: Of Driftline. Another one may read files in another way, so its run is another one.
        monitor: Whose windows are evaluated; all of the document's unless given.
        publish: Whether metrics, events and signals are published. Pages follow from events.
        pages: Whether pages are made of the windows.
        one_window: Evaluate the whole range as one window by hand, instead of the windows of the schedules. Files that
            have a profile are not read again.

    Raises:
        ObjectNotFoundError: the endpoint has no monitor document.
        InvalidInputError: it has no such monitor, or there are no files.
    """
    if not files:
        raise InvalidInputError(
            f"no capture files from {format_instant(captures.start)} to {format_instant(captures.end)}",
            where=captures.store.uri(f"{captures.prefix}{captures.endpoint}/"),
            expected=f"{captures.prefix}{captures.endpoint}/<variant>/yyyy/mm/dd/hh/<name>.jsonl; the end is excluded",
        )
    document = load_document(store, captures.endpoint, kinds=kinds)
    monitors = _monitors(document, monitor)
    delays = [each.label_delay for each in monitors.values() if each.label_delay] if one_window else []
    delay = max(delays, default=None) if one_window else document.label_delay
    labels = label_files(store, captures.endpoint, captures.start, captures.end, delay) if delay else ()
    days: Mapping[str, Sequence[Item]] = {}
    if one_window:
        window = window_by_hand(captures.start, captures.end)
        files = without_profile(captures, files, store)
        windows: Mapping[str, Sequence[Item]] = {
            name: [window_by_hand_item(window.start, window.end)] for name in monitors
        }
        days = {name: [Item(format_instant(day)) for day in window.days()] for name in monitors}
    else:
        windows = {
            name: [Item(format_instant(time)) for time in scheduled_times(each, captures.start, captures.end)]
            for name, each in monitors.items()
        }
    batches: dict[str, Sequence[Item]] = {}
    of_captures = part_of("captures", into_batches(files), batches)
    of_labels = part_of("labels", into_batches(labels), batches)
    of_days = _of_monitors("days", days, batches, DAYS)
    of_windows = _of_monitors("windows", windows, batches)
    shown = windows if pages and not publish else {}
    of_pages = _of_monitors("pages", shown, batches)
    # A window by hand is not on the endpoint's page.
    of_overview = part_of("overview", [[Item(captures.endpoint)]] if of_pages.items and not one_window else [], batches)
    run = run_id(
        range_of(captures.start, captures.end),
        [
            captures.endpoint,
            captures.store.uri(""),
            release,
            str(publish),
            str(pages),
            _script(document, store),
            *(f"{batch} {item.key} {item.etag} {item.size}" for batch, items in batches.items() for item in items),
        ],
    )
    plan = Plan(
        run,
        captures.endpoint,
        captures.start,
        captures.end,
        None if captures.store.name == store.name else captures.store.name,
        of_captures,
        of_labels,
        of_windows,
        tuple(name for name, times in windows.items() if times),
        publish,
        release,
        of_pages,
        of_overview,
        days=of_days,
    )
    return Planned(plan, batches)


def write_plan(planned: Planned, store: ObjectStore, step: Callable[[str], None]) -> None:
    """Writes the batches, and the plan last: a run without a plan was interrupted here, and is planned again.

    Args:
        step: Called with the name of each batch.
    """
    for name, items in planned.batches.items():
        step(name)
        store.put(batch_key(planned.plan.id, name), items_to_lines(items), content_type="application/jsonl")
    store.put(plan_key(planned.plan.id), planned.plan.to_json(), content_type="application/json")


def write_items(plan: Plan, step: Step, batches: Sequence[str], store: ObjectStore) -> None:
    """What the Distributed Map of a step reads."""
    body = "".join(f"{line}\n" for line in ("batch", *batches)).encode()
    store.put(items_key(plan.id, step), body, content_type="text/csv")


def scheduled_times(monitor: ScheduledMonitor, start: datetime, end: datetime) -> list[datetime]:
    """Of the monitor's windows that are wholly inside [start, end), in order.

    A window that reaches out of the range may lack captures that nobody has read: it is not evaluated.
    """
    found = []
    for moment in occurrences(monitor.schedule, start, end + _LONGEST_WINDOW, monitor.timezone):
        try:
            window = window_of(moment, monitor)
        except InvalidInputError:
            continue  # the schedule gives no window for this time
        if window.start >= end:
            break
        if start <= window.start and window.end <= end:
            found.append(moment)
    return found


def _monitors(document: MonitorDocument, wanted: str | None) -> dict[str, ScheduledMonitor]:
    monitors = dict(document.monitors.by_name())
    if wanted is None:
        return monitors
    if wanted not in monitors:
        raise InvalidInputError(
            f"the monitor document has no monitor {wanted}",
            where=document.endpoint,
            expected=f"one of {', '.join(monitors)}",
        )
    return {wanted: monitors[wanted]}


def _script(document: MonitorDocument, store: ObjectStore) -> str:
    """The preprocessing script's version: what is made of a capture file follows from it, too."""
    script = document.capture_script
    return f"{script} {store.etag(script_key(script))}" if script else ""


def _of_monitors(
    step: Step, items: Mapping[str, Sequence[Item]], batches: dict[str, Sequence[Item]], most: int = WINDOWS
) -> Part:
    """Of all monitors together: a batch has items of one."""
    parts = [part_of(step, list(batched(each, most, strict=False)), batches, name) for name, each in items.items()]
    return Part(sum(part.items for part in parts), 0, tuple(name for part in parts for name in part.batches))


def part_of(step: Step, cut: Sequence[Sequence[Item]], batches: dict[str, Sequence[Item]], monitor: str = "") -> Part:
    """How much there is of a step, which is added to the batches."""
    named = {name_of(step, number, monitor): items for number, items in enumerate(cut, start=1)}
    batches |= named
    sizes = [item.size for items in cut for item in items]
    return Part(len(sizes), sum(sizes), tuple(named))
