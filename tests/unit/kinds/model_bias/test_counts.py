"""The state of bias: merging equals counting everything, in any order, and what is stored is read back."""

import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.domain.errors import InvalidInputError
from driftline.kinds.model_bias.rules import counts as module
from driftline.kinds.model_bias.rules.columns import Coded, Value, type_of
from driftline.kinds.model_bias.rules.counts import OTHERS, Counts, FacetCounts, Rows
from driftline.kinds.model_bias.rules.facets import Criterion

type Row = tuple[str | None, float | None, int | None, int | None, str | None]

ROWS = st.lists(
    st.tuples(
        st.sampled_from(["F", "M", "X", "", None]),
        st.sampled_from([1.5, 30.0, 61.25, None]),
        st.sampled_from([0, 1, None]),
        st.sampled_from([0, 1, None]),
        st.sampled_from(["a", "b", None]),
    ),
    max_size=30,
)
SEX = Criterion("sex", ("F",), type_of(Coded.of(["F", "M", "X"]), ("F",)))
AGE = Criterion("age", (30,), type_of(Coded.of([1.5, 30.0, 61.25]), (30,)))
LABEL = Criterion("y", (1,), type_of(Coded.of([0, 1]), (1,)))


def state(rows: Sequence[Row]) -> Counts:
    columns = [Coded.of(column) for column in zip(*rows, strict=True)] if rows else [Coded.of([])] * 5
    sex, age, label, predicted, stratum = columns
    return Counts.of(Rows({"sex": (SEX, sex), "age": (AGE, age)}, LABEL, label, predicted, stratum))


@given(ROWS, ROWS, ROWS)
def test_merging_equals_counting_all_rows(one: list[Row], two: list[Row], three: list[Row]) -> None:
    whole = state([*one, *two, *three])

    assert Counts.merge_all(map(state, (one, two, three))) == whole
    assert state(one).merge(state(two).merge(state(three))) == whole
    assert state(three).merge(state(one)).merge(state(two)) == whole


@given(ROWS)
def test_empty_counts_change_nothing_and_stored_ones_are_read_back(rows: list[Row]) -> None:
    found = state(rows)

    assert found.merge(Counts.empty()) == Counts.empty().merge(found) == found
    assert Counts.from_bytes(found.to_bytes(), "state/x") == found


def test_equal_states_have_equal_bytes_whatever_the_order_of_the_rows() -> None:
    rows: list[Row] = [("F", 1.5, 1, 0, "a"), (None, 61.25, 0, 1, None), ("M", None, None, 1, "b")] * 5
    shuffled = random.Random(3).sample(rows, len(rows))

    assert state(rows).to_bytes() == state(shuffled).to_bytes()


def test_each_cell_has_its_rows() -> None:
    found = state([("F", 61.25, 1, 0, "a"), ("F", 30.0, 1, 0, "a"), ("M", None, None, 1, None)])

    assert found.facets["sex"].cells == {("F", "1", "0", "a"): 2, ("M", None, "1", None): 1}
    assert found.facets["age"].cells == {
        ("above", "1", "0", "a"): 1,
        ("below", "1", "0", "a"): 1,  # a threshold is not above itself
        (None, None, "1", None): 1,
    }
    assert found.facets["age"].highest == 61.25
    assert found.facets["sex"].groups() == {"F": 2, "M": 1}


def test_values_of_live_rows_are_spelled_as_the_baselines_type_says() -> None:
    whole = Criterion("x", (1,), type_of(Coded.of([0, 1] * 30), (1,)))
    outcome = Coded.of([1, 0, 1])
    spellings: list[list[Value]] = [[1, 0, 1], [1.0, 0.0, 1.0], ["1", "0", "1.0"]]

    found = [Counts.of(Rows({"x": (whole, Coded.of(each))}, LABEL, outcome)).facets["x"].groups() for each in spellings]

    assert found == [{"1": 2, "0": 1}] * 3


def test_more_cells_than_a_table_could_hold_are_counted_too(monkeypatch: pytest.MonkeyPatch) -> None:
    rows: list[Row] = [("F", 1.5, 1, 0, "a"), ("M", None, None, 1, "b")] * 3
    expected = state(rows)
    monkeypatch.setattr(module, "_DENSE", 1)

    assert state(rows) == expected


def test_too_many_strata_or_values_fold_alike_however_the_rows_are_split(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_VALUES", 3)
    values = ["F", "a", "b", "c", "d", None]

    def part(some: Sequence[str | None]) -> FacetCounts:
        facet = (SEX, Coded.of(some))
        return Counts.of(Rows({"x": facet}, LABEL, Coded.of([1] * len(some)), None, Coded.of(some))).facets["x"]

    whole = part(values)

    assert whole.groups() == {OTHERS: 4, None: 1, "F": 1}
    assert not whole.stratified
    assert {cell[3] for cell in whole.cells} == {None}
    assert FacetCounts.merge_all([part(values[:3]), part(values[3:])]) == whole
    assert FacetCounts.merge_all([part([each]) for each in values]) == whole


def test_counts_of_other_settings_are_not_added() -> None:
    men = Criterion("sex", ("M",), SEX.type)
    column = Coded.of(["F", "M"])
    one, other = (Counts.of(Rows({"sex": (each, column)}, LABEL, Coded.of([0, 1]))) for each in (SEX, men))

    with pytest.raises(ValueError, match="configured values differ"):
        one.merge(other)


@pytest.mark.parametrize("damage", [lambda data: data[:-1] + bytes([data[-1] ^ 1]), lambda data: b"x" + data])
def test_damaged_bytes_are_refused_with_their_place(damage: object) -> None:
    data = state([("F", 1.5, 1, 0, "a")]).to_bytes()

    with pytest.raises(InvalidInputError, match=r"state/bias\.bin"):
        Counts.from_bytes(damage(data), "state/bias.bin")  # type: ignore[operator]
