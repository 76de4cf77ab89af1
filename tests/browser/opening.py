"""Files in a real browser, which reports everything that it should not do."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

from local.patience import PATIENCE_SECONDS
from tests.browser.chromium import find_chromium
from tests.npm import NpmError
from tests.waiting import wait_until

NARROW = 320
_MILLISECONDS = PATIENCE_SECONDS * 1000


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
    wait_until(lambda: page.evaluate(expression), expression)


def layouts(page: Page, script: str) -> int:
    """How often the browser lays the page out while a script runs and until the next picture: effort, not time."""
    developer = page.context.new_cdp_session(page)
    developer.send("Performance.enable")

    def count() -> int:
        metrics = developer.send("Performance.getMetrics")["metrics"]
        return int(next(each["value"] for each in metrics if each["name"] == "LayoutCount"))

    before = count()
    page.evaluate(script)
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return count() - before


def narrow(page: Page) -> int:
    """The width of the whole page, in pixels, on a screen of 320: it has to scroll sideways if that is more.

    Letters and words are set so far apart that no font of the machine makes wider texts. Both go further than WCAG asks
    for: success criteria 1.4.10 (320 pixels) and 1.4.12 (letters 0.12 em, words 0.16 em further apart).
    """
    page.set_viewport_size({"width": NARROW, "height": 740})
    page.evaluate("""() => {
      const apart = new CSSStyleSheet();
      apart.replaceSync("* { letter-spacing: 0.2em !important; word-spacing: 0.3em !important }");
      document.adoptedStyleSheets = [...document.adoptedStyleSheets, apart];
    }""")
    unfold(page)
    return int(page.evaluate("document.documentElement.scrollWidth"))


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
            timeout=_MILLISECONDS,
        )
        started.on("context", lambda context: context.set_default_timeout(_MILLISECONDS))
        expect.set_options(timeout=_MILLISECONDS)
        yield started
        started.close()


@pytest.fixture
def opened_file(browser: Browser) -> Iterator[Callable[..., Opened]]:
    """Opens a page from a file, as somebody would who downloaded it; complaints and requests fail the test.

    Links to other files may be followed. `at`: what the reader's clock shows.
    """
    everything: list[Opened] = []

    def open_file(
        file: Path, *, scheme: Literal["light", "dark"] = "light", fragment: str = "", at: datetime | None = None
    ) -> Opened:
        context = browser.new_context(
            viewport={"width": 1280, "height": 1000}, color_scheme=scheme, reduced_motion="reduce"
        )
        found = Opened(context.new_page())

        def requested(request: Request) -> None:
            if not (request.is_navigation_request() and request.url.startswith("file:")):
                found.requests.append(request.url)

        everything.append(found)
        found.page.on("console", lambda message: found.complaints.append(message.text))
        found.page.on("pageerror", lambda error: found.complaints.append(str(error)))
        found.page.on("request", requested)
        if at is not None:
            found.page.clock.set_fixed_time(at)
        found.page.goto(file.as_uri() + fragment)
        return found

    yield open_file
    for each in everything:
        assert each.complaints == []
        assert each.requests == []
        each.page.context.close()
