"""XGBoost as SageMaker's built-in algorithm runs it, in place of its container: `python algorithm.py FOLDER`.

The folder is what /opt/ml is in the container: hyperparameters and channels below input/, the model below model/. CSV
without a header, label first. With early stopping, the best model is kept.
"""

import csv
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import xgboost

_OF_TRAINING = {"num_round", "early_stopping_rounds"}
"""Hyperparameters that are no parameters of the booster."""

_SEED = 2013
"""The container draws another one each time; here the same data gives the same model."""


def train(folder: Path) -> xgboost.Booster:
    """The model of the folder's channels and hyperparameters."""
    given: dict[str, str] = json.loads((folder / "input/config/hyperparameters.json").read_text())
    channels = {name: _channel(folder / "input/data" / name) for name in ("train", "validation")}
    parameters: dict[str, Any] = {name: value for name, value in given.items() if name not in _OF_TRAINING}
    callbacks: list[xgboost.callback.TrainingCallback] = []
    validated = channels["validation"] is not None
    if validated and "early_stopping_rounds" in given:
        rounds = int(given["early_stopping_rounds"])
        callbacks.append(xgboost.callback.EarlyStopping(rounds, data_name="validation", save_best=True))
    evals = [(data, name) for name, data in channels.items() if data is not None]
    if channels["train"] is None:
        sys.exit("the channel train has no rows")
    return xgboost.train(
        parameters | {"nthread": 1, "seed": _SEED},
        channels["train"],
        num_boost_round=int(given["num_round"]),
        evals=evals,
        callbacks=callbacks,
        verbose_eval=25,
    )


def _channel(folder: Path) -> xgboost.DMatrix | None:
    rows: list[list[float]] = []
    for path in sorted(folder.rglob("*.csv")):
        with path.open(newline="", encoding="utf-8") as file:
            rows.extend(list(map(float, row)) for row in csv.reader(file) if row)
    if not rows:
        return None
    table = np.array(rows)
    return xgboost.DMatrix(table[:, 1:], table[:, 0])


def main(arguments: list[str]) -> None:
    folder = Path(arguments[0])
    booster = train(folder)
    (folder / "model").mkdir(exist_ok=True)
    (folder / "model" / "xgboost-model").write_bytes(bytes(booster.save_raw("ubj")))
    print(f"{booster.num_boosted_rounds()} rounds")


if __name__ == "__main__":
    main(sys.argv[1:])
