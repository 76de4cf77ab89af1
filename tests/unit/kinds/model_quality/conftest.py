"""Real predictions: simple models on public data, scored on rows that they were not trained on."""

import csv
import gzip
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.preprocessing import StandardScaler

from driftline.kinds.model_quality.rules.rows import Hashes
from driftline.kinds.model_quality.rules.samples import row_hashes


def ids(count: int, prefix: str = "row") -> Hashes:
    return row_hashes((f"{prefix}-{i}" for i in range(count)), [0] * count)


@dataclass(frozen=True)
class Regression:
    predicted: NDArray[np.float64]
    actual: NDArray[np.float64]


@dataclass(frozen=True)
class Binary:
    actual: list[str]
    probability: NDArray[np.float64]

    @property
    def positive(self) -> NDArray[np.bool_]:
        return np.array([label == "yes" for label in self.actual])


@dataclass(frozen=True)
class Multiclass:
    actual: list[str]
    predicted: list[str]


def _read(path: Path, delimiter: str = ",") -> list[dict[str, str]]:
    with gzip.open(path, "rt") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def _numbers(rows: list[dict[str, str]], names: list[str]) -> NDArray[np.float64]:
    return np.array([[float(row[name]) for name in names] for row in rows])


@pytest.fixture(scope="session")
def bike_sharing(shared_data: Path) -> Regression:
    """Rentals per hour, estimated from the weather and the hour; trained on the first year, of which 2012 is tested."""
    rows = _read(shared_data / "bike_sharing" / "hour.csv.gz")
    features = _numbers(rows, ["temp", "atemp", "hum", "windspeed", "hr", "weekday", "workingday"])
    actual = np.array([float(row["cnt"]) for row in rows])
    first_year = np.array([row["yr"] == "0" for row in rows])
    model = LinearRegression().fit(features[first_year], actual[first_year])
    return Regression(model.predict(features[~first_year]), actual[~first_year])


@pytest.fixture(scope="session")
def bank_marketing(shared_data: Path) -> Binary:
    """Will a call sell a deposit? Logistic regression on the first 24,000 calls, tested on the 17,188 after them."""
    rows = _read(shared_data / "bank_marketing" / "bank-additional-full.csv.gz", ";")
    features = StandardScaler().fit_transform(_numbers(rows, ["age", "duration", "campaign", "pdays", "previous"]))
    actual = [row["y"] for row in rows]
    model = LogisticRegression().fit(features[:24_000], actual[:24_000])
    place = list(model.classes_).index("yes")
    return Binary(actual[24_000:], model.predict_proba(features[24_000:])[:, place])


@pytest.fixture(scope="session")
def bank_jobs(shared_data: Path) -> Multiclass:
    """A customer's job, guessed as the most frequent one of the same education and marital status."""
    rows = _read(shared_data / "bank_marketing" / "bank-additional-full.csv.gz", ";")
    seen: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for row in rows[:20_000]:
        seen[row["education"], row["marital"]][row["job"]] += 1
    tested = rows[20_000:]
    common = seen["university.degree", "married"]
    guesses = [(seen[row["education"], row["marital"]] or common).most_common(1)[0][0] for row in tested]
    return Multiclass([row["job"] for row in tested], guesses)
