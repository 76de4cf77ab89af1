"""States of an execution on pages: what its verdict says, or that there is none."""

from driftline.domain.executions.verdict import Verdict

VIOLATED, GOOD, NOT_EVALUATED, FAILED = "violated", "good", "not_evaluated", "failed"
"""The last two have no verdict on the data, and neither is ever shown as good."""

_STATES: dict[Verdict, str] = {"violations": VIOLATED, "good": GOOD, "not_evaluated": NOT_EVALUATED}


def state_of(verdict: Verdict) -> str:
    return _STATES[verdict]
