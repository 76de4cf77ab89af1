"""true and false, which languages write in different letters: JSON `true`, pandas `True`, R `TRUE`."""

BOOLEANS = ("true", "True", "TRUE", "false", "False", "FALSE")
"""All spellings that count as booleans."""

_CANONICAL = {text: text.lower() for text in BOOLEANS}


def canonical_boolean(text: str) -> str:
    """`true` or `false`, as JSON has them; any other text as it is."""
    return _CANONICAL.get(text, text)


def spellings(text: str) -> tuple[str, ...]:
    """All texts with the same meaning, the text itself included."""
    return tuple(each for each in BOOLEANS if _CANONICAL[each] == text) or (text,)
