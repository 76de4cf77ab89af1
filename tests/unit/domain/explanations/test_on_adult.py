"""The census data with its categories and missing values, and a model whose contributions are known: a logistic
regression adds up in log-odds, so each feature's contribution is its own part at the row minus that at the baseline."""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from driftline.domain.explanations.aggregation import Aggregation, AttributionSums, top_features
from driftline.domain.explanations.asking import Cells, Floats, matrix
from driftline.domain.explanations.background import background
from driftline.domain.explanations.column_types import ColumnType, column_types
from driftline.domain.explanations.kernel_shap import KernelShap
from driftline.domain.explanations.links import Link
from driftline.domain.explanations.partial_dependence import PartialDependence

NAMES = ("age", "workclass", "education", "education-num", "occupation", "sex", "hours-per-week", "native-country")
NUMBERS, CATEGORIES = [0, 3, 6], [1, 2, 4, 5, 7]
TRAINED = 2_000


@dataclass
class Adult:
    """The rows, and a logistic regression of them that takes rows of cells."""

    cells: Cells
    encoder: OneHotEncoder
    scaler: StandardScaler
    regression: LogisticRegression

    @classmethod
    def read(cls, file: Path) -> "Adult":
        columns = ", ".join(f'"{name}"' for name in NAMES)
        with duckdb.connect() as connection:
            rows = connection.execute(f"SELECT {columns}, class = '>50K' FROM '{file}' LIMIT {TRAINED}").fetchall()
        cells = matrix([row[:-1] for row in rows])
        encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False).fit(cells[:, CATEGORIES].astype(str))
        scaler = StandardScaler().fit(cells[:, NUMBERS].astype(np.float64))
        found = cls(cells, encoder, scaler, LogisticRegression(max_iter=1_000))
        found.regression.fit(found.encoded(cells), [row[-1] for row in rows])
        return found

    def encoded(self, cells: Cells) -> Floats:
        numbers = self.scaler.transform(cells[:, NUMBERS].astype(np.float64))
        return np.hstack([numbers, self.encoder.transform(cells[:, CATEGORIES].astype(str))])

    def probabilities(self, cells: Cells) -> Floats:
        found: Floats = self.regression.predict_proba(self.encoded(cells))
        return found

    def parts(self, cells: Cells) -> Floats:
        """What each feature adds to the log-odds, shape (rows, features)."""
        widths = [1] * len(NUMBERS) + [len(each) for each in self.encoder.categories_]
        bounds = np.cumsum([0, *widths])
        terms = self.encoded(cells) * self.regression.coef_[0]
        found = np.empty(cells.shape)
        for place, first, last in zip(NUMBERS + CATEGORIES, bounds, bounds[1:], strict=False):
            found[:, place] = terms[:, first:last].sum(axis=1)
        return found


@pytest.fixture(scope="module")
def adult(shared_data: Path) -> Adult:
    return Adult.read(shared_data / "adult" / "adults.parquet")


def test_types(adult: Adult) -> None:
    types = dict(zip(NAMES, column_types(adult.cells), strict=True))

    assert {name for name, kind in types.items() if kind is ColumnType.FREE_TEXT} == set()
    assert types["age"] is ColumnType.CATEGORICAL, "whole numbers, fewer than 5 % of them distinct"
    assert column_types(adult.cells[:500])[0] is ColumnType.NUMERICAL


@pytest.mark.parametrize("samples", [None, 60])
def test_contributions_are_the_parts_of_the_regression(adult: Adult, samples: int | None) -> None:
    """Exact also with few coalitions, because the model is additive."""
    baseline, given = background(adult.cells, 1).rows, adult.cells[:40]
    explainer = KernelShap(adult.probabilities, baseline, num_samples=samples, link=Link.LOGIT, seed=1)

    found = np.array([each.attributions for each in explainer.explain(given)])

    expected = adult.parts(given) - adult.parts(baseline)
    np.testing.assert_allclose(found[:, :, 1], expected, atol=1e-9)
    np.testing.assert_allclose(found[:, :, 0], -expected, atol=1e-9)
    values = AttributionSums.of(found).values(Aggregation.MEAN_ABS)
    assert top_features(values, 3) == tuple(np.argsort(-np.abs(expected).mean(axis=0))[:3])


def test_baseline_rows_are_rows_that_could_be(adult: Adult) -> None:
    found = background(adult.cells)

    assert 1 <= len(found.rows) <= 12
    assert sum(found.sizes) == len(adult.cells)
    for place in CATEGORIES:
        assert set(found.rows[:, place]) <= set(adult.cells[:, place])


def test_partial_dependence_in_log_odds_has_the_slope_of_the_regression(adult: Adult) -> None:
    def log_odds(cells: Cells) -> Floats:
        found: Floats = adult.regression.decision_function(adult.encoded(cells))
        return found

    types = [ColumnType.NUMERICAL if place in NUMBERS else ColumnType.CATEGORICAL for place in range(len(NAMES))]
    age, sex = PartialDependence(adult.cells[:300], [0, 5], types=types).curves(log_odds)

    assert len(age.grid.values) == 15
    slope = adult.regression.coef_[0][0] / adult.scaler.scale_[0]
    np.testing.assert_allclose(np.diff(age.predictions[0]) / np.diff(np.array(age.grid.values, dtype=float)), slope)
    assert sex.grid.values == ("Female", "Male")
    weights = dict(zip(adult.encoder.get_feature_names_out(), adult.regression.coef_[0][len(NUMBERS) :], strict=True))
    difference = float(sex.predictions[0, 1] - sex.predictions[0, 0])
    assert difference == pytest.approx(weights["x3_Male"] - weights["x3_Female"])
