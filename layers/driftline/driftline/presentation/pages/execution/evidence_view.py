"""What the template gets of findings: texts, grouped by families of features where there are many."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from driftline.domain.executions.finding import Move
from driftline.presentation.families import families
from driftline.presentation.findings import Fact, place_of, row_name
from driftline.presentation.headline import finding_sentence
from driftline.presentation.report import Evidence
from driftline.presentation.text import count, percent, rounded, shown

_MANY = 10
"""Violations; more are grouped by the families of their features."""


@dataclass(frozen=True, slots=True)
class MoveView:
    where: str
    baseline: str
    current: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceView:
    """A finding.

    Attributes:
        said: What is wrong, in a sentence.
        standing: Since when there is it.
        row: Id of the row about its subject, empty where there is none.
        drawn: Name of its charts, empty where there are none.
    """

    subject: str
    check: str
    description: str
    facts: tuple[Fact, ...]
    moves: tuple[MoveView, ...]
    samples: tuple[str, ...]
    standing: str
    row: str
    said: str = ""
    drawn: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyView:
    """Findings about one feature, or about features that belong together by their names.

    Attributes:
        name: Of the family; empty for a single finding.
        counted: How many findings and subjects.
    """

    findings: tuple[EvidenceView, ...]
    name: str = ""
    counted: str = ""


def family_views(found: Sequence[EvidenceView], noun: str) -> tuple[FamilyView, ...]:
    """Each on its own, or with its family where there are many; a family is where its first finding is."""
    named = families([each.subject for each in found]) if len(found) > _MANY else {}
    groups: dict[str | int, list[EvidenceView]] = {}
    for i, each in enumerate(found):
        groups.setdefault(named.get(each.subject, i), []).append(each)
    return tuple(
        FamilyView(findings=tuple(group), name=key, counted=_counted(group, noun))
        if isinstance(key, str)
        else FamilyView(findings=tuple(group))
        for key, group in groups.items()
    )


def _counted(group: Sequence[EvidenceView], noun: str) -> str:
    subjects = len({each.subject for each in group})
    return f"{count(len(group), 'violation')} of {count(subjects, noun)}"


def evidence_view(index: int, evidence: Evidence, rows: Mapping[str, str]) -> EvidenceView:
    finding = evidence.finding
    return EvidenceView(
        subject=shown(evidence.subject),
        check=shown(finding.check),
        description=shown(rounded(finding.description)),
        facts=evidence.facts,
        moves=tuple(map(_move, finding.moves)),
        samples=tuple(map(shown, finding.inference_ids)),
        standing=evidence.standing,
        row=rows.get(finding.subject) or rows.get(row_name(finding.subject, finding.figure), ""),
        said=finding_sentence(finding) if finding.violation else "",
        drawn=f"finding-{index}" if evidence.charts else "",
    )


def _move(move: Move) -> MoveView:
    return MoveView(place_of(move), percent(move.baseline), percent(move.current))
