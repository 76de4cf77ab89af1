"""What a data-quality execution says to people."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from driftline.domain.drift.stability import METHOD
from driftline.domain.executions.finding import Finding
from driftline.domain.executions.outcome import SAGEMAKERS
from driftline.domain.executions.past import PastExecution, Point
from driftline.domain.sagemaker_files.violations import CheckType
from driftline.kinds.data_quality.facts import WORST, DataQuality, Feature, Reference, worst_excess
from driftline.kinds.data_quality.page.data_set import data_set_table
from driftline.kinds.data_quality.page.distributions import feature_shape
from driftline.kinds.data_quality.page.feature_detail import charts_of, feature_series
from driftline.kinds.data_quality.page.features import drift_gauge, features_table
from driftline.kinds.data_quality.page.headline import without_violations
from driftline.presentation.charts import Chart, Series, points_of
from driftline.presentation.findings import Fact
from driftline.presentation.report import Report, Section, Subject, Worst
from driftline.presentation.reporting import counted, report_of_outcome
from driftline.presentation.since import Compared
from driftline.presentation.text import percent

_NO_STATISTICS = "There is no statistics.json of the baseline"
_NOTES = {
    Reference.BASELINE: "",
    Reference.PREVIOUS: f"{_NO_STATISTICS}: the window is drawn next to the window before it.",
    Reference.NONE: f"{_NO_STATISTICS}: only the window's distributions can be drawn.",
}
_METHOD_OF_SAGEMAKER = (
    "Distances and thresholds are read from the sentences in constraint_violations.json. SageMaker weighs distinct "
    "values instead of rows (`docs/reference/data-quality.md`, section “Drift”)."
)
_METHOD = (
    "The comparison is `{}`. For numbers the statistic is the largest difference of the two distribution functions "
    "(Kolmogorov-Smirnov), for categories the largest difference of a value’s share; Robust subtracts what chance may "
    "give samples of this size. Sections “Drift” and “The six checks” of `docs/reference/data-quality.md` have the "
    "formulas and their sources."
)
_METHOD_OF_PSI = (
    "Drift is `psi`: the population stability index of the baseline’s deciles, or of the values of texts, without what "
    "chance adds to it. It counts only if a chi-square test of the feature, adjusted for the number of features, gives "
    "chance at most 0.2 %. Section “Drift: psi” of `docs/reference/data-quality.md` has the formulas and their sources."
)
_METHOD_OF_CHARTS = (
    "Histograms and distribution functions are drawn from the KLL sketches in statistics.json; shares are of the rows "
    "with a value. Their rank error is at most 0.14 % in files of more than about 2,000 rows."
)


def data_quality_report(
    execution: DataQuality, past: Sequence[PastExecution], revised: PastExecution | None = None
) -> Report:
    """Args: past: earlier executions, oldest first; revised: the revision that this one replaces."""
    outcome, features = execution.outcome, execution.features
    table = features_table(execution, past)
    by_name = {feature.name: feature for feature in features}
    drifted = sum(feature.drift is not None and feature.drift.drifted for feature in features)
    excess = worst_excess(feature.drift for feature in features)
    beside = execution.reference or Reference.BASELINE
    incomplete = {each.subject for each in outcome.violations if each.check == CheckType.COMPLETENESS}
    return report_of_outcome(
        outcome,
        past,
        revised,
        kind="data_quality",
        title="Data quality",
        noun="feature",
        headline=without_violations(execution),
        facts=(Fact("Drifted", counted(drifted, len(features), "feature")),) if features else (),
        drawn=lambda finding: _drawn(finding, by_name.get(finding.subject), past),
        beside=lambda finding: _beside(finding, by_name.get(finding.subject), execution.reference),
        main=_worst_drift(past, excess),
        worst=_worst(execution),
        compared=Compared("Worst drift", WORST, excess, "times its threshold") if excess is not None else None,
        reference=beside,
        sections=(
            Section(
                name="features",
                title="Features",
                count=f"{len(features):,}",
                note=_NOTES[execution.reference],
                parts=(table,),
            ),
            Section(name="data-set", title="Data set", parts=(data_set_table(outcome.rows or 0, features, beside),)),
        ),
        subjects=[_subject(feature, execution.reference, incomplete) for feature in features],
        series=[each for feature in features for each in feature_series(feature, past)],
        method=(_method(execution), _METHOD_OF_CHARTS),
    )


def _beside(finding: Finding, feature: Feature | None, reference: Reference) -> tuple[Fact, ...]:
    """What a finding's own figures do not say: of a gap what the baseline had."""
    if feature is None or feature.reference is None or finding.check != CheckType.COMPLETENESS:
        return ()
    return (Fact(f"In the {reference.lower()}", percent(feature.reference.common.completeness)),)


def _drawn(finding: Finding, feature: Feature | None, past: Sequence[PastExecution]) -> tuple[Chart, ...]:
    """The feature's distribution, and the figure of the check over time."""
    if feature is None:
        return ()
    charts = charts_of(feature, past)
    course = charts.completeness if finding.check == CheckType.COMPLETENESS else charts.drift
    return tuple(chart for chart in (charts.distribution, course) if chart is not None)


def _worst_drift(past: Sequence[PastExecution], excess: float | None) -> Series:
    subject, name = WORST
    return Series(
        subject=subject,
        name=name,
        title="Worst drift, in thresholds",
        points=points_of(WORST, past, Point(excess)),
        limit=1.0,
        side="at_most",
        violated=excess is not None and excess > 1.0,
    )


def _worst(execution: DataQuality) -> Worst | None:
    known = [feature for feature in execution.features if feature.drift and feature.drift.excess >= 0.0]
    worst = max(known, key=lambda feature: feature.drift.excess if feature.drift else 0.0, default=None)
    return Worst(worst.name, drift_gauge(worst.drift)) if worst and worst.drift else None


def _method(execution: DataQuality) -> str:
    if execution.outcome.source == SAGEMAKERS:
        return _METHOD_OF_SAGEMAKER
    by_psi = any(feature.drift is not None and feature.drift.method == METHOD for feature in execution.features)
    return _METHOD_OF_PSI if by_psi else _METHOD.format(execution.comparison)


def _subject(feature: Feature, reference: Reference, incomplete: AbstractSet[str]) -> Subject:
    then = feature.reference if reference is Reference.BASELINE else None
    return Subject(
        name=feature.name,
        note=feature.current.inferred_type,
        completeness=feature.current.common.completeness,
        required=feature.expected_completeness if feature.name in incomplete else None,
        gauge=drift_gauge(feature.drift) if feature.drift else None,
        shape=feature_shape(feature.current),
        reference=feature_shape(then),
    )
