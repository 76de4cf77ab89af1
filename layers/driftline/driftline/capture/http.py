"""Requests and answers of the ASGI applications in this package."""

import json
from collections.abc import Callable, Mapping

from driftline.capture.asgi import Receive, Scope, Send


class TooLargeError(Exception):
    """A body above the limit."""


class ClientGoneError(Exception):
    """The client went away before its request was complete."""


def headers_of(scope: Scope) -> dict[str, str]:
    """By lower-case names; of equal names the last."""
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope.get("headers", ())}


async def body_of(receive: Receive, most: int) -> bytes:
    """The whole body.

    Raises:
        TooLargeError: more than `most` bytes.
        ClientGoneError: the client went away.
    """
    pieces: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        pieces.append(message.get("body", b""))
        size += len(pieces[-1])
        if size > most:
            raise TooLargeError
        more = message.get("more_body", False)
    return b"".join(pieces)


async def answer(send: Send, status: int, body: bytes, headers: Mapping[str, str]) -> None:
    pairs = [(name.lower().encode("latin-1"), value.encode("latin-1", "replace")) for name, value in headers.items()]
    pairs.append((b"content-length", str(len(body)).encode("ascii")))
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    await send({"type": "http.response.body", "body": body})


async def answer_json(send: Send, status: int, document: object, headers: Mapping[str, str] | None = None) -> None:
    await answer(send, status, json.dumps(document).encode(), {"content-type": "application/json", **(headers or {})})


async def live(receive: Receive, send: Send, started: Callable[[], object], ended: Callable[[], object]) -> None:
    """The lifespan of an application."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            started()
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            ended()
            await send({"type": "lifespan.shutdown.complete"})
            return
