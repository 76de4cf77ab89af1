"""How far a feature is beyond its threshold, whatever it is compared by."""

import pytest

from driftline.domain.executions.files import ExecutionFiles
from driftline.domain.executions.place import Place, parse_place
from driftline.kinds.data_quality.facts import WORST, Drift
from driftline.kinds.data_quality.page.past import past_data_quality
from driftline.kinds.data_quality.page.read import read_data_quality
from tests.reporting import MADE, made_store

PLACE: Place = parse_place("reports/shop/data_quality/2026/03/01/15/")
VIOLATIONS = b"""{"violations": [
  {"feature_name": "a", "constraint_check_type": "baseline_drift_check",
   "description": "Baseline drift p-value: 0.001 is below threshold: 0.05"},
  {"feature_name": "b", "constraint_check_type": "baseline_drift_check",
   "description": "Baseline drift distance: 0.2 exceeds threshold: 0.1"}]}"""


@pytest.mark.parametrize(
    ("drift", "excess"),
    [
        (Drift(value=0.2, threshold=0.1, drifted=True), 2.0),
        (Drift(value=None, threshold=0.1, drifted=False), -1.0),
        (Drift(value=0.2, threshold=None, drifted=True), -1.0),
        (Drift(value=0.001, threshold=0.05, drifted=True, p_value=0.001), 50.0),
        (Drift(value=0.0, threshold=0.05, drifted=True, p_value=0.0), 1e12),
        (Drift(value=0.2, threshold=0.0, drifted=True), 1e12),
        (Drift(value=0.0, threshold=0.0, drifted=False), 0.0),
    ],
)
def test_times_the_threshold(drift: Drift, excess: float) -> None:
    assert drift.excess == pytest.approx(excess)


def test_p_values_in_the_sentences_of_violations_are_the_worse_the_smaller() -> None:
    store = made_store(["a", "b"])
    files = ExecutionFiles(
        {"statistics.json": store.objects[f"{MADE}statistics.json"], "constraint_violations.json": VIOLATIONS}
    )

    drifts = [feature.drift for feature in read_data_quality(PLACE, files).features]

    assert [drift.excess for drift in drifts if drift] == [pytest.approx(50.0), pytest.approx(2.0)]
    assert past_data_quality(PLACE, {"constraint_violations.json": VIOLATIONS}).figures[WORST].value == pytest.approx(
        50.0
    )
