"""The Python of docs/guide/capture-anywhere.md runs, and its figures are those of the code."""

import re
from pathlib import Path
from typing import Any

import pytest

from driftline.capture import Limits
from tests.capturing import call, ids, lines
from tests.places import REPOSITORY

PAGE = (REPOSITORY / "docs" / "guide" / "capture-anywhere.md").read_text("utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture(autouse=True)
def _nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Folders of the guide are in a folder of the test, and its region is none."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")


def ran(block: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(block, names)
    return names


@pytest.mark.parametrize("block", BLOCKS, ids=[str(number) for number in range(len(BLOCKS))])
def test_every_example_can_be_imported(block: str) -> None:
    assert ran(block)


def test_the_plain_function_captures(tmp_path: Path) -> None:
    [block] = [block for block in BLOCKS if "capture.record" in block]
    names = ran(block)
    _, inference_id = names["predict"]({"age": 3})
    assert names["capture"].flush(30)
    assert ids(lines(tmp_path / "captures")) == {inference_id}


def test_the_receiver_answers() -> None:
    [block] = [block for block in BLOCKS if "CloudEventsReceiver" in block]
    assert call(ran(block)["app"], b"{}").status == 400


def test_figures_are_those_of_the_code() -> None:
    text = " ".join(PAGE.split())
    limits = Limits()
    assert f"written every {limits.batch_seconds:g} s, or when {limits.batch_records:,} records or" in text
    assert f"records or {limits.batch_bytes >> 20} MiB wait" in text
    assert f"`queue_bytes`, {limits.queue_bytes >> 20} MiB" in text
    assert f"above `body_bytes` ({limits.body_bytes >> 20} MiB)" in text
    assert f"within {limits.exit_seconds:g} s (`exit_seconds`)" in text
