"""Capture files, found again by what their profiles call them, and those that a manifest lists."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from driftline.domain.capture.batch_output import capture_lines, is_manifest, read_manifest
from driftline.domain.errors import InvalidInputError
from driftline.domain.keys import parse_capture_key
from driftline.usecases.ports import ObjectStore, Stores


@dataclass(frozen=True, slots=True)
class CaptureFiles:
    """Reads the lines of capture files again.

    Args:
        own: The stack's own bucket.
        captures: The bucket with the capture files; may be the same.
        stores: Opens other buckets, by name.
    """

    own: ObjectStore
    captures: ObjectStore
    stores: Stores

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
        if not source.startswith("/") and "://" not in source:
            return self.own, source
        for store in (self.captures, self.own):
            there = store.uri("").rstrip("/") + "/"
            if source.startswith(there):  # as earlier versions wrote it
                return store, source.removeprefix(there)
        bucket, _, key = source.partition("://")[2].partition("/")
        if not key:
            raise InvalidInputError(
                "the capture file was profiled in another folder",
                where=source,
                expected=f"a place in {self.own.uri('')}",
                mend="Run `driftline ingest` again.",
            )
        return self.captures if bucket == self.captures.name else self.stores(bucket), key


def source_of(key: str, capture: ObjectStore, own: ObjectStore) -> str:
    """What profiles call a capture file: `s3://bucket/key`, which earlier releases read, too; in a folder, its key.

    Neither says where a folder is: whatever is named after profiles has the same name in a copy of the folder.
    """
    if capture.name != own.name:
        return f"s3://{capture.name}/{key}"
    uri = own.uri(key)
    return uri if "://" in uri else key


def batch_files(manifest: bytes, hour: datetime, where: str, capture: ObjectStore, stores: Stores) -> Iterator[bytes]:
    """The listed output files as capture lines, one after the other."""
    for file in read_manifest(manifest, where):
        store = capture if file.bucket == capture.name else stores(file.bucket)
        found = store.find(file.key)
        if found is None:
            raise InvalidInputError(f"the manifest lists {store.uri(file.key)}, which is not there", where=where)
        yield capture_lines(file.key.rsplit("/", 1)[-1], found.body, hour)
