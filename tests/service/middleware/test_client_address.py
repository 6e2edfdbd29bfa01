"""The address of a caller, behind a trusted proxy and without one."""

from __future__ import annotations

import pytest
from fastapi import Request

from service.middleware.client_address import client_address


def _request(peer: str, *forwarded: str) -> Request:
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    return Request({"type": "http", "client": (peer, 5), "headers": headers})


@pytest.mark.parametrize(
    ("peer", "forwarded", "trusted", "address"),
    [
        ("127.0.0.1", ("203.0.113.7",), (), "127.0.0.1"),
        ("127.0.0.1", ("203.0.113.7",), ("127.0.0.1",), "203.0.113.7"),
        # The caller invented the first address; the proxy wrote the last.
        ("127.0.0.1", ("10.0.0.1, 203.0.113.7",), ("127.0.0.1",), "203.0.113.7"),
        ("127.0.0.1", ("10.0.0.1", "203.0.113.7"), ("127.0.0.1",), "203.0.113.7"),
        ("172.18.0.1", ("203.0.113.7, 172.18.0.9",), ("172.18.0.0/16",), "203.0.113.7"),
        ("203.0.113.9", ("127.0.0.1",), ("127.0.0.1",), "203.0.113.9"),
        ("127.0.0.1", ("unknown, nama orang",), ("127.0.0.1",), "127.0.0.1"),
        ("127.0.0.1", (), ("127.0.0.1",), "127.0.0.1"),
        ("127.0.0.1", ("2001:db8:1:2:aaaa::1",), ("127.0.0.1",), "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", (), (), "203.0.113.7"),
        ("testclient", (), (), ""),
    ],
)
def test_a_forwarded_address_counts_from_a_trusted_proxy_only(
    peer: str, forwarded: tuple[str, ...], trusted: tuple[str, ...], address: str
) -> None:
    assert client_address(_request(peer, *forwarded), trusted) == address
