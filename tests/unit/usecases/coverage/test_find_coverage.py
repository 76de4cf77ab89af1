"""An account and a store, joined by the names of endpoints."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from driftline.domain.capture.captured import Captured, CaptureState
from driftline.domain.coverage.endpoint import EndpointCoverage
from driftline.domain.keys import last_execution_key
from driftline.domain.windows import HOUR, Window
from driftline.kinds.registry import KINDS
from driftline.usecases.coverage.find_coverage import Coverage, find_coverage
from driftline.usecases.ports.monitoring_schedules import ListedSchedule
from driftline.usecases.ports.sagemaker_account import AccountEndpoint
from tests.counting import CountingStore
from tests.failing import run
from tests.fakes import InMemoryStore
from tests.reporting import LAST, folder_of, shop_store

AT = datetime(2026, 3, 1, 14, tzinfo=UTC)
ON = Captured(CaptureState.ON, 100, ("Input", "Output"), "s3://bucket/capture")
OFF = Captured(CaptureState.OFF)


class RefusedError(Exception):
    """What a person may not see."""


@dataclass
class Account:
    """An account in memory.

    Attributes:
        capturing: By endpoint; None for one that is gone when it is described.
        refused: Calls that are refused, by name; `captured:shop` for one endpoint.
    """

    capturing: Mapping[str, Captured | None] = field(default_factory=dict)
    scheduled: tuple[ListedSchedule, ...] = ()
    executed: Mapping[str, datetime] = field(default_factory=dict)
    refused: tuple[str, ...] = ()

    @property
    def where(self) -> str:
        return "eu-west-1 of account 123456789012"

    def endpoints(self) -> Iterator[AccountEndpoint]:
        self._may("endpoints")
        yield from (AccountEndpoint(name, "InService") for name in self.capturing)

    def schedules(self) -> Iterator[ListedSchedule]:
        self._may("schedules")
        yield from self.scheduled

    def captured(self, endpoint: str) -> Captured | None:
        self._may(f"captured:{endpoint}")
        return self.capturing[endpoint]

    def last_evaluated(self, schedule: str) -> datetime | None:
        self._may("last_evaluated")
        return self.executed.get(schedule)

    def why(self, error: Exception) -> str:
        if isinstance(error, RefusedError):
            return f"needs {error}"
        raise error

    def _may(self, call: str) -> None:
        if call in self.refused:
            raise RefusedError(call)


def schedule(name: str, endpoint: str | None, status: str = "Scheduled") -> ListedSchedule:
    return ListedSchedule(name, endpoint, "ModelQuality", status)


def look(
    store: InMemoryStore, account: Account | None = None, *, stands_for_buckets: bool = False
) -> tuple[Coverage, dict[str, EndpointCoverage]]:
    found = find_coverage(store, account, kinds=KINDS, stands_for_buckets=stands_for_buckets)
    return found, {each.endpoint: each for each in found.endpoints}


def evaluated(found: EndpointCoverage, watch: str) -> tuple[datetime, Window | None] | None:
    [of_it] = [each.evaluated for each in found.watches if each.name == watch]
    return (of_it.scheduled, of_it.window) if of_it else None


@pytest.fixture(scope="module")
def shop() -> Mapping[str, bytes]:
    """Data quality and model quality were evaluated three times each, by hand."""
    return dict(shop_store().objects)


@pytest.fixture
def store(shop: Mapping[str, bytes]) -> InMemoryStore:
    return InMemoryStore(objects=shop)


def test_endpoints_of_both_are_listed_once_by_name(store: InMemoryStore) -> None:
    account = Account(
        {"zebra": OFF, "shop": ON, "ads": ON, "gone": None},
        (schedule("a", "shop"), schedule("b", "ads", "Stopped"), schedule("c", None), schedule("d", "lost")),
        {"a": AT, "b": AT - HOUR},
    )
    store.put("capture/fastapi/AllTraffic/2026/03/01/14/x.jsonl", b"{}")
    found, by_name = look(store, account)
    assert list(by_name) == ["ads", "fastapi", "lost", "shop", "zebra"]
    assert {name: each.watched_by.value for name, each in by_name.items()} == {
        "ads": "nobody",
        "fastapi": "nobody",
        "lost": "sagemaker",
        "shop": "both",
        "zebra": "nobody",
    }
    assert [name for name, each in by_name.items() if each.absent] == ["fastapi", "lost"]
    assert by_name["fastapi"].captured.state is CaptureState.FILES
    assert [name for name, each in by_name.items() if each.never_watched] == ["fastapi", "lost", "zebra"]
    assert evaluated(by_name["ads"], "b") == (AT - HOUR, None)
    assert [batch.name for batch in found.batches] == ["c"]
    assert (found.unseen, found.documents) == ((), 1)


def test_the_last_window_is_the_one_that_the_functions_kept(store: InMemoryStore) -> None:
    run(store, LAST)
    assert store.find(last_execution_key("shop", "data_quality")) is not None
    _, by_name = look(store)
    assert evaluated(by_name["shop"], "data_quality") == (LAST, Window(LAST - HOUR, LAST))
    # When an hour without captures is executed after it
    run(store, LAST + 9 * HOUR)
    # Then that one evaluated nothing
    _, by_name = look(store)
    assert evaluated(by_name["shop"], "data_quality") == (LAST, None)


def test_in_a_folder_it_is_the_newest_report_with_rows(store: InMemoryStore) -> None:
    for monitor in ("data_quality", "model_quality"):
        store.delete(last_execution_key("shop", monitor))
    _, by_name = look(store)
    assert evaluated(by_name["shop"], "data_quality") == (LAST, Window(LAST - HOUR, LAST))
    newest = f"{folder_of('data_quality')}summary.json"
    empty = store.get(newest).body.replace(b'"evaluated_rows"', b'"evaluated_rows":0,"x"', 1)
    for body in (empty, b"{", b"[" * 100_000):
        store.put(newest, body)
        _, by_name = look(store)
        assert evaluated(by_name["shop"], "data_quality") == (LAST - HOUR, Window(LAST - 2 * HOUR, LAST - HOUR))


def test_without_an_account_the_store_alone_counts(store: InMemoryStore) -> None:
    store.put("capture/shop/AllTraffic/2026/03/01/14/x.jsonl", b"{}")
    found, by_name = look(store)
    assert (found.where, list(by_name)) == ("", ["shop"])
    assert (by_name["shop"].watched_by, by_name["shop"].absent) == ("driftline", False)
    assert by_name["shop"].captured.state is CaptureState.FILES


@pytest.mark.parametrize("endpoints", [1, 40])
def test_a_store_is_listed_four_times_and_read_once_for_each_document_and_monitor(
    store: InMemoryStore, endpoints: int
) -> None:
    run(store, LAST)
    run(store, LAST, monitor="model_quality")
    objects = {}
    for number in range(endpoints):
        name = f"shop-{number}"
        objects[f"monitors/{name}.yaml"] = store.get("monitors/shop.yaml").body.replace(
            b"endpoint: shop", f"endpoint: {name}".encode()
        )
        for monitor in ("data_quality", "model_quality"):
            objects[last_execution_key(name, monitor)] = store.get(last_execution_key("shop", monitor)).body
    many = CountingStore(objects)
    with many.counted() as calls:
        found = find_coverage(many, None, kinds=KINDS)
    assert [each.evaluated is not None for each in found.endpoints] == [True] * endpoints
    assert calls == {"list": 4, "get": 3 * endpoints}


def test_files_of_the_past_do_not_say_that_sagemaker_captures(store: InMemoryStore) -> None:
    serverless = Captured(CaptureState.OFF, serverless=True)
    for captured, state in ((OFF, CaptureState.OFF), (ON, CaptureState.ON), (serverless, CaptureState.FILES)):
        _, by_name = look(store, Account({"shop": captured}))
        assert by_name["shop"].captured.state is state


@pytest.mark.parametrize("bad", [b"endpoint: [", b"endpoint: other\nmonitors: {}\n", b"\xff"])
@pytest.mark.parametrize("name", ["aaa", "zzz"])
def test_a_document_that_cannot_be_used_costs_itself_alone(store: InMemoryStore, name: str, bad: bytes) -> None:
    store.put(f"monitors/{name}.yaml", bad)
    found, by_name = look(store)
    assert by_name["shop"].watched_by == "driftline"
    assert by_name[name].watched_by == "nobody"
    [note] = by_name[name].notes()
    assert f"monitors/{name}.yaml" in note
    assert "\n" not in note
    assert found.documents == 2


def test_a_document_that_reads_another_bucket_than_is_captured_to_is_noted(store: InMemoryStore) -> None:
    elsewhere = Account({"shop": Captured(CaptureState.ON, 100, (), "s3://elsewhere/capture")})
    _, by_name = look(store, elsewhere)
    assert "captures to the bucket elsewhere, and its monitor document reads bucket" in "".join(by_name["shop"].notes())
    # But a folder stands for every bucket
    _, by_name = look(store, elsewhere, stands_for_buckets=True)
    assert list(by_name["shop"].notes()) == []
    document = store.get("monitors/shop.yaml").body
    store.put("monitors/shop.yaml", document + b"capture: {bucket: elsewhere}\n")
    _, by_name = look(store, elsewhere)
    assert list(by_name["shop"].notes()) == []


def test_what_a_person_may_not_see_is_unknown_and_stops_nothing(store: InMemoryStore) -> None:
    account = Account({"shop": ON, "ads": OFF}, (schedule("a", "ads"),), {"a": AT})

    def refused(*calls: str) -> tuple[Coverage, dict[str, EndpointCoverage]]:
        account.refused = calls
        return look(store, account)

    found, by_name = refused("schedules")
    assert found.unseen == ("needs schedules",)
    assert (by_name["ads"].watched_by, by_name["ads"].never_watched) == ("unknown", None)
    assert by_name["shop"].watched_by == "driftline"

    found, by_name = refused("endpoints")
    assert found.unseen == ("needs endpoints",)
    assert (by_name["ads"].watched_by, by_name["ads"].absent) == ("sagemaker", False)
    assert by_name["ads"].captured.state is CaptureState.UNKNOWN

    found, by_name = refused("captured:ads", "captured:shop")
    assert found.unseen == ("needs captured:shop", "needs captured:ads")
    assert [each.captured.state for each in by_name.values()] == [CaptureState.UNKNOWN, CaptureState.FILES]

    found, by_name = refused("last_evaluated")
    assert found.unseen == ("needs last_evaluated",)
    assert (by_name["ads"].watched_by, by_name["ads"].never_watched) == ("sagemaker", None)


def test_a_defect_is_not_taken_for_a_missing_permission(store: InMemoryStore) -> None:
    account = Account({"shop": ON})
    account.capturing = {}
    account.endpoints = lambda: iter([AccountEndpoint("shop", "InService")])  # type: ignore[method-assign]
    with pytest.raises(KeyError):
        look(store, account)
