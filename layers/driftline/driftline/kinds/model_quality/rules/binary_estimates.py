"""Estimates of the rates and F scores of a binary classification, from counts by record; or why there is none."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from driftline.domain.inference.proportions import clopper_pearson
from driftline.kinds.model_quality.rules.binary_state import BinaryState
from driftline.kinds.model_quality.rules.design import DEGREES, carrying, certainty, limited_effect, too_few
from driftline.kinds.model_quality.rules.estimates import Bounds, Estimate, Share
from driftline.kinds.model_quality.rules.intervals import f_size

type Weights = tuple[int, int, int, int]
"""Of the true and false positives, the false and true negatives."""

_POSITIVE, _ANSWERED, _NEGATIVE, _EITHER = range(4)
"""Places in BinaryState.holding."""

_SURE = 3.0
"""Standard deviations between the shares of both answers, beyond which it is not chance which one is more frequent."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """A share: what is counted, among what, and which records hold any of it."""

    hits: Weights
    trials: Weights
    holding: int | None


RECALL = Ratio((1, 0, 0, 0), (1, 0, 1, 0), _POSITIVE)
PRECISION = Ratio((1, 0, 0, 0), (1, 1, 0, 0), _ANSWERED)
ACCURACY = Ratio((1, 0, 0, 1), (1, 1, 1, 1), None)
TRUE_NEGATIVE_RATE = Ratio((0, 0, 0, 1), (0, 1, 0, 1), _NEGATIVE)
FALSE_POSITIVE_RATE = Ratio((0, 1, 0, 0), (0, 1, 0, 1), _NEGATIVE)
FALSE_NEGATIVE_RATE = Ratio((0, 0, 1, 0), (1, 0, 1, 0), _POSITIVE)
_PREVALENCE = Ratio((1, 0, 1, 0), (1, 1, 1, 1), None)
_ANSWERS = Ratio((1, 1, 0, 0), (1, 1, 1, 1), None)


def share(state: BinaryState, ratio: Ratio) -> Share | str:
    """A rate as an effective number of hits among trials: both divided by the design effect."""
    hits, trials = (int(state.outcomes.power(weights, 1)) for weights in (ratio.hits, ratio.trials))
    if not trials:
        return ""
    if state.outcomes.count == state.rows:
        return Share(hits, trials)
    value = Fraction(hits, trials)
    single = float(value * (1 - value)) / trials
    return _grouped(state, ratio, float(value), trials, single)


def f_share(state: BinaryState, counts: tuple[int, int, int], beta: float) -> Share | str:
    """An F score as hits among as many trials as give a proportion its variance, divided by the design effect."""
    (tp, fp, fn), square = counts, Fraction(beta) ** 2
    size = f_size(tp, fp, fn, beta)
    if not size:
        return ""
    hits, total = (1 + square) * tp, (1 + square) * tp + square * fn + fp
    value = float(hits / total)
    if state.outcomes.count == state.rows:
        return Share(size * value, size)
    weights = ((1 + square, 0, 0, 0), (1 + square, 1, square, 0))
    single = value * (1 - value) / size
    return _grouped(state, Ratio((1, 0, 0, 0), (1, 1, 1, 0), _EITHER), value, size, single, weights)


def constant_estimates(state: BinaryState, betas: Mapping[str, float]) -> dict[str, Estimate | str]:
    """Of the best constant classifier: its metrics follow from the share of positive rows alone.

    Which answer is the more frequent one must not be chance. If that is the negative one, nothing is answered positive:
    recall, precision and F are 0 without doubt.
    """
    names = ("recall", "precision", "accuracy", *betas)
    rows = state.rows
    answers = share(state, _ANSWERS) if rows else ""
    if isinstance(answers, str):
        return dict.fromkeys(names, answers)
    margin = _SURE / 2 / math.sqrt(answers.trials)
    answered = answers.hits / answers.trials
    if abs(answered - 0.5) <= margin:
        reason = "The model gives both answers about equally often, so chance decides which one the classifier repeats."
        return dict.fromkeys(names, reason)
    prevalence = share(state, _PREVALENCE)
    if isinstance(prevalence, str):
        return dict.fromkeys(names, prevalence)
    if answered < 0.5:  # noqa: PLR2004
        correct = Share(prevalence.trials - prevalence.hits, prevalence.trials)
        return {name: correct if name == "accuracy" else Bounds(0.0, 0.0, 0.0) for name in names}
    scores = {name: _of_share(prevalence, _f_of(beta)) for name, beta in betas.items()}
    return {"recall": Bounds(1.0, 1.0, 1.0), "precision": prevalence, "accuracy": prevalence, **scores}


def _f_of(beta: float) -> Callable[[float], float]:
    """F if all is answered positive, from the share of positive rows: it rises with it."""
    square = beta * beta
    return lambda positives: (1 + square) * positives / (1 + square * positives)


def _of_share(of: Share, rising: Callable[[float], float]) -> Bounds:
    lower, upper = clopper_pearson(of.hits, of.trials) or (0.0, 1.0)
    return Bounds(rising(of.hits / of.trials), rising(lower), rising(upper))


def _grouped(
    state: BinaryState,
    ratio: Ratio,
    value: float,
    size: float,
    single: float,
    weights: tuple[tuple[Fraction | int, ...], tuple[Fraction | int, ...]] | None = None,
) -> Share | str:
    """Args:
    single: The variance if the rows were independent.
    weights: Of numerator and denominator, where they are not those of `ratio`.
    """
    records = state.outcomes.count if ratio.holding is None else state.holding[ratio.holding]
    misses = [each - hit for hit, each in zip(ratio.hits, ratio.trials, strict=True)]
    carry = carrying(state.outcomes, ratio.hits, misses)
    if reason := too_few(records, carry):
        return reason
    above, below = weights or (ratio.hits, ratio.trials)
    share_of = Fraction(value)
    total = state.outcomes.power(below, 1)
    squares = state.outcomes.power([a - share_of * b for a, b in zip(above, below, strict=True)], 2)
    variance = records / (records - 1) * float(squares / total**2)
    effect = limited_effect(variance / single if single > 0 else math.inf, state.outcomes, ratio.trials)
    trials = size / effect * certainty(DEGREES * carry)
    return Share(value * trials, trials)
