"""What every execution has, for any kind of monitor and any author of its files."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from driftline.domain.executions.envelope import Envelope
from driftline.domain.executions.finding import Finding
from driftline.domain.executions.limits import Limits
from driftline.domain.executions.place import Place
from driftline.domain.executions.verdict import Verdict, verdict_of
from driftline.domain.models.new_model import NewModel

OURS, SAGEMAKERS = "Driftline", "SageMaker"
"""The author of the files: Driftline, with a summary.json, or SageMaker, without one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The verdict and its basis.

    Attributes:
        rows: None if SageMaker's files do not have them; its verdict then counts all the same.
        findings: In the order of the files.
        window: Start and end; None if SageMaker's files do not have them.
        used: Rows behind the verdict, if not all rows: those with a usable label.
        measured: Rows behind the figures, if they were computed without an evaluation.
        coverage: Share of the rows with a label; None for monitors that need no labels.
        limits: What the limits do when nothing has changed; None if the files do not say.
        source: The author of the files.
        model: A model that the endpoint got shortly before the window, or within it.
    """

    place: Place
    rows: int | None
    findings: tuple[Finding, ...]
    window: tuple[datetime, datetime] | None = None
    reason: str = ""
    coverage: float | None = None
    used: int | None = None
    measured: int | None = None
    revision: int | None = None
    notes: tuple[str, ...] = ()
    limits: Limits | None = None
    source: str = OURS
    model: NewModel | None = None

    @classmethod
    def of_summary(
        cls, place: Place, head: Envelope, revision: int | None, findings: tuple[Finding, ...], notes: Iterable[str]
    ) -> Self:
        """Of Driftline's own files.

        Args:
            findings: Those of the summary that people see.
            notes: In addition to the summary's.
        """
        return cls(
            place=place,
            rows=head.rows,
            findings=findings,
            window=(head.window.start, head.window.end),
            reason=head.reason,
            coverage=head.coverage,
            used=head.evaluated_rows,
            measured=head.measured_rows,
            revision=revision,
            notes=(*head.notes, *notes),
            limits=head.limits,
            model=head.model,
        )

    @property
    def violations(self) -> tuple[Finding, ...]:
        """The findings that break their constraints."""
        return tuple(finding for finding in self.findings if finding.violation)

    @property
    def judged(self) -> int:
        """Rows behind the verdict; without any, the window is not evaluated."""
        known = self.rows if self.used is None else self.used
        return 1 if known is None else known

    @property
    def has_figures(self) -> bool:
        return bool(self.judged or self.measured)

    @property
    def verdict(self) -> Verdict:
        return verdict_of(len(self.violations), self.judged)
