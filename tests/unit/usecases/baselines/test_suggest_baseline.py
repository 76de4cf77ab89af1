"""The use case: files appear, nothing that others wrote is overwritten, the same input changes nothing."""

import json
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import pytest

from driftline.domain.errors import DriftlineError, InvalidInputError
from driftline.kinds.data_quality.kind import DATA_QUALITY
from driftline.kinds.kind import Kinds
from driftline.usecases.baselines.data_set import stated_format
from driftline.usecases.baselines.suggest_baseline import (
    BaselineSuggested,
    NoDataSetError,
    baselines_of,
    stored_data_set,
    suggest_baseline,
)
from tests.executing import suggest_in
from tests.explaining import at_once
from tests.fakes import FailingStore, InjectedError, InMemoryStore, RecordingOperators
from tests.tables import TABLES

FOLDER = "baselines/flights/data_quality/"
STATISTICS, CONSTRAINTS = f"{FOLDER}statistics.json", f"{FOLDER}constraints.json"
BESIDE = f"{FOLDER}constraints.suggested.json"


class Bucket:
    """A bucket with a data set, and the use case over it."""

    def __init__(self, body: bytes = b"score,carrier\n1.5,UA\n2.5,AA\n") -> None:
        self.store: InMemoryStore = InMemoryStore()
        self.operators = RecordingOperators()
        self.upload(body)

    def upload(self, body: bytes, name: str = "data.csv") -> None:
        self.store.put(f"{FOLDER}input/{name}", body)

    def suggest(self) -> BaselineSuggested:
        return suggest_in(self.store, "flights", "data_quality", self.operators)

    def item_count(self, key: str = STATISTICS) -> int:
        return int(json.loads(self.store.objects[key])["dataset"]["item_count"])


def test_a_data_set_gives_statistics_and_constraints() -> None:
    bucket = Bucket()
    suggested = bucket.suggest()
    assert (suggested.rows, suggested.kept, suggested.unchanged) == (2, (), False)
    assert suggested.files == {"statistics.json": STATISTICS, "constraints.json": CONSTRAINTS}
    assert bucket.item_count() == 2
    assert bucket.store.content_types[CONSTRAINTS] == "application/json"
    assert bucket.operators.told == []


def test_the_same_input_again_writes_nothing() -> None:
    bucket = Bucket()
    bucket.suggest()
    writes = FailingStore(bucket.store, 1, ["put", "delete"])
    again = suggest_in(writes, "flights", "data_quality", bucket.operators)
    assert again.unchanged
    assert again.rows == 2
    assert writes.calls == 0


def test_another_data_set_replaces_what_we_wrote() -> None:
    bucket = Bucket()
    bucket.suggest()
    bucket.upload(b"score,carrier\n9.5,UA\n", "more.csv")
    assert bucket.suggest().kept == ()
    assert bucket.item_count() == 3


def test_constraints_that_a_person_edited_stay_and_the_suggestion_lies_beside() -> None:
    # Given suggested constraints that somebody edited
    bucket = Bucket()
    bucket.suggest()
    edited = bucket.store.objects[CONSTRAINTS].replace(b'"comparison_threshold" : 0.1', b'"comparison_threshold" : 0.2')
    assert edited != bucket.store.objects[CONSTRAINTS]
    bucket.store.put(CONSTRAINTS, edited)
    # When another data set arrives
    bucket.upload(b"score,carrier\n1.5,UA\n2.5,AA\n3.5,\n")
    suggested = bucket.suggest()
    # Then they stay, the suggestion lies beside them, people are told, and the statistics are the new ones
    assert bucket.store.objects[CONSTRAINTS] == edited
    assert suggested.kept == ("constraints.json",)
    assert json.loads(bucket.store.objects[BESIDE])["features"][1]["completeness"] == pytest.approx(2 / 3)
    assert bucket.item_count() == 3
    ((subject, message),) = bucket.operators.told
    assert "flights" in subject
    assert BESIDE in message
    # And a second delivery tells nobody again.
    assert bucket.suggest().unchanged
    assert len(bucket.operators.told) == 1


def test_what_sagemaker_made_is_kept_as_it_is() -> None:
    bucket = Bucket()
    bucket.store.put(STATISTICS, b'{"made": "by SageMaker"}')
    bucket.store.put(CONSTRAINTS, b'{"made": "by SageMaker"}')
    suggested = bucket.suggest()
    assert suggested.kept == ("statistics.json", "constraints.json")
    assert bucket.store.objects[STATISTICS] == bucket.store.objects[CONSTRAINTS] == b'{"made": "by SageMaker"}'
    assert bucket.item_count(f"{FOLDER}statistics.suggested.json") == 2


def test_an_accepted_suggestion_is_ours_again_and_the_copy_beside_goes() -> None:
    bucket = Bucket()
    bucket.store.put(CONSTRAINTS, b"{}")
    bucket.suggest()
    bucket.store.put(CONSTRAINTS, bucket.store.objects[BESIDE])
    bucket.upload(b"score,carrier\n1.5,UA\n2.5,\n")
    assert bucket.suggest().kept == ()
    assert BESIDE not in bucket.store.objects
    assert json.loads(bucket.store.objects[CONSTRAINTS])["features"][1]["completeness"] == 0.5


def test_a_deleted_file_is_written_again() -> None:
    bucket = Bucket()
    bucket.suggest()
    del bucket.store.objects[CONSTRAINTS]
    assert not bucket.suggest().unchanged
    assert CONSTRAINTS in bucket.store.objects


@pytest.mark.parametrize("call", [1, 2, 3])
def test_after_a_crash_at_any_write_the_retry_ends_as_if_nothing_had_happened(call: int) -> None:
    # Given a first data set read, a second one uploaded, and a store that fails at one of the writes
    bucket, undisturbed = Bucket(), Bucket()
    for each in (bucket, undisturbed):
        each.suggest()
        each.upload(b"score,carrier\n-7.5,UA\n")
    with pytest.raises(InjectedError):
        suggest_in(FailingStore(bucket.store, call, ["put"]), "flights", "data_quality", bucket.operators)
    # When the platform retries
    bucket.suggest()
    undisturbed.suggest()
    # Then all files are equal
    assert bucket.store.objects == undisturbed.store.objects
    assert bucket.operators.told == []


class GrowingStore(InMemoryStore):
    """A second file arrives while the first one is read."""

    def local_copy(self, key: str) -> AbstractContextManager[Path]:
        copy = super().local_copy(key)
        self.objects.setdefault(f"{FOLDER}input/second.csv", b"score,carrier\n7.5,UA\n")
        return copy


def test_a_data_set_that_grows_meanwhile_is_read_again() -> None:
    # Given an upload of two files of which the first one's event comes before the second file
    bucket = Bucket()
    bucket.store = GrowingStore(objects=bucket.store.objects)
    # When it is read, then nothing is written that lacks the second one
    with pytest.raises(DriftlineError, match="changed while it was read") as raised:
        bucket.suggest()
    assert not isinstance(raised.value, InvalidInputError)  # so that the platform tries again
    assert STATISTICS not in bucket.store.objects
    assert bucket.suggest().rows == 3


def test_files_are_read_in_the_order_of_their_keys_and_markers_are_no_data() -> None:
    bucket = Bucket(b"1.5,UA\n")
    bucket.upload(b"0.5,AA\n", "a.csv")
    bucket.upload(b"", "empty/")
    bucket.upload(b"spark", "_SUCCESS")
    bucket.upload(b"checksum", ".data.csv.crc")
    assert bucket.suggest().rows == 2
    numbers = json.loads(bucket.store.objects[STATISTICS])["features"][0]["numerical_statistics"]
    assert numbers["distribution"]["kll"]["sketch"]["data"] == [[0.5, 1.5]]


def test_a_declared_format_counts_and_changing_it_is_a_change() -> None:
    bucket = Bucket(b"a,b\nc,d\n")
    bucket.suggest()
    assert bucket.item_count() == 1
    bucket.upload(b'{"csv": {"header": false}}', "_format.json")
    assert not bucket.suggest().unchanged
    assert bucket.item_count() == 2


def test_no_data_set_is_an_error_that_says_what_to_upload() -> None:
    bucket = Bucket()
    bucket.store.objects.clear()
    bucket.upload(b"{}", "_format.json")
    with pytest.raises(NoDataSetError, match="no data set") as raised:
        bucket.suggest()
    assert raised.value.where.endswith(f"{FOLDER}input/")


def test_bad_data_leaves_everything_as_it_was() -> None:
    bucket = Bucket()
    bucket.suggest()
    before = dict(bucket.store.objects)
    bucket.upload(b"score,carrier\n1.5\n", "more.csv")
    with pytest.raises(InvalidInputError, match=r"more\.csv, line 2"):
        bucket.suggest()
    del bucket.store.objects[f"{FOLDER}input/more.csv"]
    assert bucket.store.objects == before


def test_what_had_to_be_assumed_is_kept_and_operators_are_asked_to_check_it_once() -> None:
    bucket = Bucket(b"city,state\nBern,BE\nBasel,BS\n")

    (assumed, *_) = bucket.suggest().warnings

    assert "data.csv was taken for the header: city,state" in assumed
    assert json.loads(bucket.store.objects[f"{FOLDER}suggestion.json"])["warnings"][0] == assumed
    ((subject, text),) = bucket.operators.told
    assert subject == "Baseline of flights, data_quality: please check"
    assert assumed in text
    assert bucket.suggest().warnings[0] == assumed, "also where nothing changed"
    assert len(bucket.operators.told) == 1
    # Stated, there is nothing to assume.
    bucket.upload(b'{"csv": {"header": true}}', "_format.json")
    assert assumed not in bucket.suggest().warnings
    assert len(bucket.operators.told) == 1


class TestCompanions:
    """Files that users may put into the folder of a baseline, for kinds that read them."""

    KINDS = Kinds(replace(DATA_QUALITY, companions=("notes.json",)))
    KEY = f"{FOLDER}notes.json"

    def suggest(self, bucket: Bucket) -> BaselineSuggested:
        return suggest_baseline(
            "flights",
            "data_quality",
            store=bucket.store,
            tables=TABLES,
            operators=bucket.operators,
            kinds=self.KINDS,
            predictor=None,
            explaining=at_once(bucket.store),
        )

    def test_a_changed_one_makes_the_baseline_again(self) -> None:
        bucket = Bucket()
        assert not self.suggest(bucket).unchanged
        assert self.suggest(bucket).unchanged
        for body in (b"one", b"two"):
            bucket.store.put(self.KEY, body)
            assert not self.suggest(bucket).unchanged
            assert self.suggest(bucket).unchanged
        bucket.store.delete(self.KEY)
        assert not self.suggest(bucket).unchanged

    def test_an_upload_has_the_data_set_read(self) -> None:
        bucket = Bucket()
        assert baselines_of(bucket.store, self.KEY, kinds=self.KINDS) == [("flights", "data_quality")]

    @pytest.mark.parametrize("key", [STATISTICS, f"{FOLDER}old/notes.json", "baselines/flights/others/notes.json"])
    def test_other_files_do_not(self, key: str) -> None:
        assert baselines_of(InMemoryStore(), key, kinds=self.KINDS) == []

    def test_without_a_data_set_there_is_nothing_to_do(self) -> None:
        bucket = Bucket()
        bucket.store.objects = {self.KEY: b"one"}
        with pytest.raises(NoDataSetError):
            self.suggest(bucket)

    def test_engines_read_it_beside_the_data_set(self) -> None:
        bucket = Bucket()
        data = stored_data_set(bucket.store, "flights", "data_quality", TABLES)
        assert data.beside("notes.json") is None
        bucket.store.put(self.KEY, b"one")
        assert data.beside("notes.json") == b"one"


def test_a_stated_header_leaves_the_rest_of_the_format_as_it_is() -> None:
    store = InMemoryStore(objects={f"{FOLDER}input/_format.json": b'{"max_unpacked_megabytes": 9}'})

    _, content = stated_format(store, "flights", "data_quality", header=True)

    stated = {"csv": {"header": True, "output_columns_position": "START"}}
    assert json.loads(content) == {"max_unpacked_megabytes": 9, **stated}
    assert json.loads(stated_format(InMemoryStore(), "flights", "data_quality", header=True)[1]) == stated
