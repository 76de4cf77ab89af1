"""smclarify: a table of columns → its pre- and post-training reports."""

import logging
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from measuring import measured
from smclarify.bias import report

logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")
WITHOUT_FLIPS = ["AD", "CDDPL", "DAR", "DCA", "DCR", "DI", "DPPL", "DRR", "GE", "RD", "SD", "TE"]


def main(path: str, flips: str) -> None:
    with np.load(Path(path)) as columns:
        table = pd.DataFrame({name: columns[name] for name in columns.files})
    facet, label = report.FacetColumn("facet", ["F"]), report.LabelColumn("label", table["label"], [1])
    predicted, group = report.LabelColumn("predicted", table["predicted"]), table["stratum"]
    metrics = ["all"] if flips == "flips" else WITHOUT_FLIPS
    pre, post = report.StageType.PRE_TRAINING, report.StageType.POST_TRAINING
    with measured():
        report.bias_report(table.drop(columns="predicted"), facet, label, pre, group_variable=group)
        report.bias_report(table, facet, label, post, predicted, metrics=metrics, group_variable=group)


if __name__ == "__main__":
    main(*sys.argv[1:])
