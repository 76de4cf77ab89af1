"""All commands of `driftline` together."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from driftline import __version__
from driftline.cli.exits import DriftlineGroup
from driftline.cli.lazy import LazyCommand, Listed

COMMANDS: Mapping[str, Listed] = {
    "init": Listed("Write a monitor document for an endpoint, and say what was assumed.", "init"),
    "validate": Listed(
        "Check a monitor document: every error with its line, what was found and what is allowed.", "validate"
    ),
    "baseline": Listed(
        "Suggest statistics.json and constraints.json from a data set (CSV, JSON Lines, Parquet; plain or gzip).",
        "baseline",
    ),
    "check": Listed(
        "Compare a data set (CSV, JSON Lines, Parquet; plain or gzip) with a reference, by the rules of a monitor.",
        "check",
    ),
    "bias": Listed(
        "Analyse a data set (CSV, JSON Lines, Parquet; plain or gzip) once, as SageMaker Clarify's processing job did.",
        "bias",
    ),
    "explain": Listed(
        "Explain a model on a data set (CSV, JSON Lines, Parquet; plain or gzip), as Clarify's processing job did.",
        "explain",
    ),
    "ingest": Listed("Profile capture files: all of the endpoint, or the given ones.", "ingest"),
    "merge": Listed("Join ground truth with captured inferences: all files, or the given ones.", "merge"),
    "run": Listed("Evaluate one window: that of a scheduled time, or any with a start and an end.", "run"),
    "replay": Listed(
        "Evaluate every window whose scheduled time is in a range, as the schedule would have.", "run", "replay"
    ),
    "backfill": Listed(
        "Profile the captures of a past range of time, merge their ground truth, and evaluate their windows; or "
        "suggest a baseline from a large data set.",
        "backfill",
    ),
    "show": Listed("Show an existing verdict: the newest, that of a scheduled time, or the one in a folder.", "show"),
    "report": Listed(
        "Write the page of an execution, the newest or that of a scheduled time, and print where it is.",
        "page",
        "report",
    ),
    "overview": Listed(
        "Write the pages over time, from the newest 90 executions of each monitor, and the page of all endpoints.",
        "overview",
    ),
    "coverage": Listed(
        "List the endpoints of your SageMaker account and of a store: watched by whom, captured or not.", "coverage"
    ),
    "silence": Listed(
        "Stop notifications about alarms for some time: of a monitor, of a team, or of all endpoints with a tag.",
        "silence",
    ),
    "approve": Listed("Approve a requested retraining that waits for a person.", "approve"),
    "retrainings": Listed(
        "List the decisions on requested retrainings, refusals with their reason.", "approve", "list_retrainings"
    ),
    "import": Listed(
        "Turn SageMaker Model Monitor's schedules into monitor documents, with their baselines and scripts.",
        "import_monitors",
    ),
    "doctor": Listed("Look at a deployed stack, and say what is not as it should be. Nothing is changed.", "doctor"),
    "tables": Listed(
        "Print the DDL of Athena for the tables of results: verdicts, findings and figures.",
        "result_tables",
        "result_tables",
    ),
    "schema": Listed("Print the JSON Schema of monitor documents, for editors that complete and check YAML.", "schema"),
}
"""In the order of the list. A test compares each summary with the command's own help."""


class Commands(DriftlineGroup):
    """The group of all commands."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        for name, listed in COMMANDS.items():
            self.add_command(LazyCommand(name, listed))


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="Monitor machine-learning endpoints: Driftline's monitors without a cloud.",
    epilog="Exit codes: 0 completed, 2 completed with violations, 1 failed, 64 usage error, 130 interrupted.",
)


def _show_version(asked: bool) -> None:
    if asked:
        from driftline.adapters.native.core import WHY_NOT, parser  # noqa: PLC0415 - only who asks pays for it

        typer.echo(f"driftline {__version__}")
        typer.echo(f"parser: {parser()}" + (f" (no native core: {WHY_NOT})" if WHY_NOT else ""))
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
