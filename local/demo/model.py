"""A small model: how late will the flight arrive?"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OrdinalEncoder
from threadpoolctl import threadpool_limits

from local.demo.flights import Flight

FEATURES = ("carrier", "origin", "dep_hour", "distance", "dep_delay", "precip")

_THREADS = 1
"""One thread: the trees are small, the cloud needs the cores, and sums must not depend on their number."""


def train(flights: Sequence[Flight]) -> Pipeline:
    """Fits gradient-boosted trees to the flights that arrived.

    A missing value needs no imputation: the trees send it to the side where most of the training rows went.
    """
    arrived = [flight for flight in flights if flight.arr_delay is not None]
    # Trees need numbers; a carrier unknown in training counts as missing.
    encode = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan, encoded_missing_value=np.nan)
    model = make_pipeline(
        make_column_transformer((encode, [0, 1]), remainder="passthrough"),
        HistGradientBoostingRegressor(max_iter=60, categorical_features=[0, 1], random_state=2013),
    )
    with threadpool_limits(limits=_THREADS):
        return model.fit(_matrix(arrived), np.array([flight.arr_delay for flight in arrived], dtype=np.float64))


def predict(model: Pipeline, flights: Sequence[Flight]) -> NDArray[np.float64]:
    """Predicted arrival delays in minutes, one per flight, with two decimals as in the endpoint's answers."""
    return _predict(model, _matrix(flights))


def predict_rows(model: Pipeline, rows: Sequence[Sequence[str]]) -> NDArray[np.float64]:
    """The same for rows of FEATURES as text, as the endpoint gets them.

    Raises:
        ValueError: a row has other columns, or a text where a number should be.
    """
    found = []
    for row in rows:
        carrier, origin, *numbers = row
        if len(row) != len(FEATURES):
            raise ValueError(f"{len(row)} columns, and {len(FEATURES)} expected")
        found.append((carrier, origin, *(float(text) if text else np.nan for text in numbers)))
    return _predict(model, np.array(found, dtype=object))


def _predict(model: Pipeline, matrix: NDArray[np.object_]) -> NDArray[np.float64]:
    with threadpool_limits(limits=_THREADS):
        predicted: NDArray[np.float64] = np.asarray(model.predict(matrix), dtype=np.float64)
    return np.round(predicted, 2)


def _matrix(flights: Sequence[Flight]) -> NDArray[np.object_]:
    rows = [
        (
            flight.carrier,
            flight.origin,
            flight.dep_hour,
            flight.distance,
            np.nan if flight.dep_delay is None else flight.dep_delay,
            np.nan if flight.precip is None else flight.precip,
        )
        for flight in flights
    ]
    return np.array(rows, dtype=object)
