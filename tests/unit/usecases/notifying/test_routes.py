"""Routes of channels: from the uploaded document to the channels of a message."""

import json

import pytest

from driftline.domain.incidents.received import RawAlarm, Text
from driftline.domain.keys import ROUTES, ROUTES_STATUS
from driftline.usecases.notifying.routes import configure_routes
from tests.fakes import InMemoryStore, RecordingChannel, RecordingOperators
from tests.notifying import DOCUMENT, NOON, STACK, Office, adopted, alarm, endpoint

RISK = b"routes:\n  - {team: risk, channels: [risk]}\ndefault: [ops]\n"
BAD = b"routes:\n  - {team: risk, channels: []}\n"
OF_RISK = f"{DOCUMENT}team: risk\n".encode()


class World:
    def __init__(self, document: bytes = OF_RISK) -> None:
        self.store = endpoint()
        self.store.objects["monitors/shop.yaml"] = document
        self.channels = {name: RecordingChannel(name) for name in ("ops", "risk", "other")}
        self.office = Office(*self.channels.values(), store=self.store)
        self.operators = RecordingOperators()

    def upload(self, body: bytes) -> str:
        self.store.objects[ROUTES] = body
        return configure_routes(self.store, self.operators).status

    def reached(self) -> list[str]:
        return [name for name, channel in self.channels.items() if channel.sent]


@pytest.fixture
def world() -> World:
    return World()


def test_a_team_has_its_own_channel(world: World) -> None:
    assert world.upload(RISK) == "ok"
    world.office.hear(alarm())
    assert world.reached() == ["risk"]


@pytest.mark.parametrize(
    "received", [RawAlarm(f"{STACK}-dead-letters", "ALARM", NOON), Text("t", "a subject", "a text", NOON)]
)
def test_what_matches_nothing_goes_to_the_default(world: World, received: RawAlarm | Text) -> None:
    world.upload(RISK)
    world.office.hear(received)
    assert world.reached() == ["ops"]


def test_events_go_the_same_way(world: World) -> None:
    world.upload(RISK)
    world.office.hear(adopted())
    assert world.reached() == ["risk"]


def test_channels_in_the_document_go_before_routes() -> None:
    world = World(OF_RISK + b"channels: [other]\n")
    world.upload(RISK)
    world.office.hear(alarm())
    assert world.reached() == ["other"]


def test_a_channel_that_does_not_exist_loses_nothing_and_is_named(world: World) -> None:
    world.upload(RISK.replace(b"[risk]", b"[rsik]"))
    world.office.hear(alarm())
    assert world.reached() == ["ops", "risk", "other"]
    assert "For rsik, which no channel is called." in world.channels["ops"].sent[0][0].details


class TestADocumentWithErrors:
    def test_is_told_once_and_the_last_valid_routes_stay(self, world: World) -> None:
        world.upload(RISK)
        assert [world.upload(BAD), world.upload(BAD)] == ["error", "error"]
        ((subject, text),) = world.operators.told
        assert (subject, "no channel" in text) == ("Driftline: channels/routes.yaml has errors", True)
        status = json.loads(world.store.objects[ROUTES_STATUS])
        assert (status["status"], status["errors"][0]["line"]) == ("error", 2)
        world.office.hear(alarm())
        assert world.reached() == ["risk"]

    def test_without_valid_ones_every_channel_receives_everything(self, world: World) -> None:
        world.upload(BAD)
        assert "Every channel receives everything." in world.operators.told[0][1]
        world.office.hear(alarm())
        assert world.reached() == ["ops", "risk", "other"]

    def test_that_is_fixed_or_deleted_is_forgotten(self, world: World) -> None:
        world.upload(BAD)
        assert world.upload(RISK) == "ok"
        assert json.loads(world.store.objects[ROUTES_STATUS])["errors"] == []
        del world.store.objects[ROUTES]
        assert configure_routes(world.store, world.operators).status == "removed"
        assert ROUTES_STATUS not in world.store.objects

    def test_is_told_again_if_the_status_could_not_be_written(self) -> None:
        store, operators = InMemoryStore(), RecordingOperators()
        store.objects[ROUTES] = BAD
        store.objects[ROUTES_STATUS] = b"not a status"
        configure_routes(store, operators)
        assert len(operators.told) == 1
