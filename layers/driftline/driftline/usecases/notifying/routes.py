"""The routes of channels: configured when the document comes, read when a message goes."""

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from driftline.domain.documents.parse import DocumentError, InvalidDocumentError, decode_document, parse_routes
from driftline.domain.documents.status import StatusError
from driftline.domain.keys import ROUTES, ROUTES_STATUS
from driftline.domain.monitors.routes import ALL_TO_ALL, Routes
from driftline.usecases.ports import ObjectStore, Operators


class RoutesStatus(BaseModel):
    """`channels/routes.status.json`: the result of uploading the document.

    Attributes:
        etag: Of the document that `status` and `errors` are about.
        document: The last document without errors, which is in effect.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    status: Literal["ok", "error"]
    etag: str
    errors: tuple[StatusError, ...] = ()
    document: dict[str, JsonValue] | None = None


@dataclass(frozen=True, slots=True)
class ConfiguredRoutes:
    """The result, for the log."""

    status: Literal["ok", "error", "removed"]
    errors: tuple[DocumentError, ...] = ()


def configure_routes(store: ObjectStore, operators: Operators) -> ConfiguredRoutes:
    """Checks the routes' document. Operators are notified of errors, once for each document."""
    found, before = store.find(ROUTES), _status(store)
    if found is None:
        store.delete(ROUTES_STATUS)
        return ConfiguredRoutes("removed")
    try:
        routes = parse_routes(decode_document(found.body, where=ROUTES), where=ROUTES)
    except InvalidDocumentError as error:
        errors = tuple(map(StatusError.of, error.errors))
        status = RoutesStatus(
            status="error", etag=found.etag, errors=errors, document=before.document if before else None
        )
        if status != before:
            # Sent before it is recorded: if the message is lost, the retry sends it again.
            operators.notify(f"Driftline: {ROUTES} has errors", _message(error, status, store))
            _write(store, status)
        return ConfiguredRoutes("error", error.errors)
    status = RoutesStatus(status="ok", etag=found.etag, document=routes.model_dump(mode="json"))
    if status != before:
        _write(store, status)
    return ConfiguredRoutes("ok")


def load_routes(store: ObjectStore) -> Routes:
    """The routes in effect: the current ones, or the last valid ones while the current ones have errors.

    Without valid ones every channel receives everything: one message too many is better than one too few.
    """
    found = store.find(ROUTES)
    if found is None:
        return ALL_TO_ALL
    try:
        return parse_routes(decode_document(found.body, where=ROUTES), where=ROUTES)
    except InvalidDocumentError:
        status = _status(store)
    try:
        return Routes.model_validate(status.document) if status and status.document else ALL_TO_ALL
    except ValidationError:
        return ALL_TO_ALL  # Of another version.


def _status(store: ObjectStore) -> RoutesStatus | None:
    found = store.find(ROUTES_STATUS)
    try:
        return RoutesStatus.model_validate_json(found.body) if found else None
    except ValidationError:
        return None


def _write(store: ObjectStore, status: RoutesStatus) -> None:
    store.put(ROUTES_STATUS, status.model_dump_json(indent=2).encode() + b"\n", content_type="application/json")


def _message(error: InvalidDocumentError, status: RoutesStatus, store: ObjectStore) -> str:
    goes_on = "The last valid routes stay in effect." if status.document else "Every channel receives everything."
    return f"{error}\n\n{goes_on}\nFix {store.uri(ROUTES)} and upload it again. Status: {store.uri(ROUTES_STATUS)}\n"
