"""The files of a comparison, which `driftline.reader` and SageMaker's readers read."""

import json
from collections.abc import Mapping

from driftline.presentation.pages.execution.html import render
from driftline.presentation.pages.execution.view import page_view
from driftline.usecases.comparing.compare import BASELINE, DataComparison
from driftline.usecases.comparing.verdict_document import verdict_document

PAGE = "report.html"
VERDICT = "verdict.json"


def comparison_files(comparison: DataComparison) -> Mapping[str, bytes]:
    """Name → bytes: what SageMaker writes of an execution, its baseline below `baseline/`, page and verdict."""
    return {
        **comparison.files,
        **{BASELINE + name: body for name, body in comparison.baseline.items()},
        VERDICT: json.dumps(verdict_document(comparison), indent=2).encode() + b"\n",
        PAGE: comparison_page(comparison),
    }


def comparison_page(comparison: DataComparison) -> bytes:
    """The report page, UTF-8."""
    return render(page_view(comparison.report))
