"""What a verdict says about the names of columns: outputs that the baseline lacks, counts that do not fit, a shift.

Columns without names of their own are matched by place. One column more or less moves all names after it, and every
feature from there on is compared with another one. The verdict says so, instead of leaving it to many violations.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from driftline.domain.drift.distance import Comparison
from driftline.domain.executions.finding import Finding
from driftline.domain.profiles.resolve import DocumentColumns, ResolvedTable
from driftline.domain.sagemaker_files.violations import CheckType
from driftline.kinds.data_quality.rules.check import Verdict
from driftline.kinds.data_quality.rules.constraints import Constraints

_NAMELESS = re.compile(r"_c\d+")
"""Columns of a data set without a header, as SageMaker names them."""

_OF_COLUMNS = frozenset({CheckType.MISSING_COLUMN.value, CheckType.EXTRA_COLUMN.value})


def with_names_explained(
    verdict: Verdict,
    table: ResolvedTable,
    constraints: Constraints,
    declared: DocumentColumns | None,
    mode: Comparison,
) -> Verdict:
    """The verdict with what there is to say about names.

    The finding about missing or extra columns gets the explanation, a note otherwise: SageMaker's files keep their
    sentences.

    Args:
        declared: The document's names of the output and the input columns.
    """
    notes = list(_unknown_outputs(table, constraints))
    shift = _shift(verdict.findings, table, constraints)
    explanation = " ".join([*_explained(table, constraints, declared or ((), ())), *([shift.text] if shift else [])])
    findings = verdict.findings
    about_columns = next((finding for finding in findings if finding.check in _OF_COLUMNS), None)
    if about_columns is not None:
        updates: dict[str, object] = {}
        if shift:
            # Which column is missing or new is not known then: the last name only remains.
            updates |= {"remark": shift.remark, "values": (), "distinct": None}
        if explanation and mode is Comparison.DRIFTLINE:
            updates["description"] = f"{about_columns.description}. {explanation}"
        explained = about_columns.model_copy(update=updates)
        findings = tuple(explained if finding is about_columns else finding for finding in findings)
    if explanation and (about_columns is None or mode is not Comparison.DRIFTLINE):
        notes.append(explanation)
    return replace(verdict, findings=findings, notes=(*verdict.notes, *notes))


def _unknown_outputs(table: ResolvedTable, constraints: Constraints) -> Iterator[str]:
    outputs = table.unknown_outputs
    if outputs:
        what, are, them = ("output", "is", "it") if len(outputs) == 1 else ("outputs", "are", "them")
        baseline = f"the baseline, whose {_columns(len(constraints.features))} are inputs"
        yield (
            f"The {what} {', '.join(outputs)} {are} not in {baseline}, so there is nothing to compare {them} with. To "
            f"compare {them}, put {them} first in the baseline's data set."
        )


def _explained(table: ResolvedTable, constraints: Constraints, declared: DocumentColumns) -> Iterator[str]:
    if not table.by_place:
        nameless = [_NAMELESS.fullmatch(feature.name) for feature in constraints.features]
        if table.keys and nameless and all(nameless):
            yield (
                "The captures' columns have names, the baseline's have none: its data set was read without a header. "
                "If it has one, state it with `driftline baseline --header`."
            )
        return
    counts = {"output": table.width("output"), "input": table.width("input")}
    expected = len(constraints.features)
    sides = [(side, count, len(names)) for (side, count), names in zip(counts.items(), declared, strict=True)]
    wrong = [
        f"{_count(names, side)} declared, {count} captured" for side, count, names in sides if names not in {0, count}
    ]
    if wrong or _present(table) != expected:
        captured = [f"{_count(count, side)} captured" for side, count, _ in sides if count]
        yield f"{', '.join(wrong or captured)}; the baseline has {_columns(expected)}."


def _present(table: ResolvedTable) -> int:
    """Columns that have to be in the baseline."""
    return len(table.features) - len(table.unknown_outputs)


@dataclass(frozen=True, slots=True)
class _Shift:
    """The sentence of a finding, and the words for its headline."""

    text: str
    remark: str


def _shift(findings: Sequence[Finding], table: ResolvedTable, constraints: Constraints) -> _Shift | None:
    """Whether the features that differ look like a shift; None if none differs, or if there are as many columns."""
    different = {finding.subject for finding in findings}
    known = {feature.name for feature in constraints.features}
    compared = [name for name in table.by_place if name in known]
    first = next((index for index, name in enumerate(compared) if name in different), None)
    if first is None or _present(table) == len(known):
        return None
    after = compared[first:]
    differing = sum(name in different for name in after)
    why = "columns without names are matched by place"
    if differing == 1 or 2 * differing <= len(after):
        return _Shift(f"Names may have shifted: {why}.", "names may have shifted")
    return _Shift(
        f"Names have shifted, it seems: {why}, and from {after[0]} on {differing} of {len(after)} features differ.",
        f"names have shifted from {after[0]} on",
    )


def _columns(count: int) -> str:
    return _count(count, "column")


def _count(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
