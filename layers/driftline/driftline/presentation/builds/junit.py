"""A report as JUnit's XML, which build servers show as the results of tests: one test for each subject."""

from collections import defaultdict
from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from driftline.domain.executions.finding import Finding
from driftline.presentation.headline import finding_sentence
from driftline.presentation.report import Report
from driftline.presentation.text import shown


def junit(report: Report) -> bytes:
    """UTF-8. A subject with violations is a failed test; a verdict that is none, because no row counts, is an error."""
    outcome = report.outcome
    violations: defaultdict[str, list[Finding]] = defaultdict(list)
    for each in report.evidence:
        if each.finding.violation:
            violations[each.subject].append(each.finding)
    subjects = list(dict.fromkeys([*violations, *(each.name for each in report.subjects)]))
    not_evaluated = outcome.verdict == "not_evaluated"
    tests = [report.title] if not_evaluated or not subjects else subjects
    suite = Element(
        "testsuite",
        name=f"{report.title} of {shown(outcome.place.endpoint)}",
        tests=str(len(tests)),
        failures=str(len(violations)),
        errors=str(int(not_evaluated)),
        skipped="0",
    )
    for subject in tests:
        test = SubElement(suite, "testcase", classname=report.kind, name=shown(subject))
        if not_evaluated:
            SubElement(test, "error", type="not_evaluated", message=shown(report.headline))
        elif violations[subject]:
            _failure(test, violations[subject])
    root = Element("testsuites")
    root.append(suite)
    indent(root)
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _failure(test: Element, found: Sequence[Finding]) -> None:
    sentences = [shown(finding_sentence(each), 1_000) for each in found]
    checks = ", ".join(dict.fromkeys(each.check for each in found))
    SubElement(test, "failure", type=checks, message=sentences[0]).text = "\n".join(sentences)
