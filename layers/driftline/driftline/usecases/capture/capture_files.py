"""Capture files, found again by what their profiles call them."""

from collections.abc import Iterator
from dataclasses import dataclass

from driftline.domain.capture.batch_output import is_manifest
from driftline.domain.errors import InvalidInputError
from driftline.domain.keys import parse_capture_key
from driftline.usecases.capture.profile_capture import batch_files
from driftline.usecases.ports import ObjectStore, Stores


@dataclass(frozen=True, slots=True)
class CaptureFiles:
    """Reads the lines of capture files again.

    Args:
        captures: The bucket with the capture files.
        stores: Opens other buckets, by name.
    """

    captures: ObjectStore
    stores: Stores | None

    def bodies(self, source: str) -> Iterator[bytes]:
        """The capture lines; of a manifest, those of the files that it lists."""
        store, key = self._place(source)
        stored = store.get(key)
        parsed = parse_capture_key(key)
        if is_manifest(parsed.variant, parsed.name):
            yield from batch_files(stored.body, parsed.hour, source, store, self.stores)
        else:
            yield stored.body

    def _place(self, source: str) -> tuple[ObjectStore, str]:
        own = self.captures.uri("").rstrip("/") + "/"
        if source.startswith(own):
            return self.captures, source.removeprefix(own)
        bucket, _, key = source.partition("://")[2].partition("/")
        if self.stores is None or not key:
            raise InvalidInputError("a capture file lies in another bucket", where=source)
        return self.stores(bucket), key
