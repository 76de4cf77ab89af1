"""Small trained models of trees, and tables with all that makes them difficult."""

import io
import tarfile
from collections.abc import Mapping
from typing import Any, Literal

import lightgbm
import numpy as np
import xgboost
from numpy.typing import NDArray

type Floats = NDArray[np.float64]

FEATURES = 6
CATEGORICAL = (3, 5)
TYPES = ["c" if number in CATEGORICAL else "q" for number in range(FEATURES)]


def table(rows: int = 600, seed: int = 0) -> Floats:
    """Numbers, ties, zeros, two columns of categories (8 and 40), one column that no target needs, missing values."""
    generator = np.random.default_rng(seed)
    found = generator.normal(size=(rows, FEATURES))
    found[:, 1] = np.round(found[:, 1])
    found[:, 3] = generator.integers(0, 8, rows)
    found[:, 5] = generator.integers(0, 40, rows)
    found[generator.random(found.shape) < 0.1] = np.nan
    return found


def score(rows: Floats) -> Floats:
    filled = np.nan_to_num(rows)
    return filled[:, 0] + filled[:, 3] * filled[:, 1] + np.sin(filled[:, 5]) + 0.3 * np.isnan(rows[:, 0])


def classes(rows: Floats, count: int) -> Floats:
    found = score(rows)
    return np.digitize(found, np.quantile(found, np.arange(1, count) / count)).astype(float)


def xgboost_model(rows: Floats, target: Floats, trees: int = 8, **settings: Any) -> xgboost.Booster:
    given = {"nthread": 1, "verbosity": 0, "seed": 0, "max_depth": 4, "eta": 0.4, "max_cat_to_onehot": 4} | settings
    return xgboost.train(given, matrix(rows, target), trees)


def matrix(rows: Floats, target: Floats | None = None) -> xgboost.DMatrix:
    types = TYPES if rows.shape[1] == FEATURES else None
    return xgboost.DMatrix(rows, target, feature_types=types, enable_categorical=True, nthread=1, missing=np.nan)


def lightgbm_model(rows: Floats, target: Floats, trees: int = 8, **settings: Any) -> lightgbm.Booster:
    given: Mapping[str, Any] = {
        "num_threads": 1, "verbose": -1, "seed": 0, "num_leaves": 15, "min_data_in_leaf": 5, "deterministic": True,
        "min_data_per_group": 5, "cat_smooth": 1, "cat_l2": 1,
    }  # fmt: skip
    categorical = list(CATEGORICAL) if rows.shape[1] == FEATURES else []
    return lightgbm.train({**given, **settings}, lightgbm.Dataset(rows, target, categorical_feature=categorical), trees)


def json_of(model: xgboost.Booster) -> bytes:
    return bytes(model.save_raw("json"))


def ubj_of(model: xgboost.Booster) -> bytes:
    return bytes(model.save_raw("ubj"))


def text_of(model: lightgbm.Booster) -> bytes:
    return str(model.model_to_string()).encode()


def archive(files: Mapping[str, bytes], mode: Literal["w", "w:gz"] = "w:gz") -> bytes:
    """As `tar -czf` makes it."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode=mode) as opened:
        for name, body in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(body)
            opened.addfile(entry, io.BytesIO(body))
    return target.getvalue()
