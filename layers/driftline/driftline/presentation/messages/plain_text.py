"""A message as an email: a subject of one line of ASCII, and a text of at most 78 columns where words allow it."""

import textwrap
from collections.abc import Iterable, Iterator

from driftline.domain.incidents.message import Message
from driftline.presentation.messages import evidence, wording
from driftline.presentation.messages.escaping import ELLIPSIS, fit_words

_MOST_LISTED = 50  # with links of up to 2,900 characters below the 256 KB of SNS
_COLUMNS = 78  # https://www.rfc-editor.org/rfc/rfc5322#section-2.1.1
_LONGEST_SUBJECT = 100  # of SNS: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
_LONGEST_HEADLINE = 500
_TO_ASCII = str.maketrans(
    {"\N{MINUS SIGN}": "-", "–": "-", "—": "-", "…": "...", "→": "->", "’": "'", "“": '"', "”": '"'}
)


def email_subject(message: Message) -> str:
    """`[CRITICAL] flights-eta: 3 constraints violated`: at most 100 printable ASCII characters."""
    about = f"{wording.name(message.endpoint)}: " if message.endpoint and not wording.names_endpoint(message) else ""
    title = f"{about}{wording.headline(message, _LONGEST_HEADLINE)}"
    subject = f"[{wording.label(message)}] {title}".translate(_TO_ASCII).encode("ascii", "replace").decode()
    if len(subject) <= _LONGEST_SUBJECT:
        return subject
    return fit_words(subject, _LONGEST_SUBJECT - len("..")).replace(ELLIPSIS, "...")


def email_text(message: Message) -> str:
    """Paragraphs with an empty line between them; ends with a line end."""
    paragraphs = (list(paragraph) for paragraph in _paragraphs(message))
    return "\n\n".join("\n".join(paragraph) for paragraph in paragraphs if paragraph) + "\n"


def _paragraphs(message: Message) -> Iterator[Iterable[str]]:
    yield _wrap(f"{wording.label(message)}: {wording.headline(message, _LONGEST_HEADLINE)}")
    yield [
        line
        for title, value in wording.facts(message, labelled=True)
        for line in _wrap(f"{title + ':':<10}{value}", then=" " * 10)
    ]
    yield [line for text in wording.lines(message.details) for line in _wrap(text)]
    yield [line for text, url in wording.listed(message, _MOST_LISTED) for line in _listed(text, url)]
    if found := evidence.lines(message):
        yield [evidence.TITLE, *(line for subject, figures in found for line in _lines_of(subject, figures))]
    if message.changed:
        items = wording.lines(message.changed)
        yield ["Changed since the last message", *(line for text in items for line in _wrap(text, "  - ", "    "))]
    if link := wording.link(message):
        yield ["Report", f"  {link}"]
    if runbook := wording.runbook(message):
        yield ["Runbook", f"  {runbook}"]
    if silence := wording.silence(message):
        yield ["Silence it", *(f"  {line}" for line in silence.split("\n"))]
    yield ["-- ", *_wrap(wording.footer(message))]


def _listed(text: str, url: str | None) -> Iterator[str]:
    yield from _wrap(text, "  - ", "    ")
    if url:
        yield f"    {url}"


def _lines_of(subject: str, figures: str) -> Iterator[str]:
    yield from _wrap(subject, "  - ", "    ")
    yield from _wrap(figures, "    ", "      ")


def _wrap(text: str, first: str = "", then: str = "") -> list[str]:
    """Words longer than a line stay whole: addresses and commands are copied."""
    return textwrap.wrap(
        text, _COLUMNS, initial_indent=first, subsequent_indent=then, break_long_words=False, break_on_hyphens=False
    )
