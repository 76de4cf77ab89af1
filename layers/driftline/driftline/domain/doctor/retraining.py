"""Can what alarms want to start be started?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from driftline.domain.doctor.line import Line, fault, ok

type TargetKind = Literal["pipeline", "state_machine", "function"]
type TargetState = Literal["there", "absent", "express"]

PARAMETERS: Mapping[TargetKind, str] = {
    "pipeline": "RetrainingPipelineArn",
    "state_machine": "RetrainingStateMachineArn",
    "function": "RetrainingFunctionArn",
}
"""The stack's parameter that allows a kind of target."""

ACTIONS: Mapping[TargetKind, tuple[str, ...]] = {
    "pipeline": ("sagemaker:StartPipelineExecution", "sagemaker:DescribePipeline"),
    "state_machine": ("states:StartExecution", "states:DescribeStateMachine"),
    "function": ("lambda:InvokeFunction",),
}
"""What start_retraining calls."""


@dataclass(frozen=True, slots=True)
class TargetFacts:
    """What a monitor document names under `retraining.target`.

    Attributes:
        arn: Its ARN, also where the document has the name alone.
        refused: Actions that the role of start_retraining lacks on it.
        state: Whether it exists; `express` for a state machine that could start twice.
    """

    endpoint: str
    kind: TargetKind
    arn: str
    refused: tuple[str, ...]
    state: TargetState


def check_retraining(targets: Sequence[TargetFacts]) -> Iterator[Line]:
    """Each target that cannot be started, or one line for all."""
    found = [line for each in targets for line in _problems(each)]
    yield from found
    if not targets:
        yield ok("No monitor document starts a pipeline, a state machine or a function.")
    elif not found:
        yield ok(
            f"What alarms may start exists and may be started: {', '.join(sorted({each.arn for each in targets}))}."
        )


def _problems(target: TargetFacts) -> Iterator[Line]:
    kind = target.kind.replace("_", " ")
    where = f"The {kind} {target.arn} of monitors/{target.endpoint}.yaml"
    if target.state == "absent":
        yield fault(f"{where} does not exist.", "Correct retraining.target in the document, or create it.")
    if target.state == "express":
        yield fault(f"{where} is an express workflow, which starts again on every call.", "Use a standard workflow.")
    if target.refused:
        yield fault(
            f"{where} may not be started: the role of start_retraining lacks {', '.join(target.refused)}.",
            f"`sam deploy --guided` with {PARAMETERS[target.kind]}={target.arn}",
        )
