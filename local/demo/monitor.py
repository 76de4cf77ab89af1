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
"""Share of flights that must have a value. The suggestion is the share of the whole baseline (0.966 for dep_delay),
which about every fourth ordinary day misses by a flight or two: a mean is no limit."""


def edit_constraints(suggested: bytes) -> bytes:
    """The suggested constraints with the completeness that a person wants."""
    constraints = json.loads(suggested)
    for feature in constraints["features"]:
        feature["completeness"] = EDITED_COMPLETENESS.get(feature["name"], feature["completeness"])
    return json.dumps(constraints, indent=2).encode()
