"""The words of a message that all channels share: titles and facts in plain text, one line each.

Texts that came from data are cleaned and cut here; what acts in a channel's own markup is left to the channel.
"""

import re
from collections.abc import Sequence

from driftline.domain.alarms.severity import Severity
from driftline.domain.incidents.message import Message, MessageKind
from driftline.domain.monitors.ownership import tag_words
from driftline.presentation.messages.escaping import clean, fit, fit_words, one_line, web_link
from driftline.presentation.text import instant, percent, window

LONGEST_SENTENCE = 600
"""Characters of a line that a message keeps; channels show fewer."""

_LONGEST_NAME = 120
_LONGEST_LINE = 300
_LONGEST_COMMAND = 500
_MOST_LINES = 20

_ICONS = {Severity.WARNING: "🟠", Severity.CRITICAL: "🔴"}
_STATES = {
    MessageKind.OPENED: "opened",
    MessageKind.ESCALATED: "escalated",
    MessageKind.UPDATED: "updated",
    MessageKind.RECOVERED: "recovered",
}


def icon(message: Message) -> str:
    if message.kind is MessageKind.RECOVERED:
        return "🟢"
    blue = {MessageKind.UPDATED, MessageKind.NOTICE}
    return "🔵" if message.kind in blue else _ICONS[message.severity]


def label(message: Message) -> str:
    """One word for what the message is: CRITICAL, WARNING, UPDATED, RECOVERED or NOTICE."""
    if message.kind in {MessageKind.UPDATED, MessageKind.RECOVERED, MessageKind.NOTICE}:
        return message.kind.value.upper()
    return message.severity.value.upper()


def headline(message: Message, limit: int) -> str:
    """Cut between words."""
    return fit_words(one_line(message.headline) or "Driftline", limit)


def names_endpoint(message: Message) -> bool:
    """Whether the headline says which endpoint it is about."""
    endpoint = re.escape(name(message.endpoint or ""))
    return re.search(rf"(?<!\w){endpoint}(?!\w)", one_line(message.headline)) is not None


def name(text: str) -> str:
    return line(text, _LONGEST_NAME) or "(no name)"


def line(text: str, longest: int = _LONGEST_LINE) -> str:
    # What is far beyond the limit is never looked at: names can be 10 KB long.
    cut = text[: longest * 4]
    return fit(one_line(cut) + ("…" if len(text) > len(cut) else ""), longest)


def message_line(text: str) -> str:
    """A line as a message keeps it."""
    return line(text, LONGEST_SENTENCE)


def lines(texts: Sequence[str], most: int = _MOST_LINES) -> list[str]:
    """One-line texts without empty ones; when there are more than `most`, the last line says how many were left out."""
    shown = [text for text in map(line, texts) if text]
    if len(shown) <= most:
        return shown
    return [*shown[: most - 1], f"… and {len(shown) - most + 1} more"]


def listed(message: Message, most: int) -> list[tuple[str, str | None]]:
    """The messages in a digest, as (headline, address for a browser); the last says how many were left out."""
    found = [(line(each.headline) or "(no text)", web_link(each.link)) for each in message.listed[:most]]
    if len(message.listed) <= most:
        return found
    return [*found[: most - 1], (f"… and {len(message.listed) - most + 1} more", web_link(message.link))]


def link(message: Message) -> str:
    """Where the report is, as text; empty if there is none. Addresses for browsers are whole."""
    return web_link(message.link) or line(message.link or "")


def runbook(message: Message) -> str:
    """The address of what to do about it; empty if the document names none."""
    return web_link(message.runbook) or ""


def silence(message: Message) -> str:
    """The command or step that silences it, in its own lines; empty if there is none."""
    return fit(clean(message.silence or "").strip(), _LONGEST_COMMAND)


def facts(message: Message, *, labelled: bool = False) -> list[tuple[str, str]]:
    """What the headline does not say, as (title, value); at most nine.

    Args:
        labelled: The label stands next to the headline.
    """
    found: list[tuple[str, str]] = []
    if message.endpoint is not None and not names_endpoint(message):
        found.append(("Endpoint", name(message.endpoint)))
    if message.monitor is not None:
        found.append(("Monitor", name(message.monitor)))
    if message.window is not None:
        found.append(("Window", window(*message.window)))
    if message.rows is not None:
        found.append(("Rows", _rows(message.rows, message.coverage)))
    if message.since is not None and message.since != message.at:
        found.append(("Since", instant(message.since)))
    if message.incident is not None and (not labelled or message.severity.value.upper() != label(message)):
        over = message.kind is MessageKind.RECOVERED
        found.append(("Severity", f"recovered, was {message.severity}" if over else message.severity.value))
    of = message.ownership
    tags = ", ".join(tag_words(of.tags))
    owners = (("Team", of.team), ("Owner", of.owner), ("Tags", tags))
    found += [(title, shown) for title, text in owners if (shown := line(text or ""))]
    return found


def _rows(rows: int, coverage: float | None) -> str:
    """`979, 55 % labelled, may change`: labels that are still to come change the verdict."""
    if coverage is None:
        return f"{rows:,}"
    return f"{rows:,}, {percent(coverage)} labelled" + ("" if coverage == 1.0 else ", may change")


def footer(message: Message) -> str:
    """Which conversation a message belongs to, for channels that have no threads."""
    if message.incident is None:
        return f"Driftline · notice · {instant(message.at)}"
    state = _STATES.get(message.kind, message.kind.value)
    return f"Driftline · incident {name(message.incident)} {state} {instant(message.at)}"
