"""Summaries of attribution drift, computed from a small linear model as the engine fills them from a real one.

The model's answer is 0.3 plus the sum of what its features contribute, so that every row adds up.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from statistics import fmean

import numpy as np

from driftline.domain.executions.files import ExecutionFiles
from driftline.domain.executions.finding import Finding
from driftline.domain.executions.place import Place, parse_place
from driftline.domain.keys import report_folder
from driftline.domain.windows import Window
from driftline.kinds.model_explainability.rules.summary import (
    Change,
    Curve,
    ExplainabilityBody,
    ExplainabilitySummary,
    ExplainedRow,
    FeatureSummary,
    OutputSummary,
)

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
EXPECTED = 0.3
JOBS = {"nurse": -0.02, "teacher": 0.04, "engineer": 0.06, "retired": -0.05}
WEIGHTS: Mapping[str, float] = {
    "income": 0.11,
    "duration": 0.09,
    "age": 0.05,
    "job": 1.0,
    "balance": 0.03,
    "tenure_in_months_with_the_bank": 0.025,
    "campaign": 0.02,
    "previous": 0.015,
    "euribor_3m": 0.01,
    "cons_conf_idx": 0.008,
    "emp_var_rate": 0.006,
    "pdays": 0.004,
}
"""What one standard deviation contributes; of a job its own figure is multiplied."""

CHANGED: Mapping[str, tuple[float, Change]] = {"income": (0.5, "less"), "duration": (-1.0, "turned")}
"""The weights of a window with drift, as multiples."""

DRIFT = Finding(
    subject="label0",
    check="feature_attribution_drift_check",
    description="Attributions of income and duration differ from the baseline's: AUC 0.8312, at most 0.6 allowed",
    figure="auc",
    observed=0.8312,
    required=0.6,
    side="at_most",
    interval=(0.808, 0.854),
    n=400,
    p_value=0.0002,
    certain=True,
    values=("income", "duration"),
    inference_ids=("id-17",),
)


class Evaluated:
    """A window of a monitor."""

    endpoint, monitor, model = "loans", "model_explainability", None

    def __init__(self, hour: int = 0) -> None:
        start = START + timedelta(hours=hour)
        self.window = Window(start, start + timedelta(hours=1))
        self.scheduled_time = start + timedelta(hours=1)


def place(hour: int = 0) -> Place:
    return parse_place(report_folder("loans", "model_explainability", START + timedelta(hours=hour + 1)))


def explained(
    seed: int, amount: int = 400, changed: Mapping[str, float] | None = None, names: Sequence[str] = tuple(WEIGHTS)
) -> list[ExplainedRow]:
    """Rows with one output; `names`: what the features are called."""
    rng = np.random.Generator(np.random.PCG64(seed))
    rows = []
    for number in range(amount):
        values: list[str | None] = []
        attributions = []
        for name, weight in WEIGHTS.items():
            if name == "job":
                value = str(rng.choice(list(JOBS)))
                x = JOBS[value]
            else:
                deviation = float(rng.normal())
                value = f"{round(40 + 10 * deviation)}" if name == "age" else f"{50_000 + 12_000 * deviation:.2f}"
                x = weight * deviation
            missing = name == "balance" and number % 9 == 0
            values.append(None if missing else value)
            attributions.append(x * (changed or {}).get(name, 1.0))
        rows.append(
            ExplainedRow(
                id=f"id-{number}",
                prediction=(EXPECTED + sum(attributions),),
                values=tuple(values[: len(names)]),
                attributions=(tuple(attributions[: len(names)]),),
            )
        )
    return rows


def output(
    now: Sequence[ExplainedRow],
    then: Sequence[ExplainedRow],
    *,
    names: Sequence[str] = tuple(WEIGHTS),
    changed: Mapping[str, tuple[float, Change]] | None = None,
    **fields: object,
) -> OutputSummary:
    """Of both samples' mean |attribution|."""
    means = [[fmean(abs(row.attributions[0][i]) for row in side) for i in range(len(names))] for side in (now, then)]
    orders = [sorted(range(len(names)), key=lambda i: -side[i]) for side in means]
    features = []
    for rank, i in enumerate(orders[0], 1):
        value, before = means[0][i], means[1][i]
        key = list(WEIGHTS)[i] if i < len(WEIGHTS) else ""
        change = (changed or {}).get(key)
        features.append(
            FeatureSummary(
                name=names[i],
                value=value,
                baseline=before,
                share=value / sum(means[0]),
                baseline_share=before / sum(means[1]),
                rank=rank,
                baseline_rank=orders[1].index(i) + 1,
                ratio=value / before,
                ratio_interval=(value / before * 0.93, value / before * 1.07),
                distance=0.31 if change else 0.03,
                p_value=0.0002 if change else 0.7,
                change=change[1] if change else "none",
                named=change is not None,
            )
        )
    given: dict[str, object] = {
        "label": "label0",
        "expected_value": EXPECTED,
        "baseline_expected_value": EXPECTED,
        "ndcg": 0.9731,
        "auc": 0.8312 if changed else 0.512,
        "auc_interval": (0.808, 0.854) if changed else (0.487, 0.537),
        "p_value": 0.0002 if changed else 0.41,
        "features": tuple(features),
        "left_out": 3,
    }
    return OutputSummary.model_validate(given | fields)


def curves(names: Sequence[str] = ("age", "job")) -> tuple[Curve, ...]:
    """Of a number and of a category."""
    centres = tuple(19.5 + 5 * i for i in range(12))
    return (
        Curve(
            feature=names[0],
            numeric=True,
            values=centres,
            distribution=(0.02, 0.06, 0.11, 0.16, 0.18, 0.15, 0.12, 0.09, 0.06, 0.03, 0.015, 0.005),
            predictions=(tuple(EXPECTED + 0.005 * (centre - 40) for centre in centres),),
        ),
        Curve(
            feature=names[1],
            numeric=False,
            values=tuple(JOBS),
            distribution=(0.25, 0.3, 0.25, 0.2),
            predictions=(tuple(EXPECTED + each for each in JOBS.values()),),
        ),
    )


def summary(
    *,
    drifted: bool = False,
    hour: int = 0,
    rows: int = 1_000,
    evaluated: int | None = None,
    names: Sequence[str] = tuple(WEIGHTS),
    body: Mapping[str, object] | None = None,
    findings: Sequence[Finding] | None = None,
    notes: Sequence[str] = (),
) -> ExplainabilitySummary:
    """A window whose income counts half and whose duration has turned, or a quiet one."""
    changed = CHANGED if drifted else {}
    now = explained(hour + 100, changed={name: factor for name, (factor, _) in changed.items()}, names=names)
    then = explained(7, 250, names=names)
    given: dict[str, object] = {
        "source": "model",
        "explained_by": "model.tar.gz",
        "method": "tree_shap",
        "comparison": "driftline",
        "smallest_auc": 0.6,
        "smallest_share": 0.05,
        "explained_rows": 400,
        "baseline_rows": 250,
        "sampled": True,
        "unexplained": {"an inference without features": 3},
        "outputs": (output(now, then, names=names, changed=changed),) if rows else (),
        "shown": tuple(names),
        "rows": tuple(now) if rows else (),
        "baseline_sample": tuple(then),
        "curves": curves((names[2], names[3])) if len(names) > 3 else (),
    }
    found = ((DRIFT,) if drifted else ()) if findings is None else tuple(findings)
    return ExplainabilitySummary.of(
        Evaluated(hour),
        kind="model_explainability",
        rows=rows,
        evaluated_rows=rows if evaluated is None else evaluated,
        why_empty="No rows: nothing was captured in the window.",
        baseline={"analysis.json": "baselines/loans/model_explainability/analysis.json"},
        findings=found,
        notes=tuple(notes),
        body=ExplainabilityBody.model_validate(given | dict(body or {})),
    )


def files_of(found: ExplainabilitySummary) -> ExecutionFiles:
    return ExecutionFiles({"summary.json": found.to_json().encode(), "analysis.json": b'{"version": "1.0"}'})
