"""The words of messages, as channels and the demo show them."""

from dataclasses import replace

import pytest

from driftline.domain.executions.finding import Finding
from driftline.domain.incidents.message import Message
from driftline.presentation.messages import wording
from driftline.presentation.messages.pagerduty_event import dedup_key, pagerduty_event
from driftline.presentation.messages.plain_text import email_subject, email_text
from driftline.presentation.messages.signed_webhook import webhook_document
from driftline.presentation.messages.slack_blocks import slack_message
from local.slack_text import slack_as_text
from tests.messages import ESCALATED, NOTICE, OPENED, RECOVERED

EMAIL = """\
CRITICAL: 3 constraints violated in data_quality of flights-eta

Monitor:  data_quality
Window:   5 Jan 2026, 10:00 to 11:00 UTC
Since:    5 Jan 2026, 11:00 UTC

Coverage 97 %, 12,345 rows.

What is wrong
  - dep_delay
    drift 0.4213, at most 0.1, 12,345 rows, 95 % interval 0.4012 to 0.4414
      (the current values are higher)
  - carrier
    drift 0.2, at most 0.1, 12,345 rows
  - distance
    completeness 93 %, at least 100 %, 12,345 rows

Changed since the last message
  - mae 14.2 is above 12
  - dep_delay rose from 0.42 to 0.61

Report
  https://reports.example.com/flights-eta/report.html?a=1&b=2

Silence it
  driftline silence flights-eta data_quality --for 4h --why '…'

--\u0020
Driftline · incident flights-eta/data_quality/20260105T100000Z escalated 5 Jan
2026, 12:00 UTC
"""


def test_a_recovery_says_how_bad_it_was() -> None:
    assert wording.facts(RECOVERED)[-1] == ("Severity", "recovered, was critical")


def test_lines_beyond_the_limit_are_counted() -> None:
    assert wording.lines(["a", "", "b", "c", "d"], 3) == ["a", "b", "… and 2 more"]


class TestEmail:
    def test_the_text(self) -> None:
        assert email_text(ESCALATED) == EMAIL

    @pytest.mark.parametrize(
        ("message", "subject"),
        [
            (OPENED, "[WARNING] 3 constraints violated in data_quality of flights-eta"),
            (RECOVERED, "[RECOVERED] data_quality of flights-eta is well again"),
            (replace(NOTICE, headline="größer – als …\nzuvor"), "[NOTICE] gr??er - als ... zuvor"),
            (replace(OPENED, headline="Captures stopped"), "[WARNING] flights-eta: Captures stopped"),
            (replace(NOTICE, headline="x" * 91), "[NOTICE] " + "x" * 91),
            (replace(NOTICE, headline="x" * 92), "[NOTICE] " + "x" * 88 + "..."),
        ],
    )
    def test_the_subject(self, message: Message, subject: str) -> None:
        assert email_subject(message) == subject

    def test_three_pieces_of_evidence_are_told(self) -> None:
        more = replace(
            OPENED,
            evidence=(*OPENED.evidence, OPENED.evidence[0].model_copy(update={"subject": "a fourth"})),
        )
        assert email_text(more) == email_text(OPENED)

    def test_a_notice_has_no_paragraph_of_what_it_does_not_have(self) -> None:
        assert email_text(replace(NOTICE, details=())) == (
            "NOTICE: monitors/flights-eta.yaml has 2 errors\n\n-- \nDriftline · notice · 5 Jan 2026, 10:00 UTC\n"
        )

    def test_long_lines_are_broken_between_words_and_what_is_copied_stays_whole(self) -> None:
        address = "https://reports.example.com/" + "a-long-name/" * 8
        text = email_text(replace(OPENED, details=(f"Look at {address} for all of it.",), monitor="word " * 20))
        assert f"\n{address}\n" in text
        (begin,) = [number for number, each in enumerate(text.splitlines()) if each.startswith("Monitor:")]
        assert text.splitlines()[begin + 1].startswith(" " * 10 + "word")
        assert all(len(each) <= 78 for each in text.splitlines() if address not in each)


class TestSlackAsText:
    def test_it_looks_like_the_message(self) -> None:
        shown = slack_as_text(slack_message(ESCALATED))
        assert shown.startswith("🔴 3 constraints violated in data_quality of flights-eta\n═══")
        assert (
            "  • `dep_delay`  drift 0.4213, at most 0.1, 12,345 rows, 95 % interval 0.4012 to 0.4414 (the\n    current values are higher)"
            in shown
        )
        assert "Open the report → https://reports.example.com/flights-eta/report.html?a=1&b=2" in shown
        assert "  │ driftline silence flights-eta" in shown

    def test_without_blocks_the_fallback_is_shown(self) -> None:
        assert slack_as_text({"text": "a &lt;b&gt;"}) == "a <b>"


class TestPagerDuty:
    def test_a_notice_rings_for_nobody_and_is_its_own_alert(self) -> None:
        event = pagerduty_event(NOTICE)
        assert event["payload"]["severity"] == "info"
        assert event["dedup_key"] == NOTICE.id

    def test_an_incident_keeps_its_id_as_key_if_that_is_taken(self) -> None:
        assert dedup_key("flights/data_quality/1") == "flights/data_quality/1"
        assert len(dedup_key("x" * 300)) <= 255
        assert dedup_key("x" * 300) != dedup_key("x" * 301)

    def test_only_a_web_link_is_linked(self) -> None:
        assert "links" in pagerduty_event(OPENED)
        event = pagerduty_event(replace(OPENED, link="s3://bucket/report.html"))
        assert "links" not in event
        assert event["payload"]["custom_details"]["report"] == "s3://bucket/report.html"


class TestWebhook:
    def test_what_json_cannot_say_is_null(self) -> None:
        finding = Finding(
            subject="mae",
            check="GreaterThanThreshold",
            description="",
            observed=float("nan"),
            required=float("inf"),
            n=3,
            interval=(float("-inf"), 1.0),
        )
        (evidence,) = webhook_document(replace(OPENED, evidence=(finding,)))["evidence"]
        assert (evidence["value"], evidence["threshold"], evidence["interval"]) == (None, None, [None, 1.0])

    def test_names_are_what_the_data_says(self) -> None:
        document = webhook_document(replace(OPENED, monitor="<b>\x07\u202e"))
        assert document["monitor"] == "<b>\x07\u202e"
