"""1,000 labels of one hour, out of 14 days of a million inferences an hour: what finding that hour reads.

The store is made up: its listings name 250 profiles an hour and an index of each hour, the indexes are computed where
they are read, and nothing else can be read at all. So what is counted is what a lookup asks S3 for; prices are those of
eu-west-1 (requests only: bytes are free inside a region).

`python -m bench.label_index`
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock

import numpy as np

from bench.results import Limit, Options, Row
from driftline.domain.errors import ObjectNotFoundError
from driftline.domain.ground_truth import keys
from driftline.domain.ground_truth.horizon import DEFAULT_LABEL_DELAY, days_of, may_belong
from driftline.domain.ground_truth.hour_index import index_bytes
from driftline.domain.ground_truth.join_ids import STORED, Hashes, join_hashes
from driftline.domain.ground_truth.keys import VariantHour
from driftline.domain.keys import STATE, profile_key, source_digest
from driftline.domain.profiles.window import rollup_digest
from driftline.domain.windows import HOUR
from driftline.usecases.ground_truth.inference_index import captured_hours, find_hours
from driftline.usecases.ports import ObjectSummary, StoredObject
from driftline.usecases.side_by_side import AT_ONCE

ENDPOINT, VARIANT = "flight-delay", "AllTraffic"
COLLECTED = datetime(2026, 3, 15, 12, tzinfo=UTC)
WANTED_HOUR = COLLECTED - timedelta(days=6, hours=7)
LABELS = 1_000
INFERENCES = 1_000_000
PROFILES = 250
HEADER = len(index_bytes(np.empty(0, dtype=np.uint64)))
BYTES_A_RECORD = 600
PRICE_GET, PRICE_LIST = 0.4e-6, 5.0e-6

READ = Limit(100, 60, "MB")
REQUESTS = Limit(1_000, 600, "requests")


@dataclass
class IndexOnlyStore:
    """Lists profiles and indexes; reads indexes; counts."""

    inferences: int
    ids: Hashes
    name: str = "bench"
    gets: int = 0
    lists: int = 0
    bytes_read: int = 0
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        generator = np.random.default_rng(20_260_315)
        self._base = generator.integers(0, 2**64, size=self.inferences, dtype=np.uint64)
        self._digests: dict[str, datetime] = {}

    def hashes(self, hour: datetime) -> Hashes:
        """The same even hashes, shifted by the hour; the wanted hour has the labels' among them."""
        shift = np.uint64(int(hour.timestamp()) * 0x9E3779B97F4A7C15 % 2**64)
        hashes = self._base + shift
        if hour == WANTED_HOUR:
            hashes[: len(self.ids)] = self.ids
        return np.sort(hashes)

    def list(self, prefix: str) -> Iterable[ObjectSummary]:
        kind, *_, year, month, day = prefix.removeprefix(STATE).rstrip("/").split("/")
        start = datetime(int(year), int(month), int(day), tzinfo=UTC)
        hours = [start + number * HOUR for number in range(24) if start + number * HOUR <= COLLECTED]
        found = [each for hour in hours for each in (self._profiles(hour) if kind == "profiles" else self._index(hour))]
        with self._lock:
            self.lists += max(1, -(-len(found) // 1_000))
        return found

    def get_range(self, key: str, start: int, length: int) -> bytes:
        return self._counted(self._body(key)[start : start + length])

    @property
    def at_once(self) -> int:
        return AT_ONCE

    def get(self, key: str) -> StoredObject:
        return StoredObject(self._counted(self._body(key)), "")

    def find(self, key: str) -> StoredObject | None:
        return self.get(key)

    def etag(self, key: str) -> str:
        raise AssertionError(f"a lookup asked for the tag of {key}")

    def version(self, key: str) -> str:
        return self.etag(key)

    def folders(self, prefix: str) -> Sequence[str]:  # noqa: ARG002 - the port's
        self.lists += 1
        return [VARIANT]

    def put(self, key: str, body: bytes, *, content_type: str = "") -> None:  # noqa: ARG002 - the port's
        raise AssertionError(f"a lookup wrote {key}")

    def delete(self, key: str) -> None:
        raise AssertionError(f"a lookup removed {key}")

    def local_copy(self, key: str) -> AbstractContextManager[Path]:
        raise AssertionError(f"a lookup copied {key}")

    def uri(self, key: str) -> str:
        return key

    @property
    def dollars(self) -> float:
        return self.gets * PRICE_GET + self.lists * PRICE_LIST

    def _profiles(self, hour: datetime) -> Iterator[ObjectSummary]:
        for number in range(PROFILES):
            digest = source_digest(None, f"{hour}/{number}")
            yield ObjectSummary(profile_key(ENDPOINT, VARIANT, hour, digest), 300_000, "tag")

    def _index(self, hour: datetime) -> Iterator[ObjectSummary]:
        digest = rollup_digest((each.key, each.etag) for each in self._profiles(hour))
        self._digests[digest] = hour
        key = keys.index_key(ENDPOINT, VariantHour(VARIANT, hour), digest)
        yield ObjectSummary(key, HEADER + self.inferences * STORED.itemsize, "tag")

    def _body(self, key: str) -> bytes:
        digest = key.rsplit("/", 1)[-1].removesuffix(".ids")
        if not key.endswith(".ids") or digest not in self._digests:
            raise ObjectNotFoundError("only indexes can be read", where=key)
        return index_bytes(self.hashes(self._digests[digest]))

    def _counted(self, body: bytes) -> bytes:
        with self._lock:
            self.gets += 1
            self.bytes_read += len(body)
        return body


def run(options: Options) -> Iterator[Row]:
    """Bytes and requests of one lookup; `rows` of the options is the number of inferences an hour."""
    inferences = options.rows or INFERENCES
    store = IndexOnlyStore(inferences, join_hashes([f"inference-{number}" for number in range(LABELS)]))
    started = time.perf_counter()
    hours = [
        each
        for each in captured_hours(store, ENDPOINT, list(days_of(COLLECTED, DEFAULT_LABEL_DELAY)))
        if may_belong(COLLECTED, each.at.hour, DEFAULT_LABEL_DELAY)
    ]
    found = find_hours(store, ENDPOINT, np.unique(store.ids), hours, COLLECTED)
    seconds = time.perf_counter() - started
    assert list(found) == [VariantHour(VARIANT, WANTED_HOUR)]
    assert len(found[VariantHour(VARIANT, WANTED_HOUR)]) == LABELS
    everything = len(hours) * inferences
    name = f"{LABELS:,} labels of one hour, out of {len(hours)} hours x {inferences:,} inferences"
    yield Row(
        f"{name}: bytes read",
        READ,
        store.bytes_read / 1e6,
        f"all indexes are {everything * STORED.itemsize / 1e6:,.0f} MB, the records about "
        f"{everything * BYTES_A_RECORD / 1e9:,.0f} GB",
    )
    yield Row(
        f"{name}: requests",
        REQUESTS,
        store.gets + store.lists,
        f"{store.gets} reads and {store.lists} listings, {store.dollars * 1000:.2f} dollars for 1,000 such files; "
        f"{seconds:.1f} s with making up what is read",
    )


if __name__ == "__main__":
    for row in run(Options()):
        print(f"{row.name}: {row.measured:,.1f} {row.limit.unit} ({row.verdict.value})\n    {row.detail}")
