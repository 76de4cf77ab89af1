"""The message of a digest: how many endpoints, which, and where to look."""

import json
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256

from driftline.domain.alarms.severity import Severity
from driftline.domain.incidents.digest import Group
from driftline.domain.incidents.message import Listed, Message, MessageKind
from driftline.domain.incidents.watching import is_watch, trouble
from driftline.domain.monitors.ownership import NOBODY, Ownership
from driftline.presentation.messages.wording import message_line
from driftline.presentation.text import count

_DIGEST = 24  # hexadecimal digits


def digest_message(group: Group, messages: Sequence[Message], link: str | None) -> Message:
    """One message in place of many, with the headline and the link of each; a single one stays what it is.

    Args:
        messages: At least one, in the order in which they are listed; the critical ones come first.
        link: The page of all endpoints.
    """
    if len(messages) == 1:
        return replace(messages[0], channels=(group.channel,))
    listed = sorted(messages, key=lambda each: each.severity is not Severity.CRITICAL)
    identity = sha256(json.dumps([group.name, sorted(each.id for each in messages)]).encode()).hexdigest()[:_DIGEST]
    owners = {each.ownership.team for each in messages}
    worst = Severity.CRITICAL if any(each.severity is Severity.CRITICAL for each in messages) else Severity.WARNING
    return Message(
        id=f"digest/{identity}",
        kind=group.kind,
        severity=worst,
        headline=message_line(_headline(group, len(messages))),
        at=max(each.at for each in messages),
        incident=f"digest/{identity}",
        monitor=trouble(group.subject).monitor if is_watch(group.subject) else group.subject,
        details=(f"{count(len(messages), 'alike incident')} within minutes. Each is an incident of its own.",),
        since=min((each.since or each.at) for each in messages) if group.kind is MessageKind.OPENED else None,
        link=link,
        channels=(group.channel,),
        ownership=Ownership(next(iter(owners))) if len(owners) == 1 else NOBODY,
        listed=tuple(Listed(message_line(each.headline), each.link) for each in listed),
    )


def _headline(group: Group, members: int) -> str:
    endpoints = count(members, "endpoint")
    if group.kind is MessageKind.RECOVERED:
        what = trouble(group.subject).headline if is_watch(group.subject) else group.subject
        return f"{endpoints} recovered: {what}"
    if is_watch(group.subject):
        return f"{endpoints}: {trouble(group.subject).headline}"
    return f"{endpoints}: {group.subject} is in alarm"
