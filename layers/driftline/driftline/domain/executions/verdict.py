"""The three verdicts: violations, good, or not evaluated. A window without evaluated rows is never good."""

from typing import Literal

type Verdict = Literal["violations", "good", "not_evaluated"]


def verdict_of(violations: int, evaluated_rows: int) -> Verdict:
    """What an execution says about its window.

    Args:
        violations: Number of violations. Rows that cannot be used are one even if no other row was evaluated.
    """
    if violations:
        return "violations"
    return "good" if evaluated_rows else "not_evaluated"
