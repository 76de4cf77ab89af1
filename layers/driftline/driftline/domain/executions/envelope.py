"""summary.json: the evidence next to SageMaker's files, with the same head for every kind of monitor.

Alarms, messages, trends, events and headings read the head only; the body belongs to the kind. Nothing in the file
depends on when or where it was computed.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, Protocol, Self

from pydantic import BaseModel, ConfigDict, PlainSerializer, ValidationError

from driftline.domain.errors import InvalidInputError, unreadable
from driftline.domain.executions.finding import Finding, Side
from driftline.domain.executions.limits import Limits
from driftline.domain.executions.unusable import Unusable
from driftline.domain.executions.verdict import Verdict, verdict_of
from driftline.domain.instants import format_instant
from driftline.domain.json_reading import load_json
from driftline.domain.models.new_model import NewModel
from driftline.domain.sagemaker_files.java_json import dumps
from driftline.domain.windows import Window

type Instant = Annotated[datetime, PlainSerializer(format_instant, return_type=str)]
type Upgrade = Callable[[Mapping[str, Any]], dict[str, Any] | None]
"""Converts a summary of version 1 to version 2; None if it belongs to another kind."""

type Status = Literal["Completed", "CompletedWithViolations"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class WindowSpan(_Part):
    """The window [start, end) of inference times."""

    start: Instant
    end: Instant


class Headline(_Part):
    """The main figure of the execution.

    Attributes:
        figure: Its name, `worst_drift` or `mae`.
        subject: Its feature or group, if it has one.
        limit: The limit of its constraint; None if there is none.
        side: The side of the limit that is fine.
    """

    figure: str
    value: float | None
    subject: str | None = None
    interval: tuple[float, float] | None = None
    limit: float | None = None
    side: Side | None = None

    @classmethod
    def of_first(cls, findings: Iterable[Finding]) -> Self | None:
        """The figure of the first finding that is a violation; None if none is."""
        first = next((each for each in findings if each.violation), None)
        if first is None:
            return None
        return cls(
            figure=first.figure,
            value=first.observed,
            subject=first.subject,
            interval=first.interval,
            limit=first.required,
            side=first.side,
        )


class Evaluated(Protocol):
    """What was evaluated: a window of a monitor."""

    @property
    def endpoint(self) -> str: ...

    @property
    def monitor(self) -> str: ...

    @property
    def window(self) -> Window: ...

    @property
    def scheduled_time(self) -> datetime: ...

    @property
    def model(self) -> NewModel | None: ...


class Envelope(_Part):
    """One execution.

    Attributes:
        kind: Name of the kind of monitor.
        exit_message: SageMaker's ExitMessage.
        reason: Why there is no verdict, otherwise the exit message.
        rows: Rows captured in the window.
        evaluated_rows: Rows behind the verdict; without any, the window is not evaluated.
        measured_rows: Rows behind the figures, if they were computed without an evaluation; else None.
        unusable: Rows that could not be used, by what they are.
        coverage: Share of the rows with a label; None for monitors that need none, and without rows.
        findings: In the kind's order, remarks last; the metric that matters most comes first.
        notes: What was not checked, and remarks that are not violations.
        limits: What they do when nothing has changed, and what they find; None where nothing was checked.
        model: A model that the endpoint got shortly before the window, or within it.
        baseline: Keys of the baseline's files, by name; None for missing ones.
        body: Everything else, by kind.
    """

    version: Literal[2] = 2
    kind: str
    endpoint: str
    monitor: str
    window: WindowSpan
    scheduled_time: Instant
    status: Status
    exit_message: str
    reason: str
    rows: int
    evaluated_rows: int
    measured_rows: int | None = None
    unusable: tuple[Unusable, ...] = ()
    coverage: float | None = None
    headline: Headline | None = None
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    limits: Limits | None = None
    model: NewModel | None = None
    baseline: Mapping[str, str | None]
    body: Any

    @classmethod
    def of(
        cls,
        evaluated: Evaluated,
        *,
        kind: str,
        rows: int,
        evaluated_rows: int,
        why_empty: str,
        measured_rows: int | None = None,
        unusable: tuple[Unusable, ...] = (),
        baseline: Mapping[str, str | None],
        body: Any,
        coverage: float | None = None,
        headline: Headline | None = None,
        findings: tuple[Finding, ...] = (),
        notes: tuple[str, ...] = (),
        limits: Limits | None = None,
    ) -> Self:
        """The summary of an evaluation; its status follows from the findings.

        Args:
            why_empty: The reason if no rows were evaluated.
        """
        violations = sum(finding.violation for finding in findings)
        message = exit_message(violations)
        return cls(
            kind=kind,
            endpoint=evaluated.endpoint,
            monitor=evaluated.monitor,
            window=WindowSpan(start=evaluated.window.start, end=evaluated.window.end),
            scheduled_time=evaluated.scheduled_time,
            status=status_of(violations),
            exit_message=message,
            reason=message if evaluated_rows else why_empty,
            rows=rows,
            evaluated_rows=evaluated_rows,
            measured_rows=measured_rows,
            unusable=unusable,
            coverage=coverage,
            headline=headline,
            findings=findings,
            notes=notes,
            limits=limits,
            model=evaluated.model,
            baseline=baseline,
            body=body,
        )

    @property
    def violations(self) -> tuple[Finding, ...]:
        """The findings that break a constraint."""
        return tuple(finding for finding in self.findings if finding.violation)

    @property
    def verdict(self) -> Verdict:
        return verdict_of(len(self.violations), self.evaluated_rows)

    @property
    def counted_violations(self) -> int | None:
        """How many there are; None if the window was not evaluated, which is not the same as none."""
        return None if self.verdict == "not_evaluated" else len(self.violations)

    def with_unusable(self, unusable: Sequence[Unusable], found: Sequence[Finding]) -> Self:
        """With all rows that could not be used, and the violations among them.

        Args:
            found: Come after the other violations and before remarks, as in constraint_violations.json.
        """
        remarks = (finding for finding in self.findings if not finding.violation)
        findings = (*self.violations, *found, *remarks)
        violations = sum(finding.violation for finding in findings)
        message = exit_message(violations)
        return self.model_copy(
            update={
                "unusable": tuple(unusable),
                "findings": findings,
                "status": status_of(violations),
                "exit_message": message,
                "reason": message if self.evaluated_rows else self.reason,
            }
        )

    def to_json(self) -> str:
        return dumps(self.model_dump())


def exit_message(violations: int) -> str:
    """The container's termination message, SageMaker's ExitMessage."""
    if not violations:
        return "Completed: Job completed successfully with no violations."
    return f"CompletedWithViolations: Job completed successfully with {violations} violations."


def status_of(violations: int) -> Status:
    return "CompletedWithViolations" if violations else "Completed"


def parse_envelope[Model: Envelope](
    body: bytes | str, where: str, model: type[Model], upgrades: Sequence[Upgrade]
) -> Model:
    """Reads a summary.json of this version, or of version 1.

    Args:
        model: The envelope, or a kind's envelope with its body.
        upgrades: Converters of the kinds that wrote version 1.

    Raises:
        InvalidInputError: not a summary of these versions.
    """
    try:
        read = load_json(body)
    except ValueError as error:
        raise InvalidInputError(f"not JSON ({error})", where=where) from None
    if isinstance(read, dict) and read.get("version", 1) == 1:
        try:
            read = next((new for upgrade in upgrades if (new := upgrade(read)) is not None), read)
        except (KeyError, TypeError, AttributeError) as error:
            raise InvalidInputError(f"not a summary of version 1 ({error!r})", where=where) from None
    try:
        return model.model_validate(read)
    except ValidationError as error:
        raise unreadable(error, where) from None
