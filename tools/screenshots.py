"""Draws the screenshots of the README: `make screenshots`.

The page is the one that `driftline check` writes of real flights from New York: those of January and February 2013 are
the reference, those of 8 March are checked, the day of a storm.
"""

import csv
import os
import sys
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from subprocess import run
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, sync_playwright

from local.demo.flights import Flight, data_folder, read_flights, read_weather
from tests.browser.chromium import CACHE, find_chromium

IMAGES = Path(__file__).parent.parent / "docs" / "images"
LARGEST = 200_000
"""Bytes of an image: everybody who clones the repository has them."""

_FONTS = """\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{own}</dir><dir>/usr/share/fonts</dir></fontconfig>
"""
"""The browser's own font, and the machine's for the arrow, which it lacks."""

_WIDTH, _HEIGHT = 1180, 780
_REFERENCE = [date(2013, 1, 1) + timedelta(days=day) for day in range(59)]
_STORM = [date(2013, 3, 8)]
_VIOLATIONS = 2


def main() -> int:
    """Writes both images."""
    IMAGES.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder:
        page = _checked(Path(folder))
        _draw(page)
    for image in sorted(IMAGES.glob("*.png")):
        size = image.stat().st_size
        print(f"{image.name}: {size / 1000:,.0f} kB")
        if size > LARGEST:
            print(f"{image.name} has more than {LARGEST / 1000:,.0f} kB", file=sys.stderr)
            return 1
    return 0


def _checked(folder: Path) -> Path:
    """The page of a check."""
    data = data_folder()
    flights = read_flights(data, read_weather(data), {*_REFERENCE, *_STORM})
    for name, days in (("january-and-february.csv", _REFERENCE), ("8-march.csv", _STORM)):
        _write(folder / name, (flight for day in days for flight in flights[day]))
    command = [str(Path(sys.executable).with_name("driftline")), "check", "8-march.csv"]
    done = run([*command, "--baseline", "january-and-february.csv", "--html", "page.html"], cwd=folder, check=False)
    if done.returncode != _VIOLATIONS:
        raise RuntimeError(f"driftline check exits with {done.returncode}, and not with {_VIOLATIONS}: violations")
    return folder / "page.html"


def _write(path: Path, flights: Iterable[Flight]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["carrier", "origin", "dep_hour", "distance", "dep_delay", "precip"])
        for each in flights:
            table.writerow([each.carrier, each.origin, each.dep_hour, each.distance, each.dep_delay, each.precip])


def _draw(file: Path) -> None:
    chromium = find_chromium()
    fonts = file.with_name("fonts.conf")
    fonts.write_text(_FONTS.format(own=CACHE / "fonts"), encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.path,
            args=["--no-sandbox", "--no-zygote", "--disable-gpu"],
            env={**os.environ, **chromium.environment, "FONTCONFIG_FILE": str(fonts)},
        )
        page = browser.new_page(
            viewport={"width": _WIDTH, "height": _HEIGHT}, color_scheme="light", reduced_motion="reduce"
        )
        page.goto(file.as_uri())
        page.locator("#violations figure canvas").first.wait_for()
        _shoot(page, "page.png")
        row = page.locator("#features table.opening .open").first
        row.click()
        page.locator("#features figure canvas").first.wait_for()
        row.evaluate("row => window.scrollTo(0, row.getBoundingClientRect().top + scrollY - 170)")
        _shoot(page, "feature.png")
        browser.close()


def _shoot(page: Page, name: str) -> None:
    page.wait_for_timeout(500)  # charts are drawn when the browser is idle
    page.screenshot(path=IMAGES / name)


if __name__ == "__main__":
    sys.exit(main())
