"""What a bias execution says to people, from summaries written by hand and from SageMaker's own files."""

import json
from collections.abc import Sequence
from datetime import timedelta
from math import inf
from pathlib import Path

import pytest

from driftline.domain.alarms.severity import Severity
from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.files import ExecutionFiles
from driftline.domain.executions.past import PastExecution
from driftline.domain.incidents.message import Message, MessageKind
from driftline.kinds.model_bias.reporter import REPORTER
from driftline.kinds.model_bias.rules.metrics import METRICS
from driftline.kinds.model_bias.rules.summary import BiasMetricSummary, BiasSummary, ValueCoverage
from driftline.presentation.cells import cell_text
from driftline.presentation.headline import finding_sentence
from driftline.presentation.messages.evidence import figures, lines, subject
from driftline.presentation.messages.findings import findings_of
from driftline.presentation.pages.execution.html import render
from driftline.presentation.pages.execution.view import page_view
from driftline.presentation.pages.overview.recording import record_of
from driftline.presentation.report import Charts, Report
from driftline.presentation.tables import Marks, Matrix, Table
from tests.bias_summaries import LOST_RECALL, RECALL_LOST, START, files_of, group, metrics, place, summary

ANALYSIS = {
    "version": "1.0",
    "post_training_bias_metrics": {
        "label": "Target",
        "facets": {
            "Sex": [
                {
                    "value_or_threshold": "0",
                    "metrics": [
                        {"name": "RD", "description": "Recall Difference (RD)", "value": 0.1725},
                        {"name": "CDDPL", "description": "", "value": None, "error": "Group variable is empty or not provided"},
                        {"name": "TE", "description": "Treatment Equality (TE)", "value": "Infinity"},
                    ],
                }
            ]
        },
        "label_value_or_threshold": "1",
    },
}  # fmt: skip
VIOLATIONS = {
    "version": "1.0",
    "violations": [
        {
            "facet": "Sex",
            "facet_value": "0",
            "metric_name": "RD",
            "constraint_check_type": "bias_drift_check",
            "description": "Metric value 0.1725 doesn't meet the baseline constraint requirement 0.1308",
        }
    ],
}


def past(*hours: int) -> list[PastExecution]:
    return [REPORTER.past(place(hour), {"summary.json": summary(hour=hour).to_json().encode()}) for hour in hours]


def report_of(found: BiasSummary, earlier: Sequence[PastExecution] = ()) -> Report:
    return REPORTER.report(REPORTER.read(place(), files_of(found)), earlier)


def page_of(report: Report) -> str:
    return render(page_view(report, over_time=None)).decode()


def table(report: Report, name: str) -> Table:
    return next(each for each in report.tables if each.name == name)


def column(found: Table, name: str) -> list[object]:
    place_of = next(i for i, each in enumerate(found.columns) if each.name == name)
    return [row.cells[place_of] for row in found.ordered]


@pytest.fixture(scope="module")
def worse() -> Report:
    return report_of(summary([group(metrics=LOST_RECALL)], [RECALL_LOST]), past(-3, -2, -1))


def test_the_headline_is_the_sentence(worse: Report) -> None:
    assert worse.headline == (
        "Recall for Sex = Female is 9.1 points below the others (95 % interval 5.2 to 13.0; 1.5 at the baseline)"
    )
    assert [each.subject for each in worse.evidence] == ["Sex = Female"]
    facts = {fact.label: fact.value for fact in worse.evidence[0].facts}
    assert facts["RD"] == "0.091"
    assert facts["Baseline"] == "0.015, 95 % interval 0.001 to 0.029"
    assert "Threshold" not in facts
    assert facts["Rows behind it"] == "6,000"
    assert [chart.series.name for chart in worse.evidence[0].charts if hasattr(chart, "series")] == ["RD"]


def test_the_headlines_figure_over_time_with_the_baseline(worse: Report) -> None:
    assert worse.main is not None
    assert worse.main.key == ("Sex = Female", "RD")
    assert worse.main.baseline == 0.015
    assert (worse.main.known, worse.main.last.lower, worse.main.last.upper) == (4, 0.052, 0.13)
    assert {each.key for each in worse.series} == {("Sex = Female", name) for name in METRICS}


def test_what_is_violated_is_read_first_and_results_are_words(worse: Report) -> None:
    found = table(worse, "metrics")
    names, states = column(found, "metric"), column(found, "state")
    by_name = dict(zip(names, states, strict=True))

    assert names[0] == "RD"
    assert by_name["RD"] == Marks(("worse",))
    assert by_name["DPL"] == Marks(otherwise="not enough data: about 1,200 rows needed", plain=True)
    assert by_name["CDDL"] == Marks(otherwise="no value: Group variable is empty or not provided", plain=True)
    assert by_name["AD"] == Marks(otherwise="unchanged")
    assert by_name["KS"] == Marks(otherwise="not watched")


def test_an_opened_metric_says_what_it_means(worse: Report) -> None:
    found = table(worse, "metrics")
    recall = next(row for row in found.rows if row.subject == "Sex = Female: RD")
    impact = next(row for row in found.rows if row.subject == "Sex = Female: DI")
    assert recall.detail is not None
    assert impact.detail is not None
    words = {each.title: each.texts[0] for each in recall.detail.words}

    assert words["Formula"] == METRICS["RD"].formula
    assert words["What it means"] == METRICS["RD"].meaning
    assert words["Positive if"] == "The model misses more good cases in the group."
    assert words["By chance"].startswith("In < 0.1 % of windows")
    assert [each.texts for each in impact.detail.words if each.title == "Limit"] == [("At least 0.8: held.",)]
    assert len(recall.detail.charts) == 1
    assert (
        dict(zip(column(table(worse, "metrics"), "metric"), column(table(worse, "metrics"), "limit"), strict=True))[
            "DI"
        ]
        == "at least 0.8: held"
    )
    assert "limit" not in [each.name for each in table(report_of(summary()), "metrics").columns]


def test_the_groups_stand_next_to_each_other(worse: Report) -> None:
    rates = table(worse, "rates")
    groups = worse.sections[0]
    matrix = next(part for part in groups.parts if isinstance(part, Matrix))

    assert column(rates, "rate") == ["Positive labels", "Acceptance", "Recall", "Precision", "Specificity", "Accuracy"]
    assert column(rates, "interval")[2] == "48.0 to 52.0 %"
    assert (column(rates, "baseline")[2], column(rates, "others_baseline")[2]) == (0.51, 0.56)
    assert sum(cell.rows for _, cells in matrix.rows[:2] for cell in cells) == 2_000
    assert matrix.rows[0][1][0].baseline == 0.51
    assert [name for name, _ in matrix.rows[2:]] == ["All others: label positive", "All others: label negative"]


def test_infinite_is_a_word_everywhere(worse: Report) -> None:
    page = page_of(worse)

    assert "infinite" in page
    assert "Infinity" not in page.split("<main")[1].split("<script")[0]
    assert column(table(worse, "statistics"), "value")[2] == inf
    assert "∞" not in page


def test_small_groups_are_there_without_values() -> None:
    secret = metrics({"RD": BiasMetricSummary(name="RD", value=0.777123, result="violation", violated=True)})
    few = group("Other", 4, metrics=secret, outcomes={"tp": 777_123, "fp": 0, "fn": 0, "tn": 0})
    finding = RECALL_LOST.model_copy(update={"subject": "Sex = Other", "observed": 0.777123})
    found = report_of(summary([group(), few], [finding]), past(-2, -1))
    page = page_of(found)

    assert found.headline == "Sex = Other is not shown by value: fewer than 10 rows in the group or among the others"
    assert "fewer than 10" in column(table(found, "coverage"), "shown")
    assert "1 group is not shown by value" in page
    assert "777" not in page
    assert {each.subject for each in found.series} == {"Sex = Female"}
    assert not any("Other" in row.subject for each in found.tables for row in each.rows)


def test_a_group_against_a_handful_of_others_is_not_shown_either() -> None:
    found = report_of(summary([group(other_rows=3, metrics=LOST_RECALL)]))

    assert found.headline.startswith("No violations: every group, or what it is compared with, has fewer than 10 rows")
    assert not found.series
    earlier = summary([group(other_rows=3), group("Few", 4)])
    assert not REPORTER.past(place(), {"summary.json": earlier.to_json().encode()}).figures


def test_a_quiet_window_says_its_largest_gap() -> None:
    assert report_of(summary()).headline == (
        "No violations. The largest gap: Specificity for Sex = Female is 4.6 points above the others "
        "(95 % interval 2.6 to 6.6; 4.3 at the baseline)."
    )


def test_a_window_of_nothing_has_its_reason() -> None:
    found = report_of(summary([], rows=0, coverage=[]))

    assert found.headline == "No rows: nothing was captured in the window."
    assert found.outcome.verdict == "not_evaluated"
    assert page_of(found)


def test_without_a_baseline() -> None:
    lone = tuple(each.model_copy(update={"baseline": None, "baseline_interval": None, "result": "not_compared"}) for each in metrics())  # fmt: skip
    found = report_of(summary([group(metrics=lone, rates=())], evaluated=0, why_empty="There is no baseline."))

    assert found.headline == "There is no baseline."
    assert found.main is not None
    assert found.main.baseline is None
    assert "groups" not in [each.name for each in found.sections]
    assert page_of(found)


def test_rows_that_were_judged_together() -> None:
    found = report_of(summary(since=START - timedelta(days=29)))

    assert ("Judged together", "all rows since 31 Jan 2026, 12:00 UTC") in [(f.label, f.value) for f in found.facts]


HOSTILE = "<script>alert(1)</script>\n\u202e]]>|"


def test_hostile_names_and_a_thousand_groups() -> None:
    groups = [group(f"{HOSTILE}{i}", 1_000 - i % 900, title=f"{HOSTILE}{i}") for i in range(1_000)]
    coverage = [ValueCoverage(value=f"{HOSTILE}{i}", rows=50, labelled=5, predicted=5) for i in range(500)]
    finding = RECALL_LOST.model_copy(update={"subject": f"{HOSTILE} = {HOSTILE}7"})
    found = report_of(summary(groups, [finding], facet=HOSTILE, coverage=coverage), past(-1))
    page = page_of(found)

    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert len(page) < 2_000_000
    assert "25 of 1,000 groups are shown; analysis.json has all." in page
    assert len(table(found, "coverage").rows) == 100
    assert len(table(found, "metrics").rows) == 25 * 21
    assert len(record_of(found, None).figures) == 25 * 21


def test_violated_groups_have_their_place_among_a_thousand() -> None:
    groups = [*(group(f"g{i}") for i in range(1_000)), group("Female", 20, metrics=LOST_RECALL)]
    found = report_of(summary(groups, [RECALL_LOST]))

    assert table(found, "rates").rows[0].subject.startswith("Sex = Female: ")


def test_a_message_has_the_sentence_the_figures_and_no_ids() -> None:
    read = REPORTER.read(place(), files_of(summary([group(metrics=LOST_RECALL)], [RECALL_LOST])))
    said = read.outcome.findings[0]
    messages = findings_of(summary([group()], read.outcome.findings))

    assert messages.headline == finding_sentence(said)
    assert messages.headline.startswith("Recall for Sex = Female is 9.1 points below the others")
    assert subject(said) == "Sex = Female"
    assert figures(said) == (
        "RD 0.091, 6,000 rows, 95 % interval 0.052 to 0.13, 0.015 in the baseline (by chance in < 0.1 % of windows at most)"
    )
    assert said.inference_ids == ()


def test_a_message_has_every_findings_sentence_with_its_rows() -> None:
    second = RECALL_LOST.model_copy(update={"figure": "DI", "observed": 0.7, "required": 0.9, "interval": (0.6, 0.8)})
    few = RECALL_LOST.model_copy(update={"subject": "Sex = Few"})
    found = summary([group(metrics=LOST_RECALL), group("Few", 4)], [RECALL_LOST, second, few])
    read = REPORTER.read(place(), files_of(found))
    shown = findings_of(found.model_copy(update={"findings": read.outcome.findings}))
    message = Message(
        id="m1",
        kind=MessageKind.OPENED,
        severity=Severity.WARNING,
        headline=shown.headline,
        evidence=shown.evidence,
        at=START,
    )

    assert lines(message) == [
        (
            "Sex = Female",
            (
                "Acceptance for Sex = Female is 0.7 times that of the others "
                "(95 % interval 0.6 to 0.8; 0.9 at the baseline), 6,000 rows"
            ),
        ),
        ("Sex = Few", "Sex = Few is not shown by value: fewer than 10 rows in the group or among the others"),
    ]


class TestSageMakersFiles:
    def files(self, **more: object) -> ExecutionFiles:
        own = {"analysis.json": ANALYSIS, **{name.replace("__", "."): body for name, body in more.items()}}
        return ExecutionFiles({name: json.dumps(body).encode() for name, body in own.items()})

    def test_they_are_recognised_by_their_content(self) -> None:
        assert REPORTER.recognises(place(), self.files())
        explained = ExecutionFiles({"analysis.json": b'{"version": "1.0", "explanations": {}}'})
        assert not REPORTER.recognises(place(), explained)
        assert not REPORTER.recognises(place(), ExecutionFiles({"statistics.json": b"{}"}))
        with pytest.raises(InvalidInputError, match="not JSON"):
            REPORTER.recognises(place(), ExecutionFiles({"analysis.json": b"{"}))

    def test_without_a_violations_file_nothing_is_violated(self) -> None:
        read = REPORTER.read(place(), self.files())
        found = REPORTER.report(read, [])

        assert (found.outcome.verdict, found.outcome.rows) == ("good", None)
        assert found.headline == "No violations. The largest gap: Recall for Sex = 0 is 17.2 points below the others."
        assert "Rows" not in [fact.label for fact in found.facts]
        assert page_of(found)

    def test_violations_have_the_sentence_with_the_baselines_value(self) -> None:
        files = self.files(constraint_violations__json=VIOLATIONS)
        before = json.dumps(ANALYSIS).replace("0.1725", "0.1308").encode()
        found = REPORTER.report(REPORTER.read(place(), ExecutionFiles(files.own, {"analysis.json": before})), [])

        assert found.outcome.verdict == "violations"
        assert found.headline == "Recall for Sex = 0 is 17.2 points below the others (13.1 at the baseline)"
        assert column(table(found, "metrics"), "sagemaker") == [True, False, False]
        assert {fact.label: fact.value for fact in found.evidence[0].facts}["Baseline"] == "0.1308"

    @pytest.mark.parametrize("case", ["good_cases", "bad_cases"])
    def test_real_ones_make_a_page(self, shared_data: Path, case: str) -> None:
        folder = shared_data / "clarify_check_step" / "data_bias"
        files = ExecutionFiles(
            {"analysis.json": (folder / "good_cases" / "analysis.json").read_bytes()},
            {"analysis.json": (folder / case / "analysis.json").read_bytes()},
        )
        found = REPORTER.report(REPORTER.read(place(), files), [])
        flagged = dict(
            zip(column(table(found, "metrics"), "metric"), column(table(found, "metrics"), "sagemaker"), strict=True)
        )

        assert "The share of positive labels for F1 > 0.5 is 1.5 points below the others" in found.headline
        assert REPORTER.recognises(place(), files)
        assert len(flagged) == 8
        assert [name for name, said in flagged.items() if said] == (["KS"] if case == "bad_cases" else [])
        assert page_of(found)

    def test_the_past_has_its_figures_and_violations(self) -> None:
        files = self.files(constraint_violations__json=VIOLATIONS).own
        found = REPORTER.past(place(), files)

        assert found.violations == {("Sex = 0", "bias_drift_check")}
        assert found.figures["Sex = 0", "RD"].value == 0.1725
        assert found.figures["Sex = 0", "TE"].value is None
        assert (found.rows, found.verdict) == (None, "violations")
        with pytest.raises(InvalidInputError, match="no such file"):
            REPORTER.past(place(), {})

    def test_an_interval_is_one_subject_whatever_its_upper_end_is(self) -> None:
        def of(highest: str) -> dict[str, bytes]:
            body = json.dumps(ANALYSIS).replace(
                '"value_or_threshold": "0"', f'"value_or_threshold": "(40.0, {highest}]"'
            )
            return {"analysis.json": body.encode()}

        assert REPORTER.past(place(), of("71.0")).figures.keys() == REPORTER.past(place(), of("90.5")).figures.keys()
        found = REPORTER.report(
            REPORTER.read(place(), ExecutionFiles(of("90.5"))), [REPORTER.past(place(-1), of("71.0"))]
        )
        assert next(each.title for each in found.series) == "Recall Difference, Sex > 40.0"
        assert found.series[0].known == 2

    def test_the_baseline_table(self) -> None:
        found = REPORTER.baseline({"analysis.json": json.dumps(ANALYSIS).encode()}, "the baseline")

        assert [row.subject for row in found.rows] == ["Sex = 0: RD", "Sex = 0: CDDPL", "Sex = 0: TE"]
        assert column(found, "shown") == ["0.1725", "–", "infinite"]
        assert column(found, "error")[1] == "Group variable is empty or not provided"
        with pytest.raises(InvalidInputError, match="the baseline"):
            REPORTER.baseline({"analysis.json": b"{}"}, "the baseline")


def test_every_cell_can_be_said(worse: Report) -> None:
    for each in worse.tables:
        for row in each.rows:
            assert len(row.cells) == len(each.columns)
            assert all(
                cell_text(cell, column.holds) is not None for cell, column in zip(row.cells, each.columns, strict=True)
            )


def test_charts_of_the_headlines_metric_for_each_group() -> None:
    found = report_of(summary([group(metrics=LOST_RECALL), group("Other")], [RECALL_LOST]), past(-2, -1))
    charts = next(part for part in found.sections[2].parts if isinstance(part, Charts))

    assert charts.title == "Recall Difference over time"
    assert [chart.series.subject for chart in charts.charts if hasattr(chart, "series")] == ["Sex = Female"]


def test_the_summary_of_another_kind_is_not_recognised() -> None:
    other = summary().to_json().replace('"model_bias"', '"model_quality"', 1)
    own = {"summary.json": other.encode(), "analysis.json": json.dumps(ANALYSIS).encode()}

    assert not REPORTER.recognises(place(), ExecutionFiles(own))
    with pytest.raises(InvalidInputError, match="summary of bias"):
        REPORTER.past(place(), {"summary.json": b"[]"})
