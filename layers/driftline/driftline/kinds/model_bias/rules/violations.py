"""constraint_violations.json of bias drift: SageMaker's keys, order and wording.

    Metric value 0.374894782529513 doesn't meet the baseline constraint requirement 0.28176563733194276

This is the wording of real runs; Amazon's documentation has another. The file's order is that of analysis.json: the
section, the facet, the group, the metric's name.
"""

import json
from collections.abc import Callable, Iterator, Sequence

from pydantic import BaseModel, ConfigDict, ValidationError

from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.finding import Finding
from driftline.kinds.model_bias.rules.analysis import Analysis, value_text
from driftline.kinds.model_bias.rules.comparison import sagemaker_flags

CHECK = "bias_drift_check"
"""SageMaker's constraint_check_type."""

_INDENT = 4

type Flags = Callable[[str, str, str, float, float], bool]
"""Whether a metric is violated: facet, group, metric, value, baseline."""


class BiasViolation(BaseModel):
    """One entry."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    facet: str
    facet_value: str
    metric_name: str
    constraint_check_type: str = CHECK
    description: str


class BiasViolations(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    version: str = "1.0"
    violations: tuple[BiasViolation, ...] = ()

    def to_json(self) -> str:
        return json.dumps(self.model_dump(), indent=_INDENT)


def add_violations(text: str, found: Sequence[Finding]) -> str:
    """The text of the file with findings of other checks: those have no facet, and are about no metric."""
    added = (
        BiasViolation(
            facet="",
            facet_value="",
            metric_name=each.figure,
            constraint_check_type=each.check,
            description=each.description,
        )
        for each in found
    )
    return BiasViolations(violations=(*parse_violations(text).violations, *added)).to_json()


def description(value: float, required: float) -> str:
    """SageMaker's sentence."""
    return f"Metric value {value_text(value)} doesn't meet the baseline constraint requirement {value_text(required)}"


def by_sagemaker(facet: str, group: str, metric: str, value: float, baseline: float) -> bool:  # noqa: ARG001
    """SageMaker's rule."""
    return sagemaker_flags(value, baseline)


def violations(
    live: Analysis, baseline: Analysis, flags: Flags = by_sagemaker, watched: Sequence[str] | None = None
) -> BiasViolations:
    """The violated metrics of a window. A metric without a value on either side is skipped.

    Args:
        flags: The rule.
        watched: Metrics to look at; None for all.
    """
    found = [
        BiasViolation(facet=facet, facet_value=group, metric_name=metric, description=description(value, required))
        for facet, group, metric, value, required in pairs(live, baseline)
        if (watched is None or metric in watched) and flags(facet, group, metric, value, required)
    ]
    return BiasViolations(violations=tuple(found))


def pairs(live: Analysis, baseline: Analysis) -> Iterator[tuple[str, str, str, float, float]]:
    """Facet, group, metric, its value and the baseline's, in the order of the file; of metrics that have both."""
    for name, section in live.sections():
        for facet, entries in section.facets.items():
            for entry in entries:
                before = baseline.entry(name, facet, entry.value_or_threshold)
                known = {each.name: each.value for each in before.metrics} if before else {}
                for metric in sorted(entry.metrics, key=lambda each: each.name):
                    required = known.get(metric.name)
                    if metric.value is not None and required is not None:
                        yield facet, entry.value_or_threshold, metric.name, metric.value, required


def parse_violations(body: bytes | str, where: str = "constraint_violations.json") -> BiasViolations:
    """Raises InvalidInputError: not a file of this form."""
    try:
        return BiasViolations.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        what = f"not the violations of bias drift: {'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise InvalidInputError(what, where=where) from None
