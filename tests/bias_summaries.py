"""Summaries of bias, written by hand as the engine fills them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from driftline.domain.executions.envelope import WindowSpan
from driftline.domain.executions.files import ExecutionFiles
from driftline.domain.executions.finding import Finding
from driftline.domain.executions.place import Place, parse_place
from driftline.domain.keys import report_folder
from driftline.domain.windows import Window
from driftline.kinds.model_bias.page.names import RATES
from driftline.kinds.model_bias.rules.metrics import METRICS
from driftline.kinds.model_bias.rules.summary import (
    BiasBody,
    BiasMetricSummary,
    BiasSummary,
    FacetSummary,
    GroupSummary,
    OutcomesSummary,
    RateSummary,
    ValueCoverage,
)

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
RECALL_LOST = Finding(
    subject="Sex = Female",
    check="bias_drift_check",
    description="Metric value 0.091 doesn't meet the baseline constraint requirement 0.015",
    figure="RD",
    observed=0.091,
    required=0.015,
    interval=(0.052, 0.13),
    n=6_000,
    p_value=0.0004,
    direction="higher",
    certain=True,
    baseline_interval=(0.001, 0.029),
)


class Evaluated:
    """A window of a monitor."""

    endpoint, monitor, model = "loans", "model_bias", None

    def __init__(self, hour: int = 0) -> None:
        start = START + timedelta(hours=hour)
        self.window = Window(start, start + timedelta(hours=1))
        self.scheduled_time = start + timedelta(hours=1)


def place(hour: int = 0) -> Place:
    return parse_place(report_folder("loans", "model_bias", START + timedelta(hours=hour + 1)))


def metrics(changed: Mapping[str, BiasMetricSummary] | None = None) -> tuple[BiasMetricSummary, ...]:
    """All 21, quiet but for those that are given."""
    found = []
    for number, name in enumerate(METRICS):
        value = 0.01 + number / 500
        found.append(
            (changed or {}).get(name)
            or BiasMetricSummary(
                name=name,
                value=value,
                interval=(value - 0.02, value + 0.02),
                baseline=value - 0.003,
                baseline_interval=(value - 0.013, value + 0.007),
                rows=6_000,
                result="unchanged",
                p_value=0.8,
                sagemaker=True,
            )
        )
    return tuple(found)


def group(text: str = "Female", rows: int = 2_000, *, title: str = "", **fields: object) -> GroupSummary:
    """A group of `rows`, against 4,000 others."""
    share = OutcomesSummary(tp=rows // 4, fp=rows // 20, fn=rows // 10, tn=rows - rows // 4 - rows // 20 - rows // 10)
    given: dict[str, object] = {
        "group": text,
        "title": title or f"Sex = {text}",
        "rows": rows,
        "labelled": rows * 9 // 10,
        "predicted": rows,
        "other_rows": 4_000,
        "other_labelled": 3_800,
        "other_predicted": 4_000,
        "small": rows < 10,
        "outcomes": share,
        "other_outcomes": OutcomesSummary(tp=1_200, fp=200, fn=300, tn=2_300),
        "rates": tuple(
            RateSummary(
                name=name,
                group=0.3 + number / 10,
                others=0.35 + number / 10,
                group_interval=(0.28 + number / 10, 0.32 + number / 10),
                others_interval=(0.33 + number / 10, 0.37 + number / 10),
                baseline_group=0.31 + number / 10,
                baseline_others=0.36 + number / 10,
            )
            for number, name in enumerate(RATES)
        ),
        "statistics": {"Accuracy": 0.85, "F1 Score": 0.77, "Conditional Rejection": float("inf")},
        "other_statistics": {"Accuracy": 0.87, "F1 Score": 0.8, "Conditional Rejection": 0.95},
        "metrics": metrics(),
    }
    return GroupSummary.model_validate(given | fields)


LOST_RECALL = metrics(
    {
        "RD": BiasMetricSummary(
            name="RD",
            value=0.091,
            interval=(0.052, 0.13),
            baseline=0.015,
            baseline_interval=(0.001, 0.029),
            rows=6_000,
            result="violation",
            violated=True,
            p_value=0.0004,
            sagemaker=True,
        ),
        "TE": BiasMetricSummary(
            name="TE", value=float("inf"), baseline=2.9, rows=6_000, result="no_value", reason="it has no interval"
        ),
        "CDDL": BiasMetricSummary(
            name="CDDL", value=None, result="no_value", reason="Group variable is empty or not provided"
        ),
        "DPL": BiasMetricSummary(
            name="DPL",
            value=0.04,
            interval=(-0.01, 0.09),
            baseline=0.03,
            rows=300,
            result="not_enough_data",
            reason="the smallest count that it divides by has 3 rows in the window",
            needed=1_200,
        ),
        "DI": BiasMetricSummary(
            name="DI",
            value=0.86,
            interval=(0.8, 0.93),
            baseline=0.88,
            baseline_interval=(0.85, 0.91),
            rows=6_000,
            result="unchanged",
            p_value=0.7,
            limit=(0.8, None),
            standing="held",
        ),
    }
)


def summary(
    groups: Sequence[GroupSummary] | None = None,
    findings: Sequence[Finding] = (),
    *,
    hour: int = 0,
    rows: int = 6_000,
    evaluated: int | None = None,
    facet: str = "Sex",
    why_empty: str = "No rows: nothing was captured in the window.",
    coverage: Sequence[ValueCoverage] | None = None,
    since: datetime | None = None,
    notes: Sequence[str] = (),
) -> BiasSummary:
    """One facet with its groups."""
    window = Evaluated(hour)
    found = (group(),) if groups is None else tuple(groups)
    listed = (
        ValueCoverage(value="Male", rows=4_000, labelled=3_800, predicted=4_000),
        ValueCoverage(value="Female", rows=2_000, labelled=1_800, predicted=2_000),
        ValueCoverage(value=None, rows=40, labelled=20, predicted=40),
        ValueCoverage(value="Other", rows=4, labelled=3, predicted=4),
    )
    return BiasSummary.of(
        window,
        kind="model_bias",
        rows=rows,
        evaluated_rows=rows if evaluated is None else evaluated,
        why_empty=why_empty,
        baseline={"analysis.json": "baselines/loans/model_bias/analysis.json"},
        coverage=0.93 if rows else None,
        findings=tuple(findings),
        notes=tuple(notes),
        body=BiasBody(
            label="approved",
            positive="1",
            comparison="driftline",
            tolerance=0.02,
            judged=WindowSpan(start=since, end=window.window.end) if since else None,
            labelled_rows=rows * 9 // 10,
            predicted_rows=rows,
            smallest_group=10,
            compared_metrics=("AD", "DI", "DPL", "DPPL", "RD", "SD"),
            facets=(FacetSummary(name=facet, coverage=listed if coverage is None else tuple(coverage), groups=found),),
        ),
    )


def files_of(found: BiasSummary) -> ExecutionFiles:
    return ExecutionFiles({"summary.json": found.to_json().encode(), "analysis.json": b'{"version": "1.0"}'})
