"""What an execution of attribution drift says to people, from summaries of a small model and from SageMaker's files."""

import json
from collections.abc import Sequence
from io import StringIO
from itertools import pairwise
from math import log
from statistics import fmean

import numpy as np
import pytest
from rich.console import Console
from sklearn.metrics import ndcg_score

from driftline.cli.report import show_report
from driftline.domain.errors import InvalidInputError
from driftline.domain.executions.files import ExecutionFiles
from driftline.domain.executions.finding import Finding
from driftline.domain.executions.past import PastExecution
from driftline.kinds.model_explainability.page.values import levels, numbers_of
from driftline.kinds.model_explainability.reporter import REPORTER
from driftline.kinds.model_explainability.rules.sentences import feature_clause
from driftline.kinds.model_explainability.rules.summary import (
    ExplainabilitySummary,
    ExplainedRow,
    FeatureSummary,
    Fidelity,
)
from driftline.presentation.attribution_charts import Amounts, DependenceCurve, Swarm, Waterfall
from driftline.presentation.cells import cell_text
from driftline.presentation.charts import Chart, OverTime, Scatter
from driftline.presentation.messages.evidence import figures
from driftline.presentation.messages.findings import findings_of
from driftline.presentation.pages.execution.html import render
from driftline.presentation.pages.execution.view import page_view
from driftline.presentation.pages.overview.recording import record_of
from driftline.presentation.report import Charts, Report
from driftline.presentation.tables import Marks, Medium, Table
from driftline.reader.charts import chart_of
from tests.explainability_summaries import (
    DRIFT,
    EXPECTED,
    WEIGHTS,
    explained,
    files_of,
    output,
    place,
    summary,
)
from tests.fakes import InMemoryStore

ANALYSIS = {
    "version": "1.0",
    "explanations": {
        "kernel_shap": {
            "label0": {
                "global_shap_values": {"Age": 0.1, "Income": 0.2, "Job": 0.7},
                "expected_value": 0.2506,
            }
        },
        "pdp": [
            {
                "feature_name": "Age",
                "data_type": "numerical",
                "feature_values": [20.4, 23.2, 26.0],
                "data_distribution": [0.3, 0.5, 0.2],
                "model_predictions": [[0.1, 0.2, 0.4]],
                "label_headers": ["label0"],
            },
            {"feature_name": "Note", "data_type": "free_text", "error": "Detected data type is not supported for PDP."},
        ],
    },
}
BASELINE = {
    "version": "1.0",
    "explanations": {
        "kernel_shap": {"0.79567": {"global_shap_values": {"Age": 0.7, "Income": 0.5, "Job": 0.05, "Pet": 0.01}}}
    },
}
VIOLATIONS = {
    "version": "1.0",
    "violations": [
        {
            "label": "label0",
            "metric_name": "shap",
            "constraint_check_type": "feature_attribution_drift_check",
            "description": "Feature attribution drift 0.687639624122622 exceeds threshold 0.9",
        }
    ],
}


def past(*hours: int) -> list[PastExecution]:
    return [REPORTER.past(place(hour), {"summary.json": summary(hour=hour).to_json().encode()}) for hour in hours]


def report_of(found: ExplainabilitySummary, earlier: Sequence[PastExecution] = ()) -> Report:
    return REPORTER.report(REPORTER.read(place(), files_of(found)), earlier)


def table(report: Report, name: str) -> Table:
    return next(each for each in report.tables if each.name == name)


def column(found: Table, name: str) -> list[object]:
    place_of = next(i for i, each in enumerate(found.columns) if each.name == name)
    return [row.cells[place_of] for row in found.ordered]


def charts(report: Report, name: str) -> tuple[Chart, ...]:
    parts = [part for section in report.sections for part in section.parts]
    return next(part.charts for part in parts if isinstance(part, Charts) and part.name == name)


def page_of(report: Report) -> str:
    return render(page_view(report, over_time=None)).decode()


@pytest.fixture(scope="module")
def drifted() -> Report:
    return report_of(summary(drifted=True), past(-3, -2, -1))


@pytest.fixture(scope="module")
def quiet() -> Report:
    return report_of(summary())


def test_the_headline_says_what_moved_by_how_much_and_how_sure(drifted: Report) -> None:
    assert drifted.headline == (
        "duration has turned: values that raised the prediction in the baseline lower it now, and the reverse; "
        "income contributes 48.4 % of what it did in the baseline (95 % interval 45 % to 51.8 %)"
    )
    (evidence,) = drifted.evidence
    facts = {fact.label: fact.value for fact in evidence.facts}
    assert facts["AUC"] == "0.8312"
    assert facts["Threshold"] == "at most 0.6"
    assert facts["SageMaker would have said"] == "no violation: NDCG 0.9731, at least 0.9 required"
    assert facts["Window against baseline"] == (
        "A classifier tells the window’s attributions from the baseline’s with AUC 0.831 "
        "(95 % interval 0.808 to 0.854; 0.5 is not at all, from 0.6 on it is drift)."
    )
    assert [type(chart) for chart in evidence.charts] == [Amounts, Scatter, Scatter]


def test_a_quiet_window_says_what_contributes_most(quiet: Report) -> None:
    sizes = [np.abs([row.attributions[0] for row in side]).mean(axis=0) for side in (explained(100), explained(7, 250))]
    now, then = (f"{100 * size[0] / size.sum():.1f} %" for size in sizes)  # income is the first feature
    assert quiet.headline == (
        "No violations. The model’s reasons are those of the baseline (AUC 0.512): "
        f"income contributes {now} of all attribution ({then} in the baseline)"
    )
    facts = {fact.label: fact.value for fact in quiet.facts}
    assert facts["Explained by"] == "exact TreeSHAP, of the model’s own file: model.tar.gz"
    assert facts["Rows explained"] == "400 (a sample), next to 250 of the baseline"
    assert "3 rows without attributions: an inference without features." in quiet.notes


def test_features_that_moved_are_read_first_with_their_intervals(drifted: Report) -> None:
    found = table(drifted, "features")
    names, states = column(found, "feature"), column(found, "state")

    assert names[:3] == ["duration", "income", "job"]
    assert states[:3] == [Marks(("has turned",)), Marks(("contributes less",)), Marks(otherwise="unchanged")]
    assert column(found, "multiple")[1] == "0.484 (0.45 to 0.518)"
    assert column(found, "ranks")[1] == "3, was 1"
    now, then = explained(100, changed={"income": 0.5, "duration": -1.0}), explained(7, 250)
    place_of = list(WEIGHTS).index("income")
    means = [fmean(abs(row.attributions[0][place_of]) for row in side) for side in (now, then)]
    assert [column(found, name)[1] for name in ("value", "baseline")] == means
    notebook = [each.name for each in found.columns if each.on & Medium.NOTEBOOK]
    assert {"ratio", "ratio_lower", "ratio_upper", "p_value", "change", "named"} <= set(notebook)


def test_bars_are_sorted_and_say_their_figures(drifted: Report) -> None:
    bars, swarm = charts(drifted, "attributions")
    assert isinstance(bars, Amounts)

    assert len(bars.names) == 10
    known = [each for each in bars.current if each is not None]
    assert known == sorted(known, reverse=True)
    assert bars.about.startswith(
        "Mean |attribution| of the 10 features that contribute most, window next to baseline: "
    )
    assert bars.behind.rows[0][0] == bars.names[0] == "duration"
    assert bars.behind.head == ("Feature", "Window", "Share", "Baseline", "Its share")
    assert isinstance(swarm, Swarm)
    assert [name for name, _ in swarm.lines] == list(bars.names)


def test_a_beeswarm_places_every_row_the_same_way_each_time(drifted: Report) -> None:
    swarm = charts(drifted, "attributions")[1]
    again = charts(report_of(summary(drifted=True)), "attributions")[1]
    assert isinstance(swarm, Swarm)
    assert swarm == again

    lines = dict(swarm.lines)
    assert {len(points) for points in lines.values()} == {300}
    assert all(abs(point.offset) <= 1.0 for points in lines.values() for point in points)
    assert {point.level for point in lines["job"]} == {None}
    # Of a weight that has turned, high values lower the prediction.
    xs, heights = zip(*((point.x, point.level) for point in lines["duration"]), strict=True)
    assert np.corrcoef(xs, heights)[0, 1] < -0.9
    rows = {row[0]: row for row in swarm.behind.rows}
    assert rows["duration"][4].startswith("0.")
    assert rows["duration"][5].startswith("\N{MINUS SIGN}0.")
    assert rows["job"][4:] == ("–", "–")


def test_levels_are_ranks_within_the_feature() -> None:
    values = [3.0, 1.0, None, 1.0, 1e9, 2.0]
    known = np.array([each for each in values if each is not None])
    ranks = np.array([(np.sum(known < each) + np.sum(known <= each)) / 2 for each in known])

    found = [each for each in levels(values) if each is not None]
    assert found == pytest.approx((ranks - ranks.min()) / (ranks.max() - ranks.min()))
    assert levels(values)[2] is None
    assert levels([5.0, 5.0]) == [0.5, 0.5]
    assert numbers_of(["1", "x"]) is None
    assert numbers_of(["1e3", None]) == [1000.0, None]
    assert numbers_of(["nan"]) is None
    assert numbers_of([None]) is None


def test_waterfalls_add_up_to_the_prediction(drifted: Report) -> None:
    rows = {row.id: row for row in explained(100, changed={"income": 0.5, "duration": -1.0})}
    drawn = [chart for row in table(drifted, "inferences").rows if row.detail for chart in row.detail.charts]
    assert len(drawn) == 21

    for chart in drawn:
        assert isinstance(chart, Waterfall)
        name = chart.title.rpartition(": ")[2]
        assert chart.start == ("Expected value", EXPECTED)
        assert chart.end[1] == rows[name].prediction[0]
        assert all(one.end == other.begin for one, other in pairwise(chart.steps))
        assert chart.steps[-1].end == chart.end[1]
        assert chart.steps[-1].name == "6 other features"  # three are drawn together, and three are not in the file
        sizes = [abs(each.end - each.begin) for each in chart.steps[:-1]]
        assert sizes == sorted(sizes, reverse=True)
    (first,) = charts(drifted, "waterfalls")
    assert isinstance(first, Waterfall)
    assert first.title == "An inference behind the violation: id-17"


def test_without_an_expected_value_a_waterfall_begins_at_the_rest() -> None:
    now, then = explained(1, 20), explained(2, 20)
    found = summary(body={"outputs": (output(now, then, expected_value=None),), "rows": tuple(now)})

    chart = table(report_of(found), "inferences").rows[0].detail.charts[0]  # type: ignore[union-attr]

    assert isinstance(chart, Waterfall)
    assert chart.start[0] == "Expected value and other features"
    assert chart.start[1] + sum(each.end - each.begin for each in chart.steps) == pytest.approx(chart.end[1])


def test_log_odds_end_at_the_log_odds_of_the_prediction() -> None:
    rows = [
        ExplainedRow(
            id=f"r{i}", prediction=(p,), values=tuple("1" * len(WEIGHTS)), attributions=((0.1,) * len(WEIGHTS),)
        )
        for i, p in enumerate((0.0, 0.25, 0.5))
    ]
    report = report_of(summary(body={"logit": True, "rows": tuple(rows)}))

    ends = {
        row.subject: [chart.end for chart in row.detail.charts if isinstance(chart, Waterfall)]
        for row in table(report, "inferences").rows
        if row.detail
    }
    assert ends == {
        "r2": [("Prediction (log-odds)", 0.0)],
        "r1": [("Prediction (log-odds)", pytest.approx(log(1 / 3)))],
        "r0": [],
    }


def test_dependence_has_the_baseline_behind_it_and_groups_of_categories(drifted: Report) -> None:
    by_title = {chart.title: chart for chart in charts(drifted, "dependence") if isinstance(chart, Scatter)}
    duration, job = by_title["Contribution of duration by its value"], by_title["Contribution of job by its value"]

    assert (len(duration.current), len(duration.baseline)) == (300, 250)
    assert np.corrcoef(np.array(duration.current).T)[0, 1] < -0.999
    assert np.corrcoef(np.array(duration.baseline).T)[0, 1] > 0.999
    assert duration.behind is not None
    assert sum([int(row[1]) for row in duration.behind.rows]) == 300
    assert set(job.places) == {"nurse", "teacher", "engineer", "retired"}
    assert job.behind is not None
    means = {row[0]: row[2] for row in job.behind.rows}
    assert means["engineer"] == "0.06"
    assert all(round(x) in range(4) for x, _ in job.current)


def test_partial_dependence_stands_over_its_data(quiet: Report) -> None:
    job, age = charts(quiet, "curves")
    assert isinstance(age, DependenceCurve)
    assert isinstance(job, DependenceCurve)

    assert job.places == ("nurse", "teacher", "engineer", "retired")
    assert age.places[0] == 19.5
    assert sum(age.shares) == pytest.approx(1.0)
    assert age.about == (
        "Mean prediction by age: from 0.1975 where age is 19.5 and 0.4725 where age is 74.5. "
        "The table has all values, with their shares of the rows."
    )


def test_what_decided_is_the_trend_and_shares_have_the_baselines(drifted: Report) -> None:
    assert drifted.main is not None
    assert drifted.main.key == ("", "auc")
    assert (drifted.main.limit, drifted.main.side, drifted.main.violated) == (0.6, "at_most", True)
    assert (drifted.main.known, drifted.main.last.lower) == (4, 0.808)
    assert [each.key for each in drifted.trend] == [("", "auc")]
    income = next(each for each in drifted.series if each.key == ("income", "share"))
    assert income.known == 4
    assert income.violated
    drawn = [chart.series.key for chart in charts(drifted, "attributions-over-time") if isinstance(chart, OverTime)]
    assert drawn[:3] == [("", "ndcg"), ("duration", "share"), ("income", "share")]
    record = record_of(drifted, None)
    assert {"auc", "ndcg", "income", "duration"} <= {each.name for each in record.figures}


def test_sagemakers_rule_is_drawn_against_its_threshold() -> None:
    lost = Finding(subject="label0", check="feature_attribution_drift_check", description="d", figure="ndcg",
                   observed=0.7, required=0.9, side="at_least")  # fmt: skip
    rows = output(explained(1, 50), explained(2, 50), ndcg=0.7, auc=None, auc_interval=None, sagemaker="it says so")
    report = report_of(summary(findings=[lost], body={"comparison": "sagemaker", "outputs": (rows,)}))

    assert report.main is not None
    assert (report.main.key, report.main.limit, report.main.violated) == (("", "ndcg"), 0.9, True)
    assert report.headline == (
        "The ranking of the features by what they contribute has changed: NDCG 0.7, at least 0.9 required"
    )
    facts = {fact.label: fact.value for fact in report.facts}
    assert facts["SageMaker would have said"] == "a violation: NDCG 0.7, at least 0.9 required"


def test_several_outputs_are_told_apart() -> None:
    now, then = explained(1, 50), explained(2, 50)
    rows = tuple(
        row.model_copy(
            update={
                "prediction": (row.prediction[0], 1.0 - row.prediction[0]),
                "attributions": (row.attributions[0], tuple(-x for x in row.attributions[0])),
            }
        )
        for row in now
    )
    outputs = (
        output(now, then, label="yes"),
        output(now, then, label="no", changed={"income": (0.5, "less")}, expected_value=1.0 - EXPECTED),
    )
    found = DRIFT.model_copy(update={"subject": "no", "inference_ids": ()})
    report = report_of(summary(findings=[found], body={"outputs": outputs, "rows": rows, "outputs_left_out": 4}))

    assert report.headline.startswith("no: income contributes ")
    assert {each.subject for each in table(report, "features").rows} >= {"yes: income", "no: income"}
    assert ("no: AUC", "auc") in {each.key for each in report.series}
    bars = [chart.title for chart in charts(report, "attributions") if isinstance(chart, Amounts)]
    assert bars == ["Mean |attribution| by feature, no", "Mean |attribution| by feature, yes"]
    highest, lowest = charts(report, "waterfalls")
    assert isinstance(highest, Waterfall)
    assert highest.start == ("Expected value", 1.0 - EXPECTED)
    assert highest.end[1] == max(row.prediction[1] for row in rows)
    assert isinstance(lowest, Waterfall)
    assert "4 more outputs not shown" in table(report, "outputs").note


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("more", "income contributes 2.1 times what it did in the baseline (95 % interval 1.9 to 2.3)"),
        ("less", "income contributes 50 % of what it did in the baseline"),
        ("gone", "income no longer contributes (20 % of all attribution in the baseline)"),
        ("new", "income contributes now (10 % of all attribution), and did not in the baseline"),
        ("moved", "the contributions of income are spread differently than in the baseline (distance 0.4 of 1)"),
        ("none", "income contributes 10 % of all attribution (20 % in the baseline)"),
    ],
)
def test_a_change_is_a_clause(change: str, said: str) -> None:
    given = {"ratio": 2.1, "ratio_interval": (1.9, 2.3)} if change == "more" else {"ratio": 0.5}
    feature = FeatureSummary.model_validate(
        {"name": "income", "value": 0.1, "share": 0.1, "baseline_share": 0.2, "rank": 1, "distance": 0.4} | given
        | {"change": change}
    )  # fmt: skip

    assert feature_clause(feature) == said


def test_a_surrogates_fidelity_stands_at_the_top() -> None:
    found = summary(body={"source": "surrogate", "explained_by": "", "fidelity": Fidelity(r2=0.934, baseline_r2=0.97)})

    facts = {fact.label: fact.value for fact in report_of(found).facts}

    assert facts["Fidelity of the surrogate"] == "R² 0.934 (0.97 in the baseline)"
    assert facts["Explained by"] == "exact TreeSHAP, of a surrogate, a model fitted to the endpoint’s answers"


def test_a_window_without_rows_says_why() -> None:
    report = report_of(summary(rows=0))

    assert report.headline == "No rows: nothing was captured in the window."
    assert report.sections == ()
    assert "No rows: nothing was captured in the window." in page_of(report)


def sagemakers(*, violated: bool = True, baseline: bool = True) -> Report:
    own = {"analysis.json": json.dumps(ANALYSIS).encode()}
    if violated:
        own["constraint_violations.json"] = json.dumps(VIOLATIONS).encode()
    given = {"analysis.json": json.dumps(BASELINE).encode()} if baseline else {}
    files = ExecutionFiles(own, given)
    assert REPORTER.recognises(place(), files)
    earlier = [REPORTER.past(place(-1), own)]
    return REPORTER.report(REPORTER.read(place(), files), earlier)


def test_sagemakers_files_are_enough() -> None:
    report = sagemakers()

    assert report.headline == (
        "The ranking of the features by what they contribute has changed: NDCG 0.6876, at least 0.9 required"
    )
    found = table(report, "features")
    assert column(found, "feature") == ["Job", "Income", "Age", "Pet"]  # what the window lacks comes last
    assert column(found, "baseline") == [0.05, 0.5, 0.7, 0.01]  # though the output has another name there
    assert column(found, "baseline_rank") == [3, 2, 1, 4]
    assert "distance" not in {each.name for each in found.columns}  # it has none
    assert [chart.places for chart in charts(report, "curves") if isinstance(chart, DependenceCurve)] == [
        (20.4, 23.2, 26.0)
    ]
    assert report.main is not None
    assert (report.main.name, report.main.limit) == ("ndcg", 0.9)
    assert "of files that SageMaker wrote" in page_of(report)


def test_a_quiet_window_of_sagemakers_files_has_its_ndcg() -> None:
    report = sagemakers(violated=False)

    gains, live = [0.7, 0.5, 0.05, 0.01], [0.1, 0.2, 0.7, 0.0]  # Age, Income, Job, Pet
    (found,) = column(table(report, "outputs"), "ndcg")
    assert found == pytest.approx(ndcg_score([gains], [live]))
    assert "NDCG" in report.headline


def test_sagemakers_files_without_violations_or_baseline() -> None:
    report = sagemakers(violated=False, baseline=False)

    assert report.headline == "No violations. Job contributes 70 % of all attribution"
    assert set(column(table(report, "features"), "baseline")) == {None}


def test_bias_in_the_same_file_name_is_not_this_kind() -> None:
    bias = ExecutionFiles({"analysis.json": b'{"version": "1.0", "pre_training_bias_metrics": {}}'})

    assert not REPORTER.recognises(place(), bias)
    assert REPORTER.recognises(place(), files_of(summary()))
    with pytest.raises(InvalidInputError, match="not JSON"):
        REPORTER.recognises(place(), ExecutionFiles({"analysis.json": b"{"}))


@pytest.mark.parametrize(
    "body", [b"{}", b"[1]", b'{"explanations": {"kernel_shap": {"a": {}}}}', b'{"explanations": 1}']
)
def test_a_file_without_explanations_is_an_error(body: bytes) -> None:
    with pytest.raises(InvalidInputError, match=r"explanations\.kernel_shap"):
        REPORTER.read(place(), ExecutionFiles({"analysis.json": body}))


def test_a_baseline_is_a_table() -> None:
    found = REPORTER.baseline({"analysis.json": json.dumps(ANALYSIS).encode()}, "baselines/a")

    first = found.rows[0].cells
    said = [cell_text(cell, col.holds) for cell, col in zip(first, found.columns, strict=True)]
    assert said == ["label0: Job", "Job", "label0", "1", "0.7", "70 %"]
    assert found.note == "Expected value: 0.2506."


def test_a_message_has_the_sentence_and_no_chart() -> None:
    found = summary(drifted=True)
    said = REPORTER.read(place(), files_of(found)).outcome.findings
    shown = findings_of(found.model_copy(update={"findings": said}))

    assert shown.headline.startswith("duration has turned: values that raised the prediction in the baseline lower it")
    assert figures(said[0]) == (
        "AUC 0.8312, at most 0.6, 400 rows, 95 % interval 0.808 to 0.854 (by chance in < 0.1 % of windows at most)"
    )


def test_the_terminal_has_tables_and_no_chart(drifted: Report) -> None:
    console = Console(width=220, record=True, file=StringIO())

    show_report(console, InMemoryStore(), drifted)

    text = console.export_text()
    assert "contributes less" in text
    assert "0.484 (0.45 to 0.518)" in text
    assert "What each feature contributes, row by row" not in text


def test_the_notebook_draws_a_feature_an_inference_and_all_of_a_section(drifted: Report) -> None:
    feature = chart_of(drifted, "duration", "loans").html
    inference = chart_of(drifted, "id-17", "loans").html
    section = chart_of(drifted, "attributions", "loans").html

    assert '"type":"scatter"' in feature
    assert '"type":"waterfall"' in inference
    assert '"type":"amounts"' in section
    assert '"type":"swarm"' in section
    with pytest.raises(InvalidInputError, match="no feature or metric 'nothing'"):
        chart_of(drifted, "nothing", "loans")


def test_without_scripts_the_tables_stand_where_the_charts_were(drifted: Report) -> None:
    page = page_of(drifted)
    tables = [each.partition("</noscript>")[0] for each in page.split("<noscript>")[1:]]

    said = "".join(tables)
    for caption in (
        "Mean |attribution| by feature",
        "What each feature contributes, row by row",
        "Contribution of duration by its value",
        "An inference behind the violation: id-17",
        "Partial dependence on age",
    ):
        assert f"<caption>{caption}</caption>" in said


def test_names_from_data_are_escaped() -> None:
    hostile = "<script>alert(1)</script>\u202e"
    names = tuple(f"{hostile}{i}" for i in range(len(WEIGHTS)))
    page = page_of(report_of(summary(drifted=True, names=names)))

    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;[U+202E]0" in page
