"""A function that has just started reads its first files from several threads at once."""

import subprocess
import sys

import pytest

FIRST_READS = """
import sys, threading
from driftline.kinds.data_quality.page.past import past_data_quality
from driftline.domain.executions.place import parse_place

SUMMARY = b'''{"rows": 3, "violations": [{"check": "drift_check", "feature": "age"}], "features": [{"name": "age", "completeness": 1.0, "drift": {"value": 0.5, "threshold": 0.1}}]}'''
PLACE = parse_place("reports/shop/data_quality/2026/03/01/14/")
together = threading.Barrier(16)
rows = []

def read():
    together.wait(60)
    rows.append(past_data_quality(PLACE, {"summary.json": SUMMARY}).rows)

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
