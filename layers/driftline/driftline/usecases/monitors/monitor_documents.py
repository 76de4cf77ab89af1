"""The monitor document in effect: the current one, or the last valid one while the current one has errors; and its
scripts."""

from functools import lru_cache
from typing import TYPE_CHECKING

from pydantic import ValidationError

from driftline.domain.documents.parse import InvalidDocumentError, decode_document, parse_document
from driftline.domain.documents.status import MonitorStatus
from driftline.domain.errors import InvalidInputError, ObjectNotFoundError
from driftline.domain.keys import document_key, script_key, status_key
from driftline.domain.monitors.document import MonitorDocument
from driftline.kinds.kind import Kinds
from driftline.usecases.ports import ObjectStore, Stores

if TYPE_CHECKING:
    # It brings numpy, which configure_monitor would load (0.15 s) and never use.
    from driftline.domain.profiles.resolve import DocumentColumns


def load_document(store: ObjectStore, endpoint: str, *, kinds: Kinds) -> MonitorDocument:
    """The endpoint's monitor document.

    While the uploaded document has errors, the last valid one is used, which `configure_monitor` keeps in the status
    file: an invalid upload changes nothing.

    Raises:
        ObjectNotFoundError: the endpoint has no document, or no longer.
        InvalidDocumentError: the document has errors, and there was no valid one before.
    """
    key = document_key(endpoint)
    found = store.find(key)
    if found is None:
        raise ObjectNotFoundError(
            f"no monitor document for the endpoint {endpoint}",
            where=store.uri(key),
            expected=f"{key}, as in docs/reference/monitor-document.md",
            mend="Upload one, or check the name of the endpoint.",
        )
    try:
        return _parsed(found.body, key, kinds=kinds)
    except InvalidDocumentError:
        last_good = last_good_document(load_status(store, endpoint), kinds=kinds)
        if last_good is None:
            raise
        return last_good


def find_document(store: ObjectStore, endpoint: str, *, kinds: Kinds) -> MonitorDocument | None:
    """Like `load_document`; None if there is no usable document, which `configure_monitor` reports."""
    try:
        return load_document(store, endpoint, kinds=kinds)
    except (ObjectNotFoundError, InvalidDocumentError):
        return None


def captures_of(document: MonitorDocument, store: ObjectStore, stores: Stores) -> ObjectStore:
    """The bucket for captures in the monitor document; by default the stack's own."""
    return stores(document.capture.bucket) if document.capture.bucket else store


def load_script(store: ObjectStore, name: str) -> str:
    """A script of a monitor document.

    Raises:
        InvalidInputError: it does not exist, or is not UTF-8 text.
    """
    key = script_key(name)
    found = store.find(key)
    if found is None:
        raise InvalidInputError(
            "the script in the monitor document does not exist", where=store.uri(key), mend="Upload it."
        )
    try:
        return found.body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInputError("the script is not UTF-8 text", where=store.uri(key)) from None


def document_columns(store: ObjectStore, endpoint: str, *, kinds: Kinds) -> "DocumentColumns | None":
    """Names of the output and the input columns; None without a usable document, or with one that names none."""
    document = find_document(store, endpoint, kinds=kinds)
    columns = document.columns if document else None
    return (columns.output, columns.input) if columns else None


def load_status(store: ObjectStore, endpoint: str) -> MonitorStatus | None:
    """The endpoint's status file; None if there is none that can be read."""
    found = store.find(status_key(endpoint))
    return MonitorStatus.from_bytes(found.body) if found else None


@lru_cache(maxsize=512)
def _parsed(body: bytes, key: str, *, kinds: Kinds) -> MonitorDocument:
    """Equal bytes are parsed once: every capture file needs them, and YAML takes longer than a small file."""
    return parse_document(decode_document(body, where=key), where=key, model=kinds.document)


def last_good_document(status: MonitorStatus | None, *, kinds: Kinds) -> MonitorDocument | None:
    """The document in effect when the status file was written; None if this version cannot read it."""
    if status is None or status.document is None:
        return None
    try:
        return kinds.document.model_validate(status.document)
    except ValidationError:
        # Written by another version, with documents unknown to this one.
        return None
