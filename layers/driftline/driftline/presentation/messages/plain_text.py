"""A message as an email: a subject of one line of ASCII, and a text of at most 78 columns where words allow it."""

import textwrap
from collections.abc import Iterable, Iterator

from driftline.domain.executions.finding import Finding
from driftline.domain.incidents.message import Message
from driftline.presentation.messages import evidence, wording

_COLUMNS = 78  # https://www.rfc-editor.org/rfc/rfc5322#section-2.1.1
_LONGEST_SUBJECT = 100  # of SNS: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
_LONGEST_HEADLINE = 500
_TO_ASCII = str.maketrans({"\N{MINUS SIGN}": "-", "–": "-", "—": "-", "…": "...", "’": "'", "“": '"', "”": '"'})


def email_subject(message: Message) -> str:
    """`[CRITICAL] flights-eta: 3 constraints violated`: at most 100 printable ASCII characters."""
    about = f"{wording.name(message.endpoint)}: " if message.endpoint else ""
    headline = wording.headline(message, _LONGEST_HEADLINE)
    if message.endpoint and message.endpoint in headline:
        about = ""
    subject = f"[{wording.label(message)}] {about}{headline}".translate(_TO_ASCII).encode("ascii", "replace").decode()
    return subject if len(subject) <= _LONGEST_SUBJECT else f"{subject[: _LONGEST_SUBJECT - 3]}..."


def email_text(message: Message) -> str:
    """Paragraphs with an empty line between them; ends with a line end."""
    paragraphs = (list(paragraph) for paragraph in _paragraphs(message))
    return "\n\n".join("\n".join(paragraph) for paragraph in paragraphs if paragraph) + "\n"


def _paragraphs(message: Message) -> Iterator[Iterable[str]]:
    yield _wrap(f"{wording.label(message)}: {wording.headline(message, _LONGEST_HEADLINE)}")
    yield [
        line for title, value in wording.facts(message) for line in _wrap(f"{title + ':':<10}{value}", then=" " * 10)
    ]
    yield [line for text in wording.lines(message.details) for line in _wrap(text)]
    if message.evidence:
        yield ["Strongest evidence", *(line for finding in message.evidence[:3] for line in _lines_of(finding))]
    if message.changed:
        items = wording.lines(message.changed)
        yield ["Changed since the last message", *(line for text in items for line in _wrap(text, "  - ", "    "))]
    if link := wording.link(message):
        yield ["Report", f"  {link}"]
    if silence := wording.silence(message):
        yield ["Silence it", *(f"  {line}" for line in silence.split("\n"))]
    yield ["-- ", *_wrap(wording.footer(message))]


def _lines_of(finding: Finding) -> Iterator[str]:
    yield from _wrap(evidence.subject(finding), "  - ", "    ")
    yield from _wrap(evidence.figures(finding), "    ", "      ")


def _wrap(text: str, first: str = "", then: str = "") -> list[str]:
    """Words longer than a line stay whole: addresses and commands are copied."""
    return textwrap.wrap(
        text, _COLUMNS, initial_indent=first, subsequent_indent=then, break_long_words=False, break_on_hyphens=False
    )
