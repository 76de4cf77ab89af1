"""One HTTPS request to a channel: bounded in time and size, without redirects, never to link-local addresses.

Errors name the host, never the path of an address: the path of a webhook is a secret.
"""

import ipaddress
import logging
import re
import socket
from collections.abc import Iterator, Mapping, Sequence
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
_METADATA = ipaddress.ip_address("fd00:ec2::254")  # EC2's metadata on IPv6; it is unique local, not link-local
_IPV4_IN_LAST_BITS = [
    ipaddress.IPv6Network("::/96"),  # IPv4-compatible: https://www.rfc-editor.org/rfc/rfc4291#section-2.5.5.1
    ipaddress.IPv6Network("64:ff9b::/96"),  # NAT64: https://www.rfc-editor.org/rfc/rfc6052#section-2.1
    ipaddress.IPv6Network("64:ff9b:1::/48"),  # NAT64 in a network of one's own: https://www.rfc-editor.org/rfc/rfc8215
]


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
    address = _address(host)
    if address is not None and _is_forbidden(address):
        raise ValueError("link-local addresses are refused, because AWS keeps credentials there")
    loopback = host == "localhost" or (address is not None and address.is_loopback)
    if parts.scheme != "https" and not (parts.scheme == "http" and loopback):
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
    said = answer.text
    for secret in secrets:
        said = said.replace(secret, "***")
    reason = fit(one_line(said), _LONGEST_REASON)
    raise InvalidInputError(f"{host} answers {answer.status}" + (f": {reason}" if reason else ""), mend=mend)


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


type _Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def _address(host: str) -> _Address | None:
    """The host as an address, including forms that only old resolvers accept: 2852039166, 0xa9.0xfe.0xa9.0xfe."""
    try:
        return ipaddress.ip_address(host.split("%", 1)[0])
    except ValueError:
        try:
            return ipaddress.ip_address(socket.inet_aton(host))
        except (OSError, UnicodeError):
            return None


def _is_forbidden(address: _Address) -> bool:
    return address == _METADATA or any(each.is_link_local for each in (address, *_embedded(address)))


def _embedded(address: _Address) -> Iterator[ipaddress.IPv4Address]:
    """The IPv4 addresses that gateways read out of an IPv6 address."""
    if isinstance(address, ipaddress.IPv4Address):
        return
    if address.ipv4_mapped:
        yield address.ipv4_mapped
    if address.sixtofour:
        yield address.sixtofour
    if address.teredo:
        yield from address.teredo
    if any(address in network for network in _IPV4_IN_LAST_BITS):
        yield ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)


def _check_peer(connection: HTTPConnection) -> None:
    """A name may resolve to anything: the address of the other end is checked before anything is sent."""
    if connection.sock is None:
        return
    peer = _address(str(connection.sock.getpeername()[0]))
    if peer is not None and _is_forbidden(peer):
        connection.close()
        raise InvalidInputError(
            f"{connection.host} leads to a link-local address",
            mend="Use a public or private host; AWS keeps credentials at link-local addresses.",
        )


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
