"""`driftline doctor`: what is not as it should be with a deployed stack."""

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console

from driftline import __version__
from driftline.cli import options
from driftline.cli.exits import ExitCode
from driftline.cli.output import reporting
from driftline.cli.text import safe
from driftline.domain.doctor.line import State
from driftline.domain.errors import InvalidInputError
from driftline.kinds.registry import KINDS
from driftline.presentation.text import count
from driftline.usecases.doctor.checks import CHECKS
from driftline.usecases.doctor.examine import Checked, Examination, examine

_STATES: dict[State, tuple[str, str]] = {
    "ok": ("ok", "green"),
    "advice": ("advice", "yellow"),
    "fault": ("fault", "bold red"),
    "unseen": ("unseen", "bold yellow"),
}
"""What is printed for each state, and its colour."""


def doctor(
    *,
    stack_name: Annotated[
        str, typer.Option("--stack-name", metavar="NAME", help="The stack, as it was deployed.")
    ] = "driftline",
    region: Annotated[
        str | None, typer.Option("--region", metavar="REGION", help="Default: that of your AWS configuration.")
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Look at a deployed stack, and say what is not as it should be. Nothing is changed.

    Uses your own AWS credentials. Each line is ok, or says what to do. What your permissions do not show is one line
    that names the permission. The exit code is 0 if nothing is wrong and everything could be seen, otherwise 1.

    Example: driftline doctor --stack-name driftline --region eu-west-1
    """
    with reporting(as_json=as_json) as output:
        import boto3  # noqa: PLC0415, costs 0.3 s

        from driftline.adapters.aws.deployment.account import AwsDeployment  # noqa: PLC0415, as above

        session = boto3.Session(region_name=region)
        if session.region_name is None:
            raise InvalidInputError(
                "no region", expected="the stack's region", mend="Pass --region, or set AWS_REGION."
            )
        with output.progress("Looking at", total=len(CHECKS)) as step:
            found = examine(
                AwsDeployment(session, stack_name),
                stack_name,
                datetime.now(UTC),
                release=__version__,
                kinds=KINDS,
                step=step,
            )
        output.result(_document(found), lambda console: _show(console, found))
        if not found.healthy:
            raise typer.Exit(ExitCode.FAILED)


def _document(found: Examination) -> dict[str, object]:
    return {
        "stack": found.stack,
        "where": found.where,
        "healthy": found.healthy,
        "lines": [
            {"check": each.check, "state": each.line.state, "text": each.line.text, "mend": each.line.mend}
            for each in found.lines
        ],
    }


def _show(console: Console, found: Examination) -> None:
    console.print(f"{safe(found.stack)} in {safe(found.where)}", soft_wrap=True)
    for each in found.lines:
        _show_line(console, each)
    wrong = [each for each in found.lines if not each.line.healthy]
    if wrong:
        console.print(f"[bold red]{count(len(wrong), 'line')}[/bold red] to look at", soft_wrap=True)


def _show_line(console: Console, checked: Checked) -> None:
    line = checked.line
    word, colour = _STATES[line.state]
    console.print(f"[{colour}]{word:6}[/{colour}]  {checked.check:13}  {safe(line.text)}", soft_wrap=True)
    if line.mend:
        console.print(f"{'':23}  {safe(line.mend)}", soft_wrap=True)
