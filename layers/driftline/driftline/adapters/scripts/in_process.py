"""Scripts that run in the function's own process.

They come from a prefix that only operators can write (`scripts/`). What they raise is reported with the line of the
script. Lack of memory and failing connections pass through, so that the platform delivers the event again.
"""

import inspect
import logging
import os
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from driftline.domain.capture.inference_record import InferenceRecord
from driftline.domain.errors import InvalidInputError
from driftline.usecases.ports.scripts import PREPROCESSOR_FAILED

POSTPROCESSOR_FAILED = "There is an exception raised in postprocessor script"

type PreprocessedRow = Mapping[str, object]


class ScriptsInProcess:
    """The port `Scripts`."""

    def preprocessor(self, source: str, name: str) -> "Preprocessor":
        return Preprocessor(source, name)

    def postprocess(self, source: str, name: str, files: Mapping[str, bytes]) -> Mapping[str, bytes]:
        """The script finds the files where the environment variable `output_path` says, as in SageMaker's container."""
        with TemporaryDirectory(prefix="postprocess-") as folder:
            root = Path(folder)
            for file, body in files.items():
                (root / file).parent.mkdir(parents=True, exist_ok=True)
                (root / file).write_bytes(body)
            with _output_path(folder):
                handler = _load(source, name, "postprocess_handler", POSTPROCESSOR_FAILED)
                with _reported(POSTPROCESSOR_FAILED, name):
                    handler()
            found = {
                path.relative_to(root).as_posix(): path.read_bytes()
                for path in sorted(root.rglob("*"))
                if path.is_file()
            }
        return {file: body for file, body in found.items() if files.get(file) != body}


class Preprocessor:
    """A loaded preprocessing script; see `Scripts.preprocessor`."""

    def __init__(self, source: str, name: str) -> None:
        self._name = name
        handler = _load(source, name, "preprocess_handler", PREPROCESSOR_FAILED)
        self._handler = handler
        logger = logging.getLogger(f"driftline.scripts.{PurePosixPath(name).stem}")
        self._more = (logger,) if _positional_arguments(handler) > 1 else ()

    def __call__(self, document: dict[str, object], line: int) -> Sequence[PreprocessedRow]:
        """The rows that the script makes of one record; none when it drops the record.

        Args:
            document: The line of the capture file as JSON.
            line: Its number, for errors.

        Raises:
            InvalidInputError: the script raised, or returned neither a dict nor a list of dicts nor nothing.
        """
        record = InferenceRecord(document)
        where = f"line {line} of the capture file, event {record.event_metadata.event_id}"
        with _reported(PREPROCESSOR_FAILED, self._name, where):
            returned = self._handler(record, *self._more)
        if isinstance(returned, Mapping):
            returned = [returned] if returned else []
        if returned is None:
            returned = []
        if not isinstance(returned, list) or not all(isinstance(row, Mapping) for row in returned):
            raise InvalidInputError(
                f"{PREPROCESSOR_FAILED} {self._name}: preprocess_handler returned {type(returned).__name__} ({where})",
                expected="a dict, a list of dicts, or an empty list to drop the record",
            )
        return [{str(name): value for name, value in row.items()} for row in returned]


@contextmanager
def _output_path(folder: str) -> Iterator[None]:
    before = os.environ.get("output_path")  # noqa: SIM112 - SageMaker's name
    os.environ["output_path"] = folder  # noqa: SIM112
    try:
        yield
    finally:
        if before is None:
            del os.environ["output_path"]  # noqa: SIM112
        else:
            os.environ["output_path"] = before  # noqa: SIM112


def _load(source: str, name: str, function: str, failed: str) -> Callable[..., object]:
    namespace: dict[str, object] = {"__name__": PurePosixPath(name).stem, "__file__": name}
    with _reported(failed, name, "while it was loaded"):
        exec(compile(source, name, "exec"), namespace)  # noqa: S102 - running the operator's script is the point
    handler = namespace.get(function)
    if not callable(handler):
        raise InvalidInputError(f"the script {name} has no function {function}", expected=f"def {function}(…)")
    return handler


def _positional_arguments(handler: Callable[..., object]) -> int:
    kinds = [parameter.kind for parameter in inspect.signature(handler).parameters.values()]
    if inspect.Parameter.VAR_POSITIONAL in kinds:
        return 2
    return sum(kind in {inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD} for kind in kinds)


@contextmanager
def _reported(failed: str, name: str, where: str = "") -> Iterator[None]:
    """Raises InvalidInputError for an error of the script, which would be the same at the next delivery."""
    try:
        yield
    except (MemoryError, ConnectionError, TimeoutError):
        raise
    except Exception as error:  # a user's script may raise anything
        raise InvalidInputError(_failure_text(failed, name, error, where)) from error


def _failure_text(failed: str, name: str, error: Exception, where: str) -> str:
    """SageMaker's beginning of the message, then the script's own line, the exception, and the record."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == name]
    line = error.lineno if isinstance(error, SyntaxError) and error.filename == name else (lines or [None])[-1]
    at = f"{name}, line {line}" if line else name
    return f"{failed} {at}: {type(error).__name__}: {error}" + (f" ({where})" if where else "")
