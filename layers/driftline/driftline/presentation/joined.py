"""Several reports about the same rows on one page."""

from collections.abc import Sequence
from dataclasses import replace

from driftline.presentation.report import Charts, Report, Section
from driftline.presentation.tables import Matrix, Table


def joined(reports: Sequence[Report]) -> Report:
    """One report with the sections of all, in their order; at least one report.

    Names in links of later reports are changed where earlier ones have them already.
    """
    first, *others = reports
    if not others:
        return first
    names = _Names(), _Names()
    sections = tuple(_section(each, report.kind, *names) for report in reports for each in report.sections)
    headline = " ".join(dict.fromkeys(report.headline for report in reports))
    return replace(
        first,
        kind="analysis",
        title="Analysis",
        noun="figure",
        outcome=replace(first.outcome, reason=headline, notes=_all(*(report.notes for report in reports))),
        headline=headline,
        facts=_all(*(report.facts for report in reports)),
        evidence=_all(*(report.evidence for report in reports)),
        notes=_all(*(report.notes for report in reports)),
        sections=sections,
        files=tuple(dict(_all(*(report.files for report in reports))).items()),
        limits=_all(*(report.limits for report in reports)),
        method=_all(*(report.method for report in reports)),
        subjects=_all(*(report.subjects for report in reports)),
        series=_all(*(report.series for report in reports)),
    )


def _all[T](*lists: Sequence[T]) -> tuple[T, ...]:
    """Each once, in their order."""
    found: list[T] = []
    for each in (each for listed in lists for each in listed):
        if each not in found:
            found.append(each)
    return tuple(found)


class _Names:
    """Names that are taken: sections have their own, and so have their parts."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def free(self, name: str, kind: str) -> str:
        found = f"{kind}-{name}" if name in self._taken else name
        self._taken.add(found)
        return found


def _section(section: Section, kind: str, sections: _Names, parts: _Names) -> Section:
    named = tuple(_part(part, kind, parts) for part in section.parts)
    return replace(section, name=sections.free(section.name, kind), parts=named)


def _part(part: Table | Matrix | Charts, kind: str, parts: _Names) -> Table | Matrix | Charts:
    return part if isinstance(part, Matrix) else replace(part, name=parts.free(part.name, kind))
