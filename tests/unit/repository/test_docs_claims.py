"""Figures in the documentation that a benchmark or the code holds."""

import re

from bench import ingest, scripts
from tests.places import REPOSITORY


def page(name: str) -> str:
    return " ".join((REPOSITORY / "docs" / name).read_text().split())


def test_files_a_second_of_ingest_are_the_bar_of_its_benchmark() -> None:
    found = re.search(
        r"`ingest` profiles one file after the other, at least (\d+) a second", page("reference/command-line.md")
    )

    assert found is not None
    assert float(found[1]) == ingest.LIMIT.bar
    assert ingest.LIMIT.more_is_better


def test_costs_of_scripts_are_within_the_bars_of_their_benchmark() -> None:
    found = re.search(r"\| below 1 ms \| (\d+) ms.*?\| 23 µs \| (\d+) µs", page("design/scripts.md"))

    assert found is not None
    assert float(found[1]) <= scripts.START.bar
    assert float(found[2]) <= scripts.RECORD.bar


def test_limits_of_scripts_are_those_of_the_code() -> None:
    from driftline.adapters.scripts.process import Limits  # noqa: PLC0415
    from driftline.adapters.scripts.processes import LARGEST_FILES  # noqa: PLC0415

    text = page("reference/scripts.md")

    assert f"| time | {Limits().seconds:g} s for loading" in text
    assert f"| memory | {Limits().megabytes} MB" in text
    assert f"{LARGEST_FILES >> 20} MB together" in text
