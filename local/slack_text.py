"""A Slack message as plain text, for the demo."""

import html
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_WIDTH = 96


def slack_as_text(payload: Mapping[str, Any]) -> str:
    """The blocks of a chat.postMessage or webhook payload, one paragraph each; its fallback text without blocks."""
    blocks = payload.get("blocks") or []
    if not blocks:
        return html.unescape(str(payload.get("text", "")))
    lines = [line for block in blocks for line in _block(block)]
    return "\n".join(lines) + "\n"


def _block(block: Mapping[str, Any]) -> Iterable[str]:
    match block["type"]:
        case "header":
            text = str(block["text"]["text"])
            yield from _wrap(text)
            yield "═" * min(len(text), _WIDTH)
        case "section":
            if "text" in block:
                yield from _wrap(_object(block["text"]))
            yield from (line for shown in block.get("fields", ()) for line in _wrap(_object(shown)))
        case "context":
            yield from _wrap("  ".join(_object(element) for element in block["elements"]))
        case "rich_text":
            for element in block["elements"]:
                yield from _rich(element)
            yield ""
        case "divider":
            yield "─" * _WIDTH
        case other:
            yield f"[{other}]"


def _rich(element: Mapping[str, Any]) -> Iterable[str]:
    match element["type"]:
        case "rich_text_list":
            for item in element["elements"]:
                yield from _wrap(_parts(item["elements"]), first="  • ", then="    ")
        case "rich_text_preformatted":
            for line in _parts(element["elements"]).splitlines():
                yield f"  │ {line}"
        case "rich_text_quote":
            yield from _wrap(_parts(element["elements"]), first="▏ ", then="▏ ")
        case _:
            yield from _wrap(_parts(element["elements"]))


def _parts(elements: Sequence[Mapping[str, Any]]) -> str:
    return "".join(_part(element) for element in elements)


def _part(element: Mapping[str, Any]) -> str:
    if element["type"] == "link":
        return f"{element.get('text', 'link')} → {element['url']}"
    text = str(element.get("text", ""))
    return f"`{text}`" if element.get("style", {}).get("code") else text


def _object(shown: Mapping[str, Any]) -> str:
    text = str(shown["text"])
    return html.unescape(text) if shown["type"] == "mrkdwn" else text


def _wrap(text: str, first: str = "", then: str = "") -> Iterable[str]:
    """Lines of at most 96 characters; longer words stay whole, so that links can be copied."""
    for number, line in enumerate(text.split("\n")):
        yield from textwrap.wrap(
            line,
            _WIDTH,
            initial_indent=then if number else first,
            subsequent_indent=then,
            break_long_words=False,
            break_on_hyphens=False,
        ) or [""]
