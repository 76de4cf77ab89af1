"""Runs one contestant in a process of its own and reads what it measured."""

import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

TIMEOUT = 900
"""Seconds after which a contestant is stopped; the slowest takes about 100."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """What a contestant used between its imports and its finished statistics.

    Attributes:
        seconds: Wall clock.
        cpu_seconds: Of all its processes.
        peak_rss_mb: Largest resident memory in MiB, imports included; summed over its processes.
    """

    seconds: float
    cpu_seconds: float
    peak_rss_mb: float

    def text(self) -> str:
        return f"{self.seconds:.1f} s, {self.cpu_seconds:.1f} s CPU, {self.peak_rss_mb:.0f} MiB"


class ContestantError(Exception):
    """A contestant ended with an error; the text is its last line."""


def measure(python: Path | str, script: Path, arguments: Sequence[str]) -> Measurement:
    """Runs `script` and reads the JSON object on the last line of its standard output.

    Raises:
        ContestantError: it failed, took longer than TIMEOUT or printed no measurement.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    try:
        done = subprocess.run(
            [str(python), str(script), *arguments],
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=False,
            env=environment,
        )
    except subprocess.TimeoutExpired:
        raise ContestantError(f"{script.stem} took longer than {TIMEOUT} s") from None
    if done.returncode != 0:
        raise ContestantError(_last_line(done.stderr) or f"{script.stem} ended with code {done.returncode}")
    try:
        figures = json.loads(_last_line(done.stdout))
        return Measurement(figures["seconds"], figures["cpu_seconds"], figures["peak_rss_mb"])
    except (json.JSONDecodeError, KeyError, TypeError):
        raise ContestantError(f"{script.stem} printed no measurement") from None


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else ""
