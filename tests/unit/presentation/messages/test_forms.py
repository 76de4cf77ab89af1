"""Each channel's form of a message, as people see it: all that the message has is there, and nothing acts."""

import json
import re
from dataclasses import replace
from datetime import timedelta, timezone
from typing import Any

import pytest

from driftline.domain.incidents.message import Listed, Message
from driftline.domain.monitors.ownership import Ownership
from driftline.presentation.messages.adaptive_card import adaptive_card_message
from driftline.presentation.messages.escaping import units
from driftline.presentation.messages.pagerduty_event import dedup_key, pagerduty_event
from driftline.presentation.messages.plain_text import email_text
from driftline.presentation.messages.signed_webhook import webhook_document
from driftline.presentation.messages.slack_blocks import slack_message
from local.slack_text import slack_as_text
from tests.messages import BEGIN, ESCALATED, NOTICE, OPENED, RECOVERED

INCIDENT = "flights-eta/data_quality/20260105T100000Z"
EVIDENCE = [
    "dep_delay: drift 0.4213, at most 0.1, 12,345 rows, 95 % interval 0.4012 to 0.4414 (the current values are higher)",
    "carrier: drift 0.2, at most 0.1, 12,345 rows",
    "distance: completeness 93 %, at least 100 %, 12,345 rows",
]
FOUR = (*OPENED.evidence, OPENED.evidence[0].model_copy(update={"subject": "a fourth"}))
COMMAND = "driftline silence flights-eta data_quality --for 4h --why '…'"
CARD = f"""\
🔴 3 constraints violated in data_quality of flights-eta
Monitor | data\\_quality
Window | 5 Jan 2026, 10:00 to 11:00 UTC
Since | 5 Jan 2026, 11:00 UTC
Severity | critical
Coverage 97 %, 12,345 rows.
# What is wrong
• **`dep_delay`**  drift 0.4213, at most 0.1, 12,345 rows, 95 % interval 0.4012 to 0.4414 (the current values are higher)
• **`carrier`**  drift 0.2, at most 0.1, 12,345 rows
• **`distance`**  completeness 93 %, at least 100 %, 12,345 rows
# Changed since the last message
• mae 14.2 is above 12
• dep_delay rose from 0.42 to 0.61
# Silence it
`{COMMAND}`
Driftline · incident {INCIDENT} escalated 5 Jan 2026, 12:00 UTC""".replace("\\_", "_")


def content(message: Message) -> dict[str, Any]:
    payload = adaptive_card_message(message)
    assert payload["type"] == "message"
    (attachment,) = payload["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    found: dict[str, Any] = attachment["content"]
    return found


def shown(message: Message) -> str:
    """A card's texts, a line for each; bold and fixed-width ones are marked."""
    return "\n".join(line for element in content(message)["body"] for line in _lines(element))


def _lines(element: dict[str, Any]) -> list[str]:
    match element["type"]:
        case "FactSet":
            return [f"{fact['title']} | {fact['value']}" for fact in element["facts"]]
        case "TextBlock":
            assert element["wrap"]
            title = "" if element.get("size") == "Large" else "# "
            return [title + element["text"]]
        case _:
            return ["".join(_run(run) for run in element["inlines"])]


def _run(run: dict[str, Any]) -> str:
    fixed = f"`{run['text']}`" if run.get("fontType") == "Monospace" else str(run["text"])
    return f"**{fixed}**" if run.get("weight") == "Bolder" else fixed


SLACK = f"""\
🔴 3 constraints violated in data_quality of flights-eta
═══════════════════════════════════════════════════════
Monitor  data_quality
Window  5 Jan 2026, 10:00 to 11:00 UTC
Since  5 Jan 2026, 11:00 UTC
Severity  critical

Coverage 97 %, 12,345 rows.

What is wrong
  • `dep_delay`  drift 0.4213, at most 0.1, 12,345 rows, 95 % interval 0.4012 to 0.4414 (the
    current values are higher)
  • `carrier`  drift 0.2, at most 0.1, 12,345 rows
  • `distance`  completeness 93 %, at least 100 %, 12,345 rows

Changed since the last message
  • mae 14.2 is above 12
  • dep_delay rose from 0.42 to 0.61

Open the report → https://reports.example.com/flights-eta/report.html?a=1&b=2

Silence it
  │ {COMMAND}

Driftline · incident {INCIDENT} escalated 5 Jan 2026, 12:00 UTC
"""


class TestSlack:
    def test_a_message_has_all_of_it(self) -> None:
        assert slack_as_text(slack_message(ESCALATED)) == SLACK

    def test_a_notice_has_what_it_has(self) -> None:
        assert slack_as_text(slack_message(NOTICE)).splitlines()[2:] == [
            "line 4: treshold is no field of an alarm.",
            "line 9: …",
            "",
            "Driftline · notice · 5 Jan 2026, 10:00 UTC",
        ]

    def test_titles_are_bold_and_what_data_says_is_not(self) -> None:
        texts = [
            element for block in slack_message(replace(ESCALATED, link="s3://x"))["blocks"] for element in _texts(block)
        ]
        bold = [text["text"].strip() for text in texts if text.get("style") == {"bold": True}]
        assert bold == [
            "Monitor", "Window", "Since", "Severity", "What is wrong",
            "Changed since the last message", "Report", "Silence it",
        ]  # fmt: skip

    def test_what_no_browser_opens_is_a_text(self) -> None:
        assert "\nReport  s3://bucket/report/\n" in slack_as_text(
            slack_message(replace(OPENED, link="s3://bucket/report/"))
        )

    def test_three_pieces_of_evidence_and_eight_changes_are_shown(self) -> None:
        many = replace(ESCALATED, evidence=FOUR, changed=tuple(f"change {i}" for i in range(10)))
        lines = slack_as_text(slack_message(many)).splitlines()
        assert len([line for line in lines if line.startswith("  • `")]) == 3
        assert [line for line in lines if line.startswith("  • change")] == [f"  • change {i}" for i in range(7)]
        assert "  • … and 3 more" in lines

    def test_long_texts_are_cut_where_slack_refuses_them(self) -> None:
        header, _, details, *_ = slack_message(replace(OPENED, headline="x" * 2000, details=("y" * 300,) * 20))[
            "blocks"
        ]
        assert units(header["text"]["text"]) == 150
        (text,) = _texts(details)
        assert len(text["text"]) == 2900


def _texts(block: dict[str, Any]) -> list[dict[str, Any]]:
    """The text elements of a rich text."""
    if block.get("type") == "text":
        return [block]
    return [text for element in block.get("elements", []) for text in _texts(element)]


class TestTeams:
    def test_a_card_has_all_of_the_message(self) -> None:
        assert shown(ESCALATED) == CARD

    def test_the_report_is_a_button(self) -> None:
        (action,) = content(OPENED)["actions"]
        assert action == {"type": "Action.OpenUrl", "title": "Open the report", "url": OPENED.link}
        assert OPENED.link is not None
        assert OPENED.link not in shown(OPENED)

    def test_what_no_browser_opens_is_a_text(self) -> None:
        message = replace(OPENED, link="s3://bucket/report/")
        assert "**Report  **s3://bucket/report/" in shown(message).splitlines()
        assert "actions" not in content(message)

    def test_a_notice_has_what_it_has(self) -> None:
        assert shown(NOTICE).splitlines() == [
            "🔵 monitors/flights-eta.yaml has 2 errors",
            "line 4: treshold is no field of an alarm.",
            "line 9: …",
            "Driftline · notice · 5 Jan 2026, 10:00 UTC",
        ]
        assert "actions" not in content(NOTICE)

    @pytest.mark.parametrize(
        ("message", "color"),
        [(OPENED, "Warning"), (ESCALATED, "Attention"), (RECOVERED, "Good"), (NOTICE, "Accent")],
    )
    def test_the_color_says_how_bad_it_is(self, message: Message, color: str) -> None:
        headline = content(message)["body"][0]
        assert (headline["color"], headline["size"], headline["weight"]) == (color, "Large", "Bolder")

    def test_clients_without_cards_get_the_headline(self) -> None:
        assert content(OPENED)["fallbackText"] == "WARNING: 3 constraints violated in data_quality of flights-eta"

    def test_markup_is_text_in_what_teams_reads_as_markdown(self) -> None:
        lines = shown(replace(OPENED, headline="**x** [a](b)", monitor="*y*")).splitlines()
        assert lines[0] == r"🟠 \*\*x\*\* \[a\](b)"
        assert lines[2] == r"Monitor | \*y\*"

    def test_three_pieces_of_evidence_are_shown(self) -> None:
        assert shown(replace(OPENED, evidence=FOUR)).count("**`") == 3

    @pytest.mark.parametrize(("signs", "lines"), [(0, 19), (138, 19), (144, 7), (148, 7)])
    def test_a_card_is_as_long_as_teams_takes_and_no_shorter(self, signs: int, lines: int) -> None:
        text = "zz" + "😀" * signs  # four bytes each
        message = replace(OPENED, details=(text,) * 30, changed=(text,) * 30)
        assert shown(message).count("zz") == 2 * lines
        assert len(json.dumps(adaptive_card_message(message), ensure_ascii=False).encode()) <= 27_000


class TestPagerDuty:
    def test_an_event_has_all_of_the_message(self) -> None:
        assert pagerduty_event(ESCALATED) == {
            "event_action": "trigger",
            "dedup_key": INCIDENT,
            "client": "Driftline",
            "client_url": ESCALATED.link,
            "links": [{"href": ESCALATED.link, "text": "Report"}],
            "payload": {
                "summary": "3 constraints violated in data_quality of flights-eta",
                "source": "flights-eta",
                "component": "data_quality",
                "severity": "critical",
                "class": "model monitoring",
                "timestamp": "2026-01-05T12:00:00+00:00",
                "custom_details": {
                    "monitor": "data_quality",
                    "window": "5 Jan 2026, 10:00 to 11:00 UTC",
                    "since": "5 Jan 2026, 11:00 UTC",
                    "severity": "critical",
                    "details": ["Coverage 97 %, 12,345 rows."],
                    "evidence": EVIDENCE,
                    "changed": ["mae 14.2 is above 12", "dep_delay rose from 0.42 to 0.61"],
                    "report": ESCALATED.link,
                    "silence": COMMAND,
                },
            },
        }

    def test_a_recovery_resolves_and_says_no_more(self) -> None:
        assert pagerduty_event(RECOVERED) == {"event_action": "resolve", "dedup_key": INCIDENT}

    def test_a_notice_has_what_it_has(self) -> None:
        event = pagerduty_event(NOTICE)
        assert event["payload"] == {
            "summary": "monitors/flights-eta.yaml has 2 errors",
            "source": "driftline",
            "severity": "info",
            "class": "notice",
            "timestamp": "2026-01-05T10:00:00+00:00",
            "custom_details": {"details": ["line 4: treshold is no field of an alarm.", "line 9: …"]},
        }
        assert "client_url" not in event

    def test_three_pieces_of_evidence_are_told(self) -> None:
        assert pagerduty_event(replace(OPENED, evidence=FOUR))["payload"]["custom_details"]["evidence"] == EVIDENCE

    def test_times_are_utc_and_whole_seconds(self) -> None:
        elsewhere = BEGIN.astimezone(timezone(timedelta(hours=5, minutes=30))) + timedelta(microseconds=5)
        assert pagerduty_event(replace(OPENED, at=elsewhere))["payload"]["timestamp"] == "2026-01-05T10:00:00+00:00"

    @pytest.mark.parametrize("length", [1, 254, 255])
    def test_a_key_that_fits_is_kept(self, length: int) -> None:
        assert dedup_key("x" * length) == "x" * length

    def test_long_texts_are_cut_where_pagerduty_refuses_them(self) -> None:
        payload = pagerduty_event(replace(OPENED, headline="x" * 2000, endpoint="y" * 2000))["payload"]
        assert (len(payload["summary"]), len(payload["source"])) == (1024, 255)


class TestWebhook:
    def test_a_document_has_all_of_the_message(self) -> None:
        assert webhook_document(ESCALATED) == {
            "version": 1,
            "id": f"{INCIDENT}/escalated",
            "kind": "escalated",
            "severity": "critical",
            "headline": "3 constraints violated in data_quality of flights-eta",
            "at": "2026-01-05T12:00:00Z",
            "incident": INCIDENT,
            "endpoint": "flights-eta",
            "monitor": "data_quality",
            "window": {"start": "2026-01-05T10:00:00Z", "end": "2026-01-05T11:00:00Z"},
            "since": "2026-01-05T11:00:00Z",
            "details": ["Coverage 97 %, 12,345 rows."],
            "evidence": [
                {
                    "subject": "dep_delay", "statistic": "drift", "value": 0.4213, "threshold": 0.1, "n": 12345,
                    "interval": [0.4012, 0.4414], "note": "the current values are higher",
                },
                {
                    "subject": "carrier", "statistic": "drift", "value": 0.2, "threshold": 0.1, "n": 12345,
                    "interval": None, "note": "",
                },
                {
                    "subject": "distance", "statistic": "completeness", "value": 0.93, "threshold": 1.0, "n": 12345,
                    "interval": None, "note": "",
                },
            ],
            "changed": ["mae 14.2 is above 12", "dep_delay rose from 0.42 to 0.61"],
            "rows": None,
            "coverage": None,
            "link": ESCALATED.link,
            "runbook": None,
            "silence": COMMAND,
            "listed": [],
            "team": None,
            "owner": None,
            "tags": {},
        }  # fmt: skip

    def test_a_digest_lists_and_links_its_messages_in_every_form(self) -> None:
        link = "https://reports.example.com/taxi/report.html"
        listed = (Listed("taxi: amount drifted", link), *(Listed(f"shop-{i}: it drifted") for i in range(1100)))
        message = replace(OPENED, listed=listed, evidence=())
        document = webhook_document(message)
        assert document["listed"][0] == {"headline": "taxi: amount drifted", "link": link}
        assert len(document["listed"]) == 1000
        assert pagerduty_event(message)["payload"]["custom_details"]["incidents"][0] == "taxi: amount drifted"
        for shown in (email_text(message), str(slack_message(message)), str(adaptive_card_message(message))):
            assert "taxi: amount drifted" in shown
            assert link in shown
            assert re.search(r"… and 1[,\d]* more|… and 10\d\d more", shown)

    def test_whose_endpoint_it_is_stands_in_every_form(self) -> None:
        of = Ownership("risk", "ada@example.com", {"tier": "gold", "area": "emea"})
        message = replace(OPENED, ownership=of)
        document = webhook_document(message)
        assert {key: document[key] for key in ("team", "owner", "tags")} == {
            "team": "risk", "owner": "ada@example.com", "tags": {"area": "emea", "tier": "gold"},
        }  # fmt: skip
        event = pagerduty_event(message)["payload"]
        assert event["group"] == "risk"
        assert event["custom_details"]["tags"] == "area=emea, tier=gold"
        for shown in (email_text(message), str(slack_message(message)), str(adaptive_card_message(message))):
            for text in ("risk", "ada@example.com", "area=emea, tier=gold"):
                assert text in shown

    def test_what_a_notice_does_not_have_is_null(self) -> None:
        document = webhook_document(NOTICE)
        nothing = ("incident", "endpoint", "monitor", "window", "since", "link", "silence")
        assert [document[key] for key in nothing] == [None] * len(nothing)
        assert document["evidence"] == document["changed"] == []

    def test_times_are_utc_and_whole_seconds(self) -> None:
        elsewhere = BEGIN.astimezone(timezone(timedelta(hours=5, minutes=30))) + timedelta(microseconds=5)
        assert webhook_document(replace(OPENED, at=elsewhere))["at"] == "2026-01-05T10:00:00Z"

    def test_lists_and_texts_are_as_long_as_the_schema_says_and_no_shorter(self) -> None:
        texts = tuple(f"{i}" for i in range(51))
        document = webhook_document(
            replace(OPENED, details=texts, changed=texts, evidence=OPENED.evidence * 17, headline="x" * 2001)
        )
        assert document["details"] == document["changed"] == [*texts[:50]]
        assert len(document["evidence"]) == 50
        assert document["headline"] == "x" * 1999 + "…"
        assert webhook_document(replace(OPENED, headline="x" * 2000))["headline"] == "x" * 2000
