"""The bytes of a model's file → a forest. The format follows from the content, whatever the name says.

SageMaker packs a model as `model.tar.gz`; its XGBoost container calls the file `xgboost-model`. A file alone, or packed
by gzip, is read as well. Nothing is unpickled, executed or written.
"""

from typing import Final

from driftline.domain.errors import InvalidInputError
from driftline.domain.explanations.trees import lightgbm_text, xgboost_document
from driftline.domain.explanations.trees.archive import MAX_PACKED, Member, Stream, looks_like_tar, members
from driftline.domain.explanations.trees.documents import BinaryDocument, JsonDocument
from driftline.domain.explanations.trees.forest import Forest
from driftline.domain.explanations.trees.recognition import OPEN_FORMATS, Format, format_of, refusal_of, unknown

MAX_MODEL: Final = 128 * 2**20
"""Maximum size of the model itself, unpacked."""

_HEAD: Final = 512


def read_forest(body: bytes, where: str, *, member: str = "", all_trees: bool = False) -> Forest:
    """The forest of a model's file.

    Args:
        body: at most `MAX_PACKED` bytes.
        where: named in errors.
        member: which file of an archive, if it holds several models.
        all_trees: Also those after the best iteration of early stopping (XGBoost), which its estimators and
            SageMaker's container leave out.

    Raises:
        InvalidInputError: too large, damaged, several models or none, a format that is not read, a pickle; each says
            how to save the model instead.
    """
    try:
        name, found = _model(body, member)
    except InvalidInputError as error:
        raise _located(error, where) from error
    try:
        return _read(found, all_trees=all_trees)
    except InvalidInputError as error:
        raise _located(error, f"{where}, {name}" if name else where) from error


def _read(body: bytes, *, all_trees: bool) -> Forest:
    if len(body) > MAX_MODEL:
        raise InvalidInputError(
            f"a model of {len(body) / 2**20:,.0f} MB",
            expected=f"at most {MAX_MODEL // 2**20} MB unpacked",
            mend="Train fewer or smaller trees, or let the monitor explain the model through an endpoint.",
        )
    match format_of(body):
        case Format.XGBOOST_JSON:
            return xgboost_document.forest_of(JsonDocument.of(body.removeprefix(b"\xef\xbb\xbf")), all_trees=all_trees)
        case Format.XGBOOST_UBJ:
            return xgboost_document.forest_of(BinaryDocument.of(body), all_trees=all_trees)
        case Format.LIGHTGBM_TEXT:
            return lightgbm_text.forest_of(body.replace(b"\r\n", b"\n"))
        case None:
            raise refusal_of(body) or unknown(body)


def _model(body: bytes, wanted: str) -> tuple[str, bytes]:
    """(name of the file in an archive, its bytes); the name is empty for a file alone."""
    if len(body) > MAX_PACKED:
        raise InvalidInputError(
            f"a file of {len(body) / 2**20:,.0f} MB",
            expected=f"at most {MAX_PACKED // 2**20} MB",
            mend="Pack the model's file alone, with gzip.",
        )
    stream = Stream(body)
    head = stream.read(_HEAD)
    if not looks_like_tar(head):
        if body[:2] != b"\x1f\x8b":
            return "", body
        return "", head + stream.read(MAX_MODEL + 1 - len(head))
    return _chosen(list(_candidates(stream, head, wanted)), wanted)


def _candidates(stream: Stream, head: bytes, wanted: str) -> "list[tuple[Member, InvalidInputError | None]]":
    """Files that are models, each with the reason why it is not read, if there is one; others are forgotten at once."""
    found: list[tuple[Member, InvalidInputError | None]] = []
    for each in members(stream, head):
        if wanted:
            if each.name == wanted:
                found.append((each, None))
        elif format_of(each.body):
            found.append((each, None))
        elif refusal := refusal_of(each.body):
            found.append((Member(each.name, b""), refusal))
    return found


def _chosen(found: list[tuple[Member, InvalidInputError | None]], wanted: str) -> tuple[str, bytes]:
    models = [each for each, refusal in found if refusal is None]
    if len(models) == 1:
        return models[0].name, models[0].body
    if models:
        names = ", ".join(sorted(each.name for each in models)[:5])
        raise InvalidInputError(
            f"the archive has {len(models)} models: {names}",
            expected="one model",
            mend="Pack the model's file alone, or name the file.",
        )
    for each, refusal in found:
        if refusal is not None:
            raise _located(refusal, each.name)
    raise InvalidInputError(
        f"the archive has no file {wanted}" if wanted else "the archive has no model",
        expected=f"{OPEN_FORMATS}, for example as xgboost-model, model.json, model.ubj or model.txt",
        mend="Pack the model's file: tar -czf model.tar.gz xgboost-model",
    )


def _located(error: InvalidInputError, where: str) -> InvalidInputError:
    place = f"{where}, {error.where}" if error.where else where
    return InvalidInputError(error.what, where=place, expected=error.expected, mend=error.mend)
