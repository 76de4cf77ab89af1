"""constraint_violations.json of attribution drift: SageMaker's keys, order and wording.

    Feature attribution drift 0.7639720923277322 exceeds threshold 0.9

The wording is that of Amazon's documentation; no real file is public.
"""

import json
from collections.abc import Iterable, Sequence

from pydantic import BaseModel, ConfigDict, ValidationError

from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.finding import Finding
from driftline.kinds.model_explainability.rules.ndcg import THRESHOLD

FILE = "constraint_violations.json"
CHECK = "feature_attribution_drift_check"
"""SageMaker's constraint_check_type."""

METRIC = "shap"

_INDENT = 4


class AttributionViolation(BaseModel):
    """One entry."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    label: str
    metric_name: str = METRIC
    constraint_check_type: str = CHECK
    description: str


class AttributionViolations(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    version: str = "1.0"
    violations: tuple[AttributionViolation, ...] = ()

    def to_json(self) -> str:
        return json.dumps(self.model_dump(), indent=_INDENT)


def description(ndcg: float, threshold: float = THRESHOLD) -> str:
    """SageMaker's sentence."""
    return f"Feature attribution drift {json.dumps(ndcg)} exceeds threshold {json.dumps(threshold)}"


def violations(found: Iterable[tuple[str, float]]) -> AttributionViolations:
    """The file for these labels and their NDCG, which are violated."""
    entries = (AttributionViolation(label=label, description=description(ndcg)) for label, ndcg in found)
    return AttributionViolations(violations=tuple(entries))


def add_violations(text: str, found: Sequence[Finding]) -> str:
    """The text of the file with findings of other checks, which are about no label."""
    added = (
        AttributionViolation(
            label="", metric_name=each.figure, constraint_check_type=each.check, description=each.description
        )
        for each in found
    )
    return AttributionViolations(violations=(*parse_violations(text).violations, *added)).to_json()


def parse_violations(body: bytes | str, where: str = FILE) -> AttributionViolations:
    """Raises InvalidInputError: not a file of this form."""
    try:
        return AttributionViolations.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        what = f"not the violations of attribution drift: {'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise InvalidInputError(
            what,
            where=where,
            expected="a file that SageMaker or Driftline wrote",
            mend="Run the monitor again for this window.",
        ) from None
