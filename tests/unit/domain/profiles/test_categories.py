"""Category counts: exact up to 120 values, then gone for good."""

from driftline.domain.capture.columns import MAX_CATEGORIES
from driftline.domain.profiles.categories import Categories

FULL = {f"v{i:03}": 1 for i in range(MAX_CATEGORIES)}


def test_order_is_by_count_then_value_whatever_came_first() -> None:
    merged = Categories.of({"b": 2, "a": 1}).merge(Categories.of({"c": 2, "a": 1, "d": 1}))

    assert merged.ordered() == [("a", 2), ("b", 2), ("c", 2), ("d", 1)]


def test_one_value_too_many_removes_the_histogram() -> None:
    assert Categories.of(FULL).merge(Categories.of({"v000": 9})).counts == {**FULL, "v000": 10}
    assert Categories.of(FULL).merge(Categories.of({"new": 1})) == Categories(None)
    assert Categories.of({**FULL, "new": 1}) == Categories(None)


def test_too_many_stays_too_many() -> None:
    overflown = Categories.of(None)

    assert overflown.merge(Categories.of({"a": 1})) == Categories.of({"a": 1}).merge(overflown) == Categories(None)
    assert overflown.ordered() is None
