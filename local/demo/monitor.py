"""The demo's monitors: the document, and the constraints as a person would edit them."""

import json

from local.demo.endpoint import ACTUAL, ENDPOINT, PREDICTION
from local.demo.model import FEATURES

INPUTS, QUALITY, GROUPS = "data_quality", "model_quality", "model_bias"
MONITORS = (INPUTS, QUALITY, GROUPS)
LATE_MINUTES = 15
"""What airlines and authorities call a late flight."""

PIPELINE = "retrain-flight-delay"

DOCUMENT = f"""\
# Evaluates every operating day of the airports (09:00 UTC to 09:00 UTC) at its end.
endpoint: {ENDPOINT}
columns:
  output: [{PREDICTION}]
  input: [{", ".join(FEATURES)}]
monitors:
  {INPUTS}:
    schedule: cron(0 9 ? * * *)
    window: {{start_offset: -PT24H, end_offset: PT0H}}
    comparison: driftline
    metrics: top
    alarms: [{{metric: violations, severity: warning}}]
  {QUALITY}:
    schedule: cron(0 9 ? * * *)
    window: {{start_offset: -PT24H, end_offset: PT0H}}
    problem_type: Regression
    inference_attribute: {PREDICTION}
    ground_truth_attribute: {ACTUAL}
    max_label_delay: P14D
    alarms: [{{metric: violations, severity: critical, actions: [notify, retrain]}}]
  # Is the warning "late" as good for one airport and one carrier as for the others? It is looked at, and wakes nobody.
  {GROUPS}:
    schedule: cron(0 9 ? * * *)
    window: {{start_offset: -PT24H, end_offset: PT0H}}
    facets:
      - {{column: origin, values: [LGA], name: LaGuardia}}
      - {{column: carrier, values: [EV], name: ExpressJet}}
    positive_threshold: {LATE_MINUTES}
    inference_attribute: {PREDICTION}
    ground_truth_attribute: {ACTUAL}
    max_label_delay: P14D
    # Late flights that were announced (RD), announced flights that were late (DAR). The flights of a day share their
    # weather, so that a day differs from two months by more than chance does among independent rows.
    watched: [RD, DAR]
    tolerance: 0.1
    alarms: []
# Only selected days are replayed, so the others do not count as missing.
watch: {{schedule_delay: PT0H, captures_age: PT0H, ground_truth_age: PT0H, unmatched_labels_age: PT0H}}
retraining:
  target: {{pipeline: {PIPELINE}}}
  cooldown: P180D
  minimum_labelled_rows: 500
""".encode()

EDITED_COMPLETENESS = {"dep_delay": 0.95, "precip": 0.95}
"""Share of flights that must have a value. The suggestion is the share in the whole baseline (0.966 for dep_delay),
which one day in eight misses by a few flights: a mean is not a limit."""

EDITED_DRIFT_THRESHOLD = 0.15
"""The suggestion is 0.1. The flights of one day resemble each other (they share weather and delays), so a day differs
from two months by more than the rule for independent rows allows for; days between the two values are no worse for the
model than others."""


EDITED_ERROR_MINUTES = 15.0
"""Mean error of a day up to which predictions are useful. The suggestion is the error of two whole months, which most
days exceed slightly. rmse, mse and r2 are removed: the first two depend on a day's few longest delays, and r2 is low on
days on which all flights are alike."""


def edit_inputs(suggested: bytes) -> bytes:
    """The suggested constraints of data quality, with edited limits."""
    constraints = json.loads(suggested)
    for feature in constraints["features"]:
        feature["completeness"] = EDITED_COMPLETENESS.get(feature["name"], feature["completeness"])
    constraints["monitoring_config"]["distribution_constraints"]["comparison_threshold"] = EDITED_DRIFT_THRESHOLD
    return json.dumps(constraints, indent=2).encode()


def edit_quality(suggested: bytes) -> bytes:
    """The suggested constraints of model quality: one is kept, with an edited limit."""
    constraints = json.loads(suggested)
    mae = constraints["regression_constraints"]["mae"]
    constraints["regression_constraints"] = {"mae": {**mae, "threshold": EDITED_ERROR_MINUTES}}
    return json.dumps(constraints, indent=2).encode()
