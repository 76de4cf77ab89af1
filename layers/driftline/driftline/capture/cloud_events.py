"""Receives the events of KServe's logger and of Seldon's, and writes them as capture files."""

import time
from collections.abc import Iterable
from typing import Literal

from driftline.capture.asgi import Receive, Scope, Send
from driftline.capture.events import Message, events_of, message_of
from driftline.capture.http import ClientGoneError, TooLargeError, answer_json, body_of, headers_of, live
from driftline.capture.pairs import Pair, Pairs
from driftline.capture.recorder import Capture
from driftline.domain.errors import InvalidInputError

_ENVELOPE = 64 << 10
"""Bytes of a structured event besides its data."""


class CloudEventsReceiver:
    """An ASGI application that takes CloudEvents by POST, on any path.

    The endpoint of a record is the inference service, its variant the event's `endpoint` (`default`, `canary`, Seldon's
    predictor), or `AllTraffic`. The answer is 200 when an event was taken, or is not about a prediction; 400 with a
    reason; 413 if it is too large; 503 if there is no room in memory, so that a broker sends it again.

    One process has to get both events of a prediction: run it with one worker.

    Args:
        capture: Where records go; its endpoint and variant are not used.
        wait_seconds: Longest wait for the other event of a prediction.
        unpaired: What to do with an event whose other one did not come: `drop` it, as a request that got no answer, or
            `write` it, for a logger that sends only requests or only answers. Both are counted.
        components: Of which components events are captured: KServe's `predictor`, `transformer`, `explainer`, or models
            of Seldon's graphs; by default all but KServe's transformers and explainers.
        with_namespace: Whether endpoints are named `<namespace>-<inference service>`, for services of one name in
            several namespaces.
    """

    def __init__(
        self,
        capture: Capture,
        *,
        wait_seconds: float = 60.0,
        unpaired: Literal["drop", "write"] = "drop",
        components: Iterable[str] | None = None,
        with_namespace: bool = False,
    ) -> None:
        if unpaired not in {"drop", "write"}:
            raise InvalidInputError(f"{unpaired!r} is not possible", where="unpaired", expected="drop or write")
        self._capture = capture
        self._pairs = Pairs(capture.writer, wait_seconds)
        self._unpaired = unpaired
        self._components = None if components is None else frozenset(components)
        self._with_namespace = with_namespace

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await live(receive, send, self._capture.start, self._end)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)
        else:
            raise NotImplementedError(f"only HTTP is received, not {scope['type']}")

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "POST":
            await answer_json(send, 405, {"error": "CloudEvents come by POST"}, {"allow": "POST"})
            return
        try:
            # A third more for BASE64
            body = await body_of(receive, self._capture.limits.body_bytes * 4 // 3 + _ENVELOPE)
            taken = self._take(headers_of(scope), body)
        except ClientGoneError:
            return
        except TooLargeError:
            self._capture.writer.count("oversized")
            await answer_json(send, 413, {"error": f"more than {self._capture.limits.body_bytes:,} bytes"})
        except InvalidInputError as error:
            self._capture.note_error(error)
            await answer_json(send, 400, {"error": str(error)})
        except MemoryError:
            self._capture.writer.count("dropped")
            await answer_json(send, 503, {"error": "no room in memory"}, {"retry-after": "10"})
        else:
            await answer_json(send, 200, {"taken": taken})

    def _take(self, headers: dict[str, str], body: bytes) -> int:
        """Takes the events of one request: all or, if one cannot be read, none.

        Returns:
            How many were halves of predictions that are captured.
        """
        found = [message_of(event) for event in events_of(headers, body)]
        messages = [message for message in found if message is not None and self._is_wanted(message)]
        self.expire()
        for message in messages:
            if (pair := self._pairs.add(message)) is not None:
                self._record(pair)
        return len(messages)

    def _is_wanted(self, message: Message) -> bool:
        if self._components is None:
            return message.component not in {"transformer", "explainer"}
        return message.component in self._components

    def expire(self, *, every: bool = False) -> int:
        """Ends the wait of events that have waited too long, or of every one. Each event that comes does this, too.

        Returns:
            How many they were.
        """
        ended = self._pairs.expired(every=every)
        for message in ended:
            self._capture.writer.count("unpaired")
            if self._unpaired == "write":
                self._record((message, None) if message.half == "input" else (None, message))
        return len(ended)

    def _end(self) -> None:
        self.expire(every=True)
        self._capture.flush()

    def _record(self, pair: Pair) -> None:
        given, answered = pair
        known = given or answered
        if known is None:
            return
        times = [half.time for half in pair if half is not None and half.time is not None]
        self._capture.record_bodies(
            known.inference_id,
            given.body if given else None,
            answered.body if answered else None,
            min(times, default=time.time()),
            endpoint=f"{known.namespace}-{known.endpoint}"
            if self._with_namespace and known.namespace
            else known.endpoint,
            variant=known.variant,
        )
