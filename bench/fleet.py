"""What grows with a fleet: an execution with its pages, the sweep of labels and the index, at 1, 30 and 300 endpoints.

Two hourly monitors an endpoint, ninety records of each, over a store that counts its calls as S3 bills them. An
execution must not know how many others there are; a sweep is that of one endpoint, with a fortnight of hourly labels;
the index is that of a minute of 300 endpoints, in which ten executions end.
"""

from collections.abc import Iterator
from time import process_time

from bench.results import Limit, Options, Row
from driftline.domain.windows import HOUR
from driftline.kinds.registry import KINDS
from driftline.usecases.ground_truth.sweep_labels import sweep
from driftline.usecases.pages.render_index import render_index_page
from tests.fakes import InMemoryStore
from tests.fleets import MONITORS, execute_and_render, fleet, settled_shop
from tests.label_histories import label_history
from tests.merging import ENDPOINT, START

SIZES = (1, 30, 300)
GROWTH = Limit(1.1, 1.0, "x")
CPU_GROWTH = Limit(1.1, 1.05, "x")
SWEEP = Limit(675, 60, "calls")
INDEX = Limit(60, 20, "calls")
HOURS = 14 * 24
A_MINUTE = 10
"""Executions of 300 endpoints with two hourly monitors, if they are spread over the hour."""

_ROUNDS = 15


def run(_options: Options) -> Iterator[Row]:
    shop = settled_shop()
    measured = _executions(shop)
    calls = ", ".join(f"{size}: {calls:g} calls, {seconds:.3f} s" for size, (calls, seconds) in measured.items())
    most = max(calls for calls, _ in measured.values())
    yield Row("an execution with its pages, calls, most against one endpoint", GROWTH, most / measured[1][0], calls)
    slowest = max(seconds for _, seconds in measured.values())
    yield Row("… CPU", CPU_GROWTH, slowest / measured[1][1], calls)
    first, next_one, later = _sweeps()
    yield Row(
        "the sweep of an endpoint, a fortnight of hourly labels", SWEEP, later, f"without anything new {next_one}"
    )
    yield Row("… the first one", Limit(1_344, 1_100, "calls"), first, "three for each ground truth file")
    yield Row("the index of a minute, 300 endpoints", INDEX, _index(shop), f"{A_MINUTE} executions")


def _executions(shop: InMemoryStore) -> dict[int, tuple[float, float]]:
    """Calls and CPU seconds of an execution with its pages by number of endpoints; both monitors' mean.

    The sizes take turns, and the best of some rounds counts: other work of the machine hits all of them alike.
    """
    stores = {size: fleet(shop, size) for size in SIZES}
    best, calls = dict.fromkeys(SIZES, float("inf")), dict.fromkeys(SIZES, 0)
    for _ in range(_ROUNDS):
        for size, store in stores.items():
            with store.counted() as counted:
                before = process_time()
                for monitor in MONITORS:
                    execute_and_render(store, monitor)
                seconds = process_time() - before
            best[size], calls[size] = min(best[size], seconds), counted.total()
    return {size: (calls[size] / len(MONITORS), best[size] / len(MONITORS)) for size in SIZES}


def _sweeps() -> tuple[int, int, int]:
    """Calls of the first sweep, of one without anything new, and of one six hours later."""
    store, found = label_history(HOURS), []
    for hour in (HOURS, HOURS, HOURS + 12):
        with store.counted() as counted:
            sweep(ENDPOINT, START + hour * HOUR, store=store)
        found.append(counted.total())
    return found[0], found[1], found[2]


def _index(shop: InMemoryStore) -> int:
    store = fleet(shop, SIZES[-1])
    render_index_page(store, kinds=KINDS)
    for number in range(A_MINUTE):
        key = f"state/index/lines/shop-{number + 1:03}.json"
        store.put(key, store.objects[key].replace(b'"violations":', b'"violations":1', 1))
    with store.counted() as counted:
        render_index_page(store, kinds=KINDS)
    return counted.total()
