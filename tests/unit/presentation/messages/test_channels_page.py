"""docs/guide/channels.md: what it shows is what works."""

import json
import re
import time
from collections.abc import Callable
from typing import Any

import pytest

from driftline.adapters.channels.settings import read_settings
from driftline.presentation.messages.signed_webhook import signature
from tests.places import REPOSITORY

PAGE = (REPOSITORY / "docs" / "guide" / "channels.md").read_text()
SECRET = "a-secret-of-both-sides"
BODY = '{"version": 1, "headline": "größer"}'.encode()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def filled(settings: dict[str, str]) -> str:
    """The page's settings with something in place of each …"""
    values = {
        "webhook_url": "https://example.com/x",
        "token": "xoxb-1",
        "routing_key": "0" * 32,
        "secret": "s" * 16,
    }
    return json.dumps({key: values.get(key, value) for key, value in settings.items()})


@pytest.fixture
def verify() -> Callable[..., bool]:
    (snippet,) = blocks("python")
    names: dict[str, Any] = {}
    exec(snippet, names)
    return names["is_from_driftline"]  # type: ignore[no-any-return]


class TestSignature:
    @pytest.fixture
    def now(self, monkeypatch: pytest.MonkeyPatch) -> int:
        """The time that stands still, in seconds since 1970."""
        monkeypatch.setattr(time, "time", lambda: 1_767_600_000.5)
        return 1_767_600_000

    def test_ours_is_taken(self, verify: Callable[..., bool], now: int) -> None:
        assert verify(SECRET, signature(SECRET, now, BODY), BODY)

    def test_others_are_refused(self, verify: Callable[..., bool], now: int) -> None:
        good = signature(SECRET, now, BODY)
        assert not verify("another-secret-of-somebody", good, BODY)
        assert not verify(SECRET, good, BODY + b" ")
        assert not verify(SECRET, good.replace(f"t={now}", f"t={now + 1}"), BODY)
        assert not verify(SECRET, signature(SECRET, now - 301, BODY), BODY)
        assert not verify(SECRET, signature(SECRET, now + 400, BODY), BODY)

    @pytest.mark.parametrize("header", ["", "t=", "v1=", "t=x,v1=y", "=", ",,,", "t=1e9,v1=ä", "t=²,v1=0"])
    def test_nonsense_is_refused(self, verify: Callable[..., bool], header: str) -> None:
        assert not verify(SECRET, header, BODY)


def test_every_example_of_settings_is_read() -> None:
    found = []
    for block in blocks("json"):
        settings = json.loads(block)
        found += list(settings.values()) if "kind" not in settings else [settings]
    assert {each["kind"] for each in found} == {"slack", "teams", "pagerduty", "webhook"}
    for each in found:
        read_settings(filled(each), "docs/guide/channels.md")


def test_the_address_in_the_eu_is_taken() -> None:
    (url,) = re.findall(r'"api_url": "([^"]+)"', PAGE)
    read_settings(json.dumps({"kind": "pagerduty", "routing_key": "0" * 32, "api_url": url}), "x")
