"""Options that several commands share."""

from datetime import datetime
from typing import Annotated, Any

import typer

from driftline.domain.errors import InvalidInputError
from driftline.domain.windows import parse_instant


def _instant(text: str) -> datetime:
    """A bad time is bad usage, not a failed execution."""
    try:
        return parse_instant(text)
    except InvalidInputError as error:
        raise typer.BadParameter(str(error)) from None


def _time(name: str, text: str) -> Any:
    return typer.Option(name, parser=_instant, metavar="TIME", help=f"{text} ISO 8601; without an offset UTC.")


Store = Annotated[
    str, typer.Option("--store", "-s", metavar="PLACE", help="A folder laid out like the bucket, or s3://<bucket>.")
]
Endpoint = Annotated[
    str | None, typer.Option("--endpoint", "-e", help="The endpoint. Default: the only one that has a document.")
]
Monitor = Annotated[
    str | None,
    typer.Option("--monitor", "-m", help="The monitor. Default: data_quality, or the only one that the document has."),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout, for machines.")]

Start = Annotated[datetime | None, _time("--start", "Start of the window, included.")]
End = Annotated[datetime | None, _time("--end", "End of the window, excluded.")]
Scheduled = Annotated[datetime | None, _time("--scheduled", "The scheduled time of the execution.")]
From = Annotated[datetime, _time("--from", "Start of the range of scheduled times, included.")]
To = Annotated[datetime, _time("--to", "End of the range of scheduled times, excluded.")]
Collected = Annotated[
    datetime | None, _time("--collected", "When the given files' labels were collected; decides their folder.")
]
AsOf = Annotated[
    datetime | None, _time("--as-of", "Give up labels that have waited too long by this time, and list them.")
]
