"""Bias: SageMaker's rule, applied again to the metrics that Clarify wrote about a window."""

from collections.abc import Mapping

from driftline.domain.errors import InvalidInputError
from driftline.kinds.model_bias.rules.analysis import parse_analysis
from driftline.kinds.model_bias.rules.violations import BiasViolations, parse_violations, violations
from driftline.kinds.parity import VIOLATIONS, Recheck, Violated

_ANALYSIS = "analysis.json"


class BiasParity:
    """`Parity` of bias."""

    from_captures = True

    def recheck(self, own: Mapping[str, bytes], baseline: Mapping[str, bytes], where: str) -> Recheck:
        """See `Parity.recheck`."""
        if _ANALYSIS not in own or _ANALYSIS not in baseline:
            raise InvalidInputError("a file is missing", where=where, expected=f"{_ANALYSIS}, and that of the baseline")
        live = parse_analysis(own[_ANALYSIS], where + _ANALYSIS)
        before = parse_analysis(baseline[_ANALYSIS], "the baseline's analysis.json")
        found = own.get(VIOLATIONS)
        theirs = self.violated(found, where + VIOLATIONS) if found is not None else frozenset()
        return Recheck(theirs, _violated(violations(live, before)))

    def violated(self, body: bytes, where: str) -> frozenset[Violated]:
        """See `Parity.violated`."""
        return _violated(parse_violations(body, where))


PARITY = BiasParity()


def _violated(found: BiasViolations) -> frozenset[Violated]:
    return frozenset(
        Violated(f"{each.metric_name} of {each.facet} {each.facet_value}", each.constraint_check_type)
        for each in found.violations
    )
