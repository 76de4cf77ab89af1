"""A message as a JSON document for receivers of one's own, and its signature.

`docs/reference/message.schema.json` is the document's schema; `version` changes when a receiver would have to change.
Texts are what the data says, control characters and markup included: a receiver that shows them escapes them.

The signature is HMAC-SHA256 over `<seconds since the epoch>.<body>`, so that an old request cannot be sent again.
"""

import hmac
from collections.abc import Sequence
from datetime import UTC, datetime
from math import isfinite
from typing import Any

from driftline.domain.executions.finding import Finding
from driftline.domain.incidents.message import Message
from driftline.presentation.messages import evidence, wording
from driftline.presentation.messages.escaping import fit, without_surrogates

VERSION = 1
SIGNATURE_HEADER = "Driftline-Signature"
_LONGEST_TEXT = 2000
_MOST_LINES = 50
_MOST_LISTED = 1000


def webhook_document(message: Message) -> dict[str, Any]:
    """The document; every key is always there, null where the message has nothing."""
    return {
        "version": VERSION,
        "id": _text(message.id),
        "kind": message.kind.value,
        "severity": message.severity.value,
        "headline": _text(message.headline),
        "at": _time(message.at),
        "incident": _optional(message.incident),
        "endpoint": _optional(message.endpoint),
        "monitor": _optional(message.monitor),
        "window": {"start": _time(message.window[0]), "end": _time(message.window[1])} if message.window else None,
        "since": _time(message.since) if message.since else None,
        "details": _texts(message.details),
        "evidence": [_evidence(finding) for finding in message.evidence[:_MOST_LINES]],
        "changed": _texts(message.changed),
        "rows": message.rows,
        "coverage": _number(message.coverage),
        "link": _optional(message.link),
        "runbook": _optional(message.runbook),
        "silence": _optional(message.silence),
        "listed": [
            {"headline": _text(each.headline), "link": _optional(each.link)} for each in message.listed[:_MOST_LISTED]
        ],
        "team": _optional(message.ownership.team),
        "owner": _optional(message.ownership.owner),
        "tags": {_text(key): _text(message.ownership.tags[key]) for key in sorted(message.ownership.tags)},
    }


def signature(secret: str, at: int, body: bytes) -> str:
    """The header's value: `t=<seconds since the epoch>,v1=<hexadecimal digest>`."""
    digest = hmac.digest(secret.encode(), b"%d." % at + body, "sha256").hex()
    return f"t={at},v1={digest}"


def _evidence(finding: Finding) -> dict[str, Any]:
    bounds = evidence.observed_interval(finding)
    return {
        "subject": wording.name(finding.subject),
        "statistic": evidence.measured(finding),
        "value": _number(finding.observed),
        "threshold": _number(finding.required),
        "n": _number(finding.n),
        "interval": [_number(end) for end in bounds] if bounds is not None else None,
        "note": _text(evidence.note(finding)),
    }


def _number(value: float | None) -> float | None:
    """JSON knows neither NaN nor infinity."""
    return value if value is not None and isfinite(value) else None


def _text(text: str) -> str:
    return fit(without_surrogates(text), _LONGEST_TEXT)


def _optional(text: str | None) -> str | None:
    return None if text is None else _text(text)


def _texts(texts: Sequence[str]) -> list[str]:
    return [_text(text) for text in texts[:_MOST_LINES]]


def _time(time: datetime) -> str:
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
