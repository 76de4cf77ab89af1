"""Commands whose process is ended while they read a file, by a preprocessing script that kills its parent."""

import json
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from driftline.adapters.folder.store import FolderStore
from driftline.cli.unfinished import Unfinished, unfinished_key
from tests.captures import DOCUMENT, capture_key, csv_capture

HOUR = datetime(2026, 3, 1, 14, tzinfo=UTC)
KILLER = """
import os
import signal

def preprocess_handler(record):
    amount, country = record.endpoint_input.data.split(",")
    if country == "killer":
        os.kill(os.getppid(), signal.SIGKILL)
    return {"score": record.endpoint_output.data, "amount": amount, "country": country}
"""


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    store = FolderStore(tmp_path)
    store.put("monitors/shop.yaml", f"{DOCUMENT}    preprocess: killer.py\n".encode())
    store.put("scripts/killer.py", KILLER.encode())
    for name, country in (("a", "de"), ("b", "killer"), ("c", "fr"), ("d", "killer"), ("e", "it")):
        store.put(capture_key(HOUR, f"{name}.jsonl"), csv_capture(HOUR, "0.5", f"10,{country}"))
    return store


def ingest(store: FolderStore) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("driftline")
    command = [str(program), "ingest", "--json", "--new", "--store", store.uri("")]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def profiles(store: FolderStore) -> int:
    return sum(1 for _ in store.list("state/profiles/"))


def test_the_next_run_goes_on_after_what_ended_the_process_and_names_it(store: FolderStore) -> None:
    # When the process is ended at the second file, and then at the fourth
    assert ingest(store).returncode == -signal.SIGKILL
    assert profiles(store) == 1
    second = ingest(store)
    assert second.returncode == -signal.SIGKILL
    assert capture_key(HOUR, "b.jsonl") in second.stderr
    assert profiles(store) == 2
    # Then the third run reads all others, and ends at one of them again
    third = ingest(store)
    assert third.returncode == -signal.SIGKILL
    assert all(capture_key(HOUR, f"{name}.jsonl") in third.stderr for name in "bd")
    assert profiles(store) == 3
    # And when both are as they should be, nothing is left of it
    for name in "bd":
        store.put(capture_key(HOUR, f"{name}.jsonl"), csv_capture(HOUR, "0.5", "10,de"))
    fourth = ingest(store)
    assert fourth.returncode == 0
    assert [file["rows"] for file in json.loads(fourth.stdout)["files"]] == [1, 1]
    assert profiles(store) == 5
    assert list(store.list("state/unfinished/")) == []


def read(store: FolderStore, *keys: str, until: str, error: type[BaseException]) -> list[str]:
    """A run in one process that reads, and raises at one of the files; the notes for people."""
    notes: list[str] = []
    with Unfinished(store, "ingest", "shop", keys, notes.append) as unfinished:
        for key in unfinished.keys:
            with unfinished.reading(key):
                if key == until:
                    raise error
    return notes


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_error_or_an_interruption_is_no_end_of_the_process(store: FolderStore, error: type[BaseException]) -> None:
    with pytest.raises(error):
        read(store, "a", "b", until="a", error=error)
    assert list(store.list("state/unfinished/")) == []


def test_what_was_not_reached_stays_known(store: FolderStore) -> None:
    key = unfinished_key("ingest", "shop")
    store.put(key, b'["b", "gone"]')
    with pytest.raises(KeyboardInterrupt):
        read(store, "a", "b", "c", until="c", error=KeyboardInterrupt)
    assert json.loads(store.get(key).body) == ["b"]
    # The next run names it, reads it last, and forgets it.
    [note] = read(store, "a", "b", "c", until="", error=KeyboardInterrupt)
    assert store.uri("b") in note
    assert store.find(key) is None


@pytest.mark.parametrize("body", [b"", b"no json", b"7", b'{"a": 1}', b"[" * 100_000, b"\xff", b"[1, null]"])
def test_a_hint_that_cannot_be_read_is_none(store: FolderStore, body: bytes) -> None:
    store.put(unfinished_key("ingest", "shop"), body)
    assert Unfinished(store, "ingest", "shop", ["a"], print).keys == ("a",)
