"""Pages of executions in a browser."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from driftline.kinds.registry import KINDS
from driftline.usecases.pages.render_report import render_report
from tests.browser.opening import Opened
from tests.fakes import InMemoryStore
from tests.reporting import folder_of, shop_store, taxi_store

type Open = Callable[..., Opened]


@pytest.fixture
def opened(opened_file: Callable[..., Opened], tmp_path: Path) -> Open:
    """Opens the page of an execution."""

    def open_page(store: InMemoryStore, folder: str, **more: str) -> Opened:
        file = tmp_path / f"page-{len(list(tmp_path.iterdir()))}.html"
        file.write_bytes(store.get(render_report(store, folder, kinds=KINDS).key).body)
        return opened_file(file, **more)

    return open_page


@pytest.fixture(scope="session")
def shop() -> InMemoryStore:
    return shop_store()


@pytest.fixture(scope="session")
def taxi(shared_data: Path) -> InMemoryStore:
    return taxi_store(shared_data)


@pytest.fixture
def data_quality(opened: Open, shop: InMemoryStore) -> Page:
    return opened(shop, folder_of("data_quality")).page


@pytest.fixture
def model_quality(opened: Open, shop: InMemoryStore) -> Page:
    return opened(shop, folder_of("model_quality")).page
