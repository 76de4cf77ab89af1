"""Changes one monitor of an endpoint's document, while other programs and people change others.

A change is computed from what was read and written only if the document is still that; otherwise it is computed again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from driftline.domain.documents.edit import with_monitor, without_monitor
from driftline.domain.documents.parse import decode_document, parse_document
from driftline.domain.errors import InvalidInputError, ObjectNotFoundError, StaleReadError
from driftline.domain.keys import document_key
from driftline.domain.monitors.document import MonitorDocument
from driftline.domain.monitors.monitor import ScheduledMonitor
from driftline.kinds.kind import Kinds
from driftline.usecases.ports import EditableStore

_ATTEMPTS = 10
"""Each one lost means that somebody else's change went through."""

_YAML = "application/yaml"

type Change = Callable[[ScheduledMonitor | None], Mapping[str, object]]
"""The monitor as it is, None if there is none → the fields to set. May refuse by raising InvalidInputError."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A document with a change.

    Attributes:
        since: The entity tag of the document that was read; None: there was none.
        unchanged: It says so already.
    """

    document: MonitorDocument
    body: bytes
    since: str | None
    unchanged: bool


def set_monitor(store: EditableStore, endpoint: str, monitor: str, change: Change, *, kinds: Kinds) -> MonitorDocument:
    """Sets fields of a monitor; the rest of the document stays as it is, comments included.

    Returns:
        The document as written.

    Raises:
        InvalidInputError: the document has errors, before or with the change; nothing was written then.
        StaleReadError: others kept writing it.
    """
    key = document_key(endpoint)
    for _ in range(_ATTEMPTS):
        changed = preview(store, endpoint, monitor, change, kinds=kinds)
        if changed.unchanged or store.put_if_unchanged(key, changed.body, changed.since, content_type=_YAML):
            return changed.document
    raise _busy(store, key)


def preview(store: EditableStore, endpoint: str, monitor: str, change: Change, *, kinds: Kinds) -> Changed:
    """What `set_monitor` would write now; raises as it does."""
    key = document_key(endpoint)
    kinds.named(monitor)
    found = store.find(key)
    text = decode_document(found.body, where=key) if found else None
    before = parse_document(text, where=key, model=kinds.document) if text is not None else None
    new = with_monitor(text, endpoint, monitor, change(before.monitors.by_name().get(monitor) if before else None))
    after = parse_document(new, where=key, model=kinds.document)
    _check_others(before, after, monitor, store.uri(key))
    return Changed(after, new.encode(), found.etag if found else None, unchanged=new == text)


def remove_monitor(store: EditableStore, endpoint: str, monitor: str, *, kinds: Kinds) -> str | None:
    """Removes a monitor from its document.

    A document without monitors cannot be, so the last one takes it along: it is kept under the key that is returned,
    where nothing reads it.

    Raises:
        ObjectNotFoundError: the endpoint has no document.
        InvalidInputError: it has errors, or no such monitor.
        StaleReadError: others kept writing it.
    """
    key = document_key(endpoint)
    for _ in range(_ATTEMPTS):
        found = store.find(key)
        if found is None:
            raise ObjectNotFoundError("the endpoint has no monitor document", where=store.uri(key))
        text = decode_document(found.body, where=key)
        before = parse_document(text, where=key, model=kinds.document)
        new = without_monitor(text, monitor)
        if new is None:
            kept = f"{key}.deleted-{sha256(found.body).hexdigest()[:12]}"  # beside others that were deleted before
            store.put(kept, found.body, content_type=_YAML)
            if store.delete_if_unchanged(key, found.etag):
                return kept
            continue
        _check_others(before, parse_document(new, where=key, model=kinds.document), monitor, store.uri(key))
        if store.put_if_unchanged(key, new.encode(), found.etag, content_type=_YAML):
            return None
    raise _busy(store, key)


def _check_others(before: MonitorDocument | None, after: MonitorDocument, monitor: str, where: str) -> None:
    """A splice that touches anything else is refused, whatever it was in the text that misled it."""
    if before is not None and _without(before, monitor) != _without(after, monitor):
        raise InvalidInputError(
            "the document is written in a way that cannot be edited in place",
            where=where,
            mend=f"Edit {monitor} by hand, or write the document without anchors.",
        )


def _without(document: MonitorDocument, monitor: str) -> dict[str, object]:
    content = document.model_dump()
    content["monitors"] = {name: each for name, each in content["monitors"].items() if name != monitor}
    return content


def _busy(store: EditableStore, key: str) -> StaleReadError:
    return StaleReadError("others kept changing the document", where=store.uri(key), mend="Try again.")
