"""Findings, as data quality makes them."""

from driftline.domain.executions.finding import Finding


def drift(subject: str, observed: float = 0.58, **more: object) -> Finding:
    """A drift against a threshold of 0.1."""
    fields = {"check": "baseline_drift_check", "description": "", "measure": "distance", "figure": "drift"}
    return Finding.model_validate(
        {"subject": subject, "observed": observed, "required": 0.1, "side": "at_most", **fields, **more}
    )


def share(check: str, figure: str, subject: str, observed: float, **more: object) -> Finding:
    """A share of which all is required."""
    fields = {"check": check, "description": "", "measure": "share", "figure": figure}
    return Finding.model_validate(
        {"subject": subject, "observed": observed, "required": 1.0, "side": "at_least", **fields, **more}
    )
