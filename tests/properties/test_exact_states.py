"""Types, categories and distinct counts: merging loses nothing, in any order and any grouping."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given

from driftline.domain.profiles.categories import Categories, CategoriesWire
from driftline.domain.profiles.distinct import DistinctCount, DistinctWire, hashes_of_texts
from driftline.domain.profiles.hashed import HashedCounts, HashedWire
from driftline.domain.profiles.types import TypeCounts, TypeCountsWire
from tests.properties.samples import Cell, cells, column, many_cells


def _distinct(values: Sequence[Cell]) -> DistinctCount:
    batch = column(values)
    return DistinctCount.of(batch.numbers, batch.texts)


def _hashed(values: Sequence[Cell]) -> HashedCounts:
    texts = column(values).texts
    return HashedCounts.of(hashes_of_texts(texts), texts.values())


STATES = [
    pytest.param(lambda values: TypeCounts.of(column(values)), TypeCounts, TypeCountsWire, id="types"),
    pytest.param(lambda values: Categories.of(column(values).categories), Categories, CategoriesWire, id="categories"),
    pytest.param(_distinct, DistinctCount, DistinctWire, id="distinct"),
    pytest.param(_hashed, HashedCounts, HashedWire, id="hashed"),
]
every_state = pytest.mark.parametrize(("of", "state", "wire"), STATES)
type Of = Callable[[Sequence[Cell]], Any]


@every_state
@given(a=many_cells, b=cells)
def test_merge_equals_whole(of: Of, state: Any, wire: Any, a: list[Cell], b: list[Cell]) -> None:
    assert of(a).merge(of(b)) == of([*a, *b])


@every_state
@given(a=many_cells, b=many_cells, c=cells)
def test_order_and_grouping_do_not_matter(
    of: Of, state: Any, wire: Any, a: list[Cell], b: list[Cell], c: list[Cell]
) -> None:
    one, two, three = of(a), of(b), of(c)

    assert one.merge(two) == two.merge(one)
    assert one.merge(two).merge(three) == one.merge(two.merge(three)) == state.merge_all([three, one, two])


@every_state
@given(a=many_cells)
def test_merging_nothing_changes_nothing(of: Of, state: Any, wire: Any, a: list[Cell]) -> None:
    assert of(a).merge(state.empty()) == state.empty().merge(of(a)) == of(a)
    assert of([]) == state.empty()


@every_state
@given(a=many_cells)
def test_survives_serialisation(of: Of, state: Any, wire: Any, a: list[Cell]) -> None:
    whole = of([value for value in a if value != "\ud800"])  # MessagePack texts are UTF-8

    encoded = msgspec.msgpack.encode(whole.to_wire())

    assert state.from_wire(msgspec.msgpack.decode(encoded, type=wire)) == whole
