"""Exit codes, and the command group that uses them."""

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

    @override
    def make_context(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().make_context(*args, **kwargs)
        except typer.TyperException as error:
            raise _as_usage(error) from error.__cause__

    @override
    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except typer.TyperException as error:
            raise _as_usage(error) from error.__cause__


def _as_usage(error: typer.TyperException) -> typer.TyperException:
    if error.exit_code == _USAGE_OF_TYPER:
        error.exit_code = ExitCode.USAGE
    return error
