"""A kind of monitor's evaluation of a window."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from driftline.domain.executions.envelope import Envelope
from driftline.domain.executions.figure import Figure
from driftline.domain.executions.files import SUMMARY
from driftline.domain.executions.finding import Finding
from driftline.domain.metrics import Metric
from driftline.domain.sagemaker_files.violations import Violation, read_violations

type AddViolations = Callable[[str, Sequence[Finding]], str]
"""The text of a constraint_violations.json with further entries."""


def add_violations(text: str, found: Sequence[Finding]) -> str:
    """In the layout of data and model quality."""
    written = read_violations(text.encode(), "constraint_violations.json")
    added = (
        Violation(feature_name=each.subject, constraint_check_type=each.check, description=each.description)
        for each in found
    )
    return written.model_copy(update={"violations": (*written.violations, *added)}).to_json()


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict, the files that hold it, and its metrics.

    Attributes:
        files: SageMaker's files by name, without summary.json.
        metrics: Published to CloudWatch for people.
        alarmed: The figures used by alarms of the monitor, including those that are not in `metrics`.
        add_violations: Adds what is found beside the kind's own checks to its constraint_violations.json.
        figures: Everything that was measured in the window, for the table `profile`.
    """

    envelope: Envelope
    sagemaker_files: Mapping[str, str]
    metrics: Sequence[Metric]
    alarmed: Sequence[Metric]
    add_violations: AddViolations = add_violations
    figures: Sequence[Figure] = ()

    @property
    def files(self) -> dict[str, bytes]:
        """All files by name."""
        texts = {**self.sagemaker_files, SUMMARY: self.envelope.to_json()}
        return {name: text.encode() for name, text in texts.items()}

    @property
    def violations(self) -> int:
        return len(self.envelope.violations)

    @property
    def counted_violations(self) -> int | None:
        """None if the window was not evaluated."""
        return self.envelope.counted_violations

    @property
    def measured(self) -> bool:
        """Whether there are figures: an alarm on one needs no baseline."""
        return bool(self.envelope.evaluated_rows or self.envelope.measured_rows)
