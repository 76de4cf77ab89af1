"""Slack's published limits of what we send, as a checker of ours; slack_sdk's models check some of them too.

https://docs.slack.dev/reference/block-kit/blocks and …/composition-objects/text-object
"""

from collections.abc import Iterator, Mapping
from typing import Any

from slack_sdk.models.blocks import Block

_KNOWN = {
    "header": {"type", "text"},
    "rich_text": {"type", "elements"},
    "context": {"type", "elements"},
    "rich_text_section": {"type", "elements"},
    "rich_text_list": {"type", "style", "elements"},
    "rich_text_preformatted": {"type", "elements"},
    "plain_text": {"type", "text", "emoji"},
    "text": {"type", "text", "style"},
    "link": {"type", "url", "text"},
}
"""The types that we use, with their fields. Types that Slack parses (mrkdwn, user, channel, broadcast …) are absent."""


def nodes(value: object) -> Iterator[Mapping[str, Any]]:
    """All objects that have a type, the outer before the inner."""
    if isinstance(value, Mapping):
        if "type" in value:
            yield value
        for inner in value.values():
            yield from nodes(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from nodes(inner)


def texts(blocks: object) -> list[str]:
    return [node["text"] for node in nodes(blocks) if isinstance(node.get("text"), str)]


def check_blocks(blocks: list[dict[str, Any]]) -> None:
    assert 1 <= len(blocks) <= 50
    for node in nodes(blocks):
        assert set(node) <= _KNOWN[node["type"]], node
    for text in texts(blocks):
        assert 1 <= len(text) <= 3000
        assert len(text.encode("utf-16-le")) // 2 <= 3000
    for block in blocks:
        if block["type"] == "header":
            assert block["text"]["type"] == "plain_text"
            assert len(block["text"]["text"].encode("utf-16-le")) // 2 <= 150
        else:
            assert 1 <= len(block["elements"]) <= 10
    for node in nodes(blocks):
        if node["type"] == "plain_text":
            assert node["emoji"] is False, "a name such as :x: is no emoji"
        if node["type"] == "link":
            assert node["url"].startswith(("http://", "https://"))
            assert len(node["url"]) <= 3000
        if node["type"].startswith("rich_text_"):
            assert node["elements"]
    parsed = Block.parse_all(blocks)
    assert len(parsed) == len(blocks)
    for each in parsed:
        each.to_dict()  # slack_sdk validates here
