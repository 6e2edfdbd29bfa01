"""Tell the caller's address, the requested host, and whether a request came from this machine."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from service.settings import LOOPBACK_NAMES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastapi import Request
    from starlette.datastructures import Headers

_FORWARDED = "x-forwarded-"
_PROXY_HEADERS = ("forwarded", "via", "x-real-ip")
_FORWARDED_FOR = "x-forwarded-for"
# A subscriber of IPv6 owns a network of at least 64 bits.
_IPV6_SUBSCRIBER_BITS = 64


def client_address(request: Request, trusted_proxies: Sequence[str]) -> str:
    """The address of the caller; an IPv6 address stands for its /64 network. Empty where the socket has no address.

    X-Forwarded-For counts only if the peer is a trusted proxy: other callers could write any address. Reading
    starts at the end of the header, because the caller may have sent the beginning.
    """
    address = request.client.host if request.client else ""
    if _is_trusted(address, trusted_proxies):
        hops = ",".join(request.headers.getlist(_FORWARDED_FOR)).split(",")
        for hop in reversed([hop.strip() for hop in hops if hop.strip()]):
            if _parsed(hop) is None:
                break
            address = hop
            if not _is_trusted(hop, trusted_proxies):
                break
    return _network(address)


def host_of(headers: Headers) -> str | None:
    """The host name of a request in lower case; None for an unreadable header."""
    try:
        return urlsplit(f"//{headers.get('host', '')}").hostname
    except ValueError:
        return None


def is_local(request: Request) -> bool:
    """Whether a request names a loopback host and has no proxy's header.

    The socket is not checked: on a reachable address another machine could claim both.
    """
    headers = request.headers
    passed_on = any(name in _PROXY_HEADERS or name.startswith(_FORWARDED) for name in headers)
    return host_of(headers) in LOOPBACK_NAMES and not passed_on


def _is_trusted(address: str, trusted_proxies: Sequence[str]) -> bool:
    parsed = _parsed(address)
    return parsed is not None and any(
        parsed in ipaddress.ip_network(network, strict=False) for network in trusted_proxies
    )


def _parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return None
    return (parsed.ipv4_mapped or parsed) if isinstance(parsed, ipaddress.IPv6Address) else parsed


def _network(address: str) -> str:
    parsed = _parsed(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed.packed, _IPV6_SUBSCRIBER_BITS), strict=False))
    return str(parsed) if parsed else ""
