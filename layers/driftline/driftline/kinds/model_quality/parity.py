"""Model quality: SageMaker's thresholds, applied again to the metrics that it wrote about a window."""

from collections.abc import Mapping

from driftline.domain.errors import InvalidInputError
from driftline.domain.sagemaker_files.violations import read_violations
from driftline.kinds.model_quality.rules.check import beyond, violation_name
from driftline.kinds.model_quality.rules.constraints import parse_quality_constraints
from driftline.kinds.model_quality.rules.quality import MetricValue
from driftline.kinds.model_quality.rules.statistics import parse_baseline_quality
from driftline.kinds.parity import VIOLATIONS, Known, Recheck, Violated

_STATISTICS, _CONSTRAINTS = "statistics.json", "constraints.json"


class ModelQualityParity:
    """`Parity` of model quality."""

    from_captures = True

    def recheck(self, own: Mapping[str, bytes], baseline: Mapping[str, bytes], where: str) -> Recheck:
        """See `Parity.recheck`."""
        if _STATISTICS not in own or _CONSTRAINTS not in baseline:
            raise InvalidInputError(
                "a file is missing", where=where, expected=f"{_STATISTICS}, and the baseline's {_CONSTRAINTS}"
            )
        current = parse_baseline_quality(own[_STATISTICS], where + _STATISTICS)
        constraints = parse_quality_constraints(baseline[_CONSTRAINTS], "the baseline's constraints.json").constraints
        ours = frozenset(
            Violated(violation_name(name), each.comparison_operator)
            for name, each in constraints.items()
            if name in current.metrics and beyond(MetricValue(current.metrics[name].value), each, "sagemaker")
        )
        found = own.get(VIOLATIONS)
        theirs = self.violated(found, where + VIOLATIONS) if found is not None else frozenset()
        known = {violation_name(name) for name in current.metrics}
        absent = (each for each in theirs - ours if each.subject not in known)
        return Recheck(theirs, ours, dict.fromkeys(absent, Known.NOT_IN_STATISTICS), current.item_count)

    def violated(self, body: bytes, where: str) -> frozenset[Violated]:
        """See `Parity.violated`."""
        written = read_violations(body, where).violations
        return frozenset(Violated(each.metric_name or "", each.constraint_check_type) for each in written)


PARITY = ModelQualityParity()
