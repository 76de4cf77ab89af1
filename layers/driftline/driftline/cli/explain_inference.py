"""`driftline explain --inference-id`: why the model said what it said of one captured inference."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from rich.console import Console

from driftline.adapters.aws.sagemaker_endpoints import SageMakerEndpoints
from driftline.adapters.by_hand.explaining import LocalModels
from driftline.adapters.tables.duck import DuckTables
from driftline.cli.analysed_files import check_free
from driftline.cli.output import reporting
from driftline.cli.places import open_place
from driftline.cli.report import drawn_table
from driftline.cli.text import safe
from driftline.kinds.registry import KINDS
from driftline.presentation.pages.execution.html import render
from driftline.presentation.pages.execution.view import page_view
from driftline.usecases.analyses.explain_inference import explain_inference
from driftline.usecases.explanations.at_once import ExplanationsAtOnce
from driftline.usecases.explanations.solve import Solver
from driftline.usecases.pages.render_report import PAGE


@dataclass(frozen=True)
class OneInference:
    """What the user wants to know.

    Attributes:
        out: Folder for a page; None: none is written.
    """

    inference: str
    store: str
    endpoint: str | None
    start: datetime | None
    end: datetime | None
    out: Path | None
    force: bool

    def explain(self, *, as_json: bool) -> None:
        """Prints it."""
        with reporting(as_json=as_json) as output:
            page = self.out / PAGE if self.out is not None else None
            if page is not None and not self.force:
                check_free((page,))
            place = open_place(self.store)
            models = LocalModels()
            found = explain_inference(
                self.inference,
                place.endpoint(self.endpoint),
                store=place.store,
                stores=place.stores,
                tables=DuckTables(),
                kinds=KINDS,
                explanations=ExplanationsAtOnce(place.store, models, Solver(models, SageMakerEndpoints())),
                since=self.start,
                until=self.end,
            )
            if page is not None:
                page.parent.mkdir(parents=True, exist_ok=True)
                page.write_bytes(render(page_view(found.report)))
            names = [column.name for column in found.table.columns]
            result = {
                "inference_id": self.inference,
                "rows": found.rows,
                "contributions": [dict(zip(names, row.cells, strict=True)) for row in found.table.rows],
                "report": str(page) if page is not None else None,
                "notes": list(found.notes),
            }

            def show(console: Console) -> None:
                console.print(f"[green]ok[/green]  {safe(found.headline)}", soft_wrap=True)
                console.print(drawn_table(found.table))
                for note in found.notes:
                    console.print(f"Note: {safe(note)}", soft_wrap=True)
                if page is not None:
                    console.print(f"wrote     {safe(str(page))}", soft_wrap=True)

            output.result(result, show)
