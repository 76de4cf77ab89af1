"""What executions of both kinds say to people, before anything shows it."""

import pytest

from driftline.domain.executions.place import parse_place
from driftline.kinds.registry import KINDS
from driftline.presentation.charts import Categories, Histogram, Lines, OverTime
from driftline.presentation.report import Charts, Report
from driftline.presentation.shapes import Categories as CategoryShares
from driftline.presentation.shapes import Quantiles
from driftline.presentation.tables import Gauge, Limit, Marks, Matrix, Table
from driftline.usecases.pages.report_inputs import report_inputs
from tests.fakes import InMemoryStore
from tests.reporting import folder_of, shop_store


@pytest.fixture(scope="module")
def store() -> InMemoryStore:
    return shop_store()


def report_in(store: InMemoryStore, monitor: str) -> Report:
    return report_inputs(store, parse_place(folder_of(monitor)), kinds=KINDS).report()


@pytest.fixture(scope="module")
def data_quality(store: InMemoryStore) -> Report:
    return report_in(store, "data_quality")


@pytest.fixture(scope="module")
def model_quality(store: InMemoryStore) -> Report:
    return report_in(store, "model_quality")


def cells(table: Table, column: str) -> list[object]:
    """In the order in which people read them."""
    place = next(i for i, each in enumerate(table.columns) if each.name == column)
    return [row.cells[place] for row in table.ordered]


class TestDataQuality:
    def test_its_features_the_worst_first(self, data_quality: Report) -> None:
        features, data_set = data_quality.tables

        assert (data_quality.kind, data_quality.noun, data_quality.outcome.verdict) == (
            "data_quality",
            "feature",
            "violations",
        )
        assert cells(features, "feature") == ["amount", "country", "score"]
        assert [row.subject for row in features.rows] == ["score", "amount", "country"]  # as in statistics.json
        gauge = cells(features, "gauge")[0]
        assert isinstance(gauge, Gauge)
        assert (gauge.limit, gauge.side, gauge.beyond) == (0.1, "at_most", True)
        assert cells(features, "drift")[0] == gauge.value
        assert cells(features, "state")[1] == Marks(("incomplete", "unseen values"), "no violation")
        assert cells(data_set, "window")[0] == "240"

    def test_a_row_opens_with_what_is_drawn_small(self, data_quality: Report) -> None:
        features = data_quality.tables[0]
        amount, country, _ = features.ordered
        assert amount.detail is not None
        assert country.detail is not None

        assert isinstance(amount.detail.charts[0], Histogram)
        assert isinstance(country.detail.charts[0], Categories)
        assert cells(features, "picture")[0] is amount.detail.charts[0]
        assert cells(features, "over_time")[0] in amount.detail.charts
        assert [table.title for table in amount.detail.tables] == ["Checks", "Figures", "Where the rows moved"]
        assert country.detail.words[0].texts == ("es",)

    def test_the_evidence_is_of_the_worst_feature_first(self, data_quality: Report) -> None:
        first, *others = data_quality.evidence

        assert (first.subject, first.standing) == ("amount", "new")
        assert [fact.label for fact in first.facts][:3] == [
            "Drift",
            "Raw statistic",
            "95 % interval of the raw statistic",
        ]
        assert [(each.subject, each.facts[0].label) for each in others] == [
            ("country", "Share of known categories"),
            ("country", "In the baseline"),
        ]

    def test_what_stands_for_it_over_time(self, data_quality: Report) -> None:
        main, worst = data_quality.main, data_quality.worst
        assert main is not None
        assert worst is not None

        assert (main.subject, main.limit, main.violated) == ("", 1.0, True)
        assert main.last.value == worst.gauge.excess
        assert worst.subject == "amount"
        assert {each.key for each in data_quality.series} == {
            (name, figure) for name in ("amount", "country", "score") for figure in ("drift", "completeness")
        }
        shapes = {each.name: (type(each.shape), type(each.reference)) for each in data_quality.subjects}
        assert shapes["amount"] == (Quantiles, Quantiles)
        assert shapes["country"] == (CategoryShares, CategoryShares)
        assert [series.title for series in data_quality.trend] == ["Worst drift, in thresholds"]


class TestModelQuality:
    def test_its_metrics_what_is_violated_first(self, model_quality: Report) -> None:
        table = model_quality.tables[0]

        assert (model_quality.kind, model_quality.noun, model_quality.outcome.verdict) == (
            "model_quality",
            "metric",
            "violations",
        )
        assert cells(table, "metric")[:2] == ["precision", "recall"]
        assert [row.violated for row in table.ordered[:2]] == [True, False]
        limit = cells(table, "limit")[0]
        assert isinstance(limit, Limit)
        assert (limit.value, limit.side) == (cells(table, "threshold")[0], "at_least")
        assert cells(table, "state")[-1] == Marks(otherwise="not watched")

    def test_metrics_have_names_for_people(self, model_quality: Report) -> None:
        assert [each.subject for each in model_quality.evidence] == ["Precision"]
        assert model_quality.comparisons[0].changes[0].text == "1 violation: Precision"
        assert {"AUC", "Recall", "Precision-recall AUC"} <= {each.title for each in model_quality.series}

    def test_sections_and_their_charts(self, model_quality: Report) -> None:
        confusion, curves, metrics = model_quality.sections
        assert [each.leads for each in model_quality.sections] == [True, True, False]

        _, watched, others = metrics.parts
        drawn_with_findings = [chart for each in model_quality.evidence for chart in each.charts]
        assert isinstance(watched, Charts)
        assert isinstance(others, Charts)
        assert all(isinstance(chart, OverTime) and chart.series.limit is not None for chart in watched.charts)
        assert all(isinstance(chart, OverTime) and chart.series.limit is None for chart in others.charts)
        assert others.folded
        assert all(isinstance(chart, OverTime) and chart.series.violated for chart in drawn_with_findings)
        (matrix,) = confusion.parts
        assert isinstance(matrix, Matrix)
        assert sum(cell.rows for _, row in matrix.rows for cell in row) == 160
        (drawn,) = curves.parts
        assert isinstance(drawn, Charts)
        assert [type(chart) for chart in drawn.charts] == [Lines, Lines, Lines]

    def test_the_first_watched_metric_stands_for_it(self, model_quality: Report) -> None:
        assert model_quality.main is not None
        assert model_quality.main.subject == next(each.subject for each in model_quality.series if each.limit)
        assert model_quality.worst is None
        assert [each.title for each in model_quality.trend] == ["Rows with a label"]
