"""Functions that only alarm or notify start without what evaluates: numpy alone takes longer than all they do."""

import subprocess
import sys

import pytest

HEAVY = ("numpy", "duckdb", "jinja2", "scipy", "pandas")
DOCUMENT = """
endpoint: shop
monitors:
  data_quality: {alarms: [{metric: worst_drift, threshold: 0.4}]}
  model_quality: {problem_type: Regression, inference_attribute: "answer.amount"}
"""
SUMMARY = """{"version": 2, "kind": "data_quality", "endpoint": "shop", "monitor": "data_quality",
"window": {"start": "2026-03-01T11:00:00Z", "end": "2026-03-01T12:00:00Z"}, "scheduled_time": "2026-03-01T12:00:00Z",
"status": "Completed", "exit_message": "", "reason": "", "rows": 1, "evaluated_rows": 1, "baseline": {}, "body": {}}"""


def imported(program: str) -> set[str]:
    """The heavy modules that a program has imported when it ends."""
    report = f"\nimport sys\nprint(*(name for name in {HEAVY} if name in sys.modules))"
    ended = subprocess.run([sys.executable, "-c", program + report], capture_output=True, text=True, check=True)
    return set(ended.stdout.split())


@pytest.mark.parametrize(
    "use_case", ["notifying.notify_operators", "monitors.configure_monitor", "freshness.check_freshness"]
)
def test_use_cases_that_alarm_or_notify_import_nothing_heavy(use_case: str) -> None:
    assert imported(f"import driftline.kinds.registry, driftline.usecases.{use_case}") == set()


def test_every_kind_s_settings_figures_graphs_and_summaries_are_light() -> None:
    program = f"""
from driftline.domain.alarms.dashboard import dashboard_body
from driftline.domain.alarms.stack import Stack
from driftline.domain.alarms.wanted import wanted_alarms
from driftline.domain.documents.parse import parse_document
from driftline.kinds.registry import KINDS
from driftline.presentation.messages.findings import findings_of

document = parse_document({DOCUMENT!r}, where="monitors/shop.yaml", model=KINDS.document)
assert wanted_alarms(document)
dashboard_body(document, Stack("prod", "aws", "eu-west-1", "123456789012", "Driftline/prod"))
assert findings_of(KINDS.envelope({SUMMARY.encode()!r}, "summary.json")).rows == 1
"""
    assert imported(program) == set()


def test_the_heavy_half_is_what_it_says() -> None:
    program = "from driftline.kinds.registry import KINDS\nassert [kind.engine for kind in KINDS]"
    assert "numpy" in imported(program)
