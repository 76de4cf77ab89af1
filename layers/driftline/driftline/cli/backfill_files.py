"""The capture files of a backfill: listed, or taken from a manifest."""

from collections.abc import Iterator
from pathlib import Path

from driftline.adapters.by_hand.files import read_file
from driftline.cli.places import Place
from driftline.domain.backfill.manifest import parse_inventory, parse_keys
from driftline.domain.backfill.plan import Item
from driftline.domain.errors import InvalidInputError
from driftline.usecases.backfill.find_files import Captures

_S3 = "s3://"


def find_items(place: Place, captures: Captures, manifest: str | None) -> list[Item]:
    """The files of the range.

    Args:
        manifest: A file, or `s3://bucket/key`; None to list the bucket.

    Raises:
        InvalidInputError: the manifest cannot be read, or is that of another bucket.
    """
    if manifest is None:
        return captures.listed()
    return captures.of_range(_items(place, captures, manifest))


def _items(place: Place, captures: Captures, manifest: str) -> Iterator[Item]:
    body = _read(place, manifest)
    inventory = parse_inventory(body, manifest)
    if inventory is None:
        yield from parse_keys(body, manifest)
        return
    if inventory.source_bucket != captures.store.name:
        raise InvalidInputError(
            f"the inventory is of the bucket {inventory.source_bucket}", where=manifest, expected=captures.store.name
        )
    files = place.stores(inventory.bucket)
    for file in inventory.files:
        yield from inventory.items(files.get(file.key).body, files.uri(file.key))


def _read(place: Place, manifest: str) -> bytes:
    if not manifest.startswith(_S3):
        path = Path(manifest)
        if not path.is_file():
            raise InvalidInputError("no such file", where=manifest, expected="a file, or s3://bucket/key")
        return read_file(path)
    bucket, _, key = manifest.removeprefix(_S3).partition("/")
    return place.stores(bucket).get(key).body
