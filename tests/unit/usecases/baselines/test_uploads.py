"""Which uploads mean the same, and what is kept of a data set that cannot be read."""

import json

import pytest

from driftline.kinds.registry import KINDS
from driftline.usecases.baselines.refusals import refusal_of
from driftline.usecases.baselines.uploads import Reading, subject_of, suggest_uploaded
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
