"""A process for one script: its limits, its environment, and what its end means."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import driftline
from driftline.adapters.scripts.channel import Channel, ChannelError, ClosedError, SilentError
from driftline.domain.errors import InvalidInputError
from driftline.domain.json_reading import load_json

if TYPE_CHECKING:
    from driftline.adapters.scripts.worker import Task

_WORKER = Path(__file__).with_name("worker.py")

_PASSED_ON = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TZDIR", "LD_LIBRARY_PATH")
"""Variables that a script may see. Nothing else: AWS Lambda keeps the function's credentials in its environment."""

_OWN = {
    "PYTHONHASHSEED": "0",  # The order of a set is the same at every delivery of an event.
    "PYTHONUTF8": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
_GRACE = 5.0
"""Seconds after the limit until a process is ended that did not end its script itself."""

_STDERR = 2
_PR_SET_DUMPABLE = 4


@dataclass(frozen=True, slots=True)
class Limits:
    """What one script may use.

    Attributes:
        seconds: For loading it, and for each call.
        megabytes: Memory, and the size of each file that it writes.
    """

    seconds: float = 30.0
    megabytes: int = 512


@dataclass(frozen=True, slots=True)
class Script:
    """A script, and how its errors begin."""

    source: str
    name: str
    function: str
    failed: str


class ScriptProcess:
    """A running process with a loaded script."""

    def __init__(self, process: subprocess.Popen[bytes], channel: Channel, script: Script, limits: Limits) -> None:
        self._process = process
        self._channel = channel
        self._script = script
        self._silence = limits.seconds + _GRACE
        self._limits = limits

    def ask(self, request: bytes, lines: Sequence[int] = ()) -> list[object]:
        """The decoded answers to a request.

        Args:
            request: Whole lines of JSON.
            lines: Numbers of the capture file's lines in it, one per answer; none if there is one answer.

        Raises:
            InvalidInputError: the process ended, hangs, or answers anything else than the worker would.
        """
        try:
            answers = self._channel.exchange(request, len(lines) or 1, self._silence)
            return [load_json(answer) for answer in answers]
        except ValueError:
            raise self._error("its process does not answer as agreed", "") from None
        except ChannelError as error:
            _refuse_last(error.answers)
            at = lines[len(error.answers)] if len(error.answers) < len(lines) else None
            where = f" (line {at} of the capture file)" if at is not None else ""
            raise self._error(self._meaning(error), where) from None

    def _meaning(self, error: ChannelError) -> str:
        if isinstance(error, SilentError):
            return f"it took longer than {self._limits.seconds:g} s"
        if not isinstance(error, ClosedError):
            return f"it answers with {error}"
        try:
            code = self._process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            return "it closed the files of its process"
        if code >= 0:
            return f"it ended its process with exit code {code}"
        name = signal.Signals(-code).name
        hint = "; the machine may have run out of memory" if name == "SIGKILL" else ""
        return f"its process was ended by {name}{hint}"

    def _error(self, what: str, where: str) -> InvalidInputError:
        return InvalidInputError(f"{self._script.failed} {self._script.name}: {what}{where}")


def _refuse_last(answers: Sequence[bytes]) -> None:
    """Raises the worker's last words, if it had some: then it ended on purpose."""
    with suppress(ValueError, IndexError):
        last = load_json(answers[-1])
        if isinstance(last, dict) and ("again" in last or "stopped" in last):
            refuse(last)


@contextmanager
def script_process(
    script: Script, limits: Limits, environment: Mapping[str, str] | None = None
) -> Iterator[ScriptProcess]:
    """A process that has the script loaded; it and its children end with the context.

    Args:
        environment: Variables of its own.

    Raises:
        InvalidInputError: the script cannot be loaded, or has no such function.
        ConnectionError: it could not be loaded because a connection failed.
    """
    _hide_memory()
    with Channel() as channel, TemporaryDirectory(prefix="script-") as home:
        process = _start(channel, home, {**_environment(home), **(environment or {})})
        try:
            running = ScriptProcess(process, channel, script, limits)
            [answer] = running.ask(_task(script, limits))
            refuse(answer)
            yield running
        finally:
            _end(process)


def refuse(answer: object) -> None:
    """Raises what an answer says other than rows.

    Raises:
        InvalidInputError: the script failed, or stopped.
        ConnectionError: a connection of the script failed: the platform delivers the event again.
    """
    if not isinstance(answer, dict):
        return
    if text := answer.get("again"):
        raise ConnectionError(text)
    text = answer.get("failed") or answer.get("stopped")
    raise InvalidInputError(str(text) if text else "the process of a script does not answer as agreed")


def _start(channel: Channel, folder: str, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    far = (channel.far_requests, channel.far_answers)
    # -P and -s: nothing is imported from the working directory or the user's own packages. -S: the path is handed over.
    # -u: what was printed is not lost when the process is ended.
    command = [sys.executable, "-P", "-s", "-S", "-u", str(_WORKER), *map(str, far)]
    try:
        return subprocess.Popen(  # noqa: S603 - our own interpreter and program
            command,
            stdin=subprocess.DEVNULL,
            stdout=_STDERR,  # what the script prints is no part of our output
            env=dict(environment),
            cwd=folder,
            pass_fds=far,
            start_new_session=True,  # the group that is ended with it
        )
    finally:
        channel.close_far_ends()


def _environment(home: str) -> dict[str, str]:
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {**passed_on, **_OWN, "HOME": home, "TMPDIR": home}


def _task(script: Script, limits: Limits) -> bytes:
    ours = str(Path(driftline.__file__).parent.parent)
    task: Task = {
        "path": [*dict.fromkeys([*(entry for entry in sys.path if entry), ours])],
        "source": script.source,
        "name": script.name,
        "function": script.function,
        "failed": script.failed,
        "seconds": limits.seconds,
        "bytes": limits.megabytes << 20,
    }
    return json.dumps(task).encode() + b"\n"


def _end(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _hide_memory() -> None:
    """Keeps processes of the same user out of this one's memory and environment, which has the credentials.

    Linux then gives `/proc/<pid>/environ` and `/proc/<pid>/mem` to root and refuses ptrace: see prctl(2),
    PR_SET_DUMPABLE. It lasts as long as the process, which costs nothing but core dumps.
    """
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 - only there

        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
