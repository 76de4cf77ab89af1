"""Whose the constraints of a baseline are."""

import json

import pytest

from driftline.usecases.baselines.baseline_files import read_files
from driftline.usecases.baselines.baseline_memory import is_ours
from tests.executing import suggest_in
from tests.fakes import InMemoryStore

FOLDER = "baselines/flights/data_quality/"
CONSTRAINTS, BESIDE, MEMORY = (
    f"{FOLDER}{name}" for name in ("constraints.json", "constraints.suggested.json", "suggestion.json")
)
IMPORTED = b'{"made": "by SageMaker"}'
EDITED = b'{"made": "by Driftline and a person"}'


class Bucket:
    def __init__(self) -> None:
        self.store = InMemoryStore()

    def read(self, *rows: str) -> None:
        self.store.put(f"{FOLDER}input/data.csv", "\n".join(["score,carrier", *rows]).encode())
        suggest_in(self.store, "flights", "data_quality")

    def ours(self) -> bool:
        return is_ours("constraints.json", read_files(self.store, FOLDER, ("constraints.json", "suggestion.json")))


@pytest.fixture
def bucket() -> Bucket:
    return Bucket()


def test_no_constraints_are_nobodys(bucket: Bucket) -> None:
    assert not bucket.ours()
    bucket.read("1.5,UA")
    del bucket.store.objects[CONSTRAINTS]
    assert not bucket.ours()


def test_suggested_ones_are_ours(bucket: Bucket) -> None:
    bucket.read("1.5,UA")
    assert bucket.ours()


def test_edited_ones_stay_ours_whatever_is_read_later(bucket: Bucket) -> None:
    bucket.read("1.5,UA")
    bucket.store.put(CONSTRAINTS, EDITED)
    assert bucket.ours()
    for rows in (["2.5,AA"], ["3.5,AA", "4.5,UA"]):
        bucket.read(*rows)
        assert bucket.store.objects[CONSTRAINTS] == EDITED
        assert bucket.ours()


def test_imported_ones_are_not(bucket: Bucket) -> None:
    bucket.store.put(CONSTRAINTS, IMPORTED)
    assert not bucket.ours()
    for row in ("1.5,UA", "2.5,UA"):
        bucket.read(row)
        assert bucket.store.objects[CONSTRAINTS] == IMPORTED
        assert not bucket.ours()


def test_an_accepted_suggestion_is(bucket: Bucket) -> None:
    bucket.store.put(CONSTRAINTS, IMPORTED)
    bucket.read("1.5,UA")
    bucket.store.put(CONSTRAINTS, bucket.store.objects[BESIDE])
    assert bucket.ours()


def test_an_import_after_edited_ones_were_deleted_is_not(bucket: Bucket) -> None:
    bucket.read("1.5,UA")
    bucket.store.put(CONSTRAINTS, EDITED)
    bucket.read("2.5,UA")
    # Deleted, suggested anew, and taken back to ours: the edit is forgotten.
    bucket.store.delete(CONSTRAINTS)
    bucket.read("2.5,UA", "1.5,UA")
    assert json.loads(bucket.store.objects[MEMORY])["edited"] == []
    assert bucket.ours()


def test_the_other_monitors_baseline_says_nothing(bucket: Bucket) -> None:
    bucket.read("1.5,UA")
    bucket.store.put("baselines/flights/model_quality/constraints.json", bucket.store.objects[CONSTRAINTS])
    other = "baselines/flights/model_quality/"
    assert not is_ours("constraints.json", read_files(bucket.store, other, ("constraints.json", "suggestion.json")))


def test_the_memory_of_an_earlier_version_still_says_what_is_ours(bucket: Bucket) -> None:
    # Given files and the memory that the first version wrote
    bucket.read("1.5,UA")
    memory = json.loads(bucket.store.objects[MEMORY])
    old = {key: memory[key] for key in ("generation", "inputs", "written", "rows")} | {"columns": None}
    bucket.store.put(MEMORY, json.dumps(old).encode())
    # Then they are ours, and nothing is read anew
    assert bucket.ours()
    suggested = suggest_in(bucket.store, "flights", "data_quality")
    assert suggested.unchanged
