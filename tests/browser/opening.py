"""Files in a real browser, which reports everything that it should not do."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, Request, sync_playwright

from tests.browser.chromium import find_chromium
from tests.npm import NpmError


@dataclass
class Opened:
    """A page with what went wrong on it.

    Attributes:
        requests: Everything that was loaded but the page itself.
        complaints: Errors and messages on the console, refusals of the policy among them.
    """

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


def unfold(page: Page) -> None:
    """Opens every feature and all that is folded."""
    page.evaluate("document.querySelectorAll('.open[aria-expanded=false]').forEach(each => each.click())")
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")


def until(page: Page, expression: str) -> None:
    """Waits until an expression is true. Playwright's own way evaluates text in the page, which its policy forbids."""
    deadline = monotonic() + 60
    while not page.evaluate(expression):
        assert monotonic() < deadline, f"still not true: {expression}"
        page.wait_for_timeout(20)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    try:
        chromium = find_chromium()
    except NpmError as reason:
        pytest.skip(f"there is no Chromium on this machine, and {reason}")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=chromium.path,
            args=["--no-sandbox", "--no-zygote", "--disable-gpu"],
            env={**os.environ, **chromium.environment},
        )
        yield started
        started.close()


@pytest.fixture
def opened_file(browser: Browser) -> Iterator[Callable[..., Opened]]:
    """Opens a page from a file, as somebody would who downloaded it; complaints and requests fail the test.

    Links to other files may be followed.
    """
    everything: list[Opened] = []

    def open_file(file: Path, *, scheme: Literal["light", "dark"] = "light", fragment: str = "") -> Opened:
        context = browser.new_context(
            viewport={"width": 1280, "height": 1000}, color_scheme=scheme, reduced_motion="reduce"
        )
        found = Opened(context.new_page())

        def requested(request: Request) -> None:
            if not (request.is_navigation_request() and request.url.startswith("file:")):
                found.requests.append(request.url)

        found.page.set_default_timeout(10_000)
        everything.append(found)
        found.page.on("console", lambda message: found.complaints.append(message.text))
        found.page.on("pageerror", lambda error: found.complaints.append(str(error)))
        found.page.on("request", requested)
        found.page.goto(file.as_uri() + fragment)
        return found

    yield open_file
    for each in everything:
        assert each.complaints == []
        assert each.requests == []
        each.page.context.close()
