"""Windows of Adult, the census income data set, with the answers of a fixed logistic model: counts for bias metrics."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self

import duckdb
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from driftline.kinds.model_bias.rules.tables import Tables

FILE = Path(__file__).parent.parent.parent / "shared" / "data" / "adult" / "adults.parquet"
FACETS = ("sex = Female", "race = Black", "age > 50")
_COLUMNS = (
    '"class", sex, race, age, "education-num", "hours-per-week", "capital-gain", "capital-loss", "marital-status"'
)

type Codes = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Census:
    """The population: every sample is drawn from its rows, with replacement, so its own metrics are the truth.

    Attributes:
        codes: By facet: stratum, group, label and prediction of each row as one number; shape (facets, rows).
        strata: Values of the group variable, years of education.
    """

    codes: Codes
    strata: int

    @classmethod
    def of(cls, groups: Sequence[Codes], label: Codes, predicted: Codes, stratum: Codes) -> Self:
        codes = [((stratum * 2 + group) * 2 + label) * 2 + predicted for group in groups]
        return cls(np.array(codes), int(stratum.max()) + 1)

    def sample(self, generator: Generator, rows: int, facets: int) -> list[Tables]:
        """Tables of a sample, one for each of the first facets."""
        chosen = generator.integers(0, self.codes.shape[1], rows)
        return [self.tables(self.codes[facet][chosen]) for facet in range(facets)]

    def tables(self, codes: Codes) -> Tables:
        cells = np.bincount(codes, minlength=8 * self.strata).reshape(self.strata, 2, 2, 2).astype(np.float64)
        both = cells.sum(axis=0)
        seen = cells.sum(axis=(1, 2, 3)) > 0
        return Tables(both.sum(axis=2), both.sum(axis=1), both, cells.sum(axis=3)[seen], cells.sum(axis=2)[seen])

    def truth(self, facet: int) -> Tables:
        return self.tables(self.codes[facet])

    def missing_half(self, generator: Generator, facet: int = 0) -> Self:
        """The model rejects half of those of the group whom it accepted."""
        accepted = (self.codes[facet] & 0b101) == 0b101
        changed = accepted & (generator.random(self.codes.shape[1]) < 0.5)
        return type(self)(np.where(changed, self.codes & ~1, self.codes), self.strata)


@cache
def census() -> Census | None:
    """None where the data set is not there."""
    if not FILE.exists():
        return None
    with duckdb.connect() as connection:
        columns = connection.execute(f"SELECT {_COLUMNS} FROM '{FILE}'").fetchnumpy()
    label = np.asarray(columns["class"] == ">50K", dtype=np.int64)
    features = np.column_stack(list(_features(columns)))
    model = LogisticRegression(max_iter=500).fit(features, label)
    predicted = model.predict(features).astype(np.int64)
    groups = [columns["sex"] == "Female", columns["race"] == "Black", columns["age"] > 50]
    years = np.asarray(columns["education-num"], dtype=np.int64) - 1
    return Census.of([np.asarray(each, dtype=np.int64) for each in groups], label, predicted, years)


def _features(columns: dict[str, NDArray[np.generic]]) -> Iterator[NDArray[np.float64]]:
    for name in ("age", "education-num", "hours-per-week", "capital-gain", "capital-loss"):
        values = np.asarray(columns[name], dtype=np.float64)
        yield (values - values.mean()) / values.std()
    yield np.asarray(columns["sex"] == "Male", dtype=np.float64)
    yield np.asarray(columns["marital-status"] == "Married-civ-spouse", dtype=np.float64)
