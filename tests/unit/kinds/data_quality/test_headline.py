"""The verdict without violations in one sentence."""

from datetime import UTC, datetime

from driftline.domain.executions.outcome import Outcome
from driftline.domain.executions.place import Place
from driftline.kinds.data_quality.facts import DataQuality, Drift, Feature
from driftline.kinds.data_quality.page.headline import without_violations
from driftline.kinds.data_quality.rules.statistics import Common, FeatureStatistics, StringStatistics

PLACE = Place("reports/shop/m/2026/03/01/15/", "shop", "m", datetime(2026, 3, 1, 15, tzinfo=UTC))
STATISTICS = FeatureStatistics(
    name="x", inferred_type="String", string_statistics=StringStatistics(common=Common(num_present=9, num_missing=1))
)


def feature(name: str, value: float, *, drifted: bool) -> Feature:
    return Feature(
        name=name,
        current=STATISTICS,
        reference=None,
        expected_type=None,
        expected_completeness=None,
        drift=Drift(value=value, threshold=0.1, drifted=drifted, direction="higher"),
    )


def data_quality(rows: int = 100) -> DataQuality:
    features = (feature("a", 0.2, drifted=True), feature("b", 0.4, drifted=True), feature("c", 0.0, drifted=False))
    return DataQuality(
        Outcome(place=PLACE, rows=rows, findings=(), reason="nothing was captured"), features, "driftline"
    )


def test_no_violations() -> None:
    assert without_violations(data_quality()) == "No violations: all 3 compared features agree with the baseline."
