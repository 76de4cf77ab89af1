"""Contract: what each channel is sent keeps to the other side's published limits, whatever the data holds.

Hostile texts (markup, mentions, control characters, marks of direction, half surrogate pairs, 10 KB) are drawn by
Hypothesis. They have to arrive, within the limits, and to do nothing.
"""

import html
import json
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator
from markdown_it import MarkdownIt

from driftline.domain.incidents.message import Message, MessageKind
from driftline.presentation.messages.adaptive_card import adaptive_card_message
from driftline.presentation.messages.escaping import clean, one_line
from driftline.presentation.messages.pagerduty_event import pagerduty_event
from driftline.presentation.messages.plain_text import email_subject, email_text
from driftline.presentation.messages.signed_webhook import webhook_document
from driftline.presentation.messages.slack_blocks import slack_message
from tests.conformance.block_kit import check_blocks, texts
from tests.conformance.channel_schemas import PAGERDUTY_EVENT, TEAMS_MESSAGE
from tests.fuzz import examples
from tests.messages import ESCALATED, HOSTILE, NOTICE, OPENED, RECOVERED, hostile, messages
from tests.places import REPOSITORY

DOCS = REPOSITORY / "docs"
ROUTING_KEY = "0123456789abcdef0123456789abcdef"
PAGERDUTY = Draft202012Validator(PAGERDUTY_EVENT)
TEAMS = Draft202012Validator(TEAMS_MESSAGE)
WEBHOOK = Draft202012Validator(json.loads((DOCS / "reference" / "message.schema.json").read_text()))
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_MANY = settings(max_examples=examples(150))


def filled(text: str) -> Message:
    """A message with the text everywhere."""
    line = OPENED.evidence[0].model_copy(
        update={"subject": text, "figure": text, "check": text, "description": text, "direction": None}
    )
    return replace(
        ESCALATED,
        id=text,
        incident=text,
        headline=text,
        endpoint=text,
        monitor=text,
        details=(text,) * 30,
        changed=(text,) * 30,
        evidence=(line,) * 5,
        link=text,
        silence=text,
    )


EXAMPLES = [OPENED, ESCALATED, RECOVERED, NOTICE, *(filled(text) for text in HOSTILE)]


def nothing_unseen(payload: object) -> None:
    """No control character, mark of direction or half surrogate pair is left in any text."""
    text = json.dumps(payload, ensure_ascii=False)
    text.encode()
    assert _UNSEEN.search(text.replace("\\n", "")) is None
    assert not re.search(r"\\u00[01]|\\[bfrt]", text.replace("\\\\", ""))


class TestSlack:
    @_MANY
    @given(messages)
    def test_any_message_keeps_to_block_kit(self, message: Message) -> None:
        self.check(message)

    @pytest.mark.parametrize("message", EXAMPLES)
    def test_examples_keep_to_block_kit(self, message: Message) -> None:
        self.check(message)

    def check(self, message: Message) -> None:
        payload = slack_message(message)
        check_blocks(payload["blocks"])
        nothing_unseen(payload)
        # The fallback is the one text that Slack parses: nothing in it begins a mention or a link.
        assert 1 <= len(payload["text"]) <= 3000
        assert "<" not in payload["text"]
        assert ">" not in payload["text"]
        assert not re.search(r"&(?!(?:amp|lt|gt);)", payload["text"])

    @_MANY
    @given(hostile)
    def test_what_is_shown_is_the_text(self, text: str) -> None:
        """Read back, as Slack shows it, a short text is what it was, less what cannot be seen."""
        shown = one_line(text)[:60]
        payload = slack_message(replace(OPENED, headline=shown, details=(shown,)))
        headline = one_line(shown) or "Driftline"
        assert html.unescape(payload["text"]) == f"🟠 WARNING: {headline}"
        assert f"🟠 {headline}" in texts(payload["blocks"])
        assert not shown or shown in texts(payload["blocks"])

    @pytest.mark.parametrize(
        "block",
        [
            {"type": "header", "text": {"type": "plain_text", "text": "x" * 151, "emoji": False}},
            {"type": "header", "text": {"type": "plain_text", "text": ":x:", "emoji": True}},
            {"type": "context", "elements": [{"type": "mrkdwn", "text": "<!channel>"}]},
            {"type": "context", "elements": []},
            {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": []}]},
            {"type": "rich_text", "elements": [{"type": "broadcast", "range": "channel"}]},
            {"type": "rich_text", "elements": [{"type": "link", "url": "javascript:alert(1)"}]},
            {"type": "context", "elements": [{"type": "plain_text", "text": "x" * 3001, "emoji": False}]},
        ],
    )
    def test_the_checker_refuses(self, block: dict[str, Any]) -> None:
        with pytest.raises((AssertionError, KeyError)):
            check_blocks([block])
        with pytest.raises(AssertionError):
            check_blocks([{"type": "context", "elements": [{"type": "plain_text", "text": "x", "emoji": False}]}] * 51)

    def test_a_long_name_is_cut_visibly(self) -> None:
        shown = texts(slack_message(filled("x" * 10_240))["blocks"])
        assert any(text.endswith("x…") for text in shown)

    def test_only_web_links_are_links(self) -> None:
        for link in (
            "javascript:alert(1)",
            "s3://bucket/report.html",
            "https://a\u202e.example",
            "http://",
            "x" * 9999,
        ):
            blocks = slack_message(replace(OPENED, link=link))["blocks"]
            assert '"link"' not in json.dumps(blocks)


class TestTeams:
    @_MANY
    @given(messages)
    def test_any_message_is_a_card(self, message: Message) -> None:
        self.check(message)

    @pytest.mark.parametrize("message", EXAMPLES)
    def test_examples_are_cards(self, message: Message) -> None:
        self.check(message)

    def check(self, message: Message) -> None:
        payload = adaptive_card_message(message)
        TEAMS.validate(payload)
        nothing_unseen(payload)
        assert len(json.dumps(payload, ensure_ascii=False).encode()) <= 28 * 1024

    def test_the_checker_refuses(self) -> None:
        body: list[dict[str, Any]] = [{"type": "TextBlock", "text": "x", "wrap": True}]
        card = {"type": "AdaptiveCard", "version": "1.4", "body": body}
        attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
        assert TEAMS.is_valid({"type": "message", "attachments": [attachment]})
        body[0]["colour"] = "Good"
        assert not TEAMS.is_valid({"type": "message", "attachments": [attachment]})

    @_MANY
    @given(hostile)
    def test_markdown_shows_the_text(self, text: str) -> None:
        """A CommonMark reader finds one paragraph of nothing but text in the texts that Teams reads as Markdown."""
        shown = one_line(text)[:60].strip() or "x"
        card = adaptive_card_message(replace(OPENED, headline=shown, monitor=shown))["attachments"][0]["content"]
        [monitor] = [fact["value"] for fact in card["body"][1]["facts"] if fact["title"] == "Monitor"]
        for markdown in (card["body"][0]["text"].removeprefix("🟠 "), monitor):
            assert plain(markdown) == one_line(shown)

    def test_the_headline_keeps_names_readable(self) -> None:
        card = adaptive_card_message(OPENED)["attachments"][0]["content"]
        assert card["body"][0]["text"] == "🟠 3 constraints violated in data_quality of flights-eta"


def plain(markdown: str) -> str:
    """What CommonMark shows of a text that is one paragraph of text."""
    opening, inline, closing = MarkdownIt("commonmark").parse(markdown)
    assert (opening.type, inline.type, closing.type) == ("paragraph_open", "inline", "paragraph_close")
    children: list[Any] = inline.children or []
    assert {child.type for child in children} <= {"text"}, markdown
    return "".join(child.content for child in children)


class TestPagerDuty:
    @_MANY
    @given(messages)
    def test_any_message_is_an_event(self, message: Message) -> None:
        self.check(message)

    @pytest.mark.parametrize("message", EXAMPLES)
    def test_examples_are_events(self, message: Message) -> None:
        self.check(message)

    def check(self, message: Message) -> None:
        event = {"routing_key": ROUTING_KEY, **pagerduty_event(message)}
        PAGERDUTY.validate(event)
        nothing_unseen(event)
        assert len(json.dumps(event, ensure_ascii=False).encode()) <= 512 * 1024
        assert (event["event_action"] == "resolve") == (message.kind is MessageKind.RECOVERED)

    @pytest.mark.parametrize(
        "wrong", [{"event_action": "close"}, {"dedup_key": "x" * 256}, {"payload": {"summary": "x"}}, {"more": 1}]
    )
    def test_the_checker_refuses(self, wrong: dict[str, object]) -> None:
        event = {"routing_key": ROUTING_KEY, **pagerduty_event(OPENED)}
        assert PAGERDUTY.is_valid(event)
        assert not PAGERDUTY.is_valid({**event, **wrong})

    @_MANY
    @given(hostile, hostile)
    def test_incidents_are_told_apart(self, one: str, other: str) -> None:
        keys = {pagerduty_event(replace(OPENED, incident=text))["dedup_key"] for text in (one, other)}
        assert len(keys) == len({one, other})


class TestWebhook:
    @_MANY
    @given(messages)
    def test_any_message_keeps_to_our_schema(self, message: Message) -> None:
        self.check(message)

    @pytest.mark.parametrize("message", EXAMPLES)
    def test_examples_keep_to_our_schema(self, message: Message) -> None:
        self.check(message)

    def check(self, message: Message) -> None:
        body = json.dumps(webhook_document(message), ensure_ascii=False, allow_nan=False).encode()
        assert len(body) <= 1024 * 1024
        WEBHOOK.validate(json.loads(body))

    def test_our_schema_is_one(self) -> None:
        Draft202012Validator.check_schema(WEBHOOK.schema)
        Draft202012Validator.check_schema(PAGERDUTY_EVENT)
        Draft202012Validator.check_schema(TEAMS_MESSAGE)

    def test_the_schema_refuses_what_is_missing_or_unknown(self) -> None:
        document = webhook_document(OPENED)
        assert WEBHOOK.is_valid(document)
        assert not WEBHOOK.is_valid({**document, "version": 2})
        assert not WEBHOOK.is_valid({**document, "more": 1})
        assert not WEBHOOK.is_valid({key: value for key, value in document.items() if key != "incident"})


class TestEmail:
    @_MANY
    @given(messages)
    def test_any_message_is_readable(self, message: Message) -> None:
        self.check(message)

    @pytest.mark.parametrize("message", EXAMPLES)
    def test_examples_are_readable(self, message: Message) -> None:
        self.check(message)

    def check(self, message: Message) -> None:
        subject = email_subject(message)
        assert re.fullmatch(r"\[[A-Z]+\] [ -~]+", subject)
        assert len(subject) <= 100
        text = email_text(message)
        nothing_unseen(text)
        assert text == clean(text)
        for line in text.splitlines():
            assert len(line) <= 78 or max(map(len, line.split())) > 60 or line.startswith("  ")
        assert len(text.encode()) < 200_000
