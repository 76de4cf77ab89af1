"""Lists of keys that somebody made before: an S3 inventory, or a table with a column `key`.

S3 Inventory's format: https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-location.html.
"""

import csv
import gzip
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from urllib.parse import unquote_plus

import msgspec

from driftline.domain.backfill.plan import Item
from driftline.domain.errors import InvalidInputError
from driftline.domain.json_reading import JsonDecoder

_TABLE = (
    "CSV with a column `key`, and, if they are known, `size` and `etag`; one key a line; or the manifest.json of an S3 "
    "inventory in CSV"
)


class InventoryFile(msgspec.Struct, frozen=True):
    key: str


class Inventory(msgspec.Struct, frozen=True, rename="camel"):
    """The manifest.json of an S3 inventory.

    Attributes:
        destination_bucket: ARN of the bucket with the files.
        file_schema: Names of the columns, which the files do not have.
    """

    source_bucket: str
    destination_bucket: str
    file_format: str
    file_schema: str
    files: tuple[InventoryFile, ...]

    @property
    def bucket(self) -> str:
        return self.destination_bucket.rpartition(":")[2]

    def items(self, body: bytes, where: str) -> Iterator[Item]:
        """The current versions in one of the files.

        Raises:
            InvalidInputError: not such a file.
        """
        columns = [name.strip().lower() for name in self.file_schema.split(",")]
        for row in _rows(_text(body, where), where):
            named = dict(zip(columns, row, strict=False))
            old = named.get("islatest", "true").lower() == "false"
            if not old and named.get("isdeletemarker", "false").lower() != "true":
                yield _item({**named, "key": unquote_plus(named.get("key", ""))}, where)


def parse_inventory(body: bytes, where: str) -> Inventory | None:
    """None if it is no JSON: a table of keys.

    Raises:
        InvalidInputError: JSON, but not the manifest of an inventory, or one of a format that is not read.
    """
    if not body.lstrip().startswith(b"{"):
        return None
    try:
        found = _INVENTORY.decode(body)
    except msgspec.DecodeError as error:
        raise InvalidInputError(
            f"not the manifest of an S3 inventory ({error})", where=where, expected=_TABLE
        ) from None
    if found.file_format != "CSV" or "key" not in found.file_schema.lower():
        raise InvalidInputError(
            f"the inventory's files are {found.file_format} with {found.file_schema}",
            where=where,
            expected=_TABLE,
            mend="Set the inventory's output format to CSV.",
        )
    return found


def parse_keys(body: bytes, where: str) -> list[Item]:
    """The files in a table, or one a line.

    Raises:
        InvalidInputError: neither.
    """
    rows = list(_rows(_text(body, where), where))
    header = [name.strip().lower() for name in rows[0]] if rows else []
    if "key" in header:
        return [_item(dict(zip(header, row, strict=False)), where) for row in rows[1:]]
    if any(len(row) > 1 for row in rows):
        raise InvalidInputError("the table has no column `key`", where=where, expected=_TABLE)
    return [Item(row[0]) for row in rows]


def _text(body: bytes, where: str) -> str:
    try:
        return (gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body).decode("utf-8-sig")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise InvalidInputError(f"it cannot be read ({error})", where=where, expected=_TABLE) from None


def _rows(text: str, where: str) -> Iterable[Sequence[str]]:
    try:
        yield from filter(None, csv.reader(io.StringIO(text)))
    except csv.Error as error:
        raise InvalidInputError(f"not CSV ({error})", where=where, expected=_TABLE) from None


def _item(named: Mapping[str, str], where: str) -> Item:
    size = named.get("size", "").strip() or "0"
    if not size.isascii() or not size.isdecimal():
        raise InvalidInputError(f"the size of {named.get('key')} is {size!r}", where=where, expected="whole bytes")
    return Item(named.get("key", ""), int(size), named.get("etag", "").strip('"'))


_INVENTORY = JsonDecoder(Inventory)
