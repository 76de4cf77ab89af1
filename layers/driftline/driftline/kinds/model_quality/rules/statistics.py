"""statistics.json of model quality: SageMaker's keys, nesting and order.

`evaluation_time` of newer containers is left out: a file must not depend on when it was computed.
"""

from collections.abc import Mapping
from math import nan
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)

from driftline.domain.errors import unreadable
from driftline.domain.instants import format_instant
from driftline.domain.predictions.problem import ProblemType
from driftline.domain.sagemaker_files.java_json import JsonValue, dumps
from driftline.domain.windows import Window
from driftline.kinds.model_quality.rules.quality import Curves, Quality

_MATRIX = "confusion_matrix"
_ROC = "receiver_operating_characteristic_curve"
_PR = "precision_recall_curve"
_BEFORE_CURVES = "false_negative_rate"


def _none_if_strange(value: object, read: ValidatorFunctionWrapHandler) -> object:
    """Nothing depends on the matrix alone: one that cannot be read is none."""
    try:
        return read(value)
    except ValidationError:
        return None


class Figure(BaseModel):
    """One metric; NaN stands for SageMaker's "NaN"."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    value: float
    standard_deviation: float = nan


class BaselineQuality(BaseModel):
    """What is read of a statistics.json that Driftline or SageMaker wrote: the plain metrics, and the counts.

    Attributes:
        confusion_matrix: {actual: {predicted: rows}}; None where there is none.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    problem: ProblemType
    item_count: int
    metrics: Mapping[str, Figure]
    confusion_matrix: Annotated[Mapping[str, Mapping[str, int]] | None, WrapValidator(_none_if_strange)] = None

    @model_validator(mode="before")
    @classmethod
    def _from_file(cls, body: Any) -> Any:
        """Takes the parts out of `{"dataset": …, "<problem>_metrics": …}`."""
        if not isinstance(body, Mapping):
            return body
        problem = next((each for each in ProblemType if f"{each.key}_metrics" in body), None)
        if problem is None:
            known = ", ".join(f"{each.key}_metrics" for each in ProblemType)
            raise ValueError(f"it has none of {known}")
        metrics, dataset = body[f"{problem.key}_metrics"], body.get("dataset")
        matrix = metrics.get(_MATRIX) if isinstance(metrics, Mapping) else None
        if isinstance(metrics, Mapping):
            metrics = {name: each for name, each in metrics.items() if isinstance(each, Mapping) and "value" in each}
        count = dataset.get("item_count", 0) if isinstance(dataset, Mapping) else 0
        return {"problem": problem.value, "item_count": count, "metrics": metrics, _MATRIX: matrix}


def statistics_json(quality: Quality, window: Window | None = None) -> str:
    """The file's text; a baseline has no window."""
    dataset: dict[str, JsonValue] = {"item_count": quality.rows}
    if window is not None:
        dataset |= {"start_time": format_instant(window.start), "end_time": format_instant(window.end)}
    return dumps({"version": 0.0, "dataset": dataset, f"{quality.problem.key}_metrics": _metrics(quality)})


def parse_baseline_quality(body: bytes | str, where: str = "statistics.json") -> BaselineQuality:
    """Reads a statistics.json of model quality.

    Raises:
        InvalidInputError: not JSON, or without the metrics; `where` names the file.
    """
    try:
        return BaselineQuality.model_validate_json(body)
    except ValidationError as error:
        raise unreadable(error, where) from None


def _metrics(quality: Quality) -> dict[str, JsonValue]:
    value: dict[str, JsonValue] = {}
    if quality.confusion_matrix is not None:
        value[_MATRIX] = {actual: dict(row) for actual, row in quality.confusion_matrix.items()}
    for name, metric in quality.metrics.items():
        value[name] = {"value": metric.value, "standard_deviation": metric.standard_deviation}
        if name == _BEFORE_CURVES and quality.curves is not None:
            value |= _curves(quality.curves)
    return value


def _curves(curves: Curves) -> dict[str, JsonValue]:
    return {
        _ROC: {
            "false_positive_rates": curves.false_positive_rates,
            "true_positive_rates": curves.true_positive_rates,
        },
        _PR: {"precisions": curves.precisions, "recalls": curves.recalls},
    }
