"""One HTTPS request to a channel: bounded in time and size, without redirects, never to AWS's own addresses.

Errors name the host, never the path of an address: the path of a webhook is a secret.
"""

import logging
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from http import HTTPStatus
from time import monotonic
from typing import Any, override
from urllib.parse import urlsplit

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from driftline.adapters.channels.addresses import LOOPBACK, address_of, is_loopback_host, refusal
from driftline.domain.errors import InvalidInputError, RetryLaterError
from driftline.presentation.messages.escaping import fit, one_line

_CONNECT_SECONDS = 3.0
_READ_SECONDS = 10.0
_WHOLE_ANSWER_SECONDS = 20.0
_LARGEST_ANSWER = 64 * 1024  # bytes; the rest is not read
_LONGEST_WAIT = 900.0  # seconds: the longest that SQS delays a message
_LONGEST_REASON = 200
_SHORTEST_SECRET = 6  # characters; shorter parts of an address are just words
_TOO_MANY = HTTPStatus.TOO_MANY_REQUESTS
_TRY_AGAIN = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, _TOO_MANY}


# At DEBUG urllib3 logs whole addresses; those of webhooks are secrets.
logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of the other side. Names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")


def check_url(url: str) -> str:
    """The address, if messages may be sent there.

    Raises:
        ValueError: says what is wrong without repeating the address.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError("it is not an address of the form https://host/path") from None
    plain = url.isascii() and url.isprintable() and " " not in url
    if not host or parts.username is not None or not plain:
        raise ValueError("it is not an address of the form https://host/path")
    address = LOOPBACK if is_loopback_host(host) else address_of(host)
    if address is not None and (refused := refusal(address)):
        raise ValueError(refused)
    if parts.scheme != "https" and not (parts.scheme == "http" and address == LOOPBACK):
        raise ValueError("it does not begin with https://")
    return url


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """One POST. Returns every answer, whatever its status.

    Raises:
        RetryLaterError: the host cannot be reached, or does not answer in time.
        InvalidInputError: the address leads to a refused host.
    """
    host = host_of(url)
    try:
        response = _pool().request(
            "POST",
            url,
            body=body,
            headers={"User-Agent": "Driftline", **headers},
            redirect=False,
            retries=False,
            preload_content=False,
        )
        try:
            content = _read(response)
        finally:
            # Not returned to the pool: the unread rest would be taken for the next answer.
            response.close()
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise RetryLaterError(f"{host} does not answer ({type(error).__name__})") from None
    return Answer(response.status, {name.lower(): value for name, value in response.headers.items()}, content)


def raise_for(answer: Answer, host: str, *, mend: str, secrets: Sequence[str] = ()) -> None:
    """Raises unless the status is 200 to 299.

    Raises:
        RetryLaterError: 429, 408, 425 or 5xx; with the seconds from Retry-After.
        InvalidInputError: anything else, with the answer, without secrets.
    """
    if HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
        return
    if answer.status in _TRY_AGAIN or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise RetryLaterError(f"{host} answers {answer.status}", after=retry_after(answer.headers))
    reason = fit(one_line(without(secrets, answer.text)), _LONGEST_REASON)
    raise InvalidInputError(f"{host} answers {answer.status}" + (f": {reason}" if reason else ""), mend=mend)


def without(secrets: Sequence[str], text: str) -> str:
    """The text of the other side, which may repeat what it was sent. Secrets: the longest first."""
    for secret in secrets:
        text = text.replace(secret, "***")
    return text


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, at most 900; None if the header is missing or unreadable.

    Seconds or a date: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after. A date is compared with the other
    side's own clock, if it sends one.
    """
    said = headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return min(float(said), _LONGEST_WAIT)
    until = _date(said)
    if until is None:
        return None
    now = _date(headers.get("date", "")) or datetime.now(UTC)
    return min(max((until - now).total_seconds(), 0.0), _LONGEST_WAIT)


def host_of(url: str) -> str:
    return urlsplit(url).hostname or "the channel"


def secret_parts(url: str) -> Sequence[str]:
    """Parts of a webhook's address that must not be repeated, longest first: the address, and each part after the host.

    The other side may repeat a part alone, or encode the `&` between parts differently.
    """
    parts = urlsplit(url)
    pieces = re.split("[/?&=]", f"{parts.path}?{parts.query}")
    found = {url, parts.path, parts.query, *(piece for piece in pieces if len(piece) >= _SHORTEST_SECRET)}
    return sorted((part for part in found if len(part) > 1), key=len, reverse=True)


def secret_words(values: Collection[str]) -> Sequence[str]:
    """Values of headers that must not be repeated, longest first, and their words: tokens may come without `Bearer`."""
    words = {word for value in values for word in value.split() if len(word) > _SHORTEST_SECRET}
    return sorted({*values, *words}, key=len, reverse=True)


def _date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    return date if date.tzinfo is not None else date.replace(tzinfo=UTC)


def _read(response: urllib3.BaseHTTPResponse) -> bytes:
    """At most 64 KiB within 20 seconds, so that a host which sends a byte every nine seconds cannot hold us up."""
    content = bytearray()
    deadline = monotonic() + _WHOLE_ANSWER_SECONDS
    for chunk in response.stream(4096, decode_content=False):
        content += chunk
        if len(content) >= _LARGEST_ANSWER or monotonic() > deadline:
            break
    return bytes(content[:_LARGEST_ANSWER])


def _check_peer(connection: HTTPConnection) -> None:
    """A name may resolve to anything: the address of the other end is checked before anything is sent."""
    if connection.sock is None:
        return
    peer = address_of(str(connection.sock.getpeername()[0]))
    if peer is not None and (refused := refusal(peer)):
        connection.close()
        raise InvalidInputError(f"{connection.host} leads to {peer}: {refused}", mend="Use a public or private host.")


class _Connection(HTTPConnection):
    @override
    def connect(self) -> None:
        super().connect()
        _check_peer(self)


class _SecureConnection(HTTPSConnection):
    @override
    def connect(self) -> None:
        super().connect()
        _check_peer(self)


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


@cache
def _pool() -> urllib3.PoolManager:
    pool = urllib3.PoolManager(timeout=urllib3.Timeout(connect=_CONNECT_SECONDS, read=_READ_SECONDS))
    schemes: dict[str, Any] = {"http": _Pool, "https": _SecurePool}
    pool.pool_classes_by_scheme = schemes
    return pool
