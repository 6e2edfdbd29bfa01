"""A bounded load: so many kept-alive connections send one request after the other for so many seconds.

Usage: python -m tests.benchmarks.load HOST PORT PATH BODY_FILE CONNECTIONS SECONDS KEY

Prints JSON: requests, failures, seconds, and the latencies' median and 99th percentile in milliseconds. It runs as its own
process, on the same machine as what it measures: both share its cores.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path

import numpy as np

_HEADERS_END = b"\r\n\r\n"


async def _one_connection(
    host: str, port: int, requests: list[bytes], until: float, taken: list[float], failed: list[bytes]
) -> None:
    reader, writer = await asyncio.open_connection(host, port)
    number = 0
    while time.perf_counter() < until:
        began = time.perf_counter()
        writer.write(requests[number % len(requests)])
        number += 1
        head = await reader.readuntil(_HEADERS_END)
        length = next(
            int(line.partition(b":")[2]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")
        )
        await reader.readexactly(length)
        # A refusal is quick: counted as an answer it would flatter.
        if head.startswith(b"HTTP/1.1 200"):
            taken.append(time.perf_counter() - began)
        else:
            failed.append(head[:40])
    writer.close()


async def _load(host: str, port: int, requests: list[bytes], connections: int, seconds: float) -> dict[str, object]:
    taken: list[float] = []
    failed: list[bytes] = []
    began = time.perf_counter()
    ways = [
        _one_connection(host, port, requests[at:] + requests[:at], began + seconds, taken, failed)
        for at in range(connections)
    ]
    await asyncio.gather(*ways)
    spent = time.perf_counter() - began
    median, worst = (float(1000 * time) for time in np.quantile(taken, (0.5, 0.99)))
    return {"requests": len(taken), "failures": len(failed), "seconds": spent, "p50_ms": median, "p99_ms": worst}


def main(host: str, port: str, path: str, bodies: str, connections: str, seconds: str, key: str) -> None:
    """Send the bodies, one a line of the file, in turn."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n"
    )
    requests = [
        f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body for body in Path(bodies).read_bytes().splitlines()
    ]
    found = asyncio.run(_load(host, int(port), requests, int(connections), float(seconds)))
    print(json.dumps(found))  # noqa: T201 - what the command is for


if __name__ == "__main__":
    main(*sys.argv[1:])
