"""Text from data made harmless, and short enough, for the places that it is shown in.

A feature's name, a category or a reason may be anything: markup, a mention of a whole channel, control characters,
marks that turn the direction of writing, half a surrogate pair, 10 KB. Channels get their text from here.
"""

import re
from collections.abc import Callable
from urllib.parse import quote, urlsplit

ELLIPSIS = "…"
_DIRECTION = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
"""Marks that turn or isolate the direction of writing: https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters"""
_INVISIBLE = "\u00ad\u180e\u200b\u2060-\u2064\u206a-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
"""Characters without a shape that joins nothing; U+200C and U+200D stay, because words and emoji need them."""
_CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f"
_REMOVED = re.compile(f"[{_DIRECTION}{_INVISIBLE}{_CONTROLS}]")
_LINE_ENDS = re.compile("\r\n|[\r\x85\u2028\u2029]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_LONGEST_LINK = 2900  # characters: below Slack's 3000; what S3 signed has about 2000, most of it a session's token


def clean(text: str) -> str:
    """Text that can be shown: one kind of line end, half surrogate pairs as U+FFFD, nothing that acts unseen."""
    return _REMOVED.sub("", without_surrogates(_LINE_ENDS.sub("\n", text))).expandtabs(1)


def without_surrogates(text: str) -> str:
    """Text that UTF-8 can carry: halves of surrogate pairs are U+FFFD."""
    return _SURROGATES.sub("�", text)


def one_line(text: str) -> str:
    """`clean`, with each run of white space as one space."""
    return " ".join(clean(text).split())


def units(text: str) -> int:
    """Length in UTF-16 code units: what JavaScript counts, and never less than the number of characters."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def fit(text: str, limit: int, escape: Callable[[str], str] = str) -> str:
    """The text escaped, cut with … where it would be longer than the limit; never within a character's escape.

    Args:
        limit: In UTF-16 code units, after escaping; at least 1.
        escape: Escapes a text character by character.
    """
    head = text[: limit + 1]  # no character takes less than a unit
    if head == text and units(whole := escape(text)) <= limit:
        return whole
    room, kept = limit - 1, list[str]()
    for character in head:
        shown = escape(character)
        room -= units(shown)
        if room < 0:
            break
        kept.append(shown)
    return "".join(kept) + ELLIPSIS


def fit_words(text: str, limit: int, escape: Callable[[str], str] = str) -> str:
    """As `fit`, cut between words, unless a word takes more than half of the room."""
    cut = fit(text, limit, escape)
    if not cut.endswith(ELLIPSIS) or cut == escape(text):
        return cut
    words, _, _ = cut.removesuffix(ELLIPSIS).rpartition(" ")
    return f"{words.rstrip(' ,;:(')} {ELLIPSIS}" if units(words) * 2 > limit else cut


def slack_escape(text: str) -> str:
    """Slack's three control characters, which begin mentions and links, as entities.

    https://docs.slack.dev/messaging/formatting-message-text/#escaping
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def markdown_escape(text: str) -> str:
    """One line of text without meaning as CommonMark: punctuation that acts stands behind a backslash.

    names_like_this stay as they are, because underscores within words do not act.
    https://spec.commonmark.org/0.31.2/#backslash-escapes
    """
    text = re.sub(r"[\\`*\[\]<>~|#&]", r"\\\g<0>", text)
    text = re.sub(r"(?<![^\W_])_|_(?![^\W_])", r"\\_", text)  # between letters or digits it is a part of a name
    text = re.sub(r"^(\s*)([-+=])", r"\1\\\2", text)
    return re.sub(r"^(\s*\d+)([.)])", r"\1\\\2", text)


def web_link(link: str | None) -> str | None:
    """The link if a browser may open it: http or https with a host, percent-encoded; None for all else."""
    if link is None or len(link) > _LONGEST_LINK or link != clean(link):
        return None
    try:
        parts = urlsplit(link)
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not host:
        return None
    # What ends a link in somebody's markup is encoded; what is encoded already stays.
    encoded = quote(link, safe="%/:?#@!$&*+,;=~[]")
    return encoded if len(encoded) <= _LONGEST_LINK else None
