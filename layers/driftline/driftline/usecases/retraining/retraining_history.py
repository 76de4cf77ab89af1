"""Decisions on retrainings, from the audit records, and a person's approval."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError

from driftline.domain.errors import InvalidInputError
from driftline.domain.instants import format_instant
from driftline.domain.retraining.approvals import ApprovalFile, approval_key
from driftline.domain.retraining.audit import AuditRecord, Decision, EndRecord, audit_key, audit_prefix
from driftline.domain.retraining.request import cut
from driftline.usecases.ports import ObjectStore

_ENDED = ".ended.json"


@dataclass(frozen=True, slots=True)
class Retraining:
    """A decision, and the end of its run, if it has ended."""

    record: AuditRecord
    end: EndRecord | None
    uri: str


def retrainings(store: ObjectStore, endpoint: str, newest: int) -> Sequence[Retraining]:
    """The newest decisions, newest first. Unreadable records of other versions are left out."""
    keys = [summary.key for summary in store.list(audit_prefix(endpoint))]
    decisions = sorted((key for key in keys if not key.endswith(_ENDED)), key=_when, reverse=True)
    ended = {key for key in keys if key.endswith(_ENDED)}
    found = []
    for key in decisions[:newest]:
        record = _read(store, key)
        if record is None:
            continue
        end = f"{key.rpartition('/')[0]}/{record.request}{_ENDED}"
        started = record.decision in {Decision.STARTED, Decision.UNKNOWN}
        found.append(Retraining(record, _read_end(store, end) if started and end in ended else None, store.uri(key)))
    return found


def approve(store: ObjectStore, endpoint: str, request: str, by: str, why: str, at: datetime) -> str:
    """Writes the approval of a request; start_retraining then decides.

    Args:
        at: The current time, to refuse a late approval at once.

    Returns:
        The key of the approval.

    Raises:
        InvalidInputError: it was never requested, does not wait for approval, or has expired.
    """
    key = audit_key(endpoint, request)
    record = _read(store, key) if key else None
    if key is None or record is None:
        raise InvalidInputError(
            f"unknown request {request} of {endpoint}",
            where=store.uri(key or audit_prefix(endpoint)),
            expected="an id such as r20260302-140000-3f2a9c1b7d20",
            mend=f"`driftline retrainings {endpoint}` lists the requests that wait for approval.",
        )
    if record.decision is not Decision.AWAITING_APPROVAL:
        raise InvalidInputError(
            f"the request does not wait for approval: its decision is {record.decision.value}", where=store.uri(key)
        )
    if record.expires_at is not None and at >= record.expires_at:
        raise InvalidInputError(
            f"the request expired at {format_instant(record.expires_at)}",
            where=store.uri(key),
            mend="The next alarm requests it again.",
        )
    approval = approval_key(endpoint, request)
    body = ApprovalFile(by=cut(by), why=cut(why)).model_dump_json().encode()
    store.put(approval, body, content_type="application/json")
    return approval


def _when(key: str) -> tuple[str, str]:
    """Ids have their time after one letter: requests and approvals of a day are in one order."""
    folder, _, name = key.rpartition("/")
    return folder, name[1:]


def _read(store: ObjectStore, key: str) -> AuditRecord | None:
    found = store.find(key)
    try:
        return AuditRecord.model_validate_json(found.body) if found else None
    except ValidationError:
        return None


def _read_end(store: ObjectStore, key: str) -> EndRecord | None:
    found = store.find(key)
    try:
        return EndRecord.model_validate_json(found.body) if found else None
    except ValidationError:
        return None
