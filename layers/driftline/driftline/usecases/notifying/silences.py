"""Silences: written by a person, checked before people are notified."""

from driftline.domain.alarms.names import WATCH
from driftline.domain.errors import InvalidInputError
from driftline.domain.incidents.silence import Silence, silence_key
from driftline.kinds.kind import Kinds
from driftline.usecases.monitors.monitor_documents import load_document
from driftline.usecases.ports import ObjectStore


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


def lift_silence(store: ObjectStore, endpoint: str, subject: str) -> str:
    """Deletes a silence, if there is one. Open incidents are reported within the hour."""
    if "/" in endpoint + subject:
        raise InvalidInputError(f"{endpoint} {subject}: not the names of an endpoint and a monitor")
    key = silence_key(endpoint, subject)
    store.delete(key)
    return key
