"""The port `Scripts`: each script runs in a process of its own. docs/design/scripts.md says what that keeps apart.

What a script raises is reported with its line. Failing connections pass through, so that the platform delivers the
event again.
"""

import json
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from driftline.adapters.scripts.process import Limits, Script, ScriptProcess, refuse, script_process
from driftline.domain.capture.blocks import Preprocess, Preprocessed
from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.files import SUMMARY
from driftline.domain.json_reading import load_json
from driftline.usecases.ports.scripts import PREPROCESSOR_FAILED

POSTPROCESSOR_FAILED = "There is an exception raised in postprocessor script"

LARGEST_FILES = 64 << 20
"""Maximum number of bytes that a postprocessing script may leave in its folder."""


class ScriptProcesses:
    """The port `Scripts`."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()

    @contextmanager
    def preprocessor(self, source: str, name: str) -> Iterator[Preprocess]:
        script = Script(source, name, "preprocess_handler", PREPROCESSOR_FAILED)
        with script_process(script, self._limits) as process:
            yield _Preprocessor(process, script)

    def postprocess(self, source: str, name: str, files: Mapping[str, bytes]) -> Mapping[str, bytes]:
        """The script finds the files where the environment variable `output_path` says, as in SageMaker's container."""
        script = Script(source, name, "postprocess_handler", POSTPROCESSOR_FAILED)
        with TemporaryDirectory(prefix="postprocess-") as folder:
            root = Path(folder)
            for file, body in files.items():
                (root / file).parent.mkdir(parents=True, exist_ok=True)
                (root / file).write_bytes(body)
            with script_process(script, self._limits, {"output_path": folder}) as process:
                [answer] = process.ask(b"1\n")
            refuse(answer)
            found = _files(root, script)
        changed = {file: body for file, body in found.items() if files.get(file) != body}
        _refuse_broken_files(changed, files, script)
        return changed


class _Preprocessor:
    """A loaded preprocessing script; see `Preprocess`."""

    def __init__(self, process: ScriptProcess, script: Script) -> None:
        self._process = process
        self._script = script

    def __call__(self, lines: Mapping[int, bytes]) -> Sequence[Preprocessed]:
        if not lines:
            return []
        numbers = list(lines)
        request = b"\n".join([json.dumps(numbers).encode(), *lines.values(), b""])
        return [self._preprocessed(answer) for answer in self._process.ask(request, numbers)]

    def _preprocessed(self, answer: object) -> Preprocessed:
        if isinstance(answer, list) and all(isinstance(row, dict) for row in answer):
            return answer
        if isinstance(answer, dict) and isinstance(failed := answer.get("failed"), str):
            return failed
        if isinstance(answer, dict):
            refuse(answer)
        raise InvalidInputError(f"{self._script.failed} {self._script.name}: its process does not answer as agreed")


def _files(root: Path, script: Script) -> dict[str, bytes]:
    """Path -> bytes of the files that the script left.

    Raises:
        InvalidInputError: a link, which could lead to files that the script could not send anywhere, or too much.
    """
    found: dict[str, bytes] = {}
    size = 0
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        mode = path.lstat().st_mode
        if stat.S_ISDIR(mode):
            continue
        size += path.lstat().st_size
        if not stat.S_ISREG(mode) or size > LARGEST_FILES:
            raise InvalidInputError(
                f"{script.failed} {script.name}: it left {name}, which cannot be taken",
                expected=f"plain files of at most {LARGEST_FILES >> 20} MB together",
            )
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
            found[name] = file.read()
    return found


def _refuse_broken_files(changed: Mapping[str, bytes], before: Mapping[str, bytes], script: Script) -> None:
    """A script may not change the verdict, nor leave a JSON file that cannot be read any more.

    Raises:
        InvalidInputError: it changed `summary.json`, or what it made of another JSON file is none.
    """
    if SUMMARY in changed and SUMMARY in before:
        raise InvalidInputError(
            f"{script.failed} {script.name}: it changed {SUMMARY}, which has the verdict",
            expected="changes of the other files, or files of its own",
        )
    for name, body in changed.items():
        if name in before and name.endswith(".json"):
            try:
                load_json(body)
            except ValueError as error:
                raise InvalidInputError(
                    f"{script.failed} {script.name}: what it made of {name} is not JSON ({error})"
                ) from None
