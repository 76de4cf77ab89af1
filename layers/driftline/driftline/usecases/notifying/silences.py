"""Silences: written by a person, checked before people are notified."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from driftline.domain.alarms.names import WATCH
from driftline.domain.errors import InvalidInputError
from driftline.domain.incidents.silence import Silence, silence_key, tag_silence_key, team_silence_key
from driftline.domain.keys import MONITORS, endpoint_of_document
from driftline.domain.monitors.fields import NAME
from driftline.domain.monitors.ownership import Whose, tag_words
from driftline.kinds.kind import Kinds
from driftline.usecases.monitors.monitor_documents import find_document, load_document
from driftline.usecases.ports import ObjectStore


@dataclass(frozen=True, slots=True)
class GroupSilenced:
    """Attributes: key: of the silence; endpoints: whose alarms it is about now."""

    key: str
    endpoints: tuple[str, ...]


def silence_monitor(store: ObjectStore, endpoint: str, subject: str, silence: Silence, *, kinds: Kinds) -> str:
    """Writes a silence, replacing an existing one; returns its key.

    Args:
        subject: A monitor of the endpoint, or `watch`.

    Raises:
        ObjectNotFoundError: the endpoint has no monitor document.
        InvalidInputError: the document has no such monitor.
    """
    known = [*load_document(store, endpoint, kinds=kinds).monitors.by_name(), WATCH]
    if subject not in known:
        raise InvalidInputError(
            f"{endpoint} has no monitor {subject}", expected=f"one of {', '.join(known)}", mend="Check the name."
        )
    key = silence_key(endpoint, subject)
    store.put(key, silence.model_dump_json(indent=2).encode() + b"\n", content_type="application/json")
    return key


def silence_group(store: ObjectStore, whose: Whose, silence: Silence, *, kinds: Kinds) -> GroupSilenced:
    """Writes a silence of a team, or of the endpoints with a tag, replacing an existing one.

    Args:
        whose: A team, or one tag.

    Raises:
        InvalidInputError: there is no such endpoint now, so that the name is probably wrong.
    """
    key = group_key(whose)
    endpoints = tuple(endpoints_of(store, whose, kinds=kinds))
    if not endpoints:
        raise InvalidInputError(
            f"no monitor document has {_words(whose)}",
            where=store.uri(MONITORS),
            expected="the team, or a tag, of at least one document",
            mend="Check the name; `team` and `tags` are fields of the monitor document.",
        )
    store.put(key, silence.model_dump_json(indent=2).encode() + b"\n", content_type="application/json")
    return GroupSilenced(key, endpoints)


def endpoints_of(store: ObjectStore, whose: Whose, *, kinds: Kinds) -> Iterator[str]:
    """The endpoints with a usable document that are meant, by name."""
    named = {endpoint_of_document(summary.key) for summary in list(store.list(MONITORS))}
    for endpoint in sorted(filter(None, named)):
        document = find_document(store, endpoint, kinds=kinds)
        if document and whose.includes(document.ownership):
            yield endpoint


def group_key(whose: Whose) -> str:
    """Raises InvalidInputError: it is not a team or one tag, or a name that none can have."""
    tags = [tag_silence_key(key, value) for key, value in whose.tags.items()]
    keys = [team_silence_key(whose.team), *tags] if whose.team is not None else tags
    names = [*filter(None, [whose.team]), *whose.tags]
    if len(keys) != 1 or not all(re.fullmatch(NAME, name) for name in names):
        raise InvalidInputError(
            "not a team or a tag", expected="--team risk, or --tag tier=gold, as in monitor documents"
        )
    return keys[0]


def lift_group_silence(store: ObjectStore, whose: Whose) -> str:
    """Deletes a silence of a team or a tag, if there is one. Open incidents are reported within the hour."""
    key = group_key(whose)
    store.delete(key)
    return key


def _words(whose: Whose) -> str:
    return f"the team {whose.team}" if whose.team is not None else f"the tag {', '.join(tag_words(whose.tags))}"


def lift_silence(store: ObjectStore, endpoint: str, subject: str) -> str:
    """Deletes a silence, if there is one. Open incidents are reported within the hour."""
    if "/" in endpoint + subject:
        raise InvalidInputError(f"{endpoint} {subject}: not the names of an endpoint and a monitor")
    key = silence_key(endpoint, subject)
    store.delete(key)
    return key
