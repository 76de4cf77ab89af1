"""Work in a process of its own, for what it takes at most."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

REPOSITORY = Path(__file__).resolve().parent.parent

_MEASURED = """
import json, resource, sys
sys.path[:0] = {path!r}
from bench.peers.measuring import peak_memory
resource.setrlimit(resource.RLIMIT_CPU, ({seconds}, {seconds}))
answer = None
{program}
print(json.dumps([answer, peak_memory()]))
"""


class Bounded(NamedTuple):
    """The `answer` that a program leaves, and its peak memory in MiB, interpreter and imports included."""

    answer: object
    megabytes: float


def bounded(program: str, folder: Path, *, seconds: int) -> Bounded:
    """Runs a Python program that sets `answer`.

    Args:
        program: Lines of Python.
        folder: The working directory.
        seconds: Of CPU, after which the process is ended: generous, for slow machines.
    """
    path = [str(REPOSITORY), *filter(None, sys.path)]
    text = _MEASURED.format(path=path, seconds=seconds, program=program)
    environment = {**os.environ, "TMPDIR": str(folder)}
    done = subprocess.run(
        [sys.executable, "-c", text], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return Bounded(*json.loads(done.stdout.splitlines()[-1]))
