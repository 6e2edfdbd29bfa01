"""A load of kept-alive connections that send request after request for a number of seconds.

Usage: python -m tests.benchmarks.load HOST PORT PATH BODY_FILE CONNECTIONS SECONDS KEY

Prints JSON: requests, failures, seconds, and the median and 99th percentile of the latencies in milliseconds. The load
runs as a process on the same machine as the service: both share the cores.
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
    host: str, port: int, requests: list[bytes], until: float, latencies: list[float], failures: list[bytes]
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
        # A refusal is quick, so that counting refusals as answers would flatter the service.
        if head.startswith(b"HTTP/1.1 200"):
            latencies.append(time.perf_counter() - began)
        else:
            failures.append(head[:40])
    writer.close()


async def _load(host: str, port: int, requests: list[bytes], connections: int, seconds: float) -> dict[str, object]:
    latencies: list[float] = []
    failures: list[bytes] = []
    began = time.perf_counter()
    senders = [
        _one_connection(host, port, requests[start:] + requests[:start], began + seconds, latencies, failures)
        for start in range(connections)
    ]
    await asyncio.gather(*senders)
    spent = time.perf_counter() - began
    median, worst = (float(1000 * time) for time in np.quantile(latencies, (0.5, 0.99)))
    return {"requests": len(latencies), "failures": len(failures), "seconds": spent, "p50_ms": median, "p99_ms": worst}


def main(host: str, port: str, path: str, bodies: str, connections: str, seconds: str, key: str) -> None:
    """Send the bodies in turn; each line of the file is a body."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n"
    )
    requests = [
        f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body for body in Path(bodies).read_bytes().splitlines()
    ]
    figures = asyncio.run(_load(host, int(port), requests, int(connections), float(seconds)))
    print(json.dumps(figures))  # noqa: T201 - the command's output


if __name__ == "__main__":
    main(*sys.argv[1:])
