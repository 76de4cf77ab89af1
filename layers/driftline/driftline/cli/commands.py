"""All commands of `driftline` together."""

import typer

from driftline.cli.approve import approve, list_retrainings
from driftline.cli.baseline import baseline
from driftline.cli.exits import DriftlineGroup
from driftline.cli.ingest import ingest
from driftline.cli.merge import merge
from driftline.cli.overview import overview
from driftline.cli.page import report
from driftline.cli.run import replay, run
from driftline.cli.show import show
from driftline.cli.silence import silence
from driftline.cli.validate import validate

app = typer.Typer(
    cls=DriftlineGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="Watch machine-learning endpoints: the monitors of Driftline without any cloud.",
    epilog="Exit codes: 0 completed, 2 completed with violations, 1 failed, 64 bad usage, 130 interrupted.",
)
for command in (validate, baseline, ingest, merge, run, replay, show, report, overview, silence):
    app.command()(command)
app.command()(approve)
app.command("retrainings")(list_retrainings)


def main() -> None:
    """Entry point of the command `driftline`."""
    app()
