"""`driftline overview`: the pages over time and the page of all endpoints."""

from typing import Annotated

import typer
from rich.console import Console

from driftline.cli import options
from driftline.cli.output import reporting
from driftline.cli.places import open_place
from driftline.cli.text import safe
from driftline.domain.errors import InvalidInputError
from driftline.domain.keys import REPORTS
from driftline.kinds.registry import KINDS
from driftline.presentation.text import count
from driftline.usecases.pages.rebuild_overview import RebuiltOverview, rebuild_overview
from driftline.usecases.pages.render_index import render_index_page
from driftline.usecases.pages.render_overview import INDEX, endpoint_page_key

Reports = Annotated[
    bool, typer.Option("--reports/--no-reports", help="Also write the pages of executions where they are missing.")
]


def overview(
    *,
    store: options.Store = ".",
    endpoint: Annotated[str | None, typer.Option("--endpoint", "-e", help="One endpoint. Default: all.")] = None,
    reports: Reports = True,
    as_json: options.Json = False,
) -> None:
    """Write the pages over time, from the newest 90 executions of each monitor, and the page of all endpoints.

    In the cloud they are written after every execution. Use this for a folder, for files that SageMaker wrote, and
    after an update of Driftline.

    Example: driftline overview --store my-folder
    """
    with reporting(as_json=as_json) as output:
        place = open_place(store)
        wanted = [endpoint] if endpoint is not None else list(place.store.folders(REPORTS))
        made: list[RebuiltOverview] = []
        with output.progress("Reading", total=0) as step:
            for name in wanted:
                rebuilt = rebuild_overview(place.store, name, kinds=KINDS, reports=reports, step=step)
                made += [rebuilt] if rebuilt else []
        if not made:
            raise InvalidInputError(
                "no execution found",
                where=place.store.uri(REPORTS),
                expected="reports/<endpoint>/<monitor>/yyyy/mm/dd/hh/statistics.json",
                mend="Run `driftline run --scheduled` or `driftline replay` first.",
            )
        render_index_page(place.store, kinds=KINDS)
        for each in made:
            for folder, why in each.left_out:
                output.note(f"skipped {folder}: {why}")
        index = place.store.uri(f"{REPORTS}{INDEX}")
        result = {
            "index": index,
            "endpoints": [
                {
                    "endpoint": each.endpoint,
                    "page": place.store.uri(endpoint_page_key(each.endpoint)),
                    "executions": each.executions,
                    "reports": each.reports,
                    "left_out": [folder for folder, _ in each.left_out],
                }
                for each in made
            ],
        }
        output.result(result, lambda console: _show(console, made, index))


def _show(console: Console, made: list[RebuiltOverview], index: str) -> None:
    for each in made:
        executions, reports = count(each.executions, "execution"), count(each.reports, "report")
        console.print(f"[green]ok[/green]  {safe(each.endpoint)}: {executions}, {reports} written", soft_wrap=True)
    console.print(f"Open {safe(index)}", soft_wrap=True)
