"""An ASGI middleware that captures predictions: FastAPI, Starlette, BentoML, MLServer, or any other application."""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from fnmatch import fnmatchcase
from typing import Any

from driftline.capture.exchange import Exchange
from driftline.capture.recorder import ID_HEADER, Capture
from driftline.domain.errors import InvalidInputError

type Scope = MutableMapping[str, Any]
type Message = MutableMapping[str, Any]
type Receive = Callable[[], Awaitable[Message]]
type Send = Callable[[Message], Awaitable[None]]
type App = Callable[[Scope, Receive, Send], Awaitable[None]]


class CaptureMiddleware:
    """Captures what an application answers with success, after the answer has been sent.

    The application, its answers and its errors stay as they are, but for one header: the inference id. It is the
    client's own, if it sent one, or a new one. Errors of capturing are counted, and affect no request.

    Args:
        app: The application.
        capture: Where records go.
        paths: Which requests are predictions, as patterns such as `/predict` or `/v2/models/*/infer`; by default all.
        methods: HTTP methods of predictions.
        id_header: Header of requests and answers with the inference id.
        id_field: Field of a JSON request with the inference id, if the header is missing: `order.id`. Every request is
            parsed for it.

    Raises:
        InvalidInputError: the capture has no endpoint.
    """

    def __init__(
        self,
        app: App,
        capture: Capture,
        *,
        paths: Iterable[str] | None = None,
        methods: Iterable[str] = ("POST",),
        id_header: str = ID_HEADER,
        id_field: str | None = None,
    ) -> None:
        if capture.endpoint is None:
            raise InvalidInputError("it has no endpoint", where="capture", mend='Say Capture(…, endpoint="churn").')
        self._app = app
        self._capture = capture
        self._paths = None if paths is None else (paths,) if isinstance(paths, str) else tuple(paths)
        self._methods = frozenset(method.upper() for method in methods)
        self._id_header = id_header
        self._id_field = id_field

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(scope, receive, send)
        elif scope["type"] == "http" and self._is_prediction(scope):
            await self._predict(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _is_prediction(self, scope: Scope) -> bool:
        if scope.get("method") not in self._methods:
            return False
        return self._paths is None or any(fnmatchcase(scope.get("path", ""), pattern) for pattern in self._paths)

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] in {"lifespan.shutdown.complete", "lifespan.shutdown.failed"}:
                self._capture.flush()
            await send(message)

        self._capture.start()
        await self._app(scope, receive, sending)

    async def _predict(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            exchange = Exchange(self._capture, scope.get("headers", ()), self._id_header, self._id_field)
        except Exception as error:
            self._capture.note_error(error)
            await self._app(scope, receive, send)
            return

        async def receiving() -> Message:
            message = await receive()
            try:
                if message["type"] == "http.request":
                    exchange.took(message.get("body", b""))
            except Exception as error:
                self._capture.note_error(error)
            return message

        async def sending(message: Message) -> None:
            kind = message["type"]
            if kind == "http.response.start":
                message = self._with_id(message, exchange)
            await send(message)
            try:
                if kind == "http.response.body":
                    exchange.gave(message.get("body", b""), last=not message.get("more_body", False))
            except Exception as error:
                self._capture.note_error(error)

        try:
            await self._app(scope, receiving, sending)
        finally:
            try:
                exchange.end()
            except Exception as error:
                self._capture.note_error(error)

    def _with_id(self, message: Message, exchange: Exchange) -> Message:
        try:
            header = exchange.began_answer(message["status"], message.get("headers", ()))
        except Exception as error:
            self._capture.note_error(error)
            return message
        return message if header is None else {**message, "headers": [*message.get("headers", ()), header]}
