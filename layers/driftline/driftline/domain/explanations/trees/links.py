"""How the margin of an ensemble becomes what its library predicts."""

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray


class Link(StrEnum):
    """From margin m to prediction, with the scale s of `Forest.link_scale`."""

    IDENTITY = "identity"
    """m"""
    LOGIT = "logit"
    """1 / (1 + exp(-s·m)), each output by itself"""
    SOFTMAX = "softmax"
    """exp(m) / Σ exp(m) over the outputs"""
    LOG = "log"
    """exp(m)"""
    SQUARE_ROOT = "square_root"
    """sign(m)·m²: LightGBM's `reg_sqrt`"""
    SOFTPLUS = "softplus"
    """log(1 + exp(m)): LightGBM's `cross_entropy_lambda`"""
    STEP = "step"
    """1 where m > 0, else 0: XGBoost's `binary:hinge`"""


def predictions_of(margin: NDArray[np.float64], link: Link, scale: float = 1.0) -> NDArray[np.float64]:  # noqa: PLR0911  (one for each link)
    """What the library's `predict` gives for these margins; both (rows, outputs)."""
    match link:
        case Link.IDENTITY:
            return margin
        case Link.LOGIT:
            # Without overflow on either side: exp of a number that is never positive.
            power = np.exp(-np.abs(scale * margin))
            return np.where(scale * margin >= 0, 1.0, power) / (1.0 + power)
        case Link.SOFTMAX:
            powers = np.exp(margin - margin.max(axis=1, keepdims=True))
            return np.asarray(powers / powers.sum(axis=1, keepdims=True))
        case Link.LOG:
            with np.errstate(over="ignore"):
                return np.exp(margin)
        case Link.SQUARE_ROOT:
            return np.sign(margin) * margin * margin
        case Link.SOFTPLUS:
            return np.logaddexp(0.0, margin)
        case Link.STEP:
            return (margin > 0).astype(np.float64)
