"""An execution costs the same among many endpoints as alone; `python -m bench fleet` measures 300."""

import pytest

from driftline.kinds.registry import KINDS
from driftline.usecases.pages.render_index import render_index_page
from tests.effort import calls
from tests.fakes import InMemoryStore
from tests.fleets import MONITORS, execute_and_render, fleet, settled_shop

FEW, MANY = 1, 30


@pytest.fixture(scope="module")
def shop() -> InMemoryStore:
    return settled_shop()


@pytest.mark.parametrize("monitor", MONITORS)
def test_an_execution_with_its_pages_does_not_know_how_many_others_there_are(shop: InMemoryStore, monitor: str) -> None:
    requests, effort = [], []
    for endpoints in (FEW, MANY):
        store = fleet(shop, endpoints)
        execute_and_render(store, monitor)  # what is read once in the life of a process
        with store.counted() as counted:
            effort.append(calls(lambda store=store: execute_and_render(store, monitor)))  # type: ignore[misc]
        requests.append(counted.total())

    assert requests[1] == requests[0]
    assert effort[1] <= 1.1 * effort[0]


def test_the_index_reads_what_changed_and_lists_once_for_all(shop: InMemoryStore) -> None:
    found = []
    for endpoints in (FEW, MANY):
        store = fleet(shop, endpoints)
        render_index_page(store, kinds=KINDS)
        execute_and_render(store, "data_quality")
        with store.counted() as counted:
            assert render_index_page(store, kinds=KINDS).endpoints == endpoints
        found.append(counted.total())

    assert found[1] == found[0] <= 8
