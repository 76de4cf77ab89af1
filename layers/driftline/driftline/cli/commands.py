"""All commands of `driftline` together."""

import inspect
from collections.abc import Callable
from typing import Annotated

import typer

from driftline import __version__
from driftline.cli.approve import approve, list_retrainings
from driftline.cli.baseline import baseline
from driftline.cli.bias import bias
from driftline.cli.doctor import doctor
from driftline.cli.exits import DriftlineGroup
from driftline.cli.explain import explain
from driftline.cli.ingest import ingest
from driftline.cli.init import init
from driftline.cli.merge import merge
from driftline.cli.overview import overview
from driftline.cli.page import report
from driftline.cli.run import replay, run
from driftline.cli.schema import schema
from driftline.cli.show import show
from driftline.cli.silence import silence
from driftline.cli.validate import validate

app = typer.Typer(
    cls=DriftlineGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="Monitor machine-learning endpoints: Driftline's monitors without a cloud.",
    epilog="Exit codes: 0 completed, 2 completed with violations, 1 failed, 64 usage error, 130 interrupted.",
)


def _help(command: Callable[..., None]) -> str:
    """The docstring with one line per paragraph, so that lines break at the width of the terminal."""
    paragraphs = inspect.cleandoc(command.__doc__ or "").split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


COMMANDS = (
    init,
    validate,
    baseline,
    bias,
    explain,
    ingest,
    merge,
    run,
    replay,
    show,
    report,
    overview,
    silence,
    approve,
    doctor,
    schema,
)

for command in COMMANDS:
    app.command(help=_help(command))(command)
app.command("retrainings", help=_help(list_retrainings))(list_retrainings)


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"driftline {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    *,
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Options before the command."""


def main() -> None:
    """Entry point of the command `driftline`."""
    app()
