"""DynamoTable and OnceInDynamo against moto's DynamoDB, and against errors that moto does not make."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from driftline.adapters.aws.once import OnceInDynamo
from driftline.adapters.aws.state_table import DynamoTable
from driftline.domain.errors import InvalidInputError, RetryLaterError, StaleReadError
from driftline.usecases.ports import StateItem, StateTable
from tests.aws import make_state_table
from tests.fakes import InMemoryTable

NAME = "state"


@pytest.fixture
def name(aws: None) -> str:
    make_state_table(NAME)
    return NAME


@pytest.fixture(params=["dynamodb", "memory"])
def table(request: pytest.FixtureRequest) -> StateTable:
    """Both have to do the same, or the unit tests would prove nothing."""
    if request.param == "memory":
        return InMemoryTable()
    return DynamoTable(request.getfixturevalue("name"))


class TestTable:
    def test_what_is_put_is_there_with_its_version(self, table: StateTable) -> None:
        assert table.get("incident", "a") is None
        assert table.put("incident", "a", "{}", version=0) == 1
        assert table.put("incident", "a", '{"x": 1}', version=1) == 2
        assert table.get("incident", "a") == StateItem("a", '{"x": 1}', 2)
        assert table.get("lease", "a") is None

    @pytest.mark.parametrize("version", [0, 1, 3])
    def test_who_did_not_see_the_newest_version_does_not_write(self, table: StateTable, version: int) -> None:
        table.put("incident", "a", "first", version=0)
        table.put("incident", "a", "second", version=1)
        with pytest.raises(StaleReadError):
            table.put("incident", "a", "third", version=version)
        assert table.get("incident", "a") == StateItem("a", "second", 2)

    def test_an_item_that_is_gone_is_not_written_with_an_old_version(self, table: StateTable) -> None:
        with pytest.raises(StaleReadError):
            table.put("incident", "a", "x", version=4)

    def test_a_kind_is_listed_by_name_and_whole(self, table: StateTable) -> None:
        # More than a megabyte, a page of DynamoDB's
        bodies = {f"shop/{i:02}": "x" * 200_000 for i in range(8)}
        for item, body in reversed(bodies.items()):
            table.put("incident", item, body, version=0)
        table.put("lease", "shop", "{}", version=0)
        assert [(item.name, item.body) for item in table.list("incident")] == list(bodies.items())
        assert table.list("nothing") == []


def test_an_expiry_is_seconds_since_the_epoch_and_goes_with_the_next_write(name: str) -> None:
    table = DynamoTable(name)
    expires = datetime(2026, 5, 1, tzinfo=UTC)

    def attribute() -> Any:
        key = {"pk": {"S": "incident"}, "sk": {"S": "a"}}
        return boto3.client("dynamodb").get_item(TableName=name, Key=key)["Item"].get("expires")

    table.put("incident", "a", "{}", version=0, expires=expires)
    assert attribute() == {"N": "1777593600"}
    table.put("incident", "a", "{}", version=1)
    assert attribute() is None


@pytest.mark.parametrize("code", ["ThrottlingException", "ProvisionedThroughputExceededException"])
@pytest.mark.parametrize("call", ["get", "put", "list"])
def test_throttling_is_for_later(aws: None, code: str, call: str) -> None:
    client = boto3.client("dynamodb")
    table = DynamoTable(NAME, client)
    calls: dict[str, tuple[str, Callable[[], object]]] = {
        "get": ("get_item", lambda: table.get("k", "n")),
        "put": ("put_item", lambda: table.put("k", "n", "b", version=0)),
        "list": ("query", lambda: table.list("k")),
    }
    operation, act = calls[call]
    with Stubber(client) as stub:
        stub.add_client_error(operation, code, "slower please", 400)
        with pytest.raises(RetryLaterError, match=code):
            act()


def test_what_no_retry_mends_is_not_for_later(aws: None) -> None:
    client = boto3.client("dynamodb")
    with Stubber(client) as stub:
        stub.add_client_error("get_item", "AccessDeniedException", "no", 400)
        with pytest.raises(client.exceptions.ClientError):
            DynamoTable(NAME, client).get("k", "n")


def test_an_item_that_is_too_large_is_its_own_error(aws: None) -> None:
    client = boto3.client("dynamodb")
    with Stubber(client) as stub:
        said = "One or more parameter values were invalid: Item size has exceeded the maximum allowed size"
        stub.add_client_error("put_item", "ValidationException", said, 400)
        with pytest.raises(InvalidInputError, match="k/n"):
            DynamoTable(NAME, client).put("k", "n", "x", version=0)


class TestOnce:
    @pytest.fixture
    def calls(self) -> list[str]:
        return []

    @pytest.fixture
    def act(self, calls: list[str]) -> Callable[[], Mapping[str, object]]:
        def acted() -> Mapping[str, object]:
            calls.append("called")
            return {"conversation": f"thread {len(calls)}"}

        return acted

    def test_an_action_runs_once_for_a_key_and_its_result_is_kept(
        self, name: str, calls: list[str], act: Callable[[], Mapping[str, object]]
    ) -> None:
        for _ in range(3):
            # Another process each time
            assert OnceInDynamo(name)("m/slack", act) == {"conversation": "thread 1"}
        assert OnceInDynamo(name)("m/teams", act) == {"conversation": "thread 2"}
        assert len(calls) == 2

    def test_nothing_is_a_result_too(self, name: str) -> None:
        once = OnceInDynamo(name)
        assert once("k", lambda: {"conversation": None}) == {"conversation": None}
        assert once("k", lambda: {"conversation": "x"}) == {"conversation": None}

    def test_an_action_that_raises_runs_again(self, name: str, act: Callable[[], Mapping[str, object]]) -> None:
        once = OnceInDynamo(name)

        def fail() -> Mapping[str, object]:
            raise RetryLaterError("503", after=7)

        with pytest.raises(RetryLaterError, match="503") as caught:
            once("k", fail)
        assert caught.value.after == 7
        assert once("k", act) == {"conversation": "thread 1"}

    def test_who_comes_while_it_runs_is_told_to_come_again(
        self, name: str, act: Callable[[], Mapping[str, object]]
    ) -> None:
        inside: list[RetryLaterError] = []

        def slow() -> Mapping[str, object]:
            with pytest.raises(RetryLaterError) as caught:
                OnceInDynamo(name)("k", act)
            inside.append(caught.value)
            return act()

        assert OnceInDynamo(name)("k", slow) == {"conversation": "thread 1"}
        assert inside[0].after is not None

    def test_an_action_that_died_keeps_others_from_it_for_the_lease_only(
        self, name: str, act: Callable[[], Mapping[str, object]]
    ) -> None:
        class Died(BaseException):
            """As when Lambda's time is up: nobody cleans up."""

        def die() -> Mapping[str, object]:
            raise Died

        with pytest.raises(Died):
            OnceInDynamo(name, lease=timedelta(seconds=-1))("k", die)
        assert OnceInDynamo(name)("k", act) == {"conversation": "thread 1"}
        with pytest.raises(Died):
            OnceInDynamo(name)("other", die)
        with pytest.raises(RetryLaterError):
            OnceInDynamo(name)("other", act)

    def test_throttling_is_for_later(self, aws: None, act: Callable[[], Mapping[str, object]]) -> None:
        client = boto3.client("dynamodb")
        with Stubber(client) as stub:
            stub.add_client_error("put_item", "ThrottlingException", "slower please", 400)
            with pytest.raises(RetryLaterError):
                OnceInDynamo(NAME, client)("k", act)

    def test_its_items_are_no_items_of_the_state(self, name: str, act: Callable[[], Mapping[str, object]]) -> None:
        OnceInDynamo(name)("k", act)
        assert DynamoTable(name).list("incident") == []
        (item,) = boto3.client("dynamodb").scan(TableName=name)["Items"]
        assert item["pk"] == {"S": "once"}
        assert int(item["expires"]["N"]) > datetime.now(UTC).timestamp() + 14 * 86_400
