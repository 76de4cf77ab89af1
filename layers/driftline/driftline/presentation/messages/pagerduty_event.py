"""A message as an event of PagerDuty's Events API v2.

https://developer.pagerduty.com/docs/events-api-v2-overview: a summary has at most 1024 characters, a deduplication key
255, an event 512 KB. All texts are plain.

All messages of an incident have the incident's id as their key: PagerDuty keeps one alert, which the recovery
resolves. A notice is an alert of its own with severity `info`, which a service with dynamic urgency does not ring for.
"""

from datetime import UTC
from hashlib import sha256
from typing import Any

from driftline.domain.incidents.message import Message, MessageKind
from driftline.presentation.messages import evidence, wording
from driftline.presentation.messages.escaping import fit, one_line, web_link

_LONGEST_SUMMARY = 1024
_MOST_LISTED = 100
_LONGEST_KEY = 255
_LONGEST_SOURCE = 255


def pagerduty_event(message: Message) -> dict[str, Any]:
    """An event without its routing key."""
    key = dedup_key(message.incident if message.incident is not None else message.id)
    if message.kind is MessageKind.RECOVERED:
        return {"event_action": "resolve", "dedup_key": key}
    event: dict[str, Any] = {
        "event_action": "trigger",
        "dedup_key": key,
        "client": "Driftline",
        "payload": _payload(message),
    }
    url, runbook = web_link(message.link), wording.runbook(message)
    if url is not None:
        event["client_url"] = url
    if links := [{"href": to, "text": text} for to, text in ((url, "Report"), (runbook, "Runbook")) if to]:
        event["links"] = links
    return event


def dedup_key(text: str) -> str:
    """The text itself if PagerDuty takes it, else its beginning and a digest; different texts have different keys."""
    plain = one_line(text)
    if plain == text and 0 < len(text) <= _LONGEST_KEY:
        return text
    digest = sha256(text.encode(errors="surrogatepass")).hexdigest()
    return fit(f"{plain} ", _LONGEST_KEY - len(digest)) + digest


def _payload(message: Message) -> dict[str, Any]:
    payload: dict[str, Any] = {
        "summary": wording.headline(message, _LONGEST_SUMMARY),
        "source": fit(one_line(message.endpoint or "") or "driftline", _LONGEST_SOURCE),
        "severity": "info" if message.kind is MessageKind.NOTICE else message.severity.value,
        "timestamp": message.at.astimezone(UTC).isoformat(timespec="seconds"),
        "class": "notice" if message.kind is MessageKind.NOTICE else "model monitoring",
        "custom_details": _details(message),
    }
    if message.monitor is not None:
        payload["component"] = wording.name(message.monitor)
    if message.ownership.team is not None:
        payload["group"] = wording.name(message.ownership.team)
    return payload


def _details(message: Message) -> dict[str, Any]:
    details: dict[str, Any] = {title.lower(): value for title, value in wording.facts(message)}
    if found := wording.lines(message.details):
        details["details"] = found
    if listed := wording.listed(message, _MOST_LISTED):
        details["incidents"] = [text for text, _ in listed]
    if lines := evidence.lines(message):
        details["evidence"] = [f"{subject}: {figures}" for subject, figures in lines]
    if changed := wording.lines(message.changed):
        details["changed"] = changed
    if link := wording.link(message):
        details["report"] = link
    if silence := wording.silence(message):
        details["silence"] = silence
    return details
