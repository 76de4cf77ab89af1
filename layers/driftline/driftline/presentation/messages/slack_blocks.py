"""A message as Slack shows it, in Block Kit: https://docs.slack.dev/reference/block-kit/blocks

Texts from data stand in `plain_text` objects and in the text elements of `rich_text` blocks only. Slack takes both as
they are: no mentions, no links, no markup, no :emoji:. The one text that Slack parses is the fallback that
notifications show; it is escaped. Limits: a header has 150 characters, a text 3000, a message 50 blocks.
"""

import itertools
from collections.abc import Iterable, Sequence
from typing import Any

from driftline.domain.incidents.message import Message
from driftline.presentation.messages import evidence, wording
from driftline.presentation.messages.escaping import fit, fit_words, slack_escape, web_link

type Block = dict[str, Any]

_LONGEST_HEADER = 150
_LONGEST_FALLBACK = 500
_MOST_LISTED = 40
_LONGEST_TEXT = 2900  # below 3000 with what stands around it


def slack_message(message: Message) -> dict[str, Any]:
    """`text` and `blocks` of chat.postMessage and of an incoming webhook."""
    title = f"{wording.icon(message)} {wording.label(message)}: {wording.headline(message, 1000)}"
    return {"text": fit_words(title, _LONGEST_FALLBACK, slack_escape), "blocks": slack_blocks(message)}


def slack_blocks(message: Message) -> list[Block]:
    """At most eleven blocks: headline, facts, details, list, evidence, changes, link, silence, footer."""
    blocks = [_header(message)]
    if facts := wording.facts(message):
        rows = [[_text(f"{title}  ", bold=True), _text(value)] for title, value in facts]
        blocks.append(_rich(_section(_joined(rows))))
    if details := wording.lines(message.details):
        blocks.append(_rich(_section([_text(_whole(details))])))
    if listed := wording.listed(message, _MOST_LISTED):
        blocks.append(_rich(_list([_linked(text, url)] for text, url in listed)))
    if lines := evidence.lines(message):
        blocks.append(_rich(_heading(evidence.TITLE), _list(itertools.starmap(_evidence, lines))))
    if changed := wording.lines(message.changed, most=8):
        blocks.append(_rich(_heading("Changed since the last message"), _list([_text(text)] for text in changed)))
    blocks.extend(_link(message))
    if silence := wording.silence(message):
        command = {"type": "rich_text_preformatted", "elements": [_text(silence)]}
        blocks.append(_rich(_heading("Silence it"), command))
    blocks.append({"type": "context", "elements": [_plain(wording.footer(message))]})
    return blocks


def _header(message: Message) -> Block:
    title = f"{wording.icon(message)} {wording.headline(message, 1000)}"
    return {"type": "header", "text": _plain(fit_words(title, _LONGEST_HEADER))}


def _link(message: Message) -> Iterable[Block]:
    """A link that a browser opens as a link, anything else (s3://…, a path) as text."""
    url, runbook = web_link(message.link), wording.runbook(message)
    links = [(url, "Open the report"), (runbook, "Runbook")]
    if found := [[{"type": "link", "url": to, "text": text}] for to, text in links if to]:
        yield _rich(_section(_joined(found)))
    if url is None and (link := wording.link(message)):
        yield _rich(_section([_text("Report  ", bold=True), _text(link)]))


def _evidence(subject: str, figures: str) -> list[Block]:
    return [_text(subject, code=True), _text(f"  {figures}")]


def _linked(text: str, url: str | None) -> Block:
    return {"type": "link", "url": url, "text": text} if url else _text(text)


def _whole(texts: Sequence[str]) -> str:
    return fit("\n".join(texts), _LONGEST_TEXT)


def _joined(rows: Sequence[Sequence[Block]]) -> list[Block]:
    elements: list[Block] = []
    for row in rows:
        if elements:
            elements.append(_text("\n"))
        elements.extend(row)
    return elements


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": False}


def _text(text: str, **style: bool) -> Block:
    return {"type": "text", "text": text, "style": style} if style else {"type": "text", "text": text}


def _section(elements: Sequence[Block]) -> Block:
    return {"type": "rich_text_section", "elements": list(elements)}


def _heading(text: str) -> Block:
    return _section([_text(text, bold=True)])


def _list(items: Iterable[Sequence[Block]]) -> Block:
    return {"type": "rich_text_list", "style": "bullet", "elements": [_section(item) for item in items]}


def _rich(*elements: Block) -> Block:
    return {"type": "rich_text", "elements": list(elements)}
