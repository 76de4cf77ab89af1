"""How a backfill is cut into batches, and what its results say."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.domain.backfill import plan as plans
from driftline.domain.backfill.estimate import estimate
from driftline.domain.backfill.keys import checked_id
from driftline.domain.backfill.plan import (
    LEAST_BYTES,
    LEAST_FILES,
    MOST_BYTES,
    MOST_FILES,
    Item,
    Part,
    Plan,
    into_batches,
    items_of_lines,
    items_to_lines,
    monitor_of,
    name_of,
    step_of,
)
from driftline.domain.backfill.results import MOST_TROUBLES, Result
from driftline.domain.errors import InvalidInputError
from tests.backfilling import END, START

FILES = st.lists(st.builds(Item, st.text(min_size=1), st.integers(0, 1 << 34), st.text(max_size=3)), max_size=60)


@given(FILES)
def test_batches_have_every_file_once_and_in_order(items: list[Item]) -> None:
    cut = into_batches(items)
    assert [item for batch in cut for item in batch] == items
    assert all(batch for batch in cut)


@given(FILES)
def test_no_batch_has_too_much_unless_it_is_one_file(items: list[Item]) -> None:
    for batch in into_batches(items):
        assert len(batch) <= MOST_FILES
        assert len(batch) == 1 or sum(item.size for item in batch) <= max(MOST_BYTES, LEAST_BYTES)


def test_few_files_are_cut_so_that_many_can_work() -> None:
    assert [len(batch) for batch in into_batches([Item(str(n), 1000) for n in range(100)])] == [LEAST_FILES] * 5


@pytest.mark.parametrize(("files", "size"), [(60_000, 1000), (6000, 20 << 20)], ids=["many", "large"])
def test_a_large_run_has_no_more_batches_than_a_map_can_hold(
    files: int, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plans, "MOST_BATCHES", 100)
    draw = random.Random(1)
    cut = into_batches([Item(str(n), draw.randrange(2 * size)) for n in range(files)])
    assert 50 <= len(cut) <= 100


@given(FILES)
def test_items_are_read_as_they_were_written(items: list[Item]) -> None:
    assert items_of_lines(items_to_lines(items), "key") == items


def test_a_replaced_file_has_another_marker() -> None:
    assert Item("a", 1, "x").marker != Item("a", 1, "y").marker
    assert Item("a", 1, "x").marker == Item("a", 2, "x").marker


@pytest.mark.parametrize("monitor", ["data_quality", "a-b", "x"])
def test_names_of_batches_say_what_they_are_of(monitor: str) -> None:
    name = name_of("windows", 7, monitor)
    assert (step_of(name), monitor_of(name)) == ("windows", monitor)
    assert name_of("captures", 12) == "captures-00012"
    with pytest.raises(InvalidInputError, match="not the name of a batch"):
        step_of("../plan")


@pytest.mark.parametrize(
    "text", ["", "..", "20260301T06-20260301T09-0123456789a", "a/20260301T06-20260301T09-0123456789ab"]
)
def test_only_an_id_becomes_a_key(text: str) -> None:
    with pytest.raises(InvalidInputError, match="not the id"):
        checked_id(text)


def test_what_is_no_plan_is_named() -> None:
    with pytest.raises(InvalidInputError, match="not the plan"):
        Plan.from_json(b"{}", "state/backfill/x/plan.json")
    with pytest.raises(InvalidInputError, match="not a batch"):
        items_of_lines(b"[]", "state/backfill/x/batches/y.jsonl")


def test_an_item_in_trouble_is_too_much_at_last_and_forgotten_when_it_is_done() -> None:
    result, item = Result(), Item("a")
    for _ in range(MOST_TROUBLES):
        assert not result.is_too_much(item)
        result.has_trouble(item)
    assert result.is_too_much(item)
    result.is_done(item, {"rows": 2})
    assert not result.is_too_much(item)
    assert result.left([item, Item("b")]) == [Item("b")]
    assert result.numbers == {"rows": 2}


def plan(files: int, size: int) -> Plan:
    part = Part(files, size, tuple(str(n) for n in range(100)))
    return Plan("id", "shop", START, END, None, part, Part(), Part(), (), False, "1")


def test_twice_as_much_takes_twice_as_long_and_costs_twice_as_much() -> None:
    once, twice = (estimate(plan(n, n * 10**6), 10, functions=True, bucket=True) for n in (1000, 2000))
    assert twice.cpu_seconds == pytest.approx(2 * once.cpu_seconds)
    assert twice.seconds == pytest.approx(2 * once.seconds)
    assert once.usd < twice.usd < 2 * once.usd  # batches are as many


def test_this_machine_costs_nothing_but_the_buckets_requests() -> None:
    assert estimate(plan(1000, 10**9), 2, functions=False, bucket=False).usd == 0
    assert 0 < estimate(plan(1000, 10**9), 2, functions=False, bucket=True).usd < 0.1
