"""The contract of ObjectStore: memory, folder and S3 behave alike."""

from hashlib import md5
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import boto3
import pytest
from botocore.errorfactory import ClientExceptionsFactory
from botocore.stub import Stubber

from driftline.adapters.aws import s3
from driftline.adapters.aws.s3 import S3Store, S3Stores, s3_client
from driftline.adapters.folder.store import FolderStore
from driftline.domain.errors import InvalidInputError, ObjectNotFoundError
from driftline.usecases.ports import EditableStore, ObjectStore
from driftline.usecases.side_by_side import AT_ONCE
from tests.fakes import InMemoryStore

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@pytest.fixture(params=["memory", "folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> EditableStore:
    if request.param == "memory":
        return InMemoryStore("bucket")
    if request.param == "folder":
        return FolderStore(tmp_path / "bucket")
    request.getfixturevalue("aws")
    boto3.client("s3").create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    return S3Store("bucket")


def filled(store: ObjectStore, *keys: str) -> None:
    for key in keys:
        store.put(key, key.encode())


class TestOneObject:
    def test_it_comes_back_with_the_md5_of_its_bytes_as_tag(self, store: ObjectStore) -> None:
        body = bytes(range(256))
        store.put("a/b.bin", body, content_type="text/plain")
        assert store.get("a/b.bin").body == body
        assert store.get("a/b.bin").etag == md5(body).hexdigest()

    @pytest.mark.parametrize(
        ("start", "length", "expected"),
        [(0, 4, b"0123"), (3, 1, b"3"), (8, 100, b"89"), (10, 5, b""), (99, 5, b""), (0, 10, b"0123456789")],
    )
    def test_a_range_ends_with_the_object(self, store: ObjectStore, start: int, length: int, expected: bytes) -> None:
        store.put("a", b"0123456789")
        assert store.get_range("a", start, length) == expected

    def test_a_range_of_nothing_there_is_an_error(self, store: ObjectStore) -> None:
        with pytest.raises(ObjectNotFoundError):
            store.get_range("absent", 0, 1)

    def test_its_version_is_what_was_read_until_it_is_replaced_or_gone(self, store: ObjectStore) -> None:
        store.put("a", b"1")
        read = store.get("a")
        assert store.version("a") == read.version
        store.put("a", b"2")  # of the same size
        assert store.version("a") == store.get("a").version != read.version
        assert read.etag == md5(b"1").hexdigest()
        store.delete("a")
        assert store.version("a") is None

    def test_it_is_replaced_only_by_who_read_its_last_content(self, store: EditableStore) -> None:
        assert store.put_if_unchanged("a", b"1", None)
        first = store.get("a").etag
        assert not store.put_if_unchanged("a", b"another first", None)
        assert store.put_if_unchanged("a", b"2", first)
        assert not store.put_if_unchanged("a", b"3", first)
        assert store.get("a").body == b"2"
        store.delete("a")
        assert not store.put_if_unchanged("a", b"4", first)
        assert store.find("a") is None

    def test_it_is_deleted_only_by_who_read_its_last_content(self, store: EditableStore) -> None:
        store.put("a", b"1")
        first = store.get("a").etag
        store.put("a", b"2")
        assert not store.delete_if_unchanged("a", first)
        assert store.get("a").body == b"2"
        assert store.delete_if_unchanged("a", store.get("a").etag)
        assert not store.delete_if_unchanged("a", first)

    def test_a_second_put_replaces_it_and_its_tag(self, store: ObjectStore) -> None:
        store.put("a", b"1")
        before = [o.etag for o in store.list("a")]
        store.put("a", b"2")
        assert store.get("a").body == b"2"
        assert [o.etag for o in store.list("a")] == [store.get("a").etag] != before

    def test_an_empty_one_is_an_object(self, store: ObjectStore) -> None:
        store.put("empty", b"")
        assert store.get("empty").body == b""
        assert [(o.key, o.size) for o in store.list("")] == [("empty", 0)]

    @pytest.mark.parametrize("key", ["absent", "a/absent", "a", "a/b/below-an-object"])
    def test_a_missing_one_is_an_error_that_names_it(self, store: ObjectStore, key: str) -> None:
        store.put("a/b", b"x")
        with pytest.raises(ObjectNotFoundError) as raised:
            store.get(key)
        assert key in raised.value.where
        with pytest.raises(ObjectNotFoundError), store.local_copy(key):
            pass

    def test_it_is_found_with_its_tag_or_not_at_all(self, store: ObjectStore) -> None:
        store.put("a/b", b"x")
        found = store.find("a/b")
        assert found == store.get("a/b")
        assert found is not None
        assert store.etag("a/b") == found.etag == md5(b"x").hexdigest()
        for key in ("absent", "a/absent", "a", "a/b/below-an-object"):
            assert store.find(key) is None
            assert store.etag(key) is None

    def test_its_tag_follows_every_put_and_ends_with_it(self, store: ObjectStore) -> None:
        store.put("a", b"1")
        before = store.etag("a")
        store.put("a", b"2")
        assert store.etag("a") == store.get("a").etag != before
        store.delete("a")
        assert store.etag("a") is None

    def test_deleting_is_idempotent_and_spares_the_rest(self, store: ObjectStore) -> None:
        filled(store, "a/b", "a/c")
        store.delete("a/b")
        store.delete("a/b")
        store.delete("never/was")
        store.delete("a")
        assert [o.key for o in store.list("")] == ["a/c"]

    def test_a_local_copy_keeps_bytes_and_the_end_of_the_name(self, store: ObjectStore) -> None:
        body = b"x" * (3 << 20)
        store.put("data/train.csv.gz", body)
        with store.local_copy("data/train.csv.gz") as path:
            assert path.read_bytes() == body
            assert path.name.endswith("train.csv.gz")

    def test_its_uri_names_it(self, store: ObjectStore) -> None:
        assert store.uri("a/b.json").endswith("bucket/a/b.json")
        assert store.name == "bucket"

    @pytest.mark.parametrize("key", ["mañana/気象.csv", "a b/c+d&e=f%20.json", "x" * 150])
    def test_unusual_names_work(self, store: ObjectStore, key: str) -> None:
        store.put(key, b"x")
        assert [o.key for o in store.list("")] == [key]
        with store.local_copy(key) as path:
            assert path.read_bytes() == b"x"


class TestListing:
    def test_keys_come_in_the_order_of_their_bytes(self, store: ObjectStore) -> None:
        keys = ("a-b", "a/x-y/1", "a/x/2", "a0", "b/z", "b/~", "b/é")
        filled(store, *reversed(keys))
        assert [o.key for o in store.list("")] == list(keys)

    @pytest.mark.parametrize(
        ("prefix", "expected"),
        [
            ("a", ["a-b", "a/x-y/1", "a/x/2"]),
            ("a/", ["a/x-y/1", "a/x/2"]),
            ("a/x", ["a/x-y/1", "a/x/2"]),
            ("a/x/", ["a/x/2"]),
            ("a/x/2", ["a/x/2"]),
            ("a/x/2/", []),
            ("none/", []),
        ],
    )
    def test_a_prefix_may_end_anywhere(self, store: ObjectStore, prefix: str, expected: list[str]) -> None:
        filled(store, "a-b", "a/x-y/1", "a/x/2", "b/z")
        assert [o.key for o in store.list(prefix)] == expected

    def test_more_than_a_page_is_listed(self, store: ObjectStore) -> None:
        keys = [f"p/{i:04}" for i in range(1001)]
        filled(store, *keys)
        assert [o.key for o in store.list("p/")] == keys

    def test_folders_are_the_next_level_only(self, store: ObjectStore) -> None:
        filled(store, "e/a/1", "e/a-b/c/2", "e/file", "e2/x/1")
        assert list(store.folders("e/")) == ["a", "a-b"]
        assert list(store.folders("none/")) == []
        assert list(store.folders("")) == ["e", "e2"]

    def test_a_folder_ends_with_its_last_object(self, store: ObjectStore) -> None:
        filled(store, "e/a/1", "e/b/1")
        store.delete("e/a/1")
        assert list(store.folders("e/")) == ["b"]


class TestOnlyAFolder:
    @pytest.mark.parametrize("key", ["../out", "a/../../out", "/etc/x", "a//b", "", "a/./b", "a\\b", "a\0b", "a/"])
    def test_a_key_never_leaves_the_folder(self, tmp_path: Path, key: str) -> None:
        store = FolderStore(tmp_path / "bucket")
        with pytest.raises(InvalidInputError):
            store.put(key, b"x")
        with pytest.raises(InvalidInputError):
            store.get(key)
        with pytest.raises(InvalidInputError):
            store.etag(key)
        assert [p for p in tmp_path.rglob("*") if p.is_file()] == []

    def test_a_put_that_fails_leaves_the_old_bytes_and_nothing_else(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store = FolderStore(tmp_path)
        store.put("a", b"old")

        def full(self: Path, target: Path) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(Path, "replace", full)
        with pytest.raises(OSError, match="No space"):
            store.put("a", b"new")
        assert [(o.key, store.get(o.key).body) for o in store.list("")] == [("a", b"old")]
        assert [p.name for p in tmp_path.iterdir()] == ["a"]

    def test_an_object_below_an_object_is_refused(self, tmp_path: Path) -> None:
        store = FolderStore(tmp_path)
        store.put("a", b"x")
        with pytest.raises(InvalidInputError, match="with the same name"):
            store.put("a/b", b"x")
        store.put("c/d", b"x")
        with pytest.raises(InvalidInputError, match="with the same name"):
            store.put("c", b"x")
        assert [o.key for o in store.list("")] == ["a", "c/d"]

    def test_linked_folders_are_followed_but_circles_are_not(self, tmp_path: Path) -> None:
        (tmp_path / "elsewhere").mkdir()
        (tmp_path / "elsewhere" / "1.jsonl").write_bytes(b"x")
        root = tmp_path / "bucket"
        root.mkdir()
        (root / "capture").symlink_to(tmp_path / "elsewhere")
        (root / "round").symlink_to(root)
        assert [o.key for o in FolderStore(root).list("")] == ["capture/1.jsonl"]

    def test_files_are_as_readable_as_any_other(self, tmp_path: Path) -> None:
        FolderStore(tmp_path).put("a", b"x")
        (tmp_path / "b").write_bytes(b"x")
        assert (tmp_path / "a").stat().st_mode == (tmp_path / "b").stat().st_mode


class TestOnlyS3:
    def test_a_missing_bucket_says_so(self, aws: None) -> None:
        store = S3Stores()("no-such-bucket")
        with pytest.raises(InvalidInputError, match="s3://no-such-bucket/: no such bucket"):
            store.get("a")
        with pytest.raises(InvalidInputError, match="no such bucket"):
            list(store.list(""))

    def test_what_is_missing_is_known_whichever_thread_made_the_classes_of_errors(self, aws: None) -> None:
        """botocore makes them at the first error, and two threads may each make their own."""

        class Racing:
            def __getattr__(self, name: str) -> object:
                return getattr(client, name)

            @property
            def exceptions(self) -> object:
                return ClientExceptionsFactory().create_client_exceptions(client.meta.service_model)

        client = boto3.client("s3")
        client.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        racing = cast("S3Client", Racing())
        with pytest.raises(ObjectNotFoundError):
            S3Store("bucket", racing).get("absent")
        with pytest.raises(ObjectNotFoundError):
            S3Store("bucket", racing).get_range("absent", 0, 1)
        assert S3Store("bucket", racing).find("absent") is None
        with pytest.raises(InvalidInputError):
            S3Store("no-such-bucket", racing).get("absent")

    def test_a_head_that_is_denied_is_no_missing_object(self, aws: None) -> None:
        client = boto3.client("s3")
        with Stubber(client) as stubbed:
            stubbed.add_client_error("head_object", service_error_code="403", http_status_code=403)
            with pytest.raises(client.exceptions.ClientError, match="403"):
                S3Store("bucket", client).etag("a")

    def test_the_content_type_is_kept(self, aws: None) -> None:
        client = boto3.client("s3")
        client.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        S3Store("bucket", client).put("a.json", b"{}", content_type="application/json")
        assert client.head_object(Bucket="bucket", Key="a.json")["ContentType"] == "application/json"

    def test_a_folder_of_the_console_is_an_empty_object(self, aws: None) -> None:
        boto3.client("s3").create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        store = S3Store("bucket")
        store.put("input/", b"")
        assert [(o.key, o.size) for o in store.list("input/")] == [("input/", 0)]
        with store.local_copy("input/") as path:
            assert path.read_bytes() == b""


@pytest.mark.usefixtures("aws")
def test_the_client_keeps_a_connection_for_each_call() -> None:
    """Also where a call that runs beside others reads side by side itself."""
    config: Any = s3_client().meta.config  # the stubs do not know all of it
    assert config.max_pool_connections == 2 * AT_ONCE


@pytest.mark.usefixtures("aws")
def test_an_object_of_s3_that_does_not_fit_into_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3, "_LARGEST", 10)
    boto3.client("s3").create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    store = S3Store("bucket")
    store.put("a", b"0123456789")
    store.put("b", b"0123456789a")

    assert store.get("a").body == b"0123456789"
    with pytest.raises(InvalidInputError, match=r"s3://bucket/b: it has 11 bytes\. Expected: at most 10"):
        store.get("b")
    assert store.get_range("b", 0, 2) == b"01"
