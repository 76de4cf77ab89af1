"""A function that has just started reads its first files from several threads at once."""

import subprocess
import sys

import pytest

FIRST_READS = """
import sys, threading
from driftline.presentation.pages.execution.past import past_execution
from driftline.domain.executions.place import parse_place

SUMMARY = b'''{"rows": 3, "violations": [{"check": "drift_check", "feature": "age"}],
  "metrics": [{"name": "mae", "value": 1.0, "interval": [1, 2]}], "features": [{"name": "age", "completeness": 1.0}]}'''
PLACE = parse_place("reports/shop/data_quality/2026/03/01/14/")
together = threading.Barrier(16)
rows = []

def read():
    together.wait(60)
    rows.append(past_execution(PLACE, SUMMARY).rows)

sys.setswitchinterval(1e-5)
threads = [threading.Thread(target=read) for _ in range(16)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert rows == [3] * 16
"""


@pytest.mark.parametrize("start", range(6))
def test_it_survives(start: int) -> None:
    """msgspec crashed the interpreter in about every third start while threads were to find out what a type is."""
    done = subprocess.run([sys.executable, "-c", FIRST_READS], capture_output=True, text=True, check=False)

    assert done.returncode == 0, f"start {start}: {done.stderr}"
