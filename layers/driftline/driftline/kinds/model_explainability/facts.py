"""An execution of attribution drift, from files of Driftline, with a summary.json, or of SageMaker, without one."""

from collections.abc import Sequence
from dataclasses import dataclass

from driftline.domain.executions.outcome import Outcome
from driftline.kinds.model_explainability.rules.summary import Curve, ExplainabilityBody, ExplainedRow, OutputSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class Explainability:
    """An execution.

    Attributes:
        outputs: Of the model, with what their features contribute.
        outputs_left_out: How many more there are.
        curves: Partial dependence.
        body: All that Driftline's summary has beside the envelope; None of SageMaker's files.
    """

    outcome: Outcome
    outputs: tuple[OutputSummary, ...]
    outputs_left_out: int = 0
    curves: tuple[Curve, ...] = ()
    body: ExplainabilityBody | None = None

    @property
    def alone(self) -> bool:
        """The model has one output: it need not be named."""
        return len(self.outputs) + self.outputs_left_out <= 1

    @property
    def main(self) -> int:
        """Place of the output that charts of a single one show: one that a finding is about, else the first."""
        subjects = {each.subject for each in self.outcome.violations}
        wrong = (
            i
            for i, each in enumerate(self.outputs)
            if each.label in subjects or any(feature.named for feature in each.features)
        )
        return next(wrong, 0)

    @property
    def logit(self) -> bool:
        return self.body is not None and self.body.logit

    @property
    def shown(self) -> tuple[str, ...]:
        """Features of `rows`."""
        return self.body.shown if self.body else ()

    @property
    def rows(self) -> Sequence[ExplainedRow]:
        return self.body.rows if self.body else ()

    @property
    def baseline_sample(self) -> Sequence[ExplainedRow]:
        return self.body.baseline_sample if self.body else ()
