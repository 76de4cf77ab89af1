"""Data quality: SageMaker's checks, repeated on the statistics that it wrote about a window."""

from collections.abc import Iterator, Mapping

from driftline.domain.drift.distance import Comparison
from driftline.domain.errors import InvalidInputError
from driftline.domain.profiles.types import TypeCounts
from driftline.domain.sagemaker_files.violations import CheckType, read_violations
from driftline.kinds.data_quality.rules.check import Verdict, check
from driftline.kinds.data_quality.rules.comparison import NO_SKETCH
from driftline.kinds.data_quality.rules.constraints import Constraints, parse_constraints
from driftline.kinds.data_quality.rules.observed import Observation
from driftline.kinds.data_quality.rules.statistics import FeatureStatistics, Statistics, parse_statistics
from driftline.kinds.parity import VIOLATIONS, Known, Recheck, Violated

_STATISTICS, _CONSTRAINTS = "statistics.json", "constraints.json"


class DataQualityParity:
    """`Parity` of data quality."""

    from_captures = True

    def recheck(self, own: Mapping[str, bytes], baseline: Mapping[str, bytes], where: str) -> Recheck:
        """See `Parity.recheck`."""
        if _STATISTICS not in own or _CONSTRAINTS not in baseline:
            raise InvalidInputError(
                "a file is missing", where=where, expected=f"{_STATISTICS}, and the baseline's {_CONSTRAINTS}"
            )
        current = parse_statistics(own[_STATISTICS], where + _STATISTICS)
        constraints = parse_constraints(baseline[_CONSTRAINTS], "the baseline's constraints.json")
        given = baseline.get(_STATISTICS)
        before = parse_statistics(given, "the baseline's statistics.json") if given is not None else None
        current = _named_by_place(current, constraints)
        observations = {each.name: _observation(each) for each in current.features}
        verdict = check(current, observations, before, constraints, Comparison.SAGEMAKER)
        found = own.get(VIOLATIONS)
        theirs = self.violated(found, where + VIOLATIONS) if found is not None else frozenset()
        ours = frozenset(Violated(each.subject, each.check) for each in verdict.findings)
        undecided = dict(_undecided(theirs - ours, current, before, verdict))
        return Recheck(theirs, ours, undecided, current.dataset.item_count)

    def violated(self, body: bytes, where: str) -> frozenset[Violated]:
        """See `Parity.violated`."""
        written = read_violations(body, where).violations
        return frozenset(Violated(each.feature_name or "", each.constraint_check_type) for each in written)


PARITY = DataQualityParity()


def _named_by_place(current: Statistics, constraints: Constraints) -> Statistics:
    """SageMaker matches columns by their place, and names them as the baseline does; older files keep other names."""
    names = [each.name for each in constraints.features]
    if len(names) != len(current.features) or {each.name for each in current.features} == set(names):
        return current
    renamed = (each.model_copy(update={"name": name}) for each, name in zip(current.features, names, strict=True))
    return current.model_copy(update={"features": tuple(renamed)})


def _observation(feature: FeatureStatistics) -> Observation:
    """As if all values were of the type that the file infers: it says no more about their types."""
    present = feature.common.num_present
    match feature.inferred_type:
        case "Integral":
            types = TypeCounts(integral=present)
        case "Fractional":
            types = TypeCounts(fractional=present)
        case _:
            types = TypeCounts(string=present)
    return Observation(types, feature.histogram)


def _undecided(
    missed: frozenset[Violated], current: Statistics, before: Statistics | None, verdict: Verdict
) -> Iterator[tuple[Violated, Known]]:
    """Which of SageMaker's violations the statistics cannot show."""
    without_sketch = {each.name for each in verdict.not_compared if each.reason == NO_SKETCH}
    for each in missed:
        feature = current.by_name.get(each.subject)
        if each.check == CheckType.BASELINE_DRIFT and before is None:
            yield each, Known.NO_BASELINE
        elif each.check == CheckType.BASELINE_DRIFT and each.subject in without_sketch:
            yield each, Known.NO_SKETCH
        elif each.check == CheckType.DATA_TYPE and feature is not None:
            yield each, Known.TYPES_NOT_COUNTED
        elif each.check == CheckType.CATEGORICAL_VALUES and feature is not None and feature.histogram is None:
            yield each, Known.VALUES_NOT_COUNTED
