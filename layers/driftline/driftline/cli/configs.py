"""Configuration files of one-off analyses, as `driftline validate` checks them."""

import json
from pathlib import Path

import typer
from rich.console import Console

from driftline.cli.exits import ExitCode
from driftline.cli.files import read_file
from driftline.cli.output import Output
from driftline.cli.text import safe
from driftline.kinds.analyst import Analyst
from driftline.kinds.registry import KINDS
from driftline.presentation.text import count


def analyst_for(path: Path) -> Analyst | None:
    """Whose configuration a JSON file is, by its fields or its name; None: it is a monitor document.

    Raises:
        InvalidInputError: the file cannot be read.
    """
    try:
        document = json.loads(read_file(path))
    except ValueError:
        document = None
    fields = set(document) if isinstance(document, dict) else set()
    for analyst in KINDS.analysts():
        if path.name == analyst.config_file or fields & analyst.config_fields:
            return analyst
    return None


def check_config(output: Output, analyst: Analyst, path: Path) -> None:
    """Prints all that is wrong with the file, or what it means.

    Raises:
        Exit: something is wrong.
    """
    checked = analyst.check(read_file(path), str(path))
    errors = [output.parts(problem) for problem in checked.problems]
    result = {
        "document": str(path),
        "status": "error" if errors else "ok",
        "errors": errors,
        "means": list(checked.sentences),
    }

    def show(console: Console) -> None:
        if not errors:
            console.print(f"[green]ok[/green]  {safe(str(path))}", soft_wrap=True)
        for sentence in checked.sentences:
            console.print(f"  {safe(sentence)}", soft_wrap=True)

    if not errors:
        output.result(result, show)
        return

    def show_errors(console: Console) -> None:
        console.print(f"[bold red]{count(len(errors), 'error')}[/bold red] in {safe(str(path))}", soft_wrap=True)
        for problem in checked.problems:
            console.print(f"  {safe(str(problem))}", soft_wrap=True)

    output.errors(result, show_errors)
    raise typer.Exit(ExitCode.FAILED)
