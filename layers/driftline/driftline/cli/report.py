"""Prints the summary of an execution, for any kind of monitor."""

import json
from collections.abc import Callable

from rich.console import Console

from driftline.cli.quality_table import show_quality
from driftline.cli.tables import show_heading, show_summary
from driftline.cli.text import safe
from driftline.domain.errors import InvalidInputError
from driftline.kinds.data_quality.rules.summary import parse_summary
from driftline.kinds.model_quality.rules.summary import parse_quality_summary


def report_printer(body: bytes, where: str, folder: str) -> Callable[[Console], None]:
    """Reads a summary.json; returns what prints it.

    Args:
        where: Location of the summary, for errors.
        folder: Location of the execution's files.

    Raises:
        InvalidInputError: not a summary, or one of another version.
    """
    try:
        monitor = json.loads(body).get("monitor")
    except (ValueError, AttributeError):
        raise InvalidInputError("not the summary of an execution", where=where) from None
    if monitor == "model_quality":
        quality = parse_quality_summary(body, where)
        parts: tuple[Callable[[Console], None], ...] = (
            lambda console: show_heading(console, quality),
            lambda console: show_quality(console, quality),
        )
    else:
        summary = parse_summary(body, where)
        parts = (
            lambda console: show_heading(console, summary),
            lambda console: show_summary(console, summary),
        )

    def show(console: Console) -> None:
        for part in parts:
            part(console)
        console.print(f"Files: {safe(folder)}", soft_wrap=True)

    return show
