"""The window as a whole."""

from driftline.domain.capture.cells import texts_to_columns
from driftline.domain.profiles.column import ColumnProfile
from driftline.kinds.data_quality.facts import Feature
from driftline.kinds.data_quality.page.data_set import data_set_table
from driftline.kinds.data_quality.rules.observed import statistics_of
from driftline.kinds.data_quality.rules.statistics import FeatureStatistics

NOW = {"amount": ["1.5", "2.5", ""], "flag": ["1", "1", "1"], "country": ["de", "de", "de"], "gone": ["", "", ""]}
THEN = {"amount": ["1.5", "2.5"], "flag": ["1", "0"], "country": ["de", "fr"]}


def features(*, reference: bool) -> list[Feature]:
    def statistics(columns: dict[str, list[str]]) -> dict[str, FeatureStatistics]:
        named = [(name, ColumnProfile.of(texts_to_columns(cells))) for name, cells in columns.items()]
        rows = len(next(iter(columns.values())))
        return {feature.name: feature for feature in statistics_of(rows, named).features}

    now, then = statistics(NOW), statistics(THEN) if reference else {}
    return [
        Feature(name=name, current=now[name], reference=then.get(name), expected_type=None, expected_completeness=None)
        for name in NOW
    ]


def test_both_sides_are_counted() -> None:
    assert [row.cells for row in data_set_table(3, features(reference=True), "Baseline").rows] == [
        ("Rows", "2", "3"),
        ("Features", "3", "4"),
        ("Features with numbers", "2", "2"),
        ("Features with texts", "1", "1"),
        ("Features without any value", "0", "1"),
        ("Features with one value only", "0", "2"),
        ("Features with missing values", "0", "2"),
        ("Missing values", "0 (0 %)", "4 (33.3 %)"),
    ]


def test_without_a_reference_there_are_dashes() -> None:
    assert {row.cells[1] for row in data_set_table(3, features(reference=False), "Baseline").rows} == {"–"}
