"""What a file is, by its first bytes: formats of models that are read, and those that are not, with the way out."""

import re
from collections.abc import Callable
from enum import StrEnum
from functools import partial
from typing import Final

from driftline.domain.errors import InvalidInputError


class Format(StrEnum):
    """Formats that are read."""

    XGBOOST_JSON = "XGBoost JSON"
    XGBOOST_UBJ = "XGBoost UBJSON"
    LIGHTGBM_TEXT = "LightGBM text"


OPEN_FORMATS: Final = "XGBoost JSON or UBJSON, or LightGBM text"

_SAVE: Final = (
    'Save the model openly: XGBoost booster.save_model("model.json") or model.ubj (an estimator: '
    'model.get_booster().save_model(…)), LightGBM booster.save_model("model.txt") (an estimator: model.booster_).'
)
_ELSE: Final = f"{_SAVE} Other models are explained through an endpoint, or by a surrogate."
_OLD: Final = (
    'Load it with XGBoost 1.0 to 3.0 and save it openly: xgboost.Booster(model_file="xgboost-model")'
    '.save_model("model.json").'
)

# Protocols 0 and 1 have no magic: a global of a module, a list, a dictionary or a tuple in their first operations.
_OLD_PICKLE: Final = re.compile(rb"\A(?:c[A-Za-z_][\w.]*\n[A-Za-z_]\w*\n|\((?:[dlit]|c[\w.]+\n)|[\]})][qp])", re.ASCII)
_OBJECTIVE: Final = re.compile(rb"\A(?:binf)?.{136}.\0{7}(?:binary|reg|multi|count|rank|survival):", re.DOTALL)
_UBJ: Final = re.compile(rb"\A\{[iUIlL\$#N]")
_JSON: Final = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*\{\s*[\"}]")
_MAGIC: Final[tuple[tuple[bytes, str, str], ...]] = (
    (b"PK\x03\x04", "a zip file (as of PyTorch, Keras or numpy)", _ELSE),
    (b"PK\x05\x06", "an empty zip file", _ELSE),
    (b"ZF", "a file of joblib", f"Nothing is ever unpickled here. {_SAVE}"),
    (b"\x89HDF", "an HDF5 file", _ELSE),
    (b"BZh", "packed with bzip2 (as joblib can)", f"Pack it with gzip, and no pickle. {_SAVE}"),
    (b"\xfd7zXZ", "packed with xz (as joblib can)", f"Pack it with gzip, and no pickle. {_SAVE}"),
    (b"\x5d\x00\x00", "packed with LZMA (as joblib can)", f"Pack it with gzip, and no pickle. {_SAVE}"),
    (b"\x04\x22\x4d\x18", "packed with LZ4 (as joblib can)", f"Pack it with gzip, and no pickle. {_SAVE}"),
    (b"\x1f\x8b", "packed by gzip once more", f"Pack it once, and no pickle. {_SAVE}"),
    (b"CBM1", "a model of CatBoost", _ELSE),
    (b"bs64", "an old XGBoost file (base 64)", _OLD),
    (b"binf", "an old XGBoost file (the deprecated binary format)", _OLD),
    (b"CONFIG-offset:", "a memory snapshot of XGBoost", _SAVE),
)  # fmt: skip


def format_of(body: bytes) -> Format | None:
    """The format of a model; None for anything else, as far as the first bytes say."""
    if _UBJ.match(body) and b"learner" in body:
        return Format.XGBOOST_UBJ
    if _JSON.match(body) and b'"learner"' in body:
        return Format.XGBOOST_JSON
    if re.match(rb"\Atree\r?\n", body):
        return Format.LIGHTGBM_TEXT
    return None


def refusal_of(body: bytes) -> InvalidInputError | None:
    """Why a model's file is not read; None if it is not known to hold a model."""
    known = next(((what, mend) for fits, what, mend in _KNOWN if fits(body)), None)
    return _refused(*known) if known else None


def _begins(magic: bytes, body: bytes) -> bool:
    return body.startswith(magic)


def _is_pickle(body: bytes) -> bool:
    return body[:1] == b"\x80" and body[1:2] in {b"\2", b"\3", b"\4", b"\5"}


def _is_zlib(body: bytes) -> bool:
    return body[:1] == b"\x78" and len(body) > 1 and int.from_bytes(body[:2]) % 31 == 0


def _is_onnx(body: bytes) -> bool:
    """Protocol buffers: field 1, the version of the format, is a small number; then comes who wrote it."""
    return body[:1] == b"\x08" and (body[2:3] in {b"\x12", b"\x1a", b"\x3a"} or b"onnx" in body[:512].lower())


def _is_other_json(body: bytes) -> bool:
    names = (b'"oblivious_trees"', b'"tree_info"', b'"tree_structure"', b'"nodeid"')
    return bool(re.match(rb"\s*[\[{]", body)) and any(name in body[:4096] for name in names)


_PICKLE: Final = f"Nothing is ever unpickled here. {_SAVE}"
_OLD_FORMAT: Final = "an old XGBoost file (the deprecated binary format)"
_KNOWN: Final[tuple[tuple[Callable[[bytes], bool], str, str], ...]] = (
    (_is_pickle, "a pickle (as of pickle, joblib or cloudpickle)", _PICKLE),
    *((partial(_begins, magic), what, mend) for magic, what, mend in _MAGIC),
    (lambda body: bool(_OBJECTIVE.match(body[:256])), _OLD_FORMAT, _OLD),
    (lambda body: bool(_OLD_PICKLE.match(body[:256])), "a pickle of an old protocol", _PICKLE),
    (_is_zlib, "packed with zlib (as joblib does)", _PICKLE),
    (_is_onnx, "a model of ONNX", _ELSE),
    (_is_other_json, "JSON, but not as a model is saved: a dump of XGBoost or LightGBM, or CatBoost's", _ELSE),
)


def unknown(body: bytes) -> InvalidInputError:
    if not body:
        return _refused("an empty file", "Upload it again; the upload may have broken off.")
    return _refused("not a known format of a model", _ELSE)


def _refused(what: str, mend: str) -> InvalidInputError:
    return InvalidInputError(f"the file is {what}", expected=OPEN_FORMATS, mend=mend)
