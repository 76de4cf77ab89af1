"""Files as they are uploaded: packed in all ways, refused in all ways."""

import bz2
import gzip
import io
import json
import lzma
import pickle
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest

from driftline.domain.errors import InvalidInputError
from driftline.domain.explanations.trees import archive as archives
from driftline.domain.explanations.trees.model_file import read_forest
from tests.tree_models import archive, classes, json_of, lightgbm_model, table, text_of, ubj_of, xgboost_model

MODELS = Path(__file__).parent / "models"
ROWS = table(200)
BOOSTER = xgboost_model(ROWS, classes(ROWS, 2), 2, objective="binary:logistic")
JSON, UBJ = json_of(BOOSTER), ubj_of(BOOSTER)
TEXT = text_of(lightgbm_model(ROWS, classes(ROWS, 2), 2, objective="binary"))


@pytest.mark.parametrize("body", [JSON, UBJ, TEXT], ids=["json", "ubj", "text"])
@pytest.mark.parametrize(
    "packed",
    [
        lambda body: body,
        gzip.compress,
        lambda body: gzip.compress(body[:100]) + gzip.compress(body[100:]) + b"\0" * 512,
        lambda body: archive({"xgboost-model": body}),
        lambda body: archive({"./model/model.bst": body, "code/inference.py": b"import pickle\n", "empty": b""}),
        lambda body: archive({"model.txt": body}, "w"),
        lambda body: archive({"._model.json": b"\0\5\x16\7", "a" * 150 + "/model.json": body}),
        lambda body: archive({"preprocessing.pkl": pickle.dumps({}), "metadata.json": b"{}", "m": body}),
    ],
    ids=["alone", "gzip", "gzips", "tar.gz", "with code", "tar", "long name, macOS", "next to a pickle"],
)
def test_a_model_is_found_whatever_it_is_packed_in(body: bytes, packed: Callable[[bytes], bytes]) -> None:
    found = read_forest(packed(body), "s3://bucket/model")
    assert np.array_equal(found.predict_margin(ROWS), read_forest(body, "x").predict_margin(ROWS))


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_all_formats_of_tar_with_folders_and_names_beyond_ascii(form: int) -> None:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz", format=form) as opened:
        folder = tarfile.TarInfo("./modèle")
        folder.type = tarfile.DIRTYPE
        opened.addfile(folder)
        entry = tarfile.TarInfo("./modèle/" + "x" * 80 + "/model.json")
        entry.size, entry.mtime = len(JSON), 1.5
        opened.addfile(entry, io.BytesIO(JSON))
    assert read_forest(target.getvalue(), "model.tar.gz").trees == 2


def test_several_models_are_named_and_one_can_be_chosen() -> None:
    body = archive({"a.json": JSON, "b.ubj": UBJ, "c.txt": TEXT})
    with pytest.raises(InvalidInputError, match=r"3 models: a\.json, b\.ubj, c\.txt"):
        read_forest(body, "model.tar.gz")
    assert read_forest(body, "model.tar.gz", member="c.txt").rules.strict is False
    with pytest.raises(InvalidInputError, match=r"no file d\.json"):
        read_forest(body, "model.tar.gz", member="d.json")


def joblib_bytes(value: Any, **settings: Any) -> bytes:
    target = io.BytesIO()
    joblib.dump(value, target, **settings)
    return target.getvalue()


def zip_bytes() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as opened:
        opened.writestr("../../etc/passwd", "x")
    return target.getvalue()


class Evil:
    """Would end the test run if anything unpickled it."""

    def __reduce__(self) -> tuple[Any, ...]:
        return exec, ("raise SystemExit('unpickled')",)


ONNX = b"\x08\x08\x12\x08skl2onnx\x1a\x061.17.0:\x05" + b"\0" * 20

REFUSED = {
    **{f"pickle {protocol}": (pickle.dumps(Evil(), protocol), "pickle") for protocol in range(6)},
    **{f"pickled dict {protocol}": (pickle.dumps({"a": [1]}, protocol), "pickle") for protocol in range(6)},
    **{f"pickled list {protocol}": (pickle.dumps([1, "a"], protocol), "pickle") for protocol in range(6)},
    **{f"pickled booster {protocol}": (pickle.dumps(BOOSTER, protocol), "pickle") for protocol in range(6)},
    "joblib": (joblib_bytes({"a": np.arange(3)}), "pickle"),
    "joblib, zlib": (joblib_bytes({"a": np.arange(3)}, compress=3), "joblib"),
    "joblib, gzip": (joblib_bytes({"a": np.arange(3)}, compress=("gzip", 3)), "pickle"),
    "joblib, bzip2": (joblib_bytes({"a": np.arange(3)}, compress=("bz2", 3)), "bzip2"),
    "joblib, xz": (joblib_bytes({"a": np.arange(3)}, compress=("xz", 3)), "xz"),
    "joblib, lzma": (joblib_bytes({"a": np.arange(3)}, compress=("lzma", 3)), "LZMA"),
    "xz of json": (lzma.compress(JSON), "xz"),
    "bzip2 of json": (bz2.compress(JSON), "bzip2"),
    "zlib of json": (zlib.compress(JSON), "zlib"),
    "old binary": ((MODELS / "xgboost-model-1.7.6").read_bytes(), "deprecated binary"),
    "old binary without magic": ((MODELS / "xgboost-model-1.7.6").read_bytes()[4:], "deprecated binary"),
    "onnx": (ONNX, "ONNX"),
    "zip": (zip_bytes(), "zip"),
    "empty": (b"", "empty"),
    "one byte": (b"{", "not a known format"),
    "text": (b"hello world", "not a known format"),
    "csv": (b"a,b\n1,2\n", "not a known format"),
    "other json": (b'{"a": 1}', "not a known format"),
    "dump": (json.dumps([json.loads(tree) for tree in BOOSTER.get_dump(dump_format="json")]).encode(), "dump"),
}


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("packed", [False, True], ids=["alone", "tar.gz"])
def test_what_is_refused_says_how_to_save_the_model(name: str, packed: bool) -> None:
    body, says = REFUSED[name]
    with pytest.raises(InvalidInputError) as raised:
        read_forest(archive({"model": body}) if packed else body, "s3://bucket/model.tar.gz")
    text = str(raised.value)
    assert text.startswith("s3://bucket/model.tar.gz")
    if packed and name == "joblib, gzip":
        says = "gzip once more"
    if not packed or ("not a known" not in says and says != "empty"):
        assert says in text
    assert raised.value.expected
    assert raised.value.mend
    if "pickle" in says:
        assert "save_model" in text
        assert "ever unpickled" in text


def member(name: str, kind: bytes, target: str = "", size: int = 0) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as opened:
        entry = tarfile.TarInfo(name)
        entry.type, entry.linkname, entry.size = kind, target, size
        opened.addfile(entry, io.BytesIO(b"x" * size) if size else None)
    return gzip.compress(packed.getvalue())


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (archive({"../xgboost-model": JSON}), "leads out"),
        (archive({"a/../../xgboost-model": JSON}), "leads out"),
        (archive({"/etc/xgboost-model": JSON}), "leads out"),
        (archive({"C:\\xgboost-model": JSON}), "leads out"),
        (archive({"..\\xgboost-model": JSON}), "leads out"),
        (archive({"x" * 120 + "/../../../m": JSON}), "leads out"),
        (member("xgboost-model", tarfile.SYMTYPE, "/etc/passwd"), "a link"),
        (member("xgboost-model", tarfile.LNKTYPE, "other"), "a link"),
        (member("xgboost-model", tarfile.CHRTYPE), "a device"),
        (member("xgboost-model", tarfile.BLKTYPE), "a device"),
        (member("xgboost-model", tarfile.FIFOTYPE), "a pipe"),
        (archive({}), "not a known format"),
        (archive({"readme.md": b"hello"}), "no model"),
        (archive({"xgboost-model": JSON})[:-20], "too early|cannot be unpacked"),
        (archive({"xgboost-model": JSON}, "w")[:2000], "too early"),
        (b"\x1f\x8b" + b"\xff" * 50, "cannot be unpacked"),
        (b"\x1f\x8b", "too early"),
    ],
    # Archives have the time of their making in them: bytes are no names.
    ids=map(str, range(17)),
)
def test_archives_that_are_refused(body: bytes, says: str) -> None:
    with pytest.raises(InvalidInputError, match=says):
        read_forest(body, "model.tar.gz")


def bomb(size: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    piece = bytes(2**20)
    return b"".join(packer.compress(piece) for _ in range(size // 2**20)) + packer.flush()


def test_a_bomb_costs_no_more_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given 64 MB of zeros in 64 KB, then no more than the limit of 4 MB is unpacked, whatever the size in a header."""
    monkeypatch.setattr(archives, "MAX_UNPACKED", 4 * 2**20)
    alone = bomb(64 * 2**20)
    with pytest.raises(InvalidInputError, match="too large"):
        read_forest(alone, "model.json.gz")
    entry = tarfile.TarInfo("other.bin")
    entry.size = 2**40
    with pytest.raises(InvalidInputError, match="too large"):
        read_forest(gzip.compress(entry.tobuf(tarfile.GNU_FORMAT)) + alone, "model.tar.gz")
    entry.size = 3 * 2**20
    with pytest.raises(InvalidInputError, match="too large"):
        read_forest(gzip.compress(entry.tobuf() + bytes(3 * 2**20) + entry.tobuf()) + alone, "model.tar.gz")


def test_a_large_upload_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("driftline.domain.explanations.trees.model_file.MAX_PACKED", 1000)
    with pytest.raises(InvalidInputError, match="at most 0 MB"):
        read_forest(JSON + bytes(1000), "model.json")


def test_a_large_model_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("driftline.domain.explanations.trees.model_file.MAX_MODEL", 1000)
    with pytest.raises(InvalidInputError, match="fewer or smaller trees"):
        read_forest(gzip.compress(JSON), "model.json")


def test_too_many_files_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_MEMBERS", 5)
    with pytest.raises(InvalidInputError, match="too many files"):
        read_forest(archive({str(number): b"" for number in range(6)}), "model.tar.gz")


def test_the_error_names_file_member_and_tree() -> None:
    document = json.loads(JSON)
    document["learner"]["gradient_booster"]["model"]["trees"][1]["left_children"][0] = 10**6
    body = archive({"xgboost-model": json.dumps(document).encode()})
    with pytest.raises(InvalidInputError, match=r"^s3://b/model.tar.gz, xgboost-model, tree 1: "):
        read_forest(body, "s3://b/model.tar.gz")


def test_deep_json_is_damaged_and_no_crash() -> None:
    for deep in (b"[" * 10**6, b'{"a":' * 10**6):
        with pytest.raises(InvalidInputError, match="damaged"):
            read_forest(b'{"learner":' + deep, "model.json")
    head = b"{" + b"L" + struct.pack(">q", 7) + b"learner"
    for deep in (b"[" * 10**6, b"{i\1a" * 10**6):
        with pytest.raises(InvalidInputError, match="levels"):
            read_forest(head + deep, "model.ubj")


def test_a_snapshot_from_memory_is_a_model() -> None:
    snapshot = bytes(BOOSTER.__getstate__()["handle"])
    assert np.array_equal(read_forest(snapshot, "x").value, read_forest(UBJ, "x").value)


def test_texts_without_an_end_are_read_once() -> None:
    """Given a megabyte of escaped quotation marks, of which each could begin a text to the end of the file."""
    with pytest.raises(InvalidInputError, match="damaged"):
        read_forest(b'{"learner": NaN, "' + b'\\"' * 2**19, "model.json")
