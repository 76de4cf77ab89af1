"""Predictions with the actual values, for people: of a window in summary.json, of a baseline in predictions.json.

SageMaker's statistics.json has no place for them, and stays as SageMaker writes it. So a baseline has a file of ours
next to it, which names its statistics.json.
"""

from hashlib import sha256
from math import isfinite
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from driftline.domain.errors import unreadable
from driftline.domain.sagemaker_files.java_json import dumps
from driftline.kinds.model_quality.rules.binary_state import BinaryState
from driftline.kinds.model_quality.rules.calibration import calibration
from driftline.kinds.model_quality.rules.quality import Quality
from driftline.kinds.model_quality.rules.regression_state import RegressionState
from driftline.kinds.model_quality.rules.state import State
from driftline.kinds.model_quality.rules.summary import CalibrationSummary

VERSION = 1

type Pairs = tuple[tuple[float, float], ...]


class BaselinePredictions(BaseModel):
    """predictions.json of a baseline.

    Attributes:
        statistics: SHA-256 of the statistics.json that was made of the same rows.
        calibration, sample: As in QualitySummary.
        metrics: Driftline's own, for which SageMaker's file has no place; those that are defined.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int = VERSION
    statistics: str
    calibration: tuple[CalibrationSummary, ...] = ()
    sample: Pairs = ()
    metrics: dict[str, float] = {}

    @classmethod
    def of(cls, state: State, quality: Quality, statistics: bytes) -> Self:
        """Of the baseline's rows, their metrics, and the statistics.json that they gave."""
        return cls(
            statistics=sha256(statistics).hexdigest(),
            calibration=calibration_of(state),
            sample=sample_of(state),
            metrics={name: each.value for name, each in quality.extras.items() if isfinite(each.value)},
        )

    def __bool__(self) -> bool:
        """Whether there is anything that statistics.json does not say."""
        return bool(self.calibration or self.sample or self.metrics)

    def belongs_to(self, statistics: bytes) -> bool:
        """Whether it belongs to this statistics.json, which may have been replaced since."""
        return self.statistics == sha256(statistics).hexdigest()

    def to_json(self) -> str:
        return dumps(self.model_dump(mode="python"))


def parse_baseline_predictions(body: bytes | str, where: str = "predictions.json") -> BaselinePredictions:
    """Raises InvalidInputError: not a file of this version."""
    try:
        return BaselinePredictions.model_validate_json(body)
    except ValidationError as error:
        raise unreadable(error, where) from None


def calibration_of(state: State) -> tuple[CalibrationSummary, ...]:
    """The reliability diagram of a binary classification with probabilities; empty of everything else."""
    return tuple(map(CalibrationSummary.of, calibration(state.scores))) if isinstance(state, BinaryState) else ()


def sample_of(state: State) -> Pairs:
    """(ground truth, prediction) of some rows of a regression, drawn evenly; empty of everything else."""
    return state.sample.pairs() if isinstance(state, RegressionState) else ()
