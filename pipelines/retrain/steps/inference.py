"""Serves the model with the numbers of the training; a script of SageMaker's XGBoost framework (Python 3.10).

The built-in algorithm serves numbers by itself. A model with texts or empty cells among its inputs is served by these
functions, which SageMaker's container, and the embedded cloud, call by their names.
"""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import xgboost
from numbers_of import number_of


def model_fn(model_dir: str) -> xgboost.Booster:
    return xgboost.Booster(model_file=bytearray((Path(model_dir) / "xgboost-model").read_bytes()))


def input_fn(request_body: "str | bytes", content_type: str) -> xgboost.DMatrix:
    """Raises ValueError: not CSV, or rows of different lengths."""
    if content_type.partition(";")[0].strip() != "text/csv":
        raise ValueError(f"{content_type} is not text/csv")
    text = request_body.decode() if isinstance(request_body, bytes) else request_body
    rows = [list(map(number_of, row)) for row in csv.reader(text.splitlines()) if row]
    return xgboost.DMatrix(np.array(rows, dtype=np.float64))


def predict_fn(input_data: xgboost.DMatrix, model: xgboost.Booster) -> np.ndarray:
    return model.predict(input_data)


def output_fn(prediction: Sequence[float], _accept: str) -> "tuple[str, str]":
    """(body, content type): a line for each row."""
    return "".join(f"{value:.9g}\n" for value in prediction), "text/csv"
