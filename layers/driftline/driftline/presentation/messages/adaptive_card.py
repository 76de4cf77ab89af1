"""A message as Microsoft Teams shows it: an Adaptive Card for the webhook of a workflow.

Teams reads Markdown in TextBlocks and FactSets and none in the TextRuns of a RichTextBlock
(https://learn.microsoft.com/en-us/adaptive-cards/authoring-cards/text-features). So texts from data stand in TextRuns
wherever they can; the headline and the facts are escaped. Mentions need an entity of their own in the payload, and
there is none. A message has at most 28 KB:
https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
"""

import json
from collections.abc import Sequence
from typing import Any

from driftline.domain.alarms.severity import Severity
from driftline.domain.incidents.message import Message, MessageKind
from driftline.presentation.messages import evidence, wording
from driftline.presentation.messages.escaping import markdown_escape, web_link

type Element = dict[str, Any]

_VERSION = "1.4"  # the newest that all of Teams' clients show
_LARGEST = 27_000  # bytes
_LONGEST_HEADLINE = 300
_LINES = (20, 8, 3, 0)  # how many lines of a kind are shown: fewer, until the card is small enough
_COLORS = {Severity.WARNING: "Warning", Severity.CRITICAL: "Attention"}


def adaptive_card_message(message: Message) -> dict[str, Any]:
    """The body of a POST to a workflow "when a Teams webhook request is received"; at most 28 KB as UTF-8."""
    sizes = iter(_LINES)
    body = _message(message, next(sizes))
    for most in sizes:
        if len(json.dumps(body, ensure_ascii=False).encode()) <= _LARGEST:
            break
        body = _message(message, most)
    return body


def _message(message: Message, most: int) -> dict[str, Any]:
    content = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": _VERSION,
        "fallbackText": f"{wording.label(message)}: {wording.headline(message, _LONGEST_HEADLINE)}",
        "msteams": {"width": "Full"},
        "body": _body(message, most),
    }
    links = (("Open the report", web_link(message.link)), ("Runbook", wording.runbook(message)))
    if actions := [{"type": "Action.OpenUrl", "title": title, "url": url} for title, url in links if url]:
        content["actions"] = actions
    attachment = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": content,
    }
    return {"type": "message", "attachments": [attachment]}


def _body(message: Message, most: int) -> list[Element]:
    body = [_headline(message)]
    if facts := wording.facts(message):
        pairs = [{"title": title, "value": markdown_escape(value)} for title, value in facts]
        body.append({"type": "FactSet", "facts": pairs})
    body.extend(_rich([_run(text)]) for text in _some(message.details, most))
    if most:
        body.extend(_rich([_linked(text, url)]) for text, url in wording.listed(message, most))
    if found := evidence.lines(message):
        body.append(_heading(evidence.TITLE))
        body.extend(_rich(_evidence(subject, figures)) for subject, figures in found)
    if changed := _some(message.changed, most):
        body.append(_heading("Changed since the last message"))
        body.extend(_rich([_run(f"• {text}")]) for text in changed)
    if web_link(message.link) is None and (link := wording.link(message)):
        body.append(_rich([_run("Report  ", weight="Bolder"), _run(link)]))
    if silence := wording.silence(message):
        body.append(_heading("Silence it"))
        body.append(_rich([_run(silence, fontType="Monospace")]))
    body.append(_rich([_run(wording.footer(message), isSubtle=True, size="Small")]))
    return body


def _headline(message: Message) -> Element:
    color = _COLORS[message.severity]
    if message.kind is MessageKind.RECOVERED:
        color = "Good"
    elif message.kind is MessageKind.NOTICE:
        color = "Accent"
    return {
        "type": "TextBlock",
        "text": f"{wording.icon(message)} {markdown_escape(wording.headline(message, _LONGEST_HEADLINE))}",
        "size": "Large",
        "weight": "Bolder",
        "color": color,
        "wrap": True,
    }


def _evidence(subject: str, figures: str) -> Sequence[Element]:
    return [_run("• "), _run(subject, fontType="Monospace", weight="Bolder"), _run(f"  {figures}")]


def _some(texts: Sequence[str], most: int) -> Sequence[str]:
    return wording.lines(texts, most) if most else []


def _linked(text: str, url: str | None) -> Element:
    run = _run(f"• {text}")
    return {**run, "selectAction": {"type": "Action.OpenUrl", "url": url}} if url else run


def _heading(text: str) -> Element:
    """A heading of ours."""
    return {"type": "TextBlock", "text": text, "weight": "Bolder", "wrap": True, "spacing": "Medium"}


def _rich(runs: Sequence[Element]) -> Element:
    return {"type": "RichTextBlock", "inlines": list(runs)}


def _run(text: str, **style: str | bool) -> Element:
    return {"type": "TextRun", "text": text, **style}
