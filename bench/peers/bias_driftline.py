"""Driftline: a table of columns → its analysis, with the flip test or without."""

import sys
from pathlib import Path

import numpy as np
from measuring import measured

sys.path.insert(0, str(Path(__file__).parents[2] / "layers" / "driftline"))

from driftline.kinds.model_bias.rules.columns import Coded, type_of
from driftline.kinds.model_bias.rules.counts import Counts, Rows
from driftline.kinds.model_bias.rules.facets import Criterion
from driftline.kinds.model_bias.rules.flip_test import flip_test
from driftline.kinds.model_bias.rules.report import report


def main(path: str, flips: str) -> None:
    with np.load(Path(path)) as file:
        columns = {name: file[name] for name in file.files}
    texts = columns["facet"].tolist()
    with measured():
        facet_column = Coded.of(texts)
        label, predicted, stratum = (Coded.of_numbers(columns[name]) for name in ("label", "predicted", "stratum"))
        facet = Criterion("facet", ("F",), type_of(facet_column, ("F",)))
        positives = Criterion("label", (1,), type_of(label, (1,)))
        counts = Counts.of(Rows({"facet": (facet, facet_column)}, positives, label, predicted, stratum))
        found = {}
        if flips == "flips":
            features = [columns[name] for name in columns if name.startswith("f_")]
            matrix = np.column_stack([*features, columns["stratum"]]).astype(np.float64)
            found["facet", "F"] = flip_test(matrix, columns["facet"] == "F", columns["predicted"] == 1).value
        body = report(counts, {"facet": facet}, positives, flips=found).analysis.to_json()
    assert body.count('"name"') == 21


if __name__ == "__main__":
    main(*sys.argv[1:])
