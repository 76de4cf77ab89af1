"""Names of throw-away stacks. Everything that a run makes begins with its name, so that it is found again."""

import re
from secrets import token_hex

PREFIX = "driftline-smoke-"
_NAME = re.compile(rf"(?:^|[/:]){PREFIX}[0-9a-f]{{8}}(?![0-9a-f])")


def new_name() -> str:
    return f"{PREFIX}{token_hex(4)}"


def name_in(text: str) -> str | None:
    """The run that a resource belongs to, by its name or ARN; None if it belongs to none."""
    found = _NAME.search(text)
    return found[0].lstrip("/:") if found else None


def code_bucket(name: str) -> str:
    return f"{name}-code"


def inbox(name: str) -> str:
    return f"{name}-inbox"
