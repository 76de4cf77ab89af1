"""Whether labels, predictions and `positive_label` are spelled alike: otherwise every metric is wrong, quietly."""

from driftline.domain.listing import first_of
from driftline.kinds.model_quality.rules.binary_state import NOT_POSITIVE, BinaryState
from driftline.kinds.model_quality.rules.multiclass_state import MulticlassState
from driftline.kinds.model_quality.rules.state import State

_SHOWN = 5
_TWO = 2


def misspelled(state: State) -> str | None:
    """Why the rows of a window cannot be used; None if nothing says so.

    A window may have no positives. But of two labels one is the positive one, unless it is spelled in another way.
    """
    if not isinstance(state, BinaryState):
        return None
    actual, predicted = _labels(state)
    for what, found in (("label", actual), ("prediction", predicted), ("label or prediction", actual | predicted)):
        if state.positive_label not in found and len(found) >= _TWO:
            return f"no {what} is the positive_label {state.positive_label!r}; found {_shown(found)}"
    return None


def unusable_as_baseline(state: State) -> str | None:
    """Why a data set cannot be a baseline: it would suggest constraints that never ring. None if it can."""
    if isinstance(state, BinaryState):
        actual, predicted = _labels(state)
        if state.positive_label not in actual:
            return f"no row has label {state.positive_label!r}, the positive_label; found {_shown(actual)}"
        if predicted and state.positive_label not in predicted:
            return f"no row is predicted {state.positive_label!r}, the positive_label; found {_shown(predicted)}"
    if isinstance(state, MulticlassState):
        pairs = state.confusion.counts()
        actual, predicted = {pair[0] for pair in pairs}, {pair[1] for pair in pairs}
        if not actual & predicted:
            return f"no prediction is a label: the labels are {_shown(actual)}, the predictions {_shown(predicted)}"
    return None


def _labels(state: BinaryState) -> tuple[set[str], set[str]]:
    """(labels, predicted labels). A row that a threshold makes negative has no predicted label."""
    pairs = state.confusion.counts()
    return {pair[0] for pair in pairs}, {pair[1] for pair in pairs} - {NOT_POSITIVE}


def _shown(labels: set[str]) -> str:
    return first_of(sorted(labels), _SHOWN)
