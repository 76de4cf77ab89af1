"""What `driftline.compare` returns."""

from os import PathLike
from pathlib import Path
from typing import Any

from driftline.domain.errors import DriftlineError
from driftline.domain.executions.finding import Finding
from driftline.domain.json_reading import load_json
from driftline.presentation.headline import finding_sentence
from driftline.presentation.pages.execution.view import page_view
from driftline.presentation.report import Report
from driftline.presentation.text import count
from driftline.reader.page import Page
from driftline.usecases.comparing.compare import DataComparison
from driftline.usecases.comparing.comparison_files import comparison_files, comparison_page
from driftline.usecases.comparing.verdict_document import verdict_document

_NAMED = 10


class ViolationsError(DriftlineError):
    """The data violate the constraints, or no rows could be evaluated.

    Attributes:
        violations: None of them if no rows could be evaluated.
    """

    def __init__(self, what: str, *, where: str, violations: tuple[Finding, ...]) -> None:
        super().__init__(what, where=where)
        self.violations = violations


class Comparison:
    """A verdict on a data set. In a notebook it shows itself as its report page."""

    def __init__(self, found: DataComparison) -> None:
        self._found = found

    def __repr__(self) -> str:
        return f"<Comparison {self._found.current} with {self._found.reference.name}: {self.report.headline}>"

    @property
    def passed(self) -> bool:
        """Whether rows were evaluated and nothing is violated."""
        return self._found.envelope.verdict == "good"

    @property
    def violations(self) -> tuple[Finding, ...]:
        """The findings that break a constraint, in the order of constraint_violations.json."""
        return self._found.envelope.violations

    @property
    def report(self) -> Report:
        """What the page shows: headline, findings, tables, charts."""
        return self._found.report

    @property
    def statistics(self) -> dict[str, Any]:
        """statistics.json of the current data."""
        return dict(load_json(self._found.files["statistics.json"]))

    @property
    def constraints(self) -> dict[str, Any]:
        """constraints.json that was held against the current data: suggested from the reference, or given."""
        return dict(load_json(self._found.baseline["constraints.json"]))

    def to_dict(self) -> dict[str, object]:
        """What `driftline check --json` prints."""
        return verdict_document(self._found)

    def page(self) -> Page:
        """The report page."""
        return Page(comparison_page(self._found).decode(), page_view(self.report).title)

    def save_html(self, path: "str | PathLike[str]") -> Path:
        """Writes the report page to a file; returns its path."""
        return self.page().save_html(path)

    def save(self, folder: "str | PathLike[str]") -> Path:
        """Writes everything to a folder: page, verdict, files as SageMaker writes them, and `baseline/`.

        Returns:
            The folder. `driftline check --baseline` takes its `baseline`, `read_execution` all of it.
        """
        root = Path(folder)
        for name, body in comparison_files(self._found).items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)
        return root

    def raise_for_violations(self) -> None:
        """For tests and pipelines.

        Raises:
            ViolationsError: something is violated, or no rows were evaluated.
        """
        if self.passed:
            return
        found = self.violations
        if not found:
            raise ViolationsError(f"not evaluated: {self.report.headline}", where=self._found.current, violations=())
        lines = [f"\n  {finding_sentence(each)}" for each in found[:_NAMED]]
        more = f"\n  and {len(found) - _NAMED:,} more" if len(found) > _NAMED else ""
        what = f"{count(len(found), 'violation')} of {self._found.reference.name}'s constraints{''.join(lines)}{more}"
        raise ViolationsError(what, where=self._found.current, violations=found)

    def _repr_html_(self) -> str:
        return self.page()._repr_html_()
