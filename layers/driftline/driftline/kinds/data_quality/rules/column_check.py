"""Whether the window has the columns of the baseline."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet

from driftline.domain.drift.distance import Comparison
from driftline.domain.executions.finding import MOST_VALUES, Finding
from driftline.domain.sagemaker_files.violations import CheckType
from driftline.kinds.data_quality.rules.constraints import Constraints
from driftline.kinds.data_quality.rules.statistics import Statistics

MISSING_COLUMNS = "Missing columns"
EXTRA_COLUMNS = "Extra columns"


def check_columns(
    current: Statistics, constraints: Constraints, mode: Comparison, unknown_outputs: AbstractSet[str]
) -> Iterator[Finding]:
    """SageMaker compares the number of columns. By name (`driftline`) a renamed column is missing and extra at once.

    Corrected, a column that had no values in the baseline is not missing: JSON payloads leave such columns out.
    """
    by_name = mode is Comparison.DRIFTLINE
    empty = {feature.name for feature in constraints.features if by_name and feature.inferred_type == "Unknown"}
    expected = [each.name for each in constraints.features if each.name in current.by_name or each.name not in empty]
    present = [feature.name for feature in current.features if feature.name not in unknown_outputs]
    missing = [name for name in expected if name not in current.by_name]
    extra = [name for name in present if name not in set(expected)]
    counts = (
        f"Number of columns in current dataset: {len(present)}, "
        f"Number of columns in baseline constraints: {len(expected)}"
    )
    if len(present) < len(expected) or (by_name and missing):
        named = "" if len(present) < len(expected) else f". Missing: {', '.join(missing)}"
        text = f"There are missing columns in current dataset. {counts}{named}"
        yield _of_columns(
            MISSING_COLUMNS,
            CheckType.MISSING_COLUMN,
            text,
            present=len(present),
            expected=len(expected),
            names=missing,
            rows=current.dataset.item_count,
        )
    if len(present) > len(expected) or (by_name and extra):
        named = "" if len(present) > len(expected) else f". Extra: {', '.join(extra)}"
        text = f"There are extra columns in current dataset. {counts}{named}"
        yield _of_columns(
            EXTRA_COLUMNS,
            CheckType.EXTRA_COLUMN,
            text,
            present=len(present),
            expected=len(expected),
            names=extra,
            rows=current.dataset.item_count,
        )


def _of_columns(
    subject: str,
    check: CheckType,
    text: str,
    *,
    present: int,
    expected: int,
    names: Sequence[str],
    rows: int,
) -> Finding:
    return Finding(
        subject=subject,
        check=check.value,
        description=text,
        measure="count",
        figure="columns",
        side="at_least" if check is CheckType.MISSING_COLUMN else "at_most",
        observed=float(present),
        required=float(expected),
        n=float(rows),
        values=tuple(names[:MOST_VALUES]),
        distinct=len(names),
    )
