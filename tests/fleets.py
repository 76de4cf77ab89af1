"""A fleet: an endpoint that works, among many like it, in a store that counts its calls."""

import json
from dataclasses import dataclass, field
from datetime import timedelta

from driftline.domain.instants import format_instant
from driftline.domain.keys import document_key, overview_record_key, report_folder
from driftline.kinds.registry import KINDS
from driftline.usecases.pages.overview_records import NEWEST
from driftline.usecases.pages.render_execution import render_execution
from tests.counting import CountingStore
from tests.fakes import InMemoryStore
from tests.rendering import render_execution as render_at_once
from tests.reporting import LAST, execute, folder_of, shop_store

MONITORS = ("data_quality", "model_quality")


@dataclass
class NoIndex:
    """`IndexRequests` of which another function makes the page. Attributes: asked: how often."""

    asked: int = field(default=0)

    def request(self) -> None:
        self.asked += 1


def settled_shop() -> InMemoryStore:
    """An endpoint with pages, and ninety records of each monitor before its last execution."""
    store = shop_store()
    for monitor in MONITORS:
        render_at_once(store, folder_of(monitor), kinds=KINDS)
        record = json.loads(store.objects[overview_record_key("shop", monitor, LAST)])
        for hour in range(1, NEWEST):
            scheduled = LAST - timedelta(hours=hour)
            times = {"scheduled": format_instant(scheduled), "folder": report_folder("shop", monitor, scheduled)}
            body = json.dumps(record | times).encode()
            store.put(overview_record_key("shop", monitor, scheduled), body)
        render_at_once(store, folder_of(monitor), kinds=KINDS)
    return store


def fleet(shop: InMemoryStore, endpoints: int) -> CountingStore:
    """The endpoint, and others with the same objects."""
    objects = dict(shop.objects)
    for number in range(1, endpoints):
        name = f"shop-{number:03}"
        for key, body in shop.objects.items():
            objects[key.replace("/shop/", f"/{name}/").replace("/shop.", f"/{name}.")] = body
    assert sum(key.endswith(".yaml") for key in objects) == endpoints
    assert document_key("shop") in objects
    return CountingStore(objects)


def execute_and_render(store: CountingStore, monitor: str) -> None:
    """The last execution of a monitor, as if it was the first time, and its pages."""
    hour = folder_of(monitor)
    for prefix in (hour, hour.replace("reports/", "state/executions/")):
        for key in store.keys_below(prefix):
            store.delete(key)
    execute(store, monitor, LAST)
    render_execution(store, hour, kinds=KINDS, index=NoIndex())
