"""Measures the work of one contestant from inside. Standard library only: it runs in every peer's environment."""

import json
import re
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def measured() -> Iterator[dict[str, float]]:
    """Prints the block's wall seconds, CPU seconds and the peak memory as one line of JSON.

    The dictionary that the block gets takes what other processes used: `cpu_seconds` and `peak_rss_mb` are added.
    """
    others = {"cpu_seconds": 0.0, "peak_rss_mb": 0.0}
    wall, cpu = time.perf_counter(), time.process_time()
    yield others
    figures = {
        "seconds": time.perf_counter() - wall,
        "cpu_seconds": time.process_time() - cpu + others["cpu_seconds"],
        "peak_rss_mb": peak_memory() + others["peak_rss_mb"],
    }
    print(json.dumps(figures), flush=True)


def peak_memory(pid: str = "self") -> float:
    """Largest resident memory of a process so far, in MiB.

    Linux keeps it as VmHWM. ru_maxrss, the fallback for this process elsewhere, also counts what the parent held
    at the fork, so it is second choice.
    """
    status = Path(f"/proc/{pid}/status")
    if status.exists():
        found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="utf-8"))
        return int(found[1]) / 1024 if found else 0.0
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
