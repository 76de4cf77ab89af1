"""A job's process: a container's command in a private folder, with its log, its end, and its time limit."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from local import interruption
from local.patience import PATIENCE_SECONDS

_LOOK_SECONDS = 0.05
_ASK_SECONDS = 1.0
"""Between two questions to SageMaker, whose answers take time from the job itself."""

_LAST_LINES = 5


class JobError(Exception):
    """Why a job failed, in one sentence, with the end of its log and where it is."""


class JobStoppedError(Exception):
    """Somebody stopped the execution."""


def run(
    command: Sequence[str], folder: Path, log: Path, *, seconds: float, stopped: Callable[[], bool] = lambda: False
) -> None:
    """Runs a command until it ends.

    Args:
        folder: Its working folder and home.
        log: Gets all that it writes.
        seconds: How long it may run.
        stopped: Asked now and then whether to stop it.

    Raises:
        JobError: it failed, or took too long.
        JobStoppedError: it was stopped.
        KeyboardInterrupt: as everywhere; the process has ended.
    """
    give_up = time.monotonic() + min(seconds, PATIENCE_SECONDS)
    ask = 0.0
    with log.open("wb") as output:
        # A group of its own, so that what it starts ends with it; and not Ctrl-C, which is handled here.
        process = subprocess.Popen(
            list(command),
            cwd=folder,
            env=_environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            while process.poll() is None:
                interruption.check()
                now = time.monotonic()
                if now >= ask:
                    if stopped():
                        raise JobStoppedError
                    ask = now + _ASK_SECONDS
                if now > give_up:
                    raise JobError(_said(f"it did not end within {min(seconds, PATIENCE_SECONDS):.0f} s", log))
                time.sleep(_LOOK_SECONDS)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    if process.returncode:
        raise JobError(_said(f"exit code {process.returncode}", log))


def _said(what: str, log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-_LAST_LINES:]
    return f"{what}. Log: {log}. Its end: {' | '.join(line.strip() for line in lines) or '(empty)'}"


def _environment(folder: Path) -> dict[str, str]:
    """Nothing of the user's: a container has no credentials of theirs."""
    only_loopback = os.environ.get("DRIFTLINE_ONLY_LOOPBACK", "")
    return {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), "/usr/bin", "/bin"]),
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "PYTHONPATH": only_loopback,
        "PYTHONUTF8": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
