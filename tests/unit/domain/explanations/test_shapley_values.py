"""Exact Shapley values: the documentation's worked example, axioms, and a game that is too large."""

import pytest

from driftline.domain.errors import InvalidInputError
from driftline.domain.explanations.coalitions import number_of_coalitions
from driftline.domain.explanations.shapley_values import shapley_values
from tests.places import REPOSITORY

GUIDE = REPOSITORY / "docs" / "guide" / "explain-a-model.md"

TEAM = {"": 0, "A": 5, "B": 4, "C": 5, "AB": 8, "AC": 11, "BC": 7, "ABC": 20}
"""What the people of the documentation's example achieve: alone, in pairs, together."""


def worth(coalition: frozenset[str]) -> float:
    return TEAM["".join(sorted(coalition))]


def test_the_worked_example_of_the_guide() -> None:
    found = shapley_values("ABC", worth)

    assert {name: round(value, 2) for name, value in found.items()} == {"A": 7.67, "B": 5.17, "C": 7.17}
    assert sum(found.values()) == pytest.approx(20)
    page = GUIDE.read_text()
    assert "A 7.67, B 5.17 and C 7.17" in page


def test_the_orders_of_the_guide_are_those_of_the_example() -> None:
    """The guide's table: what A adds in each order."""
    page = GUIDE.read_text()
    added = []
    for order in ("ABC", "ACB", "BAC", "BCA", "CAB", "CBA"):
        before = order[: order.index("A")]
        value = worth(frozenset(before + "A")) - worth(frozenset(before))
        added.append(value)
        rows = [line for line in page.splitlines() if line.startswith(f"| {', '.join(order)} |")]
        assert [row.split("|")[-2].strip() for row in rows] == [f"{value:g}"]

    assert sum(added) / 6 == pytest.approx(shapley_values("ABC", worth)["A"])


def test_the_numbers_of_groups_in_the_guide() -> None:
    page = " ".join(GUIDE.read_text().split())
    assert f"With 14 features there are {2**14 - 2:,} groups" in page
    assert f"Kernel SHAP** asks about {number_of_coalitions(14):,} of them" in page
    complete = max(each for each in range(2, 20) if number_of_coalitions(each) == 2**each - 2)
    assert f"With up to {complete} features it asks about all groups" in page


def test_players_who_add_nothing_or_the_same() -> None:
    found = shapley_values(range(4), lambda team: 10.0 * ({0, 1} <= team) + 3.0 * (2 in team) + 1.0)

    assert found == pytest.approx({0: 5.0, 1: 5.0, 2: 3.0, 3: 0.0})


def test_no_players_and_one() -> None:
    assert shapley_values([], lambda _: 1.0) == {}
    assert shapley_values(["A"], lambda team: 3.0 * len(team)) == {"A": 3.0}


def test_too_many_players() -> None:
    with pytest.raises(InvalidInputError, match="131,072 coalitions"):
        shapley_values(range(17), len)
