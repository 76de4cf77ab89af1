"""Configuration files of one-off analyses, as `driftline validate` checks them."""

from collections.abc import Sequence
from pathlib import Path

import typer
from rich.console import Console

from driftline.adapters.by_hand.files import read_file
from driftline.cli.exits import ExitCode
from driftline.cli.output import Output
from driftline.cli.text import safe
from driftline.domain.json_reading import load_json
from driftline.kinds.analyst import Analyst
from driftline.kinds.registry import KINDS
from driftline.presentation.text import count
from driftline.usecases.analyses.analyse import wanted_analysts


def analysts_for(path: Path) -> list[Analyst]:
    """Whose configuration a JSON file is, by its fields or its name; none: it is a monitor document.

    Raises:
        InvalidInputError: the file cannot be read.
    """
    body = read_file(path)
    try:
        document = load_json(body)
    except ValueError:
        document = None
    fields = set(document) if isinstance(document, dict) else set()
    for analyst in KINDS.analysts():
        if path.name == analyst.config_file or fields & analyst.config_fields:
            return wanted_analysts(body, KINDS)
    return []


def check_config(output: Output, analysts: Sequence[Analyst], path: Path) -> None:
    """Prints all that is wrong with the file, or what it means.

    Raises:
        Exit: something is wrong.
    """
    checked = [analyst.check(read_file(path), str(path)) for analyst in analysts]
    # What all analyses read of the file is wrong once.
    problems = list({str(problem): problem for each in checked for problem in each.problems}.values())
    sentences = [sentence for each in checked for sentence in each.sentences]
    errors = [output.parts(problem) for problem in problems]
    result = {
        "document": str(path),
        "status": "error" if errors else "ok",
        "errors": errors,
        "means": sentences,
    }

    def show(console: Console) -> None:
        if not errors:
            console.print(f"[green]ok[/green]  {safe(str(path))}", soft_wrap=True)
        for sentence in sentences:
            console.print(f"  {safe(sentence)}", soft_wrap=True)

    if not errors:
        output.result(result, show)
        return

    def show_errors(console: Console) -> None:
        console.print(f"[bold red]{count(len(errors), 'error')}[/bold red] in {safe(str(path))}", soft_wrap=True)
        for problem in problems:
            console.print(f"  {safe(str(problem))}", soft_wrap=True)

    output.errors(result, show_errors)
    raise typer.Exit(ExitCode.FAILED)
