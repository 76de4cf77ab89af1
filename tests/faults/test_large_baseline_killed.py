"""A baseline whose files are profiled side by side, killed at any call: the bytes are those of one pass over them all."""

import gzip
import random
from collections.abc import Mapping, Sequence
from functools import cache

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from driftline.domain.backfill.keys import BACKFILLS
from driftline.domain.backfill.plan import Plan
from driftline.domain.backfill.results import MOST_TROUBLES
from driftline.domain.errors import InvalidInputError
from driftline.kinds.registry import KINDS
from driftline.usecases.backfill.baseline_work import baseline_work
from driftline.usecases.backfill.make_plan import write_plan
from driftline.usecases.backfill.outcome import again, conclude, read_outcome, unfinished
from driftline.usecases.backfill.plan_baseline import plan_baseline
from driftline.usecases.backfill.work_batch import work_batch
from driftline.usecases.baselines.suggest_baseline import NoDataSetError
from driftline.usecases.baselines.uploads import Reading
from driftline.usecases.ports import ObjectStore
from tests.backfilling import differing
from tests.executing import suggest_in
from tests.explaining import at_once
from tests.fakes import InMemoryStore, RecordingOperators
from tests.faults.test_backfill_killed import Killed, MortalStore
from tests.fuzz import examples
from tests.tables import TABLES

FOLDER = "baselines/shop/data_quality/"
INPUT = f"{FOLDER}input/"
COLUMNS = ("id", "amount", "country", "day")


def rows(draw: random.Random, first: int, number: int) -> str:
    """An index, numbers that no sketch keeps all of, categories, dates."""
    return "".join(
        f"{first + row},{draw.gauss(100, 10):.4f},{draw.choice('abcdefgh')},2026-03-{draw.randrange(1, 29):02}\n"
        for row in range(number)
    )


def csv_files(sizes: Sequence[int], *, header: bool = True, packed: bool = False) -> dict[str, bytes]:
    draw, first, found = random.Random(11), 0, {}
    for number, size in enumerate(sizes):
        text = (",".join(COLUMNS) + "\n" if header else "") + rows(draw, first, size)
        found[f"{INPUT}{number:03}.csv"] = gzip.compress(text.encode(), mtime=0) if packed else text.encode()
        first += size
    return found


def json_files(sizes: Sequence[int]) -> dict[str, bytes]:
    """Each file has a column of its own, too."""
    draw, found = random.Random(12), {}
    for number, size in enumerate(sizes):
        lines = [f'{{"amount": {draw.gauss(5, 1):.4f}, "only_{number}": "{draw.choice("xy")}"}}\n' for _ in range(size)]
        found[f"{INPUT}{number:03}.jsonl"] = "".join(lines).encode()
    return found


DATA_SETS: Mapping[str, dict[str, bytes]] = {
    "more values than a sketch keeps": csv_files([2500, 1, 3000, 2100]),
    "more files than are merged at once": csv_files([60] * 40),
    "no header, gzip": csv_files([300, 200], header=False, packed=True),
    "an empty file first": {f"{INPUT}.first": b"x", f"{INPUT}00.csv": b"\n\n", **csv_files([90, 10])},
    "JSON Lines": json_files([50, 60, 70]),
    "one file": csv_files([120]),
}


def store_of(files: Mapping[str, bytes]) -> InMemoryStore:
    return InMemoryStore(objects=dict(files))


@cache
def one_pass(name: str) -> dict[str, bytes]:
    store = store_of(DATA_SETS[name])
    suggest_in(store, "shop", "data_quality")
    return dict(store.objects)


def planned(store: ObjectStore) -> Plan:
    made = plan_baseline("shop", "data_quality", store=store, tables=TABLES, kinds=KINDS, release="1")
    write_plan(made, store, lambda _: None)
    return made.plan


def work_once(plan: Plan, store: ObjectStore) -> None:
    reading = Reading(store, TABLES, RecordingOperators(), KINDS, None, at_once(store))  # type: ignore[arg-type]
    # In any order, because functions work side by side; the baseline comes last.
    for batch in sorted(unfinished(plan, store), key=lambda name: (name.startswith("suggest"), name[::-1])):
        work = baseline_work(plan, batch, reading=reading)
        work_batch(plan.id, batch, work, store=store, time_is_short=lambda: False)
    conclude(plan, store)


def without_notes(objects: Mapping[str, bytes]) -> dict[str, bytes]:
    return {key: body for key, body in objects.items() if not key.startswith(BACKFILLS)}


@pytest.mark.parametrize("name", DATA_SETS)
def test_files_side_by_side_give_the_bytes_of_one_pass(name: str) -> None:
    store = store_of(DATA_SETS[name])
    work_once(planned(store), store)
    assert differing(without_notes(store.objects), one_pass(name)) == []
    assert f"{FOLDER}statistics.json" in store.objects


NAME = "no header, gzip"


@settings(max_examples=examples(20))
@given(st.lists(st.integers(1, 70), min_size=1, max_size=4))
@example(kills=[57, 17, 33])
@example(kills=[16, 18, 18])
def test_killed_at_any_calls_and_continued_it_is_byte_identical(kills: list[int]) -> None:
    store = store_of(DATA_SETS[NAME])
    for at in kills:
        failing = MortalStore(store, at)
        try:
            work_once(planned(failing), failing)
        except Killed:
            continue
    plan = planned(store)
    work_once(plan, store)
    if read_outcome(plan, store).failures:  # one item was given up
        assert len(kills) > MOST_TROUBLES
        again(plan, store)
        work_once(plan, store)
    assert differing(without_notes(store.objects), one_pass(NAME)) == []
    outcome = read_outcome(plan, store)
    assert outcome.complete
    assert not outcome.failures
    assert outcome.numbers["data rows"] == outcome.numbers["baseline rows"] == 500


def test_the_calls_above_reach_the_end() -> None:
    counted = MortalStore(store_of(DATA_SETS[NAME]), 10**9)
    work_once(planned(counted), counted)
    assert 60 < counted.calls < 90


def test_a_file_that_cannot_be_read_is_named_and_nothing_is_suggested_without_it() -> None:
    # Given a data set with a file of other columns
    files = csv_files([50, 60, 70])
    good = files[f"{INPUT}001.csv"]
    store = store_of(files | {f"{INPUT}001.csv": b"id,amount\n1,2\n"})
    plan = planned(store)
    work_once(plan, store)
    outcome = read_outcome(plan, store)
    assert [(each.step, each.name) for each in outcome.failures] == [
        ("files", f"{INPUT}001.csv"),
        ("suggest", FOLDER),
    ]
    assert "the header differs from the first file's" in outcome.failures[0].reason
    assert "1 file could not be read, so no baseline is suggested" in outcome.failures[1].reason
    assert f"{FOLDER}statistics.json" not in store.objects
    # When it is corrected, which is another data set
    store.put(f"{INPUT}001.csv", good)
    counted = MortalStore(store, 10**9)
    other = planned(store)
    assert other.id != plan.id
    profiles = [key for key in store.objects if key.endswith(".profile")]
    work_once(other, counted)
    # Then the others are not read again, and the baseline is that of one pass
    assert len(profiles) == 2
    assert len([key for key in store.objects if key.endswith(".profile")]) == 3
    expected = store_of(files)
    suggest_in(expected, "shop", "data_quality")
    assert differing(without_notes(store.objects), expected.objects) == []


def test_a_data_set_that_changes_meanwhile_is_not_mixed_with_what_was_planned() -> None:
    store = store_of(csv_files([50, 60]))
    plan = planned(store)
    store.put(f"{INPUT}001.csv", csv_files([50, 61])[f"{INPUT}001.csv"])
    work_once(plan, store)
    [file, _] = read_outcome(plan, store).failures
    assert "not the one that was planned" in file.reason
    # A file more
    store = store_of(csv_files([50, 60]))
    plan = planned(store)
    store.put(f"{INPUT}002.csv", csv_files([50, 60, 9])[f"{INPUT}002.csv"])
    work_once(plan, store)
    [failure] = read_outcome(plan, store).failures
    assert failure.step == "suggest"
    assert "--endpoint shop` again, without --resume" in failure.reason
    # And trying again what failed says the same, instead of a baseline of two files
    again(plan, store)
    work_once(plan, store)
    assert f"{FOLDER}statistics.json" not in store.objects


def test_what_needs_rows_is_too_large_or_is_not_there_is_refused_before_anything_is_written() -> None:
    store = store_of(csv_files([5]))
    before = dict(store.objects)
    with pytest.raises(InvalidInputError, match=r"a baseline of model_quality needs the rows.*driftline baseline"):
        plan_baseline("shop", "model_quality", store=store, tables=TABLES, kinds=KINDS, release="1")
    with pytest.raises(NoDataSetError):
        plan_baseline("other", "data_quality", store=store, tables=TABLES, kinds=KINDS, release="1")
    assert store.objects == before
    store.put(f"{INPUT}_format.json", b'{"max_unpacked_megabytes": 1}')
    store.put(f"{INPUT}big.csv", b",".join([b"1"] * 4) + b"\n" + b"1,2,3,4\n" * (1 << 18))
    with pytest.raises(InvalidInputError, match="more than 1 MB, unpacked"):
        plan_baseline("shop", "data_quality", store=store, tables=TABLES, kinds=KINDS, release="1")


def test_files_that_unpack_to_too_much_together_are_refused_as_in_one_pass() -> None:
    packed = csv_files([30_000, 30_000], packed=True)  # 0.8 MB each, unpacked
    store = store_of({f"{INPUT}_format.json": b'{"max_unpacked_megabytes": 1}', **packed})
    with pytest.raises(InvalidInputError) as one_by_one:
        suggest_in(store, "shop", "data_quality")
    plan = planned(store)
    work_once(plan, store)
    [failure] = read_outcome(plan, store).failures
    assert failure.step == "suggest"
    assert one_by_one.value.what in failure.reason


def test_a_profile_of_a_file_that_is_damaged_is_made_again() -> None:
    store = store_of(csv_files([50, 60]))
    plan = planned(store)
    work_once(plan, store)
    first, _ = [key for key in store.objects if key.endswith(".profile")]
    body = store.objects[first]
    store.put(first, b"damaged")
    for key in [key for key in store.objects if key.startswith(f"{BACKFILLS}{plan.id}/results/")]:
        store.delete(key)
    work_once(plan, store)
    assert store.objects[first] == body


def test_a_large_data_set_is_refused_where_one_function_would_read_it() -> None:
    store = store_of(csv_files([50]))
    with pytest.raises(InvalidInputError, match=r"too much for one function.*driftline backfill --baseline"):
        suggest_in(store, "shop", "data_quality", most_bytes=100)
