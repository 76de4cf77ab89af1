"""A new model reaches an endpoint: which baseline counts from then on, what is kept, who is told, and how often."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import permutations
from threading import Barrier, Lock
from typing import Any

import pytest

from driftline.adapters.aws.model_events_in import announcement_of
from driftline.domain.errors import InvalidInputError, RetryLaterError, StaleReadError
from driftline.domain.incidents.received import Happening
from driftline.domain.models.announcement import EndpointChanged, ModelAnnounced, PackageChanged
from driftline.domain.models.package import ModelPackage, ServedModel
from driftline.kinds.registry import KINDS
from driftline.presentation.messages.happenings import happening_message
from driftline.usecases.baselines.baseline_files import read_files
from driftline.usecases.baselines.baseline_memory import is_ours
from driftline.usecases.baselines.candidate_baseline import Wanted, make_candidate
from driftline.usecases.models.adopt_model import ADOPTED_EVENT, TURN, Adoption, Outcome, adopt_model
from driftline.usecases.models.model_log import load_model_log
from driftline.usecases.one_at_a_time import Busy, Turns
from driftline.usecases.ports.models import DataFile
from local.patience import PATIENCE_SECONDS
from tests.executing import suggest_in
from tests.explaining import at_once
from tests.fakes import (
    FailingStore,
    InjectedError,
    InMemoryStore,
    InMemoryStores,
    InMemoryTable,
    RecordingEvents,
    RecordingOperators,
)
from tests.merging import InterruptedStore
from tests.tables import TABLES

AT = datetime(2026, 3, 1, 14, tzinfo=UTC)
HOUR = timedelta(hours=1)
ONE, TWO = (f"arn:aws:sagemaker:us-east-1:123456789012:model-package/churn/{version}" for version in (1, 2))
FOLDER = "baselines/churn/data_quality/"
QUALITY = "baselines/churn/model_quality/"
EARLIER = "earlier/20260301T140000Z/"
DOCUMENT = b"""\
endpoint: churn
monitors:
  data_quality: {}
  model_quality: {problem_type: BinaryClassification, inference_attribute: p, ground_truth_attribute: y}
"""
ONLY_DATA = b"endpoint: churn\nmonitors: {data_quality: {}}\n"
NEW = ModelAnnounced("churn", "v2", AT)


@dataclass
class FakeModels:
    """What SageMaker says; counts how often it was asked for the endpoint."""

    endpoints: dict[str, ServedModel] = field(default_factory=dict)
    packages: dict[str, ModelPackage] = field(default_factory=dict)

    def served(self, endpoint: str, variant: str | None) -> ServedModel | None:
        return self.endpoints.get(endpoint)

    def package(self, name: str) -> ModelPackage | None:
        return self.packages.get(name)


@dataclass
class FakeFiles:
    """Files of other buckets by URI; those of the stack's bucket are its store's."""

    store: InMemoryStore
    files: dict[str, bytes] = field(default_factory=dict)
    forbidden: frozenset[str] = frozenset()
    copies: int = 0
    fail_on: int = 0
    refuse_on: int = 0
    counting: Lock = field(default_factory=Lock)

    def read(self, uri: str) -> bytes:
        if uri not in self.files:
            raise InvalidInputError("it does not exist, or adopt_model may not read it", where=uri)
        return self.files[uri]

    def check(self, uri: str) -> None:
        if uri in self.forbidden or (uri not in self.files and not uri.startswith(self.store.uri(""))):
            raise InvalidInputError("it does not exist, or adopt_model may not read it", where=uri)

    def list(self, uri: str) -> Sequence[DataFile]:
        folder = uri.rstrip("/") + "/"
        return [
            DataFile(name, name.removeprefix(folder), len(body), sha256(body).hexdigest())
            for name, body in sorted(self.files.items())
            if name.startswith(folder)
        ]

    def copy(self, uri: str, key: str) -> None:
        with self.counting:
            self.copies += 1
            call = self.copies
        if call == self.fail_on:
            raise InjectedError(f"copy, call {call}")
        if call == self.refuse_on:
            raise InvalidInputError("it does not exist, or adopt_model may not read it", where=uri)
        own = uri.removeprefix(self.store.uri(""))
        self.store.objects[key] = self.store.objects[own] if own != uri else self.read(uri)


def baseline(monitor: str, data: str, document: bytes = DOCUMENT) -> dict[str, bytes]:
    """The two files that a data set suggests."""
    folder = f"baselines/churn/{monitor}/"
    made = InMemoryStore(objects={"monitors/churn.yaml": document, f"{folder}input/data.csv": data.encode()})
    suggest_in(made, "churn", monitor)
    return {name: made.objects[folder + name] for name in ("statistics.json", "constraints.json")}


OLD_DATA = baseline("data_quality", "p,a\n0,1.5\n1,2.5\n")
NEW_DATA = baseline("data_quality", "p,a\n1,7.5\n1,8.5\n")
NEW_QUALITY = baseline("model_quality", "p,y\n1,1\n0,0\n1,0\n0,1\n")
COPIES = 5
"""Of a data set of two files in place of one: the new ones come, the old one is kept, the new ones take its place."""

EDITED = OLD_DATA["constraints.json"].replace(b"{", b"{ ", 1)


@dataclass
class World:
    """An endpoint that is watched since ten days, with a baseline and a document."""

    store: InMemoryStore
    models: FakeModels
    files: FakeFiles
    events: RecordingEvents
    table: InMemoryTable = field(default_factory=InMemoryTable)
    wall: datetime = AT

    def adopt(self, announcement: EndpointChanged | PackageChanged | ModelAnnounced, **others: Any) -> Adoption:
        ports: dict[str, Any] = {
            "store": self.store,
            "models": self.models,
            "files": self.files,
            "events": self.events,
            "turns": Turns(self.table, "adoption", Busy.read, TURN, lambda: self.wall),
            "kinds": KINDS,
        }
        return adopt_model(announcement, **(ports | others))

    def serve(self, package: ModelPackage, at: datetime = AT, made: datetime = AT - HOUR) -> EndpointChanged:
        """The endpoint now serves a model that was made from this package."""
        self.models.packages[package.arn] = package
        self.models.endpoints["churn"] = ServedModel(
            in_service=True, at=at, model="churn-model", made=made, package=package.arn, variant="all"
        )
        return EndpointChanged("churn")

    def package(self, arn: str = TWO, *monitors: str, **others: Any) -> ModelPackage:
        """A package with the drift-check baselines of these monitors; data_quality unless given."""
        given = {"data_quality": NEW_DATA, "model_quality": NEW_QUALITY}
        baselines = {}
        for monitor in monitors or ("data_quality",):
            uris = {name: f"s3://training/{arn}/{monitor}/{name}" for name in ("statistics.json", "constraints.json")}
            self.files.files |= {uri: given[monitor][name] for name, uri in uris.items()}
            baselines[monitor] = uris
        return ModelPackage(arn, approved=True, endpoint="churn", baselines=baselines, **others)

    def current(self, folder: str = FOLDER) -> dict[str, bytes]:
        names = ("statistics.json", "constraints.json")
        return {name: self.store.objects[folder + name] for name in names if folder + name in self.store.objects}


@pytest.fixture
def world() -> World:
    return make_world(DOCUMENT)


def make_world(document: bytes) -> World:
    store = InMemoryStore(
        objects={
            "monitors/churn.yaml": document,
            "reports/churn/data_quality/2026/02/19/07/summary.json": b"{}",
            "reports/churn/data_quality/2026/03/01/13/summary.json": b"{}",
            **{FOLDER + name: body for name, body in OLD_DATA.items()},
        }
    )
    return World(store, FakeModels(), FakeFiles(store), RecordingEvents())


def test_the_package_s_baselines_are_taken_and_the_earlier_ones_kept(world: World) -> None:
    # Given an endpoint with a new model whose package has baselines for both monitors
    changed = world.serve(world.package(TWO, "data_quality", "model_quality"))
    # When its event comes
    adoption = world.adopt(changed)
    # Then they count, the earlier ones lie beside, the model is logged and one event tells it
    assert adoption.outcome is Outcome.ADOPTED
    assert world.current() == NEW_DATA
    assert world.current(QUALITY) == NEW_QUALITY
    assert {name: world.store.objects[FOLDER + EARLIER + name] for name in OLD_DATA} == OLD_DATA
    log = load_model_log(world.store, "churn").entries
    assert [(entry.at, entry.model, entry.source) for entry in log] == [(AT, TWO, "endpoint")]
    [event] = world.events.published
    assert event.detail_type == ADOPTED_EVENT
    assert event.resources == (world.store.uri("monitors/churn.yaml"),)
    reason, identity = event.detail["Reason"], event.detail["Id"]
    assert event.detail == {
        "Id": identity,
        "Endpoint": "churn",
        "Model": "churn-model",
        "ModelPackage": TWO,
        "At": "2026-03-01T14:00:00Z",
        "Baselines": {"data_quality": TWO, "model_quality": TWO},
        "Reason": reason,
        "Team": None,
        "Owner": None,
        "Tags": {},
    }
    assert f"kept in memory://bucket/{FOLDER}{EARLIER}" in str(reason)


def test_the_event_says_whose_endpoint_it_is(world: World) -> None:
    world.store.objects["monitors/churn.yaml"] += (
        b"team: risk\nowner: ana@example.com\ntags: {tier: gold, product: checkout}\n"
    )
    world.adopt(world.serve(world.package(TWO, "data_quality", "model_quality")))
    [event] = world.events.published
    assert [event.detail[name] for name in ("Team", "Owner")] == ["risk", "ana@example.com"]
    assert event.detail["Tags"] == {"tier": "gold", "product": "checkout"}


def test_scaling_an_endpoint_adopts_nothing(world: World) -> None:
    changed = world.serve(world.package())
    world.adopt(changed)
    before = dict(world.store.objects)
    # Every scaling changes the endpoint and sends the event, again with the same package
    world.serve(world.package(), at=AT + 5 * HOUR)
    assert world.adopt(changed).outcome is Outcome.UNCHANGED
    assert world.store.objects == before
    assert len(world.events.published) == 1


def test_a_roll_back_is_a_new_arrival(world: World) -> None:
    for hours, arn in enumerate((ONE, TWO, ONE)):
        assert world.adopt(world.serve(world.package(arn), at=AT + hours * HOUR)).outcome is Outcome.ADOPTED
    assert [entry.model for entry in load_model_log(world.store, "churn").entries] == [ONE, TWO, ONE]


def test_the_first_model_that_is_seen_keeps_the_baseline_that_was_made_for_it(world: World) -> None:
    # Given a model that was there before the first execution of 19 February, seven o'clock
    made = datetime(2026, 2, 19, 6, tzinfo=UTC)
    changed = world.serve(world.package(ONE, "data_quality", "model_quality"), made=made)
    # When the endpoint is scaled for the first time since
    adoption = world.adopt(changed)
    # Then its baseline stays, the one that is missing is taken, and windows after the scaling are not marked
    assert world.current() == OLD_DATA
    assert world.current(QUALITY) == NEW_QUALITY
    assert (adoption.outcome, adoption.baselines) == (Outcome.NOTED, {"model_quality": ONE})
    assert world.events.published == []  # no new model, so no incident is closed
    assert [entry.at for entry in load_model_log(world.store, "churn").entries] == [made]
    # And a model that comes later is a new one
    assert world.adopt(world.serve(world.package(TWO), at=AT + HOUR)).outcome is Outcome.ADOPTED
    assert world.current() == NEW_DATA


def test_before_the_first_execution_a_baseline_that_is_there_stays_and_a_missing_one_is_told(world: World) -> None:
    for key in [key for key in world.store.objects if key.startswith("reports/")]:
        del world.store.objects[key]
    world.adopt(world.serve(world.package(ONE, "data_quality", "model_quality")))
    assert world.current() == OLD_DATA
    assert world.current(QUALITY) == NEW_QUALITY
    assert [event.detail["Baselines"] for event in world.events.published] == [{"model_quality": ONE}]


def test_a_first_model_with_every_baseline_in_place_is_only_noted(world: World) -> None:
    world.store.objects["monitors/churn.yaml"] = ONLY_DATA
    changed = world.serve(world.package(ONE), made=datetime(2026, 1, 1, tzinfo=UTC))
    assert world.adopt(changed).outcome is Outcome.NOTED
    assert world.events.published == []
    assert world.adopt(changed).outcome is Outcome.UNCHANGED


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        ({"statistics.json": b"{"}, "statistics.json"),
        ({"constraints.json": b'{"features": 5}'}, "constraints.json"),
        ({"constraints.json": None}, "may not read it"),
    ],
)
def test_a_baseline_that_cannot_be_used_changes_nothing_and_says_why(
    world: World, broken: dict[str, bytes | None], why: str
) -> None:
    changed = world.serve(world.package())
    for name, body in broken.items():
        uri = f"s3://training/{TWO}/data_quality/{name}"
        del world.files.files[uri]
        if body is not None:
            world.files.files[uri] = body
    adoption = world.adopt(changed)
    assert adoption.outcome is Outcome.ADOPTED
    assert world.current() == OLD_DATA
    assert not any("earlier" in key for key in world.store.objects)
    [event] = world.events.published
    assert event.detail["Baselines"] == {}
    assert why in str(event.detail["Reason"])
    assert "stays" in str(event.detail["Reason"])


def test_both_files_or_none(world: World) -> None:
    package = world.package()
    half = {"statistics.json": package.baselines["data_quality"]["statistics.json"]}
    world.adopt(world.serve(replace(package, baselines={"data_quality": half})))
    assert world.current() == OLD_DATA
    assert "no constraints.json" in str(world.events.published[0].detail["Reason"])


def test_a_baseline_of_another_problem_is_refused(world: World) -> None:
    world.store.objects["monitors/churn.yaml"] = DOCUMENT.replace(b"BinaryClassification", b"Regression")
    adoption = world.adopt(world.serve(world.package(TWO, "model_quality")))
    assert "Regression" in adoption.reason
    assert world.current(QUALITY) == {}


def test_a_model_without_baselines_is_told_and_leaves_what_is_there(world: World) -> None:
    adoption = world.adopt(NEW)
    assert (adoption.outcome, adoption.model, adoption.package) == (Outcome.ADOPTED, "v2", None)
    assert world.current() == OLD_DATA
    assert "data_quality: the baseline is unchanged, because the model has none." in adoption.reason


def test_files_of_a_package_are_nobody_s_suggestion(world: World) -> None:
    # Given a baseline that was suggested from a data set
    data = b"p,a\n0,1.5\n1,2.5\n"
    world.store.objects[f"{FOLDER}input/data.csv"] = data
    suggest_in(world.store, "churn", "data_quality")
    assert is_ours("constraints.json", read_files(world.store, FOLDER, ("constraints.json", "suggestion.json")))
    # When a package's takes its place
    world.adopt(world.serve(world.package()))
    # Then its thresholds count as somebody else's, and an event of the old data set changes and tells nothing
    assert not is_ours("constraints.json", read_files(world.store, FOLDER, ("constraints.json", "suggestion.json")))
    operators = RecordingOperators()
    assert suggest_in(world.store, "churn", "data_quality", operators).unchanged
    assert world.current() == NEW_DATA
    assert operators.told == []


class TestDataSet:
    """Without drift-check baselines a named data set makes them."""

    told = replace(NEW, data_set="s3://training/data/")

    @pytest.fixture(autouse=True)
    def data_sets(self, world: World) -> None:
        world.store.objects["monitors/churn.yaml"] = ONLY_DATA
        world.store.objects[f"{FOLDER}input/old.csv"] = b"p,a\n0,1.5\n1,2.5\n"
        world.store.objects[FOLDER + "constraints.json"] = EDITED
        world.files.files |= {"s3://training/data/1.csv": b"p,a\n1,7.5\n", "s3://training/data/2.csv": b"p,a\n1,8.5\n"}

    def test_it_takes_the_place_of_the_earlier_one(self, world: World) -> None:
        adoption = world.adopt(self.told)
        # Then the old data set and files are kept, an edited one too
        assert adoption.baselines == {"data_quality": "s3://training/data/"}
        inputs = sorted(key for key in world.store.objects if key.startswith(f"{FOLDER}input/"))
        assert inputs == [f"{FOLDER}input/1.csv", f"{FOLDER}input/2.csv"]
        assert f"{FOLDER}{EARLIER}input/old.csv" in world.store.objects
        assert world.store.objects[f"{FOLDER}{EARLIER}constraints.json"] == EDITED
        # And suggest_baseline, whom the new files wake, makes the new baseline of it without a word
        operators = RecordingOperators()
        suggested = suggest_in(world.store, "churn", "data_quality", operators)
        assert (suggested.rows, suggested.kept, operators.told) == (2, (), [])
        assert world.current() == baseline("data_quality", "p,a\n1,7.5\n1,8.5\n", ONLY_DATA)

    def test_told_again_it_is_not_copied_again(self, world: World) -> None:
        world.adopt(self.told)
        copies = world.files.copies
        assert world.adopt(self.told).outcome is Outcome.UNCHANGED
        assert (world.files.copies, len(world.events.published)) == (copies, 1)

    def test_cut_short_anywhere_it_is_completed(self, world: World) -> None:
        finished = {}
        for fail_on in (*range(1, COPIES + 1), 0):
            store = InMemoryStore(objects=world.store.objects)
            files = FakeFiles(store, world.files.files, fail_on=fail_on)
            if fail_on:
                with pytest.raises(InjectedError):
                    world.adopt(self.told, store=store, files=files)
            assert world.adopt(self.told, store=store, files=files).outcome is Outcome.ADOPTED
            finished[fail_on] = store.objects
        assert files.copies == COPIES
        assert all(objects == finished[0] for objects in finished.values())

    @pytest.mark.parametrize("refuse_on", range(1, COPIES + 1))
    def test_a_copy_that_is_refused_leaves_the_earlier_one_in_place(self, world: World, refuse_on: int) -> None:
        suggest_in(world.store, "churn", "data_quality", RecordingOperators())
        before = dict(world.store.objects)
        files = FakeFiles(world.store, world.files.files, refuse_on=refuse_on)
        adoption = world.adopt(self.told, files=files)
        # Then the event says which file, and all is as before but for the copy of what was to be replaced
        assert (adoption.outcome, adoption.baselines) == (Outcome.ADOPTED, {})
        assert "the baseline stays, because the new one cannot be used" in adoption.reason
        assert files.copies >= refuse_on
        earlier = FOLDER + EARLIER
        after = {key: body for key, body in world.store.objects.items() if not key.startswith((earlier, "state/"))}
        assert after == {key: body for key, body in before.items() if not key.startswith("state/")}
        # And the event of the file that was put back changes nothing
        assert suggest_in(world.store, "churn", "data_quality", RecordingOperators()).unchanged

    def test_each_monitor_has_its_own_folder(self, world: World) -> None:
        world.store.objects["monitors/churn.yaml"] = DOCUMENT
        world.files.files = {
            f"s3://training/data/{monitor}/data.csv": b"p,y\n1,1\n" for monitor in ("data_quality", "model_quality")
        }
        assert set(world.adopt(self.told).baselines) == {"data_quality", "model_quality"}
        assert f"{QUALITY}input/data.csv" in world.store.objects

    def test_one_that_is_not_there_is_told(self, world: World) -> None:
        world.files.files.clear()
        assert "no data set" in world.adopt(self.told).reason
        assert f"{FOLDER}input/old.csv" in world.store.objects

    def test_another_one_with_the_same_names_and_sizes_is_another_one(self, world: World) -> None:
        world.adopt(self.told)
        again = {f"s3://training/next/{name}.csv": b"p,a\n0,%s.5\n" % name.encode() for name in "12"}
        world.files.files |= again
        world.adopt(replace(self.told, model="v3", at=AT + HOUR, data_set="s3://training/next/"))
        assert world.store.objects[f"{FOLDER}input/2.csv"] == b"p,a\n0,2.5\n"
        # And so is the same one when its files have changed
        world.files.files["s3://training/next/2.csv"] = b"p,a\n0,9.5\n"
        world.adopt(replace(self.told, model="v4", at=AT + 2 * HOUR, data_set="s3://training/next/"))
        assert world.store.objects[f"{FOLDER}input/2.csv"] == b"p,a\n0,9.5\n"

    def test_one_of_which_a_file_may_not_be_read_changes_nothing(self, world: World) -> None:
        world.files.forbidden = frozenset({"s3://training/data/2.csv"})
        before = {key for key in world.store.objects if key.startswith(FOLDER)}
        adoption = world.adopt(self.told)
        assert "2.csv: it does not exist, or adopt_model may not read it" in adoption.reason
        assert {key for key in world.store.objects if key.startswith(FOLDER)} == before

    @pytest.mark.parametrize("folder", ["", "input/"])
    def test_one_that_is_there_already_is_not_deleted(self, world: World, folder: str) -> None:
        own = world.store.uri(f"{FOLDER}input/old.csv")
        world.files.files = {own: world.store.objects[f"{FOLDER}input/old.csv"]}
        adoption = world.adopt(replace(self.told, data_set=world.store.uri(FOLDER + folder)))
        assert "cannot replace itself" in adoption.reason
        assert f"{FOLDER}input/old.csv" in world.store.objects

    def test_a_package_names_one_too(self, world: World) -> None:
        package = ModelPackage(TWO, approved=True, data_set="s3://training/data/")
        assert world.adopt(world.serve(package)).baselines == {"data_quality": "s3://training/data/"}


class TestAnotherAccount:
    """Its packages are looked at if it shares them; a model has arrived in any case."""

    @pytest.fixture(autouse=True)
    def not_shared(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        def package(name: str) -> None:
            raise InvalidInputError("adopt_model may not read it", where=name)

        world.serve(world.package())
        monkeypatch.setattr(world.models, "package", package)

    def test_the_endpoint_has_a_new_model_all_the_same(self, world: World) -> None:
        adoption = world.adopt(EndpointChanged("churn"))
        assert (adoption.outcome, world.current()) == (Outcome.ADOPTED, OLD_DATA)
        assert f"unchanged, because {TWO}: adopt_model may not read it" in adoption.reason
        assert [entry.model for entry in load_model_log(world.store, "churn").entries] == [TWO]

    def test_its_data_set_counts_where_an_event_names_one(self, world: World) -> None:
        world.files.files |= {"s3://training/data/1.csv": b"p,a\n1,7.5\n"}
        told = replace(NEW, package=TWO, data_set="s3://training/data/")
        assert world.adopt(told).baselines == {"data_quality": "s3://training/data/"}

    def test_an_approval_says_why_it_is_ignored(self, world: World) -> None:
        adoption = world.adopt(PackageChanged(TWO, AT))
        assert adoption.outcome is Outcome.IGNORED
        assert "adopt_model may not read it" in adoption.reason


def test_many_files_of_an_earlier_data_set_are_kept_side_by_side(world: World) -> None:
    """One after the other, thousands of them would take longer than the function may run."""
    folder = f"{FOLDER}input/"
    earlier = {f"{number}.csv": f"p,a\n{number},1\n".encode() for number in range(6)}
    world.store.objects |= {folder + name: body for name, body in earlier.items()}
    world.files.files["s3://training/data/new.csv"] = b"p,a\n1,7.5\n"
    together = Barrier(2)

    class Files(FakeFiles):
        def copy(self, uri: str, key: str) -> None:
            if EARLIER in key:
                together.wait(PATIENCE_SECONDS)  # it breaks if nobody else comes
            super().copy(uri, key)

    files = Files(world.store, world.files.files)
    world.adopt(replace(NEW, data_set="s3://training/data/"), files=files)

    kept = {name: world.store.objects[f"{FOLDER}{EARLIER}input/{name}"] for name in earlier}
    assert kept == earlier
    assert [key for key in world.store.objects if key.startswith(folder)] == [f"{folder}new.csv"]


class TestApproval:
    """A version in the model registry is approved for the endpoint that its metadata names."""

    approved = PackageChanged(TWO, AT)

    def test_where_sagemaker_serves_it_waits_for_the_endpoint(self, world: World) -> None:
        world.adopt(world.serve(world.package(ONE)))
        world.models.packages[TWO] = world.package(TWO)
        assert world.adopt(self.approved).outcome is Outcome.IGNORED
        world.serve(world.package(TWO), at=AT + HOUR)
        assert world.adopt(self.approved).outcome is Outcome.ADOPTED
        assert world.adopt(EndpointChanged("churn")).outcome is Outcome.UNCHANGED

    def test_where_something_else_serves_the_approval_counts(self, world: World) -> None:
        world.models.packages[TWO] = world.package(TWO)
        adoption = world.adopt(self.approved)
        assert (adoption.outcome, adoption.model, adoption.at) == (Outcome.ADOPTED, "churn/2", AT)
        assert world.current() == NEW_DATA

    @pytest.mark.parametrize("change", [{"approved": False}, {"endpoint": None}, {"endpoint": "other"}])
    def test_it_is_not_for_us(self, world: World, change: dict[str, Any]) -> None:
        world.models.packages[TWO] = replace(world.package(TWO), **change)
        assert world.adopt(self.approved).outcome is Outcome.IGNORED
        assert world.events.published == []


def test_an_endpoint_without_a_document_is_ignored(world: World) -> None:
    assert world.adopt(EndpointChanged("stranger")).outcome is Outcome.IGNORED
    assert world.adopt(replace(NEW, endpoint="stranger")).outcome is Outcome.IGNORED


def test_an_endpoint_whose_document_never_was_good_is_ignored(world: World) -> None:
    changed = world.serve(world.package())
    world.store.objects["monitors/churn.yaml"] = b"endpoint: churn\nmonitors: {}\n"
    adoption = world.adopt(changed)
    assert (adoption.outcome, world.current()) == (Outcome.IGNORED, OLD_DATA)
    assert "no monitor" in adoption.reason


def test_a_variant_that_names_no_model_is_ignored(world: World) -> None:
    changed = world.serve(world.package())
    world.models.endpoints["churn"] = replace(world.models.endpoints["churn"], model=None)
    assert world.adopt(changed).outcome is Outcome.IGNORED


def test_people_read_why_a_baseline_stays(world: World) -> None:
    world.adopt(NEW)
    [event] = world.events.published
    received = Happening("id", event.detail_type, AT, event.detail)
    message = happening_message(received, None, ())
    assert message.headline == "churn has the new model v2"
    assert any("data_quality: the baseline is unchanged" in each for each in message.details)


def test_an_endpoint_that_is_changing_is_asked_later(world: World) -> None:
    changed = world.serve(world.package())
    world.models.endpoints["churn"] = replace(world.models.endpoints["churn"], in_service=False)
    assert world.adopt(changed).outcome is Outcome.IGNORED
    assert world.current() == OLD_DATA


def test_an_older_model_that_is_told_later_only_goes_into_the_log(world: World) -> None:
    world.adopt(world.serve(world.package(TWO)))
    late = ModelAnnounced("churn", "v1", AT - 2 * HOUR, package=ONE)
    world.models.packages[ONE] = world.package(ONE)
    assert world.adopt(late).outcome is Outcome.NOTED
    assert world.current() == NEW_DATA
    assert [entry.model for entry in load_model_log(world.store, "churn").entries] == [ONE, TWO]
    assert len(world.events.published) == 1


@pytest.mark.parametrize("order", [*permutations(range(3)), (2, 0, 0, 2, 1, 1), (0, 2, 1, 0, 2, 1)])
def test_whatever_the_order_the_newest_model_s_baseline_counts(world: World, order: tuple[int, ...]) -> None:
    # Given three models, an hour after another, and their events in any order, some of them twice
    arns = [f"{ONE[:-1]}{version}" for version in range(3)]
    models = [baseline("data_quality", f"p,a\n1,{version}.5\n") for version in range(3)]
    for arn, made in zip(arns, models, strict=True):
        world.models.packages[arn] = world.package(arn)
        world.files.files |= {f"s3://training/{arn}/data_quality/{name}": body for name, body in made.items()}
    # When they are delivered
    for each in order:
        world.adopt(ModelAnnounced("churn", f"v{each}", AT + each * HOUR, package=arns[each]))
    # Then the last one's baseline counts, and the log has each model once, in the order of their times
    assert world.current() == models[2]
    assert [entry.model for entry in load_model_log(world.store, "churn").entries] == arns
    # And no baseline is lost
    everything = set(world.store.objects.values())
    adopted = {str(event.detail["ModelPackage"]) for event in world.events.published}
    assert set(OLD_DATA.values()) <= everything
    assert all(set(models[arns.index(arn)].values()) <= everything for arn in adopted)


def test_a_person_can_have_it_tried_again(world: World) -> None:
    # Given a model whose baseline could not be read
    package = world.package()
    readable = dict(world.files.files)
    world.files.files.clear()
    world.adopt(world.serve(package))
    # When what was wrong is mended and an own event tells of the same model
    world.files.files.update(readable)
    again = world.adopt(ModelAnnounced("churn", "whatever", AT + HOUR, package=TWO))
    # Then the baseline is taken, and told
    assert again.outcome is Outcome.ADOPTED
    assert world.current() == NEW_DATA
    assert len(world.events.published) == 2


def test_cut_short_anywhere_a_redelivery_completes(world: World) -> None:
    changed = world.serve(world.package(TWO, "data_quality", "model_quality"))
    start = dict(world.store.objects)

    def run(break_it: Callable[[World], dict[str, Any]]) -> tuple[dict[str, bytes], list[Any]]:
        store = InMemoryStore(objects=start)
        fresh = World(store, world.models, FakeFiles(store, world.files.files), RecordingEvents())
        broken = break_it(fresh)
        if broken:
            with pytest.raises(InjectedError):
                fresh.adopt(changed, **broken)
        assert fresh.adopt(changed).outcome is Outcome.ADOPTED
        return store.objects, [(event.detail["Id"], event.detail["Baselines"]) for event in fresh.events.published]

    whole = run(lambda _: {})
    puts = 8  # two files kept, two lists of what is kept; one that is new, and two with what says so; then the log
    for call in range(1, puts + 1):
        assert run(lambda fresh, call=call: {"store": FailingStore(fresh.store, call, ["put"])}) == whole  # type: ignore[misc]
    assert run(lambda _: {"events": RecordingEvents(fail_on=1)}) == whole
    # After the event only the log is missing: it is sent twice rather than never, with one id, so that people hear once.
    objects, told = run(lambda fresh: {"store": FailingStore(fresh.store, puts + 1, ["put"])})
    assert (objects, told) == (whole[0], [*whole[1], *whole[1]])


def test_two_models_at_once_are_adopted_one_after_the_other() -> None:
    """The second event comes before any call of the first, and comes again when the first is done."""
    first, second = (ModelAnnounced("churn", f"v{each}", AT + each * HOUR, package=(ONE, TWO)[each]) for each in (0, 1))
    newer = baseline("data_quality", "p,a\n1,0.5\n")

    def two() -> World:
        store = InMemoryStore(objects={"monitors/churn.yaml": ONLY_DATA})
        store.objects |= {FOLDER + name: body for name, body in OLD_DATA.items()}
        world = World(store, FakeModels(), FakeFiles(store), RecordingEvents())
        world.models.packages = {arn: world.package(arn) for arn in (ONE, TWO)}
        world.files.files |= {f"s3://training/{TWO}/data_quality/{name}": body for name, body in newer.items()}
        return world

    postponed = 0
    for earlier, later in ((first, second), (second, first)):
        for call in range(1, 80):
            world = two()
            received: list[bool] = []

            def meanwhile(world: World = world, later: ModelAnnounced = later, received: list[bool] = received) -> None:
                try:
                    world.adopt(later)
                except (RetryLaterError, StaleReadError):
                    received.append(False)
                else:
                    received.append(True)

            try:
                world.adopt(earlier, store=InterruptedStore(world.store, call, meanwhile))
            except StaleReadError:
                world.adopt(earlier)
            if not received:
                break
            if not received[0]:
                postponed += 1
                world.adopt(later)
            assert world.current() == newer, call
            assert [entry.model for entry in load_model_log(world.store, "churn").entries] == [ONE, TWO], call
            assert not any(key.endswith("swap.json") for key in world.store.objects), call
        assert call > 20
    assert postponed > 30


def test_the_turn_of_one_that_died_is_over_when_lambda_tries_for_the_third_time(world: World) -> None:
    # Given a process that died with its turn
    changed = world.serve(world.package())
    world.table.put("adoption", "churn", json.dumps({"until": (AT + TURN).isoformat()}), version=0)
    with pytest.raises(RetryLaterError):
        world.adopt(changed)
    world.wall += timedelta(minutes=1 + 2)
    assert world.adopt(changed).outcome is Outcome.ADOPTED
    assert world.adopt(changed).outcome is Outcome.UNCHANGED


class TestEvents:
    """The shapes that arrive."""

    def sample(self, name: str) -> dict[str, Any]:
        from tests.conftest import REPOSITORY  # noqa: PLC0415

        return dict(json.loads((REPOSITORY / "events" / f"{name}.json").read_text()))

    def test_an_endpoint_s(self) -> None:
        assert announcement_of(self.sample("adopt_model")) == EndpointChanged("flight-delay")

    def test_a_package_s_with_its_time_in_either_form(self) -> None:
        event = self.sample("adopt_model.approved")
        arn = "arn:aws:sagemaker:us-east-1:123456789012:model-package/flight-delay/2"
        when = datetime(2026, 3, 1, 13, 40, tzinfo=UTC)
        assert announcement_of(event) == PackageChanged(arn, when)
        assert announcement_of(event | {"time": str(int(when.timestamp() * 1000))}) == PackageChanged(arn, when)

    def test_your_own(self) -> None:
        event = self.sample("adopt_model.new_model")
        told = ModelAnnounced(
            "flight-delay", "flight-delay-v2", AT, data_set="s3://my-training-data/flight-delay/2026-03/"
        )
        assert announcement_of(event) == told
        del event["detail"]["At"]
        assert announcement_of(event) == replace(told, at=datetime(2026, 3, 1, 14, 2, 7, tzinfo=UTC))

    def test_one_that_is_still_to_come_counts_as_now(self) -> None:
        event = self.sample("adopt_model.new_model")
        event["detail"]["At"] = "2062-03-01T14:00:00Z"
        assert announcement_of(event).at == datetime(2026, 3, 1, 14, 2, 7, tzinfo=UTC)  # type: ignore[union-attr]

    @pytest.mark.parametrize(
        "change",
        [
            {"Endpoint": "../x"},
            {"Model": ""},
            {"BaselineUri": "https://x/y"},
            {"Unknown": 1},
            {"At": "2026-03-01T14:00"},
        ],
    )
    def test_a_wrong_one_of_your_own_is_refused(self, change: dict[str, object]) -> None:
        event = self.sample("adopt_model.new_model")
        event["detail"] |= change
        with pytest.raises(ValueError, match=next(iter(change))):
            announcement_of(event)


# ------------------------------------------------------------------------------------- baselines that Driftline made

BIAS_DOCUMENT = b"""\
endpoint: churn
columns: {output: [p], input: [sex]}
monitors:
  model_quality: {problem_type: BinaryClassification, probability_attribute: p, ground_truth_attribute: y}
  model_bias:
    facets: [{column: sex, values: [f]}]
    positive_label: 1
    probability_attribute: p
    ground_truth_attribute: y
"""


def people(women: int, men: int) -> bytes:
    """As many women and men, of whom so many in ten get a good answer."""
    lines = ["p,sex,y"]
    for number in range(200):
        for sex, share in (("f", women), ("m", men)):
            lines.append(f"{0.9 if number % 10 < share else 0.1},{sex},{number // 10 % 2}")
    return ("\n".join(lines) + "\n").encode()


def test_baselines_of_the_pipeline_are_adopted_with_all_that_belongs_to_them() -> None:
    # Given an endpoint with baselines, and a package whose baselines suggest_baseline made beside the model
    world = make_world(BIAS_DOCUMENT)
    world.store.put("reports/churn/model_bias/2026/02/19/07/summary.json", b"{}")
    for monitor in ("model_quality", "model_bias"):
        world.store.put(f"baselines/churn/{monitor}/input/a.csv", people(6, 6))
        suggest_in(world.store, "churn", monitor)
    training = InMemoryStore("training", {"data/people.csv": people(4, 6)})
    given: dict[str, dict[str, str]] = {}
    for kind in (KINDS.named("model_quality"), KINDS.named("model_bias")):
        wanted = Wanted("churn", kind.name, "s3://training/data", f"s3://training/baselines/{kind.name}")
        made = make_candidate(
            wanted,
            store=world.store,
            stores=InMemoryStores(world.store, training),
            tables=TABLES,
            kinds=KINDS,
            predictor=None,
            explaining=at_once(world.store),
        )
        named = {file: part for part in kind.drift_check_baselines for file in [part.rpartition("/")[2]]}
        given[kind.name] = {named[name]: uri for name, uri in made.files.items()}
    world.files.files.update({f"s3://training/{key}": body for key, body in training.objects.items()})
    # When the model reaches the endpoint
    adoption = world.adopt(world.serve(ModelPackage(ONE, approved=True, endpoint="churn", baselines=given)))
    # Then its files are in place, with those that are derived from them, and known as Driftline's
    assert set(adoption.baselines) == {"model_quality", "model_bias"}
    for kind in (KINDS.named("model_quality"), KINDS.named("model_bias")):
        folder = f"baselines/churn/{kind.name}/"
        for name in (*kind.baseline_files, *kind.derived_files):
            if f"baselines/{kind.name}/{name}" in training.objects:
                assert world.store.objects[folder + name] == training.objects[f"baselines/{kind.name}/{name}"], name
        files = read_files(world.store, folder, (*kind.baseline_files, "suggestion.json"))
        assert all(is_ours(name, files) for name in kind.baseline_files)
    assert b"groups.json" in training.objects["baselines/model_bias/suggestion.json"]
    # And a change of the document does not bring the old data set's baseline back
    adopted = world.store.objects["baselines/churn/model_bias/analysis.json"]
    world.store.put("monitors/churn.yaml", BIAS_DOCUMENT.replace(b"[f]", b"[m]"))
    suggest_in(world.store, "churn", "model_bias")
    assert world.store.objects["baselines/churn/model_bias/analysis.json"] == adopted
    assert "baselines/churn/model_bias/analysis.suggested.json" in world.store.objects


def test_a_baseline_that_was_edited_after_driftline_made_it_is_a_person_s() -> None:
    world = make_world(ONLY_DATA)
    memory = {"written": {name: sha256(body).hexdigest() for name, body in NEW_DATA.items()}}
    world.files.files |= {
        "s3://training/m/statistics.json": NEW_DATA["statistics.json"],
        "s3://training/m/constraints.json": NEW_DATA["constraints.json"].replace(b"{", b"{ ", 1),
        "s3://training/m/suggestion.json": json.dumps(memory).encode(),
    }
    given = {"data_quality": {name: f"s3://training/m/{name}" for name in NEW_DATA}}
    world.adopt(world.serve(ModelPackage(ONE, approved=True, endpoint="churn", baselines=given)))
    files = read_files(world.store, FOLDER, ("constraints.json", "suggestion.json"))
    assert not is_ours("constraints.json", files)
