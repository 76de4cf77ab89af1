"""Preprocessing scripts, as profile_capture runs them, and what they return."""

import json
import sys

from tests.captures import capture_key
from tests.fakes import InMemoryStore
from tests.hostile.entries import captures
from tests.hostile.entries.entry import HOUR
from tests.hostile.inputs import Change
from tests.hostile.outcome import Outcome, Word

GOOD = b'''\
"""Rows of the shop."""


def preprocess_handler(record):
    amount, country = record.endpoint_input.data.split(",")
    return {"amount": float(amount), "country": country}
'''
_RETURNING = """\
import json

RAW = {raw!a}


def preprocess_handler(record):
    if not record.endpoint_input.data.startswith("2,"):
        return {{"amount": 1, "country": "DE"}}
    return {{"amount": json.loads(RAW), "country": "DE"}}
"""
SHOP = capture_key(HOUR, "b.jsonl")
OTHER = SHOP.replace("/shop/", "/other/")


def document(script: str) -> bytes:
    text = {"endpoint": "shop", "monitors": {"data_quality": {"preprocess": script}}}
    return json.dumps(text).encode()


class Scripts:
    """The endpoint `shop` with a script, and another endpoint without one, whose captures come before and after."""

    def body(self, change: Change) -> Outcome:
        return self._run("prepare.py", change(GOOD))

    def value(self, raw: bytes) -> Outcome:
        return self._run("prepare.py", _RETURNING.format(raw=raw.decode()).encode())

    def time(self, text: str) -> Outcome:
        return self._run("prepare.py", _RETURNING.format(raw=json.dumps(text)).encode())

    def name(self, name: str) -> Outcome:
        return self._run(name, GOOD)

    def _run(self, name: str, source: bytes) -> Outcome:
        store = InMemoryStore(
            objects={
                "monitors/shop.yaml": document(name),
                f"scripts/{name}": source,
                SHOP: captures.GOOD,
                OTHER: captures.GOOD,
                OTHER.replace("b.jsonl", "c.jsonl"): captures.GOOD,
            }
        )
        assert captures.outcome_of(store, OTHER).word is Word.USED
        outcome = captures.outcome_of(store, SHOP, name)
        assert captures.outcome_of(store, OTHER.replace("b.jsonl", "c.jsonl")).word is Word.USED
        return outcome


assert sys.getrecursionlimit() < 5000  # values nested as deep as that are beyond json.loads
