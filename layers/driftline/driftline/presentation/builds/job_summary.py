"""A report in GitHub's Markdown, for the summary of a job."""

from collections.abc import Iterator

from driftline.domain.executions.verdict import Verdict
from driftline.presentation.headline import finding_sentence
from driftline.presentation.messages.escaping import markdown_escape, one_line
from driftline.presentation.report import Report
from driftline.presentation.text import count, shown

_MOST = 50
_LONGEST = 500
_STATES: dict[Verdict, str] = {"good": "Good", "violations": "Violations", "not_evaluated": "Not evaluated"}


def job_summary(report: Report) -> str:
    """Verdict, figures and violations; the worst first, so many of them."""
    return "".join(f"{line}\n" for line in _lines(report))


def _lines(report: Report) -> Iterator[str]:
    outcome = report.outcome
    yield f"### {report.title} of {_text(outcome.place.endpoint)}: {_STATES[outcome.verdict].lower()}"
    yield ""
    yield _text(report.headline, 2 * _LONGEST)
    yield ""
    yield " · ".join(f"{_text(fact.label)}: {_text(fact.value)}" for fact in report.facts)
    yield ""
    found = [each for each in report.evidence if each.finding.violation]
    if found:
        yield f"| {report.noun} | check | what was found |"
        yield "|---|---|---|"
        for each in found[:_MOST]:
            found_in_words = _text(finding_sentence(each.finding), _LONGEST)
            yield f"| {_text(each.subject)} | {_text(each.finding.check)} | {found_in_words} |"
        yield ""
    if len(found) > _MOST:
        yield f"And {count(len(found) - _MOST, 'more violation')}."
        yield ""
    for note in report.notes:
        yield f"* {_text(note, _LONGEST)}"


def _text(text: str, longest: int = 200) -> str:
    return markdown_escape(one_line(shown(text, longest)))
