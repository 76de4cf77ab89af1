"""JSON that came from outside: whatever the bytes are, the error is a ValueError."""

import json
from typing import Any, overload

import msgspec

TOO_DEEP = "nested too deeply"


class JsonDecoder[T]:
    """msgspec's decoder, for documents that may be nested without end.

    There msgspec raises RecursionError, which is no ValueError: where bad JSON is expected and caught, one such line
    would cost the whole file.
    """

    __slots__ = ("_decoder",)

    @overload
    def __init__(self: "JsonDecoder[Any]") -> None: ...
    @overload
    def __init__(self, shape: type[T]) -> None: ...
    def __init__(self, shape: Any = Any) -> None:
        self._decoder: msgspec.json.Decoder[T] = msgspec.json.Decoder(shape)  # noqa: TID251, the one place

    def decode(self, body: bytes | str) -> T:
        """Raises msgspec.DecodeError: not JSON, of another shape, or nested too deeply."""
        try:
            return self._decoder.decode(body)
        except RecursionError:
            raise msgspec.DecodeError(TOO_DEEP) from None

    def decode_lines(self, body: bytes | str) -> list[T]:
        """Raises msgspec.DecodeError: a line is not JSON, of another shape, or nested too deeply."""
        try:
            return self._decoder.decode_lines(body)
        except RecursionError:
            raise msgspec.DecodeError(TOO_DEEP) from None


def load_json(body: bytes | str) -> Any:
    """As json.loads, with NaN and Infinity.

    Raises:
        ValueError: not JSON, or nested too deeply.
    """
    try:
        return json.loads(body)  # noqa: TID251, the one place
    except RecursionError:
        raise ValueError(TOO_DEEP) from None
