"""Commands that are imported when they are called: to list them, or to call another, costs nothing."""

import gc
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, override

import typer
from typer.core import TyperCommand


@dataclass(frozen=True, slots=True)
class Listed:
    """A command as the list of commands shows it.

    Attributes:
        summary: The first paragraph of its docstring.
        module: In this package.
        function: By default, it is called as the module.
    """

    summary: str
    module: str
    function: str = ""

    def loaded(self) -> Callable[..., None]:
        # Modules are made to stay: collecting garbage meanwhile finds none, and takes a tenth of the time.
        collecting = gc.isenabled()
        gc.disable()
        try:
            module = import_module(f"driftline.cli.{self.module}")
        finally:
            if collecting:
                gc.enable()
        function: Callable[..., None] = getattr(module, self.function or self.module)
        return function


class LazyCommand(TyperCommand):
    """Stands for a command until its arguments are parsed.

    Args:
        name: As it is typed.
        listed: Where the command is.
    """

    def __init__(self, name: str, listed: Listed) -> None:
        super().__init__(name, help=listed.summary, rich_markup_mode="rich")
        self._listed = listed

    @override
    def make_context(self, *arguments: Any, **more: Any) -> Any:
        function = self._listed.loaded()
        of_its_own = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="rich")
        of_its_own.command(self.name, help=help_of(function))(function)
        return typer.main.get_command(of_its_own).make_context(*arguments, **more)


def help_of(command: Callable[..., None]) -> str:
    """The docstring with one line per paragraph, so that lines break at the width of the terminal."""
    paragraphs = inspect.cleandoc(command.__doc__ or "").split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)
