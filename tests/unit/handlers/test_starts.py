"""What a function imports before its first event: each of these modules is a good part of a cold start."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping

import pytest

from bench.cold_start import ENVIRONMENT
from tests.places import REPOSITORY

HEAVY = (
    "asyncio",
    "aws_lambda_powertools.utilities.batch",
    "boto3",
    "driftline.adapters.aws.backfill_in",
    "driftline.usecases.explanations.solve",
    "duckdb",
    "jinja2",
    "numpy",
    "s3transfer",
    "scipy",
)
NEEDED: Mapping[str, set[str]] = {
    "adopt_model": {"numpy"},
    "check_freshness": set(),
    "configure_monitor": set(),
    "export_telemetry": set(),
    "explain_model": {"numpy", "driftline.usecases.explanations.solve"},
    "merge_ground_truth": {"numpy"},
    "notify_operator": {"boto3", "s3transfer"},  # by Powertools' idempotency
    "profile_capture": {"numpy"},
    "render_index": {"jinja2", "numpy"},
    "render_report": {"jinja2", "numpy"},
    "run_monitor": {"numpy"},
    "start_retraining": set(),
    "suggest_baseline": {"numpy"},
}
"""Nothing else of `HEAVY` is there when the handler is ready; what is rare is imported when it happens."""

PROGRAM = """\
import json, sys
sys.path.insert(0, sys.argv[1])
import app
print(json.dumps([name for name in sys.modules if name.startswith("driftline.adapters.aws.")]))
print(json.dumps([name for name in sys.argv[2:] if name in sys.modules]))
"""


@pytest.mark.parametrize("function", sorted(path.parent.name for path in (REPOSITORY / "functions").glob("*/app.py")))
def test_a_function_starts_with_what_every_event_needs(function: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(REPOSITORY / "functions" / function), *HEAVY],
        env={**ENVIRONMENT, "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    adapters, heavy = map(json.loads, done.stdout.splitlines()[-2:])
    assert set(heavy) == NEEDED[function]
    assert adapters[0] == "driftline.adapters.aws.garbage"
