"""The scale on which contributions add up: the model's own, or log-odds of probabilities."""

from enum import StrEnum
from math import log

import numpy as np
from numpy.typing import NDArray

from driftline.domain.errors import InvalidInputError

type Floats = NDArray[np.float64]

NEAREST = 1e-12
"""Probabilities nearer to 0 or 1 count as this near, so log-odds lie within ±27.63 and 0 and 1 have a value."""

_LIMIT = log((1.0 - NEAREST) / NEAREST)


class Link(StrEnum):
    """`use_logit` of Clarify's configuration chooses LOGIT."""

    IDENTITY = "identity"
    LOGIT = "logit"

    def of(self, outputs: Floats) -> Floats:
        """The model's outputs on the scale of the contributions; any shape.

        Raises:
            InvalidInputError: log-odds of something outside 0 to 1.
        """
        if self is Link.IDENTITY:
            return outputs
        outside = outputs[(outputs < 0.0) | (outputs > 1.0)]
        if outside.size:
            raise InvalidInputError(
                f"the answer {outside.flat[0]} has no log-odds",
                where="use_logit",
                expected="a model that answers with probabilities from 0 to 1",
                mend="Set use_logit to false, or let the model answer with probabilities.",
            )
        with np.errstate(divide="ignore"):
            return np.clip(np.log(outputs / (1.0 - outputs)), -_LIMIT, _LIMIT)
