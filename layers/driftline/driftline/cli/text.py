"""Text from data on its way to a terminal."""

from rich.markup import escape


def printable(text: str) -> str:
    """The text with control characters as escapes; line feeds stay.

    A name or a value from a capture file could otherwise move the cursor, change colours or the window's title.
    """
    return "".join(
        character if character.isprintable() or character == "\n" else character.encode("unicode_escape").decode()
        for character in text
    )


def safe(text: str) -> str:
    """Printable, with the markup of rich escaped."""
    return escape(printable(text))
