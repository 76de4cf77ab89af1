"""The verdict on a window's data without violations, in one sentence."""

from driftline.kinds.data_quality.facts import DataQuality


def without_violations(execution: DataQuality) -> str:
    compared = sum(feature.drift is not None for feature in execution.features)
    if not compared:
        return "No violations."
    agree = "1 compared feature agrees" if compared == 1 else f"all {compared:,} compared features agree"
    return f"No violations: {agree} with the baseline."
