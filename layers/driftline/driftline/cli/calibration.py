"""`driftline baseline --calibrate`: how often the suggested limits would have rung in windows of the data set."""

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError
from rich.console import Console

from driftline.adapters.by_hand.explaining import explaining
from driftline.adapters.folder.store import FolderStore
from driftline.adapters.tables.duck import DuckTables
from driftline.cli.text import safe
from driftline.domain.keys import document_key
from driftline.domain.monitors.fields import Age
from driftline.kinds.registry import KINDS
from driftline.presentation.text import count
from driftline.usecases.baselines.calibrate import Calibration, calibrate
from driftline.usecases.baselines.suggest_baseline import stored_data_set
from driftline.usecases.monitors.monitor_documents import find_document
from driftline.usecases.ports import ObjectStore

_LENGTH = TypeAdapter[timedelta](Age)


def _length(text: str) -> timedelta:
    try:
        length = _LENGTH.validate_python(text)
    except ValidationError:
        length = timedelta(0)
    if not length:
        raise typer.BadParameter(f"{text!r} is no length of a window; expected an ISO 8601 duration: P1D, PT1H")
    return length


Calibrate = Annotated[
    timedelta | None,
    typer.Option(
        "--calibrate",
        parser=_length,
        metavar="LENGTH",
        help="Cut the data set into windows of this length, for example P1D, and print how often each suggested limit "
        "would have rung.",
    ),
]
TimeColumn = Annotated[
    str | None,
    typer.Option("--time-column", metavar="NAME", help="The column that says when. Default: the only one with times."),
]


def calibrated(
    store: ObjectStore, endpoint: str, monitor: str, every: timedelta, time_column: str | None
) -> Calibration:
    """Reads the data set in input/ again.

    Raises:
        InvalidInputError: no time column, a time that cannot be read, or fewer than two windows.
    """
    tables = DuckTables()
    with TemporaryDirectory() as folder:
        return calibrate(
            KINDS.named(monitor),
            find_document(store, endpoint, kinds=KINDS),
            stored_data_set(store, endpoint, monitor, tables, explaining=explaining()),
            every=every,
            time_column=time_column,
            where=store.uri(document_key(endpoint)),
            scratch=FolderStore(Path(folder)),
            tables=tables,
        )


def show_calibration(console: Console, found: Calibration) -> None:
    windows = count(found.windows, "window")
    console.print(f"By {safe(found.time_column)}, the suggested limits would have rung in", soft_wrap=True)
    for limit, times in found.limits.items():
        console.print(f"  {safe(limit)}: {times} of {windows}", soft_wrap=True)
    console.print(f"  any limit: {found.ringing} of {windows}")
