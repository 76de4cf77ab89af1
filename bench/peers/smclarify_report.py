"""Runs in the environment of smclarify: cases as JSON on standard input, its reports and fairlearn's on the output."""

import json
import logging
import sys
import warnings

import fairlearn.metrics as fair
import pandas as pd
from smclarify.bias import report

logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")
STAGES = {"pre": report.StageType.PRE_TRAINING, "post": report.StageType.POST_TRAINING}


def reported(case: dict, stage: str) -> object:
    table = pd.DataFrame(case["columns"])
    group = table[case["group_variable"]] if case["group_variable"] else None
    predicted = report.LabelColumn("predicted", table["predicted"]) if stage == "post" else None
    if stage == "pre":
        table = table.drop(columns="predicted")
    try:
        return report.bias_report(
            table,
            report.FacetColumn("facet", case["facet"] or None),
            report.LabelColumn("label", table["label"], case["positives"]),
            STAGES[stage],
            predicted,
            group_variable=group,
        )
    except Exception as error:  # noqa: BLE001 - the text is the result
        return str(error)


def rates(case: dict) -> dict | None:
    """Rates by group, of cases with labels of 0 and 1."""
    if not case["rates"]:
        return None
    table = pd.DataFrame(case["columns"])
    members = table["facet"].isin(case["facet"])
    if members.all() or not members.any():
        return None
    metrics = {"DPPL": fair.selection_rate, "RD": fair.true_positive_rate, "SD": fair.true_negative_rate}
    frame = fair.MetricFrame(
        metrics=metrics, y_true=table["label"], y_pred=table["predicted"], sensitive_features=members
    ).by_group
    return {name: [float(frame.loc[side, name]) for side in (False, True)] for name in metrics}


def statistics(case: dict) -> object:
    """smclarify's statistics of the group and of the model."""
    table = pd.DataFrame(case["columns"])
    label = report.LabelColumn("label", table["label"], case["positives"])
    predicted = report.LabelColumn("predicted", table["predicted"], case["positives"])
    facet = report.FacetColumn("facet", case["facet"] or None)
    try:
        groups = report.bias_basic_stats(table, facet, label, STAGES["post"], predicted)
        model = report.model_performance_report(table, label, predicted)
    except Exception as error:  # noqa: BLE001 - the text is the result
        return str(error)
    return {
        "groups": {group["value_or_threshold"]: [each["value"] for each in group["metrics"]] for group in groups},
        "model": {each["name"]: each["value"] for each in model["model_performance_metrics"]},
        "confusion": model["binary_confusion_matrix"],
    }


def main() -> None:
    cases = json.load(sys.stdin)
    found = [
        {"rates": rates(case), "statistics": statistics(case), **{stage: reported(case, stage) for stage in STAGES}}
        for case in cases
    ]
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
