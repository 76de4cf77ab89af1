"""Which addresses messages are never sent to: those where AWS, or the machine itself, is listening."""

import ipaddress
import os
import socket
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

type Address = ipaddress.IPv4Address | ipaddress.IPv6Address

LOOPBACK = ipaddress.IPv4Address("127.0.0.1")

_METADATA = ipaddress.ip_address("fd00:ec2::254")  # EC2's metadata on IPv6; it is unique local, not link-local
_IPV4_IN_LAST_BITS = [
    ipaddress.IPv6Network("::/96"),  # IPv4-compatible: https://www.rfc-editor.org/rfc/rfc4291#section-2.5.5.1
    ipaddress.IPv6Network("64:ff9b::/96"),  # NAT64: https://www.rfc-editor.org/rfc/rfc6052#section-2.1
    ipaddress.IPv6Network("64:ff9b:1::/48"),  # NAT64 in a network of one's own: https://www.rfc-editor.org/rfc/rfc8215
]


def address_of(host: str) -> Address | None:
    """The host as an address, including forms that only old resolvers accept: 2852039166, 0xa9.0xfe.0xa9.0xfe."""
    try:
        return ipaddress.ip_address(host.split("%", 1)[0])
    except ValueError:
        try:
            return ipaddress.ip_address(socket.inet_aton(host))
        except (OSError, UnicodeError):
            return None


def refusal(address: Address, environment: Mapping[str, str] = os.environ) -> str:
    """Why nothing is sent there; empty if something may be."""
    reached = (address, *_embedded(address))
    if address == _METADATA or any(each.is_link_local for each in reached):
        return "link-local addresses are refused, because AWS keeps credentials there"
    if any(map(is_loopback, reached)) and _is_in_aws(environment):
        return "loopback addresses are refused, because only Lambda itself listens there"
    return ""


def is_loopback(address: Address) -> bool:
    """Whether it leads to the machine itself. Systems take 0.0.0.0 and :: for loopback, too."""
    return address.is_loopback or address.is_unspecified or address in ipaddress.ip_network("0.0.0.0/8")


def is_loopback_host(host: str) -> bool:
    """The same for a host in an address, without asking a resolver: https://www.rfc-editor.org/rfc/rfc6761#section-6.3."""
    name = host.rstrip(".").lower()
    address = address_of(host)
    return name == "localhost" or name.endswith(".localhost") or (address is not None and is_loopback(address))


def _is_in_aws(environment: Mapping[str, str]) -> bool:
    """Whether this is a Lambda function of AWS.

    The embedded cloud's functions find AWS itself on loopback, which no function in AWS does: so that address decides.
    """
    endpoint = urlsplit(environment.get("AWS_ENDPOINT_URL", "")).hostname or ""
    return "AWS_LAMBDA_FUNCTION_NAME" in environment and not is_loopback_host(endpoint)


def _embedded(address: Address) -> Iterator[ipaddress.IPv4Address]:
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
