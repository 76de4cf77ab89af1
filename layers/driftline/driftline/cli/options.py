"""Options that several commands share."""

import os
from datetime import datetime
from typing import Annotated, Any

import typer

from driftline.domain.errors import InvalidInputError
from driftline.domain.instants import parse_instant
from driftline.domain.unpacking import UNPACKED_BYTES
from driftline.kinds.registry import KINDS


def _instant(text: str) -> datetime:
    """An invalid time is a usage error, not a failed execution."""
    try:
        return parse_instant(text)
    except InvalidInputError as error:
        raise typer.BadParameter(str(error)) from None


MAX_UNPACKED_MB = "DRIFTLINE_MAX_UNPACKED_MB"
"""Environment variable: maximum size of a capture or ground truth file, unpacked."""


def unpacked_bytes() -> int:
    """Raises InvalidInputError: the variable is set, but no whole number of megabytes."""
    text = os.environ.get(MAX_UNPACKED_MB) or str(UNPACKED_BYTES >> 20)
    if not text.isascii() or not text.isdecimal() or not int(text):
        raise InvalidInputError(
            f"{MAX_UNPACKED_MB} is {text!r}", where="environment", expected="whole megabytes, such as 512"
        )
    return int(text) << 20


def _time(name: str, text: str) -> Any:
    return typer.Option(name, parser=_instant, metavar="TIME", help=f"{text} ISO 8601; UTC unless it has an offset.")


Store = Annotated[
    str,
    typer.Option("--store", "-s", metavar="PLACE", help="A folder with the structure of the bucket, or s3://<bucket>."),
]
Endpoint = Annotated[
    str | None, typer.Option("--endpoint", "-e", help="The endpoint. Default: the only one with a monitor document.")
]
Monitor = Annotated[
    str | None,
    typer.Option("--monitor", "-m", help=f"The monitor. Default: {KINDS.names[0]}, or the only one in the document."),
]
Open = Annotated[bool, typer.Option("--open", help="Open the page in the browser.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document to stdout.")]

Header = Annotated[
    bool | None,
    typer.Option(
        "--header/--no-header",
        help="State whether the first row of CSV files is a header. Default: detected.",
        show_default=False,
    ),
]
Start = Annotated[datetime | None, _time("--start", "Start of the window, included.")]
End = Annotated[datetime | None, _time("--end", "End of the window, excluded.")]
Scheduled = Annotated[datetime | None, _time("--scheduled", "Scheduled time of the execution.")]
From = Annotated[datetime, _time("--from", "Start of the range of scheduled times, included.")]
To = Annotated[datetime, _time("--to", "End of the range of scheduled times, excluded.")]
FirstHour = Annotated[datetime | None, _time("--from", "First hour of the capture files' folders, included.")]
LastHour = Annotated[datetime | None, _time("--to", "End of the capture files' hours, excluded.")]
Collected = Annotated[
    datetime | None, _time("--collected", "When the labels in the given files were collected; selects their folder.")
]
AsOf = Annotated[
    datetime | None, _time("--as-of", "Give up labels that have waited too long at this time, and list them.")
]
