"""Figures in the documentation that a benchmark or the code holds."""

import re
from pathlib import Path

from samtranslator.yaml_helper import yaml_parse

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


def test_no_recipe_sets_parameters_that_the_next_guided_deployment_takes_back() -> None:
    """SAM does not save `--parameter-overrides`: `sam deploy --guided` then sends the values from before."""
    places = [*(REPOSITORY / "docs").rglob("*.md"), REPOSITORY / "README.md"]
    shown = [(path.name, line) for path in places for line in commands(path) if "sam deploy" in line]
    assert shown
    assert not [line for _, line in shown if "--parameter-overrides" in line]


def test_messages_are_redriven_to_the_queue_of_their_dead_letter_queue() -> None:
    """SQS by itself only returns messages that came from a queue, not those of EventBridge, Scheduler or SNS."""
    shown = [line for path in (REPOSITORY / "docs").rglob("*.md") for line in commands(path) if "move-task" in line]
    assert shown
    assert all("--destination-arn" in line for line in shown)
    # The page says how the queue is found
    outputs = yaml_parse((REPOSITORY / "template.yaml").read_text())["Outputs"]
    ends = {name.removesuffix("DeadLettersUrl") for name in outputs if name.endswith("DeadLettersUrl")}
    assert {end for end in ends if f"{end}QueueUrl" not in outputs} == {"Adopt", "Freshness"}


def commands(path: Path) -> list[str]:
    """Lines of the code blocks of a page, each with what continues it."""
    blocks = re.findall(r"^ *```\w*\n(.*?)^ *```", path.read_text(), re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
