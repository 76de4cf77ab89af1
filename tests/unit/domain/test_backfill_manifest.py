"""Lists of keys: S3 inventories, tables, plain lists, and what is neither."""

import gzip
import json

import pytest

from driftline.domain.backfill.manifest import parse_inventory, parse_keys
from driftline.domain.backfill.plan import Item
from driftline.domain.errors import InvalidInputError

# As in https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-location.html
MANIFEST = {
    "sourceBucket": "captures",
    "destinationBucket": "arn:aws:s3:::inventories",
    "version": "2016-11-30",
    "creationTimestamp": "1514944800000",
    "fileFormat": "CSV",
    "fileSchema": "Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, LastModifiedDate, ETag",
    "files": [
        {"key": "captures/data/one.csv.gz", "size": 2147483647, "MD5checksum": "f11166069f1990abeb9c97ace9cdfabc"}
    ],
}
ROWS = """\
"captures","shop/a%20b/2026/03/01/06/x%2By.jsonl","v1","true","false","12","2026-03-01T07:00:00.000Z","e1"
"captures","shop/old.jsonl","v0","false","false","11","2026-03-01T07:00:00.000Z","e0"
"captures","shop/gone.jsonl","v2","true","true","","2026-03-01T07:00:00.000Z",""
"""


def manifest(**changes: object) -> bytes:
    return json.dumps({**MANIFEST, **changes}).encode()


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_an_inventory_has_current_versions_with_size_and_etag(pack: type[bytes]) -> None:
    inventory = parse_inventory(manifest(), "m")
    assert inventory is not None
    assert (inventory.source_bucket, inventory.bucket) == ("captures", "inventories")
    assert [file.key for file in inventory.files] == ["captures/data/one.csv.gz"]
    assert list(inventory.items(pack(ROWS.encode()), "f")) == [Item("shop/a b/2026/03/01/06/x+y.jsonl", 12, "e1")]


@pytest.mark.parametrize("change", [{"fileFormat": "Parquet"}, {"fileSchema": "Bucket, Size"}])
def test_an_inventory_of_another_format_says_what_to_set(change: dict[str, str]) -> None:
    with pytest.raises(InvalidInputError, match="Set the inventory's output format to CSV"):
        parse_inventory(manifest(**change), "m")


def test_json_that_is_no_manifest_is_an_error_and_a_table_is_none() -> None:
    with pytest.raises(InvalidInputError, match="not the manifest of an S3 inventory"):
        parse_inventory(b'{"files": 1}', "m")
    assert parse_inventory(b"key\na\n", "m") is None


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ('key,size,etag\na,3,"e"\nb,,\n', [Item("a", 3, "e"), Item("b")]),
        ("\ufeffSize, Key\n3,a\n", [Item("a", 3)]),
        ("a\nb\n\n", [Item("a"), Item("b")]),
        ("", []),
    ],
)
def test_tables_and_lists(text: str, items: list[Item]) -> None:
    assert parse_keys(text.encode(), "keys.csv") == items


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"a,b\nc,d\n", "no column `key`"),
        (b"key,size\na,many\n", "the size of a is 'many'"),
        (b"\xff\xfe", "cannot be read"),
        pytest.param(gzip.compress(b"key\na\n")[:-6], "cannot be read", id="gzip that ends too early"),
    ],
)
def test_what_is_no_list_of_keys_is_named(body: bytes, what: str) -> None:
    with pytest.raises(InvalidInputError, match=what) as error:
        parse_keys(body, "keys.csv")
    assert error.value.where == "keys.csv"
