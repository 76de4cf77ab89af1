"""The process of one script: `python -P -s -S worker.py <requests> <answers>`, two file descriptors of pipes.

Both directions are lines of JSON. The first request is a `Task`; its answer says whether the script could be loaded.
A postprocessing script is called at the next request. For a preprocessing script, each request is the numbers of some
lines of a capture file, followed by these lines as they are; there is one answer per line, at once, so that the other
side knows the line at which the process ended. An answer is a list of rows, or an object with one of

    {"failed": text}    the script failed on this record
    {"stopped": text}   it cannot go on: the time is up
    {"again": text}     a connection failed; the same may work later

The script can write whatever it likes to the answers' pipe, for it is in this process: the other side takes nothing on
trust.
"""

import inspect
import json
import logging
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, time
from decimal import Decimal
from pathlib import PurePosixPath
from typing import BinaryIO, NamedTuple, NoReturn, TypedDict

_LONGEST_TEXT = 2_000
"""Maximum number of characters of an error."""

_PR_SET_PDEATHSIG = 1

type Handler = Callable[..., object]


class Task(TypedDict):
    """What the process has to do: the first request.

    `path` is the path for imports; `failed` the beginning of errors; `seconds` the limit for loading the script and for
    each call; `bytes` the limit of memory and of each file.
    """

    path: list[str]
    source: str
    name: str
    function: str
    failed: str
    seconds: float
    bytes: int


class _OutOfTimeError(BaseException):
    """No `Exception`, so that a script that catches those does not go on."""


class _Answer(Exception):  # noqa: N818 - the way out of a failed call, not an error of its own
    """What to answer instead of rows."""

    def __init__(self, key: str, text: str) -> None:
        super().__init__(key)
        self.line = json.dumps({key: text.encode(errors="backslashreplace").decode()[:_LONGEST_TEXT]}).encode()
        self.last = key != "failed"


class _Script(NamedTuple):
    task: Task
    handler: Handler
    more: tuple[object, ...]


def main(requests: BinaryIO, answers: int) -> None:
    """Works until there are no more requests."""
    task: Task = json.loads(requests.readline())
    _limit(task)
    sys.path[:] = task["path"]
    try:
        handler = _load(task)
    except _Answer as failure:
        _send(answers, failure.line)
        return
    _send(answers, b"[]")
    if task["function"] == "postprocess_handler":
        requests.readline()
        _send(answers, _postprocess(_Script(task, handler, ())))
        return
    logger = logging.getLogger(f"driftline.scripts.{PurePosixPath(task['name']).stem}")
    script = _Script(task, handler, (logger,) if _positional_arguments(handler) > 1 else ())
    while numbers := requests.readline():
        for number in json.loads(numbers):
            try:
                line = _preprocess(script, requests.readline(), number)
            except _Answer as failure:
                _send(answers, failure.line)
                if failure.last:
                    return
            else:
                _send(answers, line)


def _send(answers: int, line: bytes) -> None:
    rest = memoryview(line + b"\n")
    while rest:
        rest = rest[os.write(answers, rest) :]


def _limit(task: Task) -> None:
    """Limits of the operating system; those that it does not know are left out (macOS has no limit of memory)."""
    logging.basicConfig(stream=sys.stderr)
    for name, most in (("RLIMIT_DATA", task["bytes"]), ("RLIMIT_FSIZE", task["bytes"]), ("RLIMIT_CORE", 0)):
        limit = getattr(resource, name)
        _, allowed = resource.getrlimit(limit)
        lower = most if allowed == resource.RLIM_INFINITY else min(most, allowed)
        resource.setrlimit(limit, (lower, lower))
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 - only there

        # A script that hangs does not outlive the process that could end it.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGALRM, _out_of_time)


def _out_of_time(*_: object) -> NoReturn:
    raise _OutOfTimeError


def _load(task: Task) -> Handler:
    name, function = task["name"], task["function"]
    namespace: dict[str, object] = {"__name__": PurePosixPath(name).stem, "__file__": name}
    with _reported(task, "while it was loaded"):
        exec(compile(task["source"], name, "exec"), namespace)  # noqa: S102 - running the user's script is the point
    handler = namespace.get(function)
    if not callable(handler):
        raise _Answer("failed", f"the script {name} has no function {function}. Expected: def {function}(…).")
    return handler


def _preprocess(script: _Script, line: bytes, number: int) -> bytes:
    from driftline.domain.capture.inference_record import InferenceRecord  # noqa: PLC0415 - the path is set now

    try:
        record = InferenceRecord(json.loads(line))
    except (ValueError, AttributeError) as error:
        raise _Answer("failed", f"the record cannot be decoded: {error}") from None
    where = f"line {number} of the capture file, event {record.event_metadata.event_id}"
    with _reported(script.task, where):
        returned = script.handler(record, *script.more)
        return _rows(script.task, returned, where)


def _rows(task: Task, returned: object, where: str) -> bytes:
    rows = [returned] if isinstance(returned, Mapping) and returned else returned or []
    name = f"{task['failed']} {task['name']}"
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise _Answer(
            "failed",
            f"{name}: preprocess_handler returned {type(returned).__name__} ({where}). "
            "Expected: a dict, a list of dicts, or an empty list to drop the record.",
        )
    plain = [{str(column): value for column, value in row.items()} for row in rows]
    if problem := _unusable(rows, plain):
        raise _Answer("failed", f"{name}: preprocess_handler returned {problem} ({where}).")
    try:
        return json.dumps(plain, ensure_ascii=False, default=_plain).encode()
    except (TypeError, ValueError) as error:
        raise _Answer(
            "failed",
            f"{name}: a value that preprocess_handler returned cannot be used: {error} ({where}). "
            "Expected: texts, numbers, booleans, dates or None.",
        ) from None


def _unusable(rows: list[Mapping[object, object]], plain: list[dict[str, object]]) -> str:
    from driftline.domain.capture.columns import MOST_COLUMNS  # noqa: PLC0415 - the path is set now

    for row, named in zip(rows, plain, strict=True):
        if len(row) > MOST_COLUMNS:
            return f"a row with {len(row):,} columns. Expected: at most {MOST_COLUMNS:,}"
        if len(named) < len(row):
            return "two columns whose names are the same text"
    return ""


def _plain(value: object) -> object:
    """Values that JSON does not have: numpy's numbers as numbers, dates and decimals as their texts."""
    if isinstance(value, date | time | Decimal):
        return str(value)
    if type(value).__module__ == "numpy" and callable(item := getattr(value, "item", None)):
        return item()
    raise TypeError(f"{type(value).__name__} is not a value of a column")


def _postprocess(script: _Script) -> bytes:
    try:
        with _reported(script.task):
            script.handler()
    except _Answer as failure:
        return failure.line
    return b"[]"


def _positional_arguments(handler: Handler) -> int:
    try:
        kinds = [parameter.kind for parameter in inspect.signature(handler).parameters.values()]
    except (TypeError, ValueError):
        return 1  # written in C
    if inspect.Parameter.VAR_POSITIONAL in kinds:
        return 2
    return sum(kind in {inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD} for kind in kinds)


@contextmanager
def _reported(task: Task, where: str = "") -> Iterator[None]:
    """Raises _Answer for whatever the script raises, and when its time is up."""
    try:
        signal.setitimer(signal.ITIMER_REAL, task["seconds"])
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    except _Answer:
        raise
    except _OutOfTimeError as error:
        text = f"it took longer than {task['seconds']:g} s"
        raise _Answer("stopped", _failure_text(task, error, text, where)) from None
    except (ConnectionError, TimeoutError) as error:
        raise _Answer("again", _failure_text(task, error, _raised(error), where)) from None
    except MemoryError as error:
        text = f"MemoryError: a script may use {task['bytes'] >> 20} MB"
        raise _Answer("failed", _failure_text(task, error, text, where)) from None
    except SystemExit as error:
        text = f"{_raised(error)}; a script must not end its process"
        raise _Answer("failed", _failure_text(task, error, text, where)) from None
    except BaseException as error:  # noqa: BLE001 - a user's script may raise anything
        raise _Answer("failed", _failure_text(task, error, _raised(error), where)) from None


def _raised(error: BaseException) -> str:
    try:
        return f"{type(error).__name__}: {error}"
    except Exception:  # noqa: BLE001 - the user's own __str__
        return type(error).__name__


def _failure_text(task: Task, error: BaseException, what: str, where: str) -> str:
    """SageMaker's beginning of the message, then the script's own line, the exception, and the record."""
    name = task["name"]
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == name]
    line = error.lineno if isinstance(error, SyntaxError) and error.filename == name else (lines or [None])[-1]
    at = f"{name}, line {line}" if line else name
    return f"{task['failed']} {at}: {what}" + (f" ({where})" if where else "")


if __name__ == "__main__":
    with os.fdopen(int(sys.argv[1]), "rb") as pipe:
        main(pipe, int(sys.argv[2]))
    # Threads that the script left behind do not keep the process.
    os._exit(0)
