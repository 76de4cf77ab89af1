"""Attribution drift: SageMaker's rule, applied again to the attributions that Clarify wrote about a window."""

from collections.abc import Mapping

from driftline.domain.errors import InvalidInputError
from driftline.kinds.model_explainability.rules.analysis import Analysis, parse_analysis
from driftline.kinds.model_explainability.rules.sagemaker import sagemaker_verdicts, violated
from driftline.kinds.model_explainability.rules.violations import (
    AttributionViolations,
    parse_violations,
    violations,
)
from driftline.kinds.parity import VIOLATIONS, Recheck, Violated

_ANALYSIS = "analysis.json"


class ExplainabilityParity:
    """`Parity` of attribution drift."""

    from_captures = False

    def recheck(self, own: Mapping[str, bytes], baseline: Mapping[str, bytes], where: str) -> Recheck:
        """See `Parity.recheck`."""
        if _ANALYSIS not in own or _ANALYSIS not in baseline:
            raise InvalidInputError("a file is missing", where=where, expected=f"{_ANALYSIS}, and that of the baseline")
        live = parse_analysis(own[_ANALYSIS], where + _ANALYSIS)
        before = parse_analysis(baseline[_ANALYSIS], "the baseline's analysis.json")
        found = own.get(VIOLATIONS)
        theirs = self.violated(found, where + VIOLATIONS) if found is not None else frozenset()
        again = violations(violated(sagemaker_verdicts(_values(before), _values(live))))
        return Recheck(theirs, _violated(again))

    def violated(self, body: bytes, where: str) -> frozenset[Violated]:
        """See `Parity.violated`."""
        return _violated(parse_violations(body, where))


PARITY = ExplainabilityParity()


def _values(analysis: Analysis) -> dict[str, dict[str, float]]:
    return {label: each.values for label, each in analysis.explanations.kernel_shap.items()}


def _violated(found: AttributionViolations) -> frozenset[Violated]:
    return frozenset(Violated(each.label, each.constraint_check_type) for each in found.violations)
