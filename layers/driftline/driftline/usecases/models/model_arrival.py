"""Which model answers on which endpoint, from SageMaker and the monitor document."""

from dataclasses import dataclass
from datetime import datetime

from driftline.domain.errors import InvalidInputError, ObjectNotFoundError
from driftline.domain.models.announcement import Announcement, EndpointChanged, ModelAnnounced, PackageChanged
from driftline.domain.models.package import ModelPackage
from driftline.domain.monitors.document import MonitorDocument
from driftline.kinds.kind import Kinds
from driftline.usecases.monitors.monitor_documents import load_document
from driftline.usecases.ports import ObjectStore
from driftline.usecases.ports.models import Models


@dataclass(frozen=True, slots=True)
class Arrival:
    """A model and the endpoint that answers with it.

    Attributes:
        model: The ARN of its package, or its name: its identity.
        name: Its name for people.
        source: Source of the information: endpoint, package or event; as in the model log.
        made: When the model was created, if SageMaker knows.
        told: A person or a pipeline says so, and is trusted.
        unseen: Why its package could not be read; empty if it could, or if there is none.
    """

    document: MonitorDocument
    model: str
    name: str
    at: datetime
    source: str
    package: ModelPackage | None = None
    data_set: str | None = None
    made: datetime | None = None
    told: bool = False
    unseen: str = ""


class NotForUsError(Exception):
    """The announcement requires nothing from Driftline; the text says why."""


def arrival_of(announcement: Announcement, store: ObjectStore, models: Models, *, kinds: Kinds) -> Arrival:
    """The model of the announcement.

    Raises:
        NotForUsError: there is nothing to adopt, or not yet.
        RetryLaterError: SageMaker cannot answer now.
    """
    match announcement:
        case EndpointChanged(endpoint):
            return _served(_document(store, endpoint, kinds=kinds), models, "endpoint")
        case PackageChanged():
            return _approved(announcement, store, models, kinds=kinds)
        case ModelAnnounced():
            document = _document(store, announcement.endpoint, kinds=kinds)
            package, unseen = _package(models, announcement.package)
            return Arrival(
                document,
                model=package.arn if package else announcement.package or announcement.model,
                name=announcement.model,
                at=announcement.at,
                source="event",
                package=package,
                data_set=announcement.data_set or (package.data_set if package else None),
                told=True,
                unseen=unseen,
            )


def _document(store: ObjectStore, endpoint: str, *, kinds: Kinds) -> MonitorDocument:
    try:
        return load_document(store, endpoint, kinds=kinds)
    except ObjectNotFoundError:
        raise NotForUsError(f"The endpoint {endpoint} has no monitor document.") from None
    except InvalidInputError as error:
        # Without an earlier valid one nothing runs, and configure_monitor has notified people.
        raise NotForUsError(f"The monitor document of {endpoint} cannot be used: {error}") from None


def _package(models: Models, name: str | None) -> tuple[ModelPackage | None, str]:
    """(the package, why it cannot be read). The model has arrived even if its package belongs to another account."""
    try:
        return (models.package(name) if name else None), ""
    except InvalidInputError as error:
        return None, str(error)


def _served(document: MonitorDocument, models: Models, source: str) -> Arrival:
    served = models.served(document.endpoint, document.variant)
    if served is None:
        raise NotForUsError(f"SageMaker has no endpoint {document.endpoint}.")
    if not served.in_service:
        raise NotForUsError(f"The endpoint {document.endpoint} is changing; its next event has the result.")
    if served.model is None:
        raise NotForUsError(f"The variant {served.variant!r} of {document.endpoint} does not exist, or names no model.")
    package, unseen = _package(models, served.package)
    return Arrival(
        document,
        model=package.arn if package else served.package or served.model,
        name=served.model,
        at=served.at,
        source=source,
        package=package,
        data_set=package.data_set if package else None,
        made=served.made,
        unseen=unseen,
    )


def _approved(announcement: PackageChanged, store: ObjectStore, models: Models, *, kinds: Kinds) -> Arrival:
    package, unseen = _package(models, announcement.package)
    if unseen:
        raise NotForUsError(f"{announcement.package} was approved: {unseen}")
    if package is None or not package.approved:
        raise NotForUsError(f"{announcement.package} is not approved.")
    if package.endpoint is None:
        raise NotForUsError(f"{package.arn} names no endpoint: its metadata has no driftline:endpoint.")
    document = _document(store, package.endpoint, kinds=kinds)
    if models.served(document.endpoint, document.variant) is None:
        # Served elsewhere: there will be no other event.
        name = package.arn.rpartition(":model-package/")[2]
        return Arrival(document, package.arn, name, announcement.at, "package", package, package.data_set)
    arrival = _served(document, models, "package")
    if arrival.model != package.arn:
        raise NotForUsError(f"{document.endpoint} does not serve {package.arn} yet; the endpoint's event will follow.")
    return arrival
