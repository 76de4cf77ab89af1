"""Where a command works: the bucket, or a folder with the same structure."""

from dataclasses import dataclass
from pathlib import Path

from driftline.adapters.aws.s3 import S3Store, S3Stores
from driftline.adapters.folder.store import FolderStore, FolderStores
from driftline.domain.errors import InvalidInputError, ObjectNotFoundError
from driftline.domain.keys import CAPTURE, MONITORS, endpoint_of_document
from driftline.kinds.registry import KINDS
from driftline.usecases.monitors.monitor_documents import captures_of, load_document
from driftline.usecases.ports import EditableStore, ObjectStore, Stores

_S3 = "s3://"


@dataclass(frozen=True, slots=True)
class CapturePlace:
    """Where the capture files of an endpoint are."""

    store: ObjectStore
    prefix: str


@dataclass(frozen=True, slots=True)
class Place:
    """The store of a command, and how to open the bucket that a monitor document names for captures.

    Attributes:
        location: The store as the user wrote it.
    """

    location: str
    store: EditableStore
    stores: Stores

    def endpoints(self) -> list[str]:
        """Endpoints that have a monitor document, sorted."""
        names = (endpoint_of_document(summary.key) for summary in self.store.list(MONITORS))
        return sorted(name for name in names if name is not None)

    def endpoint(self, wanted: str | None) -> str:
        """The requested endpoint, or the only one.

        Raises:
            InvalidInputError: none was requested, and there is none or more than one.
        """
        if wanted is not None:
            return wanted
        found = self.endpoints()
        if len(found) == 1:
            return found[0]
        where = self.store.uri(MONITORS)
        if not found:
            raise InvalidInputError(
                "no monitor document found",
                where=where,
                expected="monitors/<endpoint>.yaml",
                mend="Add one, or choose another place with --store.",
            )
        raise InvalidInputError(
            "several endpoints found", where=where, expected=", ".join(found), mend="Choose one with --endpoint."
        )

    def monitor(self, endpoint: str, wanted: str | None) -> str:
        """The requested monitor; otherwise that of the first kind, or the only one in the document.

        Raises:
            InvalidInputError: none was requested, and the document has several, none of which is of the first kind.
        """
        if wanted is not None:
            return wanted
        default = KINDS.names[0]
        try:
            found = list(load_document(self.store, endpoint, kinds=KINDS).monitors.by_name())
        except ObjectNotFoundError:
            return default
        if not found or default in found:
            return default
        if len(found) == 1:
            return found[0]
        raise InvalidInputError(
            "several monitors found", where=endpoint, expected=", ".join(found), mend="Choose one with --monitor."
        )

    def capture(self, endpoint: str) -> CapturePlace:
        """Where capture files are according to the monitor document; `capture/` in the store if there is none."""
        try:
            document = load_document(self.store, endpoint, kinds=KINDS)
        except ObjectNotFoundError:
            return CapturePlace(self.store, CAPTURE)
        return CapturePlace(captures_of(document, self.store, self.stores), document.capture.prefix)


def open_place(location: str) -> Place:
    """Opens a folder or `s3://bucket`; the bucket with the user's own credentials.

    Raises:
        InvalidInputError: the folder does not exist, or the URI has more than a bucket.
    """
    if location.startswith(_S3):
        bucket, _, below = location.removeprefix(_S3).partition("/")
        if not bucket or below:
            raise InvalidInputError(
                "not a bucket",
                where=location,
                expected="s3://<bucket>",
                mend="Driftline uses the bucket from its root, without a prefix.",
            )
        stores = S3Stores()
        store: S3Store = stores(bucket)
        return Place(location, store, stores)
    folder = Path(location)
    if not folder.is_dir():
        raise InvalidInputError(
            "no such folder",
            where=str(folder.absolute()),
            expected="a folder with the structure of the bucket, or s3://<bucket>",
        )
    return Place(location, FolderStore(folder), FolderStores(folder))
