"""Evidently: its summary of a data set, over all capture files at once, because its reports cannot be merged."""

import sys
from pathlib import Path

from evidently import DataDefinition, Dataset, Report
from evidently.presets import DataSummaryPreset
from loading import COLUMNS, TEXTS, load_all
from measuring import measured

if __name__ == "__main__":
    with measured():
        frame = load_all([Path(argument) for argument in sys.argv[1:]])
        definition = DataDefinition(
            numerical_columns=[name for name in COLUMNS if name not in TEXTS], categorical_columns=TEXTS
        )
        data = Dataset.from_pandas(frame, data_definition=definition)
        Report([DataSummaryPreset()]).run(data, None).dict()
