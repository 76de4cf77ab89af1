"""Silences: no notifications about a monitor's alarms for some time. `silences/<endpoint>/<monitor>.json`.

A silence of a team, or of endpoints with a tag, is about all of their alarms: `silences/_teams/<team>.json`,
`silences/_tags/<key>=<value>.json`. No endpoint's name begins with an underscore.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256

from pydantic import BaseModel, ConfigDict, ValidationError

from driftline.domain.errors import InvalidInputError
from driftline.domain.instants import Instant
from driftline.domain.monitors.ownership import Ownership

SILENCES = "silences/"
_PLAIN = re.compile(r"[A-Za-z0-9 ._@+-]{1,120}")
_DIGEST = 24  # hexadecimal digits


class Silence(BaseModel):
    """Who silenced the monitor, until when and why.

    Attributes:
        until: From this moment on people are notified again.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    until: Instant
    why: str
    by: str = ""

    def covers(self, moment: datetime) -> bool:
        return moment < self.until


def silence_key(endpoint: str, subject: str) -> str:
    """The subject is a monitor's name, or `watch`."""
    return f"{SILENCES}{endpoint}/{subject}.json"


def team_silence_key(team: str) -> str:
    return f"{SILENCES}_teams/{team}.json"


def tag_silence_key(key: str, value: str) -> str:
    """A value that would not be a good name of a file has a digest in its place."""
    named = f"={value}" if _PLAIN.fullmatch(value) else f"~{sha256(value.encode()).hexdigest()[:_DIGEST]}"
    return f"{SILENCES}_tags/{key}{named}.json"


def group_silence_keys(ownership: Ownership) -> Iterator[str]:
    """Where the silences are that are about an endpoint because of its team or its tags."""
    if ownership.team is not None:
        yield team_silence_key(ownership.team)
    for key in sorted(ownership.tags):
        yield tag_silence_key(key, ownership.tags[key])


def parse_silence(body: bytes, where: str) -> Silence:
    """Raises InvalidInputError: not a silence."""
    try:
        return Silence.model_validate_json(body)
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidInputError(
            f"not a silence: {'.'.join(map(str, first['loc']))}: {first['msg']}",
            where=where,
            expected='{"until": "2026-03-01T14:00:00Z", "why": "…", "by": "…"}',
        ) from None
