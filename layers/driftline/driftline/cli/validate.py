"""`driftline validate`: checks a monitor document."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from driftline.adapters.by_hand.files import read_file
from driftline.cli import options
from driftline.cli.columns import table_of
from driftline.cli.exits import ExitCode
from driftline.cli.output import Output, reporting
from driftline.cli.text import safe
from driftline.domain.documents.parse import (
    DocumentError,
    InvalidDocumentError,
    decode_document,
    error_at,
    parse_document,
    parse_routes,
)
from driftline.domain.documents.positions import read_yaml
from driftline.domain.keys import script_key
from driftline.domain.monitors.document import MonitorDocument
from driftline.domain.monitors.fields import format_offset
from driftline.domain.monitors.routes import Routes
from driftline.domain.monitors.schedule import occurrences
from driftline.domain.scripts import handler_of, script_problems
from driftline.kinds.registry import KINDS
from driftline.presentation.text import count

_MONTH = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
"""Thirty days, for prices."""


_ROUTES, _ENDPOINT = re.compile(r"^(routes|default)\s*:", re.MULTILINE), re.compile(r"^endpoint\s*:", re.MULTILINE)
"""Fields at the top level of the routes of channels, and of a monitor document."""


def validate(
    document: Annotated[
        Path, typer.Argument(help="The monitor document, <endpoint>.yaml, or an analysis_config.json.", metavar="DOC")
    ],
    *,
    as_json: options.Json = False,
) -> None:
    """Check a monitor document: every error with its line, what was found and what is allowed.

    Also checks the routes of channels, channels/routes.yaml, and SageMaker Clarify's analysis_config.json: all that is
    wrong with it, or what it means.

    Scripts are checked, too: those in ../scripts/ next to the document's folder, as in the bucket. The exit code is 0
    if everything is valid, otherwise 1.

    Example: driftline validate monitors/flight-delay.yaml
    """
    with reporting(as_json=as_json) as output:
        where = str(document)
        if document.suffix == ".json" and _checked_as_config(output, document):
            return
        try:
            text = decode_document(read_file(document), where=where)
            if _ROUTES.search(text) and not _ENDPOINT.search(text):
                _show_routes(output, document, parse_routes(text, where=where))
                return
            valid = parse_document(text, where=where, model=KINDS.document)
            _check_scripts(output, document, text, valid)
        except InvalidDocumentError as error:
            _show_errors(output, document, error)
            raise typer.Exit(ExitCode.FAILED) from None
        doubts = _doubts(valid)
        costs = _costs(valid)
        content = valid.model_dump(mode="json")
        result = {
            "document": str(document),
            "status": "ok",
            "errors": [],
            "warnings": doubts,
            "costs": costs,
            "content": content,
        }
        output.result(result, lambda console: _show(console, valid, doubts, costs))


def _show_routes(output: Output, path: Path, routes: Routes) -> None:
    content = routes.model_dump(mode="json")
    result = {"document": str(path), "status": "ok", "errors": [], "content": content}
    others = ", ".join(routes.default) or "all channels"
    shown = f"[green]ok[/green]  {count(len(routes.routes), 'route')}, then {safe(others)}"
    output.result(result, lambda console: console.print(shown, soft_wrap=True))


def _checked_as_config(output: Output, path: Path) -> bool:
    """Whether a JSON file is the configuration of an analysis; then it was checked.

    Raises:
        Exit: something is wrong with it.
    """
    from driftline.cli.configs import analysts_for, check_config  # noqa: PLC0415, the heavy half of the kinds

    analysts = analysts_for(path)
    if analysts:
        check_config(output, analysts, path)
    return bool(analysts)


def _doubts(document: MonitorDocument) -> list[str]:
    """What is valid and probably not meant."""
    outputs = document.columns.output if document.columns else ()
    return [
        f"monitors.{name}: {doubt}"
        for name, monitor in document.monitors.by_name().items()
        for doubt in monitor.doubts(outputs)
    ]


def _costs(document: MonitorDocument) -> list[str]:
    """What monitors cost beyond what all do, in a month of 30 days."""
    inputs = document.columns.input if document.columns else ()
    found = []
    for name, monitor in document.monitors.by_name().items():
        executions = sum(1 for _ in occurrences(monitor.schedule, *_MONTH, monitor.timezone)) if monitor.enabled else 0
        found += [f"monitors.{name}: {each}" for each in monitor.costs(inputs, executions)]
    return found


def _check_scripts(output: Output, path: Path, text: str, document: MonitorDocument) -> None:
    """Raises InvalidDocumentError: a script cannot run in AWS. It is looked for where the bucket would have it."""
    positions = read_yaml(text).positions
    errors: list[DocumentError] = []
    for name, monitor in document.monitors.by_name().items():
        for field, script in monitor.scripts.items():
            file = path.resolve().parent.parent / script_key(script)
            if not file.is_file():
                output.note(f"{script_key(script)} was not checked: {file} does not exist.")
                continue
            for problem in script_problems(read_file(file), handler_of(field)):
                found = f"{script_key(script)}, line {problem.line}: {problem.what}"
                allowed = "a script that can run in AWS Lambda"
                errors.append(error_at(("monitors", name, field), positions, found, allowed, problem.mend))
    if errors:
        raise InvalidDocumentError(str(path), errors)


def _show_errors(output: Output, path: Path, error: InvalidDocumentError) -> None:
    errors = [
        {
            "line": each.line,
            "column": each.column,
            "field": each.field,
            "found": each.found,
            "allowed": each.allowed,
            "mend": each.mend,
        }
        for each in error.errors
    ]

    def show(console: Console) -> None:
        count = "1 error" if len(errors) == 1 else f"{len(errors)} errors"
        console.print(f"[bold red]{count}[/bold red] in {safe(str(path))}", soft_wrap=True)
        for each in error.errors:
            console.print(f"  {safe(str(each))}", soft_wrap=True)

    output.errors({"document": str(path), "status": "error", "errors": errors, "content": None}, show)


def _show(console: Console, document: MonitorDocument, doubts: Sequence[str], costs: Sequence[str]) -> None:
    console.print(f"[green]ok[/green]  endpoint {safe(document.endpoint)}", soft_wrap=True)
    for doubt in doubts:
        console.print(f"[yellow]warning[/yellow]  {safe(doubt)}", soft_wrap=True)
    for cost in costs:
        console.print(f"price  {safe(cost)}", soft_wrap=True)
    table = table_of("monitor", "schedule", "time zone", "window", "enabled")
    for name, monitor in document.monitors.by_name().items():
        window = monitor.window
        offsets = (
            f"{format_offset(window.start_offset)} to {format_offset(window.end_offset)}"
            if window
            else "since the previous occurrence"
        )
        enabled = "yes" if monitor.enabled else "no"
        table.add_row(name, safe(monitor.schedule), safe(monitor.timezone), offsets, enabled)
    console.print(table)
