"""The state of a window, whatever its problem type: the merge of many, its metrics, stored bytes."""

from collections.abc import Iterable
from functools import reduce

import msgspec

from driftline.domain.errors import InvalidInputError
from driftline.domain.predictions.problem import ProblemType
from driftline.domain.profiles.storage import opened, sealed
from driftline.kinds.model_quality.rules.binary_metrics import binary_quality
from driftline.kinds.model_quality.rules.binary_state import BinaryState, BinaryWire
from driftline.kinds.model_quality.rules.multiclass_metrics import multiclass_quality
from driftline.kinds.model_quality.rules.multiclass_state import MulticlassState, MulticlassWire
from driftline.kinds.model_quality.rules.quality import Quality
from driftline.kinds.model_quality.rules.regression_metrics import regression_quality
from driftline.kinds.model_quality.rules.regression_state import RegressionState, RegressionWire

type State = RegressionState | BinaryState | MulticlassState


_REGRESSION = msgspec.msgpack.Decoder(RegressionWire)
_BINARY = msgspec.msgpack.Decoder(BinaryWire)
_MULTICLASS = msgspec.msgpack.Decoder(MulticlassWire)


def empty_state(problem: ProblemType, positive_label: str = "1") -> State:
    match problem:
        case ProblemType.REGRESSION:
            return RegressionState.empty()
        case ProblemType.BINARY:
            return BinaryState.empty(positive_label)
        case ProblemType.MULTICLASS:
            return MulticlassState.empty()


def merge_states(first: State, others: Iterable[State]) -> State:
    """All of them as one; in the given order, which only the median of a regression depends on.

    Raises:
        InvalidInputError: the states are of different problems.
    """
    return reduce(_merged, others, first)


def quality_of(state: State) -> Quality:
    """The metrics of a state."""
    match state:
        case RegressionState():
            return regression_quality(state)
        case BinaryState():
            return binary_quality(state)
        case MulticlassState():
            return multiclass_quality(state)


def state_to_bytes(state: State) -> bytes:
    return sealed(_kind(state.problem), state.to_wire())


def state_from_bytes(problem: ProblemType, data: bytes, where: str) -> State:
    """Raises InvalidInputError: not a stored state of this problem, or damaged; `where` names the object."""
    kind = _kind(problem)
    match problem:
        case ProblemType.REGRESSION:
            return opened(kind, data, _REGRESSION, RegressionState.from_wire, where)
        case ProblemType.BINARY:
            return opened(kind, data, _BINARY, BinaryState.from_wire, where)
        case ProblemType.MULTICLASS:
            return opened(kind, data, _MULTICLASS, MulticlassState.from_wire, where)


def _kind(problem: ProblemType) -> str:
    return f"model-quality-{problem.value}"


def _merged(a: State, b: State) -> State:
    match a, b:
        case RegressionState(), RegressionState():
            return a.merge(b)
        case BinaryState(), BinaryState() if a.positive_label == b.positive_label:
            return a.merge(b)
        case MulticlassState(), MulticlassState():
            return a.merge(b)
    raise InvalidInputError(
        "states of different problems cannot be merged",
        where=f"{_described(a)} and {_described(b)}",
        mend="Compute the window again after changing problem_type or positive_label.",
    )


def _described(state: State) -> str:
    label = f" of {state.positive_label!r}" if isinstance(state, BinaryState) else ""
    return f"{state.problem.value}{label}"
