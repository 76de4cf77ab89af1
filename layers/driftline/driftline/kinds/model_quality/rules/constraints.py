"""constraints.json of model quality: a threshold and an operator for each metric, as SageMaker suggests them.

Read leniently, and beyond SageMaker: a constraint may be put on any metric, Driftline's own included.
"""

from collections.abc import Mapping
from enum import StrEnum
from math import isinf
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from driftline.domain.errors import unreadable
from driftline.domain.predictions.problem import ProblemType
from driftline.domain.sagemaker_files.java_json import JsonValue, dumps
from driftline.kinds.model_quality.rules.quality import Quality


class Operator(StrEnum):
    """What a violation is: the metric is greater, or less, than the threshold. Equal is fine."""

    GREATER = "GreaterThanThreshold"
    LESS = "LessThanThreshold"


_SUGGESTED: Mapping[ProblemType, Mapping[str, Operator]] = {
    ProblemType.REGRESSION: {
        "mae": Operator.GREATER,
        "mse": Operator.GREATER,
        "rmse": Operator.GREATER,
        "r2": Operator.LESS,
    },
    ProblemType.BINARY: {
        "recall": Operator.LESS,
        "precision": Operator.LESS,
        "accuracy": Operator.LESS,
        "true_positive_rate": Operator.LESS,
        "true_negative_rate": Operator.LESS,
        "false_positive_rate": Operator.GREATER,
        "false_negative_rate": Operator.GREATER,
        "auc": Operator.LESS,
        "f0_5": Operator.LESS,
        "f1": Operator.LESS,
        "f2": Operator.LESS,
    },
    ProblemType.MULTICLASS: dict.fromkeys(
        ("accuracy", "weighted_recall", "weighted_precision", "weighted_f0_5", "weighted_f1", "weighted_f2"),
        Operator.LESS,
    ),
}


def _not_infinite(threshold: float) -> float:
    """SageMaker writes "NaN" for a metric that was undefined: such a constraint is not checked, and a note says so."""
    if isinf(threshold):
        raise ValueError("an infinite threshold would switch the check off: set a number, or remove the constraint")
    return threshold


_SHARES = frozenset({*_SUGGESTED[ProblemType.BINARY], *_SUGGESTED[ProblemType.MULTICLASS]})
"""Metrics from 0 to 1."""


class Constraint(BaseModel):
    """A threshold that is not a number (SageMaker's "NaN") is never violated."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    threshold: Annotated[float, Field(allow_inf_nan=True), AfterValidator(_not_infinite)]
    comparison_operator: Operator


class QualityConstraints(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    problem: ProblemType
    constraints: Mapping[str, Constraint]

    @model_validator(mode="before")
    @classmethod
    def _from_file(cls, body: Any) -> Any:
        """Takes the constraints out of `{"<problem>_constraints": {…}}`."""
        if not isinstance(body, Mapping) or "problem" in body:
            return body
        problem = next((each for each in ProblemType if f"{each.key}_constraints" in body), None)
        if problem is None:
            known = ", ".join(f"{each.key}_constraints" for each in ProblemType)
            raise ValueError(f"it has none of {known}")
        return {"problem": problem.value, "constraints": body[f"{problem.key}_constraints"]}

    @model_validator(mode="after")
    def _switches_nothing_off(self) -> Self:
        """A threshold at the end of a range is SageMaker's value of a perfect or useless baseline; beyond is a slip."""
        for name, each in self.constraints.items():
            if name in _SHARES and _never(each) and not 0 <= each.threshold <= 1:
                raise ValueError(
                    f"{name} lies between 0 and 1, so the threshold {each.threshold:g} switches its check off: set a "
                    "number from 0 to 1, or remove the constraint"
                )
        return self

    def that_can_ring(self) -> Self:
        """Without those that no value violates: a recall is never less than 0."""
        kept = {name: each for name, each in self.constraints.items() if not (name in _SHARES and _never(each))}
        return self.model_copy(update={"constraints": kept})

    def to_json(self) -> str:
        constraints: dict[str, JsonValue] = {
            name: {"threshold": each.threshold, "comparison_operator": each.comparison_operator.value}
            for name, each in self.constraints.items()
        }
        return dumps({"version": 0.0, f"{self.problem.key}_constraints": constraints})


def _never(constraint: Constraint) -> bool:
    """Whether no share violates it."""
    greater = constraint.comparison_operator is Operator.GREATER
    return constraint.threshold >= 1 if greater else constraint.threshold <= 0


def suggest_constraints(quality: Quality) -> QualityConstraints:
    """SageMaker's: the value itself is the threshold. Metrics that are absent or undefined get none."""
    suggested = {
        name: Constraint(threshold=quality.metrics[name].value, comparison_operator=operator)
        for name, operator in _SUGGESTED[quality.problem].items()
        if name in quality.metrics and quality.metrics[name].defined
    }
    return QualityConstraints(problem=quality.problem, constraints=suggested)


def parse_quality_constraints(body: bytes | str, where: str = "constraints.json") -> QualityConstraints:
    """Reads a constraints.json that Driftline, SageMaker or a person wrote.

    Raises:
        InvalidInputError: not JSON, or a field has a value that is not allowed; `where` names the file.
    """
    try:
        return QualityConstraints.model_validate_json(body)
    except ValidationError as error:
        raise unreadable(error, where) from None
