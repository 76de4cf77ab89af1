"""One request and its answer, while they pass."""

import json
import time
from collections.abc import Iterable
from uuid import uuid4

from driftline.capture.recorder import ATTRIBUTES_HEADER, LONGEST_ATTRIBUTES, Capture, usable_attributes, usable_id
from driftline.capture.records import OVERHEAD, Body, Prediction

type Headers = Iterable[tuple[bytes, bytes]]

_LONGEST_HEADER = OVERHEAD // 2
_ATTRIBUTES = ATTRIBUTES_HEADER.lower().encode("ascii")


class _Part:
    """A body that comes in pieces; from the capture's memory, as far as it lasts."""

    def __init__(self, capture: Capture) -> None:
        self._capture = capture
        self._pieces: list[bytes] = []
        self.size = 0
        self.lost = ""
        """Why it is not kept: `oversized` or `dropped`."""

    def add(self, piece: bytes) -> None:
        if self.lost or not piece:
            return
        if self.size + len(piece) > self._capture.limits.body_bytes:
            self.lose("oversized")
        elif not self._capture.writer.reserve(len(piece)):
            self.lose("dropped")
        else:
            self.size += len(piece)
            self._pieces.append(bytes(piece))

    def lose(self, why: str) -> None:
        self.lost = why
        self._pieces.clear()
        self._capture.writer.release(self.size)
        self.size = 0

    def data(self) -> bytes:
        """In one piece."""
        if len(self._pieces) != 1:
            self._pieces = [b"".join(self._pieces)]
        return self._pieces[0]


class Exchange:
    """What a middleware notes of one request and its answer.

    Args:
        id_header: Name of the header with the inference id.
        id_field: Path of the field of a JSON request with the inference id, such as `order.id`.
    """

    def __init__(self, capture: Capture, headers: Headers, id_header: str, id_field: str | None) -> None:
        self._capture = capture
        self._time = time.time()
        self._id_header = id_header.lower().encode("ascii")
        self._id_field = id_field
        self._request_headers = _Headers(headers)
        self._response_headers = _Headers(())
        self._request, self._response = _Part(capture), _Part(capture)
        self._id: str | None = usable_id(self._request_headers.get(self._id_header))
        self._succeeded = self._sampled = self._ended = False

    def took(self, piece: bytes) -> None:
        """A piece of the request."""
        self._request.add(piece)

    def began_answer(self, status: int, headers: Headers) -> tuple[bytes, bytes] | None:
        """The answer begins.

        Returns:
            The header with the inference id that the answer should get; None if it has one.
        """
        self._response_headers = _Headers(headers)
        answered = self._response_headers.get(self._id_header)
        self._id = self._id or self._field() or usable_id(answered) or str(uuid4())
        self._succeeded = 200 <= status < 300  # noqa: PLR2004 - HTTP's codes of success
        self._sampled = self._capture.samples(self._id)
        return None if answered is not None else (self._id_header, self._id.encode("ascii"))

    def gave(self, piece: bytes, *, last: bool) -> None:
        """A piece of the answer, which has been sent."""
        if self._succeeded and self._sampled:
            self._response.add(piece)
        if last:
            self._end(complete=True)

    def end(self) -> None:
        """The request is over, whatever came of it."""
        self._end(complete=False)

    def _end(self, *, complete: bool) -> None:
        if self._ended:
            return
        self._ended = True
        writer = self._capture.writer
        lost = self._request.lost or self._response.lost
        reserved = self._request.size + self._response.size
        if complete and self._succeeded and self._sampled and not lost and self._id and self._capture.endpoint:
            prediction = Prediction(
                self._capture.endpoint,
                self._capture.variant,
                self._time,
                self._id,
                self._body(self._request, self._request_headers),
                self._body(self._response, self._response_headers),
                usable_attributes(self._request_headers.get(_ATTRIBUTES, LONGEST_ATTRIBUTES + 1)),
            )
            writer.put(prediction, reserved)
            return
        writer.release(reserved)
        if not complete or not self._succeeded:
            writer.count("skipped")
        else:
            writer.count(lost if self._sampled else "unsampled")

    def _body(self, part: _Part, headers: "_Headers") -> Body:
        return Body(part.data(), headers.get(b"content-type") or "", headers.get(b"content-encoding") or "")

    def _field(self) -> str | None:
        """The id in the request; a number counts as its digits."""
        if not self._id_field or self._request.lost:
            return None
        try:
            found = json.loads(self._request.data())  # noqa: TID251 - the standard library alone; all errors are caught
            for name in self._id_field.split("."):
                found = found[name]
        except (ValueError, LookupError, TypeError, RecursionError):
            return None
        return usable_id(str(found)) if isinstance(found, str | int) and not isinstance(found, bool) else None


class _Headers:
    """By lower-case names, as bytes; of equal names the last."""

    def __init__(self, headers: Headers) -> None:
        self._values = {name.lower(): value for name, value in headers}

    def get(self, name: bytes, longest: int = _LONGEST_HEADER) -> str | None:
        value = self._values.get(name)
        return None if value is None else value[:longest].decode("latin-1")
