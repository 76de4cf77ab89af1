"""Which uploads mean the same, and what is kept of a data set that cannot be read."""

import json
from collections.abc import Callable, Sequence

import pytest

from driftline.domain.errors import StaleReadError
from driftline.kinds.registry import KINDS
from driftline.usecases.baselines.refusals import refusal_of
from driftline.usecases.baselines.uploads import Reading, subject_of, suggest_uploaded
from driftline.usecases.ports import ObjectSummary
from tests.explaining import at_once
from tests.fakes import InMemoryStore, RecordingOperators
from tests.tables import TABLES

FOLDER = "baselines/shop/data_quality/"
GOOD, BAD = b"a,b\n1,x\n2,y\n", b"a,b\n1,x\n2,y,z\n"


def uploaded(store: InMemoryStore, name: str, body: bytes) -> tuple[list[str], RecordingOperators]:
    """(what happened, what operators were told)"""
    key = f"{FOLDER}input/{name}"
    store.put(key, body)
    operators = RecordingOperators()
    reading = Reading(store, TABLES, operators, KINDS, None, at_once(store))  # type: ignore[arg-type]
    return [what for what, _ in suggest_uploaded(key, "", reading)], operators


def test_a_refusal_is_kept_until_the_data_set_can_be_read() -> None:
    store = InMemoryStore()
    assert uploaded(store, "a.csv", GOOD)[0] == ["suggested"]
    assert f"{FOLDER}error.json" not in store.objects

    happened, operators = uploaded(store, "b.csv", BAD)
    assert happened == ["refused"]
    refusal = refusal_of(store, "shop", "data_quality")
    assert refusal is not None
    assert [said for _, said in operators.told] == [str(refusal)]
    assert "b.csv" in str(refusal)
    assert set(json.loads(store.objects[f"{FOLDER}error.json"])["inputs"]) == {
        f"{FOLDER}input/a.csv",
        f"{FOLDER}input/b.csv",
    }

    assert uploaded(store, "b.csv", GOOD)[0] == ["suggested"]
    assert f"{FOLDER}error.json" not in store.objects


def test_a_refusal_is_of_the_data_set_that_is_there() -> None:
    store = InMemoryStore()
    uploaded(store, "a.csv", BAD)
    assert refusal_of(store, "shop", "data_quality") is not None
    store.put(f"{FOLDER}input/a.csv", GOOD)
    assert refusal_of(store, "shop", "data_quality") is None, "nobody has read this one yet"
    store.put(f"{FOLDER}input/a.csv", BAD)
    store.put(f"{FOLDER}error.json", b'{"of": "another version"}')
    assert refusal_of(store, "shop", "data_quality") is None


class Interrupted(InMemoryStore):
    """Something happens once, after the n-th list of inputs."""

    def __init__(self, after: int, meanwhile: Callable[["Interrupted"], object]) -> None:
        super().__init__()
        self.lists, self.after, self.meanwhile = 0, after, meanwhile

    def list(self, prefix: str) -> Sequence[ObjectSummary]:
        found = [*super().list(prefix)]
        self.lists += prefix.endswith("input/")
        if self.lists == self.after:
            self.after = 0
            self.meanwhile(self)
        return found


def slower(after: int, body: bytes) -> Interrupted:
    """The event of a good file, which that of another file overtakes; it is handled again if it asks for that."""
    store = Interrupted(after, lambda there: uploaded(there, "b.csv", body))
    try:
        uploaded(store, "a.csv", GOOD)
    except StaleReadError:
        uploaded(store, "a.csv", GOOD)
    assert store.after == 0, "the other event came"
    return store


LISTS = range(1, 6)
"""Of the inputs, by one event: what may be refused, what is read (twice), and whether it is that still (twice)."""


@pytest.mark.parametrize("after", LISTS)
def test_the_slower_of_two_events_does_not_have_the_last_word_with_fewer_files(after: int) -> None:
    store = slower(after, GOOD)
    assert json.loads(store.objects[f"{FOLDER}statistics.json"])["dataset"]["item_count"] == 4


@pytest.mark.parametrize("after", LISTS)
def test_the_slower_of_two_events_leaves_what_the_other_said_of_all_files(after: int) -> None:
    refusal = refusal_of(slower(after, BAD), "shop", "data_quality")
    assert refusal is not None
    assert "b.csv" in str(refusal)


@pytest.mark.parametrize(
    "key",
    [
        "baselines/e/data_quality/input/part-0.csv",
        "baselines/e/data_quality/input/deep/er/part-1.parquet",
        "baselines/e/data_quality/input/_SUCCESS",
        "baselines/e/data_quality/analysis_config.json",
    ],
)
def test_what_a_data_set_is_made_of_is_one_subject(key: str) -> None:
    assert subject_of(key) == "baselines/e/data_quality/"


def test_everything_else_is_its_own() -> None:
    apart = [
        "baselines/e/data_quality/input/a.csv",
        "baselines/e/model_quality/input/a.csv",
        "baselines/f/data_quality/input/a.csv",
        "monitors/e.yaml",
        "monitors/f.yaml",
        "analyses/a/analysis_config.json",
        "analyses/b/analysis_config.json",
        "something else",
    ]
    assert len(set(map(subject_of, apart))) == len(apart)
