"""The monitor of the demo: its document, and the constraints as a person would edit them."""

import json

from local.demo.endpoint import ENDPOINT, PREDICTION
from local.demo.model import FEATURES

MONITOR = "data_quality"

DOCUMENT = f"""\
# Judges every operating day of the airports (09:00 UTC to 09:00 UTC) when it has ended.
endpoint: {ENDPOINT}
columns:
  output: [{PREDICTION}]
  input: [{", ".join(FEATURES)}]
monitors:
  {MONITOR}:
    schedule: cron(0 9 ? * * *)
    window: {{start_offset: -PT24H, end_offset: PT0H}}
    comparison: corrected
    metrics: top
""".encode()

EDITED_COMPLETENESS = {"dep_delay": 0.95, "precip": 0.95}
"""Share of flights that must have a value. Suggested is the share in the whole baseline (0.966 for dep_delay), which
one day in eight misses by a few flights: a mean is no limit."""

EDITED_DRIFT_THRESHOLD = 0.15
"""Suggested is 0.1. The flights of one day are alike (one weather, one jam), so that a day differs from two months by
more than the rule for independent rows grants; days between the two values are no worse for the model than others."""


def edit_constraints(suggested: bytes) -> bytes:
    """The suggested constraints with the limits that a person wants."""
    constraints = json.loads(suggested)
    for feature in constraints["features"]:
        feature["completeness"] = EDITED_COMPLETENESS.get(feature["name"], feature["completeness"])
    constraints["monitoring_config"]["distribution_constraints"]["comparison_threshold"] = EDITED_DRIFT_THRESHOLD
    return json.dumps(constraints, indent=2).encode()
