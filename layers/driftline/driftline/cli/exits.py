"""Exit codes, and the command group that uses them."""

import json
import sys
from enum import IntEnum
from typing import Any, override

import typer
from typer.core import TyperGroup

_USAGE_OF_TYPER = 2


class ExitCode(IntEnum):
    """For pipelines. Typer's 2 for usage errors would look like violations, so usage errors have sysexits' 64."""

    COMPLETED = 0
    FAILED = 1
    COMPLETED_WITH_VIOLATIONS = 2
    NOT_EVALUATED = 3
    USAGE = 64
    INTERRUPTED = 130


class DriftlineGroup(TyperGroup):
    """Typer's group with our exit code for usage errors."""

    _as_json = False

    @override
    def make_context(self, info_name: str | None, args: list[str], *more: Any, **kwargs: Any) -> Any:
        self._as_json = "--json" in args
        try:
            return super().make_context(info_name, args, *more, **kwargs)
        except typer.TyperException as error:
            raise self._as_usage(error) from error.__cause__

    @override
    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except typer.TyperException as error:
            raise self._as_usage(error) from error.__cause__

    def _as_usage(self, error: typer.TyperException) -> typer.TyperException:
        """With the exit code of usage errors; machines get it as JSON, too."""
        if error.exit_code == _USAGE_OF_TYPER:
            error.exit_code = ExitCode.USAGE
            if self._as_json:
                parts = {"what": error.format_message(), "where": "", "expected": "", "mend": ""}
                sys.stdout.write(json.dumps({"error": parts}, indent=2) + "\n")
        return error
