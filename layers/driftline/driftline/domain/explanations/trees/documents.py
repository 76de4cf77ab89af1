"""One way to read a model's document, whether its bytes are JSON or UBJSON."""

import re
from collections.abc import Iterator
from typing import Final, Protocol, cast, override

import msgspec
import numpy as np
from numpy.typing import NDArray

from driftline.domain.errors import InvalidInputError
from driftline.domain.explanations.trees.ubjson import decoded
from driftline.domain.json_reading import JsonDecoder

_FIELDS: Final = JsonDecoder(dict[str, msgspec.Raw])
_ITEMS: Final = JsonDecoder(list[msgspec.Raw])
_ANYTHING: Final = JsonDecoder()

# Versions before 3 write NaN, which is no JSON, as the threshold of splits by category. Texts are left as they
# are; one without an end is taken to the end of the file, so that nothing is read twice.
_NO_JSON: Final = re.compile(rb'"(?:[^"\\]|\\.)*+"?|-?(?:NaN|Infinity)\b', re.DOTALL)


class Document(Protocol):
    """An object of a document. Every method raises an InvalidInputError that names the field."""

    def has(self, name: str) -> bool: ...
    def child(self, name: str) -> "Document": ...
    def children(self, name: str) -> "Iterator[Document]": ...
    def value(self, name: str) -> object: ...


class JsonDocument(Document):
    """Decodes what is asked for only, so that trees are numbers of Python one after the other, never all at once."""

    @classmethod
    def of(cls, body: bytes) -> "JsonDocument":
        if b"NaN" in body or b"Infinity" in body:
            body = _NO_JSON.sub(lambda found: found[0] if found[0].startswith(b'"') else b"null", body)
        return cls(body)

    def __init__(self, body: bytes | msgspec.Raw) -> None:
        try:
            self._fields = _FIELDS.decode(body)
        except ValueError as error:
            raise _damaged(str(error)) from error

    @override
    def has(self, name: str) -> bool:
        return name in self._fields

    @override
    def child(self, name: str) -> Document:
        return JsonDocument(self._raw(name))

    @override
    def children(self, name: str) -> Iterator[Document]:
        try:
            items = _ITEMS.decode(self._raw(name))
        except ValueError as error:
            raise _damaged(f"{name}: {error}") from error
        return (JsonDocument(each) for each in items)

    @override
    def value(self, name: str) -> object:
        try:
            return cast("object", _ANYTHING.decode(self._raw(name)))
        except ValueError as error:
            raise _damaged(f"{name}: {error}") from error

    def _raw(self, name: str) -> msgspec.Raw:
        if name not in self._fields:
            raise _damaged(f"no field {name}")
        return self._fields[name]


class BinaryDocument(Document):
    """UBJSON: arrays of numbers are views of the file's bytes."""

    def __init__(self, value: object) -> None:
        if not isinstance(value, dict):
            raise _damaged("no object where one has to be")
        self._fields = cast("dict[str, object]", value)

    @classmethod
    def of(cls, body: bytes) -> "BinaryDocument":
        return cls(decoded(body))

    @override
    def has(self, name: str) -> bool:
        return name in self._fields

    @override
    def child(self, name: str) -> Document:
        return BinaryDocument(self.value(name))

    @override
    def children(self, name: str) -> Iterator[Document]:
        items = self.value(name)
        if not isinstance(items, list):
            raise _damaged(f"{name} is not a list")
        return (BinaryDocument(each) for each in items)

    @override
    def value(self, name: str) -> object:
        if name not in self._fields:
            raise _damaged(f"no field {name}")
        return self._fields[name]


def text_of(document: Document, name: str, default: str | None = None) -> str:
    if default is not None and not document.has(name):
        return default
    value = document.value(name)
    if not isinstance(value, str):
        raise _damaged(f"{name} is not a text")
    return value


def integer_of(document: Document, name: str, default: str | None = None) -> int:
    """XGBoost writes its parameters as texts."""
    text = text_of(document, name, default)
    try:
        return int(text)
    except ValueError as error:
        raise _damaged(f"{name} is not an integer") from error


def texts_of(document: Document, name: str) -> tuple[str, ...]:
    """Texts of a list; none where the field is not there, as in older versions."""
    value = document.value(name) if document.has(name) else []
    if isinstance(value, np.ndarray) and not value.size:
        return ()
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise _damaged(f"{name} is not a list of texts")
    return tuple(cast("list[str]", value))


def numbers_of(document: Document, name: str) -> NDArray[np.float64]:
    """(n,) numbers of a list, NaN where there is none; integers up to 2^53 are exact."""
    value = document.value(name)
    if isinstance(value, list) and None in value:
        value = [np.nan if each is None else each for each in value]
    try:
        numbers = np.asarray(value)
    except ValueError as error:  # lists of different lengths in a list
        raise _damaged(f"{name} is not a list of numbers") from error
    if numbers.ndim != 1 or (numbers.size and numbers.dtype.kind not in "biuf"):
        raise _damaged(f"{name} is not a list of numbers")
    return numbers.astype(np.float64)


def integers_of(document: Document, name: str) -> NDArray[np.int64]:
    numbers = numbers_of(document, name)
    if not (np.abs(numbers) < 2.0**53).all() or not np.array_equal(numbers, np.trunc(numbers)):
        raise _damaged(f"{name} is not a list of integers")
    return numbers.astype(np.int64)


def _damaged(what: str) -> InvalidInputError:
    return InvalidInputError(
        f"the model's file is damaged: {what}",
        expected='a file as XGBoost 1 to 3 writes it: booster.save_model("model.json"), or model.ubj',
        mend="Save the model again, and compare the size of the upload with the file's.",
    )
