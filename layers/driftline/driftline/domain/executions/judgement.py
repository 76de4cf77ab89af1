"""A kind of monitor's evaluation of a window."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from driftline.domain.executions.envelope import Envelope
from driftline.domain.executions.files import SUMMARY
from driftline.domain.metrics import Metric


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict, the files that hold it, and its metrics.

    Attributes:
        files: SageMaker's files by name, without summary.json.
        metrics: Published to CloudWatch for people.
        alarmed: The figures used by alarms of the monitor, including those that are not in `metrics`.
    """

    envelope: Envelope
    sagemaker_files: Mapping[str, str]
    metrics: Sequence[Metric]
    alarmed: Sequence[Metric]

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
