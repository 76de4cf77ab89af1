"""constraint_violations.json: the violated constraints, in SageMaker's words."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, ValidationError

from driftline.domain.errors import InvalidInputError
from driftline.domain.sagemaker_files.java_json import dumps


class CheckType(StrEnum):
    """SageMaker's `constraint_check_type`."""

    DATA_TYPE = "data_type_check"
    COMPLETENESS = "completeness_check"
    BASELINE_DRIFT = "baseline_drift_check"
    MISSING_COLUMN = "missing_column_check"
    EXTRA_COLUMN = "extra_column_check"
    CATEGORICAL_VALUES = "categorical_values_check"


class Violation(BaseModel):
    """One entry. Read leniently: model quality names a `metric_name` and other check types."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    feature_name: str | None = None
    constraint_check_type: str
    description: str
    metric_name: str | None = None


class Violations(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    violations: tuple[Violation, ...] = ()

    def to_json(self) -> str:
        return dumps(self.model_dump(exclude_none=True))


def read_violations(body: bytes, where: str) -> Violations:
    """Raises InvalidInputError: not a file of this form."""
    try:
        return Violations.model_validate_json(body)
    except ValidationError as error:
        first = error.errors()[0]
        what = f"not the violations of an execution: {'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise InvalidInputError(what, where=where) from None
